//! How answers are written: the two forms of GraphQL over HTTP, the status that goes with each, errors with their codes
//! in the reader's language.

use async_graphql::{ErrorExtensionValues, Response as Answer, ServerError, Value};
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::Lang;

use crate::problem::{Code, Fault};
use crate::rest::changes::wants_events;
use crate::server::Reader;

/// In which of the two forms an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `application/graphql-response+json`: the status tells.
    New,
    /// `application/json`, for older clients: a well-formed request is 200, whatever came of it.
    Old,
}

impl Form {
    /// The form that the reader prefers; the old one where it does not say; nothing where it wants neither.
    fn wanted(headers: &HeaderMap) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        let mut said = false;
        for part in headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|text| text.split(','))
        {
            let mut parts = part.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
            if kind.is_empty() {
                continue;
            }
            said = true;
            let weight = parts
                .find_map(|parameter| parameter.strip_prefix("q="))
                .map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
            let form = match kind.as_str() {
                "application/graphql-response+json" => Self::New,
                "application/json" | "application/*" | "*/*" => Self::Old,
                _ => continue,
            };
            // Of two that are wanted as much, the new one.
            let better =
                best.is_none_or(|(most, known)| weight > most || (weight == most && known == Self::Old));
            if weight > 0.0 && better {
                best = Some((weight, form));
            }
        }
        if said {
            best.map(|(_, form)| form)
        } else {
            Some(Self::Old)
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::New => "application/graphql-response+json; charset=utf-8",
            Self::Old => "application/json; charset=utf-8",
        }
    }
}

/// The form of what is answered at once; a reader of events is refused as one of the new form.
pub(super) fn wanted(headers: &HeaderMap) -> Option<Form> {
    if wants_events(headers) {
        Some(Form::New)
    } else {
        Form::wanted(headers)
    }
}

/// A refusal before anything ran.
pub(super) fn refusal(fault: &Fault, lang: Lang) -> Answer {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", fault.code());
    let mut error = ServerError::new(fault.message(lang), None);
    error.extensions = Some(extensions);
    Answer::from_errors(vec![error])
}

/// The same, in the form that GraphQL clients read.
pub(super) fn refuse(form: Form, reader: &Reader, fault: &Fault) -> Response {
    let mut response = write(form, reader, refusal(fault, reader.lang));
    *response.status_mut() = fault.status();
    if fault.status() == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = fault.wait() {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

fn code(error: &ServerError) -> Option<&str> {
    let code = error.extensions.as_ref()?.get("code")?;
    if let Value::String(code) = code {
        Some(code)
    } else {
        None
    }
}

/// The seconds to wait before the same can be asked again, where an error says so.
fn wait(error: &ServerError) -> Option<u64> {
    if let Value::Number(seconds) = error.extensions.as_ref()?.get("retryAfter")? {
        seconds.as_u64()
    } else {
        None
    }
}

/// The code of what the library itself refuses: a document or a value that does not fit the schema, or the limits.
fn of_the_library(error: &ServerError) -> Code {
    match error.message.as_str() {
        "Query is nested too deep." => Code::CostExceeded,
        _ => Code::BadRequest,
    }
}

/// Gives each error its code and the request's id.
pub(super) fn name_errors(reader: &Reader, answer: &mut Answer) {
    for error in &mut answer.errors {
        if code(error).is_none() {
            // What the library itself refuses, it says in English.
            let fault = Fault::new(of_the_library(error)).technically(std::mem::take(&mut error.message));
            error.message = fault.message(reader.lang);
            error.extensions.get_or_insert_default().set("code", fault.code());
        }
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("requestId", reader.request_id.as_str());
    }
}

pub(super) fn write(form: Form, reader: &Reader, mut answer: Answer) -> Response {
    name_errors(reader, &mut answer);
    // Nothing ran where no error has a path: the answer then has no data at all, not null.
    let ran = answer.errors.is_empty()
        || answer.data != Value::Null
        || answer.errors.iter().any(|error| !error.path.is_empty());
    let status = if ran {
        StatusCode::OK
    } else {
        status(form, &answer.errors)
    };
    let http_headers = std::mem::take(&mut answer.http_headers);
    let wait = answer.errors.iter().find_map(wait);
    let document = if ran {
        serde_json::to_string(&answer).unwrap_or_default()
    } else {
        let mut document = serde_json::to_value(&answer).unwrap_or_default();
        if let Some(fields) = document.as_object_mut() {
            fields.remove("data");
        }
        document.to_string()
    };
    let headers = [
        (CONTENT_TYPE, form.kind()),
        (CACHE_CONTROL, "no-store"),
        (VARY, "accept, accept-language, authorization"),
    ];
    let mut response = (status, headers, document).into_response();
    response.headers_mut().extend(http_headers);
    if let Some(seconds) = wait.filter(|_| status == StatusCode::TOO_MANY_REQUESTS) {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

fn status(form: Form, errors: &[ServerError]) -> StatusCode {
    let code = errors.iter().find_map(code).unwrap_or_default();
    match Code::ALL.into_iter().find(|known| known.word() == code) {
        Some(
            Code::BadRequest
            | Code::DocumentUnknown
            | Code::CursorInvalid
            | Code::CursorExpired
            | Code::CostExceeded,
        )
        | None => match form {
            Form::New => StatusCode::BAD_REQUEST,
            Form::Old => StatusCode::OK,
        },
        Some(known) => known.status(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(accept: &str) -> Option<Form> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, accept.parse().unwrap());
        Form::wanted(&headers)
    }

    #[test]
    fn the_form_follows_accept() {
        assert_eq!(Form::wanted(&HeaderMap::new()), Some(Form::Old));
        assert_eq!(wanted("*/*"), Some(Form::Old));
        assert_eq!(wanted("application/json"), Some(Form::Old));
        assert_eq!(
            wanted("application/json, application/graphql-response+json"),
            Some(Form::New)
        );
        assert_eq!(
            wanted("application/graphql-response+json;q=0.1, application/json"),
            Some(Form::Old)
        );
        assert_eq!(
            wanted("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8"),
            Some(Form::New)
        );
        assert_eq!(wanted("image/png"), None);
    }

    #[tokio::test]
    async fn what_asks_for_too_much_is_told_so() {
        struct Query;
        #[async_graphql::Object]
        impl Query {
            async fn same(&self) -> Self {
                Self
            }
            async fn one(&self) -> i32 {
                1
            }
        }
        let builder = || {
            let (mutation, subscription) = (async_graphql::EmptyMutation, async_graphql::EmptySubscription);
            async_graphql::Schema::build(Query, mutation, subscription)
        };
        let schema = builder().limit_depth(2).finish();
        let answer = schema.execute("{ same { same { one } } }").await;
        assert_eq!(
            of_the_library(&answer.errors[0]),
            Code::CostExceeded,
            "{answer:?}"
        );
        let answer = builder().finish().execute("{ two }").await;
        assert_eq!(of_the_library(&answer.errors[0]), Code::BadRequest);
    }

    #[tokio::test]
    async fn what_the_library_refuses_is_said_in_the_reader_s_language() {
        let reader = Reader {
            lang: Lang::Nl,
            request_id: "r1".into(),
            address: [192, 0, 2, 1].into(),
            origin: domain::security::Origin::default(),
        };
        let refused = write(
            Form::Old,
            &reader,
            Answer::from_errors(vec![ServerError::new("expected }", None)]),
        );
        let body = axum::body::to_bytes(refused.into_body(), 10_000).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let error = &body["errors"][0];
        assert_eq!(error["extensions"]["code"], "BAD_REQUEST");
        assert_eq!(
            error["message"],
            "De aanvraag kan niet gelezen worden. (expected })"
        );
    }

    #[test]
    fn an_answer_that_did_not_run_has_no_data() {
        let reader = Reader {
            lang: Lang::En,
            request_id: "r1".into(),
            address: [192, 0, 2, 1].into(),
            origin: domain::security::Origin::default(),
        };
        let failed = || Answer::from_errors(vec![ServerError::new("no such field", None)]);
        assert_eq!(
            write(Form::New, &reader, failed()).status(),
            StatusCode::BAD_REQUEST
        );
        assert_eq!(write(Form::Old, &reader, failed()).status(), StatusCode::OK);
        let refused = refuse(Form::Old, &reader, &Fault::new(Code::Unauthenticated));
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        assert!(refused.headers().contains_key(WWW_AUTHENTICATE));
    }
}
