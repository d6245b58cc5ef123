//! An offer or a need of expertise as a list shows it, and the facts of each as its page does.

use super::read::{ExpertiseRow, NeedRow};
use super::words;
use crate::format;
use crate::language::t;
use crate::ui::chips::{Chip, Course, NewMark, Status};
use crate::ui::facts::{Fact, Facts, Known};
use crate::visit;
use domain::PartialDate;
use leptos::prelude::*;

/// The topics, each a way into the catalogue.
pub fn topics(codes: &[String]) -> impl IntoView + use<> {
    let codes = codes.to_vec();
    view! {
        <ul class="chips" role="list">
            {codes.into_iter().map(|code| {
                let href = format!("/expertises?sujet={code}");
                view! { <li><Chip text=move || words::topic(&code) href /></li> }
            }).collect_view()}
        </ul>
    }
}

/// Several words of a closed list; none where nobody has said.
pub fn joined<W: Copy + Send + Sync + 'static>(
    all: &[W],
    word: fn(W) -> &'static str,
) -> Signal<Option<String>> {
    let all = all.to_vec();
    Signal::derive(move || {
        let words: Vec<&str> = all.iter().map(|it| word(*it)).collect();
        (!words.is_empty()).then(|| words.join(", "))
    })
}

/// Whether it is to be had, in words.
pub fn availability(row: &ExpertiseRow) -> impl IntoView + use<> {
    let (paused, open, full) = (
        row.paused,
        row.is_open,
        row.capacity.is_some_and(|most| row.load >= most),
    );
    let course = match (open, full) {
        (true, false) => Course::Going,
        (true, true) => Course::Late,
        (false, _) => Course::Stopped,
    };
    let text = move || match (paused, open, full) {
        (true, _, _) => t::expertise_paused(),
        (false, false, _) => t::expertise_over(),
        (false, true, true) => t::expertise_full(),
        (false, true, false) => t::expertise_open(),
    };
    view! { <Status course text /> }
}

fn period(from: Option<PartialDate>, to: Option<PartialDate>) -> Option<String> {
    match (from, to) {
        (None, None) => None,
        (Some(_), None) => Some(t::expertise_from(format::partial(from))),
        (None, Some(_)) => Some(t::expertise_until(format::partial(to))),
        (Some(_), Some(_)) => Some(t::expertise_between(format::partial(from), format::partial(to))),
    }
}

pub fn expertise(row: ExpertiseRow) -> AnyView {
    let href = format!("/expertises/{}", row.id.inner());
    let state = availability(&row);
    let (forms, languages) = (
        joined(&row.forms, words::form),
        joined(&row.languages, words::spoken),
    );
    let cost = row.cost;
    let where_ = row.territory.as_ref().map(|it| it.label.clone());
    let topics = topics(&row.topics);
    view! {
        <article class="card exchange-card">
            <div class="spread">
                <h2 class="project-name"><a href=href>{row.title}</a>{visit::is_new(row.updated_at).then(|| view! { " " <NewMark /> })}</h2>
                {state}
            </div>
            <p class="muted small">{row.organisation.map(|it| view! { <a href=format!("/organisations/{}", it.id.inner())>{it.name}</a> })}</p>
            {topics}
            <dl class="exchange-facts directory-facts">
                <div><dt>{t::expertise_field_forms}</dt><dd><Known value=forms /></dd></div>
                <div><dt>{t::expertise_field_cost}</dt><dd><Known value=Signal::derive(move || cost.map(|it| words::cost(it).to_owned())) /></dd></div>
                <div><dt>{t::expertise_field_territory}</dt><dd><Known value=where_ /></dd></div>
                <div><dt>{t::expertise_field_languages}</dt><dd><Known value=languages /></dd></div>
            </dl>
        </article>
    }
    .into_any()
}

pub fn need(row: NeedRow) -> AnyView {
    let href = format!("/besoins-expertise/{}", row.id.inner());
    let (state, deadline, confidential) = (row.state, row.deadline, row.confidential);
    let forms = joined(&row.forms, words::form);
    let where_ = row.territory.as_ref().map(|it| it.label.clone());
    let topics = topics(&row.topics);
    let who = asker(&row);
    view! {
        <article class="card exchange-card">
            <div class="spread">
                <h2 class="project-name"><a href=href>{row.title}</a>{visit::is_new(row.updated_at).then(|| view! { " " <NewMark /> })}</h2>
                <Status course=words::state_course(state) text=move || words::state(state) />
            </div>
            <p class="muted small">{who}</p>
            {topics}
            {confidential.then(|| view! { <p><Chip text=t::expertise_need_confidential /></p> })}
            <dl class="exchange-facts directory-facts">
                <div><dt>{t::expertise_need_field_forms}</dt><dd>{move || forms.get().unwrap_or_else(|| t::expertise_any_form().to_owned())}</dd></div>
                <div><dt>{t::expertise_need_field_deadline}</dt><dd><Known value=Signal::derive(move || deadline.map(|_| format::partial(deadline))) /></dd></div>
                <div><dt>{t::expertise_need_field_territory}</dt><dd><Known value=where_ /></dd></div>
            </dl>
        </article>
    }
    .into_any()
}

/// The project or the organisation that asks.
pub fn asker(row: &NeedRow) -> impl IntoView + use<> {
    let project = row.project.clone();
    let organisation = row.organisation.clone();
    view! {
        {project.map(|it| view! { <a href=format!("/projets/{}", it.id.inner())>{it.acronym.unwrap_or(it.title)}</a> " " })}
        {organisation.map(|it| view! { <a href=format!("/organisations/{}", it.id.inner())>{it.name}</a> })}
    }
}

pub fn expertise_facts(row: &ExpertiseRow) -> impl IntoView + use<> {
    let row = row.clone();
    let (forms, formats) = (
        joined(&row.forms, words::form),
        joined(&row.formats, words::format),
    );
    let languages = joined(&row.languages, words::spoken);
    let (cost, from, to, capacity, load) = (
        row.cost,
        row.available_from,
        row.available_to,
        row.capacity,
        row.load,
    );
    let organisation = row.organisation;
    view! {
        <Facts>
            <Fact label=t::exchange_field_organisation>
                {match organisation {
                    Some(it) => view! { <a href=format!("/organisations/{}", it.id.inner())>{it.name}</a> }.into_any(),
                    None => view! { <span class="unknown">{t::fact_unknown}</span> }.into_any(),
                }}
            </Fact>
            <Fact label=t::expertise_field_forms value=forms />
            <Fact label=t::expertise_field_formats value=formats />
            <Fact label=t::expertise_field_territory>
                {match row.territory {
                    Some(it) => { let href = it.href(); view! { <a href=href>{it.label}</a> }.into_any() }
                    None => view! { <span class="unknown">{t::fact_unknown}</span> }.into_any(),
                }}
            </Fact>
            <Fact label=t::expertise_field_languages value=languages />
            <Fact label=t::expertise_field_cost value=Signal::derive(move || cost.map(|it| words::cost(it).to_owned())) />
            {row.cost_note.map(|note| view! { <Fact label=t::expertise_field_cost_note value=Some(note) /> })}
            <Fact label=t::expertise_availability value=Signal::derive(move || period(from, to)) />
            <Fact label=t::expertise_field_capacity value=Signal::derive(move || capacity.map(|most| t::expertise_load(load, most))) />
        </Facts>
    }
}

pub fn need_facts(row: &NeedRow) -> impl IntoView + use<> {
    let who = asker(row);
    let row = row.clone();
    let forms = joined(&row.forms, words::form);
    let languages = joined(&row.languages, words::spoken);
    let (deadline, budget) = (row.deadline, row.budget);
    view! {
        <Facts>
            <Fact label=t::expertise_need_asker>{who}</Fact>
            <Fact label=t::expertise_need_field_forms value=Signal::derive(move || forms.get().or_else(|| Some(t::expertise_any_form().to_owned()))) />
            <Fact label=t::expertise_need_field_deadline value=Signal::derive(move || deadline.map(|_| format::partial(deadline))) />
            <Fact label=t::expertise_need_field_territory>
                {match row.territory {
                    Some(it) => { let href = it.href(); view! { <a href=href>{it.label}</a> }.into_any() }
                    None => view! { <span class="unknown">{t::fact_unknown}</span> }.into_any(),
                }}
            </Fact>
            <Fact label=t::expertise_field_languages value=languages />
            <Fact label=t::expertise_need_field_budget value=Signal::derive(move || budget.map(|it| words::budget(it).to_owned())) />
        </Facts>
    }
}
