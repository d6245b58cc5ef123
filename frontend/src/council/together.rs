//! What councils do together: memoranda, working groups, workshops, with what each council says of them.

use super::forms::{lines, read, written};
use super::life::documents;
use super::page::{Open, Opening, add};
use super::read::{EndorsementRow, ItemRow};
use super::words;
use crate::api;
use crate::contract::{schema, typed};
use crate::edit::{Actions, Edit, EditForm, options, record};
use crate::format;
use crate::language::t;
use crate::records::RecordField;
use crate::ui::button::{Button, Look};
use crate::ui::chips::Status;
use crate::ui::dialog::Dialog;
use crate::ui::field::{DateField, SelectField, TextField};
use crate::ui::icon::Icon;
use crate::ui::page::{Crumb, Page, Section};
use crate::ui::sign::Sign;
use crate::ui::state::{Empty, Loaded};
use crate::viewer::{actor, may};
use chrono::DateTime;
use cynic::QueryBuilder;
use domain::council::{Endorsement, EndorsementState, SharedItem, SharedKind};
use domain::policy::{Action, Actor};
use domain::{CouncilId, EndorsementId, RecordType, SharedItemId};
use leptos::prelude::*;
use uuid::Uuid;

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
struct Found {
    #[arguments(first: 50)]
    shared_items: Items,
}

crate::api::document!(query Found(()));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "SharedItemConnection")]
struct Items {
    nodes: Vec<ItemRow>,
}

/// The form that is open.
#[derive(Clone, Debug, PartialEq)]
enum Doing {
    Item(Option<SharedItem>),
    Endorsement(SharedItemId, Option<Endorsement>),
}

/// The councils that somebody keeps without being staff.
fn own_councils(actor: &Actor) -> Vec<CouncilId> {
    actor.person().map(|it| it.councils.clone()).unwrap_or_default()
}

/// Whether somebody may propose something: staff, and who coordinates a council.
fn may_propose() -> bool {
    may(Action::EditSharedItem { proposer: None })
        || own_councils(&actor()).into_iter().any(|council| {
            may(Action::EditSharedItem {
                proposer: Some(council),
            })
        })
}

#[component]
pub fn Screen() -> impl IntoView {
    let found = api::load(|| Found::build(()));
    let load = Memo::new(move |_| found.load.get().map(|it| it.shared_items.nodes));
    let open = RwSignal::new(None::<Doing>);
    let shown = RwSignal::new(false);
    Effect::new(move |_| shown.set(open.with(Option::is_some)));
    Effect::new(move |_| {
        if !shown.get() && open.with_untracked(Option::is_some) {
            open.set(None);
        }
    });
    let end = Callback::new(move |()| open.set(None));
    let tools = move || view! { {move || may_propose().then(|| view! { <Button text=t::shared_add mark=Icon::Add look=Look::Primary on_press=move |()| open.set(Some(Doing::Item(None))) /> })} };
    let crumbs = vec![Crumb::new(t::councils_title, "/conseils")];
    view! {
        <Page title=t::councils_together lead=t::councils_together_question crumbs tools sign=Sign::Councils>
            <Loaded load on_retry=found.reload view={move |rows: Vec<ItemRow>| {
                if rows.is_empty() {
                    return view! { <Empty title=t::shared_none text=t::shared_none_text /> }.into_any();
                }
                view! { <ul role="list" class="stack">{rows.into_iter().map(|row| view! { <li>{item(row, open)}</li> }).collect_view()}</ul> }.into_any()
            }} />
        </Page>
        <Dialog open=shown title=move || open.with(|open| match open { Some(Doing::Endorsement(..)) => t::record_endorsement(), Some(Doing::Item(_)) | None => t::record_shared_item() }) drawer=true>
            {move || open.get().map(|what| match what {
                Doing::Item(record) => view! { <ItemForm record on_end=end /> }.into_any(),
                Doing::Endorsement(item, record) => view! { <EndorsementForm item=Some(item) council=None record on_end=end /> }.into_any(),
            })}
        </Dialog>
    }
}

fn item(row: ItemRow, open: RwSignal<Option<Doing>>) -> AnyView {
    let whole: Option<SharedItem> = record(&row);
    let key = typed::<SharedItemId>(&row.id);
    let proposer_id = row.proposer_id.as_ref().and_then(typed::<CouncilId>);
    let (id, revision, title, kind, on) = (row.id.clone(), row.revision, row.title.clone(), row.kind, row.on);
    let can = move || {
        may(Action::EditSharedItem {
            proposer: proposer_id,
        })
    };
    let none = row.endorsements.nodes.is_empty();
    view! {
        <article class="card" id=row.id.inner().to_owned()>
            <div class="spread">
                <div class="stack-tight">
                    <h3>{row.title}</h3>
                    <p class="muted small">
                        {move || words::shared(kind)}
                        {on.map(|_| view! { " · " {move || format::partial(on)} })}
                        {row.place.map(|place| format!(" · {place}"))}
                        {row.proposer.map(|it| view! { " · " <a href=format!("/conseils/{}", it.id.inner())>{it.name}</a> })}
                    </p>
                </div>
                {move || can().then(|| {
                    let whole = whole.clone();
                    view! { <Actions title=title.clone() kind=RecordType::SharedItem id=id.clone() revision on_edit=move |()| open.set(Some(Doing::Item(whole.clone()))) /> }
                })}
            </div>
            {row.text.map(|text| view! { <p class="prose">{text}</p> })}
            {(!row.documents.is_empty()).then(|| documents(row.documents))}
            {none.then(|| view! { <p class="muted small">{t::shared_unanswered}</p> })}
            <ul role="list" class="plain-list">
                {row.endorsements.nodes.into_iter().map(|it| said(it, true, move |whole| if let Some(key) = key { open.set(Some(Doing::Endorsement(key, Some(whole)))) })).collect_view()}
            </ul>
            {move || may_propose().then(|| view! {
                <p class="no-print"><Button text=t::endorsement_add look=Look::Quiet small=true mark=Icon::Add on_press=move |()| if let Some(key) = key { open.set(Some(Doing::Endorsement(key, None))) } /></p>
            })}
        </article>
    }
    .into_any()
}

/// What one council says of one item; seen from the item, the council is named, and the other way round.
fn said(
    row: EndorsementRow,
    from_item: bool,
    edit: impl Fn(Endorsement) + Clone + Send + Sync + 'static,
) -> AnyView {
    let whole: Option<Endorsement> = record(&row);
    let (id, revision, state, on) = (row.id.clone(), row.revision, row.state, row.on);
    let council = typed::<CouncilId>(&row.council_id);
    let can = move || council.is_some_and(|council| may(Action::EditCouncil { council }));
    let name = if from_item {
        row.council
            .map(|it| (it.name, format!("/conseils/{}", it.id.inner())))
    } else {
        row.item
            .map(|it| (it.title, format!("/conseils/ensemble#{}", it.id.inner())))
    };
    let (title, href) = name.unwrap_or_default();
    let named = title.clone();
    view! {
        <li class="row-tight">
            <Status course=words::endorsement_course(state) text=move || words::endorsement(state) />
            <a href=href>{title}</a>
            {on.map(|_| view! { <span class="muted small">{move || format::partial(on)}</span> })}
            {row.reason.map(|reason| view! { <span class="muted small">{reason}</span> })}
            {move || can().then(|| {
                let (whole, edit) = (whole.clone(), edit.clone());
                view! { <Actions title=named.clone() kind=RecordType::Endorsement id=id.clone() revision on_edit=move |()| if let Some(whole) = whole.clone() { edit(whole) } /> }
            })}
        </li>
    }
    .into_any()
}

/// What a council says of what councils do together, on its own page.
pub fn said_by(council: CouncilId, rows: Vec<EndorsementRow>, open: Opening) -> AnyView {
    let none = rows.is_empty();
    view! {
        <Section title=t::councils_together>
            {none.then(|| view! { <p class="muted">{t::council_together_none}</p> })}
            <ul role="list" class="plain-list">
                {rows.into_iter().map(|row| said(row, false, move |whole| open.set(Some(Open::Endorsement(Some(whole.id.to_string())))))).collect_view()}
            </ul>
            {add(council, t::endorsement_add, open, Open::Endorsement(None))}
            <p class="no-print"><a href="/conseils/ensemble">{t::councils_together_all}</a></p>
        </Section>
    }
    .into_any()
}

#[component]
fn ItemForm(record: Option<SharedItem>, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let done = move |_| on_end.run(());
    let edit = match record {
        Some(record) => Edit::of(record, done),
        None => {
            let id = SharedItemId(Uuid::nil());
            let mut blank = SharedItem::bare(id, DateTime::UNIX_EPOCH, SharedKind::Memorandum, String::new());
            blank.proposer_id = own_councils(&untrack(actor)).first().copied();
            Edit::new("new", blank, done)
        }
    };
    let refusals = edit.refusals;
    let proposer = edit.ids(
        |it| it.proposer_id.into_iter().collect(),
        |it, ids| it.proposer_id = ids.into_iter().next(),
    );
    let texts = lines(
        edit,
        |it| it.documents.iter().map(written).collect(),
        |it, all| it.documents = read(all, &it.documents),
    );
    view! {
        <EditForm edit paths=vec!["title", "kind", "proposerId", "text", "on", "place"] on_cancel=on_end>
            <TextField label=t::chantier_field_title path="title" refusals required=true value=edit.text(|it| Some(it.title.clone()), |it, text| it.title = text.unwrap_or_default()) />
            <SelectField label=t::shared_kind path="kind" refusals required=true options=options(SharedKind::ALL, words::shared) value=edit.choice(|it| it.kind, |it, kind| it.kind = kind) />
            <RecordField label=t::shared_proposer hint=t::shared_proposer_hint path="proposerId" refusals kinds=&[RecordType::Council] taken=proposer />
            <TextField label=t::history_field_text path="text" refusals multiline=true value=edit.text(|it| it.text.clone(), |it, text| it.text = text) />
            <DateField label=t::meeting_on path="on" refusals value=edit.date("on", |it| it.on, |it, date| it.on = date) />
            <TextField label=t::meeting_place path="place" refusals value=edit.text(|it| it.place.clone(), |it, text| it.place = text) />
            <TextField label=t::council_documents hint=t::council_documents_hint multiline=true value=texts />
        </EditForm>
    }
}

/// What a council says of an item; whichever of the two is not known is chosen.
#[component]
pub fn EndorsementForm(
    item: Option<SharedItemId>,
    council: Option<CouncilId>,
    record: Option<Endorsement>,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let is_new = record.is_none();
    let done = move |_| on_end.run(());
    let edit = match record {
        Some(record) => Edit::of(record, done),
        None => {
            let council = council.or_else(|| own_councils(&untrack(actor)).first().copied());
            let (item, council) = (
                item.unwrap_or(SharedItemId(Uuid::nil())),
                council.unwrap_or(CouncilId(Uuid::nil())),
            );
            let id = EndorsementId(Uuid::nil());
            let blank = Endorsement::bare(
                id,
                DateTime::UNIX_EPOCH,
                item,
                council,
                EndorsementState::Endorsed,
            );
            Edit::new(&format!("{item}{council}"), blank, done)
        }
    };
    let refusals = edit.refusals;
    let items = edit.ids(
        |it| {
            (!it.item_id.0.is_nil())
                .then_some(it.item_id)
                .into_iter()
                .collect()
        },
        |it, ids: Vec<SharedItemId>| it.item_id = ids.into_iter().next().unwrap_or(SharedItemId(Uuid::nil())),
    );
    let councils = edit.ids(
        |it| {
            (!it.council_id.0.is_nil())
                .then_some(it.council_id)
                .into_iter()
                .collect()
        },
        |it, ids: Vec<CouncilId>| it.council_id = ids.into_iter().next().unwrap_or(CouncilId(Uuid::nil())),
    );
    view! {
        <EditForm edit paths=vec!["itemId", "councilId", "state", "on", "reason"] on_cancel=on_end>
            {(is_new && item.is_none()).then(|| view! { <RecordField label=t::record_shared_item path="itemId" refusals required=true kinds=&[RecordType::SharedItem] taken=items /> })}
            {(is_new && council.is_none()).then(|| view! { <RecordField label=t::record_council path="councilId" refusals required=true kinds=&[RecordType::Council] taken=councils /> })}
            <SelectField label=t::endorsement_state path="state" refusals required=true options=options(EndorsementState::ALL, words::endorsement) value=edit.choice(|it| it.state, |it, state| it.state = state) />
            <DateField label=t::decision_on path="on" refusals value=edit.date("on", |it| it.on, |it, date| it.on = date) />
            <TextField label=t::exchange_field_reason hint=t::endorsement_reason_hint path="reason" refusals multiline=true value=edit.text(|it| it.reason.clone(), |it, text| it.reason = text) />
        </EditForm>
    }
}
