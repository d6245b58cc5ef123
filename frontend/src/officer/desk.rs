//! An officer's desk: whom one has not heard from, what waits for an answer, what is late, what comes next.

use super::list::rows;
use super::read::{Desk, DeskFound, Silent, Step, Whose};
use super::staffing::{Absences, not_staff};
use super::{Places, words};
use crate::address;
use crate::api;
use crate::format;
use crate::language::{Text, t};
use crate::session::{self, Session};
use crate::ui::page::{Page, Section};
use crate::ui::sign::{Sign, SignMark, Size};
use crate::ui::state::{Loaded, Shape, Skeleton};
use crate::viewer::may;
use cynic::QueryBuilder;
use domain::policy::Action;
use leptos::prelude::*;

/// A silence as long as the whole bar, in days.
const WHOLE: i32 = 180;
/// From so many days on, a silence is long.
const LONG: i32 = 60;

#[component]
pub fn Screen() -> impl IntoView {
    view! {
        <Page title=t::officer_desk lead=t::officer_desk_question tools=|| view! { <Places here="/bureau" /> }>
            {move || match session::session() {
                Session::Restoring => view! { <Skeleton /> }.into_any(),
                Session::Signed(_) if may(Action::ReadDesks) => view! { <Body /> }.into_any(),
                Session::Visitor | Session::Signed(_) => not_staff("/bureau").into_any(),
            }}
        </Page>
    }
}

#[component]
fn Body() -> impl IntoView {
    let (whose, choose) = address::word("de");
    let found = api::load(move || {
        DeskFound::build(Whose {
            officer: Some(whose.get()).filter(|it| !it.is_empty()).map(cynic::Id::new),
        })
    });
    let people = Signal::derive(move || {
        let staff = found
            .load
            .with(|it| it.value().and_then(|it| it.officers.clone()));
        staff.unwrap_or_default()
    });
    let shown = move || {
        found.load.with(|it| {
            it.value()
                .and_then(|it| it.desk.as_ref().map(|it| it.person_id.inner().to_owned()))
        })
    };
    let load = Memo::new(move |_| found.load.get().map(|it| it.desk).present());
    view! {
        <label class="desk-whose no-print">
            <span>{t::officer_desk_whose}</span>
            <select class="input" on:change=move |event| choose.run(event_target_value(&event))>
                {move || people.get().into_iter().map(|it| {
                    let selected = shown().as_deref() == Some(it.person_id.inner());
                    view! { <option value=it.person_id.inner().to_owned() selected=selected>{it.name}</option> }
                }).collect_view()}
            </select>
        </label>
        <Loaded load shape=Shape::Lines on_retry=found.reload view=move |desk: Desk| {
            let Desk { name, portfolios, absences, projects, requests, late_steps, next_steps, .. } = desk;
            let places: Vec<String> = portfolios.into_iter().filter(|it| it.holds).filter_map(|it| it.territory.map(|it| it.label)).collect();
            view! {
                <h2 class="desk-name">{move || t::officer_desk_of(&name)}</h2>
                {(!places.is_empty()).then(|| view! { <p>{t::officer_portfolios} " : " {places.join(", ")}</p> })}
                <Section title=t::officer_requests note=t::officer_requests_note broad=true>
                    {if requests.is_empty() { none(t::officer_requests_none) } else { rows(requests) }}
                </Section>
                <Section title=t::officer_silence note=t::officer_silence_note broad=true>{silence(projects)}</Section>
                <Section title=t::officer_late>{steps(late_steps, t::officer_late_none)}</Section>
                <Section title=t::officer_next note=t::officer_next_note>{steps(next_steps, t::officer_next_none)}</Section>
                <Absences rows=absences people />
            }
            .into_any()
        } />
    }
}

fn none(text: Text) -> AnyView {
    view! { <p class="muted">{text}</p> }.into_any()
}

/// Each project with a bar as long as its silence; hatched where nothing was ever heard, which is no number.
fn silence(projects: Vec<Silent>) -> AnyView {
    if projects.is_empty() {
        return none(t::officer_silence_none);
    }
    let never = projects.iter().filter(|it| it.silence.is_none()).count();
    view! {
        {(never > 0).then(|| view! { <p role="status">{move || t::officer_silence_never(never)}</p> })}
        <ol role="list" class="silences">
            {projects.into_iter().map(|it| {
                let Silent { project, heard, silence } = it;
                let width = silence.map_or(100, |days| (days * 100 / WHOLE).clamp(1, 100));
                let mark = match silence {
                    None => "bar unknown",
                    Some(days) if days >= LONG => "bar long",
                    Some(_) => "bar",
                };
                let words = move || match (silence, &heard) {
                    (Some(days), Some(heard)) => format!("{} · {}, {}", t::officer_silence_days(i64::from(days)), words::heard(heard.by), format::day(heard.on)),
                    (Some(_) | None, _) => t::officer_silence_unknown().to_owned(),
                };
                view! {
                    <li>
                        <a href=format!("/projets/{}", project.id.inner())>{project.acronym.unwrap_or(project.title)}</a>
                        <span class="track" aria-hidden="true"><span class=mark style:width=format!("{width}%")></span></span>
                        <span class="small">{words}</span>
                    </li>
                }
            }).collect_view()}
        </ol>
    }
    .into_any()
}

fn steps(steps: Vec<Step>, empty: Text) -> AnyView {
    if steps.is_empty() {
        return none(empty);
    }
    view! {
        <ol role="list" class="change-list">
            {steps.into_iter().map(|it| {
                let Step { id, title, starts, ends, start_time, chantier } = it;
                let (code, of) = chantier.map(|it| (it.code, it.title)).unwrap_or_default();
                let when = move || format::partial(starts.or(ends));
                view! {
                    <li class="with-sign">
                        <SignMark sign=Sign::of(&code) size=Size::Small />
                        <span>
                            <a href=format!("/chantiers/{code}?etape={}", id.inner())>{title}</a>
                            <span class="muted small">{when} {start_time.map(|it| format!(", {it}"))} " · " {of}</span>
                        </span>
                    </li>
                }
            }).collect_view()}
        </ol>
    }
    .into_any()
}
