//! The food-relocalisation projects: who leads them, where, for what, and what became of them.

mod membership;
mod note;
mod phase;

pub use membership::{Membership, MembershipPatch, MembershipRole, NewMembership};
pub use note::{NewNote, Note, NotePatch};
pub use phase::{Phase, Status, status};

use rust_decimal::Decimal;

use crate::chantier::Part;
use crate::check::Checks;
use crate::date::PartialDate;
use crate::facet::{Facets, Words};
use crate::id::{ChantierId, OrganisationId, TerritoryId};
use crate::measure::Money;
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::Invalid;

/// How many projects the call of autumn 2020 selected. Source: the cell's report on its launch meetings.
pub const SELECTED: usize = 46;

choices! {
    /// What a project does; several may hold. The taxonomy of the cell's public project cards.
    pub enum Type as "ProjectType" {
        /// Develops a value chain.
        ValueChainDevelopment = "VALUE_CHAIN_DEVELOPMENT",
        /// Processes food.
        Processing = "PROCESSING",
        /// Brings products to market.
        Marketing = "MARKETING",
        /// Distributes products.
        Distribution = "DISTRIBUTION",
        /// Organises transport and storage.
        Logistics = "LOGISTICS",
        /// Supplies collective kitchens.
        CollectiveKitchens = "COLLECTIVE_KITCHENS",
        /// Makes local food known.
        Communication = "COMMUNICATION",
        /// Raises awareness.
        Awareness = "AWARENESS",
        /// Brings the actors of a food system to the table.
        Governance = "GOVERNANCE",
    }
}

choices! {
    /// A yes, a no, or nobody has said.
    pub enum Known as "Known" default Unknown {
        /// Yes.
        Yes = "YES",
        /// No.
        No = "NO",
        /// Nobody has said.
        Unknown = "UNKNOWN",
    }
}

choices! {
    /// Whom a project with a social purpose is for.
    pub enum Public as "SocialPublic" {
        /// People in a precarious situation.
        Precarious = "PRECARIOUS",
        /// People with a disability.
        Disability = "DISABILITY",
        /// People looking for work or in training.
        JobSeekers = "JOB_SEEKERS",
        /// Children and young people.
        Youth = "YOUTH",
        /// Everybody.
        General = "GENERAL",
    }
}

record! {
    /// A food-relocalisation project.
    Project, ProjectId, Project, NewProject, ProjectPatch;
    fixed {
        /// The states of its life, the first first; the last is where it stands.
        phases: Vec<Phase>,
    }
    required {
        /// Its title.
        title: String,
    }
    optional {
        /// The cell's or the call's code for it.
        code: Option<String>,
        /// Its acronym or short name.
        acronym: Option<String>,
        /// Other names it is known by.
        aliases: Vec<String>,
        /// What it does; empty where nobody has said.
        types: Vec<Type>,
        /// Its themes in its own words.
        themes: Vec<String>,
        /// The organisations that lead it.
        lead_ids: Vec<OrganisationId>,
        /// What is to be said of its lead.
        leads_note: Option<String>,
        /// The organisations that take part in it.
        partner_ids: Vec<OrganisationId>,
        /// Partners that are no single organisation.
        partners_note: Option<String>,
        /// The territories it works for.
        territory_ids: Vec<TerritoryId>,
        /// What is to be said of its territory.
        territory_note: Option<String>,
        /// When it started.
        started: Option<PartialDate>,
        /// When its first grant was to end.
        planned_end: Option<PartialDate>,
        /// When it ended.
        ended: Option<PartialDate>,
        /// The Region's grant, where it is known.
        grant: Option<Money>,
        /// What is to be said of its funding.
        funding_note: Option<String>,
        /// Whether it has a social purpose.
        social_purpose: Known,
        /// Whom it is for, where it has a social purpose.
        publics: Vec<Public>,
        /// Its website.
        website: Option<String>,
        /// What it is, in a few sentences.
        summary: Option<String>,
        /// What was learnt, difficulties and failures included.
        learnt: Option<String>,
    }
}

impl Project {
    /// Where it stands in its life.
    #[must_use]
    pub fn status(&self) -> Status {
        status(&self.phases)
    }
}

impl Rules for Project {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("title", &mut self.title);
        checks.optional_line("code", &mut self.code);
        checks.optional_line("acronym", &mut self.acronym);
        checks.lines("aliases", &mut self.aliases);
        checks.set("types", &mut self.types);
        checks.lines("themes", &mut self.themes);
        checks.set("leadIds", &mut self.lead_ids);
        checks.optional_paragraphs("leadsNote", &mut self.leads_note);
        checks.set("partnerIds", &mut self.partner_ids);
        checks.optional_paragraphs("partnersNote", &mut self.partners_note);
        checks.set("territoryIds", &mut self.territory_ids);
        checks.optional_paragraphs("territoryNote", &mut self.territory_note);
        for (field, end) in [("plannedEnd", self.planned_end), ("ended", self.ended)] {
            let first = self.started.and_then(PartialDate::earliest);
            let last = end.and_then(PartialDate::latest);
            checks.hold(
                first.zip(last).is_none_or(|(first, last)| first <= last),
                field,
                Invalid::PeriodReversed,
            );
        }
        if let Some(grant) = &mut self.grant {
            let right =
                grant.amount.normalize().scale() <= 2 && grant.amount < Decimal::from(1_000_000_000_000_i64);
            checks.hold(right, "grant.amount", Invalid::Amount);
            checks.hold(
                !grant.amount.is_sign_negative() || grant.amount.is_zero(),
                "grant.amount",
                Invalid::Negative,
            );
            grant.amount = grant.amount.round_dp(2);
        }
        checks.optional_paragraphs("fundingNote", &mut self.funding_note);
        checks.set("publics", &mut self.publics);
        checks.web_address("website", &mut self.website);
        checks.optional_paragraphs("summary", &mut self.summary);
        checks.optional_paragraphs("learnt", &mut self.learnt);
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.tag("types", &self.types);
        facets.tag("publics", &self.publics);
        facets.tag("status", &[self.status()]);
        facets.tag("socialPurpose", &[self.social_purpose]);
        facets.link("leadIds", self.lead_ids.iter().copied());
        facets.link("partnerIds", self.partner_ids.iter().copied());
        facets.place("territoryIds", self.territory_ids.iter().copied());
        facets.words = Some(Words {
            title: self.title.clone(),
            names: std::iter::once(self.title.clone())
                .chain(self.acronym.clone())
                .chain(self.code.clone())
                .chain(self.aliases.iter().cloned())
                .collect(),
            body: self
                .themes
                .iter()
                .chain(&self.summary)
                .chain(&self.learnt)
                .chain(&self.leads_note)
                .chain(&self.partners_note)
                .chain(&self.territory_note)
                .cloned()
                .collect(),
        });
        facets
    }

    fn action(&self, verb: Verb) -> Action {
        match verb {
            Verb::Create | Verb::Delete => Action::KeepProjects,
            Verb::Update => Action::EditProject { project: self.id },
        }
    }
}

/// Narrows a list of projects.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "ProjectFilter"))]
#[serde(rename_all = "camelCase", default)]
pub struct Filter {
    /// Doing any of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<Type>>,
    /// In any of these states.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statuses: Option<Vec<Status>>,
    /// With a social purpose, without, or unknown: any of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub social_purpose: Option<Vec<Known>>,
    /// For any of these publics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publics: Option<Vec<Public>>,
    /// Having a part in any of these chantiers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chantiers: Option<Vec<ChantierId>>,
    /// Having any of these parts in them (or in any chantier).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<Part>>,
    /// Led or accompanied by this organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// Working for this territory, or for one that shares a commune with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub territory: Option<TerritoryId>,
    /// Whose words hold these, without regard to accents and case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

choices! {
    /// The order of a list of projects.
    pub enum Order as "ProjectOrder" {
        /// By title.
        Title = "TITLE",
        /// By code.
        Code = "CODE",
        /// The last changed first.
        UpdatedLast = "UPDATED_LAST",
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::id::ProjectId;
    use crate::patch::Patch;
    use crate::record::Record;
    use crate::refusal::Code;

    fn project() -> Project {
        let new: NewProject =
            serde_json::from_value(serde_json::json!({"title": " Légumerie  du\tTournaisis "})).unwrap();
        Project::made(new, ProjectId(Uuid::from_u128(1)), DateTime::UNIX_EPOCH)
    }

    #[test]
    fn a_title_is_tidied_and_needed() {
        let mut tidy = project();
        let mut checks = Checks::default();
        tidy.check(&mut checks);
        assert_eq!(tidy.title, "Légumerie du Tournaisis");
        assert!(checks.finish().is_ok());

        let mut checks = Checks::default();
        tidy.apply(
            ProjectPatch {
                title: Patch::Null,
                ..ProjectPatch::of(tidy.id, 1)
            },
            &mut checks,
        );
        let refusals = checks.finish().unwrap_err();
        assert_eq!(
            (refusals[0].code(), refusals[0].field()),
            (Code::Required, "title")
        );
    }

    #[test]
    fn absent_null_and_a_value_are_three_things() {
        let mut changed = project();
        changed.website = Some("https://ratav.org".into());
        let patch: ProjectPatch = serde_json::from_value(serde_json::json!({
            "id": changed.id, "expectedRevision": 1, "acronym": "X", "website": null,
        }))
        .unwrap();
        let mut checks = Checks::default();
        changed.apply(patch, &mut checks);
        assert_eq!(
            (
                changed.acronym.as_deref(),
                changed.website,
                changed.title.is_empty()
            ),
            (Some("X"), None, false)
        );
    }

    #[test]
    fn an_end_before_the_start_is_refused() {
        let mut reversed = project();
        reversed.started = "2024".parse().ok();
        reversed.ended = "2021-06".parse().ok();
        let mut checks = Checks::default();
        reversed.check(&mut checks);
        assert_eq!(checks.finish().unwrap_err()[0].field(), "ended");
    }
}
