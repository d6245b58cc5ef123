//! The style guide: every part in every state, to look at and to try by keyboard. Its matter is plainly invented
//! («Exemple»), its words are not translated, and it is never in a build for use.

pub mod forms;
pub mod pictures;

use crate::ui::bar::{Bar, ScorePart, ScoreStrip};
use crate::ui::button::{Button, Look};
use crate::ui::chips::{ActiveFilters, Chip, ChipOption, Course, FilterChips, NewMark, Status};
use crate::ui::dialog::{Confirm, Dialog};
use crate::ui::facts::{Fact, Facts, Figures};
use crate::ui::icon::Icon;
use crate::ui::months::MonthStrip;
use crate::ui::more::More;
use crate::ui::page::{Crumb, Page, Section};
use crate::ui::provenance::{Provenance, Sourced, Tip};
use crate::ui::sign::{Sign, SignMark, Signed, Size};
use crate::ui::state::{Empty, Failed, Failure, FailureKind, Load, Loaded, Shape, Skeleton};
use crate::ui::table::{Column, Sort, Table};
use crate::ui::tabs::{Tab, Tabs};
use crate::ui::toast::toasts;
use crate::ui::tray::{Task, TaskState, Tray};
use forms::Forms;
use leptos::prelude::*;
use pictures::Pictures;

pub fn atelier() -> AnyView {
    let crumbs = vec![Crumb::new("Accueil", "/")];
    view! {
        <Page title="Atelier" lead="Toutes les pièces, dans tous leurs états. La matière est inventée : « Exemple »." crumbs>
            <Tone />
            <Actions />
            <Lists />
            <States />
            <Pictures />
            <Forms />
        </Page>
    }
    .into_any()
}

#[component]
fn Tone() -> impl IntoView {
    let swatches = [
        "paper",
        "sheet",
        "sunk",
        "line",
        "edge",
        "ink",
        "ink-2",
        "ink-3",
        "leaf",
        "leaf-text",
        "danger",
        "warn",
        "info",
    ];
    view! {
        <Section title="Ton" note="Papier, encre, une feuille">
            <div class="stack">
                <h1>"Titre de premier rang, Œuvre 1 234"</h1>
                <h2>"Titre de deuxième rang"</h2>
                <h3>"Titre de troisième rang"</h3>
                <p>
                    "Un texte courant tient en soixante-huit signes, avec " <a href="/atelier">"un lien"</a> ", des chiffres "
                    <strong>"281 000 €"</strong> ", une touche " <kbd>"/"</kbd> " et ce qui est " <span class="unknown">"inconnu"</span> "."
                </p>
                <div class="row-tight">
                    {swatches.map(|name| view! {
                        <span class="chip"><i class="sign small" style:background=format!("var(--{name})") style:border="1px solid var(--edge)"></i> {name}</span>
                    }).into_iter().collect_view()}
                </div>
                <div class="row">{Sign::ALL.map(|sign| view! { <SignMark sign /> }).into_iter().collect_view()}</div>
                <div class="row">
                    <SignMark sign=Sign::Diagnostics size=Size::Small /> <SignMark sign=Sign::Councils /> <SignMark sign=Sign::Communication size=Size::Large />
                    <SignMark sign=Sign::PublicContracts hollow=true /> <Signed sign=Sign::Expertise label="Recueil d'expertises" />
                </div>
            </div>
        </Section>
    }
}

#[component]
fn Actions() -> impl IntoView {
    let said = toasts();
    let (dialog, drawer, confirm) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let tasks = RwSignal::new(Vec::<Task>::new());
    let work = move |()| {
        let task = |id: &str, label: &str, done, total, state, report: Option<&str>| Task {
            id: id.into(),
            label: label.into(),
            done,
            total,
            state,
            report: report.map(Into::into),
        };
        tasks.set(vec![
            task(
                "a",
                "Import de l'annuaire Exemple",
                420,
                Some(1_280),
                TaskState::Running,
                None,
            ),
            task("b", "Export du rapport", 0, None, TaskState::Running, None),
            task("c", "Envoi de l'infolettre", 0, None, TaskState::Waiting, None),
            task(
                "d",
                "Import refusé",
                12,
                Some(40),
                TaskState::Failed,
                Some("/atelier"),
            ),
        ]);
    };
    view! {
        <Section title="Agir" note="Boutons, messages, fenêtres">
            <div class="stack">
                <div class="row">
                    <Button text="Enregistrer" look=Look::Primary on_press=move |()| said.undo("Étape déplacée au 1er juin.", || {}) />
                    <Button text="Ajouter" mark=Icon::Add on_press=move |()| said.say("Copié.") />
                    <Button text="Voir tout" look=Look::Quiet />
                    <Button text="Supprimer" look=Look::Danger on_press=move |()| confirm.set(true) />
                    <Button text="Fermer" mark=Icon::Close icon_only=true />
                    <Button text="Petit" small=true />
                    <Button text="En cours" busy=true />
                    <Button text="Indisponible" disabled=true />
                    <a class="button" href="/atelier">"Un lien"</a>
                </div>
                <div class="row">
                    <Button text="Ouvrir une fenêtre" on_press=move |()| dialog.set(true) />
                    <Button text="Ouvrir un tiroir" on_press=move |()| drawer.set(true) />
                    <Button text="Lancer un long travail" on_press=work />
                    <Tip text="Le nom d'un signe"><button type="button" class="button icon-only" aria-label="Diagnostics"><SignMark sign=Sign::Diagnostics size=Size::Small /></button></Tip>
                    <Sourced about="le subside" provenance=provenance()><span>"281 000 €"</span></Sourced>
                </div>
                <Tray tasks on_dismiss=move |id: String| tasks.update(|tasks| tasks.retain(|it| it.id != id)) />
            </div>
            <Dialog open=dialog title="Une fenêtre"><p>"Échap ou un clic à côté la ferme ; le focus revient d'où il venait."</p></Dialog>
            <Dialog open=drawer title="Un tiroir" drawer=true foot=move || view! { <Button text="Appliquer" look=Look::Primary on_press=move |()| drawer.set(false) /> }><p>"Pour les filtres et les fiches courtes."</p></Dialog>
            <Confirm open=confirm title="Retirer l'organisation Exemple ?" consequence="Elle disparaîtra de 3 projets et de 12 documents. Ceci ne peut pas être annulé." action="Retirer partout" on_confirm=|()| {} />
        </Section>
    }
}

fn provenance() -> Provenance {
    Provenance {
        source: Some("dhnet.be, article Exemple".into()),
        url: Some("https://example.org/article".into()),
        as_of: Some("février 2021".into()),
        confirmed: None,
        who_can_confirm: Some("la chargée de mission du Hainaut".into()),
        inferred: Some("la durée des autres subsides".into()),
        confidence: Some("élevée".into()),
    }
}

#[derive(Clone)]
struct Line {
    title: &'static str,
    place: Option<&'static str>,
    grant: Option<i64>,
    months: Option<Vec<u8>>,
    course: Course,
}

#[component]
fn Lists() -> impl IntoView {
    let lines = vec![
        Line {
            title: "Exemple des Collines",
            place: Some("Hainaut"),
            grant: Some(281_000),
            months: Some(vec![11, 12, 1, 2]),
            course: Course::Going,
        },
        Line {
            title: "Exemple de la Vesdre",
            place: Some("Liège"),
            grant: None,
            months: None,
            course: Course::Unsure,
        },
        Line {
            title: "Exemple d'Ardenne",
            place: None,
            grant: Some(9_500),
            months: Some((4..=9).collect()),
            course: Course::Stopped,
        },
    ];
    let columns = vec![
        Column::new("title", "Projet", |it: &Line| it.title).sorts_by(|a, b| a.title.cmp(b.title)),
        Column::new(
            "place",
            "Province",
            |it: &Line| view! { <crate::ui::facts::Known value=it.place.map(str::to_owned) /> },
        ),
        Column::new(
            "course",
            "État",
            |it: &Line| view! { <Status course=it.course text=format!("{:?}", it.course) /> },
        ),
        Column::new(
            "months",
            "Mois",
            |it: &Line| view! { <MonthStrip months=it.months.clone() now=6 /> },
        ),
        Column::new(
            "grant",
            "Subside",
            |it: &Line| view! { <crate::ui::facts::Known value=it.grant.map(crate::format::number) /> },
        )
        .number()
        .sorts_by(|a, b| a.grant.cmp(&b.grant)),
    ];
    let sort = RwSignal::new(Sort::parse("title"));
    let on = RwSignal::new(vec!["filieres".to_owned()]);
    let options = vec![
        ChipOption {
            value: "filieres".into(),
            label: "Filières".into(),
            count: Some(12),
        },
        ChipOption {
            value: "gouvernance".into(),
            label: "Gouvernance".into(),
            count: Some(7),
        },
        ChipOption {
            value: "logistique".into(),
            label: "Logistique".into(),
            count: None,
        },
    ];
    let tab = RwSignal::new("etapes".to_owned());
    let tabs = vec![
        Tab::new("etapes", "Étapes").count(Some(5)),
        Tab::new("ressources", "Ressources").count(Some(12)),
        Tab::new("projets", "Projets"),
    ];
    view! {
        <Section title="Lister" note="Filtres, tableau, onglets">
            <div class="stack">
                <FilterChips label="Types" options on on_change=move |values| on.set(values) />
                <ActiveFilters filters={move || on.get().into_iter().map(|it| (it.clone(), it)).collect::<Vec<_>>()}
                    on_remove=move |key: String| on.update(|on| on.retain(|it| *it != key)) on_clear=move |()| on.set(Vec::new()) />
                <div class="row-tight"><Chip text="Diagnostics" sign=Sign::Diagnostics /> <Chip text="Marchés publics" sign=Sign::PublicContracts href="/atelier" /> <Chip text="Mot" /> <NewMark /></div>
                <Table caption="3 projets inventés, au 24 novembre" columns rows=lines sort on_sort=move |it| sort.set(it) />
                <More shown=3_usize total=Some(46_i64) has_more=true busy=false on_more=|()| {} />
                <Tabs label="Parties" tabs current=tab on_change=move |key| tab.set(key) panel=|key| view! { <p>"Contenu : " {key.to_owned()}</p> }.into_any() />
                <div class="columns">
                    {[Sign::Diagnostics, Sign::SocialAim, Sign::Territories].map(|sign| view! {
                        <article class=format!("card hue-edge {}", sign.hue())>
                            <div class="row-tight"><SignMark sign /> <Status course=Course::Going text="en cours" /></div>
                            <h3><a class="cover" href="/atelier">"Exemple de chantier"</a></h3>
                            <p class="small">"Outiller, partager et centraliser ces travaux."</p>
                            <Bar label="Étapes" part=3 whole=Some(8) sign thin=true />
                            <div class="card-foot"><span>"5 projets contribuent"</span> <span>"1er juin 2021"</span></div>
                        </article>
                    }).into_iter().collect_view()}
                </div>
                <div class="beside even">
                    <div class="sheet"><Facts>
                        <Fact label="Porteur" value=Some("Ville d'Exemple".to_owned()) />
                        <Fact label="Subside" value=Some("281 000 €".to_owned()) provenance=provenance() />
                        <Fact label="Prolongé" value=None />
                        <Fact label="Types"><span class="row-tight"><Chip text="Filières" /> <Chip text="Transformation" /></span></Fact>
                    </Facts></div>
                    <div class="sheet stack-tight">
                        <h3>"Pourquoi cet ordre ?"</h3>
                        <ScoreStrip parts=vec![("Produit".into(), 30, Some(1.0)), ("Distance".into(), 20, Some(0.8)), ("Saison".into(), 15, Some(0.83)), ("Quantité".into(), 15, None)] />
                        <ScorePart label="Distance" words="12 km, dans le rayon de 30 km" share=Some(0.8) />
                        <ScorePart label="Saison" words="5 mois sur 6" share=Some(0.83) />
                        <ScorePart label="Quantité" words="La quantité est inconnue." share=None />
                    </div>
                </div>
                <Figures figures=vec![("projets documentés sur 46".to_owned(), Some("31".to_owned())), ("chantiers".to_owned(), Some("8".to_owned())), ("hectares".to_owned(), None)] />
            </div>
        </Section>
    }
}

#[component]
fn States() -> impl IntoView {
    let failure = Failure {
        kind: FailureKind::Network,
        reference: None,
    };
    let stale = RwSignal::new(Load::Stale("Le contenu gardé reste lisible.".to_owned(), failure));
    view! {
        <Section title="Attendre" note="Vide, en route, échoué">
            <div class="beside even">
                <Skeleton />
                <Empty title="Aucun besoin exprimé" text="Soyez le premier à dire ce qui manque à votre projet."><Button text="Exprimer un besoin" mark=Icon::Add /></Empty>
                <Failed failure=Failure { kind: FailureKind::Internal, reference: Some("req_01h455vb4pex".into()) } on_retry=|()| {} />
                <Failed failure=Failure { kind: FailureKind::SignedOut, reference: None } />
                <Skeleton shape=Shape::Cards count=2 />
                <div><Loaded load=stale view=|text| view! { <p>{text}</p> } on_retry=|()| {} /></div>
            </div>
        </Section>
    }
}
