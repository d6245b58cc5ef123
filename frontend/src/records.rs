//! Records of any kind by their identifier alone: what they are called, where they are shown, and the field that
//! picks some by a search on the server.

use crate::api;
use crate::browser;
use crate::contract::schema;
use crate::language::{language, t};
use crate::territory::words as territory_words;
use crate::ui::combobox::{Choice, Combobox};
use crate::ui::field::Refused;
use cynic::QueryBuilder;
use domain::RecordType;
use domain::id::RecordId;
use domain::territory::Kind;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::cell::RefCell;
use std::collections::HashMap;

#[derive(cynic::QueryVariables)]
struct Ids {
    ids: Vec<cynic::Id>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Ids")]
struct Titles {
    #[arguments(ids: $ids)]
    nodes: Vec<Option<Titled>>,
}

crate::api::document!(query Titles(Ids));

#[derive(Clone, cynic::InlineFragments)]
#[cynic(graphql_type = "Node")]
enum Titled {
    Territory(Territory),
    Organisation(Organisation),
    Project(Project),
    Chantier(Chantier),
    Step(Step),
    Resource(Resource),
    Person(Person),
    Contact(Contact),
    Source(Source),
    Offer(Offer),
    Need(Need),
    Webhook(Webhook),
    Request(Request),
    Council(Council),
    Seat(Seat),
    CouncilMeeting(CouncilMeeting),
    Vote(Vote),
    Decision(Decision),
    SharedItem(SharedItem),
    Expertise(Expertise),
    ExpertiseNeed(ExpertiseNeed),
    #[cynic(fallback)]
    Other,
}

#[derive(Clone, cynic::QueryFragment)]
struct Request {
    title: String,
}

#[derive(Clone, cynic::QueryFragment)]
struct Territory {
    label: String,
}

#[derive(Clone, cynic::QueryFragment)]
struct Organisation {
    name: String,
}

#[derive(Clone, cynic::QueryFragment)]
struct Project {
    title: String,
}

#[derive(Clone, cynic::QueryFragment)]
struct Chantier {
    title: String,
}

#[derive(Clone, cynic::QueryFragment)]
struct Step {
    title: String,
}

#[derive(Clone, cynic::QueryFragment)]
struct Resource {
    title: String,
}

#[derive(Clone, cynic::QueryFragment)]
struct Person {
    name: String,
}

#[derive(Clone, cynic::QueryFragment)]
struct Contact {
    purpose: String,
}

#[derive(Clone, cynic::QueryFragment)]
struct Source {
    name: String,
}

#[derive(Clone, cynic::QueryFragment)]
struct Offer {
    title: String,
}

#[derive(Clone, cynic::QueryFragment)]
struct Need {
    title: String,
}

#[derive(Clone, cynic::QueryFragment)]
struct Expertise {
    title: String,
}

#[derive(Clone, cynic::QueryFragment)]
struct ExpertiseNeed {
    title: String,
}

#[derive(Clone, cynic::QueryFragment)]
struct Webhook {
    url: String,
}

#[derive(Clone, cynic::QueryFragment)]
struct Council {
    name: String,
}

#[derive(Clone, cynic::QueryFragment)]
struct Seat {
    label: String,
}

#[derive(Clone, cynic::QueryFragment)]
struct CouncilMeeting {
    title: String,
}

#[derive(Clone, cynic::QueryFragment)]
struct Vote {
    question: String,
}

#[derive(Clone, cynic::QueryFragment)]
struct Decision {
    title: String,
}

#[derive(Clone, cynic::QueryFragment)]
struct SharedItem {
    title: String,
}

impl Titled {
    fn title(self) -> Option<String> {
        match self {
            Self::Territory(Territory { label }) | Self::Seat(Seat { label }) => Some(label),
            Self::Organisation(Organisation { name })
            | Self::Person(Person { name })
            | Self::Council(Council { name })
            | Self::Source(Source { name }) => Some(name),
            Self::Project(Project { title })
            | Self::Chantier(Chantier { title })
            | Self::Step(Step { title })
            | Self::Resource(Resource { title })
            | Self::Offer(Offer { title })
            | Self::Need(Need { title })
            | Self::Request(Request { title })
            | Self::CouncilMeeting(CouncilMeeting { title })
            | Self::Decision(Decision { title })
            | Self::SharedItem(SharedItem { title })
            | Self::Expertise(Expertise { title })
            | Self::ExpertiseNeed(ExpertiseNeed { title }) => Some(title),
            Self::Vote(Vote { question }) => Some(question),
            Self::Contact(Contact { purpose }) => Some(purpose),
            Self::Webhook(Webhook { url }) => Some(url),
            Self::Other => None,
        }
    }
}

type Known = HashMap<(&'static str, String), Option<String>>;

thread_local! {
    static KNOWN: ArcRwSignal<Known> = ArcRwSignal::new(HashMap::new());
    static WANTED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// What a record is called; followed, as it is fetched when it is first asked for, together with others asked for in
/// the same moment. Nothing while it is on its way, and for what is gone.
pub fn title(id: &str) -> Option<String> {
    let key = (language().tag(), id.to_owned());
    let known = KNOWN.with(|known| known.with(|known| known.get(&key).cloned()));
    known.unwrap_or_else(|| {
        want(id.to_owned());
        None
    })
}

/// What a record is called is known already: no need to ask.
pub fn know(id: &str, title: &str) {
    let key = (untrack(language).tag(), id.to_owned());
    KNOWN.with(|known| {
        if known.with_untracked(|known| known.get(&key).is_none_or(|it| it.as_deref() != Some(title))) {
            known.update(|known| drop(known.insert(key, Some(title.to_owned()))));
        }
    });
}

fn want(id: String) {
    let first = WANTED.with_borrow_mut(|wanted| {
        let first = wanted.is_empty();
        if !wanted.contains(&id) {
            wanted.push(id);
        }
        first
    });
    if !first {
        return;
    }
    spawn_local(async {
        browser::wait(10).await;
        let tag = untrack(language).tag();
        let wanted = WANTED.take();
        for some in wanted.chunks(100) {
            let ids = some.iter().map(cynic::Id::new).collect();
            let Ok(Titles { nodes }) = api::query(&Titles::build(Ids { ids })).await else {
                continue;
            };
            let titles = nodes.into_iter().map(|node| node.and_then(Titled::title));
            let found: Vec<_> = some.iter().cloned().zip(titles).collect();
            KNOWN.with(|known| {
                known.update(|known| {
                    known.extend(found.into_iter().map(|(id, title)| ((tag, id), title)));
                });
            });
        }
    });
}

/// The page of a record; none for what has no page of its own.
pub fn href(id: &str) -> Option<String> {
    let record: RecordId = id.parse().ok()?;
    match record.kind {
        RecordType::Chantier => Some(format!("/chantiers/{id}")),
        RecordType::Project => Some(format!("/projets/{id}")),
        RecordType::Organisation => Some(format!("/organisations/{id}")),
        RecordType::Territory => Some(format!("/territoires/{id}")),
        RecordType::Source => Some(format!("/sources/{id}")),
        RecordType::Offer => Some(format!("/offres/{id}")),
        RecordType::Need => Some(format!("/demandes/{id}")),
        RecordType::Webhook => Some(format!("/webhooks/{id}")),
        RecordType::Expertise => Some(format!("/expertises/{id}")),
        RecordType::ExpertiseNeed => Some(format!("/besoins-expertise/{id}")),
        RecordType::Request => Some(format!("/questions/{id}")),
        RecordType::Council => Some(format!("/conseils/{id}")),
        RecordType::SharedItem => Some(format!("/conseils/ensemble#{id}")),
        RecordType::Seat
        | RecordType::SeatHolder
        | RecordType::CouncilMeeting
        | RecordType::Vote
        | RecordType::Decision
        | RecordType::CouncilAction
        | RecordType::Evaluation
        | RecordType::Endorsement
        | RecordType::Contact
        | RecordType::Person
        | RecordType::Step
        | RecordType::Resource
        | RecordType::Participation
        | RecordType::Membership
        | RecordType::Note
        | RecordType::Provenance
        | RecordType::Outcome
        | RecordType::SavedSearch
        | RecordType::Portfolio
        | RecordType::Absence
        | RecordType::RequestMessage
        | RecordType::Introduction
        | RecordType::ExpertiseSession
        | RecordType::Change => None,
    }
}

/// The word for a kind of record.
pub fn kind(kind: RecordType) -> &'static str {
    match kind {
        RecordType::Territory => t::record_territory(),
        RecordType::Organisation => t::record_organisation(),
        RecordType::Contact => t::record_contact(),
        RecordType::Person => t::record_person(),
        RecordType::Chantier => t::record_chantier(),
        RecordType::Step => t::record_step(),
        RecordType::Resource => t::record_resource(),
        RecordType::Participation => t::record_participation(),
        RecordType::Project => t::record_project(),
        RecordType::Membership => t::record_membership(),
        RecordType::Note => t::record_note(),
        RecordType::Provenance => t::record_provenance(),
        RecordType::Source => t::record_source(),
        RecordType::Offer => t::record_offer(),
        RecordType::Need => t::record_need(),
        RecordType::Outcome => t::record_outcome(),
        RecordType::Webhook => t::record_webhook(),
        RecordType::SavedSearch => t::record_saved_search(),
        RecordType::Portfolio => t::record_portfolio(),
        RecordType::Absence => t::record_absence(),
        RecordType::Request => t::record_request(),
        RecordType::RequestMessage => t::record_request_message(),
        RecordType::Council => t::record_council(),
        RecordType::Seat => t::record_seat(),
        RecordType::SeatHolder => t::record_seat_holder(),
        RecordType::CouncilMeeting => t::record_council_meeting(),
        RecordType::Vote => t::record_vote(),
        RecordType::Decision => t::record_decision(),
        RecordType::CouncilAction => t::record_council_action(),
        RecordType::Evaluation => t::record_evaluation(),
        RecordType::SharedItem => t::record_shared_item(),
        RecordType::Endorsement => t::record_endorsement(),
        RecordType::Expertise => t::record_expertise(),
        RecordType::ExpertiseNeed => t::record_expertise_need(),
        RecordType::Introduction => t::record_introduction(),
        RecordType::ExpertiseSession => t::record_expertise_session(),
        RecordType::Change => t::record_change(),
    }
}

#[derive(cynic::QueryVariables)]
struct Looked {
    text: String,
    kinds: Option<Vec<RecordType>>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Looked")]
struct Results {
    #[arguments(text: $text, kinds: $kinds, first: 30)]
    search: Vec<SearchHit>,
}

crate::api::document!(query Results(Looked));

#[derive(Clone, cynic::QueryFragment)]
struct SearchHit {
    record_id: cynic::Id,
    record_type: RecordType,
    title: String,
    record: Option<Hit>,
}

#[derive(Clone, cynic::InlineFragments)]
#[cynic(graphql_type = "Node")]
enum Hit {
    Territory(TerritoryHit),
    #[cynic(fallback)]
    Other,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Territory")]
struct TerritoryHit {
    kind: Kind,
    label: String,
    postcodes: Vec<String>,
}

/// The word that tells a territory of the search apart: its kind, and its post codes.
fn detail(hit: &SearchHit) -> String {
    match &hit.record {
        Some(Hit::Territory(TerritoryHit { kind, postcodes, .. })) if !postcodes.is_empty() => {
            let some: Vec<&str> = postcodes.iter().take(3).map(String::as_str).collect();
            let rest = if postcodes.len() > 3 { "…" } else { "" };
            format!("{} {}{rest}", territory_words::kind(*kind), some.join(", "))
        }
        Some(Hit::Territory(TerritoryHit { kind, .. })) => territory_words::kind(*kind).to_owned(),
        Some(Hit::Other) | None => kind(hit.record_type).to_owned(),
    }
}

/// Milliseconds without a key before the server is asked.
const PAUSE: u32 = 180;

/// Picks records of some kinds, by what is typed (a name, a post code). `of` narrows territories to kinds.
#[component]
pub fn RecordField(
    #[prop(into)] label: TextProp,
    kinds: &'static [RecordType],
    taken: RwSignal<Vec<String>>,
    #[prop(optional)] of: &'static [Kind],
    #[prop(optional)] multiple: bool,
    #[prop(optional, into)] hint: Option<TextProp>,
    #[prop(optional, into)] path: String,
    #[prop(optional, into)] refusals: Signal<Vec<Refused>>,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let found = RwSignal::new(Vec::<Choice>::new());
    let options = Signal::derive(move || {
        let mut options = found.get();
        for id in taken.get() {
            if !options.iter().any(|it| it.value == id) {
                let label = title(&id).unwrap_or_else(|| "…".to_owned());
                options.push(Choice::new(id, label));
            }
        }
        options
    });
    let turn = StoredValue::new(0_u32);
    let search = Callback::new(move |typed: String| {
        turn.update_value(|turn| *turn += 1);
        let mine = turn.get_value();
        spawn_local(async move {
            browser::wait(PAUSE).await;
            let is_mine = || turn.try_get_value() == Some(mine);
            if !is_mine() {
                return;
            }
            if typed.trim().is_empty() {
                let _ = found.try_set(Vec::new());
                return;
            }
            let asked = Results::build(Looked {
                text: typed,
                kinds: Some(kinds.to_vec()),
            });
            let Ok(Results { search }) = api::query(&asked).await else {
                return;
            };
            let choices: Vec<Choice> = search
                .into_iter()
                .filter(|hit| match &hit.record {
                    Some(Hit::Territory(territory)) => of.is_empty() || of.contains(&territory.kind),
                    Some(Hit::Other) | None => true,
                })
                .take(12)
                .map(|hit| {
                    let name = match &hit.record {
                        Some(Hit::Territory(territory)) => territory.label.clone(),
                        Some(Hit::Other) | None => hit.title.clone(),
                    };
                    know(hit.record_id.inner(), &name);
                    Choice::new(hit.record_id.inner(), name).detail(detail(&hit))
                })
                .collect();
            if is_mine() {
                let _ = found.try_set(choices);
            }
        });
    });
    match hint {
        Some(hint) => {
            view! { <Combobox label options taken multiple hint path refusals required on_search=search /> }
                .into_any()
        }
        None => view! { <Combobox label options taken multiple path refusals required on_search=search /> }
            .into_any(),
    }
}
