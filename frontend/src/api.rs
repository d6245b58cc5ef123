//! The only place that speaks HTTP: typed GraphQL operations, the few JSON routes, and our own assets. What was read
//! is kept for a while, shown at once and fetched again behind; failures come back as what a person can be told.

pub mod cache;
pub mod document;

use crate::browser;
use crate::language::{Lang, language, language_now};
use crate::session;
use crate::ui::map::atlas::Atlas;
use crate::ui::state::{Failure, FailureKind, Load};
use cache::Cache;
use cynic::Operation;
pub(crate) use document::document;
use document::{Answers, request};
pub use gloo_net::http::Method;
use gloo_net::http::{RequestBuilder, Response};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use wasm_bindgen::JsCast as _;

/// Milliseconds until a request is given up.
const PATIENCE: u32 = 20_000;
/// The same for a file that is sent.
const LONG_PATIENCE: u32 = 300_000;

thread_local! {
    static CACHE: RefCell<Cache> = RefCell::new(Cache::default());
    static REACHABLE: ArcRwSignal<bool> = ArcRwSignal::new(true);
    static AGAIN: ArcRwSignal<u32> = ArcRwSignal::new(0);
}

/// Did the server answer lately? Followed by the shell's banner.
pub fn reachable() -> bool {
    REACHABLE.with(ArcRwSignal::get)
}

/// Whatever failed or grew old is fetched once more.
pub fn try_again() {
    AGAIN.with(|again| again.update(|it| *it = it.wrapping_add(1)));
}

/// Someone else reads from now on: nothing of the former reader is kept.
pub fn forget_all() {
    CACHE.with_borrow_mut(Cache::clear);
}

/// Reads once, from the server.
pub async fn query<Q>(operation: &Operation<Q, Q::Variables>) -> Result<Q, Failure>
where
    Q: Answers + DeserializeOwned,
{
    decode(&post(&request(operation)?).await?)
}

/// Changes something. Everything that was read before is old from then on, whether or not the change was refused.
pub async fn mutate<Q>(operation: &Operation<Q, Q::Variables>) -> Result<Q, Failure>
where
    Q: Answers + DeserializeOwned,
{
    let answer = query(operation).await;
    CACHE.with_borrow_mut(Cache::age);
    answer
}

/// What a place shows, and how to have it fetched again.
pub struct Fetched<T: Send + Sync + 'static> {
    pub load: Signal<Load<T>>,
    pub reload: Callback<()>,
}

impl<T: Send + Sync + 'static> Clone for Fetched<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Fetched<T> {}

/// Reads for a view: at once from what is kept, then from the server when that is older than a moment; again when a
/// signal inside `operation`, the language or the session changes.
pub fn load<Q>(operation: impl Fn() -> Operation<Q, Q::Variables> + 'static) -> Fetched<Q>
where
    Q: Answers + DeserializeOwned + Clone + Send + Sync + 'static,
{
    let shown = RwSignal::new(Load::Pending);
    let asked = RwSignal::new(0_u32);
    let turn = StoredValue::new(0_u32);
    Effect::new(move |before: Option<String>| {
        let again = AGAIN.with(ArcRwSignal::get).wrapping_add(asked.get());
        let reader = match session::session() {
            session::Session::Restoring => return String::new(),
            session::Session::Visitor => String::new(),
            session::Session::Signed(person) => person.id,
        };
        let body = match request(&operation()) {
            Ok(body) => body,
            Err(failure) => {
                shown.set(Load::Failed(failure));
                return String::new();
            }
        };
        let key = format!("{}\n{reader}\n{body}", language().tag());
        let kept = CACHE.with_borrow_mut(|cache| cache.find(&key, browser::now()));
        let is_fresh = kept.as_ref().is_some_and(|it| it.fresh);
        let old = kept.and_then(|it| decode::<Q>(&it.text).ok());
        // The same once more (a retry) keeps what is shown until the answer comes.
        let stamped = format!("{again}\n{key}");
        let same = before
            .as_deref()
            .and_then(|it| it.split_once('\n'))
            .is_some_and(|(_, before)| before == key);
        match &old {
            Some(value) => shown.set(Load::Ready(value.clone())),
            None if same && shown.with_untracked(|it| it.value().is_some()) => {}
            None => shown.set(Load::Pending),
        }
        if old.is_some() && is_fresh && !same {
            return stamped;
        }
        let mine = turn.get_value().wrapping_add(1);
        turn.set_value(mine);
        spawn_local(async move {
            let answer = post(&body).await;
            let value = answer
                .as_ref()
                .map_err(Clone::clone)
                .and_then(|text| decode::<Q>(text));
            if value.is_ok()
                && let Ok(text) = answer
            {
                CACHE.with_borrow_mut(|cache| cache.keep(key, text, browser::now()));
            }
            // Asked for something else meanwhile, or the view is gone.
            if turn.try_get_value() != Some(mine) {
                return;
            }
            let next = match (value, shown.try_get_untracked()) {
                (Ok(value), _) => Load::Ready(value),
                (Err(failure), Some(Load::Ready(value) | Load::Stale(value, _))) => {
                    Load::Stale(value, failure)
                }
                (Err(failure), _) => Load::Failed(failure),
            };
            let _ = shown.try_set(next);
        });
        stamped
    });
    Fetched {
        load: shown.into(),
        reload: Callback::new(move |()| asked.update(|it| *it = it.wrapping_add(1))),
    }
}

/// One page of a list, as a screen takes it out of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// The cursor from which the next page follows; none at the end.
    pub next: Option<String>,
    /// Only when it was counted.
    pub total: Option<i64>,
}

/// A list read page after page.
pub struct Paged<T: Send + Sync + 'static> {
    pub load: Signal<Load<Page<T>>>,
    pub reload: Callback<()>,
    pub more: Callback<()>,
    /// A further page is on its way.
    pub busy: Signal<bool>,
    /// Why a further page could not be had; the rows before it stay.
    pub failed: Signal<Option<Failure>>,
}

impl<T: Clone + Send + Sync + 'static> Paged<T> {
    /// How many rows are there by now.
    pub fn shown(&self) -> Signal<usize> {
        let load = self.load;
        Signal::derive(move || load.with(|it| it.value().map_or(0, |page| page.rows.len())))
    }

    /// How many the whole list has, where it was counted.
    pub fn total(&self) -> Signal<Option<i64>> {
        let load = self.load;
        Signal::derive(move || load.with(|it| it.value().and_then(|page| page.total)))
    }

    /// Whether there are more to come.
    pub fn has_more(&self) -> Signal<bool> {
        let load = self.load;
        Signal::derive(move || load.with(|it| it.value().is_some_and(|page| page.next.is_some())))
    }
}

/// `operation` is given the cursor to go on from. When a signal inside it changes, the list starts again.
pub fn pages<Q, T>(
    operation: impl Fn(Option<String>) -> Operation<Q, Q::Variables> + Send + Sync + 'static,
    page: impl Fn(Q) -> Page<T> + Send + Sync + 'static,
) -> Paged<T>
where
    Q: Answers + DeserializeOwned + Clone + Send + Sync + 'static,
    T: Clone + Send + Sync + 'static,
{
    let (operation, page) = (Arc::new(operation), Arc::new(page));
    let first = load({
        let operation = operation.clone();
        move || operation(None)
    });
    let rest = RwSignal::new(None::<Page<T>>);
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None);
    Effect::new(move |_| {
        first.load.track();
        rest.set(None);
        failed.set(None);
    });
    let shown = {
        let page = page.clone();
        Signal::derive(move || {
            first.load.get().map(|answer| {
                let mut all = page(answer);
                if let Some(rest) = rest.get() {
                    all.rows.extend(rest.rows);
                    all.next = rest.next;
                }
                all
            })
        })
    };
    let more = Callback::new(move |()| {
        let next = shown.with_untracked(|it| it.value().and_then(|page| page.next.clone()));
        let Some(next) = next.filter(|_| !busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        let (asked, page) = (untrack(|| operation(Some(next))), page.clone());
        spawn_local(async move {
            let answer = query(&asked).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(answer) => {
                    let got = page(answer);
                    let _ = rest.try_update(|rest| match rest {
                        Some(rest) => {
                            rest.rows.extend(got.rows);
                            rest.next = got.next;
                        }
                        None => *rest = Some(got),
                    });
                    let _ = failed.try_set(None);
                }
                Err(failure) => {
                    let _ = failed.try_set(Some(failure));
                }
            }
        });
    });
    Paged {
        load: shown,
        reload: first.reload,
        more,
        busy: busy.into(),
        failed: failed.into(),
    }
}

/// A JSON route. The session's cookie goes with it; the access token too, when there is one.
pub async fn rest<B, R>(method: Method, address: &str, body: Option<&B>) -> Result<R, Failure>
where
    B: Serialize + ?Sized,
    R: DeserializeOwned,
{
    rest_told(method, address, body)
        .await
        .map_err(|told| told.failure)
}

/// The same, where the server says of this very case what is the matter.
pub async fn rest_told<B, R>(method: Method, address: &str, body: Option<&B>) -> Result<R, Told>
where
    B: Serialize + ?Sized,
    R: DeserializeOwned,
{
    let request = || authorised(RequestBuilder::new(address).method(method.clone()));
    let answer = send_told(
        request,
        body.map(serde_json::to_string)
            .transpose()
            .map_err(|_| internal(None))?,
    )
    .await?;
    let text = match text(&answer).await? {
        nothing if nothing.is_empty() => "null".to_owned(),
        text => text,
    };
    serde_json::from_str(&text).map_err(|_| internal(None).into())
}

/// What did not work, with what the server says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub failure: Failure,
    /// A sentence in the reader's language, for this very case.
    pub detail: Option<String>,
}

impl From<Failure> for Told {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            detail: None,
        }
    }
}

/// Brings a file. A token that has ended is renewed before: a file is not sent twice.
pub async fn bring<R: DeserializeOwned>(address: &str, what: &str, file: &web_sys::File) -> Result<R, Told> {
    session::renew().await;
    let name = String::from(js_sys::encode_uri_component(&file.name()));
    let limit = web_sys::AbortSignal::timeout_with_u32(LONG_PATIENCE);
    // What it is, the server finds out from the file; browsers name it as they like.
    let request =
        authorised(RequestBuilder::new(&format!("{address}?what={what}&name={name}")).method(Method::POST))
            .header("Content-Type", "application/octet-stream")
            .abort_signal(Some(&limit))
            .body(wasm_bindgen::JsValue::from(file.clone()));
    let gone = |_| Failure {
        kind: FailureKind::Network,
        reference: None,
    };
    let answer = request.map_err(|_| internal(None))?.send().await.map_err(gone)?;
    let (status, ok) = (answer.status(), answer.ok());
    let text = text(&answer).await?;
    if ok {
        return serde_json::from_str(&text).map_err(|_| internal(None).into());
    }
    let problem: Problem = serde_json::from_str(&text).unwrap_or_default();
    Err(Told {
        failure: Failure {
            kind: problem
                .code
                .as_deref()
                .map_or_else(|| kind_of_status(status), kind_of_code),
            reference: problem.request_id,
        },
        detail: problem.detail,
    })
}

/// Has the browser keep what an address answers to whoever is signed in, as a file of this name.
pub async fn take_away(address: &str, name: &str) -> Result<(), Failure> {
    let request = || authorised(RequestBuilder::new(address).method(Method::GET));
    let content = text(&send(request, None).await?).await?;
    // Spreadsheets take a file without a mark for one in an older encoding; JSON has none.
    let mark = if name.ends_with(".csv") { "\u{feff}" } else { "" };
    let parts = js_sys::Array::of1(&format!("{mark}{}", content.trim_start_matches('\u{feff}')).into());
    let blob = web_sys::Blob::new_with_str_sequence(&parts).map_err(|_| internal(None))?;
    let url = web_sys::Url::create_object_url_with_blob(&blob).map_err(|_| internal(None))?;
    if let Ok(link) = document().create_element("a") {
        let _ = link.set_attribute("href", &url);
        let _ = link.set_attribute("download", name);
        if let Ok(link) = link.dyn_into::<web_sys::HtmlElement>() {
            link.click();
        }
    }
    let _ = web_sys::Url::revoke_object_url(&url);
    Ok(())
}

/// The address under which one of our own files is served, as the bundle says.
pub fn asset(name: &str) -> Option<String> {
    let text = document().get_element_by_id("assets")?.text_content()?;
    serde_json::from_str::<HashMap<String, String>>(&text)
        .ok()?
        .remove(name)
}

/// A language's texts, as their file has them.
pub async fn texts(language: Lang) -> Result<String, Failure> {
    let address = asset(&format!("locales/{}.json", language.tag())).ok_or_else(|| internal(None))?;
    text(&send(|| RequestBuilder::new(&address).method(Method::GET), None).await?).await
}

/// The map's shapes, read once for the whole visit.
pub fn atlas() -> Fetched<Arc<Atlas>> {
    thread_local! {
        static ATLAS: RefCell<Option<Arc<Atlas>>> = const { RefCell::new(None) };
    }
    let shown = RwSignal::new(ATLAS.with_borrow(Clone::clone).map_or(Load::Pending, Load::Ready));
    let read = move || {
        spawn_local(async move {
            let answer = async {
                let address = asset("wallonia.topojson").ok_or_else(|| internal(None))?;
                let answer = send(|| RequestBuilder::new(&address).method(Method::GET), None).await?;
                Atlas::decode(&text(&answer).await?)
                    .map(Arc::new)
                    .ok_or_else(|| internal(None))
            };
            let next = match answer.await {
                Ok(atlas) => {
                    ATLAS.set(Some(atlas.clone()));
                    Load::Ready(atlas)
                }
                Err(failure) => Load::Failed(failure),
            };
            let _ = shown.try_set(next);
        });
    };
    if shown.with_untracked(|it| it.value().is_none()) {
        read();
    }
    Fetched {
        load: shown.into(),
        reload: Callback::new(move |()| {
            shown.set(Load::Pending);
            read();
        }),
    }
}

/// Is the server there again? Asked by the banner while it was not.
pub async fn knock() -> bool {
    send(|| RequestBuilder::new("/health/live").method(Method::GET), None)
        .await
        .is_ok()
}

/// Sends a GraphQL request; an access token that has ended is renewed once.
async fn post(body: &str) -> Result<String, Failure> {
    let first = post_once(body).await;
    match first {
        Err(Failure {
            kind: FailureKind::SignedOut,
            ..
        }) if session::token().is_some() && session::renew().await => post_once(body).await,
        other => other,
    }
}

async fn post_once(body: &str) -> Result<String, Failure> {
    let request = || {
        authorised(RequestBuilder::new("/graphql").method(Method::POST))
            .header("Accept", "application/graphql-response+json, application/json")
    };
    let answer = send(request, Some(body.to_owned())).await?;
    let reference = answer.headers().get("x-request-id");
    let text = text(&answer).await?;
    match serde_json::from_str::<Errors>(&text) {
        Ok(Errors { errors }) if errors.is_empty() => Ok(text),
        Ok(Errors { errors }) => Err(failure_of(errors, reference)),
        Err(_) => Err(internal(reference)),
    }
}

fn authorised(request: RequestBuilder) -> RequestBuilder {
    let request = request.header("Accept-Language", language_now().tag());
    match session::token() {
        Some(token) => request.header("Authorization", &format!("Bearer {token}")),
        None => request,
    }
}

/// Sends, with a limit of time, and turns every answer that is not a success into a failure.
async fn send(request: impl Fn() -> RequestBuilder, body: Option<String>) -> Result<Response, Failure> {
    send_told(request, body).await.map_err(|told| told.failure)
}

/// The same, with what the server says of it.
async fn send_told(request: impl Fn() -> RequestBuilder, body: Option<String>) -> Result<Response, Told> {
    let limit = web_sys::AbortSignal::timeout_with_u32(PATIENCE);
    let request = request().abort_signal(Some(&limit));
    let request = match body {
        Some(body) => request.header("Content-Type", "application/json").body(body),
        None => request.build(),
    };
    let answer = request.map_err(|_| internal(None))?.send().await;
    let answer = answer.map_err(|error| {
        let kind = match &error {
            gloo_net::Error::JsError(error) if error.name == "TimeoutError" || error.name == "AbortError" => {
                FailureKind::Timeout
            }
            gloo_net::Error::JsError(_) | gloo_net::Error::SerdeError(_) | gloo_net::Error::GlooError(_) => {
                FailureKind::Network
            }
        };
        set_reachable(false);
        Failure {
            kind,
            reference: None,
        }
    })?;
    let is_of_kind = |kind: &str| {
        let given = answer.headers().get("content-type");
        given.is_some_and(|it| it.contains(kind))
    };
    // A proxy that answers for an absent server is as good as none; the server itself says what is away.
    set_reachable(is_of_kind("problem+json") || !matches!(answer.status(), 502..=504));
    // GraphQL tells its errors in the body, whatever the status.
    let is_graphql = is_of_kind("graphql-response");
    if answer.ok() || is_graphql {
        return Ok(answer);
    }
    let (status, mut reference) = (answer.status(), answer.headers().get("x-request-id"));
    let problem = answer
        .text()
        .await
        .ok()
        .and_then(|text| serde_json::from_str::<Problem>(&text).ok());
    let (mut code, mut detail) = (None, None);
    if let Some(problem) = problem {
        reference = problem.request_id.or(reference);
        (code, detail) = (problem.code, problem.detail);
    }
    let kind = code
        .as_deref()
        .map_or_else(|| kind_of_status(status), kind_of_code);
    Err(Told {
        failure: Failure { kind, reference },
        detail,
    })
}

async fn text(answer: &Response) -> Result<String, Failure> {
    answer.text().await.map_err(|_| Failure {
        kind: FailureKind::Network,
        reference: None,
    })
}

fn decode<Q: DeserializeOwned>(text: &str) -> Result<Q, Failure> {
    serde_json::from_str::<Data<Q>>(text)
        .map(|it| it.data)
        .map_err(|error| {
            // The contract and the fragments are compiled against each other: only an older bundle gets here.
            leptos::logging::error!("an answer does not fit: {error}");
            internal(None)
        })
}

const fn internal(reference: Option<String>) -> Failure {
    Failure {
        kind: FailureKind::Internal,
        reference,
    }
}

fn set_reachable(now: bool) {
    REACHABLE.with(|reachable| {
        if reachable.get_untracked() != now {
            reachable.set(now);
        }
    });
}

#[derive(Deserialize)]
struct Data<Q> {
    data: Q,
}

#[derive(Deserialize)]
struct Errors {
    #[serde(default)]
    errors: Vec<TopError>,
}

#[derive(Deserialize)]
struct TopError {
    #[serde(default)]
    extensions: Problem,
}

/// What both GraphQL's `extensions` and RFC 9457 documents tell.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Problem {
    code: Option<String>,
    request_id: Option<String>,
    detail: Option<String>,
}

fn failure_of(errors: Vec<TopError>, header: Option<String>) -> Failure {
    let Problem { code, request_id, .. } = errors
        .into_iter()
        .next()
        .map(|it| it.extensions)
        .unwrap_or_default();
    Failure {
        kind: code.as_deref().map_or(FailureKind::Internal, kind_of_code),
        reference: request_id.or(header),
    }
}

/// The list is open: a code we do not know is ours to look into.
fn kind_of_code(code: &str) -> FailureKind {
    match code {
        "UNAUTHENTICATED" => FailureKind::SignedOut,
        "FORBIDDEN" => FailureKind::Forbidden,
        "NOT_FOUND" | "LINK_EXPIRED" => FailureKind::NotFound,
        "INVALID" => FailureKind::Refused,
        "COST_EXCEEDED" | "RATE_LIMITED" => FailureKind::Busy,
        "CURSOR_INVALID" | "CURSOR_EXPIRED" => FailureKind::Moved,
        "TIMEOUT" => FailureKind::Timeout,
        "DOCUMENT_UNKNOWN" => FailureKind::Outdated,
        _ => FailureKind::Internal,
    }
}

const fn kind_of_status(status: u16) -> FailureKind {
    match status {
        401 => FailureKind::SignedOut,
        403 => FailureKind::Forbidden,
        404 | 410 => FailureKind::NotFound,
        429 => FailureKind::Busy,
        408 | 504 => FailureKind::Timeout,
        502 | 503 => FailureKind::Network,
        _ => FailureKind::Internal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_graphql_error_tells_its_code_and_reference() {
        let text = r#"{"data":null,"errors":[{"message":"no","extensions":{"code":"NOT_FOUND","requestId":"req_7"}}]}"#;
        let Errors { errors } = serde_json::from_str(text).expect("valid");
        assert_eq!(
            failure_of(errors, None),
            Failure {
                kind: FailureKind::NotFound,
                reference: Some("req_7".into())
            }
        );
    }

    #[test]
    fn an_error_without_extensions_is_ours_and_keeps_the_headers_reference() {
        let Errors { errors } = serde_json::from_str(r#"{"errors":[{"message":"boom"}]}"#).expect("valid");
        assert_eq!(
            failure_of(errors, Some("h".into())),
            Failure {
                kind: FailureKind::Internal,
                reference: Some("h".into())
            }
        );
    }

    #[test]
    fn codes_that_do_not_exist_yet_are_tolerated() {
        assert_eq!(kind_of_code("SOMETHING_NEW"), FailureKind::Internal);
    }
}
