//! Needs of expertise: what a project or an organisation asks for. A confidential one is its own side's, staff's, and
//! that of the organisations it was introduced to.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Form, topic};
use crate::check::Checks;
use crate::date::PartialDate;
use crate::facet::{Facets, Words};
use crate::id::{OrganisationId, ProjectId, TerritoryId};
use crate::policy::{Action, Actor, EXPERTISE};
use crate::record::{Rules, Verb};
use crate::refusal::{Invalid, Refusal};
use crate::text::Lang;

choices! {
    /// Where a need of expertise stands.
    pub enum State as "ExpertiseNeedState" default Open {
        /// Help is awaited.
        Open = "OPEN",
        /// It was met.
        Answered = "ANSWERED",
        /// It was given up, for the reason that is kept with it.
        Withdrawn = "WITHDRAWN",
    }
}

choices! {
    /// What can be spent, without VAT.
    pub enum Budget as "ExpertiseBudget" {
        /// Nothing: it must be free, or paid by a third party.
        Nothing = "NOTHING",
        /// At most 1,000 euros.
        UpTo1000 = "UP_TO_1000",
        /// At most 5,000 euros.
        UpTo5000 = "UP_TO_5000",
        /// At most 20,000 euros.
        UpTo20000 = "UP_TO_20000",
        /// More than 20,000 euros.
        More = "MORE",
    }
}

record! {
    /// A need of expertise by a project, an organisation, or both.
    ExpertiseNeed, ExpertiseNeedId, ExpertiseNeed, NewExpertiseNeed, ExpertiseNeedPatch;
    fixed {}
    required {
        /// What is asked for, in one line.
        title: String,
    }
    optional {
        /// The project that asks; this, the organisation, or both. It stays as first given.
        project_id: Option<ProjectId>,
        /// The organisation that asks; this, the project, or both. It stays as first given.
        organisation_id: Option<OrganisationId>,
        /// What it is about, by code (`expertiseTopics`); at least one.
        topics: Vec<String>,
        /// In which forms; empty where any will do.
        forms: Vec<Form>,
        /// What it is for.
        context: Option<String>,
        /// Until when help is awaited; absent where nobody has said.
        deadline: Option<PartialDate>,
        /// Where it is needed; absent where nobody has said.
        territory_id: Option<TerritoryId>,
        /// In which languages; empty where nobody has said.
        languages: Vec<Lang>,
        /// What can be spent; absent where nobody has said.
        budget: Option<Budget>,
        /// Whether only its own side, staff, and those it is introduced to may see it.
        confidential: bool,
        /// Where it stands.
        state: State,
        /// Why it was given up; needed for that.
        reason: Option<String>,
    }
}

impl ExpertiseNeed {
    /// The last day on which help is awaited, where that is known.
    #[must_use]
    pub fn last_day(&self) -> Option<NaiveDate> {
        self.deadline.and_then(PartialDate::latest)
    }

    /// Whether help is still awaited.
    #[must_use]
    pub fn is_open(&self, today: NaiveDate) -> bool {
        self.state == State::Open && self.last_day().is_none_or(|last| today <= last)
    }

    /// What reading it asks of the policy of somebody to whose organisation it was, or was not, introduced.
    #[must_use]
    pub const fn seen(&self, introduced: bool) -> Action {
        Action::ReadExpertiseNeed {
            project: self.project_id,
            organisation: self.organisation_id,
            confidential: self.confidential,
            introduced,
        }
    }
}

impl Rules for ExpertiseNeed {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("title", &mut self.title);
        if self.project_id.is_none() && self.organisation_id.is_none() {
            checks.refuse(Refusal::Required {
                field: "projectId".into(),
            });
        }
        topic::check(checks, &mut self.topics);
        checks.set("forms", &mut self.forms);
        checks.optional_paragraphs("context", &mut self.context);
        checks.set("languages", &mut self.languages);
        checks.optional_paragraphs("reason", &mut self.reason);
        checks.hold(
            self.state != State::Withdrawn || self.reason.is_some(),
            "reason",
            Invalid::ReasonMissing,
        );
    }

    fn edited(&mut self, before: &Self, checks: &mut Checks) {
        checks.hold(
            self.project_id == before.project_id,
            "projectId",
            Invalid::Settled,
        );
        let stays = self.organisation_id == before.organisation_id;
        checks.hold(stays, "organisationId", Invalid::Settled);
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.tag("topics", &topic::found_by(&self.topics));
        facets.tag("forms", &self.forms);
        facets.tag("languages", &self.languages);
        facets.link("projectId", self.project_id);
        facets.link("organisationId", self.organisation_id);
        facets.place("territoryId", self.territory_id);
        // Nobody finds a confidential one by searching.
        facets.words = (!self.confidential).then(|| Words {
            title: self.title.clone(),
            names: vec![self.title.clone()],
            body: self
                .context
                .iter()
                .cloned()
                .chain(topic::words(&self.topics))
                .collect(),
        });
        facets
    }

    fn reading(&self) -> Option<Action> {
        Some(self.seen(false))
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::KeepExpertiseNeed {
            project: self.project_id,
            organisation: self.organisation_id,
        }
    }
}

/// Which confidential needs a reader may see in a list, beside all the others. By default none.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reader {
    /// All of them: the reader is staff.
    pub all: bool,
    /// Those of these projects.
    pub projects: Vec<ProjectId>,
    /// Those of this organisation, and those that were introduced to it.
    pub organisation: Option<OrganisationId>,
}

impl Reader {
    /// Whether it is the one who sees nothing that is confidential.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        *self == Self::default()
    }

    /// What the actor may see, as the policy has it of a single need.
    #[must_use]
    pub fn of(actor: &Actor) -> Self {
        let machine = actor
            .client()
            .filter(|client| client.scopes.iter().any(|scope| EXPERTISE.contains(scope)));
        let (projects, organisation) = match (actor.person(), machine) {
            (Some(signed), _) => (signed.projects.clone(), signed.organisation),
            (None, Some(client)) => (client.projects.clone(), client.organisation),
            (None, None) => (Vec::new(), None),
        };
        Self {
            all: actor.is_staff(),
            projects,
            organisation,
        }
    }
}

/// Narrows a list of needs of expertise.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "ExpertiseNeedFilter"))]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// In any of these states.
    pub states: Option<Vec<State>>,
    /// About any of these topics; a broad one means its narrower ones too.
    pub topics: Option<Vec<String>>,
    /// In any of these forms.
    pub forms: Option<Vec<Form>>,
    /// Of any of these projects.
    pub projects: Option<Vec<ProjectId>>,
    /// Of any of these organisations.
    pub organisations: Option<Vec<OrganisationId>>,
    /// Needed in this territory, or in one that shares a commune with it.
    pub territory: Option<TerritoryId>,
    /// Only the confidential ones, or only the others.
    pub confidential: Option<bool>,
    /// Changed since this instant.
    pub updated_since: Option<DateTime<Utc>>,
    /// Whose words hold these, without regard to accents and case. Confidential needs have none.
    pub text: Option<String>,
    /// Who reads; the server says it.
    #[serde(default, skip_serializing_if = "Reader::is_nobody")]
    #[cfg_attr(feature = "graphql", graphql(skip))]
    pub reader: Reader,
}

choices! {
    /// The order of a list of needs of expertise.
    pub enum Order as "ExpertiseNeedOrder" {
        /// The last changed first.
        UpdatedLast = "UPDATED_LAST",
        /// The next deadline first; those without one last.
        DeadlineFirst = "DEADLINE_FIRST",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::ExpertiseNeedId;
    use crate::record::Record as _;

    fn need(own: Value) -> ExpertiseNeed {
        let mut all = json!({"title": "Rédiger un marché", "topics": ["redaction-marches"], "projectId": ProjectId(Uuid::nil())});
        let Value::Object(own) = own else {
            panic!("an object")
        };
        for (field, value) in own {
            all[field] = value;
        }
        let new: NewExpertiseNeed = serde_json::from_value(all).unwrap();
        ExpertiseNeed::made(new, ExpertiseNeedId(Uuid::nil()), DateTime::UNIX_EPOCH)
    }

    fn refused(own: Value) -> Vec<String> {
        let mut checks = Checks::default();
        need(own).check(&mut checks);
        let refused = checks.finish().err().unwrap_or_default();
        refused
            .iter()
            .map(|refusal| format!("{} {}", refusal.code(), refusal.field()))
            .collect()
    }

    #[test]
    fn somebody_asks_about_something_and_says_why_it_was_given_up() {
        assert!(refused(json!({})).is_empty());
        assert_eq!(refused(json!({"projectId": null})), ["REQUIRED projectId"]);
        assert_eq!(refused(json!({"topics": []})), ["REQUIRED topics"]);
        assert_eq!(
            refused(json!({"state": "WITHDRAWN", "reason": " "})),
            ["INVALID reason"]
        );
    }

    #[test]
    fn a_confidential_need_has_no_words_to_be_found_by() {
        assert!(need(json!({})).facets().words.is_some());
        assert!(need(json!({"confidential": true})).facets().words.is_none());
    }

    #[test]
    fn help_is_awaited_until_the_last_possible_day() {
        let need = need(json!({"deadline": "2026-12"}));
        let day = |text: &str| text.parse().unwrap();
        assert!(need.is_open(day("2026-12-31")));
        assert!(!need.is_open(day("2027-01-01")));
    }
}
