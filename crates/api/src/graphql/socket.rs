//! Operations over a WebSocket, in the protocol `graphql-transport-ws`: a connection is opened, says who asks, and then
//! carries as many operations beside each other as are wanted, each with its answers and its end.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Response as Answer;
use axum::extract::FromRequestParts as _;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use futures::stream::{AbortHandle, Abortable, BoxStream, SelectAll};
use futures::{StreamExt as _, stream};
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use crate::auth;
use crate::graphql::breadth::too_many;
use crate::graphql::form::{name_errors, refusal};
use crate::graphql::{Asked, Sent, documents, on_account};
use crate::problem::{Code, Fault};
use crate::server::{App, BODY_LIMIT, Reader};

const PROTOCOL: &str = "graphql-transport-ws";
/// How long whoever opened a connection may take to say who they are, and to take a message.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often a quiet connection is asked whether it lives; one that did not answer since the last time but one is over.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How many operations one connection may have running.
const RUNNING: usize = 20;

/// Whether a request wants to become a WebSocket.
pub(super) fn is_meant(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
}

/// Makes a WebSocket of a request.
pub(super) async fn open(app: Arc<App>, parts: &mut Parts) -> Response {
    let reader = Reader::of(parts);
    let headers = parts.headers.clone();
    let upgrade = match WebSocketUpgrade::from_request_parts(parts, &()).await {
        Ok(upgrade) => upgrade.protocols([PROTOCOL]),
        Err(rejection) => {
            return Fault::new(Code::BadRequest)
                .technically(rejection.body_text())
                .into_response();
        }
    };
    if upgrade.selected_protocol().is_none() {
        let detail = format!("{SEC_WEBSOCKET_PROTOCOL}: {PROTOCOL}");
        return Fault::new(Code::BadRequest).technically(detail).into_response();
    }
    let place = match app.readers.enter() {
        Ok(place) => place,
        Err(fault) => return fault.into_response(),
    };
    upgrade
        .max_message_size(BODY_LIMIT)
        .max_frame_size(BODY_LIMIT)
        .on_upgrade(|socket| async move {
            let connection = Connection {
                socket,
                asking: Asking { app, headers, reader },
                running: SelectAll::new(),
                handles: HashMap::new(),
            };
            connection.serve().await;
            drop(place);
        })
}

/// What a client says.
#[derive(serde::Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Told {
    ConnectionInit { payload: Option<Value> },
    Subscribe { id: String, payload: Sent },
    Complete { id: String },
    Ping { payload: Option<Value> },
    Pong {},
}

/// Why the server ends a connection: a code of the protocol, or of WebSocket itself.
struct Ended(u16, &'static str);

impl Ended {
    const GONE: Self = Self(1000, "");
    const STOPPING: Self = Self(1001, "the server stops");
    const BAD_MESSAGE: Self = Self(4400, "this message cannot be read");
    const NOT_YET: Self = Self(4401, "Unauthorized");
    const TOO_LATE: Self = Self(4408, "Connection initialisation timeout");
    const TWICE: Self = Self(4429, "Too many initialisation requests");
}

/// What an operation has to say: an answer, why it never ran, or its end.
enum Said {
    Next(Answer),
    Refused(Fault),
    Complete,
}

/// Who asks on this connection.
#[derive(Clone)]
struct Asking {
    app: Arc<App>,
    headers: HeaderMap,
    reader: Reader,
}

impl Asking {
    /// The answers of one operation. Who asks is looked up for each: a token ends, an account is closed.
    async fn answers(self, asked: Asked) -> BoxStream<'static, Said> {
        let Self { app, headers, reader } = self;
        let found = async {
            let caller = auth::caller(&app, &headers, &reader).await?;
            let mut asked = documents::found(&app, &caller, asked).await?;
            match too_many(&mut asked) {
                Some(fault) => Err(fault),
                None => Ok((caller, asked)),
            }
        };
        match found.await {
            Err(fault) => stream::once(async { Said::Refused(fault) }).boxed(),
            Ok((caller, asked)) => {
                let (asked, bill) = on_account(&app, caller, asked);
                let answers = app.schema.execute_stream(asked).map(move |mut answer| {
                    name_errors(&reader, &mut answer);
                    bill.write(&mut answer);
                    Said::Next(answer)
                });
                answers.chain(stream::once(async { Said::Complete })).boxed()
            }
        }
    }
}

struct Connection {
    socket: WebSocket,
    asking: Asking,
    running: SelectAll<BoxStream<'static, (String, Said)>>,
    handles: HashMap<String, AbortHandle>,
}

impl Connection {
    async fn serve(mut self) {
        let app = Arc::clone(&self.asking.app);
        let ended = tokio::select! {
            ended = self.talk() => ended.err(),
            () = app.readers.stopped() => Some(Ended::STOPPING),
        };
        if let Some(Ended(code, reason)) = ended {
            let frame = CloseFrame {
                code,
                reason: reason.into(),
            };
            // Whoever is gone does not hear it.
            let _ = timeout(PATIENCE, self.socket.send(Message::Close(Some(frame)))).await;
        }
    }

    /// Who asks, then what they ask, until they go.
    async fn talk(&mut self) -> Result<(), Ended> {
        let begun = timeout(PATIENCE, self.begin()).await;
        begun.map_err(|_| Ended::TOO_LATE)??;
        let mut heartbeat = interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        loop {
            tokio::select! {
                message = self.socket.recv() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) => self.hear(&text).await?,
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                        Some(Ok(Message::Binary(_))) => return Err(Ended::BAD_MESSAGE),
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(()),
                    }
                }
                Some((id, said)) = self.running.next() => self.tell(id, said).await?,
                _ = heartbeat.tick() => {
                    if heard.elapsed() > 2 * HEARTBEAT {
                        return Err(Ended::GONE);
                    }
                    self.send(Message::Ping("".into())).await?;
                }
            }
        }
    }

    /// The first message says who asks, with the token that a request would have in its header.
    async fn begin(&mut self) -> Result<(), Ended> {
        loop {
            let text = match self.socket.recv().await {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Binary(_))) => return Err(Ended::BAD_MESSAGE),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Ended::GONE),
            };
            match serde_json::from_str(&text).map_err(|_| Ended::BAD_MESSAGE)? {
                Told::ConnectionInit { payload } => {
                    let payload = payload.unwrap_or_default();
                    let named = payload
                        .get("authorization")
                        .or_else(|| payload.get("Authorization"));
                    if let Some(token) = named {
                        let token = token.as_str().and_then(|token| token.parse().ok());
                        let token = token.ok_or(Ended::NOT_YET)?;
                        self.asking.headers.insert(AUTHORIZATION, token);
                    }
                    let Asking { app, headers, reader } = &self.asking;
                    if let Err(fault) = auth::caller(app, headers, reader).await {
                        tracing::debug!(code = fault.code(), "a connection that nobody may open");
                        return Err(Ended::NOT_YET);
                    }
                    return self.write(&json!({"type": "connection_ack"})).await;
                }
                Told::Ping { payload } => self.pong(payload).await?,
                Told::Pong {} => {}
                Told::Subscribe { .. } | Told::Complete { .. } => return Err(Ended::NOT_YET),
            }
        }
    }

    async fn hear(&mut self, text: &str) -> Result<(), Ended> {
        match serde_json::from_str(text).map_err(|_| Ended::BAD_MESSAGE)? {
            Told::ConnectionInit { .. } => Err(Ended::TWICE),
            Told::Ping { payload } => self.pong(payload).await,
            Told::Pong {} => Ok(()),
            Told::Complete { id } => {
                if let Some(handle) = self.handles.remove(&id) {
                    handle.abort();
                }
                Ok(())
            }
            Told::Subscribe { id, payload } => {
                if self.handles.contains_key(&id) {
                    return Err(Ended(4409, "this subscriber already exists"));
                }
                if self.handles.len() >= RUNNING {
                    let detail = format!("at most {RUNNING} operations at a time on one connection");
                    let fault = Fault::new(Code::RateLimited).technically(detail);
                    return self.tell(id, Said::Refused(fault)).await;
                }
                match payload.asked() {
                    Err(fault) => self.tell(id, Said::Refused(fault)).await,
                    Ok(asked) => {
                        self.run(id, asked);
                        Ok(())
                    }
                }
            }
        }
    }

    fn run(&mut self, id: String, asked: Asked) {
        let (handle, registration) = AbortHandle::new_pair();
        let name = id.clone();
        let answers = stream::once(self.asking.clone().answers(asked))
            .flatten()
            .map(move |said| (name.clone(), said));
        self.running.push(Abortable::new(answers, registration).boxed());
        self.handles.insert(id, handle);
    }

    async fn tell(&mut self, id: String, said: Said) -> Result<(), Ended> {
        let message = match said {
            Said::Next(answer) => json!({"type": "next", "id": id, "payload": answer}),
            Said::Refused(fault) => {
                self.handles.remove(&id);
                let mut refused = refusal(&fault, self.asking.reader.lang);
                name_errors(&self.asking.reader, &mut refused);
                json!({"type": "error", "id": id, "payload": refused.errors})
            }
            Said::Complete => {
                self.handles.remove(&id);
                json!({"type": "complete", "id": id})
            }
        };
        self.write(&message).await
    }

    async fn pong(&mut self, payload: Option<Value>) -> Result<(), Ended> {
        let mut message = json!({"type": "pong"});
        if let Some(payload) = payload {
            message["payload"] = payload;
        }
        self.write(&message).await
    }

    async fn write(&mut self, message: &Value) -> Result<(), Ended> {
        self.send(Message::Text(message.to_string().into())).await
    }

    /// Whoever takes nothing for so long is gone.
    async fn send(&mut self, message: Message) -> Result<(), Ended> {
        match timeout(PATIENCE, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Ended::GONE),
        }
    }
}
