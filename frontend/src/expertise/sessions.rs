//! Sessions of encounter: those that were proposed to me, with my answer; for staff all of them, and the form that
//! proposes one from similar needs.

use super::places::Places;
use super::read::{AnswerRow, NeedsAsked, NeedsFound, SessionRow, SessionsFound};
use super::{moves, words};
use crate::address;
use crate::api;
use crate::contract::typed;
use crate::edit::offer_undo;
use crate::format;
use crate::language::t;
use crate::project::list::bound;
use crate::refusal::{failed, refused};
use crate::session::{self, Session};
use crate::ui::button::{Button, Look};
use crate::ui::chips::{ChipOption, Course, FilterChips, Status};
use crate::ui::field::{DateField, Refusals, Refused, SelectField, TextField};
use crate::ui::page::{Page, Section};
use crate::ui::state::{Empty, Loaded, Shape};
use crate::ui::toast::toasts;
use crate::viewer::may;
use cynic::QueryBuilder;
use domain::expertise::need::{Filter, State};
use domain::expertise::session::Answer;
use domain::expertise::topic::families;
use domain::policy::Action;
use domain::{OrganisationId, ProjectId};
use leptos::prelude::*;
use leptos::task::spawn_local;

#[component]
pub fn Screen() -> impl IntoView {
    view! {
        <Page title=t::encounter_title lead=t::encounter_question tools=|| view! { <Places here="/rencontres-expertise" /> }>
            {move || match session::session() {
                Session::Restoring => ().into_any(),
                Session::Visitor => view! {
                    <Empty title=t::introduction_signed_out text=t::encounter_signed_out_text>
                        <a class="button primary" href="/connexion?vers=/rencontres-expertise">{t::action_sign_in}</a>
                    </Empty>
                }.into_any(),
                Session::Signed(_) => view! { <Sessions /> }.into_any(),
            }}
            {move || may(Action::KeepExpertiseSession).then(|| view! { <Propose /> })}
        </Page>
    }
}

#[component]
fn Sessions() -> impl IntoView {
    let found = api::load(|| SessionsFound::build(()));
    view! {
        <Loaded load=found.load shape=Shape::Cards on_retry=found.reload view=|found: SessionsFound| {
            let rows = found.expertise_sessions.map(|it| it.nodes).unwrap_or_default();
            if rows.is_empty() {
                return view! { <Empty title=t::encounter_none text=t::encounter_none_text /> }.into_any();
            }
            view! { <ol class="stack" role="list">{rows.into_iter().map(|row| view! { <li>{card(row)}</li> }).collect_view()}</ol> }.into_any()
        } />
    }
}

const fn course(answer: Answer) -> Course {
    match answer {
        Answer::Yes => Course::Done,
        Answer::Maybe => Course::Unsure,
        Answer::No => Course::Stopped,
    }
}

fn card(row: SessionRow) -> impl IntoView {
    let SessionRow {
        id,
        topic,
        note,
        step,
        needs,
        projects,
        organisations,
        answers,
    } = row;
    let starts = step.as_ref().and_then(|it| it.starts);
    let invited: Vec<_> = projects
        .into_iter()
        .map(|it| {
            let href = format!("/projets/{}", it.id.inner());
            (href, it.acronym.unwrap_or(it.title), Some(it.id), None)
        })
        .chain(organisations.into_iter().map(|it| {
            let href = format!("/organisations/{}", it.id.inner());
            (href, it.name, None, Some(it.id))
        }))
        .collect();
    view! {
        <article class="card outcome-card">
            <h2 class="project-name">{step.map(|it| it.title)}</h2>
            <p class="muted small">
                {move || words::topic(&topic)} " · "
                {move || if starts.is_some() { format::partial(starts) } else { t::step_undated().to_owned() }}
            </p>
            {note.map(|text| view! { <p class="exchange-text">{text}</p> })}
            {(!needs.is_empty()).then(|| view! {
                <h3>{t::encounter_needs}</h3>
                <ul class="stack-tight">{needs.into_iter().map(|it| view! { <li><a href=format!("/besoins-expertise/{}", it.id.inner())>{it.title}</a></li> }).collect_view()}</ul>
            })}
            <h3>{t::encounter_invited}</h3>
            <ul class="stack-tight" role="list">
                {invited.into_iter().map(|(href, name, project, organisation)| {
                    let said = answers.iter().find(|it| it.project_id == project && it.organisation_id == organisation).cloned();
                    invitee(&id, (href, name), (project, organisation), said)
                }).collect_view()}
            </ul>
        </article>
    }
}

/// One of those it was proposed to: what they answered, and for who speaks for them the presses that answer.
fn invitee(
    id: &cynic::Id,
    (href, name): (String, String),
    who: (Option<cynic::Id>, Option<cynic::Id>),
    said: Option<AnswerRow>,
) -> impl IntoView + use<> {
    let busy = RwSignal::new(false);
    let toasts = toasts();
    let action = Action::AnswerExpertiseSession {
        project: who.0.as_ref().and_then(typed::<ProjectId>),
        organisation: who.1.as_ref().and_then(typed::<OrganisationId>),
    };
    let id = id.clone();
    view! {
        <li class="row-tight">
            <a href=href>{name}</a>
            {match said {
                Some(it) => view! { <Status course=course(it.answer) text=move || words::answer(it.answer) /> {it.note.map(|note| view! { <span class="muted small">{note}</span> })} }.into_any(),
                None => view! { <span class="unknown">{t::encounter_no_answer}</span> }.into_any(),
            }}
            {move || may(action).then(|| view! {
                <span class="row-tight no-print">
                    {Answer::ALL.iter().map(|answer| {
                        let (id, who, answer) = (id.clone(), who.clone(), *answer);
                        view! { <Button text=move || words::answer(answer) small=true busy on_press=move |()| moves::reply(id.clone(), who.clone(), answer, busy, toasts) /> }
                    }).collect_view()}
                </span>
            })}
        </li>
    }
}

/// Proposes a session: a topic, the needs about it that are chosen, a title for everybody, a day.
#[component]
fn Propose() -> impl IntoView {
    let topic = address::word("sujet");
    let (chosen, title, day, note) = (
        RwSignal::new(Vec::<String>::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    let (busy, refusals) = (RwSignal::new(false), RwSignal::new(Vec::<Refused>::new()));
    let said = toasts();
    let options = Signal::derive(|| {
        std::iter::once((String::new(), t::expertise_any_topic().to_owned()))
            .chain(families().map(|it| (it.code.to_owned(), words::topic(it.code).to_owned())))
            .collect::<Vec<_>>()
    });
    let found = api::load(move || {
        NeedsFound::build(NeedsAsked {
            filter: Some(Filter {
                states: Some(vec![State::Open]),
                topics: Some(vec![topic.0.get()]),
                ..Filter::default()
            }),
            after: None,
        })
    });
    Effect::new(move |_| {
        topic.0.track();
        chosen.set(Vec::new());
    });
    let needs = Signal::derive(move || {
        let rows = found.load.with(|it| {
            it.value()
                .map(|it| it.expertise_needs.nodes.clone())
                .unwrap_or_default()
        });
        rows.into_iter()
            .map(|it| ChipOption {
                value: it.id.inner().to_owned(),
                label: it.title,
                count: None,
            })
            .collect::<Vec<_>>()
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let note = Some(note.get_untracked().trim().to_owned()).filter(|it| !it.is_empty());
        let sent = moves::propose(
            topic.0.get_untracked(),
            chosen.get_untracked(),
            title.get_untracked(),
            day.get_untracked().parse().ok(),
            note,
        );
        spawn_local(async move {
            let answer = sent.await;
            let _ = busy.try_set(false);
            match answer {
                Ok((errors, change)) if errors.is_empty() => {
                    let _ = refusals.try_set(Vec::new());
                    let _ = title.try_set(String::new());
                    let _ = chosen.try_set(Vec::new());
                    offer_undo(said, change, t::encounter_proposed());
                    api::try_again();
                }
                Ok((errors, _)) => {
                    let _ = refusals.try_set(refused(errors));
                }
                Err(failure) => {
                    let _ = refusals.try_set(failed(&failure));
                }
            }
        });
    };
    let asked = move || !topic.0.get().is_empty();
    view! {
        <Section title=t::encounter_propose note=t::encounter_propose_note>
            <form class="form" on:submit=submit>
                <Refusals refusals shown=vec!["topic", "needIds", "title", "starts"] />
                <SelectField label=t::expertise_field_topics path="topic" refusals options value=bound(topic) required=true />
                {move || asked().then(|| view! {
                    <div class="field">
                        <span class="project-filter-name">{t::encounter_needs}</span>
                        <FilterChips label=t::encounter_needs options=needs on=chosen on_change=move |all| chosen.set(all) />
                        {move || needs.with(Vec::is_empty).then(|| view! { <p class="muted">{t::expertise_need_none}</p> })}
                        {move || {
                            let wrong: Vec<String> = refusals.get().into_iter().filter(|it| it.path == "needIds").map(|it| it.message).collect();
                            (!wrong.is_empty()).then(|| view! { <ul class="errors">{wrong.into_iter().map(|it| view! { <li>{it}</li> }).collect_view()}</ul> })
                        }}
                    </div>
                })}
                <TextField label=t::encounter_field_title hint=t::encounter_title_hint path="title" refusals value=title required=true />
                <DateField label=t::encounter_field_day path="starts" refusals value=day />
                <TextField label=t::organisation_field_note path="note" refusals value=note multiline=true />
                <div class="form-foot"><Button text=t::encounter_propose look=Look::Primary submit=true busy /></div>
            </form>
        </Section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_has_a_course_of_its_own() {
        let courses: Vec<Course> = Answer::ALL.iter().map(|it| course(*it)).collect();
        assert_eq!(courses, [Course::Done, Course::Unsure, Course::Stopped]);
    }
}
