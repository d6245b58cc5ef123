//! Who acts, as `domain::policy` needs to know it: decides which actions a screen shows. The server decides again.

use crate::api;
use crate::contract::{schema, typed};
use crate::session;
use cynic::QueryBuilder;
use domain::policy::{Action, Actor, Signed, allows};
use domain::{CouncilId, OrganisationId, ProjectId, Role, SeatId};
use leptos::prelude::*;
use leptos::task::spawn_local;

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
struct Asked {
    viewer: Option<Viewer>,
}

crate::api::document!(query Asked(()));

#[derive(Clone, cynic::QueryFragment)]
struct Viewer {
    person: Person,
    project_ids: Vec<cynic::Id>,
    council_ids: Vec<cynic::Id>,
    seat_ids: Vec<cynic::Id>,
}

#[derive(Clone, cynic::QueryFragment)]
struct Person {
    id: cynic::Id,
    role: Role,
    organisation_id: Option<cynic::Id>,
}

thread_local! {
    static ACTOR: ArcRwSignal<Actor> = ArcRwSignal::new(Actor::Visitor);
}

/// Follows who acts inside a view or an effect.
pub fn actor() -> Actor {
    ACTOR.with(ArcRwSignal::get)
}

/// Follows whether the actor may.
pub fn may(action: Action) -> bool {
    allows(&actor(), action)
}

/// Follows the session, once, from the shell.
pub fn start() {
    Effect::new(move |_| {
        let Some(person) = session::person() else {
            set(Actor::Visitor);
            return;
        };
        // At once what the session says; what one takes part in follows.
        if let Ok(id) = person.id.parse() {
            set(Actor::Person(Signed {
                id,
                role: person.role,
                organisation: None,
                projects: Vec::new(),
                councils: Vec::new(),
                seats: Vec::new(),
            }));
        }
        spawn_local(async move {
            let answer = api::query(&Asked::build(())).await;
            let still = untrack(session::person).is_some_and(|now| now.id == person.id);
            if let Ok(Asked { viewer: Some(viewer) }) = answer
                && let Some(id) = typed(&viewer.person.id).filter(|_| still)
            {
                set(Actor::Person(Signed {
                    id,
                    role: viewer.person.role,
                    organisation: viewer
                        .person
                        .organisation_id
                        .as_ref()
                        .and_then(typed::<OrganisationId>),
                    projects: viewer.project_ids.iter().filter_map(typed::<ProjectId>).collect(),
                    councils: viewer.council_ids.iter().filter_map(typed::<CouncilId>).collect(),
                    seats: viewer.seat_ids.iter().filter_map(typed::<SeatId>).collect(),
                }));
            }
        });
    });
}

fn set(actor: Actor) {
    ACTOR.with(|signal| {
        if signal.with_untracked(|now| *now != actor) {
            signal.set(actor);
        }
    });
}
