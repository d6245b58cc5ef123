//! What anybody can read on a fresh server: the real chantiers, projects, territories and organisations.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use serde_json::json;
use stories::{project, story};

story! {
    async fn the_eight_chantiers_answer_with_their_steps(server: Server) {
        let query = "{ chantiers(first: 20) { nodes { code title objective steps(first: 20) { nodes { title } } } } projects { totalCount } projectsSelected }";
        let data = server.visitor().data(query, json!({})).await;
        let codes: Vec<&str> = data["chantiers"]["nodes"].as_array().unwrap().iter().map(|c| c["code"].as_str().unwrap()).collect();
        assert_eq!(codes, [
            "diagnostics", "offre-demande", "conseils-politique-alimentaire", "marches-publics",
            "recueil-expertises", "finalite-sociale", "communication", "approche-territoriale",
        ]);
        assert_eq!(data["projects"]["totalCount"], 31);
        assert_eq!(data["projectsSelected"], 46);
    }
}

story! {
    async fn the_five_meetings_are_steps_with_a_day_and_an_inferred_year(server: Server) {
        let query = "{ chantier(code: \"approche-territoriale\") { steps(first: 20) { nodes { title starts startTime territory { nis } } } } }";
        let data = server.visitor().data(query, json!({})).await;
        let steps = data["chantier"]["steps"]["nodes"].as_array().unwrap();
        let starts: Vec<&str> = steps.iter().map(|step| step["starts"].as_str().unwrap()).collect();
        assert_eq!(starts, ["2021?-06-01", "2021?-06-08", "2021?-06-10", "2021?-06-17", "2021?-06-24"]);
        assert!(steps.iter().all(|step| step["startTime"] == "14:00"));
        assert_eq!(steps[0]["territory"]["nis"], "60000");
    }
}

story! {
    async fn everything_with_a_place_is_listed_by_territory_upward_and_downward(server: Server) {
        let client = server.visitor();
        let query = "query($t: ID!) { projects(where: { territory: $t }, first: 100, orderBy: CODE) { nodes { code } } }";
        let codes = async |territory: &str| -> Vec<String> {
            let data = client.data(query, json!({"t": territory})).await;
            data["projects"]["nodes"].as_array().unwrap().iter().map(|p| p["code"].as_str().unwrap().to_owned()).collect()
        };
        // Huy: a project of the commune, one of its arrondissement, one of the whole region.
        let huy = codes("61031").await;
        for expected in ["P07", "P10", "P12"] {
            assert!(huy.iter().any(|code| code == expected), "{expected} among {huy:?}");
        }
        // The province: also what is only known to lie somewhere in it.
        let luxembourg = codes("80000").await;
        assert!(luxembourg.iter().any(|code| code == "P31"), "{luxembourg:?}");
        assert!(!luxembourg.iter().any(|code| code == "P07"), "{luxembourg:?}");
        // An old code stands for the merged commune.
        assert_eq!(codes("82003").await, codes("82039").await);
    }
}

story! {
    async fn a_list_is_walked_forward_and_backward_without_doubles_or_gaps(server: Server) {
        let client = server.visitor();
        let forward = "query($after: String) { projects(first: 7, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } }";
        let (mut seen, mut after) = (Vec::new(), json!(null));
        loop {
            let page = client.data(forward, json!({"after": after})).await["projects"].take();
            seen.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()));
            if page["pageInfo"]["hasNextPage"] == false { break; }
            after = page["pageInfo"]["endCursor"].clone();
        }
        assert_eq!(seen.len(), 31);
        let backward = "query($before: String) { projects(last: 10, before: $before) { nodes { id } pageInfo { startCursor hasPreviousPage } } }";
        let (mut back, mut before) = (Vec::new(), json!(null));
        loop {
            let page = client.data(backward, json!({"before": before})).await["projects"].take();
            let mut ids: Vec<String> = page["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect();
            ids.append(&mut back);
            back = ids;
            if page["pageInfo"]["hasPreviousPage"] == false { break; }
            before = page["pageInfo"]["startCursor"].clone();
        }
        assert_eq!(seen, back);
    }
}

story! {
    async fn a_cursor_of_another_order_or_filter_is_refused(server: Server) {
        let client = server.visitor();
        let first = client.data("{ projects(first: 2) { pageInfo { endCursor } } }", json!({})).await;
        let cursor = first["projects"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
        for arguments in ["orderBy: CODE", "where: { text: \"bio\" }"] {
            let query = format!("{{ projects({arguments}, after: \"{cursor}\") {{ nodes {{ id }} }} }}");
            let answer = client.ask(&query, json!({})).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "CURSOR_INVALID", "{answer}");
        }
        for arguments in ["first: 0", "first: 101", "first: 2, last: 2"] {
            let answer = client.ask(&format!("{{ projects({arguments}) {{ nodes {{ id }} }} }}"), json!({})).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{answer}");
        }
    }
}

story! {
    async fn search_forgives_accents_and_typing_errors(server: Server) {
        let client = server.visitor();
        let first = async |text: &str| -> String {
            let data = client.data("query($t: String!) { search(text: $t, first: 3) { title } }", json!({"t": text})).await;
            data["search"][0]["title"].as_str().unwrap_or_default().to_owned()
        };
        assert_eq!(first("marches publics").await, "Marchés publics");
        assert!(first("Liége").await.contains("Liège"));
        assert!(first("legumries").await.starts_with("Légumeries"));
        assert!(first("wagralin").await.to_lowercase().contains("wagralim"));
    }
}

story! {
    async fn any_record_is_read_by_its_identifier(server: Server) {
        let client = server.visitor();
        let (id, _) = project(&client, "P06").await;
        let data = client.data("query($id: ID!) { node(id: $id) { __typename id ... on Project { acronym sources { nodes { source confidence } } } } }", json!({"id": id})).await;
        assert_eq!(data["node"]["__typename"], "Project");
        assert_eq!(data["node"]["acronym"], "RATaV");
        assert!(!data["node"]["sources"]["nodes"].as_array().unwrap().is_empty());
        let absent = id.replace(&id[id.len() - 4..], "0000");
        let data = client.data("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({"ids": [id, absent]})).await;
        assert_eq!(data["nodes"][0]["id"], json!(id));
        assert!(data["nodes"][1].is_null());
    }
}
