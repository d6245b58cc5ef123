//! One offer of expertise, or one need: what it is, whom to write to, what fits it and why, and what came of it.

use super::forms::{ExpertiseForm, NeedForm};
use super::introduction::card;
use super::read::{
    Contact, ContactRows, ExpertiseAround, ExpertiseFound, ExpertiseRow, IntroductionRow, IntroductionRows,
    NeedAround, NeedFound, NeedRow, One,
};
use super::{cards, matches, words};
use crate::api;
use crate::contract::typed;
use crate::edit::press::{Answer, press};
use crate::edit::reason::AskReason;
use crate::edit::{Keeps as _, Sent, as_opened, record, take_away};
use crate::language::t;
use crate::session::{self, Session};
use crate::ui::button::{Button, Look};
use crate::ui::chips::{Chip, Status};
use crate::ui::dialog::Dialog;
use crate::ui::icon::Icon;
use crate::ui::page::{Crumb, Page, Section};
use crate::ui::state::{Load, Loaded};
use crate::ui::toast::toasts;
use crate::viewer::may;
use cynic::QueryBuilder;
use domain::expertise::need::{ExpertiseNeed, ExpertiseNeedPatch, State};
use domain::policy::Action;
use domain::{ExpertiseNeedId, Patch, RecordType};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};

type Offer = (ExpertiseRow, Option<ExpertiseAround>);
type Wanted = (NeedRow, Option<NeedAround>);

fn own_id() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default())
}

fn paragraphs(text: &str) -> AnyView {
    text.split("\n\n")
        .map(|it| view! { <p class="prose">{it.to_owned()}</p> })
        .collect_view()
        .into_any()
}

/// What became of it, for those who may see it.
fn outcomes(rows: Option<IntroductionRows>) -> Option<AnyView> {
    let rows: Vec<IntroductionRow> = rows?.nodes;
    Some(
        view! {
            <Section title=t::introduction_title note=t::introduction_private broad=true>
                {rows.is_empty().then(|| view! { <p class="muted">{t::introduction_none_here}</p> })}
                <ol class="stack" role="list">{rows.into_iter().map(|row| view! { <li>{card(row)}</li> }).collect_view()}</ol>
            </Section>
        }
        .into_any(),
    )
}

#[component]
pub fn Expertise() -> impl IntoView {
    let id = own_id();
    let found = api::load(move || {
        ExpertiseFound::build(One {
            id: cynic::Id::new(id.get()),
        })
    });
    let both = |it: ExpertiseFound| Some((it.expertise?, it.around));
    let load: Memo<Load<Offer>> = Memo::new(move |_| found.load.get().map(both).present());
    let row = Memo::new(move |_| load.with(|it| it.value().map(|it| it.0.clone())));
    let title = move || {
        row.with(|it| it.as_ref().map(|it| it.title.clone()))
            .unwrap_or_default()
    };
    let lead = move || {
        row.with(|it| it.as_ref().and_then(|it| it.organisation.clone()))
            .map_or_else(|| t::expertise_question().to_owned(), |it| it.name)
    };
    let open = RwSignal::new(false);
    let can = move || {
        let organisation = row.with(|it| it.as_ref().and_then(|it| typed(&it.organisation_id)));
        organisation.is_some_and(|organisation| may(Action::EditExpertise { organisation }))
    };
    let navigate = use_navigate();
    let gone = move |()| {
        let Some(own) = row.get_untracked() else { return };
        let navigate = navigate.clone();
        take_away(
            RecordType::Expertise,
            own.id,
            own.revision,
            own.title,
            move || {
                navigate("/expertises", NavigateOptions::default());
            },
        );
    };
    let tools = move || {
        let gone = Callback::new(gone.clone());
        view! {
            {move || can().then(|| view! {
                <Button text=t::action_edit mark=Icon::Edit look=Look::Primary on_press=move |()| open.set(true) />
                <Button text=t::expertise_delete look=Look::Quiet on_press=gone />
            })}
            <a class="button quiet" href=move || format!("/historique/{}", id.get())>{t::action_history}</a>
        }
    };
    let crumbs = vec![Crumb::new(t::expertise_title, "/expertises")];
    view! {
        <Page title lead crumbs tools>
            <Loaded load on_retry=found.reload view=offer />
        </Page>
        <Dialog open title=t::action_edit drawer=true>
            {move || {
                let record = as_opened(row).as_ref().and_then(record);
                record.map(|record| view! { <ExpertiseForm record=Some(record) on_end=move |()| open.set(false) /> })
            }}
        </Dialog>
    }
}

fn offer((row, around): Offer) -> AnyView {
    let (introductions, contacts) = around
        .map(|it| (it.introductions, it.organisation.and_then(|it| it.contacts)))
        .unwrap_or_default();
    let had: Vec<IntroductionRow> = introductions
        .as_ref()
        .map(|it| it.nodes.clone())
        .unwrap_or_default();
    // Who sees the introductions sees the matches.
    let keeps = introductions.is_some();
    let (state, topics, facts) = (
        cards::availability(&row),
        cards::topics(&row.topics),
        cards::expertise_facts(&row),
    );
    let id = row.id.inner().to_owned();
    let open = row.is_open;
    view! {
        <div class="sheet stack">
            <div class="row-tight">{state}</div>
            {topics}
            {facts}
        </div>
        {row.description.map(|text| view! { <Section title=t::expertise_field_description>{paragraphs(&text)}</Section> })}
        {(!row.references.is_empty()).then(|| view! {
            <Section title=t::expertise_field_references>
                <ul class="stack-tight">
                    {row.references.into_iter().map(|it| view! {
                        <li>{match it.url {
                            Some(url) => view! { <a href=url rel="external noopener" target="_blank">{it.text}</a> }.into_any(),
                            None => view! { <span>{it.text}</span> }.into_any(),
                        }}</li>
                    }).collect_view()}
                </ul>
            </Section>
        })}
        {reach(contacts, &id)}
        {(keeps && open).then(|| view! { <matches::OfOffer id had /> })}
        {outcomes(introductions)}
    }
    .into_any()
}

/// Whom to write to, for those who signed in.
fn reach(contacts: Option<ContactRows>, id: &str) -> AnyView {
    let back = format!("/connexion?vers=/expertises/{id}");
    let inside = match contacts {
        None => view! {
            {move || match session::session() {
                Session::Visitor => view! { <p class="muted">{t::expertise_contact_private} " " <a href=back.clone()>{t::action_sign_in}</a></p> }.into_any(),
                Session::Restoring | Session::Signed(_) => ().into_any(),
            }}
        }
        .into_any(),
        Some(rows) if rows.nodes.is_empty() => view! { <p class="unknown">{t::expertise_contact_none}</p> }.into_any(),
        Some(rows) => view! {
            <ul class="stack-tight" role="list">
                {rows.nodes.into_iter().map(|Contact { purpose, name, email, phone }| view! {
                    <li>
                        <strong>{purpose}</strong> {name.map(|it| format!(" · {it}"))}
                        {email.map(|it| view! { " · " <a href=format!("mailto:{it}")>{it.clone()}</a> })}
                        {phone.map(|it| view! { " · " <a href=format!("tel:{}", it.replace(' ', ""))>{it.clone()}</a> })}
                    </li>
                }).collect_view()}
            </ul>
        }
        .into_any(),
    };
    view! { <Section title=t::expertise_contact>{inside}</Section> }.into_any()
}

#[component]
pub fn Need() -> impl IntoView {
    let id = own_id();
    let found = api::load(move || {
        NeedFound::build(One {
            id: cynic::Id::new(id.get()),
        })
    });
    let both = |it: NeedFound| Some((it.expertise_need?, it.around));
    let load: Memo<Load<Wanted>> = Memo::new(move |_| found.load.get().map(both).present());
    let row = Memo::new(move |_| load.with(|it| it.value().map(|it| it.0.clone())));
    let title = move || {
        row.with(|it| it.as_ref().map(|it| it.title.clone()))
            .unwrap_or_default()
    };
    let open = RwSignal::new(false);
    let can = move || row.with(|it| it.as_ref().is_some_and(|it| may(keeping(it))));
    let navigate = use_navigate();
    let gone = move |()| {
        let Some(own) = row.get_untracked() else { return };
        let navigate = navigate.clone();
        take_away(
            RecordType::ExpertiseNeed,
            own.id,
            own.revision,
            own.title,
            move || {
                navigate("/besoins-expertise", NavigateOptions::default());
            },
        );
    };
    let tools = move || {
        let gone = Callback::new(gone.clone());
        view! {
            {move || can().then(|| view! {
                <Button text=t::action_edit mark=Icon::Edit on_press=move |()| open.set(true) />
                <Button text=t::expertise_delete look=Look::Quiet on_press=gone />
            })}
        }
    };
    let crumbs = vec![Crumb::new(t::expertise_needs_title, "/besoins-expertise")];
    view! {
        <Page title lead=t::expertise_needs_question crumbs tools>
            <Loaded load on_retry=found.reload view=wanted />
        </Page>
        <Dialog open title=t::action_edit drawer=true>
            {move || {
                let record = as_opened(row).as_ref().and_then(record);
                record.map(|record| view! { <NeedForm record=Some(record) project=None on_end=move |()| open.set(false) /> })
            }}
        </Dialog>
    }
}

fn keeping(row: &NeedRow) -> Action {
    Action::KeepExpertiseNeed {
        project: row.project_id.as_ref().and_then(typed),
        organisation: row.organisation_id.as_ref().and_then(typed),
    }
}

fn wanted((row, around): Wanted) -> AnyView {
    let introductions = around.and_then(|it| it.introductions);
    let had: Vec<IntroductionRow> = introductions
        .as_ref()
        .map(|it| it.nodes.clone())
        .unwrap_or_default();
    let keeps = introductions.is_some();
    let (topics, facts) = (cards::topics(&row.topics), cards::need_facts(&row));
    let (id, state, confidential) = (row.id.inner().to_owned(), row.state, row.confidential);
    let reason = row.reason.clone();
    view! {
        <div class="sheet stack exchange-holds">
            <div class="row-tight">
                <Status course=words::state_course(state) text=move || words::state(state) />
                {confidential.then(|| view! { <Chip text=t::expertise_need_confidential /> })}
            </div>
            {reason.map(|reason| view! { <p class="outcome-reason">{reason}</p> })}
            {topics}
            {facts}
            {move_on(&row)}
        </div>
        {row.context.map(|text| view! { <Section title=t::expertise_need_field_context>{paragraphs(&text)}</Section> })}
        {(keeps && state == State::Open).then(|| view! { <matches::OfNeed id had /> })}
        {outcomes(introductions)}
    }
    .into_any()
}

/// Says where a need stands.
async fn becomes(id: Option<ExpertiseNeedId>, revision: i32, to: State, reason: Option<String>) -> Answer {
    let Some(id) = id else {
        return Ok((Vec::new(), None));
    };
    let patch = ExpertiseNeedPatch {
        state: Patch::Value(to),
        reason: Patch::from(reason),
        ..ExpertiseNeedPatch::of(id, revision)
    };
    let it = ExpertiseNeed::send(Sent::Change(patch)).await?;
    Ok((it.errors, it.change))
}

/// The presses that say where the need stands.
fn move_on(row: &NeedRow) -> impl IntoView + use<> {
    let action = keeping(row);
    let (state, revision) = (row.state, row.revision);
    let busy = RwSignal::new(false);
    let said = toasts();
    let asked = RwSignal::new(false);
    let name = row.id.inner().to_owned();
    let id = typed::<ExpertiseNeedId>(&row.id);
    view! {
        {move || may(action).then(|| {
            let name = name.clone();
            match state {
                State::Open => view! {
                    <div class="button-row no-print">
                        <Button text=t::expertise_need_do_answered small=true busy on_press=move |()| press(busy, said, t::edit_saved(), becomes(id, revision, State::Answered, None)) />
                        <Button text=t::expertise_need_do_withdraw look=Look::Quiet small=true busy on_press=move |()| asked.set(true) />
                    </div>
                    <AskReason open=asked record=name title=t::expertise_need_do_withdraw hint=t::introduction_end_hint usual=words::USUAL_NEED
                        action=t::expertise_need_do_withdraw done=t::expertise_need_withdrawn
                        send=move |reason| becomes(id, revision, State::Withdrawn, Some(reason)) />
                }.into_any(),
                State::Answered | State::Withdrawn => view! {
                    <div class="button-row no-print">
                        <Button text=t::expertise_need_do_open small=true busy on_press=move |()| press(busy, said, t::edit_saved(), becomes(id, revision, State::Open, None)) />
                    </div>
                }.into_any(),
            }
        })}
    }
}
