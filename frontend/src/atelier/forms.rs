//! The form parts of the style guide.

use crate::ui::button::{Button, Look};
use crate::ui::combobox::{Choice, Combobox};
use crate::ui::compare::{Compare, Difference};
use crate::ui::field::{CheckField, DateField, NumberField, Refusals, Refused, SelectField, TextField};
use crate::ui::months::MonthPicker;
use crate::ui::page::Section;
use crate::ui::sign::Sign;
use leptos::prelude::*;

#[component]
pub fn Forms() -> impl IntoView {
    let refusals = vec![
        Refused {
            path: "title".into(),
            code: "REQUIRED".into(),
            message: "Ce champ est obligatoire.".into(),
        },
        Refused {
            path: "rev".into(),
            code: "TRANSITION".into(),
            message: "Une étape terminée ne peut pas être replanifiée.".into(),
        },
    ];
    let refusals = Signal::stored(refusals);
    let text = |text: &str| RwSignal::new(text.to_owned());
    let communes = [
        "Ath",
        "Attert",
        "Aubange",
        "Aubel",
        "Braine-l’Alleud",
        "Fontaine-l’Évêque",
        "Liège",
        "Namur",
    ];
    let communes: Vec<_> = communes
        .iter()
        .enumerate()
        .map(|(i, name)| Choice::new(i.to_string(), *name).detail("province Exemple"))
        .collect();
    let chantiers = vec![
        Choice::new("d", "Diagnostics").sign(Sign::Diagnostics),
        Choice::new("o", "Caractérisation offre/demande").sign(Sign::OfferAndDemand),
        Choice::new("c", "Conseils de politique alimentaire").sign(Sign::Councils),
    ];
    let differences = [
        (
            "title",
            "Intitulé",
            "Exemple",
            "Exemple des Collines",
            "L'Exemple",
        ),
        ("date", "Date", "", "", "1er juin 2021"),
        ("state", "État", "ouvert", "ouvert", "ouvert"),
    ]
    .map(|(field, label, before, mine, theirs)| Difference {
        field,
        label: label.to_owned(),
        before: Signal::stored(before.to_owned()),
        mine: Signal::stored(mine.to_owned()),
        theirs: Signal::stored(theirs.to_owned()),
        touched: mine != before,
        same: mine == theirs,
    })
    .to_vec();
    view! {
        <Section title="Remplir" note="Formulaire, refus, comparaison">
            <div class="beside even">
                <form class="form">
                    <Refusals refusals shown=vec!["title"] />
                    <TextField label="Intitulé" value=text("") path="title" refusals required=true hint="Tel qu'il paraîtra sur la fiche publique." />
                    <div class="two">
                        <NumberField label="Quantité" value=text("12.5") unit="kg" />
                        <SelectField label="Unité" value=text("kg") options=vec![("kg".to_owned(), "kilogramme".to_owned()), ("l".to_owned(), "litre".to_owned())] />
                    </div>
                    <Combobox label="Commune" options=communes taken=RwSignal::new(vec!["6".to_owned()]) required=true />
                    <Combobox label="Chantiers" options=chantiers taken=RwSignal::new(vec!["d".to_owned(), "c".to_owned()]) multiple=true hint="Ceux auxquels le projet contribue." />
                    <DateField label="Début" value=text("2021?-06-01") />
                    <MonthPicker label="Mois disponibles" months=RwSignal::new(vec![11, 12, 1]) />
                    <CheckField label="Certifié bio" value=RwSignal::new(true) />
                    <TextField label="Description" value=text("Quelques mots.") multiline=true />
                    <div class="form-foot"><Button text="Enregistrer" look=Look::Primary /> <Button text="Annuler" look=Look::Quiet /> <span class="kept">"Brouillon gardé."</span></div>
                </form>
                <Compare differences changed_by="Une collègue" on_choose=|_| {} />
            </div>
        </Section>
    }
}
