//! Nested pages cost a fixed number of statements, however many rows they hold.

use serde_json::json;
use stories::{statements, story};

const NESTED: &str = "query($first: Int!) { projects(first: $first) { nodes { id title \
    leads(first: 5) { nodes { name commune { nis } } } territories { nis } \
    participations(first: 10) { totalCount nodes { part chantier { code progress } } } sources(first: 3) { nodes { source } } } } }";

story! {
    async fn a_nested_page_of_projects_costs_no_more_statements_for_all_than_for_five(server: Server) {
        let client = server.visitor();
        for first in [5, 31] {
            let page = async || {
                client.data(NESTED, json!({"first": first})).await;
            };
            let cost = statements(&client, page).await;
            // Projects, organisations, communes, territories, participations, their counts, chantiers, their steps,
            // sources; territories and communes may go together.
            assert!((8..=9).contains(&cost), "a nested page of {first} costs {cost} statements");
        }
    }
}

story! {
    async fn a_list_does_not_count_unless_asked(server: Server) {
        let client = server.visitor();
        let cost = async |query: &str| {
            let list = async || {
                client.data(query, json!({})).await;
            };
            statements(&client, list).await
        };
        assert_eq!(cost("{ projects(first: 10) { nodes { title } } }").await, 1);
        assert_eq!(cost("{ projects(first: 10) { nodes { title } totalCount } }").await, 2);
    }
}

const SIDE_BY_SIDE: &str = "query($first: Int!) { councils(first: $first) { nodes { name status territory { nis } coordinators { name } \
    representativity { seats categories { category seats } communes { communeId seats } } \
    figures { meetingsHeld decisions actions { count } } seatsInMandate { label commune { nis } } \
    votes(first: 5) { nodes { question seatsVoted ballots { choices } ownSeats { hasVoted } } } \
    meetings(first: 5) { nodes { title quorum { reached } } } \
    decisions(first: 5) { nodes { title actions(first: 5) { nodes { title } } } } endorsements(first: 5) { nodes { item { title } } } } } }";

story! {
    async fn councils_side_by_side_cost_no_more_statements_for_all_than_for_three(server: Server) {
        let client = server.visitor();
        let mut costs = Vec::new();
        for first in [3, 10] {
            let page = async || {
                client.data(SIDE_BY_SIDE, json!({"first": first})).await;
            };
            costs.push(statements(&client, page).await);
        }
        // Councils, territories, coordinators, seats, figures, votes, meetings, decisions, endorsements.
        assert_eq!(costs[0], costs[1]);
        assert!(costs[1] <= 9, "councils side by side cost {costs:?} statements");
    }
}
