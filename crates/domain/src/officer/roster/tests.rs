//! Every request has an owner, and the right one.

use chrono::DateTime;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::territory::{Extent, Kind};
use crate::text::LocalName;
use crate::{AbsenceId, PortfolioId};

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
}

fn person(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

fn colleague(number: u128, role: Role, open: u64) -> Colleague {
    Colleague {
        id: person(number),
        role,
        open,
    }
}

fn portfolio(number: u128, of: u128, territory: TerritoryId, chantiers: &[u128]) -> Portfolio {
    let id = PortfolioId(Uuid::from_u128(number));
    let mut portfolio = Portfolio::bare(id, DateTime::UNIX_EPOCH, person(of), territory);
    portfolio.chantier_ids = chantiers.iter().copied().map(chantier).collect();
    portfolio
}

fn away(number: u128, of: u128, substitute: Option<u128>) -> Absence {
    let id = AbsenceId(Uuid::from_u128(number));
    let mut absence = Absence::bare(id, DateTime::UNIX_EPOCH, person(of), day(1), day(30));
    absence.substitute_id = substitute.map(person);
    absence
}

fn chantier(number: u128) -> ChantierId {
    ChantierId(Uuid::from_u128(number))
}

/// The region, the provinces, the arrondissements, every tenth commune and Namur, as the reference data has them.
fn territories() -> Vec<Territory> {
    let all = GAZETTEER.all();
    let area = |nis: Nis| {
        let name = LocalName {
            fr: nis.to_string(),
            ..LocalName::default()
        };
        let id = TerritoryId::from(nis);
        let mut territory = Territory::bare(id, DateTime::UNIX_EPOCH, Kind::Other, name, Extent::Complete);
        let inside = all.iter().filter(|commune| {
            [
                commune.nis,
                commune.arrondissement,
                commune.province,
                Nis::WALLONIA,
            ]
            .contains(&nis)
        });
        territory.commune_codes = inside.map(|commune| commune.nis).collect();
        territory
    };
    let mut areas = vec![Nis::WALLONIA];
    for commune in all {
        areas.extend([commune.province, commune.arrondissement]);
    }
    areas.extend(
        all.iter()
            .step_by(10)
            .map(|commune| commune.nis)
            .chain([nis("92094")]),
    );
    areas.sort_unstable();
    areas.dedup();
    areas.into_iter().map(area).collect()
}

fn nis(code: &str) -> Nis {
    code.parse().unwrap()
}

fn routed(roster: &Roster, commune: &str, subject: Option<u128>) -> (u128, u128, Basis) {
    let routed = roster.route(&[nis(commune)], subject.map(chantier)).unwrap();
    (routed.owner.0.as_u128(), routed.minder.0.as_u128(), routed.basis)
}

fn at(code: &str) -> TerritoryId {
    code.parse().unwrap()
}

#[test]
fn the_narrowest_territory_comes_first_and_in_it_who_is_there_for_the_subject() {
    let staff = (1..=5)
        .map(|number| colleague(number, Role::Officer, 0))
        .collect();
    let portfolios = vec![
        portfolio(1, 1, at("03000"), &[]),
        portfolio(2, 2, at("90000"), &[]),
        portfolio(3, 3, at("90000"), &[7]),
        portfolio(4, 4, at("92094"), &[8]),
    ];
    let roster = Roster::of(day(26), staff, portfolios, Vec::new(), &territories());
    assert_eq!(
        routed(&roster, "81001", None),
        (1, 1, Basis::Territory),
        "Arlon: the region"
    );
    assert_eq!(
        routed(&roster, "92101", None),
        (2, 2, Basis::Territory),
        "Profondeville"
    );
    assert_eq!(routed(&roster, "92101", Some(7)), (3, 3, Basis::Subject));
    assert_eq!(routed(&roster, "92101", Some(8)), (2, 2, Basis::Territory));
    assert_eq!(routed(&roster, "92094", Some(8)), (4, 4, Basis::Subject), "Namur");
    assert_eq!(
        routed(&roster, "92094", None),
        (2, 2, Basis::Territory),
        "not for every subject"
    );
    assert_eq!(routed(&roster, "92094", Some(7)), (3, 3, Basis::Subject));
}

#[test]
fn of_two_who_follow_the_same_the_one_with_less_to_do_and_then_the_older_account() {
    let both = vec![
        portfolio(1, 1, at("90000"), &[]),
        portfolio(2, 2, at("90000"), &[]),
    ];
    for (one, other, expected) in [(3, 2, 2), (2, 2, 1), (1, 2, 1)] {
        let staff = vec![
            colleague(2, Role::Officer, other),
            colleague(1, Role::Officer, one),
        ];
        let roster = Roster::of(day(26), staff, both.clone(), Vec::new(), &territories());
        assert_eq!(routed(&roster, "92094", None).0, expected);
    }
}

#[test]
fn where_nobody_follows_the_place_any_of_the_staff_does() {
    let elsewhere = vec![
        portfolio(1, 1, at("80000"), &[]),
        portfolio(2, 2, at("92094"), &[5]),
    ];
    let all = [
        colleague(4, Role::Administrator, 0),
        colleague(3, Role::Editor, 0),
        colleague(2, Role::Officer, 9),
        colleague(1, Role::Officer, 3),
    ];
    let of = |staff: &[Colleague]| {
        let roster = Roster::of(
            day(26),
            staff.to_vec(),
            elsewhere.clone(),
            Vec::new(),
            &territories(),
        );
        [routed(&roster, "92094", Some(6)), routed(&roster, "92101", None)]
    };
    assert_eq!(of(&all), [(2, 2, Basis::OtherSubject), (1, 1, Basis::Officer)]);
    assert_eq!(of(&all[..2]), [(3, 3, Basis::Editor); 2]);
    assert_eq!(of(&all[..1]), [(4, 4, Basis::Administrator); 2]);
    let nobody = Roster::of(day(26), Vec::new(), elsewhere, Vec::new(), &territories());
    assert_eq!(nobody.route(&[nis("92094")], None), None);
}

#[test]
fn while_the_owner_is_away_their_substitute_sees_to_it_through_chains_and_rings() {
    let staff: Vec<Colleague> = (1..=4)
        .map(|number| colleague(number, Role::Officer, 0))
        .collect();
    let portfolios = vec![portfolio(1, 1, at("90000"), &[])];
    let minds = |absences: Vec<Absence>| {
        let roster = Roster::of(
            day(26),
            staff.clone(),
            portfolios.clone(),
            absences,
            &territories(),
        );
        let (owner, minder, _) = routed(&roster, "92094", None);
        assert_eq!(owner, 1, "it stays theirs");
        assert_eq!(roster.minder(person(1), at("92094"), None), person(minder));
        minder
    };
    assert_eq!(minds(Vec::new()), 1);
    assert_eq!(minds(vec![away(1, 1, Some(3))]), 3);
    assert_eq!(minds(vec![away(1, 1, Some(3)), away(2, 3, Some(4))]), 4);
    assert_eq!(
        minds(vec![away(1, 1, Some(3)), away(2, 3, Some(1))]),
        2,
        "in a ring: the next"
    );
    assert_eq!(minds(vec![away(1, 1, None)]), 2, "nobody named: the next");
    assert_eq!(
        minds(vec![away(1, 1, Some(9))]),
        2,
        "one who is not of the staff any more"
    );
    let all: Vec<Absence> = (1..=4).map(|number| away(number, number, None)).collect();
    assert_eq!(minds(all), 1, "everybody is away");
    let mut over = away(1, 1, Some(3));
    over.ends = day(25);
    assert_eq!(minds(vec![over]), 1);
}

#[test]
fn who_left_is_followed_by_who_is_right_now() {
    let staff = vec![colleague(2, Role::Officer, 0)];
    let portfolios = vec![
        portfolio(1, 1, at("90000"), &[]),
        portfolio(2, 2, at("03000"), &[]),
    ];
    let roster = Roster::of(day(26), staff, portfolios, Vec::new(), &territories());
    assert_eq!(routed(&roster, "92094", None), (2, 2, Basis::Territory));
    assert_eq!(roster.minder(person(1), at("92094"), None), person(2));
}

#[test]
fn a_project_is_whose_who_follows_most_of_its_communes() {
    let staff = (1..=2)
        .map(|number| colleague(number, Role::Officer, 0))
        .collect();
    let portfolios = vec![
        portfolio(1, 1, at("92094"), &[]),
        portfolio(2, 2, at("90000"), &[]),
    ];
    let all = territories();
    let roster = Roster::of(day(26), staff, portfolios, Vec::new(), &all);
    let place = |code: &str| {
        let found = all.iter().find(|territory| territory.id == at(code));
        communes_of(std::slice::from_ref(found.unwrap()))
    };
    let owner = |communes: &[Nis]| roster.route(communes, None).unwrap().owner;
    assert_eq!(owner(&place("90000")), person(2));
    assert_eq!(owner(&[nis("92094")]), person(1));
    let mut unlisted = all[0].clone();
    (unlisted.commune_codes, unlisted.within_codes) = (Vec::new(), vec![nis("90000")]);
    assert_eq!(communes_of(&[unlisted]), place("90000"));
}

fn arbitrary() -> impl Strategy<Value = (Vec<Colleague>, Vec<Portfolio>, Vec<Absence>)> {
    let territories: Vec<TerritoryId> = territories().iter().map(|territory| territory.id).collect();
    let role = prop_oneof![Just(Role::Officer), Just(Role::Editor), Just(Role::Administrator)];
    let staff = prop::collection::vec((role, 0_u64..4), 1..8).prop_map(|all| {
        let numbered = all.into_iter().zip(1..);
        numbered
            .map(|((role, open), number)| colleague(number, role, open))
            .collect()
    });
    let subjects = prop::collection::vec(0_u128..3, 0..2);
    let days = (prop::option::of(20_u32..30), prop::option::of(20_u32..30));
    let one = (1_u128..10, prop::sample::select(territories), subjects, days);
    let portfolios = prop::collection::vec(one, 0..12).prop_map(|all| {
        let made = all.into_iter().zip(1..);
        made.map(|((of, territory, subjects, (starts, ends)), number)| {
            let mut made = portfolio(number, of, territory, &subjects);
            (made.starts, made.ends) = (starts.map(day), ends.map(day));
            made
        })
        .collect()
    });
    let absence = (1_u128..10, prop::option::of(1_u128..10), 20_u32..30, 20_u32..30);
    let absences = prop::collection::vec(absence, 0..10).prop_map(|all| {
        let made = all.into_iter().zip(1..);
        made.map(|((of, substitute, starts, ends), number)| {
            let mut made = away(number, of, substitute);
            (made.starts, made.ends) = (day(starts), day(ends));
            made
        })
        .collect()
    });
    (staff, portfolios, absences)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn none_is_ever_without_an_owner_and_somebody_who_is_in_sees_to_it(
        (staff, portfolios, absences) in arbitrary(),
        place in 0..GAZETTEER.all().len(),
        subject in prop::option::of(0_u128..3),
        asked_of in 1_u128..10,
    ) {
        let all = territories();
        let commune = &GAZETTEER.all()[place];
        let subject = subject.map(chantier);
        let roster = Roster::of(day(26), staff.clone(), portfolios.clone(), absences.clone(), &all);
        let routed = roster.route(&[commune.nis], subject);
        prop_assert!(routed.is_some(), "there is always an owner");
        let routed = routed.unwrap();
        prop_assert!(roster.knows(routed.owner) && roster.knows(routed.minder));
        let anybody_in = staff.iter().any(|colleague| roster.is_in(colleague.id));
        prop_assert_eq!(roster.is_in(routed.minder), anybody_in);
        prop_assert!(!roster.is_in(routed.owner) || routed.minder == routed.owner);
        // Whoever it was given to before, somebody sees to it now.
        let minder = roster.minder(person(asked_of), commune.nis.into(), subject);
        prop_assert!(roster.knows(minder) && roster.is_in(minder) == anybody_in);
        // Nobody who follows a narrower place for the subject was passed over.
        let reach = |territory: TerritoryId| {
            let found = all.iter().find(|one| one.id == territory).unwrap();
            found.commune_codes.contains(&commune.nis).then_some(found.commune_codes.len())
        };
        let fitting = portfolios.iter().filter(|one| {
            one.holds_on(day(26)) && one.is_for(subject) && roster.knows(one.person_id)
        });
        let narrowest = fitting.filter_map(|one| reach(one.territory_id)).min();
        if let Some(narrowest) = narrowest {
            prop_assert_eq!(routed.territory.and_then(reach), Some(narrowest));
            prop_assert!(matches!(routed.basis, Basis::Subject | Basis::Territory));
        }
        // The order in which they were read does not matter.
        let (mut staff, mut portfolios, mut absences) = (staff, portfolios, absences);
        staff.reverse();
        portfolios.reverse();
        absences.reverse();
        let again = Roster::of(day(26), staff, portfolios, absences, &all);
        prop_assert_eq!(again.route(&[commune.nis], subject), Some(routed));
    }
}
