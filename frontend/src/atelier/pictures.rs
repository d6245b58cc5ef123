//! The pictures of the style guide: timeline, matrix, heat grid, map.

use crate::api;
use crate::format::Day;
use crate::ui::bar::Bar;
use crate::ui::chips::Course;
use crate::ui::map::Map;
use crate::ui::map::Pin;
use crate::ui::matrix::{Heat, HeatGrid, Matrix, MatrixColumn, MatrixRow, Relation};
use crate::ui::months::MonthStrip;
use crate::ui::page::Section;
use crate::ui::sign::Sign;
use crate::ui::state::{Loaded, Shape};
use crate::ui::timeline::{Step, Timeline};
use leptos::prelude::*;
use std::collections::HashMap;

#[component]
pub fn Pictures() -> impl IntoView {
    view! {
        <Section title="Échéancier" broad=true><Timeline label="Étapes inventées" steps=steps() today=day(2021, 6, 15) /></Section>
        <Section title="Mois et barres">
            <div class="stack">
                <MonthStrip months=Some(vec![11, 12, 1, 2, 6]) now=6 /> <MonthStrip months=None />
                <Bar label="Avancement" part=3 whole=Some(8) /> <Bar label="Mesure en cours" part=0 whole={None::<i64>} />
            </div>
        </Section>
        <Section title="Matrice" broad=true><Grid /></Section>
        <Section title="Manques" broad=true><Gaps /></Section>
        <Section title="Carte" broad=true><Places /></Section>
    }
}

fn day(year: i32, month: u32, day: u32) -> Day {
    Day::from_ymd_opt(year, month, day).unwrap_or_default()
}

fn steps() -> Vec<Step> {
    let step = |id: &str, label: &str, course, words: &str, when: &str, start, end| Step {
        id: id.into(),
        label: label.into(),
        href: Some("/atelier".into()),
        course,
        course_words: words.into(),
        when: when.into(),
        start,
        end,
        planned: None,
        after: Vec::new(),
        new: false,
    };
    let mut meeting = step(
        "b",
        "Rencontre inventée du territoire de Namur",
        Course::Late,
        "en retard",
        "8 juin 2021",
        Some(day(2021, 6, 8)),
        None,
    );
    meeting.planned = Some((day(2021, 4, 20), None));
    meeting.after = vec!["a".into()];
    let mut test = step(
        "c",
        "Essai de la note d'orientation",
        Course::Going,
        "en cours",
        "mai à octobre 2021",
        Some(day(2021, 5, 10)),
        Some(day(2021, 10, 30)),
    );
    test.after = vec!["a".into()];
    test.new = true;
    let mut end = step(
        "d",
        "Mise en commun",
        Course::Planned,
        "prévu",
        "novembre 2021",
        Some(day(2021, 11, 1)),
        Some(day(2021, 11, 30)),
    );
    end.planned = Some((day(2021, 9, 1), Some(day(2021, 9, 30))));
    end.after = vec!["b".into(), "c".into()];
    vec![
        step(
            "a",
            "Recensement",
            Course::Done,
            "terminé",
            "janvier à mars 2021",
            Some(day(2021, 1, 10)),
            Some(day(2021, 3, 31)),
        ),
        meeting,
        test,
        end,
        step(
            "f",
            "Atelier abandonné",
            Course::Stopped,
            "abandonné",
            "2021",
            Some(day(2021, 2, 1)),
            Some(day(2021, 8, 1)),
        ),
        step(
            "e",
            "Formations",
            Course::Unsure,
            "inconnu",
            "sans date",
            None,
            None,
        ),
    ]
}

const CODES: [(&str, &str); 8] = [
    ("diagnostics", "Diagnostics"),
    ("offre-demande", "Offre/demande"),
    ("conseils-politique-alimentaire", "Conseils"),
    ("marches-publics", "Marchés publics"),
    ("recueil-expertises", "Expertises"),
    ("finalite-sociale", "Finalité sociale"),
    ("communication", "Communication"),
    ("approche-territoriale", "Territoires"),
];

#[component]
fn Grid() -> impl IntoView {
    let columns: Vec<_> = CODES
        .iter()
        .map(|(code, label)| MatrixColumn {
            id: (*code).into(),
            label: (*label).into(),
            sign: Sign::of(code),
            href: "/atelier".into(),
        })
        .collect();
    let rows: Vec<_> = (0..7_usize)
        .map(|y| MatrixRow {
            id: y.to_string(),
            label: format!("Exemple n° {}", y + 1),
            href: "/atelier".into(),
            note: y.is_multiple_of(3).then(|| "Hainaut, inventé".to_owned()),
            relations: CODES
                .iter()
                .enumerate()
                .filter(|(x, _)| (x * 5 + y * 3) % 4 < 2)
                .map(|(x, (code, _))| {
                    let kind = (x + y) % 4;
                    let relation = Relation {
                        contributes: kind < 2,
                        needs: kind == 2 || (x + y).is_multiple_of(7),
                        follows: kind == 3,
                        inferred: kind == 1,
                    };
                    ((*code).to_owned(), relation)
                })
                .collect::<HashMap<_, _>>(),
        })
        .collect();
    let sorted = RwSignal::new(String::new());
    view! { <Matrix caption="Projets inventés et chantiers" rows columns on_open=|_| {} sorted_by=sorted on_sort=move |it| sorted.set(it) /> }
}

#[component]
fn Gaps() -> impl IntoView {
    let columns: Vec<_> = (1..=12u8)
        .map(|month| (month.to_string(), crate::format::month_short(month).to_owned()))
        .collect();
    let shares = [-1.0, -0.5, -0.2, 0.1, 0.5, 0.9];
    let rows: Vec<_> = ["Carottes", "Lait", "Lentilles", "Viande bovine"]
        .into_iter()
        .enumerate()
        .map(|(y, name)| {
            let heats = (0..12_usize)
                .map(|x| {
                    let share = ((x + y) % 7 != 6).then(|| shares[(x * 2 + y) % 6]);
                    let text = share.map_or_else(|| "?".to_owned(), |share| format!("{:+.0}", share * 100.0));
                    Heat {
                        share,
                        none: false,
                        note: Some(format!("{}/{}", x % 4, y)),
                        words: format!("{name}, mois {} : {text}", x + 1),
                        text,
                    }
                })
                .collect();
            (y.to_string(), name.to_owned(), heats)
        })
        .collect();
    view! { <HeatGrid caption="Tonnes offertes moins tonnes demandées (inventé)" rows columns on_open=|_| {} /> }
}

#[component]
fn Places() -> impl IntoView {
    let atlas = api::atlas();
    let view = RwSignal::new(None);
    let places = [
        (50.63, 5.57),
        (50.63, 5.58),
        (50.62, 5.56),
        (50.46, 4.86),
        (50.6, 3.38),
        (50.63, 3.78),
        (49.68, 5.81),
        (50.71, 4.61),
        (50.45, 3.95),
    ];
    let pins: Vec<_> = places
        .into_iter()
        .enumerate()
        .map(|(i, (lat, lon))| Pin {
            id: i.to_string(),
            label: format!("Exemple n° {}", i + 1),
            detail: CODES[i % 8].1.into(),
            href: "/atelier".into(),
            lat,
            lon,
            signs: vec![Sign::of(CODES[i % 8].0)],
        })
        .collect();
    let lit = Signal::stored(vec!["62063".to_owned(), "92094".to_owned(), "51004".to_owned()]);
    let pins = Signal::stored(pins);
    let here = Signal::stored(Some((50.4669, 4.8675)));
    view! {
        <Loaded load=atlas.load shape=Shape::Picture on_retry=atlas.reload
            view=move |atlas| view! { <Map atlas label="Carte d'exemple" pins lit view on_view=move |it| view.set(it) from=here /> } />
    }
}
