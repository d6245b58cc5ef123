//! How well an offer of expertise fits a need: a score from 0 to 1 as the weighted mean of its parts, each of which says
//! why. A part that cannot be told is left out of the mean; it neither helps nor harms.

use chrono::NaiveDate;

use super::introduction::Refused;
use super::need::{Budget, ExpertiseNeed};
use super::reach::Lie;
use super::{Cost, Expertise, Format, Reach, Reason, topic};
use crate::date::PartialDate;
use crate::measure::mask;
use crate::text::Lang;

/// Kept with the matches: where it is another one, all are worked out anew.
pub const SCORING: u32 = 1;
/// From this distance in kilometres on, nearness counts nothing.
const FAR_KM: f64 = 150.0;
/// What nearness is worth at most where the two territories share no commune.
const APART: f64 = 0.6;

choices! {
    /// A part of the score of an offer and a need of expertise.
    pub enum Part as "ExpertiseMatchPartKind" {
        /// How close the topics are.
        Topic = "TOPIC",
        /// Whether it is given in a form that is asked for.
        Form = "FORM",
        /// Whether it is given where it is needed.
        Territory = "TERRITORY",
        /// Whether there is a language in common.
        Language = "LANGUAGE",
        /// Whether it is to be had in time.
        Timing = "TIMING",
        /// Whether it costs what can be spent.
        Cost = "COST",
        /// Whether the provider has room for it.
        Load = "LOAD",
        /// What became of earlier introductions.
        Past = "PAST",
    }
}

/// How many parts there are.
pub const PARTS: usize = Part::ALL.len();

impl Part {
    /// What it weighs in the mean, of a hundred for all parts.
    #[must_use]
    pub const fn weight(self) -> u32 {
        match self {
            Self::Topic => 30,
            Self::Form
            | Self::Territory
            | Self::Language
            | Self::Timing
            | Self::Cost
            | Self::Load
            | Self::Past => 10,
        }
    }
}

/// One part of a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartScore {
    /// Which.
    pub part: Part,
    /// From 0 to 1, to a thousandth; absent where it cannot be told.
    pub score: Option<f64>,
    /// Why.
    pub reason: Reason,
}

/// How well an offer of expertise fits a need.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// From 0 to 1, to a thousandth: the mean of the known parts by their weights.
    pub total: f64,
    /// What the known parts weigh, of a hundred: how much of the score is told.
    pub known: u32,
    /// All parts, the unknown ones too.
    pub parts: [PartScore; PARTS],
    /// Whether the provider refused this very need before: then it comes after all others and is not told anew.
    pub refused: bool,
}

/// What became of earlier introductions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// The provider refused this very need: why and when, the last time.
    pub refused: Option<(Refused, NaiveDate)>,
    /// The two were introduced before, and nothing came of it.
    pub without_result: bool,
    /// How many introductions this offer brought to a good end.
    pub done: u32,
    /// How many requests on this broad topic the provider refused in the last year, this need's aside.
    pub refusals: u32,
}

/// What of an offer is compared: small, since pairs are compared by the million.
#[derive(Clone, Copy, Debug)]
pub struct Given {
    topics: u64,
    forms: i32,
    languages: i32,
    reach: Option<Reach>,
    is_remote: bool,
    cost: Option<Cost>,
    from: Option<PartialDate>,
    to: Option<PartialDate>,
    capacity: Option<i32>,
    load: u32,
}

impl Given {
    /// Of an offer that so many introductions keep busy now, given in this reach.
    #[must_use]
    pub fn of(expertise: &Expertise, load: u32, reach: Option<Reach>) -> Self {
        Self {
            topics: topic::mask(&expertise.topics),
            forms: mask(super::Form::ALL, &expertise.forms),
            languages: mask(Lang::ALL, &expertise.languages),
            reach,
            is_remote: expertise.formats.contains(&Format::Remote),
            cost: expertise.cost,
            from: expertise.available_from,
            to: expertise.available_to,
            capacity: expertise.capacity,
            load,
        }
    }
}

/// What of a need is compared.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    topics: u64,
    forms: i32,
    languages: i32,
    reach: Option<Reach>,
    budget: Option<Budget>,
    deadline: Option<PartialDate>,
}

impl Wanted {
    /// Of a need within this reach.
    #[must_use]
    pub fn of(need: &ExpertiseNeed, reach: Option<Reach>) -> Self {
        Self {
            topics: topic::mask(&need.topics),
            forms: mask(super::Form::ALL, &need.forms),
            languages: mask(Lang::ALL, &need.languages),
            reach,
            budget: need.budget,
            deadline: need.deadline,
        }
    }
}

/// How well an offer fits a need on a day; none where they have no broad topic in common.
#[must_use]
pub fn fit(need: &Wanted, given: &Given, past: &Past, today: NaiveDate) -> Option<Score> {
    let topic = about(need.topics, given.topics)?;
    let parts = [
        (Part::Topic, topic),
        (Part::Form, form(need, given)),
        (Part::Territory, territory(need, given)),
        (Part::Language, language(need, given)),
        (Part::Timing, timing(need, given, today)),
        (Part::Cost, cost(need, given)),
        (Part::Load, load(given)),
        (Part::Past, before(past)),
    ]
    .map(|(part, (score, reason))| PartScore {
        part,
        score: score.map(thousandth),
        reason,
    });
    let known = || {
        parts
            .iter()
            .filter_map(|part| Some((part.part.weight(), part.score?)))
    };
    let weight: u32 = known().map(|(weight, _)| weight).sum();
    let sum: f64 = known().map(|(weight, score)| f64::from(weight) * score).sum();
    Some(Score {
        // The topic is always known.
        total: thousandth(sum / f64::from(weight)),
        known: weight,
        parts,
        refused: past.refused.is_some(),
    })
}

fn thousandth(score: f64) -> f64 {
    (score.clamp(0.0, 1.0) * 1_000.0).round() / 1_000.0
}

/// What a part came to: its score where it can be told, and why.
type Told = (Option<f64>, Reason);

/// The topics by broad one: its own bit, and those of its narrower ones.
static FAMILIES: std::sync::LazyLock<Vec<(u64, u64)>> = std::sync::LazyLock::new(|| {
    let one = |code: &str| topic::mask(&[code.to_owned()]);
    topic::families()
        .map(|family| {
            let narrower = topic::narrower(family.code).map(|topic| one(topic.code));
            (one(family.code), narrower.fold(0, |all, topic| all | topic))
        })
        .collect()
});

/// The code of the lowest topic of a mask.
fn code(mask: u64) -> &'static str {
    topic::TOPICS
        .get(mask.trailing_zeros() as usize)
        .map_or("", |topic| topic.code)
}

/// How the topics meet, at their best; none where they do not.
fn about(needed: u64, given: u64) -> Option<Told> {
    let same = needed & given;
    if same != 0 {
        return Some((Some(1.0), Reason::SameTopic { topic: code(same) }));
    }
    let mut best: Option<(f64, Reason)> = None;
    for (broad, narrow) in FAMILIES.iter() {
        let told = if needed & broad != 0 && given & narrow != 0 {
            (
                0.9,
                Reason::NarrowerTopic {
                    topic: code(given & narrow),
                },
            )
        } else if given & broad != 0 && needed & narrow != 0 {
            (0.7, Reason::WiderTopic { topic: code(*broad) })
        } else if needed & narrow != 0 && given & narrow != 0 {
            (0.5, Reason::SiblingTopic { topic: code(*broad) })
        } else {
            continue;
        };
        if best.is_none_or(|(score, _)| score < told.0) {
            best = Some(told);
        }
    }
    best.map(|(score, reason)| (Some(score), reason))
}

/// The topic on which an offer and a need meet at their best; none where they do not.
#[must_use]
pub fn meeting(needed: &[String], given: &[String]) -> Option<&'static str> {
    let (_, reason) = about(topic::mask(needed), topic::mask(given))?;
    reason.topic()
}

fn form(need: &Wanted, given: &Given) -> Told {
    match (need.forms, given.forms) {
        (0, _) => (None, Reason::AnyForm),
        (_, 0) => (None, Reason::FormUnknown),
        (needed, given) if needed & given != 0 => (Some(1.0), Reason::FormGiven),
        (_, _) => (Some(0.0), Reason::OtherForm),
    }
}

fn territory(need: &Wanted, given: &Given) -> Told {
    let Some((here, there)) = given.reach.as_ref().zip(need.reach.as_ref()) else {
        return (None, Reason::TerritoryUnknown);
    };
    match here.lies_to(there) {
        Lie::Holds => (Some(1.0), Reason::GivenThere),
        Lie::Shares => (Some(0.8), Reason::GivenInPart),
        Lie::Apart(_) if given.is_remote => (Some(0.8), Reason::FromADistance),
        Lie::Apart(km) => (
            Some(APART * (1.0 - km / FAR_KM).max(0.0)),
            Reason::GivenElsewhere { km: km.round() },
        ),
    }
}

fn language(need: &Wanted, given: &Given) -> Told {
    if need.languages == 0 || given.languages == 0 {
        (None, Reason::LanguageUnknown)
    } else if need.languages & given.languages != 0 {
        (Some(1.0), Reason::LanguageShared)
    } else {
        (Some(0.0), Reason::NoLanguageShared)
    }
}

fn timing(need: &Wanted, given: &Given, today: NaiveDate) -> Told {
    if given.from.is_none() && given.to.is_none() {
        return (None, Reason::AvailabilityUnknown);
    }
    let begins = given
        .from
        .and_then(PartialDate::earliest)
        .filter(|from| *from > today);
    match (begins, need.deadline.and_then(PartialDate::latest)) {
        (None, _) => (Some(1.0), Reason::AvailableNow),
        (Some(from), Some(deadline)) if from <= deadline => (Some(0.8), Reason::AvailableInTime { from }),
        (Some(from), Some(_)) => (Some(0.0), Reason::AvailableTooLate { from }),
        (Some(from), None) => (Some(0.5), Reason::AvailableLater { from }),
    }
}

fn cost(need: &Wanted, given: &Given) -> Told {
    match (given.cost, need.budget) {
        (Some(Cost::Free), _) => (Some(1.0), Reason::Free),
        (Some(Cost::Funded), _) => (Some(1.0), Reason::Funded),
        (None, _) => (None, Reason::CostUnknown),
        (Some(Cost::Paid), None) => (None, Reason::BudgetUnknown),
        (Some(Cost::Paid), Some(Budget::Nothing)) => (Some(0.0), Reason::PaidWithoutBudget),
        (Some(Cost::Paid), Some(Budget::UpTo1000)) => (Some(0.5), Reason::PaidWithBudget),
        (Some(Cost::Paid), Some(Budget::UpTo5000)) => (Some(0.7), Reason::PaidWithBudget),
        (Some(Cost::Paid), Some(Budget::UpTo20000 | Budget::More)) => (Some(0.9), Reason::PaidWithBudget),
    }
}

fn load(given: &Given) -> Told {
    let Some(most) = given.capacity.and_then(|most| u32::try_from(most).ok()) else {
        return (None, Reason::CapacityUnknown);
    };
    if given.load >= most {
        return (Some(0.0), Reason::NoRoom { of: most });
    }
    let free = most - given.load;
    (
        Some(f64::from(free) / f64::from(most)),
        Reason::Room { free, of: most },
    )
}

fn before(past: &Past) -> Told {
    if let Some((why, on)) = past.refused {
        return (Some(0.0), Reason::RefusedBefore { why, on });
    }
    if past.without_result {
        return (Some(0.2), Reason::WithoutResultBefore);
    }
    if past.refusals > 0 {
        let count = past.refusals;
        return (Some(1.0 / f64::from(1 + count)), Reason::RefusedOthers { count });
    }
    if past.done > 0 {
        return (Some(1.0), Reason::DoneBefore { count: past.done });
    }
    (None, Reason::NoPast)
}

#[cfg(test)]
mod tests;
