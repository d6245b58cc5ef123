//! A council's own page: who sits, what was decided, what came of it; edited where it is shown. A year can be cut out of
//! it, to be printed.

use super::ballot::BallotForm;
use super::cut::{self, Years};
use super::forms::{CouncilForm, MoveForm, StageForm};
use super::life::{fiche, learnt, life, texts};
use super::read::{Around, One, SeatRow, Which, Whole};
use super::seats::{Holder, SeatForm, sits};
use super::together::{EndorsementForm, said_by};
use super::votes::votes;
use super::words;
use super::work::{decisions, evaluations, meetings};
use super::writing::{ActionForm, AdvanceForm, DecisionForm, EvaluationForm, MeetingForm, VoteForm};
use crate::api;
use crate::contract::typed;
use crate::edit::{as_opened, record, take_away};
use crate::language::t;
use crate::provenance::SourceList;
use crate::records;
use crate::ui::button::{Button, Look};
use crate::ui::chips::{Chip, NewMark, Status};
use crate::ui::dialog::Dialog;
use crate::ui::icon::Icon;
use crate::ui::page::{Crumb, Page, Section};
use crate::ui::sign::Sign;
use crate::ui::state::{Load, Loaded};
use crate::viewer::may;
use crate::visit;
use cynic::QueryBuilder;
use domain::council::{Council, Stage};
use domain::policy::Action;
use domain::{CouncilId, RecordType};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The form that is open.
#[derive(Clone, Debug, PartialEq)]
pub enum Open {
    Council,
    Move,
    Stage(Stage),
    Seat(Option<String>),
    /// The seat, and who of those who sit on it.
    Holder(String, Option<String>),
    Meeting(Option<String>),
    Vote(Option<String>),
    Ballot(String),
    Decision(Option<String>),
    /// The decision, and one of its actions.
    Action(String, Option<String>),
    Advance(String),
    Evaluation(Option<String>),
    Endorsement(Option<String>),
}

/// Where a part of the page opens its form.
pub type Opening = RwSignal<Option<Open>>;

#[component]
pub fn Routed() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    move || view! { <Screen id=id.get() /> }
}

/// Adds something, where one may.
pub fn add(council: CouncilId, text: crate::language::Text, open: Opening, what: Open) -> AnyView {
    (move || {
        let what = what.clone();
        may(Action::EditCouncil { council }).then(|| view! { <p class="no-print"><Button text mark=Icon::Add small=true on_press=move |()| open.set(Some(what.clone())) /></p> })
    })
    .into_any()
}

#[component]
fn Screen(id: String) -> impl IntoView {
    let found = api::load(move || {
        One::build(Which {
            id: cynic::Id::new(&id),
        })
    });
    let load = Signal::derive(move || found.load.get().map(One::whole).present());
    let whole = Memo::new(move |_| load.with(|load| load.value().cloned()));
    let title = move || match load.get() {
        Load::Failed(failure) => failure.kind.title().to_owned(),
        other @ (Load::Pending | Load::Ready(_) | Load::Stale(..)) => {
            other.value().map(|it| it.facts.name.clone()).unwrap_or_default()
        }
    };
    let open: Opening = RwSignal::new(None);
    let council = move || whole.with(|it| it.as_ref().and_then(|it| typed::<CouncilId>(&it.facts.id)));
    let edits = move || council().is_some_and(|council| may(Action::EditCouncil { council }));
    let history = move || {
        whole.with(|it| {
            it.as_ref()
                .map(|it| format!("/historique/{}", it.facts.id.inner()))
        })
    };
    let navigate = use_navigate();
    let drop = move |()| {
        let Some(own) = whole.with_untracked(|it| it.as_ref().map(|it| it.facts.clone())) else {
            return;
        };
        let navigate = navigate.clone();
        take_away(RecordType::Council, own.id, own.revision, own.name, move || {
            navigate("/conseils", NavigateOptions::default());
        });
    };
    let tools = move || {
        let drop = Callback::new(drop.clone());
        view! {
            {move || edits().then(|| view! {
                <Button text=t::action_edit mark=Icon::Edit look=Look::Primary on_press=move |()| open.set(Some(Open::Council)) />
                <Button text=t::council_move on_press=move |()| open.set(Some(Open::Move)) />
            })}
            <Button text=t::project_print mark=Icon::Print look=Look::Quiet on_press=|()| { let _ = window().print(); } />
            {move || history().map(|href| view! { <a class="button quiet" href=href>{t::action_history}</a> })}
            {move || may(Action::KeepCouncils).then(|| view! { <Button text=t::council_delete look=Look::Quiet on_press=drop /> })}
        }
    };
    let crumbs = vec![Crumb::new(t::councils_title, "/conseils")];
    view! {
        <Page title lead=t::council_question crumbs tools sign=Sign::Councils>
            <div class="council-sheet">
                <Loaded load on_retry=found.reload view=move |whole| matter(whole, open) />
            </div>
        </Page>
        <Drawer whole open />
    }
}

fn matter(whole: Whole, open: Opening) -> AnyView {
    let Some(council) = typed::<CouncilId>(&whole.facts.id) else {
        return ().into_any();
    };
    records::know(whole.facts.id.inner(), &whole.facts.name);
    for seat in &whole.around.seats_in_mandate {
        records::know(seat.id.inner(), &seat.label);
    }
    let Whole { facts, around } = whole;
    let Around {
        status,
        territory,
        coordinators,
        partners,
        projects,
        representativity,
        seats_in_mandate,
        meetings: met,
        votes: asked,
        decisions: decided,
        evaluations: years,
        endorsements,
        sources,
    } = around;
    let level = facts.level;
    let is_new = visit::is_new(facts.updated_at);
    let summary = facts.summary.clone();
    let life = life(&facts.phases);
    let known = cut::years(&met.nodes, &asked.nodes, &decided.nodes, &years.nodes);
    let count = seats_in_mandate.len();
    let method = facts.method.clone();
    let documents = facts.texts.clone();
    let quorum = facts.quorum;
    let top = fiche(
        facts,
        coordinators,
        partners,
        projects,
        territory.as_ref(),
        &sources,
    );
    view! {
        <div class="council-top">
            <div class="row-tight">
                <Status course=words::course(status) text=move || words::status(status) />
                <Chip text=move || words::level(level) />
                {is_new.then(|| view! { <NewMark /> })}
            </div>
            {match summary {
                Some(text) => view! { <p class="project-summary-full">{text}</p> }.into_any(),
                None => view! { <p class="unknown">{t::council_summary_unknown}</p> }.into_any(),
            }}
        </div>
        {sits(council, representativity, seats_in_mandate, territory.as_ref(), open)}
        <Years known />
        {votes(council, asked.nodes, count, open)}
        {decisions(council, decided.nodes, open)}
        {evaluations(council, years.nodes, open)}
        {meetings(council, met.nodes, quorum, open)}
        {said_by(council, endorsements.nodes, open)}
        {learnt(council, &method, open)}
        <Section title=t::council_about>{top}</Section>
        {texts(documents)}
        <Section title=t::council_life>{life}</Section>
        <Section title=t::provenance_section>
            <SourceList sources word=words::own_field may_confirm=Signal::derive(move || may(Action::EditProvenance { project: None })) on_confirmed=|()| api::try_again() />
        </Section>
    }
    .into_any()
}

/// The seats by their identifiers and what they stand for.
fn named(seats: &[SeatRow]) -> Vec<(String, String)> {
    seats
        .iter()
        .map(|it| (it.id.inner().to_owned(), it.label.clone()))
        .collect()
}

/// The domain's record of the row with an identifier.
fn pick<R: DeserializeOwned, T: Serialize>(
    rows: &[T],
    key: Option<&str>,
    id: impl Fn(&T) -> &cynic::Id,
) -> Option<R> {
    let key = key?;
    rows.iter().find(|it| id(it).inner() == key).and_then(record)
}

/// The form that is open, beside the page it changes.
#[component]
fn Drawer(whole: Memo<Option<Whole>>, open: Opening) -> impl IntoView {
    let shown = RwSignal::new(false);
    Effect::new(move |_| shown.set(open.with(Option::is_some)));
    Effect::new(move |_| {
        if !shown.get() && open.with_untracked(Option::is_some) {
            open.set(None);
        }
    });
    let end = Callback::new(move |()| open.set(None));
    let title = move || match open.get() {
        None | Some(Open::Council) => t::action_edit(),
        Some(Open::Move) => t::council_move(),
        Some(Open::Stage(stage)) => words::stage(stage),
        Some(Open::Seat(_)) => t::record_seat(),
        Some(Open::Holder(..)) => t::seat_holders(),
        Some(Open::Meeting(_)) => t::record_council_meeting(),
        Some(Open::Vote(_)) => t::record_vote(),
        Some(Open::Ballot(_)) => t::ballot_title(),
        Some(Open::Decision(_)) => t::record_decision(),
        Some(Open::Action(..)) => t::record_council_action(),
        Some(Open::Advance(_)) => t::todo_advance(),
        Some(Open::Evaluation(_)) => t::record_evaluation(),
        Some(Open::Endorsement(_)) => t::record_endorsement(),
    };
    view! {
        <Dialog open=shown title drawer=true>
            {move || {
                let what = open.get()?;
                let whole = as_opened(whole)?;
                form(what, whole, end)
            }}
        </Dialog>
    }
}

fn form(what: Open, whole: Whole, end: Callback<()>) -> Option<AnyView> {
    let council = typed::<CouncilId>(&whole.facts.id)?;
    let Whole { facts, around } = whole;
    Some(match what {
        Open::Council => {
            view! { <CouncilForm record={record::<Council>(&facts)} on_done=move |_| end.run(()) on_cancel=end /> }.into_any()
        }
        Open::Move => {
            let record: Council = record(&facts)?;
            view! { <MoveForm record on_end=end /> }.into_any()
        }
        Open::Stage(stage) => {
            let record: Council = record(&facts)?;
            view! { <StageForm record stage on_end=end /> }.into_any()
        }
        Open::Seat(key) => {
            let record = pick(&around.seats_in_mandate, key.as_deref(), |it| &it.id);
            view! { <SeatForm council record on_end=end /> }.into_any()
        }
        Open::Holder(seat, key) => {
            let row = around.seats_in_mandate.iter().find(|it| it.id.inner() == seat)?;
            let rows = row.holders.clone().map(|it| it.nodes).unwrap_or_default();
            let record = pick(&rows, key.as_deref(), |it| &it.id);
            let seat = typed(&row.id)?;
            view! { <Holder seat record on_end=end /> }.into_any()
        }
        Open::Meeting(key) => {
            let record = pick(&around.meetings.nodes, key.as_deref(), |it| &it.id);
            view! { <MeetingForm council record seats=named(&around.seats_in_mandate) on_end=end /> }.into_any()
        }
        Open::Vote(key) => {
            let record = pick(&around.votes.nodes, key.as_deref(), |it| &it.id);
            view! { <VoteForm council record meetings=around.meetings.nodes on_end=end /> }.into_any()
        }
        Open::Ballot(key) => {
            let vote = around.votes.nodes.into_iter().find(|it| it.id.inner() == key)?;
            view! { <BallotForm council vote named=named(&around.seats_in_mandate) on_end=end /> }.into_any()
        }
        Open::Decision(key) => {
            let record = pick(&around.decisions.nodes, key.as_deref(), |it| &it.id);
            view! { <DecisionForm council record meetings=around.meetings.nodes votes=around.votes.nodes on_end=end /> }.into_any()
        }
        Open::Action(decision, key) => {
            let row = around.decisions.nodes.into_iter().find(|it| it.id.inner() == decision)?;
            let record = pick(&row.actions.nodes, key.as_deref(), |it| &it.id);
            let decision = typed(&row.id)?;
            view! { <ActionForm decision record on_end=end /> }.into_any()
        }
        Open::Advance(key) => {
            let mut rows = around.decisions.nodes.into_iter().flat_map(|it| it.actions.nodes);
            let row = rows.find(|it| it.id.inner() == key)?;
            let record = record(&row)?;
            view! { <AdvanceForm record on_end=end /> }.into_any()
        }
        Open::Evaluation(key) => {
            let record = pick(&around.evaluations.nodes, key.as_deref(), |it| &it.id);
            view! { <EvaluationForm council record on_end=end /> }.into_any()
        }
        Open::Endorsement(key) => {
            let record = pick(&around.endorsements.nodes, key.as_deref(), |it| &it.id);
            view! { <EndorsementForm item=None council=Some(council) record on_end=end /> }.into_any()
        }
    })
}
