//! The rows of a machine that were refused: by source, those with the same reason together, and how each is mended.

use super::read::{RejectedRow, Source};
use super::words;
use crate::directory::words as source_words;
use crate::format;
use crate::language::t;
use chrono::{DateTime, Utc};
use domain::push::Pushed;
use domain::refusal::Code;
use leptos::prelude::*;

/// So many rows of a reason are named.
const NAMED: usize = 5;

/// Rows that were refused for the same reason in the same field.
#[derive(Clone, Debug, PartialEq)]
struct Reason {
    code: Code,
    of: Pushed,
    field: String,
    message: String,
    rows: Vec<Option<String>>,
    /// When the latest of them was.
    last: DateTime<Utc>,
}

/// By source, in the order in which they are met (the latest first), and by reason within.
fn reasons(rows: Vec<RejectedRow>) -> Vec<(String, Vec<Reason>)> {
    let mut all: Vec<(String, Vec<Reason>)> = Vec::new();
    for row in rows {
        let at = match all.iter().position(|it| it.0 == row.source) {
            Some(at) => at,
            None => {
                all.push((row.source.clone(), Vec::new()));
                all.len() - 1
            }
        };
        for error in row.errors {
            let field = steps(&error.field);
            let of = row.record_type;
            let same = |it: &&mut Reason| (it.code, it.of, &it.field) == (error.code, of, &field);
            let list = &mut all[at].1;
            match list.iter_mut().find(same) {
                Some(known) => known.rows.push(row.external_id.clone()),
                None => list.push(Reason {
                    code: error.code,
                    of,
                    field,
                    message: error.message,
                    rows: vec![row.external_id.clone()],
                    last: row.at,
                }),
            }
        }
    }
    for (_, reasons) in &mut all {
        reasons.sort_by_key(|it| std::cmp::Reverse(it.rows.len()));
    }
    all
}

/// A field without its places in lists: the third month is refused for what the first is.
fn steps(field: &[String]) -> String {
    let named = field.iter().filter(|it| it.parse::<usize>().is_err());
    named.map(String::as_str).collect::<Vec<_>>().join(".")
}

#[component]
pub fn Rejected(rows: Vec<RejectedRow>, sources: Vec<Source>) -> impl IntoView {
    if rows.is_empty() {
        return view! { <p class="partner-fine">{t::directory_rejected_none}</p> }.into_any();
    }
    let of = move |code: &str| sources.iter().find(|it| it.code == code).cloned();
    view! {
        <div class="stack">
            {reasons(rows).into_iter().map(|(code, reasons)| {
                let name = match of(&code) {
                    Some(it) => view! { <a href=format!("/sources/{}", it.id.inner())>{it.name}</a> }.into_any(),
                    None => code.into_any(),
                };
                view! {
                    <section class="stack-tight">
                        <h3>{name}</h3>
                        <ul class="partner-reasons" role="list">{reasons.into_iter().map(reason).collect_view()}</ul>
                    </section>
                }
            }).collect_view()}
        </div>
    }
    .into_any()
}

fn reason(it: Reason) -> impl IntoView {
    let Reason {
        code,
        of,
        field,
        message,
        rows,
        last,
    } = it;
    let count = rows.len();
    let named: Vec<String> = rows
        .iter()
        .take(NAMED)
        .map(|it| {
            it.clone()
                .unwrap_or_else(|| t::directory_row_unnamed().to_owned())
        })
        .collect();
    let rest = count - named.len();
    view! {
        <li>
            <p>
                <strong>{move || t::partner_rows_count(count)}</strong> " "
                <span class="muted">{move || source_words::pushed(of)}</span> " "
                {(!field.is_empty()).then(|| view! { <code>{field.clone()}</code> })}
            </p>
            <p>{message}</p>
            <p class="partner-mend">{move || words::mend(code)}</p>
            <p class="muted small">
                {named.join(", ")} {(rest > 0).then(|| view! { " " {move || t::partner_rows_more(rest)} })}
                " · " {move || format::instant(last)}
            </p>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::UserError;

    #[test]
    fn rows_with_the_same_reason_stand_together_by_source() {
        let row = |source: &str, id: &str, code, field: &[&str]| RejectedRow {
            at: DateTime::UNIX_EPOCH,
            source: source.to_owned(),
            record_type: Pushed::Offer,
            external_id: Some(id.to_owned()),
            errors: vec![UserError {
                code,
                field: field.iter().map(|it| (*it).to_owned()).collect(),
                message: String::new(),
            }],
        };
        let found = reasons(vec![
            row("b", "1", Code::Required, &["title"]),
            row("a", "2", Code::Invalid, &["months", "0"]),
            row("a", "3", Code::Required, &["title"]),
            row("a", "4", Code::Invalid, &["months", "2"]),
        ]);
        let told: Vec<_> = found
            .iter()
            .map(|(source, reasons)| {
                let reasons = reasons.iter().map(|it| (it.field.as_str(), it.rows.len()));
                (source.as_str(), reasons.collect::<Vec<_>>())
            })
            .collect();
        assert_eq!(
            told,
            [
                ("b", vec![("title", 1)]),
                ("a", vec![("months", 2), ("title", 1)])
            ]
        );
    }
}
