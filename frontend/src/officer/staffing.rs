//! Who follows which commune, and where nobody does: the map of Wallonia, the portfolios, and who is away.

use super::forms::{AbsenceForm, PortfolioForm, blank_absence};
use super::read::{AbsenceRow, Colleague, Covered, PortfolioRow, Staff, Unended};
use super::{Places, words};
use crate::address;
use crate::api;
use crate::browser;
use crate::edit::{Actions, record};
use crate::format;
use crate::language::t;
use crate::records;
use crate::session::{self, Session};
use crate::ui::button::{Button, Look};
use crate::ui::dialog::Dialog;
use crate::ui::icon::Icon;
use crate::ui::map::Map;
use crate::ui::map::frame::View;
use crate::ui::page::{Page, Section};
use crate::ui::state::{Empty, Loaded, Shape, Skeleton};
use crate::viewer::{actor, may};
use cynic::QueryBuilder;
use domain::officer::AbsenceFilter;
use domain::policy::Action;
use domain::{PersonId, RecordType};
use leptos::prelude::*;

#[component]
pub fn Screen() -> impl IntoView {
    view! {
        <Page title=t::officer_staffing lead=t::officer_staffing_question tools=|| view! { <Places here="/portefeuilles" /> }>
            {move || match session::session() {
                Session::Restoring => view! { <Skeleton /> }.into_any(),
                Session::Signed(_) if may(Action::ReadDesks) => view! { <Body /> }.into_any(),
                Session::Visitor | Session::Signed(_) => not_staff("/portefeuilles").into_any(),
            }}
        </Page>
    }
}

/// What others see where only the staff work.
pub fn not_staff(back: &'static str) -> impl IntoView {
    view! {
        <Empty title=t::officer_desk_signed_out>
            {move || session::person().is_none().then(|| view! { <a class="button primary" href=format!("/connexion?vers={back}")>{t::action_sign_in}</a> })}
        </Empty>
    }
}

#[component]
fn Body() -> impl IntoView {
    let found = api::load(|| {
        let today = format::day_of(browser::now());
        Staff::build(Unended {
            absences: Some(AbsenceFilter {
                ends_from: Some(today),
                ..AbsenceFilter::default()
            }),
        })
    });
    view! { <Loaded load=found.load shape=Shape::Picture on_retry=found.reload view=matter /> }
}

fn matter(staff: Staff) -> AnyView {
    let Staff {
        officers,
        portfolios,
        absences,
        officer_coverage,
    } = staff;
    let colleagues = officers.unwrap_or_default();
    let people = Signal::stored(colleagues.clone());
    let portfolios = portfolios.map(|it| it.nodes).unwrap_or_default();
    let absences = absences.map(|it| it.nodes).unwrap_or_default();
    view! {
        {coverage(&colleagues, &officer_coverage.unwrap_or_default())}
        <Portfolios rows=portfolios people />
        <Absences rows=absences people />
    }
    .into_any()
}

/// The communes of the one chosen, or those that nobody follows.
fn coverage(colleagues: &[Colleague], covered: &[Covered]) -> AnyView {
    let of = |wanted: &dyn Fn(&Covered) -> bool| -> Vec<String> {
        let some = covered.iter().filter(|it| wanted(it));
        some.filter_map(|it| it.nis.map(|nis| nis.to_string())).collect()
    };
    let holes = of(&|it| !words::is_followed(it.basis));
    let mut groups: Vec<(String, String, Vec<String>)> = colleagues
        .iter()
        .map(|who| {
            let id = who.person_id.inner().to_owned();
            let theirs = of(&|it| words::is_followed(it.basis) && it.owner_id.inner() == id);
            (id.clone(), who.name.clone().unwrap_or_default(), theirs)
        })
        .filter(|it| !it.2.is_empty())
        .collect();
    groups.sort_by_key(|it| std::cmp::Reverse(it.2.len()));
    let (chosen, choose) = address::word("qui");
    let first = groups.first().map(|it| it.0.clone()).unwrap_or_default();
    let shown = move || {
        Some(chosen.get())
            .filter(|it| !it.is_empty())
            .unwrap_or_else(|| first.clone())
    };
    let lit = {
        let (groups, holes, shown) = (groups.clone(), holes.clone(), shown.clone());
        Signal::derive(move || {
            let shown = shown();
            let found = groups.iter().find(|it| it.0 == shown).map(|it| it.2.clone());
            found.unwrap_or_else(|| holes.clone())
        })
    };
    let count = holes.len();
    if count > 0 {
        groups.push(("personne".to_owned(), String::new(), holes.clone()));
    }
    let seen = RwSignal::new(None::<View>);
    let atlas = api::atlas();
    view! {
        <Section title=t::officer_staffing note=t::officer_map_note broad=true>
            <div class="stack">
            <p role="status">
                {if count == 0 {
                    view! { <strong>{t::officer_no_holes}</strong> }.into_any()
                } else {
                    view! { <strong class="request-late">{move || t::officer_holes(count)}</strong> }.into_any()
                }}
            </p>
            <div class="chips" role="group" aria-label=t::officer_map>
                {groups.into_iter().map(|(id, name, communes)| {
                    let (pressed, value, shown, count) = (id.clone(), id.clone(), shown.clone(), communes.len());
                    let is_hole = id == "personne";
                    view! {
                        <button type="button" class="chip" aria-pressed=move || (shown() == pressed).to_string() on:click=move |_| choose.run(value.clone())>
                            <span>{move || if is_hole { t::officer_nobody().to_owned() } else { name.clone() }}</span>
                            <span class="count">{move || format::number(count)}</span>
                        </button>
                    }
                }).collect_view()}
            </div>
            <Loaded load=atlas.load shape=Shape::Picture on_retry=atlas.reload view=move |atlas| {
                let named: Vec<String> = atlas.communes.iter().filter(|it| holes.contains(&it.nis)).map(|it| it.name.clone()).collect();
                view! {
                    <Map atlas label=t::officer_map pins=Vec::new() lit view=seen on_view=move |it| seen.set(it) without_list=true />
                    {(!named.is_empty()).then(|| view! { <details class="small"><summary>{t::officer_holes_list}</summary><p>{named.join(", ")}</p></details> })}
                }
                .into_any()
            } />
            </div>
        </Section>
    }
    .into_any()
}

/// Which form is open: a new one, or that of a row.
type Open = Option<String>;

#[component]
fn Portfolios(rows: Vec<PortfolioRow>, people: Signal<Vec<Colleague>>) -> impl IntoView {
    let open = RwSignal::new(None::<Open>);
    let shown = RwSignal::new(false);
    follow(open, shown);
    let all = StoredValue::new(rows.clone());
    let none = rows.is_empty();
    let can = || may(Action::KeepPortfolios);
    view! {
        <Section title=t::officer_portfolios broad=true>
            {none.then(|| view! { <p class="muted">{t::officer_portfolios_none}</p> })}
            <ul role="list" class="project-rows">
                {rows.into_iter().map(|row| {
                    let (id, revision, key) = (row.id.clone(), row.revision, row.id.inner().to_owned());
                    let (name, place) = (row.person_name.unwrap_or_default(), row.territory.map(|it| it.label).unwrap_or_default());
                    let (starts, ends, subjects, title) = (row.starts, row.ends, row.chantier_ids, format!("{name}, {place}"));
                    let limited = move || {
                        let all: Vec<String> = subjects.iter().map(|id| records::title(id.inner()).unwrap_or_else(|| "…".to_owned())).collect();
                        if all.is_empty() { t::officer_all_subjects().to_owned() } else { all.join(", ") }
                    };
                    view! {
                        <li>
                            <div>
                                <strong>{name}</strong> " · " <a href=format!("/territoires/{}", row.territory_id.inner())>{place}</a>
                                <p class="muted small">{limited} " · " {move || words::period(starts, ends)} {(!row.holds).then(|| view! { " · " <span>{t::officer_portfolio_ended}</span> })}</p>
                            </div>
                            {move || can().then(|| {
                                let key = key.clone();
                                view! { <Actions title=title.clone() kind=RecordType::Portfolio id=id.clone() revision on_edit=move |()| open.set(Some(Some(key.clone()))) /> }
                            })}
                        </li>
                    }
                }).collect_view()}
            </ul>
            {move || can().then(|| view! { <p class="no-print"><Button text=t::officer_portfolio_add mark=Icon::Add small=true on_press=move |()| open.set(Some(None)) /></p> })}
            <Dialog open=shown title=t::officer_portfolios drawer=true>
                {move || {
                    let key = open.get()?;
                    let row = key.and_then(|key| all.with_value(|all| all.iter().find(|it| it.id.inner() == key).and_then(record)));
                    Some(view! { <PortfolioForm record=row staff=people on_end=move |()| open.set(None) /> })
                }}
            </Dialog>
        </Section>
    }
}

/// A dialog is open while a form is, and a form is closed with its dialog.
fn follow(open: RwSignal<Option<Open>>, shown: RwSignal<bool>) {
    Effect::new(move |_| shown.set(open.with(Option::is_some)));
    Effect::new(move |_| {
        if !shown.get() && open.with_untracked(Option::is_some) {
            open.set(None);
        }
    });
}

/// Absences that are not over; one's own are one's own to say, and an editor's to say for others.
#[component]
pub fn Absences(rows: Vec<AbsenceRow>, people: Signal<Vec<Colleague>>) -> impl IntoView {
    let open = RwSignal::new(None::<Open>);
    let shown = RwSignal::new(false);
    follow(open, shown);
    let all = StoredValue::new(rows.clone());
    let none = rows.is_empty();
    view! {
        <Section title=t::officer_absences note=t::officer_absences_note broad=true>
            {none.then(|| view! { <p class="muted">{t::officer_absences_none}</p> })}
            <ul role="list" class="project-rows">
                {rows.into_iter().map(|row| {
                    let (id, revision, key) = (row.id.clone(), row.revision, row.id.inner().to_owned());
                    let (name, starts, ends, substitute) = (row.person_name.unwrap_or_default(), row.starts, row.ends, row.substitute_name);
                    let person = row.person_id.inner().parse::<PersonId>().ok();
                    let title = name.clone();
                    view! {
                        <li>
                            <div>
                                <strong>{name}</strong> " · " {move || words::period(Some(starts), Some(ends))} {row.holds.then(|| view! { " · " <span class="chip">{t::officer_now}</span> })}
                                {substitute.map(|it| view! { <p class="muted small">{move || t::officer_replaced(&it)}</p> })}
                            </div>
                            {move || person.is_some_and(|person| may(Action::KeepAbsence { person })).then(|| {
                                let key = key.clone();
                                view! { <Actions title=title.clone() kind=RecordType::Absence id=id.clone() revision on_edit=move |()| open.set(Some(Some(key.clone()))) /> }
                            })}
                        </li>
                    }
                }).collect_view()}
            </ul>
            <p class="no-print"><Button text=t::officer_absence_add mark=Icon::Add look=Look::Plain small=true on_press=move |()| open.set(Some(None)) /></p>
            <Dialog open=shown title=t::officer_absences drawer=true>
                {move || {
                    let key = open.get()?;
                    let is_new = key.is_none();
                    let row = match key {
                        Some(key) => all.with_value(|all| all.iter().find(|it| it.id.inner() == key).and_then(record)),
                        None => untrack(actor).person().map(|it| blank_absence(it.id, format::day_of(browser::now()))),
                    }?;
                    let chooses = untrack(|| may(Action::KeepPortfolios));
                    Some(view! { <AbsenceForm record=row is_new chooses staff=people on_end=move |()| open.set(None) /> })
                }}
            </Dialog>
        </Section>
    }
}
