//! Who changed what: every change with its fields from what to what, and the way back.

pub mod difference;
pub mod words;

use crate::address;
use crate::api;
use crate::contract::{PageInfo, schema};
use crate::edit::undo;
use crate::format;
use crate::language::t;
use crate::person;
use crate::records;
use crate::refusal::refused;
use crate::ui::button::Button;
use crate::ui::chips::{ChipOption, FilterChips, NewMark};
use crate::ui::icon::Icon;
use crate::ui::more::More;
use crate::ui::page::{Crumb, Page};
use crate::ui::state::{Empty, Loaded};
use crate::ui::toast::toasts;
use crate::{viewer, visit};
use chrono::{DateTime, Utc};
use cynic::QueryBuilder;
use difference::{Piece, pieces};
use domain::change::Kind;
use domain::policy::Action;
use domain::{CouncilId, OrganisationId, ProjectId, RecordType, Role};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;
use leptos_router::{LazyRoute, lazy_route};
use serde_json::Value;

#[derive(cynic::QueryVariables)]
struct Asked {
    record: Option<cynic::Id>,
    around: Option<bool>,
    kinds: Option<Vec<RecordType>>,
    after: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Asked")]
struct Found {
    #[arguments(record: $record, around: $around, kinds: $kinds, first: 30, after: $after)]
    history: ChangeConnection,
}

crate::api::document!(query Found(Asked));

#[derive(Clone, cynic::QueryFragment)]
struct ChangeConnection {
    nodes: Vec<Change>,
    page_info: PageInfo,
    total_count: i32,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct Change {
    id: cynic::Id,
    at: DateTime<Utc>,
    kind: Kind,
    record_id: cynic::Id,
    record_type: RecordType,
    title: String,
    fields: Vec<FieldChange>,
    role: Option<Role>,
    undoes: Option<cynic::Id>,
    person_name: Option<String>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct FieldChange {
    field: String,
    from: Value,
    to: Value,
}

impl Change {
    /// What taking it back asks of the policy; none where the browser cannot know, and for what was loaded.
    fn undoing(&self) -> Option<Action> {
        self.role?;
        let id = self.record_id.inner();
        let updated = self.kind == Kind::Updated;
        Some(match self.record_type {
            RecordType::Territory => Action::EditTerritory,
            RecordType::Organisation if updated => Action::EditOrganisation {
                organisation: id.parse::<OrganisationId>().ok()?,
            },
            RecordType::Organisation => Action::KeepOrganisations,
            RecordType::Contact => Action::EditContact {
                organisation: self.owner("organisationId"),
                project: self.owner("projectId"),
            },
            RecordType::Person => Action::ManageAccounts,
            RecordType::Chantier => Action::EditChantier,
            RecordType::Project if self.fields.iter().any(|it| it.field == "phases") && updated => {
                Action::MoveProject {
                    project: id.parse::<ProjectId>().ok()?,
                }
            }
            RecordType::Project if updated => Action::EditProject {
                project: id.parse::<ProjectId>().ok()?,
            },
            RecordType::Project | RecordType::Note => Action::KeepProjects,
            RecordType::Resource => Action::EditResource {
                project: self.owner("projectId"),
            },
            RecordType::Provenance => Action::EditProvenance { project: None },
            RecordType::Participation if self.owner::<ProjectId>("projectId").is_some() => {
                Action::EditParticipation {
                    project: self.owner("projectId")?,
                }
            }
            RecordType::Step | RecordType::Participation | RecordType::Membership => Action::EditStep,
            RecordType::Source => Action::KeepSources,
            RecordType::Offer | RecordType::Need => Action::EditExchange {
                organisation: self.owner("organisationId")?,
            },
            RecordType::Outcome => Action::KeepOutcome {
                buyer: self.owner("buyerId"),
                supplier: self.owner("supplierId"),
            },
            RecordType::Webhook => Action::KeepWebhooks {
                organisation: self.owner("organisationId")?,
            },
            RecordType::Portfolio => Action::KeepPortfolios,
            RecordType::Absence => Action::KeepAbsence {
                person: self.owner("personId")?,
            },
            RecordType::Request => Action::AnswerRequests,
            RecordType::Council if updated => Action::EditCouncil {
                council: id.parse::<CouncilId>().ok()?,
            },
            RecordType::Council => Action::KeepCouncils,
            // Opening, closing and withdrawing a vote are for good.
            RecordType::Vote if self.fields.iter().any(|it| it.field == "state") && updated => return None,
            RecordType::Seat
            | RecordType::CouncilMeeting
            | RecordType::Vote
            | RecordType::Decision
            | RecordType::Evaluation
            | RecordType::Endorsement => match self.owner("councilId") {
                Some(council) => Action::EditCouncil { council },
                None => Action::KeepCouncils,
            },
            RecordType::CouncilAction => Action::EditCouncilActions {
                council: self.owner("councilId"),
            },
            RecordType::SeatHolder => Action::EditSeatHolders {
                council: self.owner("councilId"),
            },
            RecordType::SharedItem => Action::EditSharedItem {
                proposer: self.owner("proposerId"),
            },
            RecordType::Expertise => Action::EditExpertise {
                organisation: self.owner("organisationId")?,
            },
            RecordType::ExpertiseNeed => Action::KeepExpertiseNeed {
                project: self.owner("projectId"),
                organisation: self.owner("organisationId"),
            },
            RecordType::Introduction => Action::KeepIntroduction {
                provider: self.owner("providerId"),
                project: self.owner("projectId"),
                organisation: self.owner("organisationId"),
            },
            RecordType::ExpertiseSession => Action::KeepExpertiseSession,
            RecordType::SavedSearch | RecordType::RequestMessage | RecordType::Change => return None,
        })
    }

    /// The record it belongs to, where this change tells.
    fn owner<T: std::str::FromStr>(&self, field: &str) -> Option<T> {
        let change = self.fields.iter().find(|it| it.field == field)?;
        change.to.as_str().or(change.from.as_str())?.parse().ok()
    }
}

pub struct History;

#[lazy_route]
impl LazyRoute for History {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Screen /> }.into_any()
    }
}

type Rows = api::Page<Change>;

#[component]
fn Screen() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let (kinds, set_kinds) = address::words("sorte");
    let found = api::pages(
        move |after| {
            let record = id.get();
            let kinds: Vec<RecordType> = kinds.get().iter().filter_map(|it| it.parse().ok()).collect();
            Found::build(Asked {
                around: Some(!record.is_empty()),
                record: (!record.is_empty()).then(|| cynic::Id::new(record)),
                kinds: (!kinds.is_empty()).then_some(kinds),
                after,
            })
        },
        |found: Found| {
            let ChangeConnection {
                nodes,
                page_info,
                total_count,
            } = found.history;
            api::Page {
                rows: nodes,
                next: page_info.next(),
                total: Some(total_count.into()),
            }
        },
    );
    let of = move || {
        let id = id.get();
        if id.is_empty() { None } else { records::title(&id) }
    };
    let title = move || of().map_or_else(|| t::history_title().to_owned(), t::history_title_of);
    let crumbs = Signal::derive(move || match (of(), records::href(&id.get())) {
        (Some(name), Some(href)) => vec![Crumb::new(name, href)],
        _ => Vec::new(),
    });
    let options = Signal::derive(move || {
        let all = RecordType::ALL
            .iter()
            .filter(|of| **of != RecordType::Change && viewer::may(Action::ReadHistory { of: **of }));
        all.map(|of| ChipOption {
            value: of.to_string(),
            label: records::kind(*of).to_owned(),
            count: None,
        })
        .collect::<Vec<_>>()
    });
    let one = Memo::new(move |_| !id.get().is_empty());
    let shown = found.shown();
    let total = found.total();
    let has_more = found.has_more();
    view! {
        <Page title lead=t::history_question crumbs>
            <div class="stack">
                {move || (!one.get()).then(|| view! { <FilterChips label=t::history_kinds options on=kinds on_change=set_kinds /> })}
                <Loaded load=found.load on_retry=found.reload view=move |page: Rows| {
                    if page.rows.is_empty() {
                        return view! { <Empty title=t::history_none text=t::history_none_text /> }.into_any();
                    }
                    let page_of = id.get_untracked();
                    let runs = runs(page.rows);
                    view! {
                        <ol class="history-list" role="list">
                            {runs.into_iter().map(|run| many(run, &page_of, found.reload)).collect_view()}
                        </ol>
                    }.into_any()
                } />
                <More shown total has_more busy=found.busy on_more=found.more />
            </div>
        </Page>
    }
}

/// What the server loaded in one go is one run; what people did stands alone.
fn runs(changes: Vec<Change>) -> Vec<Vec<Change>> {
    let mut runs: Vec<Vec<Change>> = Vec::new();
    for change in changes {
        match runs.last_mut() {
            Some(run) if change.role.is_none() && run[0].role.is_none() => run.push(change),
            _ => runs.push(vec![change]),
        }
    }
    runs
}

/// A long run of loaded records is folded: it says how many, and shows them when asked.
fn many(run: Vec<Change>, page_of: &str, reload: Callback<()>) -> AnyView {
    let count = run.len();
    let page_of = page_of.to_owned();
    let entries = move || {
        let run = run.clone();
        run.into_iter()
            .map(|change| view! { <Entry change page_of=page_of.clone() reload /> })
            .collect_view()
    };
    if count < 4 {
        return entries().into_any();
    }
    let shown = RwSignal::new(false);
    view! {
        <li class="card">
            <details on:toggle=move |_| shown.set(true)>
                <summary>{move || t::history_loaded(count)}</summary>
                {move || shown.get().then(|| view! { <ol class="history-list" role="list">{entries()}</ol> })}
            </details>
        </li>
    }
    .into_any()
}

#[component]
fn Entry(
    change: Change,
    /// The record whose history is shown, whose name need not be said at each; "" for everything.
    page_of: String,
    reload: Callback<()>,
) -> impl IntoView {
    let action = change.undoing();
    let alone = change.record_id.inner() == page_of;
    let (id, refused_why) = (change.id.clone(), RwSignal::new(String::new()));
    let busy = RwSignal::new(false);
    let said = toasts();
    let undo = move |()| {
        let id = id.clone();
        busy.set(true);
        spawn_local(async move {
            let answer = undo::undo(id).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(errors) if errors.is_empty() => {
                    said.say(t::edit_undone());
                    reload.run(());
                }
                Ok(errors) => {
                    let why: Vec<String> = refused(errors).into_iter().map(|it| it.message).collect();
                    let _ = refused_why.try_set(why.join(" "));
                }
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    };
    let Change {
        at,
        kind,
        record_id,
        record_type,
        title,
        fields,
        role,
        undoes,
        person_name,
        ..
    } = change;
    // What has no name of its own is told by what it belongs to.
    let owners: Vec<String> = if title.is_empty() {
        let of = |field: &&str| {
            fields
                .iter()
                .find(|it| it.field == **field)
                .and_then(|it| it.to.as_str().or(it.from.as_str()))
        };
        ["recordId", "projectId", "chantierId", "personId"]
            .iter()
            .filter_map(of)
            .filter(|id| *id != page_of)
            .map(str::to_owned)
            .collect()
    } else {
        Vec::new()
    };
    let said = move || match (kind, undoes.is_some()) {
        (_, true) => t::history_undone(),
        (kind, false) => verb(kind),
    };
    let who = move || match (&person_name, role) {
        (Some(name), _) => name.clone(),
        (None, Some(role)) => person::words::role(role).to_owned(),
        (None, None) => t::history_server().to_owned(),
    };
    let href = records::href(record_id.inner())
        .or_else(|| owners.first().and_then(|id| records::href(id)))
        .filter(|_| kind != Kind::Deleted);
    let name = move || {
        if title.is_empty() {
            owners
                .iter()
                .filter_map(|id| records::title(id))
                .collect::<Vec<_>>()
                .join(" · ")
        } else {
            title.clone()
        }
    };
    let open = kind == Kind::Updated;
    let count = fields.len();
    view! {
        <li class="card history-entry">
            <header>
                <div class="row-tight">
                    <strong>{said}</strong>
                    {(!alone).then(|| view! {
                        <span class="muted">{move || records::kind(record_type)}</span>
                        {match href { Some(href) => view! { <a href=href>{name}</a> }.into_any(), None => view! { <span>{name}</span> }.into_any() }}
                    })}
                    {visit::is_new(at).then(|| view! { <NewMark /> })}
                </div>
                <span class="muted small">{who} " · " <time datetime=at.to_rfc3339()>{move || format::instant(at)}</time></span>
            </header>
            {if open {
                fields_view(record_type, fields).into_any()
            } else {
                let fields = StoredValue::new(fields);
                let shown = RwSignal::new(false);
                view! {
                    <details on:toggle=move |_| shown.set(true)>
                        <summary>{move || t::history_fields(count)}</summary>
                        {move || shown.get().then(|| fields_view(record_type, fields.get_value()))}
                    </details>
                }.into_any()
            }}
            {move || { let why = refused_why.get(); (!why.is_empty()).then(|| view! { <p class="refusals" role="alert">{why}</p> }) }}
            {move || action.is_some_and(viewer::may).then(|| {
                let undo = undo.clone();
                view! { <div><Button text=t::history_undo mark=Icon::Undo small=true busy on_press=undo /></div> }
            })}
        </li>
    }
}

fn fields_view(of: RecordType, fields: Vec<FieldChange>) -> impl IntoView {
    view! {
        <dl class="history-fields">
            {fields.into_iter().map(|it| {
                let name = it.field.clone();
                view! { <div><dt>{move || words::field(of, &name)}</dt>{both(of, it)}</div> }
            }).collect_view()}
        </dl>
    }
}

/// From what to what: long texts as one text with what went and what came, others side by side.
fn both(of: RecordType, it: FieldChange) -> AnyView {
    if let (Some(from), Some(to)) = (it.from.as_str(), it.to.as_str())
        && from.chars().count().max(to.chars().count()) > 60
        && let Some(pieces) = pieces(from, to)
    {
        return view! {
            <dd class="whole">
                {pieces.into_iter().map(|piece| match piece {
                    Piece::Same(text) => view! { <span>{text} " "</span> }.into_any(),
                    Piece::Gone(text) => view! { <del>{text}</del> " " }.into_any(),
                    Piece::Come(text) => view! { <ins>{text}</ins> " " }.into_any(),
                }).collect_view()}
            </dd>
        }
        .into_any();
    }
    let say = move |value: &Value| {
        let (field, value) = (it.field.clone(), value.clone());
        move || match words::value(of, &field, &value) {
            Some(text) => text.into_any(),
            None => view! { <span class="unknown">{t::fact_unknown}</span> }.into_any(),
        }
    };
    let (from, to) = (say(&it.from), say(&it.to));
    view! {
        <dd class="from"><small>{t::history_before}</small>{from}</dd>
        <dd><small>{t::history_after}</small>{to}</dd>
    }
    .into_any()
}

/// What happened to a record.
pub fn verb(kind: Kind) -> &'static str {
    match kind {
        Kind::Created => t::history_created(),
        Kind::Updated => t::history_updated(),
        Kind::Deleted => t::history_deleted(),
        Kind::Merged => t::history_merged(),
    }
}
