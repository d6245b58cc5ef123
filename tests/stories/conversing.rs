//! A program keeps one connection open and asks several things on it: over a WebSocket, in `graphql-transport-ws`.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use stories::{colleague, story};
use testing::{Server, TestClient};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// One end of a conversation.
struct Talk(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Talk {
    async fn open(server: &Server, protocol: &str) -> Result<Self, u16> {
        let address = server.url("/graphql").replace("http://", "ws://");
        let mut request = address.into_client_request().unwrap();
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol.parse().unwrap());
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opened, by this caller.
    async fn by(server: &Server, client: &TestClient) -> Self {
        let mut talk = Self::open(server, "graphql-transport-ws").await.unwrap();
        let payload = client
            .token()
            .map(|token| json!({"authorization": format!("Bearer {token}")}));
        talk.say(&json!({"type": "connection_init", "payload": payload}))
            .await;
        assert_eq!(talk.hear().await, json!({"type": "connection_ack"}));
        talk
    }

    async fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn ask(&mut self, id: &str, query: &str) {
        self.say(&json!({"type": "subscribe", "id": id, "payload": {"query": query}}))
            .await;
    }

    async fn next(&mut self) -> Message {
        loop {
            let message = tokio::time::timeout(Duration::from_secs(20), self.0.next()).await;
            let message = message.expect("the server says something").unwrap().unwrap();
            if !message.is_ping() && !message.is_pong() {
                return message;
            }
        }
    }

    async fn hear(&mut self) -> Value {
        serde_json::from_str(self.next().await.to_text().unwrap()).unwrap()
    }

    /// The code with which the server ended it.
    async fn ended(&mut self) -> u16 {
        let message = self.next().await;
        let Message::Close(Some(frame)) = message else {
            panic!("it goes on: {message:?}");
        };
        frame.code.into()
    }
}

const FARM: &str = "mutation { organisationCreate(input: { name: \"Ferme du fil\" }) { organisation { id } userErrors { code } } }";

story! {
    async fn one_connection_carries_queries_changes_and_what_happens(server: Server) {
        let editor = colleague(&server, "Alix", "EDITOR").await;
        let mut talk = Talk::by(&server, &editor).await;
        talk.ask("who", "{ viewer { person { name } } }").await;
        let told = talk.hear().await;
        assert_eq!((&told["type"], &told["id"], &told["payload"]["data"]["viewer"]["person"]["name"]), (&json!("next"), &json!("who"), &json!("Alix")), "{told}");
        assert!(told["payload"]["extensions"]["cost"]["requested"].is_number(), "{told}");
        assert_eq!(talk.hear().await, json!({"type": "complete", "id": "who"}));
        let cursor = editor.data("{ changes(types: [ORGANISATION], first: 500) { cursor hasMore } }", json!({})).await["changes"].take();
        assert_eq!(cursor["hasMore"], false);
        let follow = format!("subscription {{ changes(types: [ORGANISATION], after: \"{}\") {{ nodes {{ kind recordId }} }} }}", cursor["cursor"].as_str().unwrap());
        talk.ask("feed", &follow).await;
        assert_eq!(talk.hear().await["payload"]["data"]["changes"]["nodes"], json!([]));
        talk.ask("make", FARM).await;
        let (mut made, mut seen) = (Value::Null, Value::Null);
        // What is made and what is told of it come in either order.
        while made.is_null() || seen.is_null() {
            let told = talk.hear().await;
            match (told["id"].as_str().unwrap(), told["type"].as_str().unwrap()) {
                ("make", "next") => made = told["payload"]["data"]["organisationCreate"]["organisation"]["id"].clone(),
                ("feed", "next") => seen = told["payload"]["data"]["changes"]["nodes"][0]["recordId"].clone(),
                ("make", "complete") => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(made, seen);
        talk.say(&json!({"type": "complete", "id": "feed"})).await;
        talk.say(&json!({"type": "ping", "payload": {"n": 1}})).await;
        loop {
            let told = talk.hear().await;
            if told["type"] == "pong" {
                assert_eq!(told["payload"]["n"], 1);
                break;
            }
            assert_eq!(told, json!({"type": "complete", "id": "make"}));
        }
        // A name that is free again can be used again.
        talk.ask("feed", "{ version }").await;
        assert_eq!(talk.hear().await["id"], "feed");
    }
}

story! {
    async fn what_cannot_run_is_refused_alone_and_what_breaks_the_protocol_ends_it(server: Server) {
        let visitor = server.visitor();
        let mut talk = Talk::by(&server, &visitor).await;
        for (query, code) in [
            ("{ no_such_field }", "BAD_REQUEST"),
            ("{", "BAD_REQUEST"),
            ("subscription { changes(after: \"x\") { cursor } }", "CURSOR_INVALID"),
        ] {
            talk.ask("wrong", query).await;
            let told = talk.hear().await;
            let errors = if told["type"] == "error" { &told["payload"] } else { &told["payload"]["errors"] };
            assert_eq!(errors[0]["extensions"]["code"], code, "{query}: {told}");
            assert!(errors[0]["extensions"]["requestId"].is_string(), "{told}");
            if told["type"] == "next" {
                assert_eq!(talk.hear().await["type"], "complete");
            }
        }
        talk.say(&json!({"type": "subscribe", "id": "many", "payload": {"documentId": "sha256:00"}})).await;
        let told = talk.hear().await;
        assert_eq!((&told["type"], &told["payload"][0]["extensions"]["code"]), (&json!("error"), &json!("DOCUMENT_UNKNOWN")), "{told}");
        // More at a time than one connection carries: the one too many is refused, the others go on.
        for number in 0..=20 {
            talk.ask(&format!("f{number}"), "subscription { changes(first: 1) { cursor } }").await;
        }
        loop {
            let told = talk.hear().await;
            if told["type"] == "error" {
                assert_eq!((&told["id"], &told["payload"][0]["extensions"]["code"]), (&json!("f20"), &json!("RATE_LIMITED")), "{told}");
                break;
            }
        }
        talk.ask("f0", "{ version }").await;
        let ended = loop {
            if let Message::Close(frame) = talk.next().await {
                break frame.map(|frame| u16::from(frame.code));
            }
        };
        assert_eq!(ended, Some(4409), "a name in use");

        assert_eq!(Talk::open(&server, "graphql-ws").await.err(), Some(400), "the protocol's former namesake");
        let open = async || Talk::open(&server, "graphql-transport-ws").await.unwrap();
        let mut talk = open().await;
        talk.ask("soon", "{ version }").await;
        assert_eq!(talk.ended().await, 4401, "nobody said who asks");
        let mut talk = open().await;
        talk.say(&json!({"type": "connection_init", "payload": {"authorization": "Bearer nonsense"}})).await;
        assert_eq!(talk.ended().await, 4401, "a token that is none");
        let mut talk = open().await;
        talk.say(&json!({"type": "hello"})).await;
        assert_eq!(talk.ended().await, 4400, "a message that is none");
        let mut talk = Talk::by(&server, &visitor).await;
        talk.say(&json!({"type": "connection_init"})).await;
        assert_eq!(talk.ended().await, 4429, "it began already");
    }
}

story! {
    async fn who_is_shut_out_asks_nothing_more_and_a_server_that_stops_says_so(server: Server) {
        let administrator = server.administrator().await;
        let editor = colleague(&server, "Alix", "EDITOR").await;
        let me = editor.data("{ viewer { person { id revision } } }", json!({})).await["viewer"]["person"].take();
        let mut talk = Talk::by(&server, &editor).await;
        let suspend = "mutation($input: PersonPatch!) { personUpdate(input: $input) { userErrors { code } } }";
        let input = json!({"id": me["id"], "expectedRevision": me["revision"], "state": "SUSPENDED"});
        let done = administrator.data(suspend, json!({"input": input})).await;
        assert_eq!(done["personUpdate"]["userErrors"], json!([]));
        talk.ask("more", "{ viewer { person { name } } }").await;
        let told = talk.hear().await;
        assert_eq!((&told["type"], &told["payload"][0]["extensions"]["code"]), (&json!("error"), &json!("UNAUTHENTICATED")), "{told}");
        let mut waiting = Talk::by(&server, &server.visitor()).await;
        assert_eq!(server.terminate().await, Some(0), "it stops although somebody is connected");
        assert_eq!(waiting.ended().await, 1001);
    }
}
