//! Requests over HTTP, one after the other on each of so many connections, and how long each took.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// A request that is sent again and again.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) kind: &'static str,
    pub(crate) body: Bytes,
}

impl Call {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            kind: "",
            body: Bytes::new(),
        }
    }

    pub(crate) fn post(path: impl Into<String>, kind: &'static str, body: impl Into<Bytes>) -> Self {
        Self {
            method: Method::POST,
            path: path.into(),
            kind,
            body: body.into(),
        }
    }
}

/// One connection to a server.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    address: SocketAddr,
    token: Option<String>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr, token: Option<String>) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self {
            sender,
            address,
            token,
        })
    }

    /// Sends a request and reads all of its answer.
    pub(crate) async fn send(&mut self, call: &Call) -> Result<(StatusCode, Bytes)> {
        let mut request = Request::builder()
            .method(&call.method)
            .uri(&call.path)
            .header("host", self.address.to_string());
        if !call.kind.is_empty() {
            request = request.header("content-type", call.kind);
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        self.sender.ready().await?;
        let answer = self
            .sender
            .send_request(request.body(Full::new(call.body.clone()))?)
            .await?;
        let status = answer.status();
        Ok((status, answer.into_body().collect().await?.to_bytes()))
    }

    /// The same, of a request that must be answered well.
    pub(crate) async fn ask(&mut self, call: &Call) -> Result<Bytes> {
        let (status, body) = self.send(call).await?;
        let beginning = &body[..body.len().min(300)];
        if status != StatusCode::OK
            || beginning.starts_with(b"{\"errors\"")
            || beginning.starts_with(b"{\"data\":null")
        {
            bail!(
                "{} {}: {status} {}",
                call.method,
                call.path,
                String::from_utf8_lossy(beginning)
            );
        }
        Ok(body)
    }
}

/// How long requests took.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    taken: Vec<Duration>,
    whole: Duration,
    bytes: usize,
}

impl Measured {
    /// One request.
    pub(crate) fn of(taken: Duration) -> Self {
        Self {
            taken: vec![taken],
            whole: taken,
            bytes: 0,
        }
    }

    /// The same, of requests that were under way together.
    pub(crate) fn within(self, whole: Duration) -> Self {
        Self { whole, ..self }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.taken.extend(other.taken);
        self.whole += other.whole;
        self.bytes += other.bytes;
    }

    /// Requests a second.
    pub(crate) fn rate(&self) -> f64 {
        self.taken.len() as f64 / self.whole.as_secs_f64()
    }

    /// The time that so much of all requests took at most, in milliseconds.
    pub(crate) fn quantile(&self, part: f64) -> f64 {
        let mut taken = self.taken.clone();
        taken.sort_unstable();
        let place = ((taken.len() as f64 * part) as usize).min(taken.len().saturating_sub(1));
        taken
            .get(place)
            .map_or(f64::NAN, |taken| taken.as_secs_f64() * 1_000.0)
    }

    /// The size of an answer, in kilobytes.
    pub(crate) fn size(&self) -> f64 {
        self.bytes as f64 / self.taken.len().max(1) as f64 / 1_000.0
    }
}

/// What makes the calls of a workload: the n-th is another one than the first, so that nothing answers from memory.
pub(crate) type Calls = Arc<dyn Fn(usize) -> Call + Send + Sync>;

/// Where requests go.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) token: Option<String>,
}

/// Sends calls for so long on so many connections.
pub(crate) async fn measure(
    target: &Target,
    connections: usize,
    time: Duration,
    counter: &Arc<AtomicUsize>,
    calls: &Calls,
) -> Result<Measured> {
    let mut opened = Vec::new();
    for _ in 0..connections {
        opened.push(Connection::open(target.address, target.token.clone()).await?);
    }
    let began = Instant::now();
    let tasks: Vec<_> = opened
        .into_iter()
        .map(|mut connection| {
            let (counter, calls) = (Arc::clone(counter), Arc::clone(calls));
            tokio::spawn(async move {
                let mut measured = Measured::default();
                while began.elapsed() < time {
                    let call = calls(counter.fetch_add(1, Ordering::Relaxed));
                    let sent = Instant::now();
                    measured.bytes += connection.ask(&call).await?.len();
                    measured.taken.push(sent.elapsed());
                }
                Ok::<_, anyhow::Error>(measured)
            })
        })
        .collect();
    let mut all = Measured::default();
    for task in tasks {
        all.add(task.await.context("a connection's task ended")??);
    }
    all.whole = began.elapsed();
    Ok(all)
}

/// A field of a process's state (`VmRSS`, `VmHWM`), in megabytes.
pub(crate) fn memory(process: u32, field: &str) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let fields: HashMap<&str, &str> = status.lines().filter_map(|line| line.split_once(':')).collect();
    let kilobytes = fields
        .get(field)
        .and_then(|value| value.split_whitespace().next())
        .context("memory")?;
    Ok(kilobytes.parse::<f64>()? / 1_024.0)
}

impl std::fmt::Display for Measured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:.1}/s {:.2} ms (p99 {:.2} ms, {:.0} kB)",
            self.rate(),
            self.quantile(0.5),
            self.quantile(0.99),
            self.size()
        )
    }
}
