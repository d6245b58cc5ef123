//! The expertise catalogue: facets, confidential needs, matches both ways, introductions with what their past does to the
//! order, what is told to whom and when, and sessions of encounter.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::expertise::fit::Part;
use domain::expertise::introduction::{Introduction, NewIntroduction, Party, Refused, Stage};
use domain::expertise::need::{self, ExpertiseNeed, NewExpertiseNeed, Reader};
use domain::expertise::notice::Frequency;
use domain::expertise::session::{Answer, ExpertiseSession, NewExpertiseSession};
use domain::expertise::{Expertise, ExpertisePatch, Filter, NewExpertise, Order, ReasonCode};
use domain::mail::Kind;
use domain::organisation::{NewOrganisation, Organisation};
use domain::page::Page;
use domain::policy::Role;
use domain::project::{Membership, NewMembership, NewProject, Project};
use domain::{Actor, ExpertiseId, ExpertiseNeedId, OrganisationId, ProjectId, RecordType};
use serde_json::{Value, json};
use store::{FunnelBy, Relation, SessionStep, Store};
use testing::{
    administrator, both_engines, editor, input, input_with, kept, member, officer, refused, signed, visitor,
};

const NAMUR: &str = "92094";
const SITE: &str = "https://chantiers.test/";

async fn organisation(store: &Store, name: &str) -> OrganisationId {
    kept(
        store
            .create::<Organisation>(&editor(), input::<NewOrganisation>(json!({"name": name})))
            .await,
    )
    .id
}

async fn project(store: &Store, title: &str) -> ProjectId {
    kept(
        store
            .create::<Project>(&editor(), input::<NewProject>(json!({"title": title})))
            .await,
    )
    .id
}

async fn offer(store: &Store, by: OrganisationId, own: Value) -> Expertise {
    let all = json!({"organisationId": by, "title": "Atelier clauses", "topics": ["redaction-marches"]});
    kept(
        store
            .create(&officer(), input_with::<NewExpertise>(all, own))
            .await,
    )
}

async fn need(store: &Store, of: ProjectId, own: Value) -> ExpertiseNeed {
    let all = json!({"projectId": of, "title": "Rédiger un marché", "topics": ["redaction-marches"]});
    kept(
        store
            .create(&officer(), input_with::<NewExpertiseNeed>(all, own))
            .await,
    )
}

async fn partner(store: &Store, email: &str, of: OrganisationId) -> Actor {
    signed(
        store,
        Role::Partner,
        json!({"organisationId": of, "email": email}),
    )
    .await
    .0
}

async fn lead(store: &Store, email: &str, of: ProjectId) -> Actor {
    let (_, person) = signed(store, Role::Member, json!({"email": email})).await;
    let new = json!({"projectId": of, "personId": person.id, "role": "LEAD"});
    kept(
        store
            .create::<Membership>(&officer(), input::<NewMembership>(new))
            .await,
    );
    kept(store.actor_of(person.id).await).unwrap().0
}

async fn introduce(
    store: &Store,
    actor: &Actor,
    expertise: ExpertiseId,
    need: ExpertiseNeedId,
) -> Result<Introduction, store::Error> {
    let new = input::<NewIntroduction>(json!({"expertiseId": expertise, "needId": need}));
    store.open_introduction(actor, new, SITE).await
}

async fn advance(
    store: &Store,
    actor: &Actor,
    of: &Introduction,
    stage: Stage,
    refused: Option<Refused>,
    text: Option<&str>,
) -> Result<Introduction, store::Error> {
    let to = (stage, refused, text.map(str::to_owned));
    store
        .advance_introduction(actor, (of.id, of.revision), to, SITE)
        .await
}

/// The messages of a kind that wait, as who they go to.
async fn mails(store: &Store, kind: Kind) -> Vec<String> {
    let all = kept(store.mails(&administrator(), None, &Page::first(100)).await);
    let mut to: Vec<String> = all
        .edges
        .into_iter()
        .filter(|edge| edge.node.kind == kind)
        .map(|edge| edge.node.to)
        .collect();
    to.sort_unstable();
    to
}

async fn all_portions(store: &Store) -> usize {
    let mut rematcher = store.rematcher();
    kept(rematcher.begin().await);
    let mut count = 0;
    while kept(rematcher.portion().await) > 0 {
        count += 1;
    }
    count
}

testing::both! {
    async fn the_catalogue_is_narrowed_and_its_facets_counted_without_their_own_bound(store: Store) {
        kept(store.load_reference().await);
        kept(store.learn_territories().await);
        let house = organisation(&store, "Bureau d'études").await;
        offer(&store, house, json!({"title": "A", "forms": ["ADVICE"], "cost": "FREE", "languages": ["FR", "NL"], "territoryId": NAMUR})).await;
        offer(&store, house, json!({"title": "B", "topics": ["marches-publics"], "forms": ["ADVICE", "LEGAL"], "cost": "PAID", "territoryId": "03000"})).await;
        offer(&store, house, json!({"title": "C", "topics": ["foncier"], "forms": ["LEGAL"], "paused": true})).await;
        offer(&store, house, json!({"title": "D", "topics": ["handicap"], "availableTo": "2026-01"})).await;
        let list = async |filter: Value| {
            let slice = store.list::<Expertise>(&input::<Filter>(filter), Order::Title, &Page::default()).await;
            kept(slice).edges.into_iter().map(|edge| edge.node.title).collect::<Vec<_>>().join("")
        };
        assert_eq!(list(json!({})).await, "ABCD");
        assert_eq!(list(json!({"topics": ["marches-publics"]})).await, "AB", "a broad one means its narrower ones");
        assert_eq!(list(json!({"topics": ["redaction-marches"]})).await, "A");
        assert_eq!(list(json!({"forms": ["LEGAL"]})).await, "BC");
        assert_eq!(list(json!({"costs": ["FREE"], "languages": ["NL"]})).await, "A");
        assert_eq!(list(json!({"territory": "90000"})).await, "AB");
        assert_eq!(list(json!({"availableOn": "2026-11-24"})).await, "AB");
        assert_eq!(list(json!({"text": "grond"})).await, "C", "by any name of its topic");
        let facets = async |filter: Value| {
            let counts = kept(store.expertise_facets(&input::<Filter>(filter)).await);
            let all: BTreeMap<String, u64> = counts.into_iter().map(|of| (format!("{} {}", of.facet, of.value.unwrap_or_default()), of.count)).collect();
            all
        };
        let before = store.statements();
        let all = facets(json!({"topics": ["marches-publics"]})).await;
        assert_eq!(store.statements() - before, 5, "one statement a facet");
        assert_eq!(all["TOPIC marches-publics"], 2);
        assert_eq!(all["TOPIC foncier"], 1, "the other topics are counted too");
        assert_eq!((all["FORM ADVICE"], all["FORM LEGAL"]), (2, 1));
        assert_eq!((all["COST FREE"], all["COST PAID"], all.get("COST ")), (1, 1, None));
        let namur = domain::TerritoryId::from("90000".parse::<domain::territory::Nis>().unwrap());
        assert_eq!(all[&format!("TERRITORY {namur}")], 2);
        assert_eq!(facets(json!({})).await["TERRITORY "], 2, "of these nobody has said");
    }
}

testing::both! {
    async fn a_confidential_need_is_its_project_s_staff_s_and_that_of_whom_it_is_introduced_to(store: Store) {
        let (ours, theirs) = (project(&store, "Ceinture").await, project(&store, "Autre").await);
        let (house, stranger) = (organisation(&store, "Bureau").await, organisation(&store, "Ailleurs").await);
        let provider = partner(&store, "bureau@chantiers.test", house).await;
        let secret = need(&store, ours, json!({"confidential": true, "title": "Un conflit de bail"})).await;
        need(&store, ours, json!({"title": "Au grand jour"})).await;
        let given = offer(&store, house, json!({})).await;
        let outsiders = [visitor(), member(theirs), partner(&store, "ailleurs@chantiers.test", stranger).await];
        let sees = async |actor: &Actor| {
            let filter = need::Filter { reader: Reader::of(actor), ..need::Filter::default() };
            let slice = kept(store.list::<ExpertiseNeed>(&filter, need::Order::UpdatedLast, &Page::default()).await);
            let single = store.seen_expertise_need(actor, secret.id).await.is_ok();
            assert_eq!(kept(store.count::<ExpertiseNeed>(&filter).await), slice.edges.len() as u64);
            (slice.edges.len(), single)
        };
        for actor in &outsiders {
            assert_eq!(sees(actor).await, (1, false));
            assert_eq!(refused(store.remove::<ExpertiseNeed>(actor, secret.id, 1).await), ["NOT_FOUND"]);
        }
        assert_eq!((sees(&member(ours)).await, sees(&officer()).await, sees(&provider).await), ((2, true), (2, true), (1, false)));
        assert!(kept(store.search("conflit de bail", None, 10).await).is_empty());
        assert!(!kept(store.search("grand jour", None, 10).await).is_empty());
        let told = kept(store.feed(&domain::feed::Filter::default(), None, 500, true).await);
        assert!(told.changes.iter().all(|change| change.record.kind != RecordType::ExpertiseNeed));
        let page = Page::default();
        let nested = kept(store.related::<ExpertiseNeed>(Relation::Public("projectId"), need::Order::UpdatedLast, &page, &[ours.into()]).await);
        assert_eq!(nested[&ours.into()].edges.len(), 1);
        assert_eq!(kept(store.related_counts(RecordType::ExpertiseNeed, Relation::Public("projectId"), &[ours.into()]).await)[&ours.into()], 1);
        // An outsider cannot reach it through an introduction either.
        assert_eq!(refused(introduce(&store, &provider, given.id, secret.id).await), ["UNKNOWN_REFERENCE needId"]);
        let matched = kept(store.matches_of_expertises(&[given.id], &Reader::of(&provider)).await);
        assert!(matched[&given.id].iter().all(|of| of.need_id != secret.id));
        kept(introduce(&store, &member(ours), given.id, secret.id).await);
        assert_eq!(sees(&provider).await, (2, true), "it was introduced to them");
        let matched = kept(store.matches_of_expertises(&[given.id], &Reader::of(&provider)).await);
        assert!(matched[&given.id].iter().any(|of| of.need_id == secret.id));
        assert_eq!(refused(store.remove::<ExpertiseNeed>(&provider, secret.id, 1).await), ["NOT_FOUND"], "to see is not to keep");
    }
}

testing::both! {
    async fn matches_go_both_ways_and_a_refusal_moves_the_pair_last_with_its_reason(store: Store) {
        kept(store.load_reference().await);
        kept(store.learn_territories().await);
        let (near, far) = (organisation(&store, "Près").await, organisation(&store, "Loin").await);
        let ours = project(&store, "Ceinture").await;
        let good = offer(&store, near, json!({"title": "Près", "forms": ["LEGAL"], "territoryId": "90000", "languages": ["FR"], "cost": "FREE", "capacity": 2, "availableFrom": "2026"})).await;
        let fair = offer(&store, far, json!({"title": "Loin", "topics": ["marches-publics"], "territoryId": "81001", "languages": ["FR"], "cost": "PAID"})).await;
        offer(&store, far, json!({"title": "Autre sujet", "topics": ["handicap"]})).await;
        offer(&store, far, json!({"title": "En pause", "paused": true})).await;
        let asked = need(&store, ours, json!({"forms": ["LEGAL"], "territoryId": NAMUR, "languages": ["FR"], "budget": "NOTHING", "deadline": "2027-06"})).await;
        let matches = async || kept(store.matches_of_expertise_needs(&[asked.id]).await).remove(&asked.id).unwrap();
        let found = matches().await;
        assert_eq!(found.iter().map(|of| of.expertise_id).collect::<Vec<_>>(), [good.id, fair.id]);
        assert_eq!((found[0].score.total, found[0].score.known), (1.0, 90));
        let back = kept(store.matches_of_expertises(&[good.id, fair.id], &Reader::default()).await);
        assert_eq!(back[&good.id][0].score, found[0].score, "the same from the other end");
        assert_eq!(back[&fair.id][0].score, found[1].score);
        let before = store.statements();
        kept(store.matches_of_expertise_needs(&[asked.id]).await);
        assert_eq!(store.statements() - before, 3, "the need, the candidates, their past; territories are in memory");

        let provider = partner(&store, "pres@chantiers.test", near).await;
        let first = kept(introduce(&store, &member(ours), good.id, asked.id).await);
        kept(advance(&store, &provider, &first, Stage::Refused, Some(Refused::NoTime), None).await);
        let found = matches().await;
        assert_eq!(found.iter().map(|of| of.expertise_id).collect::<Vec<_>>(), [fair.id, good.id], "it comes last");
        let past = |place: usize| found[place].score.parts.iter().find(|part| part.part == Part::Past).unwrap().reason.code();
        assert_eq!((past(0), past(1)), (ReasonCode::NoPast, ReasonCode::RefusedBefore));
        // Another need on that chantier is told that the provider refused one.
        let other = need(&store, ours, json!({"title": "Répondre", "topics": ["reponse-marches"]})).await;
        let found = kept(store.matches_of_expertise_needs(&[other.id]).await).remove(&other.id).unwrap();
        let of_good = found.iter().find(|of| of.expertise_id == good.id).unwrap();
        let part = of_good.score.parts.iter().find(|part| part.part == Part::Past).unwrap();
        assert_eq!((part.score, part.reason.code()), (Some(0.5), ReasonCode::RefusedOthers));
        // What is busy has less room.
        let second = kept(introduce(&store, &member(ours), good.id, other.id).await);
        kept(advance(&store, &provider, &second, Stage::Accepted, None, None).await);
        assert_eq!(kept(store.expertise_loads(&[good.id, fair.id]).await), [(good.id, 1), (fair.id, 0)].into());
        let found = kept(store.matches_of_expertise_needs(&[other.id]).await).remove(&other.id).unwrap();
        let of_good = found.iter().find(|of| of.expertise_id == good.id).unwrap();
        let part = of_good.score.parts.iter().find(|part| part.part == Part::Load).unwrap();
        assert_eq!(part.score, Some(0.5));
    }
}

testing::both! {
    async fn the_provider_answers_either_side_moves_on_and_both_say_what_they_think(store: Store) {
        let (house, ours) = (organisation(&store, "Bureau").await, project(&store, "Ceinture").await);
        let provider = partner(&store, "bureau@chantiers.test", house).await;
        let asker = lead(&store, "ceinture@chantiers.test", ours).await;
        let (given, asked) = (offer(&store, house, json!({})).await, need(&store, ours, json!({})).await);
        assert_eq!(refused(introduce(&store, &visitor(), given.id, asked.id).await), ["UNAUTHENTICATED"]);
        let stranger = member(project(&store, "Autre").await);
        assert_eq!(refused(introduce(&store, &stranger, given.id, asked.id).await), ["FORBIDDEN"]);
        let proposed = kept(introduce(&store, &asker, given.id, asked.id).await);
        assert_eq!((proposed.stage(), proposed.steps[0].by, proposed.topic.as_deref()), (Stage::Proposed, Party::Requester, Some("redaction-marches")));
        assert_eq!(refused(introduce(&store, &asker, given.id, asked.id).await), ["DUPLICATE expertiseId"]);
        assert_eq!(mails(&store, Kind::Introduction).await, ["bureau@chantiers.test"]);
        for actor in [&asker, &officer()] {
            assert_eq!(refused(advance(&store, actor, &proposed, Stage::Accepted, None, None).await), ["FORBIDDEN"], "only the provider accepts");
        }
        assert_eq!(refused(advance(&store, &stranger, &proposed, Stage::WithoutResult, None, None).await), ["NOT_FOUND"]);
        assert_eq!(refused(advance(&store, &provider, &proposed, Stage::Refused, None, None).await), ["REQUIRED refused"]);
        assert_eq!(refused(store.review_introduction(&asker, (proposed.id, 1), Party::Requester, (4, None)).await), ["INVALID rating"]);
        let accepted = kept(advance(&store, &provider, &proposed, Stage::Accepted, None, Some("Volontiers")).await);
        assert_eq!(mails(&store, Kind::Introduction).await, ["bureau@chantiers.test", "ceinture@chantiers.test"]);
        let going = kept(advance(&store, &asker, &accepted, Stage::UnderWay, None, None).await);
        let done = kept(advance(&store, &officer(), &going, Stage::Done, None, None).await);
        assert_eq!(done.steps.iter().map(|step| step.by).collect::<Vec<_>>(), [Party::Requester, Party::Provider, Party::Requester, Party::Staff]);
        assert_eq!(refused(store.review_introduction(&asker, (done.id, 4), Party::Provider, (4, None)).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.review_introduction(&asker, (done.id, 4), Party::Requester, (6, None)).await), ["INVALID rating"]);
        let reviewed = kept(store.review_introduction(&asker, (done.id, 4), Party::Requester, (5, Some("Très clair".into()))).await);
        let reviewed = kept(store.review_introduction(&provider, (done.id, reviewed.revision), Party::Provider, (4, None)).await);
        assert_eq!(kept(store.get::<Introduction>(&officer(), done.id).await), reviewed);
        assert_eq!(refused(store.remove::<Expertise>(&officer(), given.id, 1).await), ["IN_USE"]);
        // The same two can be introduced anew; one that is over or paused cannot.
        kept(introduce(&store, &asker, given.id, asked.id).await);
        let paused = json!({"id": given.id, "expectedRevision": 1, "paused": true});
        kept(store.edit::<Expertise>(&provider, input::<ExpertisePatch>(paused)).await);
        let again = need(&store, ours, json!({"title": "Encore"})).await;
        assert_eq!(refused(introduce(&store, &asker, given.id, again.id).await), ["INVALID expertiseId"]);
        // Who answered takes that back.
        let change = kept(store.change_of(&provider, accepted.id.into(), accepted.revision).await);
        assert!(change.is_some());
        assert_eq!(kept(store.change_of(&asker, accepted.id.into(), accepted.revision).await), None);
    }
}

testing::both! {
    async fn staff_see_how_introductions_come_out(store: Store) {
        let (house, other, ours) = (organisation(&store, "Bureau").await, organisation(&store, "Autre").await, project(&store, "Ceinture").await);
        let provider = partner(&store, "bureau@chantiers.test", house).await;
        let given = offer(&store, house, json!({})).await;
        let land = offer(&store, other, json!({"topics": ["foncier"]})).await;
        for (number, stage) in [Stage::Refused, Stage::Refused, Stage::Accepted].into_iter().enumerate() {
            let asked = need(&store, ours, json!({"title": format!("Besoin {number}")})).await;
            let proposed = kept(introduce(&store, &officer(), given.id, asked.id).await);
            let refused = (stage == Stage::Refused).then_some(Refused::TooLate);
            kept(advance(&store, &provider, &proposed, stage, refused, None).await);
        }
        let asked = need(&store, ours, json!({"topics": ["foncier"]})).await;
        kept(introduce(&store, &officer(), land.id, asked.id).await);
        assert_eq!(refused(store.introduction_funnel(&provider, FunnelBy::Topic).await), ["FORBIDDEN"]);
        let before = store.statements();
        let by_topic = kept(store.introduction_funnel(&officer(), FunnelBy::Topic).await);
        assert_eq!(store.statements() - before, 1);
        assert_eq!(by_topic.iter().map(|of| of.topic.clone().unwrap()).collect::<Vec<_>>(), ["approche-territoriale", "marches-publics"]);
        assert_eq!(by_topic[1].stages, [(Stage::Accepted, 1), (Stage::Refused, 2)].into());
        assert_eq!(by_topic[1].refusals, [(Refused::TooLate, 2)].into());
        let by_provider = kept(store.introduction_funnel(&officer(), FunnelBy::Provider).await);
        assert_eq!(by_provider.iter().find(|of| of.provider == Some(other)).unwrap().stages, [(Stage::Proposed, 1)].into());
    }
}

testing::both! {
    async fn a_full_run_keeps_the_best_matches_and_what_changes_is_matched_again(store: Store) {
        let (house, ours) = (organisation(&store, "Bureau").await, project(&store, "Ceinture").await);
        let given = offer(&store, house, json!({})).await;
        let asked = need(&store, ours, json!({})).await;
        assert_eq!(kept(store.rematch_standing().await), (false, 2));
        assert_eq!(all_portions(&store).await, 2, "a run on a new scoring covers what waits; its end is a portion");
        assert_eq!(kept(store.rematch_standing().await), (false, 0));
        let fits = async || {
            use sea_orm::ConnectionTrait as _;
            let sql = "SELECT score FROM expertise_match".to_owned();
            let backend = store.connection().get_database_backend();
            let rows = store.connection().query_all_raw(sea_orm::Statement::from_string(backend, sql)).await.unwrap();
            rows.iter().map(|row| row.try_get::<Option<i32>>("", "score").unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(fits().await, [Some(1000)]);
        let paused = json!({"id": given.id, "expectedRevision": 1, "paused": true});
        kept(store.edit::<Expertise>(&officer(), input::<ExpertisePatch>(paused)).await);
        assert_eq!(all_portions(&store).await, 1, "the scoring is the same: only what changed");
        assert_eq!(fits().await, [None], "it no longer fits, and stays known");
        assert_eq!(refused(store.rematch_expertise(&officer()).await), ["FORBIDDEN"]);
        let back = json!({"id": given.id, "expectedRevision": 2, "paused": false});
        kept(store.edit::<Expertise>(&officer(), input::<ExpertisePatch>(back)).await);
        kept(store.rematch_expertise(&administrator()).await);
        assert!(kept(store.rematch_standing().await).0);
        all_portions(&store).await;
        assert_eq!((fits().await, kept(store.rematch_standing().await)), (vec![Some(1000)], (false, 0)));
        kept(store.remove::<ExpertiseNeed>(&officer(), asked.id, 1).await);
        assert!(fits().await.is_empty());
    }
}

async fn told_once(database: testing::Database) {
    let store = database.store();
    let (house, ours) = (
        organisation(&store, "Bureau").await,
        project(&store, "Ceinture").await,
    );
    let provider = partner(&store, "bureau@chantiers.test", house).await;
    let asker = lead(&store, "ceinture@chantiers.test", ours).await;
    let quiet = partner(&store, "silence@chantiers.test", house).await;
    kept(store.set_expertise_notices(&quiet, Frequency::Never).await);
    kept(store.set_expertise_notices(&provider, Frequency::AtOnce).await);
    assert_eq!(
        refused(store.set_expertise_notices(&visitor(), Frequency::Never).await),
        ["UNAUTHENTICATED"]
    );
    assert_eq!(
        kept(store.expertise_notices(asker.person().unwrap().id).await),
        Frequency::Weekly
    );
    let tell = async || {
        all_portions(&store).await;
        kept(store.tell_expertise_matches(SITE).await)
    };
    let given = offer(&store, house, json!({})).await;
    need(&store, ours, json!({})).await;
    assert_eq!(tell().await, 2, "the first time both are told");
    let both = ["bureau@chantiers.test", "ceinture@chantiers.test"];
    assert_eq!(mails(&store, Kind::ExpertiseMatches).await, both);
    assert_eq!(tell().await, 0, "a match is told once");
    need(&store, ours, json!({"title": "Encore"})).await;
    assert_eq!(
        tell().await,
        1,
        "at once to the one, to the other not before a week is over"
    );
    database.mint().pass(TimeDelta::days(8));
    assert_eq!(tell().await, 1);
    need(&store, ours, json!({"title": "En secret", "confidential": true})).await;
    database.mint().pass(TimeDelta::days(8));
    assert_eq!(tell().await, 1, "of a confidential need only who asks is told");
    assert_eq!(mails(&store, Kind::ExpertiseMatches).await.len(), 5);
    // What stops fitting and fits again is not new.
    for (revision, paused) in [(1, true), (2, false)] {
        let patch = json!({"id": given.id, "expectedRevision": revision, "paused": paused});
        kept(
            store
                .edit::<Expertise>(&officer(), input::<ExpertisePatch>(patch))
                .await,
        );
        database.mint().pass(TimeDelta::days(8));
        assert_eq!(tell().await, 0);
    }
    database.close().await;
}

async fn reminded_once(database: testing::Database) {
    let store = database.store();
    let (house, ours) = (
        organisation(&store, "Bureau").await,
        project(&store, "Ceinture").await,
    );
    let provider = partner(&store, "bureau@chantiers.test", house).await;
    lead(&store, "ceinture@chantiers.test", ours).await;
    let (given, asked) = (
        offer(&store, house, json!({})).await,
        need(&store, ours, json!({})).await,
    );
    let proposed = kept(introduce(&store, &officer(), given.id, asked.id).await);
    let remind = async |days| {
        database.mint().pass(TimeDelta::days(days));
        let count = kept(store.remind_introductions(SITE).await);
        (count, mails(&store, Kind::IntroductionReminder).await.len())
    };
    assert_eq!(remind(6).await, (0, 0));
    assert_eq!(remind(2).await, (1, 1), "who is to answer");
    assert_eq!(remind(30).await, (0, 1), "once");
    let accepted = kept(advance(&store, &provider, &proposed, Stage::Accepted, None, None).await);
    assert_eq!(remind(22).await, (1, 3), "then both sides");
    kept(advance(&store, &provider, &accepted, Stage::Done, None, None).await);
    assert_eq!(remind(400).await, (0, 3));
    database.close().await;
}

#[tokio::test]
async fn a_match_is_told_once_at_the_frequency_that_was_chosen() {
    for database in both_engines().await {
        told_once(database).await;
    }
}

#[tokio::test]
async fn people_are_reminded_once_at_each_stage() {
    for database in both_engines().await {
        reminded_once(database).await;
    }
}

testing::both! {
    async fn a_session_is_a_step_and_those_it_is_proposed_to_answer(store: Store) {
        kept(store.load_reference().await);
        let (house, one, two) = (organisation(&store, "Bureau").await, project(&store, "Un").await, project(&store, "Deux").await);
        let provider = partner(&store, "bureau@chantiers.test", house).await;
        let given = offer(&store, house, json!({})).await;
        let needs = [need(&store, one, json!({})).await.id, need(&store, two, json!({"topics": ["marches-publics"]})).await.id];
        let step = || SessionStep { title: "Rencontre marchés publics".into(), starts: "2027-02-10".parse().ok(), territory_id: None };
        let new = |own: Value| input_with::<NewExpertiseSession>(json!({"topic": "marches-publics", "needIds": needs, "expertiseIds": [given.id], "clientMutationId": "une"}), own);
        assert_eq!(refused(store.propose_session(&member(one), new(json!({})), step()).await), ["FORBIDDEN"]);
        let wrong = new(json!({"topic": "communication", "clientMutationId": null}));
        assert_eq!(refused(store.propose_session(&officer(), wrong, step()).await), ["INVALID needIds"]);
        let proposed = kept(store.propose_session(&officer(), new(json!({})), step()).await);
        assert_eq!((proposed.project_ids.len(), &proposed.organisation_ids), (2, &vec![house]));
        let again = kept(store.propose_session(&officer(), new(json!({})), step()).await);
        assert_eq!(again.id, proposed.id, "a retry proposes it once");
        let made = kept(store.find::<domain::chantier::Step>(proposed.step_id.unwrap()).await).unwrap();
        assert_eq!((made.title.as_str(), made.position), ("Rencontre marchés publics", 2));
        let answer = async |actor: &Actor, of: (Option<ProjectId>, Option<OrganisationId>)| {
            store.answer_session(actor, proposed.id, of, (Answer::Yes, None)).await
        };
        let stranger = member(project(&store, "Trois").await);
        assert_eq!(refused(answer(&stranger, (Some(one), None)).await), ["NOT_FOUND"]);
        assert_eq!(refused(answer(&member(one), (Some(two), None)).await), ["FORBIDDEN"], "each for itself");
        kept(answer(&member(one), (Some(one), None)).await);
        let answered = kept(answer(&provider, (None, Some(house))).await);
        assert_eq!(answered.answers.len(), 2);
        let sees = async |actor: &Actor| {
            let filter = domain::expertise::session::Filter { reader: Reader::of(actor) };
            kept(store.list::<ExpertiseSession>(&filter, store::AsTheyCame, &Page::default()).await).edges.len()
        };
        assert_eq!((sees(&stranger).await, sees(&provider).await, sees(&member(two)).await, sees(&officer()).await), (0, 1, 1, 1));
    }
}
