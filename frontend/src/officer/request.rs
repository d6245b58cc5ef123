//! A question to an officer: what was asked, the conversation, whose it is and how it came there, what came of it.

use super::read::{Colleagues, Handover, Message, One, Which, Whole};
use super::{moves, words};
use crate::api;
use crate::browser;
use crate::edit::offer_undo;
use crate::edit::press::{Answer, press};
use crate::format;
use crate::language::t;
use crate::refusal::{failed, refused};
use crate::ui::button::{Button, Look};
use crate::ui::chips::Status;
use crate::ui::dialog::Dialog;
use crate::ui::field::{Refusals, Refused, SelectField, TextField};
use crate::ui::page::{Crumb, Page, Section};
use crate::ui::state::{Load, Loaded};
use crate::ui::toast::toasts;
use crate::viewer::{actor, may};
use cynic::QueryBuilder;
use domain::policy::Action;
use domain::request::{Conclusion, State};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;

#[component]
pub fn Screen() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let found = api::load(move || {
        One::build(Which {
            id: cynic::Id::new(id.get()),
        })
    });
    let load = Memo::new(move |_| found.load.get().map(One::whole).present());
    let title = move || match load.get() {
        Load::Failed(failure) => failure.kind.title().to_owned(),
        other @ (Load::Pending | Load::Ready(_) | Load::Stale(..)) => {
            other.value().map(|it| it.title.clone()).unwrap_or_default()
        }
    };
    let crumbs = vec![Crumb::new(t::request_title, "/questions")];
    view! {
        <Page title crumbs>
            <Loaded load on_retry=found.reload view=matter />
        </Page>
    }
}

fn matter(whole: Whole) -> AnyView {
    let Whole {
        id,
        revision,
        created_at,
        kind,
        title: _,
        text,
        due,
        state,
        is_late,
        asker_id,
        asker_name,
        officer_id,
        officer_name,
        minder_name,
        closing,
        commune_id,
        commune,
        chantier,
        project,
        handovers,
        messages,
    } = whole;
    let own = untrack(actor)
        .person()
        .is_some_and(|it| it.id.to_string() == asker_id.inner());
    let staff = untrack(|| may(Action::AnswerRequests));
    let asker = asker_name.unwrap_or_else(|| t::fact_unknown().to_owned());
    let waits = state == State::Open;
    let owner = officer_name.clone().unwrap_or_default();
    let away = minder_name.filter(|it| Some(it) != officer_name.as_ref());
    let name = owner.clone();
    let written = id.clone();
    view! {
        <div class="request-top">
            <div class="row-tight">
                <Status course=words::course(state, is_late) text=move || if is_late { t::request_late() } else { words::state(state) } />
                <span class="chip">{move || words::kind(kind)}</span>
                {commune.map(|it| view! { <a class="chip" href=format!("/territoires/{}", commune_id.inner())>{it.label}</a> })}
                {chantier.map(|it| view! { <a class="chip" href=format!("/chantiers/{}", it.code)>{it.title}</a> })}
                {project.map(|it| view! { <a class="chip" href=format!("/projets/{}", it.id.inner())>{it.acronym.unwrap_or(it.title)}</a> })}
            </div>
            <p>
                <strong>{move || t::request_owner(&owner)}</strong>
                {due.filter(|_| waits).map(|due| view! { " · " <span class:request-late=is_late>{move || t::request_due(format::day(due))}</span> })}
            </p>
            {away.map(|other| view! { <p class="notice">{move || t::request_minded(&name, &other)}</p> })}
        </div>
        {closing.map(|it| {
            let (conclusion, at) = (it.conclusion, it.at);
            view! {
                <section class="sheet request-closing" aria-label=t::request_field_closing>
                    <h2>{move || words::conclusion(conclusion)}</h2>
                    <p class="exchange-text">{it.text}</p>
                    <p class="muted small">{move || format::instant_day(at)}</p>
                </section>
            }
        })}
        <Section title=t::request_conversation note=t::request_conversation_note broad=true>
            <ol role="list" class="conversation">
                {said(asker, created_at, text, true)}
                {messages.nodes.into_iter().map(|it| {
                    let Message { text, created_at, author_name, is_by_asker, .. } = it;
                    said(author_name.unwrap_or_default(), created_at, text, is_by_asker)
                }).collect_view()}
            </ol>
            {(state != State::Closed).then(|| view! { <Reply id=written /> })}
        </Section>
        <div class="button-row no-print">
            {(state == State::Closed).then(|| view! { <Reopen id=id.clone() revision /> })}
            {(staff && state != State::Closed).then(|| view! { <HandOver id=id.clone() revision owner=officer_id.inner().to_owned() /> })}
            {((staff || own) && state != State::Closed).then(|| view! { <Close id=id.clone() revision staff /> })}
        </div>
        <Section title=t::request_way>
            <ol role="list" class="change-list">{handovers.into_iter().map(passage).collect_view()}</ol>
        </Section>
    }
    .into_any()
}

fn said(name: String, at: chrono::DateTime<chrono::Utc>, text: String, asks: bool) -> impl IntoView {
    view! {
        <li class=if asks { "said asks" } else { "said answers" }>
            <p class="muted small"><strong>{name}</strong> " · " {move || format::instant(at)}</p>
            <p class="exchange-text">{text}</p>
        </li>
    }
}

fn passage(handover: Handover) -> impl IntoView {
    let Handover {
        at,
        reason,
        note,
        from_name,
        to_name,
    } = handover;
    let way = move || match (&from_name, to_name.as_deref().unwrap_or_default()) {
        (Some(from), to) => t::request_from_to(from, to),
        (None, to) => t::request_to(to),
    };
    view! {
        <li>
            <strong>{way}</strong> " · " {move || words::reason(reason)} <span class="muted small">" · " {move || format::instant_day(at)}</span>
            {note.map(|note| view! { <p class="exchange-text">{note}</p> })}
        </li>
    }
}

/// Sends what a small form holds; what was refused stays under its field, and what was done can be taken back.
fn send(
    busy: RwSignal<bool>,
    refusals: RwSignal<Vec<Refused>>,
    done: &'static str,
    answer: impl Future<Output = Answer> + 'static,
    then: impl FnOnce() + 'static,
) {
    if busy.get_untracked() {
        return;
    }
    busy.set(true);
    let toasts = toasts();
    spawn_local(async move {
        let answer = answer.await;
        let _ = busy.try_set(false);
        match answer {
            Ok((errors, change)) if errors.is_empty() => {
                then();
                offer_undo(toasts, change, done);
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
}

#[component]
fn Reply(id: cynic::Id) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let refusals = RwSignal::new(Vec::<Refused>::new());
    let busy = RwSignal::new(false);
    // The same until it was sent: pressed twice, or on a network that was lost, it is written once.
    let key = RwSignal::new(format!("message-{:.0}", browser::now()));
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let answer = moves::write(id.clone(), text.get_untracked(), key.get_untracked());
        send(busy, refusals, t::request_written(), answer, move || {
            let _ = text.try_set(String::new());
            let _ = key.try_set(format!("message-{:.0}", browser::now()));
        });
    };
    view! {
        <form class="form request-reply no-print" on:submit=submit>
            <Refusals refusals shown=vec!["text"] />
            <TextField label=t::request_write_label path="text" refusals required=true multiline=true value=text />
            <div class="form-foot"><Button text=t::request_write look=Look::Primary submit=true busy /></div>
        </form>
    }
}

#[component]
fn Reopen(id: cynic::Id, revision: i32) -> impl IntoView {
    let busy = RwSignal::new(false);
    let said = toasts();
    let open = move |()| {
        press(
            busy,
            said,
            t::request_reopened(),
            moves::reopen(id.clone(), revision),
        );
    };
    view! { <Button text=t::request_reopen busy on_press=open /> }
}

#[component]
fn HandOver(id: cynic::Id, revision: i32, owner: String) -> impl IntoView {
    let open = RwSignal::new(false);
    let owner = StoredValue::new(owner);
    let id = StoredValue::new(id);
    view! {
        <Button text=t::request_hand_over on_press=move |()| open.set(true) />
        <Dialog open title=t::request_hand_over>
            <HandOverForm id=id.get_value() revision owner=owner.get_value() open />
        </Dialog>
    }
}

#[component]
fn HandOverForm(id: cynic::Id, revision: i32, owner: String, open: RwSignal<bool>) -> impl IntoView {
    let found = api::load(|| Colleagues::build(()));
    let to = RwSignal::new(String::new());
    let note = RwSignal::new(String::new());
    let refusals = RwSignal::new(Vec::<Refused>::new());
    let busy = RwSignal::new(false);
    let options = Signal::derive(move || {
        let route = (String::new(), t::request_hand_over_route().to_owned());
        let staff = found
            .load
            .with(|it| it.value().and_then(|it| it.officers.clone()));
        let others = staff
            .unwrap_or_default()
            .into_iter()
            .filter(|it| it.person_id.inner() != owner);
        let named = others.map(|it| (it.person_id.inner().to_owned(), it.name.unwrap_or_default()));
        std::iter::once(route).chain(named).collect::<Vec<_>>()
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let whom = Some(to.get_untracked()).filter(|it| !it.is_empty());
        let words = Some(note.get_untracked()).filter(|it| !it.trim().is_empty());
        let answer = moves::hand_over(id.clone(), revision, whom.map(cynic::Id::new), words);
        send(busy, refusals, t::request_handed(), answer, move || {
            let _ = open.try_set(false);
        });
    };
    view! {
        <form class="form" on:submit=submit>
            <Refusals refusals shown=vec!["to", "note"] />
            <SelectField label=t::request_hand_over_to path="to" refusals required=true options value=to />
            <TextField label=t::request_hand_over_note path="note" refusals multiline=true value=note />
            <div class="form-foot">
                <Button text=t::request_hand_over look=Look::Primary submit=true busy />
                <Button text=t::action_cancel look=Look::Quiet on_press=move |()| open.set(false) />
            </div>
        </form>
    }
}

#[component]
fn Close(id: cynic::Id, revision: i32, staff: bool) -> impl IntoView {
    let open = RwSignal::new(false);
    let id = StoredValue::new(id);
    let name = if staff {
        t::request_close
    } else {
        t::request_withdraw
    };
    view! {
        <Button text=name look=Look::Quiet on_press=move |()| open.set(true) />
        <Dialog open title=name><CloseForm id=id.get_value() revision staff open /></Dialog>
    }
}

#[component]
fn CloseForm(id: cynic::Id, revision: i32, staff: bool, open: RwSignal<bool>) -> impl IntoView {
    let first = if staff {
        Conclusion::Answered
    } else {
        Conclusion::Withdrawn
    };
    let what = RwSignal::new(first.to_string());
    let text = RwSignal::new(String::new());
    let refusals = RwSignal::new(Vec::<Refused>::new());
    let busy = RwSignal::new(false);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let conclusion = what.get_untracked().parse().unwrap_or(first);
        let answer = moves::close(id.clone(), revision, conclusion, text.get_untracked());
        send(busy, refusals, t::request_done(), answer, move || {
            let _ = open.try_set(false);
        });
    };
    view! {
        <form class="form" on:submit=submit>
            <Refusals refusals shown=vec!["text"] />
            {staff.then(|| view! {
                <SelectField label=t::request_close_what required=true options=crate::edit::options(Conclusion::ALL, words::conclusion) value=what />
            })}
            <TextField label=t::request_close_text path="text" refusals required=true multiline=true value=text />
            <div class="form-foot">
                <Button text=if staff { t::request_close } else { t::request_withdraw } look=Look::Primary submit=true busy />
                <Button text=t::action_cancel look=Look::Quiet on_press=move |()| open.set(false) />
            </div>
        </form>
    }
}
