//! On a project's page: which officer it is for, and the story of its follow-up, which stays when the officer changes.

use super::read::{FollowUp, Followed, OfProject, OfficerFor, Which};
use super::words;
use crate::api;
use crate::format;
use crate::language::t;
use crate::records;
use crate::session;
use crate::ui::page::Section;
use crate::ui::state::Loaded;
use cynic::QueryBuilder;
use domain::ProjectId;
use leptos::prelude::*;

#[component]
pub fn Around(project: ProjectId) -> impl IntoView {
    let found = api::load(move || {
        OfProject::build(Which {
            id: cynic::Id::new(project.to_string()),
        })
    });
    let load = Memo::new(move |_| found.load.get().map(|it| it.project).present());
    view! {
        <Loaded load on_retry=found.reload view=move |it: Followed| view! {
            {it.officer.map(|it| officer(project, it))}
            {it.follow_up.map(story)}
        }.into_any() />
    }
}

fn officer(project: ProjectId, it: OfficerFor) -> AnyView {
    let OfficerFor {
        basis,
        territory,
        name,
        minder_name,
        is_away,
    } = it;
    let place = territory.map(|it| it.label);
    let why = move || words::basis(basis, place.as_deref());
    let away = minder_name.zip(name.clone()).filter(|_| is_away);
    view! {
        <Section title=t::officer_yours>
            <p>{name.map(|name| view! { <strong>{name}</strong> ", " })} {why}</p>
            {away.map(|(other, name)| view! { <p class="notice">{move || t::officer_away_now(&name, &other)}</p> })}
            {move || if session::person().is_some() {
                view! { <p class="no-print"><a class="button small" href=format!("/questions/nouvelle?projet={project}")>{t::request_ask}</a></p> }.into_any()
            } else {
                view! { <p class="muted small">{t::officer_yours_sign_in}</p> }.into_any()
            }}
        </Section>
    }
    .into_any()
}

fn story(entries: Vec<FollowUp>) -> AnyView {
    let none = entries.is_empty();
    view! {
        <div class="no-print">
            <Section title=t::officer_history note=t::officer_history_note>
                {none.then(|| view! { <p class="muted">{t::officer_history_none}</p> })}
                <ol role="list" class="change-list follow-up">
                    {entries.into_iter().map(|it| {
                        let FollowUp { on, kind, text, person_name, territory, record_id } = it;
                        let place = territory.map(|it| it.label);
                        let href = records::href(record_id.inner());
                        view! {
                            <li>
                                <p class="small"><span class="muted">{move || format::day(on)}</span> " · " <strong>{person_name}</strong> " " {move || words::event(kind, place.as_deref())}</p>
                                {text.map(|text| match href {
                                    Some(href) => view! { <p><a href=href>{text}</a></p> }.into_any(),
                                    None => view! { <p class="exchange-text">{text}</p> }.into_any(),
                                })}
                            </li>
                        }
                    }).collect_view()}
                </ol>
            </Section>
        </div>
    }
    .into_any()
}
