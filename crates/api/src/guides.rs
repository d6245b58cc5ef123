//! What partners read before they begin: the guides of `docs/integrate` and the sample programs, served as they are
//! written, and to a browser as pages.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::Path;
use axum::http::header::{ACCEPT, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use pulldown_cmark::{Options, Parser, html};

use crate::openapi::kept;
use crate::problem::{Code, Fault};
use crate::server::{App, wants_page};

macro_rules! guides {
    ($($name:literal)*) => {
        [$(($name, include_str!(concat!("../../../docs/integrate/", $name)))),*]
    };
}

/// The guides, in the order in which one reads them.
const GUIDES: [(&str, &str); 10] = guides! {
    "start.md" "access.md" "graphql.md" "push.md" "import.md" "feed.md" "webhooks.md" "errors.md" "limits.md" "contract.md"
};

/// The sample programs.
const SAMPLES: [(&str, &str); 9] = guides! {
    "samples/python/directory.py"
    "samples/typescript/directory.ts" "samples/typescript/package.json" "samples/typescript/tsconfig.json"
    "samples/rust/src/main.rs" "samples/rust/src/site.rs" "samples/rust/src/push.rs" "samples/rust/src/copy.rs"
    "samples/rust/src/receive.rs"
};

/// The guides as pages, by their names.
static PAGES: LazyLock<BTreeMap<&str, String>> = LazyLock::new(|| {
    GUIDES
        .map(|(name, text)| (name, page(text)))
        .into_iter()
        .collect()
});

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/docs/{guide}", get(guide))
        .route("/v1/docs/samples/{*path}", get(sample))
}

/// A guide: a page to a browser, its text to programs.
async fn guide(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some((name, text)) = GUIDES.into_iter().find(|(known, _)| *known == name) else {
        return Fault::new(Code::NotFound).into_response();
    };
    let mut answer = match PAGES.get(name).filter(|_| wants_page(&headers)) {
        Some(page) => kept(&headers, "text/html; charset=utf-8", page),
        None => kept(&headers, "text/markdown; charset=utf-8", text),
    };
    answer.headers_mut().append(VARY, HeaderValue::from_name(ACCEPT));
    answer
}

async fn sample(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let path = format!("samples/{path}");
    match SAMPLES.into_iter().find(|(known, _)| *known == path) {
        Some((_, text)) => kept(&headers, "text/plain; charset=utf-8", text),
        None => Fault::new(Code::NotFound).into_response(),
    }
}

/// A guide as a page, without a script.
fn page(text: &str) -> String {
    let mut body = String::new();
    html::push_html(&mut body, Parser::new_ext(text, Options::ENABLE_TABLES));
    // What is wide scrolls by itself, by keyboard too.
    let body = body
        .replace("<table>", "<table tabindex=\"0\">")
        .replace("<pre>", "<pre tabindex=\"0\">");
    let title = text.lines().next().unwrap_or_default().trim_start_matches("# ");
    include_str!("pages/guide.html")
        .replace("<!-- title -->", title)
        .replace("<!-- body -->", &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &str) -> &'static str {
        GUIDES.into_iter().find(|(known, _)| *known == name).unwrap().1
    }

    #[test]
    fn every_code_is_explained() {
        let errors = text("errors.md");
        for code in Code::ALL {
            let row = format!("| `{}` | {} |", code.word(), code.status().as_u16());
            assert!(errors.contains(&row), "errors.md has no row {row}");
        }
        for code in domain::refusal::Code::ALL {
            assert!(
                errors.contains(&format!("`{code}`")),
                "errors.md does not explain {code}"
            );
        }
    }

    #[test]
    fn what_a_guide_leads_to_is_there() {
        for (name, text) in GUIDES {
            for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let known = GUIDES.iter().chain(&SAMPLES).any(|(known, _)| *known == link);
                let elsewhere = link.starts_with("https://") || link == "samples/rust";
                assert!(known || elsewhere, "{name} leads to {link}");
            }
        }
    }

    #[test]
    fn a_guide_is_a_page_with_its_tables() {
        let page = page("# Limits\n\n| a | b |\n|---|---|\n| `1` | <b> |\n");
        assert!(
            page.contains("<title>Limits: Chantiers communs</title>"),
            "{page}"
        );
        assert!(page.contains("<table tabindex=\"0\">"), "{page}");
    }
}
