//! How GraphQL says no: top-level errors for the request itself, `userErrors` for what was asked of a mutation.

use async_graphql::{Context, Error, ErrorExtensions, SimpleObject};
use domain::Refusal;
use domain::page::PageError;
use domain::refusal::Code;

use crate::ctx::{Caller, caller};
use crate::problem::{self, Fault};

/// A top-level error with its code and the request's id.
pub(crate) fn fail(ctx: &Context<'_>, error: impl Into<Fault>) -> Error {
    failed(caller(ctx), &error.into())
}

/// The same, where the caller is known already.
pub(crate) fn failed(caller: &Caller, fault: &Fault) -> Error {
    Error::new(fault.message(caller.lang)).extend_with(|_, extensions| {
        extensions.set("code", fault.code());
        extensions.set("requestId", caller.request_id.as_str());
        if let Some(seconds) = fault.wait() {
            extensions.set("retryAfter", seconds);
        }
    })
}

/// Arguments of a page that do not fit.
pub(crate) fn bad_page(ctx: &Context<'_>, error: PageError) -> Error {
    fail(
        ctx,
        Fault::new(problem::Code::BadRequest).technically(error.to_string()),
    )
}

/// Why a mutation did not do what was asked, for a person and for a program.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct UserError {
    /// Why, for a program.
    code: Code,
    /// The input's field it is about, step by step, with list indexes; empty for the whole.
    field: Vec<String>,
    /// What is wrong and what to do, in the language of `Accept-Language`.
    message: String,
}

impl UserError {
    /// Each refusal in the caller's language.
    pub(crate) fn list(ctx: &Context<'_>, refusals: &[Refusal]) -> Vec<Self> {
        refusals
            .iter()
            .map(|refusal| Self {
                code: refusal.code(),
                field: refusal
                    .field()
                    .split('.')
                    .filter(|step| !step.is_empty())
                    .map(str::to_owned)
                    .collect(),
                message: refusal.message(caller(ctx).lang),
            })
            .collect()
    }
}
