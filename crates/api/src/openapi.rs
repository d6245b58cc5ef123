//! The description of the JSON routes, generated from their code, as a document for programs and as a page for
//! people. The GraphQL schema describes itself.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::LazyLock;

use axum::Router;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::Lang;
use serde_json::Value;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use crate::problem::{Code, say};
use crate::rest::{
    authority, calendar, changes, etag, exports, imports, own_data, provider, records, reset, second_step,
    session, snapshots, token, unchanged,
};
use crate::server::{App, health};

/// What the document is made of.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Chantiers communs",
        description = "The JSON routes. Records are read and changed over GraphQL (`/graphql`, schema.graphql); these \
            routes are for what GraphQL does not do well: sessions, exports, health. Errors are RFC 9457 problem \
            documents with a `code`; clients must tolerate new codes and new fields. Messages come in the language of \
            `Accept-Language`: fr, nl, de, en.",
        license(name = "AGPL-3.0-or-later", identifier = "AGPL-3.0-or-later")
    ),
    paths(
        session::sign_in,
        session::go_on,
        session::sign_out,
        session::change_password,
        session::invitation,
        session::accept,
        provider::offered,
        provider::begin,
        provider::finish,
        second_step::take,
        second_step::begin,
        second_step::confirm,
        second_step::remove,
        reset::ask,
        reset::link,
        reset::choose,
        own_data::own_data,
        token::token,
        authority::keys,
        authority::metadata,
        records::push,
        records::open_run,
        records::close_run,
        imports::schema,
        imports::upload,
        imports::rejected,
        calendar::all,
        calendar::one,
        exports::csv,
        exports::xlsx,
        changes::changes,
        snapshots::export,
        snapshots::job::ask,
        snapshots::job::job,
        snapshots::job::drop_job,
        snapshots::job::file,
        health::live,
        health::ready,
        health::metrics,
    ),
    tags(
        (name = "Session", description = "Signing in and out."),
        (name = "Exchange", description = "What directories push, and how they follow what changes."),
        (name = "Exports", description = "Dated snapshots, public. Sent with a token that is not good any more, they are refused like everything else."),
        (name = "Health", description = "For whoever runs the server."),
    ),
    components(schemas(changes::Change)),
    modifiers(&Bearer)
)]
struct Document;

/// How a caller says who they are.
struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("token", SecurityScheme::Http(bearer));
    }
}

/// The document, as it is committed.
#[must_use]
pub fn document() -> String {
    let mut text = Document::openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

static DOCUMENT: LazyLock<String> = LazyLock::new(document);
static PAGE: LazyLock<String> = LazyLock::new(|| page(&serde_json::from_str(&DOCUMENT).unwrap_or_default()));

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(
            "/v1/openapi.json",
            get(async |headers: HeaderMap| kept(&headers, "application/json", &DOCUMENT)),
        )
        .route(
            "/v1/docs",
            get(async |headers: HeaderMap| kept(&headers, "text/html; charset=utf-8", &PAGE)),
        )
}

/// A text that stays the same until the server is another one.
pub(crate) fn kept(headers: &HeaderMap, kind: &'static str, text: &'static str) -> Response {
    let etag = etag(&[text.as_bytes()]);
    unchanged(headers, &etag).unwrap_or_else(|| {
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static(kind)),
            (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (ETAG, etag),
        ];
        (headers, text).into_response()
    })
}

/// The document as a page, without a script.
fn page(document: &Value) -> String {
    let mut html = String::from(include_str!("pages/docs.html"));
    let mut body = String::new();
    // Writing to a String cannot fail.
    let _ = write!(body, "<p>{}</p>", prose(&document["info"]["description"]));
    for tag in list(&document["tags"]) {
        let _ = write!(
            body,
            "<h2>{}</h2><p>{}</p>",
            plain(&tag["name"]),
            prose(&tag["description"])
        );
        for (path, methods) in fields(&document["paths"]) {
            for (method, operation) in fields(methods) {
                if list(&operation["tags"]).first() == Some(&&tag["name"]) {
                    operation_html(&mut body, path, method, operation);
                }
            }
        }
    }
    body.push_str("<h2>Shapes</h2>");
    for (name, schema) in fields(&document["components"]["schemas"]) {
        let _ = write!(
            body,
            "<h3 id=\"{0}\">{0}</h3><p>{1}</p>",
            escape(name),
            prose(&schema["description"])
        );
        body.push_str("<table><thead><tr><th>Field</th><th>Type</th><th>Meaning</th></tr></thead><tbody>");
        let required = list(&schema["required"]);
        for (field, of) in fields(&schema["properties"]) {
            let optional = if required.iter().any(|it| *it == field) {
                ""
            } else {
                " (may be absent)"
            };
            let _ = write!(
                body,
                "<tr><td><code>{}</code>{optional}</td><td>{}</td><td>{}</td></tr>",
                escape(field),
                kind(of),
                prose(&of["description"])
            );
        }
        body.push_str("</tbody></table>");
    }
    body.push_str("<h2>Codes of the request</h2><dl>");
    for code in Code::ALL {
        let (word, status, sentence) = (code.word(), code.status().as_u16(), code.sentence());
        let _ = write!(
            body,
            "<dt id=\"{word}\"><code>{word}</code> {status}</dt><dd>{}</dd>",
            escape(say(&sentence, Lang::En))
        );
    }
    body.push_str("</dl><h2>Codes of refusals</h2><p>The application says no; <code>errors</code> names the fields.</p><ul>");
    for code in domain::refusal::Code::ALL {
        // Those that a request can have too are explained above.
        let known = Code::ALL.iter().any(|request| request.word() == code.word());
        let anchor = if known {
            String::new()
        } else {
            format!(" id=\"{code}\"")
        };
        let _ = write!(body, "<li{anchor}><code>{code}</code></li>");
    }
    body.push_str("</ul>");
    html = html.replace("<!-- body -->", &body);
    html
}

fn operation_html(body: &mut String, path: &str, method: &str, operation: &Value) {
    let _ = write!(
        body,
        "<section><h3><code>{} {}</code></h3><p><strong>{}</strong></p><p>{}</p>",
        escape(&method.to_uppercase()),
        escape(path),
        prose(&operation["summary"]),
        prose(&operation["description"])
    );
    let parameters = list(&operation["parameters"]);
    if !parameters.is_empty() {
        body.push_str("<table><thead><tr><th>Parameter</th><th>In</th><th>Meaning</th></tr></thead><tbody>");
        for parameter in parameters {
            let _ = write!(
                body,
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
                plain(&parameter["name"]),
                plain(&parameter["in"]),
                prose(&parameter["description"])
            );
        }
        body.push_str("</tbody></table>");
    }
    if let Some((form, content)) = fields(&operation["requestBody"]["content"]).next() {
        let _ = write!(
            body,
            "<p>Body: {} as <code>{}</code></p>",
            kind(&content["schema"]),
            escape(form)
        );
    }
    body.push_str("<table><thead><tr><th>Status</th><th>Answer</th><th>Meaning</th></tr></thead><tbody>");
    for (status, response) in fields(&operation["responses"]) {
        let answer = fields(&response["content"])
            .next()
            .map_or_else(String::new, |(form, content)| {
                format!("{} <small>{}</small>", kind(&content["schema"]), escape(form))
            });
        let meaning = prose(&response["description"]);
        let _ = write!(
            body,
            "<tr><td>{}</td><td>{answer}</td><td>{meaning}</td></tr>",
            escape(status)
        );
    }
    body.push_str("</tbody></table></section>");
}

fn list(value: &Value) -> Vec<&Value> {
    value
        .as_array()
        .map(|items| items.iter().collect())
        .unwrap_or_default()
}

fn fields(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value))
}

/// What a schema is, in a word or a link.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("<a href=\"#{0}\">{0}</a>", escape(name));
    }
    let name = match &schema["type"] {
        Value::String(name) => name.clone(),
        Value::Array(names) => names
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(" or "),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => String::new(),
    };
    if name == "array" {
        format!("list of {}", kind(&schema["items"]))
    } else {
        escape(&name)
    }
}

fn plain(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

/// Text with `code` marks and paragraphs.
fn prose(value: &Value) -> String {
    let escaped = plain(value).replace("\n\n", "</p><p>");
    let mut html = String::new();
    for (at, part) in escaped.split('`').enumerate() {
        if at % 2 == 1 {
            let _ = write!(html, "<code>{part}</code>");
        } else {
            html.push_str(part);
        }
    }
    html
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_described_and_every_operation_says_what_it_does() {
        let document: Value = serde_json::from_str(&document()).unwrap();
        let paths: Vec<&str> = fields(&document["paths"]).map(|(path, _)| path).collect();
        for path in [
            "/v1/session",
            "/v1/invitations/{token}",
            "/v1/exports/report.csv",
            "/v1/exports/{what}.{format}",
            "/v1/exports",
            "/v1/exports/jobs/{id}",
            "/v1/changes",
            "/health/ready",
        ] {
            assert!(paths.contains(&path), "{path}");
        }
        for (path, methods) in fields(&document["paths"]) {
            for (method, operation) in fields(methods) {
                assert!(operation["summary"].is_string(), "{method} {path}");
            }
        }
    }

    #[test]
    fn the_page_explains_every_code_and_shape_it_links_to() {
        for link in PAGE
            .split("href=\"#")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            assert!(PAGE.contains(&format!("id=\"{link}\"")), "{link}");
        }
        for code in Code::ALL
            .map(Code::word)
            .into_iter()
            .chain(domain::refusal::Code::ALL.iter().map(|code| code.word()))
        {
            assert_eq!(PAGE.matches(&format!("id=\"{code}\"")).count(), 1, "{code}");
        }
        assert!(!PAGE.contains("<script") && !PAGE.contains("style=\""));
    }
}
