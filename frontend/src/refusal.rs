//! What was refused, by our own check before sending or by the server after it, as form fields show it.

use crate::contract::schema;
use crate::language::{language_now, t};
use crate::ui::field::Refused;
use crate::ui::state::Failure;
use domain::check::Checks;
use domain::record::Rules;
use domain::refusal::{Code, Refusal};

/// Why a mutation did not do what was asked.
#[derive(Clone, Debug, cynic::QueryFragment)]
pub struct UserError {
    pub code: Code,
    pub field: Vec<String>,
    pub message: String,
}

/// The server's refusals, by the path of their field.
pub fn refused(errors: Vec<UserError>) -> Vec<Refused> {
    errors
        .into_iter()
        .map(|UserError { code, field, message }| Refused {
            path: field.join("."),
            code: code.word().to_owned(),
            message,
        })
        .collect()
}

/// Nothing came of it: said above the form, which keeps what was typed.
pub fn failed(failure: &Failure) -> Vec<Refused> {
    vec![Refused {
        path: String::new(),
        code: String::new(),
        message: format!("{}. {}", failure.kind.title(), failure.kind.advice()),
    }]
}

/// A date that is none yet.
pub fn no_date(path: &str) -> Vec<Refused> {
    vec![Refused {
        path: path.to_owned(),
        code: Code::Invalid.word().to_owned(),
        message: t::field_date_wrong().to_owned(),
    }]
}

/// Did somebody else change the record in between?
pub fn is_stale(errors: &[UserError]) -> bool {
    errors.iter().any(|it| it.code == Code::StaleRevision)
}

/// Our own refusals, in the reader's language.
pub fn said(refusals: Vec<Refusal>) -> Vec<Refused> {
    let language = language_now();
    refusals
        .into_iter()
        .map(|it| Refused {
            path: it.field().to_owned(),
            code: it.code().word().to_owned(),
            message: it.message(language),
        })
        .collect()
}

/// Checks a record as the server will, tidying it on the way; empty where all is well.
pub fn checked<R: Rules>(record: &mut R) -> Vec<Refused> {
    let mut checks = Checks::default();
    record.check(&mut checks);
    said(checks.finish().err().unwrap_or_default())
}
