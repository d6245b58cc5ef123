//! Offers and needs of expertise that fit, and that do not.

use chrono::DateTime;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::expertise::ReasonCode;
use crate::territory::Territory;
use crate::{ExpertiseId, ExpertiseNeedId, OrganisationId, ProjectId};

fn with(mut all: Value, own: Value) -> Value {
    let Value::Object(own) = own else {
        panic!("an object")
    };
    for (field, value) in own {
        all[field] = value;
    }
    all
}

fn stamped(id: &str) -> Value {
    let at = DateTime::from_timestamp(1_795_500_000, 0).unwrap();
    json!({"id": id, "revision": 1, "createdAt": at, "updatedAt": at})
}

fn need(own: Value) -> ExpertiseNeed {
    let all = with(
        stamped(&ExpertiseNeedId(Uuid::nil()).to_string()),
        json!({"title": "B", "projectId": ProjectId(Uuid::nil()), "topics": ["redaction-marches"], "state": "OPEN", "confidential": false}),
    );
    serde_json::from_value(with(all, own)).unwrap()
}

fn offer(own: Value) -> Expertise {
    let all = with(
        stamped(&ExpertiseId(Uuid::nil()).to_string()),
        json!({"title": "E", "organisationId": OrganisationId(Uuid::nil()), "topics": ["redaction-marches"], "paused": false}),
    );
    serde_json::from_value(with(all, own)).unwrap()
}

fn reach(nis: &str, kind: &str) -> Option<Reach> {
    let id: crate::TerritoryId = nis.parse().unwrap();
    let all = with(
        stamped(&id.to_string()),
        json!({"name": {"fr": nis}, "kind": kind, "extent": "COMPLETE", "nis": nis}),
    );
    Reach::of(&serde_json::from_value::<Territory>(all).unwrap())
}

fn today() -> NaiveDate {
    "2026-11-24".parse().unwrap()
}

fn part(part: Part, wanted: Value, given: Value, past: Past) -> (Option<f64>, ReasonCode) {
    let (wanted, given) = (Wanted::of(&need(wanted), None), Given::of(&offer(given), 1, None));
    let score = fit(&wanted, &given, &past, today()).unwrap();
    let found = score.parts.iter().find(|of| of.part == part).unwrap();
    (found.score, found.reason.code())
}

#[test]
fn the_weights_are_of_a_hundred() {
    assert_eq!(Part::ALL.iter().map(|part| part.weight()).sum::<u32>(), 100);
}

#[test]
fn topics_are_the_same_narrower_wider_or_of_one_family() {
    let told = |needed: &str, given: &str| {
        let topics = |code: &str| vec![code.to_owned()];
        about(topic::mask(&topics(needed)), topic::mask(&topics(given)))
            .map(|(score, reason)| (score.unwrap(), reason.code()))
    };
    assert_eq!(told("foncier", "foncier"), Some((1.0, ReasonCode::SameTopic)));
    assert_eq!(
        told("marches-publics", "redaction-marches"),
        Some((0.9, ReasonCode::NarrowerTopic))
    );
    assert_eq!(
        told("redaction-marches", "marches-publics"),
        Some((0.7, ReasonCode::WiderTopic))
    );
    assert_eq!(
        told("redaction-marches", "reponse-marches"),
        Some((0.5, ReasonCode::SiblingTopic))
    );
    assert_eq!(told("redaction-marches", "foncier"), None);
    let two = |codes: [&str; 2]| codes.map(str::to_owned);
    assert_eq!(
        meeting(
            &two(["foncier", "redaction-marches"]),
            &two(["handicap", "redaction-marches"])
        ),
        Some("redaction-marches")
    );
}

#[test]
fn what_nobody_has_said_neither_helps_nor_harms() {
    let (wanted, given) = (
        Wanted::of(&need(json!({})), None),
        Given::of(&offer(json!({})), 0, None),
    );
    let score = fit(&wanted, &given, &Past::default(), today()).unwrap();
    assert_eq!((score.total, score.known), (1.0, 30));
    assert_eq!(
        score.parts.iter().filter(|part| part.score.is_none()).count(),
        PARTS - 1
    );
}

#[test]
fn each_part_tells_its_score_and_why() {
    let none = Past::default();
    for (of, wanted, given, expected) in [
        (
            Part::Form,
            json!({"forms": ["LEGAL"]}),
            json!({"forms": ["LEGAL", "ADVICE"]}),
            (Some(1.0), ReasonCode::FormGiven),
        ),
        (
            Part::Form,
            json!({"forms": ["LEGAL"]}),
            json!({"forms": ["ADVICE"]}),
            (Some(0.0), ReasonCode::OtherForm),
        ),
        (
            Part::Form,
            json!({"forms": ["LEGAL"]}),
            json!({}),
            (None, ReasonCode::FormUnknown),
        ),
        (
            Part::Language,
            json!({"languages": ["FR", "DE"]}),
            json!({"languages": ["DE"]}),
            (Some(1.0), ReasonCode::LanguageShared),
        ),
        (
            Part::Language,
            json!({"languages": ["FR"]}),
            json!({"languages": ["DE"]}),
            (Some(0.0), ReasonCode::NoLanguageShared),
        ),
        (
            Part::Timing,
            json!({}),
            json!({"availableFrom": "2026-01"}),
            (Some(1.0), ReasonCode::AvailableNow),
        ),
        (
            Part::Timing,
            json!({"deadline": "2027-03"}),
            json!({"availableFrom": "2027-02"}),
            (Some(0.8), ReasonCode::AvailableInTime),
        ),
        (
            Part::Timing,
            json!({"deadline": "2027-01"}),
            json!({"availableFrom": "2027-02"}),
            (Some(0.0), ReasonCode::AvailableTooLate),
        ),
        (
            Part::Timing,
            json!({}),
            json!({"availableFrom": "2027-02"}),
            (Some(0.5), ReasonCode::AvailableLater),
        ),
        (
            Part::Cost,
            json!({"budget": "NOTHING"}),
            json!({"cost": "PAID"}),
            (Some(0.0), ReasonCode::PaidWithoutBudget),
        ),
        (
            Part::Cost,
            json!({"budget": "MORE"}),
            json!({"cost": "PAID"}),
            (Some(0.9), ReasonCode::PaidWithBudget),
        ),
        (
            Part::Cost,
            json!({}),
            json!({"cost": "PAID"}),
            (None, ReasonCode::BudgetUnknown),
        ),
        (
            Part::Cost,
            json!({"budget": "NOTHING"}),
            json!({"cost": "FUNDED"}),
            (Some(1.0), ReasonCode::Funded),
        ),
        (
            Part::Load,
            json!({}),
            json!({"capacity": 4}),
            (Some(0.75), ReasonCode::Room),
        ),
        (
            Part::Load,
            json!({}),
            json!({"capacity": 1}),
            (Some(0.0), ReasonCode::NoRoom),
        ),
        (
            Part::Load,
            json!({}),
            json!({"capacity": 0}),
            (Some(0.0), ReasonCode::NoRoom),
        ),
    ] {
        assert_eq!(
            part(of, wanted.clone(), given.clone(), none),
            expected,
            "{of} {wanted} {given}"
        );
    }
}

#[test]
fn it_is_given_there_in_part_elsewhere_or_from_a_distance() {
    let told = |needed: (&str, &str), given: (&str, &str), formats: Value| {
        let wanted = Wanted::of(&need(json!({})), reach(needed.0, needed.1));
        let given = Given::of(&offer(json!({"formats": formats})), 0, reach(given.0, given.1));
        let (score, reason) = territory(&wanted, &given);
        (score.unwrap(), reason.code())
    };
    let (namur, province, region, arlon) = (
        ("92094", "COMMUNE"),
        ("90000", "PROVINCE"),
        ("03000", "REGION"),
        ("81001", "COMMUNE"),
    );
    assert_eq!(told(namur, region, json!([])), (1.0, ReasonCode::GivenThere));
    assert_eq!(told(namur, province, json!([])), (1.0, ReasonCode::GivenThere));
    assert_eq!(told(province, namur, json!([])), (0.8, ReasonCode::GivenInPart));
    let (score, reason) = told(namur, arlon, json!([]));
    assert!(
        score > 0.1 && score < APART && reason == ReasonCode::GivenElsewhere,
        "{score}"
    );
    assert_eq!(
        told(namur, arlon, json!(["REMOTE"])),
        (0.8, ReasonCode::FromADistance)
    );
}

#[test]
fn the_past_lowers_and_says_why() {
    let past = |more: Past| part(Part::Past, json!({}), json!({}), more);
    let refused = Some((Refused::NoTime, today()));
    assert_eq!(
        past(Past {
            refused,
            ..Past::default()
        }),
        (Some(0.0), ReasonCode::RefusedBefore)
    );
    assert_eq!(
        past(Past {
            refusals: 1,
            ..Past::default()
        }),
        (Some(0.5), ReasonCode::RefusedOthers)
    );
    assert_eq!(
        past(Past {
            without_result: true,
            ..Past::default()
        }),
        (Some(0.2), ReasonCode::WithoutResultBefore)
    );
    assert_eq!(
        past(Past {
            done: 2,
            ..Past::default()
        }),
        (Some(1.0), ReasonCode::DoneBefore)
    );
    assert_eq!(past(Past::default()), (None, ReasonCode::NoPast));
}

proptest! {
    #[test]
    fn a_score_lies_between_0_and_1(needed: u64, given: u64, refusals in 0_u32..5, done in 0_u32..5, load in 0_u32..9, most in 0_i32..9) {
        let wanted = Wanted { topics: needed, ..Wanted::of(&need(json!({"budget": "NOTHING"})), None) };
        let given = Given { topics: given, load, capacity: Some(most), ..Given::of(&offer(json!({"cost": "PAID"})), 0, None) };
        if let Some(score) = fit(&wanted, &given, &Past { refusals, done, ..Past::default() }, today()) {
            prop_assert!((0.0..=1.0).contains(&score.total));
            prop_assert!(score.known >= 30);
        }
    }
}
