//! What requests cost, and what a caller may spend. A GraphQL request costs what its fields count, times the rows of the
//! lists around them; a JSON request a flat amount. Each account, each machine, and for visitors each address has a budget
//! that fills up again. In memory: each server counts for itself.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextParseQuery, NextValidation,
};
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{
    Pos, ServerError, ServerResult, SimpleObject, ValidationResult, Value, Variables, value,
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::Actor;
use governor::clock::{Clock as _, MonotonicClock};
use governor::middleware::{StateInformationMiddleware, StateSnapshot};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::auth::neighbourhood;
use crate::contract::{deprecated_calls, is_any_input_deprecated};
use crate::ctx::Caller;
use crate::error::failed;
use crate::problem::{Code, Fault, Sentence};
use crate::schema::COMPLEXITY;
use crate::usage::Usage;

/// What a request to a JSON route costs.
const JSON: u32 = 100;
/// A budget holds what comes in so many seconds.
const SECONDS: u32 = 60;

const SPENT: Sentence = [
    "Votre budget de requêtes est épuisé : réessayez après le délai de Retry-After, ou demandez moins à la fois.",
    "Uw budget voor aanvragen is op: probeer opnieuw na de wachttijd in Retry-After, of vraag minder tegelijk.",
    "Ihr Anfragebudget ist verbraucht: Versuchen Sie es nach der Frist in Retry-After erneut, oder fragen Sie weniger auf einmal ab.",
    "Your budget for requests is spent: go on after the time in Retry-After, or ask for less at once.",
];

/// Whose budget it is: an account's, a machine's, or that of an address.
type Spender = String;
type Limiter = RateLimiter<Spender, HashMapStateStore<Spender>, MonotonicClock, StateInformationMiddleware>;

/// What a request cost, and what is left.
#[derive(Clone, Copy, Debug, SimpleObject)]
#[graphql(name = "Cost", crate = "domain::graphql")]
pub(crate) struct Cost {
    /// What this request costs: each field counts one, times the rows of the lists around it.
    requested: usize,
    /// What the budget holds when it is full; null where there is no limit.
    limit: Option<u32>,
    /// What is left of it; null where there is no limit.
    remaining: Option<u32>,
    /// When it is full again; null where there is no limit.
    reset_at: Option<DateTime<Utc>>,
}

impl Cost {
    fn value(&self) -> Value {
        let reset_at = self.reset_at.map(|at| at.to_rfc3339());
        value!({
            "requested": self.requested,
            "limit": self.limit,
            "remaining": self.remaining,
            "resetAt": reset_at,
        })
    }
}

/// What each caller may spend.
pub struct Budgets {
    limiter: Option<Limiter>,
    per_second: u32,
}

impl Budgets {
    /// So much comes in each second; nothing is limited where it is 0.
    #[must_use]
    pub fn new(per_second: u32) -> Self {
        let quota = |per_second: NonZeroU32| {
            let full = per_second.saturating_mul(NonZeroU32::new(SECONDS)?);
            Some(Quota::per_second(per_second).allow_burst(full))
        };
        let limiter = NonZeroU32::new(per_second)
            .and_then(quota)
            .map(|quota| Limiter::new(quota, HashMapStateStore::default(), MonotonicClock));
        Self { limiter, per_second }
    }

    /// Takes from the caller's budget.
    ///
    /// # Errors
    /// There is not so much left: when there will be.
    fn spend(&self, caller: &Caller, requested: usize, now: DateTime<Utc>) -> Result<Cost, Fault> {
        let Some(limiter) = &self.limiter else {
            return Ok(Cost {
                requested,
                limit: None,
                remaining: None,
                reset_at: None,
            });
        };
        let spender = match &caller.actor {
            Actor::Person(signed) => signed.id.to_string(),
            Actor::Client(client) => client.id.to_string(),
            Actor::Visitor | Actor::System => neighbourhood(caller.address),
        };
        let amount = u32::try_from(requested).unwrap_or(u32::MAX);
        let amount = NonZeroU32::new(amount).unwrap_or(NonZeroU32::MIN);
        match limiter.check_key_n(&spender, amount) {
            Ok(Ok(left)) => Ok(self.told(requested, &left, now)),
            Ok(Err(not_yet)) => {
                let wait = not_yet.wait_time_from(MonotonicClock.now());
                let seconds = wait.as_secs() + 1;
                Err(Fault::new(Code::RateLimited).because(SPENT).retry_after(seconds))
            }
            Err(_) => Err(Fault::new(Code::CostExceeded)),
        }
    }

    fn told(&self, requested: usize, left: &StateSnapshot, now: DateTime<Utc>) -> Cost {
        let (limit, remaining) = (left.quota().burst_size().get(), left.remaining_burst_capacity());
        let missing = f64::from(limit.saturating_sub(remaining));
        let seconds = (missing / f64::from(self.per_second)).ceil();
        #[expect(clippy::cast_possible_truncation, reason = "at most a minute")]
        let full = TimeDelta::seconds(seconds as i64);
        Cost {
            requested,
            limit: Some(limit),
            remaining: Some(remaining),
            reset_at: Some(now + full),
        }
    }

    /// What a caller's budget holds when it is full, and what comes in within a minute; nothing where there is no limit.
    fn a_minute(&self) -> Option<u32> {
        (self.per_second > 0).then(|| self.per_second.saturating_mul(SECONDS))
    }

    /// Takes what a request to a JSON route costs.
    ///
    /// # Errors
    /// There is not so much left: when there will be.
    pub(crate) fn spend_on_json(
        &self,
        caller: &Caller,
        usage: &Usage,
        now: DateTime<Utc>,
    ) -> Result<(), Fault> {
        self.spend(caller, JSON as usize, now)?;
        usage.note(caller, now, JSON as usize, BTreeSet::new());
        Ok(())
    }

    /// Forgets those whose budget is full again.
    pub fn forget(&self) {
        if let Some(limiter) = &self.limiter {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

/// What one GraphQL request is to pay, and what it paid.
pub(crate) struct Bill {
    budgets: Arc<Budgets>,
    caller: Caller,
    now: DateTime<Utc>,
    usage: Arc<Usage>,
    deprecated: OnceLock<BTreeSet<String>>,
    paid: OnceLock<Cost>,
}

impl Bill {
    /// For a request.
    pub(crate) fn new(
        budgets: Arc<Budgets>,
        usage: Arc<Usage>,
        caller: Caller,
        now: DateTime<Utc>,
    ) -> Arc<Self> {
        Arc::new(Self {
            budgets,
            caller,
            now,
            usage,
            deprecated: OnceLock::new(),
            paid: OnceLock::new(),
        })
    }

    /// What it cost; nothing before that is known.
    pub(crate) fn paid(&self) -> Option<Cost> {
        self.paid.get().copied()
    }

    /// What any caller may spend a minute; nothing where there is no limit.
    pub(crate) fn a_minute(&self) -> Option<u32> {
        self.budgets.a_minute()
    }

    /// Says it in an answer.
    pub(crate) fn write(&self, answer: &mut async_graphql::Response) {
        if let Some(cost) = self.paid() {
            answer.extensions.insert("cost".to_owned(), cost.value());
        }
    }

    fn pay(&self, requested: usize) -> Result<(), Fault> {
        if requested > COMPLEXITY {
            return Err(Fault::new(Code::CostExceeded).technically(too_dear(requested)));
        }
        let cost = self.budgets.spend(&self.caller, requested, self.now)?;
        // Nobody else pays this bill.
        let _ = self.paid.set(cost);
        let deprecated = self.deprecated.get().cloned().unwrap_or_default();
        self.usage.note(&self.caller, self.now, requested, deprecated);
        Ok(())
    }
}

fn too_dear(cost: usize) -> String {
    format!("it costs {cost}, and one request may cost {COMPLEXITY}: ask for fewer rows or fields at once")
}

/// In the data of a request whose document is only to be tried: whether it fits the schema and its limits. Nothing of it
/// runs; it has no errors where it fits.
pub(crate) struct Rehearsal;

/// Weighs each request when it is known to fit the schema, before anything of it runs; notes what it uses that is
/// deprecated.
#[derive(Clone, Default)]
pub(crate) struct Weighing(Arc<OnceLock<bool>>);

impl ExtensionFactory for Weighing {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Extension for Weighing {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let document = next.run(ctx, query, variables).await?;
        if let Some(bill) = ctx.data_opt::<Arc<Bill>>() {
            let registry = &ctx.schema_env.registry;
            let sends = *self.0.get_or_init(|| is_any_input_deprecated(registry));
            let found = deprecated_calls(registry, &document, sends.then_some(variables));
            let _ = bill.deprecated.set(found);
        }
        Ok(document)
    }

    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let found = next.run(ctx).await?;
        if ctx.data_opt::<Rehearsal>().is_some() {
            let dear = found.complexity > COMPLEXITY;
            let told = dear.then(|| ServerError::new(too_dear(found.complexity), None));
            return Err(told.into_iter().collect());
        }
        let bill = ctx.data_opt::<Arc<Bill>>();
        match bill.map_or(Ok(()), |bill| {
            bill.pay(found.complexity).map_err(|fault| (bill, fault))
        }) {
            Ok(()) => Ok(found),
            Err((bill, fault)) => Err(vec![
                failed(&bill.caller, &fault).into_server_error(Pos::default()),
            ]),
        }
    }
}
