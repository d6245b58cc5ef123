//! The accounts: for staff the list, for administrators also invitations, roles, states, organisations, territories and
//! the end of sessions.

use super::erase::Erase;
use super::gate::signed_in;
use super::identity::UnbindIdentity;
use super::sessions::{EndAllSessions, RemoveSecondStep};
use super::words;
use crate::address;
use crate::api;
use crate::contract::{PageInfo, schema};
use crate::edit::{Edit, EditForm, Keeps, Outcome, Sent, record};
use crate::format;
use crate::language::{Text, own_name, t};
use crate::records::{self, RecordField};
use crate::refusal::{UserError, checked, refused};
use crate::session;
use crate::ui::button::{Button, Look};
use crate::ui::chips::Status;
use crate::ui::copy::CopyField;
use crate::ui::dialog::Dialog;
use crate::ui::field::{Refusals, Refused, SelectField, TextField};
use crate::ui::icon::Icon;
use crate::ui::more::More;
use crate::ui::page::{Page, Section};
use crate::ui::state::{Empty, Failure, Loaded};
use crate::ui::toast::toasts;
use crate::viewer;
use chrono::{DateTime, Utc};
use cynic::{MutationBuilder, QueryBuilder};
use domain::person::{NewPerson, PersonPatch, State};
use domain::policy::Action;
use domain::record::Record as _;
use domain::{Lang, PersonId, RecordType, Role, person};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Person")]
#[serde(rename_all = "camelCase")]
pub struct Account {
    id: cynic::Id,
    revision: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    name: String,
    email: String,
    role: Role,
    state: State,
    organisation_id: Option<cynic::Id>,
    territory_ids: Vec<cynic::Id>,
    language: Lang,
}

#[derive(cynic::QueryVariables)]
struct Asked {
    text: Option<String>,
    after: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Asked")]
struct Found {
    #[arguments(text: $text, first: 50, after: $after)]
    persons: PersonConnection,
}

crate::api::document!(query Found(Asked));

#[derive(Clone, cynic::QueryFragment)]
struct PersonConnection {
    nodes: Vec<Account>,
    page_info: PageInfo,
    total_count: i32,
}

#[derive(cynic::QueryVariables)]
struct Changing {
    input: PersonPatch,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Changing")]
struct Change {
    #[arguments(input: $input)]
    person_update: PersonPayload,
}

crate::api::document!(mutation Change(Changing));

#[derive(cynic::QueryFragment)]
struct PersonPayload {
    person: Option<Account>,
    user_errors: Vec<UserError>,
    change_id: Option<cynic::Id>,
}

#[derive(cynic::QueryVariables)]
struct Inviting {
    input: NewPerson,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Inviting")]
struct Invite {
    #[arguments(input: $input)]
    person_invite: PersonInvitePayload,
}

crate::api::document!(mutation Invite(Inviting));

#[derive(cynic::InputObject)]
struct PersonInviteAgainInput {
    id: cynic::Id,
}

#[derive(cynic::QueryVariables)]
struct InvitingAgain {
    input: PersonInviteAgainInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "InvitingAgain")]
struct InviteAgain {
    #[arguments(input: $input)]
    person_invite_again: PersonInvitePayload,
}

crate::api::document!(mutation InviteAgain(InvitingAgain));

#[derive(cynic::QueryFragment)]
struct PersonInvitePayload {
    invitation: Option<InvitationLink>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment)]
struct InvitationLink {
    path: String,
    expires_at: DateTime<Utc>,
}

impl Keeps for person::Person {
    const FIELDS: &'static [(&'static str, Text)] = &[
        ("name", t::person_field_name),
        ("email", t::person_field_email),
        ("role", t::person_field_role),
        ("state", t::person_field_state),
        ("organisationId", t::person_field_organisation),
        ("territoryIds", t::person_field_territories),
        ("language", t::person_field_language),
    ];

    async fn send(sent: Sent<Self>) -> Result<Outcome<Self>, Failure> {
        match sent {
            // An account is made by an invitation, whose link is shown once.
            Sent::Make(_) => Ok(Outcome {
                record: None,
                errors: Vec::new(),
                change: None,
            }),
            Sent::Change(input) => {
                let done = api::mutate(&Change::build(Changing { input }))
                    .await?
                    .person_update;
                Ok(Outcome {
                    record: done.person.as_ref().and_then(record),
                    errors: done.user_errors,
                    change: done.change_id,
                })
            }
        }
    }
}

/// A link as it was just made: shown once.
type Link = RwSignal<Option<(String, String, DateTime<Utc>)>>;

#[component]
pub fn Screen() -> impl IntoView {
    let link: Link = RwSignal::new(None);
    view! {
        <Page title=t::accounts_title lead=t::accounts_question>
            {signed_in("/comptes", |person| person.role >= Role::Officer, move |_| view! { <All link /> }.into_any())}
            <LinkShown link />
        </Page>
    }
}

type Rows = api::Page<Account>;

#[component]
fn All(link: Link) -> impl IntoView {
    let (text, set_text) = address::word("q");
    let found = api::pages(
        move |after| {
            let text = text.get();
            Found::build(Asked {
                text: (!text.is_empty()).then_some(text),
                after,
            })
        },
        |found: Found| {
            let PersonConnection {
                nodes,
                page_info,
                total_count,
            } = found.persons;
            api::Page {
                rows: nodes,
                next: page_info.next(),
                total: Some(total_count.into()),
            }
        },
    );
    let typed = RwSignal::new(text.get_untracked());
    Effect::new(move |before: Option<String>| {
        let now = typed.get();
        if before.is_some_and(|before| before != now) {
            set_text.run(now.trim().to_owned());
        }
        now
    });
    let inviting = RwSignal::new(false);
    // The account whose form is open.
    let open = RwSignal::new(None::<Account>);
    let may = move || viewer::may(Action::ManageAccounts);
    // Whether there is an outside provider that accounts could be bound to.
    let has_provider = RwSignal::new(false);
    spawn_local(async move {
        let _ = has_provider.try_set(session::provider().await.is_some());
    });
    let shown = found.shown();
    let total = found.total();
    let has_more = found.has_more();
    let editing = RwSignal::new(false);
    Effect::new(move |_| editing.set(open.with(Option::is_some)));
    Effect::new(move |_| {
        if !editing.get() && open.with_untracked(Option::is_some) {
            open.set(None);
        }
    });
    view! {
        <Section title=t::accounts_all broad=true>
            <div class="stack">
                <div class="spread">
                    <div class="narrow"><TextField label=t::accounts_search value=typed kind="search" required=true /></div>
                    {move || may().then(|| view! {
                        <span class="row-tight">
                            <a class="button quiet" href="/comptes/securite">{t::security_title}</a>
                            <a class="button quiet" href="/comptes/messages">{t::messages_title}</a>
                            <a class="button quiet" href="/comptes/effacements">{t::erasures_title}</a>
                            <Button text=t::accounts_invite mark=Icon::Add look=Look::Primary on_press=move |()| inviting.set(true) />
                        </span>
                    })}
                </div>
                <Loaded load=found.load on_retry=found.reload view=move |page: Rows| {
                    if page.rows.is_empty() {
                        return view! { <Empty title=t::accounts_none /> }.into_any();
                    }
                    view! { <ul class="columns" role="list">{page.rows.into_iter().map(|account| view! { <Card account open link may=Signal::derive(may) has_provider reload=found.reload /> }).collect_view()}</ul> }.into_any()
                } />
                <More shown total has_more busy=found.busy on_more=found.more />
            </div>
        </Section>
        <Dialog open=inviting title=t::accounts_invite drawer=true><InviteForm on_end=move |()| { inviting.set(false); found.reload.run(()); } link /></Dialog>
        <Dialog open=editing title=t::accounts_edit drawer=true>
            {move || open.get_untracked().as_ref().and_then(record).map(|person| view! { <ChangeForm person on_end=move |()| editing.set(false) /> })}
        </Dialog>
    }
}

#[component]
fn Card(
    account: Account,
    open: RwSignal<Option<Account>>,
    link: Link,
    may: Signal<bool>,
    has_provider: RwSignal<bool>,
    reload: Callback<()>,
) -> impl IntoView {
    let (role, state) = (account.role, account.state);
    let house = account.organisation_id.clone();
    let territories = account.territory_ids.clone();
    let (again, edited) = (account.clone(), account.clone());
    let (id, name) = (account.id.clone(), account.name.clone());
    let said = toasts();
    let invite_again = move |account: Account| {
        spawn_local(async move {
            let input = PersonInviteAgainInput { id: account.id };
            match api::mutate(&InviteAgain::build(InvitingAgain { input })).await {
                Ok(done) => match done.person_invite_again.invitation {
                    Some(made) => link.set(Some((account.name, made.path, made.expires_at))),
                    None => {
                        for it in refused(done.person_invite_again.user_errors) {
                            said.say(it.message);
                        }
                    }
                },
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    };
    view! {
        <li class="card">
            <h3>{account.name}</h3>
            <p class="small"><a href=format!("mailto:{}", account.email)>{account.email.clone()}</a></p>
            <p class="row-tight"><strong class="small">{move || words::role(role)}</strong> <Status course=words::course(state) text=move || words::state(state) /></p>
            {house.map(|id| { let href = format!("/organisations/{}", id.inner()); view! { <p class="small"><a href=href>{move || records::title(id.inner()).unwrap_or_default()}</a></p> } })}
            {(!territories.is_empty()).then(|| view! { <p class="muted small">{move || territories.iter().filter_map(|id| records::title(id.inner())).collect::<Vec<_>>().join(", ")}</p> })}
            {move || may.get().then(|| {
                let (again, edited) = (again.clone(), edited.clone());
                let (person, name) = (id.clone(), name.clone());
                let erased = person.clone().into_inner();
                view! {
                    <div class="card-foot">
                        <Button text=t::action_edit look=Look::Quiet small=true on_press=move |()| open.set(Some(edited.clone())) />
                        <Button text=t::accounts_again look=Look::Quiet small=true on_press=move |()| invite_again(again.clone()) />
                        <EndAllSessions person=person.clone() name=name.clone() />
                        <RemoveSecondStep person=person.clone() name=name.clone() />
                        {has_provider.get().then(|| view! { <UnbindIdentity person name=name.clone() /> })}
                        <Erase id=erased name on_done=reload />
                    </div>
                }
            })}
        </li>
    }
}

fn roles() -> Signal<Vec<(String, String)>> {
    Signal::derive(|| {
        let all = Role::ALL.iter();
        all.map(|it| {
            (
                it.to_string(),
                format!("{} : {}", words::role(*it), words::role_hint(*it)),
            )
        })
        .collect()
    })
}

fn languages() -> Signal<Vec<(String, String)>> {
    Signal::derive(|| {
        Lang::ALL
            .iter()
            .map(|it| (it.to_string(), own_name(*it).to_owned()))
            .collect()
    })
}

#[component]
fn ChangeForm(person: person::Person, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let edit = Edit::of(person, move |_| on_end.run(()));
    let refusals = edit.refusals;
    let states = Signal::derive(|| {
        let all = State::ALL.iter();
        all.map(|it| (it.to_string(), words::state(*it).to_owned()))
            .collect::<Vec<_>>()
    });
    view! {
        <EditForm edit paths=vec!["name", "email", "role", "state", "organisationId", "territoryIds", "language"] on_cancel=on_end>
            <TextField label=t::person_field_name path="name" refusals required=true value=edit.text(|it| Some(it.name.clone()), |it, text| it.name = text.unwrap_or_default()) />
            <TextField label=t::person_field_email kind="email" path="email" refusals required=true value=edit.text(|it| Some(it.email.clone()), |it, text| it.email = text.unwrap_or_default()) />
            <SelectField label=t::person_field_role path="role" refusals required=true options=roles() value=edit.choice(|it| it.role, |it, role| it.role = role) />
            <SelectField label=t::person_field_state path="state" refusals required=true options=states value=edit.choice(|it| it.state, |it, state| it.state = state) />
            <RecordField label=t::person_field_organisation path="organisationId" refusals kinds=&[RecordType::Organisation] taken=edit.ids(|it| it.organisation_id.into_iter().collect(), |it, ids| it.organisation_id = ids.into_iter().next()) />
            <RecordField label=t::person_field_territories path="territoryIds" refusals kinds=&[RecordType::Territory] multiple=true taken=edit.ids(|it| it.territory_ids.clone(), |it, ids| it.territory_ids = ids) />
            <SelectField label=t::person_field_language path="language" refusals required=true options=languages() value=edit.choice(|it| it.language, |it, language| it.language = language) />
        </EditForm>
    }
}

#[component]
fn InviteForm(#[prop(into)] on_end: Callback<()>, link: Link) -> impl IntoView {
    let (name, email) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (role, language) = (
        RwSignal::new(Role::Member.to_string()),
        RwSignal::new(Lang::Fr.to_string()),
    );
    let (house, territories) = (
        RwSignal::new(Vec::<String>::new()),
        RwSignal::new(Vec::<String>::new()),
    );
    let (refusals, busy) = (RwSignal::new(Vec::<Refused>::new()), RwSignal::new(false));
    let said = toasts();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let input = NewPerson {
            client_mutation_id: None,
            name: name.get_untracked(),
            email: email.get_untracked(),
            role: role.with_untracked(|it| it.parse().unwrap_or(Role::Member)),
            state: State::Invited,
            organisation_id: house.with_untracked(|it| it.first().and_then(|id| id.parse().ok())),
            territory_ids: territories
                .with_untracked(|it| it.iter().filter_map(|id| id.parse().ok()).collect()),
            language: language.with_untracked(|it| it.parse().unwrap_or(Lang::Fr)),
        };
        let mut made = person::Person::made(input.clone(), PersonId(uuid::Uuid::nil()), DateTime::UNIX_EPOCH);
        let wrong = checked(&mut made);
        refusals.set(wrong.clone());
        if !wrong.is_empty() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = api::mutate(&Invite::build(Inviting { input })).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(done) => match done.person_invite.invitation {
                    Some(new) => {
                        link.set(Some((made.name, new.path, new.expires_at)));
                        on_end.run(());
                    }
                    None => {
                        let _ = refusals.try_set(refused(done.person_invite.user_errors));
                    }
                },
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    };
    view! {
        <form class="form" on:submit=submit>
            <Refusals refusals shown=vec!["name", "email", "role", "organisationId", "territoryIds", "language"] />
            <TextField label=t::person_field_name value=name path="name" refusals required=true />
            <TextField label=t::person_field_email value=email kind="email" path="email" refusals required=true />
            <SelectField label=t::person_field_role value=role options=roles() path="role" refusals required=true />
            <RecordField label=t::person_field_organisation kinds=&[RecordType::Organisation] taken=house path="organisationId" refusals />
            <RecordField label=t::person_field_territories kinds=&[RecordType::Territory] taken=territories multiple=true path="territoryIds" refusals />
            <SelectField label=t::person_field_language value=language options=languages() path="language" refusals required=true />
            <div class="form-foot"><Button text=t::accounts_invite look=Look::Primary submit=true busy /></div>
        </form>
    }
}

/// The link of an invitation, which nobody can see again.
#[component]
fn LinkShown(link: Link) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(link.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && link.with_untracked(Option::is_some) {
            link.set(None);
        }
    });
    view! {
        <Dialog open title=t::accounts_link>
            {move || link.get_untracked().map(|(name, path, expires)| {
                let whole = format!("{}{path}", window().location().origin().unwrap_or_default());
                view! {
                    <div class="stack">
                        <p>{move || t::accounts_link_text(&name)}</p>
                        <CopyField label=t::accounts_link text=whole primary=true />
                        <p class="muted small">{move || t::accounts_link_until(format::instant(expires))}</p>
                    </div>
                }
            })}
        </Dialog>
    }
}
