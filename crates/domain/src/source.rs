//! Sources: the directories that offers and needs come from, or could: who keeps them, what they hold, how far they
//! can be trusted, and whether they are connected.

use crate::check::Checks;
use crate::date::PartialDate;
use crate::facet::{Facets, Words};
use crate::id::OrganisationId;
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::{Invalid, Refusal};

choices! {
    /// How a directory stands to this platform.
    pub enum Standing as "SourceStanding" default Listed {
        /// Known, not connected.
        Listed = "LISTED",
        /// It pushes what it holds.
        Connected = "CONNECTED",
        /// Its pushes are refused for now.
        Paused = "PAUSED",
        /// It is no more.
        Closed = "CLOSED",
    }
}

choices! {
    /// How often a directory says that it pushes.
    pub enum Cadence as "Cadence" {
        /// Whenever something changes.
        Continuous = "CONTINUOUS",
        /// Every hour.
        Hourly = "HOURLY",
        /// Every day.
        Daily = "DAILY",
        /// Every week.
        Weekly = "WEEKLY",
        /// Every month.
        Monthly = "MONTHLY",
        /// Now and then, by hand.
        Occasional = "OCCASIONAL",
    }
}

impl Cadence {
    /// After how many hours without a push a source is late: twice its cadence.
    #[must_use]
    pub const fn late_after_hours(self) -> Option<i64> {
        match self {
            Self::Continuous => Some(24),
            Self::Hourly => Some(2),
            Self::Daily => Some(48),
            Self::Weekly => Some(14 * 24),
            Self::Monthly => Some(62 * 24),
            Self::Occasional => None,
        }
    }
}

record! {
    /// A directory that offers and needs come from, or could come from.
    Source, SourceId, Source, NewSource, SourcePatch;
    fixed {}
    required {
        /// Its code: how it is named in addresses and rows. Lower-case letters, digits and hyphens; lasting.
        code: String,
        /// Its name.
        name: String,
    }
    optional {
        /// The organisation that keeps it.
        operator_id: Option<OrganisationId>,
        /// Who keeps it, where it is not an organisation known here, or not one alone.
        operator_note: Option<String>,
        /// How it stands to this platform.
        standing: Standing,
        /// What sort of directory it is.
        sort: Option<String>,
        /// Whom it is for.
        audience: Option<String>,
        /// What it does.
        summary: Option<String>,
        /// Its website.
        website: Option<String>,
        /// Since when it exists.
        launched: Option<PartialDate>,
        /// How it stands today, as far as is known.
        state_note: Option<String>,
        /// How many producers it says it lists; absent where that is unknown.
        producers_listed: Option<i32>,
        /// As of when that number holds.
        producers_as_of: Option<PartialDate>,
        /// Other figures about it.
        figures: Option<String>,
        /// What is said against it.
        complaints: Option<String>,
        /// The licence its records are under: an SPDX identifier or a name.
        licence: Option<String>,
        /// How often it says that it pushes.
        cadence: Option<Cadence>,
        /// The role of who answers for it (never a person's name).
        contact_role: Option<String>,
    }
}

/// What an offer is asked to say, by its fields: without it a kitchen has to telephone first.
pub const WISHED_OF_OFFERS: &[&str] = &[
    "description",
    "quantity",
    "price",
    "months",
    "organic",
    "delivery",
    "audiences",
    "commune_id",
];
/// What a need is asked to say, by its fields: without it a grower does not know whether to answer.
pub const WISHED_OF_NEEDS: &[&str] = &["quantity", "period", "months", "budget", "commune_id", "deadline"];

/// The source of what the server loads itself.
pub const REFERENCE: &str = "reference";

impl Rules for Source {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("code", &mut self.code);
        let right = (1..=60).contains(&self.code.len())
            && self
                .code
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        checks.hold(right, "code", Invalid::CodeForm);
        if self.code == REFERENCE {
            checks.refuse(Refusal::Duplicate { field: "code".into() });
        }
        checks.line("name", &mut self.name);
        checks.optional_line("operatorNote", &mut self.operator_note);
        checks.optional_line("sort", &mut self.sort);
        checks.optional_line("audience", &mut self.audience);
        checks.optional_paragraphs("summary", &mut self.summary);
        checks.web_address("website", &mut self.website);
        checks.optional_paragraphs("stateNote", &mut self.state_note);
        checks.hold(
            self.producers_listed.is_none_or(|count| count >= 0),
            "producersListed",
            Invalid::Negative,
        );
        checks.optional_paragraphs("figures", &mut self.figures);
        checks.optional_paragraphs("complaints", &mut self.complaints);
        checks.optional_line("licence", &mut self.licence);
        checks.optional_line("contactRole", &mut self.contact_role);
    }

    /// Rows, cursors and machines name a source by its code: it does not change once records came from it, so it does
    /// not change at all.
    fn edited(&mut self, before: &Self, checks: &mut Checks) {
        checks.hold(self.code == before.code, "code", Invalid::CodeForm);
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.link("operatorId", self.operator_id);
        facets.tag("standing", &[self.standing]);
        facets.words = Some(Words {
            title: self.name.clone(),
            names: vec![self.name.clone(), self.code.clone()],
            body: self
                .operator_note
                .iter()
                .chain(&self.sort)
                .chain(&self.audience)
                .chain(&self.summary)
                .cloned()
                .collect(),
        });
        facets
    }

    fn action(&self, verb: Verb) -> Action {
        match verb {
            Verb::Create | Verb::Delete => Action::KeepSources,
            Verb::Update => Action::EditSource {
                operator: self.operator_id,
            },
        }
    }
}

/// Narrows a list of sources.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "SourceFilter"))]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Which stand to this platform in any of these ways.
    pub standings: Option<Vec<Standing>>,
    /// Kept by any of these organisations.
    pub operators: Option<Vec<OrganisationId>>,
    /// Whose words hold these, without regard to accents and case.
    pub text: Option<String>,
}

choices! {
    /// The order of a list of sources.
    pub enum Order as "SourceOrder" {
        /// By name.
        Name = "NAME",
        /// The last changed first.
        UpdatedLast = "UPDATED_LAST",
    }
}
