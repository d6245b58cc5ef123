//! An editor changes a project: everybody sees it, the history and the feed tell it, a visitor may not, and of two
//! editors at once the second is told.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use serde_json::{Value, json};
use stories::{codes, colleague, project, story};

const UPDATE: &str = "mutation($input: ProjectPatch!) { projectUpdate(input: $input) { project { id revision title website acronym } userErrors { code field message } } }";

story! {
    async fn an_editor_s_change_is_seen_told_and_can_be_taken_back(server: Server) {
        let editor = colleague(&server, "Alix", "EDITOR").await;
        let visitor = server.visitor();
        let (id, revision) = project(&editor, "P17").await;
        let before = server.feed_rows().await;
        let input = json!({"id": id, "expectedRevision": revision, "website": "ifel-w.example", "acronym": null});
        let done = editor.data(UPDATE, json!({"input": input})).await["projectUpdate"].take();
        assert_eq!(done["project"]["website"], "https://ifel-w.example", "{done}");
        assert_eq!(done["project"]["revision"], revision + 1);
        assert!(done["project"]["acronym"].is_null(), "null empties, absent leaves: {done}");
        assert_eq!(done["project"]["title"], "Interprofession Fruits et Légumes de Wallonie");
        assert_eq!(server.feed_rows().await, before + 1);

        let history = "query($id: ID!) { project(id: $id) { website history(first: 1) { nodes { id kind role personName fields { field from to } } } } }";
        let seen = visitor.data(history, json!({"id": id})).await["project"].take();
        assert_eq!(seen["website"], "https://ifel-w.example");
        let entry = &seen["history"]["nodes"][0];
        assert_eq!((&entry["kind"], &entry["role"]), (&json!("UPDATED"), &json!("EDITOR")));
        assert!(entry["personName"].is_null(), "visitors see roles, not names");
        let fields: Vec<&str> = entry["fields"].as_array().unwrap().iter().map(|f| f["field"].as_str().unwrap()).collect();
        assert_eq!(fields, ["acronym", "website"]);
        let named = editor.data(history, json!({"id": id})).await;
        assert_eq!(named["project"]["history"]["nodes"][0]["personName"], "Alix");

        let undo = "mutation($id: ID!) { changeUndo(input: { id: $id }) { record { ... on Project { website acronym } } userErrors { code } } }";
        let refused = visitor.data(undo, json!({"id": entry["id"]})).await;
        assert_eq!(codes(&refused["changeUndo"]), ["UNAUTHENTICATED"]);
        let back = editor.data(undo, json!({"id": entry["id"]})).await["changeUndo"].take();
        assert!(back["record"]["website"].is_null(), "{back}");
        assert_eq!(back["record"]["acronym"], "IFEL-W");
        let again = editor.data(undo, json!({"id": entry["id"]})).await;
        assert_eq!(codes(&again["changeUndo"]), ["UNDO_CONFLICT"], "what was changed since is not lost");
    }
}

story! {
    async fn of_two_editors_at_once_the_second_is_told_and_nothing_is_lost(server: Server) {
        let (alix, sacha) = (colleague(&server, "Alix", "EDITOR").await, colleague(&server, "Sacha", "EDITOR").await);
        let (id, revision) = project(&alix, "P20").await;
        let write = |title: &str| json!({"input": {"id": id, "expectedRevision": revision, "title": title}});
        let first = alix.data(UPDATE, write("Les jardins d'à côté (JADAC)")).await["projectUpdate"].take();
        assert!(codes(&first).is_empty(), "{first}");
        let second = sacha.data(UPDATE, write("Jardins")).await["projectUpdate"].take();
        assert_eq!(codes(&second), ["STALE_REVISION"]);
        assert_eq!(second["project"]["title"], "Les jardins d'à côté (JADAC)", "the present state comes with the refusal");
        assert_eq!(second["project"]["revision"], revision + 1);
    }
}

story! {
    async fn bad_input_comes_back_field_by_field_in_the_reader_s_language(server: Server) {
        let editor = colleague(&server, "Alix", "EDITOR").await;
        let (id, revision) = project(&editor, "P01").await;
        let body = json!({"query": UPDATE, "variables": {"input": {
            "id": id, "expectedRevision": revision, "title": " ", "website": "pas une adresse",
            "started": "2024", "ended": "2020", "leadIds": ["organisation_00000000000000000000000000"],
        }}});
        let request = editor.request(reqwest::Method::POST, "/graphql").json(&body).header("Accept-Language", "nl");
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        let errors = answer["data"]["projectUpdate"]["userErrors"].as_array().unwrap();
        let fields: Vec<&str> = errors.iter().map(|error| error["field"][0].as_str().unwrap()).collect();
        for field in ["title", "website", "ended"] {
            assert!(fields.contains(&field), "{field} among {fields:?}");
        }
        assert_eq!(errors[0]["message"], "Dit veld is verplicht.");
    }
}

story! {
    async fn a_retry_by_the_same_name_makes_one_record(server: Server) {
        let editor = colleague(&server, "Alix", "EDITOR").await;
        let create = "mutation($input: NewOrganisation!) { organisationCreate(input: $input) { organisation { id numbers { scheme value } } userErrors { code field message } } }";
        let input = |name: &str| json!({"input": {
            "clientMutationId": "once", "name": name, "numbers": [{"scheme": "ENTERPRISE", "value": "BE 0403.019.261"}],
        }});
        let first = editor.data(create, input("Ferme du Test")).await["organisationCreate"].take();
        assert_eq!(first["organisation"]["numbers"][0]["value"], "0403019261", "{first}");
        let second = editor.data(create, input("Ferme du Test")).await["organisationCreate"].take();
        assert_eq!(first["organisation"]["id"], second["organisation"]["id"]);
        let other = editor.data(create, input("Une autre ferme")).await["organisationCreate"].take();
        assert_eq!(codes(&other), ["KEY_REUSED"]);
        let bad = json!({"input": {"name": "X", "numbers": [{"scheme": "ENTERPRISE", "value": "0431150351"}]}});
        let refused = editor.data(create, bad).await["organisationCreate"].take();
        assert_eq!(refused["userErrors"][0]["field"], json!(["numbers", "0", "value"]));
    }
}

story! {
    async fn a_step_that_slips_keeps_what_was_planned(server: Server) {
        let officer = colleague(&server, "Noa", "OFFICER").await;
        let chantier = officer.data("{ chantier(code: \"marches-publics\") { id } }", json!({})).await["chantier"]["id"].take();
        let create = "mutation($input: NewStep!) { stepCreate(input: $input) { step { id revision } userErrors { code field } } }";
        let input = json!({"chantierId": chantier, "title": "Formation des acheteurs", "starts": "2027-03", "position": 2});
        let step = officer.data(create, json!({"input": input})).await["stepCreate"]["step"].take();
        let move_it = "mutation($input: StepRescheduleInput!) { stepReschedule(input: $input) { step { starts slips { fromStarts toStarts reason } } userErrors { code field } } }";
        let silent = json!({"input": {"id": step["id"], "expectedRevision": step["revision"], "starts": "2027-05"}});
        assert_eq!(codes(&officer.data(move_it, silent).await["stepReschedule"]), ["INVALID"]);
        let told = json!({"input": {"id": step["id"], "expectedRevision": step["revision"], "starts": "2027-05", "reason": "salle indisponible"}});
        let moved = officer.data(move_it, told).await["stepReschedule"]["step"].take();
        assert_eq!(moved["slips"], json!([{"fromStarts": "2027-03", "toStarts": "2027-05", "reason": "salle indisponible"}]));
        let depend = "mutation($input: StepPatch!) { stepUpdate(input: $input) { step { id } userErrors { code field } } }";
        let ring = json!({"input": {"id": step["id"], "expectedRevision": 2, "dependencyIds": [step["id"]]}});
        assert!(codes(&officer.data(depend, ring).await["stepUpdate"]).contains(&"CYCLE"));
    }
}

story! {
    async fn notes_and_contacts_are_for_those_who_may(server: Server) {
        let (editor, member) = (colleague(&server, "Alix", "EDITOR").await, colleague(&server, "Max", "MEMBER").await);
        let visitor = server.visitor();
        let (project_id, _) = project(&editor, "P04").await;
        let note = "mutation($input: NewNote!) { noteCreate(input: $input) { note { id } userErrors { code } } }";
        let written = editor.data(note, json!({"input": {"projectId": project_id, "body": "Réunion prévue."}})).await["noteCreate"].take();
        let contact = "mutation($input: NewContact!) { contactCreate(input: $input) { contact { id } userErrors { code } } }";
        let kept = editor.data(contact, json!({"input": {"projectId": project_id, "purpose": "coordination", "email": "Madil@Example.be"}})).await["contactCreate"].take();
        assert!(codes(&written).is_empty() && codes(&kept).is_empty(), "{written} {kept}");
        let read = "query($id: ID!) { project(id: $id) { notes { nodes { body } } contacts { nodes { email } } members { nodes { personName } } } }";
        let seen = visitor.data(read, json!({"id": project_id})).await["project"].take();
        assert_eq!(seen, json!({"notes": null, "contacts": null, "members": null}));
        let seen = member.data(read, json!({"id": project_id})).await["project"].take();
        assert!(seen["notes"].is_null(), "not a member of this project");
        assert_eq!(seen["contacts"]["nodes"][0]["email"], "madil@example.be");
        // What a caller may not know exists is not there, by its identifier too.
        let node = "query($id: ID!) { node(id: $id) { id } history(record: $id) { nodes { id } } }";
        let hidden = visitor.data(node, json!({"id": written["note"]["id"]})).await;
        assert_eq!(hidden, json!({"node": null, "history": {"nodes": []}}));

        let viewer = member.data("{ viewer { person { id } } }", json!({})).await["viewer"]["person"]["id"].take();
        let join = "mutation($input: NewMembership!) { membershipCreate(input: $input) { membership { id } userErrors { code } } }";
        let input = json!({"projectId": project_id, "personId": viewer, "role": "COORDINATOR"});
        assert!(codes(&editor.data(join, json!({"input": input})).await["membershipCreate"]).is_empty());
        let seen = member.data(read, json!({"id": project_id})).await["project"].take();
        assert_eq!(seen["notes"]["nodes"][0]["body"], "Réunion prévue.");
        let (id, revision) = project(&member, "P04").await;
        let done = member.data(UPDATE, json!({"input": {"id": id, "expectedRevision": revision, "acronym": "MAdiL"}})).await;
        assert!(codes(&done["projectUpdate"]).is_empty(), "a member edits the project: {done}");
        let (other, revision) = project(&member, "P01").await;
        let refused = member.data(UPDATE, json!({"input": {"id": other, "expectedRevision": revision, "acronym": "X"}})).await;
        assert_eq!(codes(&refused["projectUpdate"]), ["FORBIDDEN"]);
    }
}

story! {
    async fn what_was_done_names_its_entry_in_the_history_and_is_taken_back_by_it(server: Server) {
        let editor = colleague(&server, "Alix", "EDITOR").await;
        let undo = async |change: &Value| {
            let undo = "mutation($id: ID!) { changeUndo(input: { id: $id }) { recordId userErrors { code } } }";
            let done = editor.data(undo, json!({"id": change})).await["changeUndo"].take();
            assert!(codes(&done).is_empty(), "{done}");
        };
        let (id, revision) = project(&editor, "P04").await;
        let update = "mutation($input: ProjectPatch!) { projectUpdate(input: $input) { project { revision } changeId userErrors { code } } }";
        let write = async |revision: i64, summary: &str| {
            let input = json!({"id": id, "expectedRevision": revision, "summary": summary});
            editor.data(update, json!({"input": input})).await["projectUpdate"].take()
        };
        let done = write(revision, "Autre chose.").await;
        assert!(done["changeId"].is_string(), "{done}");
        let same = write(revision + 1, "Autre chose.").await;
        assert!(same["changeId"].is_null() && codes(&same).is_empty(), "nothing was changed: {same}");
        let stale = write(revision, "Trop tard.").await;
        assert!(stale["changeId"].is_null() && !codes(&stale).is_empty(), "{stale}");
        undo(&done["changeId"]).await;

        let create = "mutation($input: NewOrganisation!) { organisationCreate(input: $input) { organisation { id } changeId } }";
        let made = editor.data(create, json!({"input": {"name": "Une coopérative"}})).await["organisationCreate"].take();
        let delete = "mutation($input: DeleteInput!) { organisationDelete(input: $input) { deletedId changeId } }";
        let input = json!({"id": made["organisation"]["id"], "expectedRevision": 1});
        let gone = editor.data(delete, json!({"input": input})).await["organisationDelete"].take();
        assert_ne!(made["changeId"], gone["changeId"], "{gone}");
        undo(&gone["changeId"]).await;
    }
}
