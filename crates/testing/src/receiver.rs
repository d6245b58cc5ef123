//! An endpoint for webhooks' messages: keeps what arrives in memory and answers as it is told, or that all is well.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// An endpoint of a test's own.
#[derive(Debug)]
pub struct Receiver {
    address: String,
    shared: Arc<Mutex<Shared>>,
    serving: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Shared {
    received: Vec<Received>,
    answers: VecDeque<Answer>,
}

/// A message that arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// The path it was sent to.
    pub path: String,
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`.
    pub timestamp: String,
    /// `webhook-signature`.
    pub signature: String,
    /// The headers, these and the others.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
    /// When it arrived.
    pub at: Instant,
}

/// What the endpoint answers once.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// A further header.
    pub header: Option<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// This status and nothing more.
    #[must_use]
    pub const fn status(status: u16) -> Self {
        Self {
            status,
            header: None,
            body: String::new(),
        }
    }
}

impl Receiver {
    /// Opens one on a free port.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(Mutex::new(Shared::default()));
        let app = Router::new().fallback(receive).with_state(Arc::clone(&shared));
        let serving = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("the endpoint serves");
        });
        Self {
            address: format!("http://{address}"),
            shared,
            serving,
        }
    }

    /// An address on it.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// Answers the next messages like this, one each; those after them that all is well.
    pub fn answer(&self, answers: impl IntoIterator<Item = Answer>) {
        self.shared().answers.extend(answers);
    }

    /// What has arrived.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.shared().received.clone()
    }

    /// Waits for so many messages, repeated ones included.
    ///
    /// # Panics
    /// Where they do not come within a minute.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        for _ in 0..600 {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{} of {count} messages arrived", self.received().len());
    }

    fn shared(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn receive(
    State(shared): State<Arc<Mutex<Shared>>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, HeaderMap, String) {
    let text = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let message = Received {
        path: uri.path().to_owned(),
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp"),
        signature: text("webhook-signature"),
        body: String::from_utf8_lossy(&body).into_owned(),
        at: Instant::now(),
        headers,
    };
    let answer = {
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.received.push(message);
        shared.answers.pop_front().unwrap_or(Answer::status(204))
    };
    let mut headers = HeaderMap::new();
    if let Some((name, value)) = answer.header {
        headers.insert(name, value.parse().expect("a header's value is text"));
    }
    let status = StatusCode::from_u16(answer.status).expect("a status is one of HTTP's");
    (status, headers, answer.body)
}
