//! What callers asked of the API, by day: how often and at what cost, what of it is deprecated, what machines pushed. The
//! servers count in memory and add up here; which person asked is not kept.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::Refusal;
use domain::client::Client;
use domain::policy::{Action, Actor};
use domain::push::Counts;
use domain::refusal::Code;
use domain::usage::{CallerClass, KEPT_DAYS};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Order, Query};
use serde_json::Value;
use uuid::Uuid;

use crate::connect::Store;
use crate::error::{Error, Result};

/// The most requests and refused rows of a machine that are added up.
const MOST: u64 = 10_000;

/// Whose requests, on which day, and to what of the contract.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Used {
    /// The day (UTC).
    pub day: NaiveDate,
    /// What kind of caller.
    pub class: CallerClass,
    /// The machine, where it was one.
    pub client: Option<Uuid>,
    /// The deprecated member of the contract that they used; none for all requests.
    pub coordinate: Option<String>,
}

/// How many requests, and what they cost together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// How many.
    pub requests: u64,
    /// What they cost.
    pub cost: u64,
}

/// A day of a machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientDay {
    /// The requests that it made.
    pub spent: Spent,
    /// The rows that it pushed, by what became of them.
    pub rows: Counts,
    /// Why rows were refused, and how often, as far as that is kept.
    pub rejections: BTreeMap<Code, u64>,
}

/// What is still called although it is deprecated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeprecatedCall {
    /// The member of the contract.
    pub coordinate: String,
    /// What kind of caller.
    pub class: CallerClass,
    /// The machine, where it was one.
    pub client: Option<Uuid>,
    /// How often on which day, from the first to the last.
    pub days: BTreeMap<NaiveDate, u64>,
}

fn corrupt(error: impl std::fmt::Display) -> Error {
    Error::Corrupt(error.to_string())
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl Store {
    /// Adds what was counted since the last time. Several servers add to the same days.
    ///
    /// # Errors
    /// A database fault: nothing of it was added.
    pub async fn count_usage(&self, counted: &BTreeMap<Used, Spent>) -> Result<()> {
        if counted.is_empty() {
            return Ok(());
        }
        let (requests, cost) = ("requests", "cost");
        let mut insert = Query::insert();
        insert.into_table("usage").columns([
            "day",
            "caller_class",
            "client_id",
            "coordinate",
            requests,
            cost,
        ]);
        for (used, spent) in counted {
            insert
                .values([
                    Expr::value(used.day),
                    Expr::value(used.class.word()),
                    Expr::value(used.client.unwrap_or(Uuid::nil())),
                    Expr::value(used.coordinate.clone().unwrap_or_default()),
                    Expr::value(number(spent.requests)),
                    Expr::value(number(spent.cost)),
                ])
                .map_err(corrupt)?;
        }
        let sum = |column: &'static str| Expr::col(("usage", column)).add(Expr::col(("excluded", column)));
        let clash = OnConflict::columns(["client_id", "day", "caller_class", "coordinate"])
            .value(requests, sum(requests))
            .value(cost, sum(cost))
            .to_owned();
        self.db.execute(insert.on_conflict(clash)).await?;
        Ok(())
    }

    /// Forgets the days that are kept no longer.
    ///
    /// # Errors
    /// A database fault.
    pub async fn forget_usage(&self) -> Result<()> {
        let old = Query::delete()
            .from_table("usage")
            .and_where(Expr::col("day").lt(self.first_day(KEPT_DAYS)))
            .take();
        self.db.execute(&old).await?;
        Ok(())
    }

    /// The first of so many days, the last of which is today.
    fn first_day(&self, days: u32) -> NaiveDate {
        let today = self.mint.now().date_naive();
        let before = Days::new(days.clamp(1, KEPT_DAYS).saturating_sub(1).into());
        today.checked_sub_days(before).unwrap_or(today)
    }

    pub(crate) fn ask_client(&self, actor: &Actor, client: &Client) -> Result<()> {
        let read = Action::ReadClient {
            client: client.id,
            organisation: client.organisation_id,
        };
        // Who may not see it does not learn that it is there.
        self.ask(actor, read).map_err(|_| Refusal::NotFound.into())
    }

    /// What a machine asked and pushed on each of so many days, from the first to today, also those on which it did nothing.
    ///
    /// # Errors
    /// Not allowed, or a database fault.
    pub async fn client_days(
        &self,
        actor: &Actor,
        client: &Client,
        days: u32,
    ) -> Result<BTreeMap<NaiveDate, ClientDay>> {
        self.ask_client(actor, client)?;
        let first = self.first_day(days);
        let today = self.mint.now().date_naive();
        let mut of: BTreeMap<NaiveDate, ClientDay> = first
            .iter_days()
            .take_while(|day| *day <= today)
            .map(|day| (day, ClientDay::default()))
            .collect();
        let asked = Query::select()
            .columns(["day", "requests", "cost"])
            .from("usage")
            .and_where(Expr::col("client_id").eq(client.id))
            .and_where(Expr::col("day").gte(first))
            .and_where(Expr::col("coordinate").eq(""))
            .take();
        for row in self.reading.query_all(&asked).await? {
            let (requests, cost): (i64, i64) = (row.try_get("", "requests")?, row.try_get("", "cost")?);
            let day: NaiveDate = row.try_get("", "day")?;
            if let Some(day) = of.get_mut(&day) {
                day.spent.requests += u64::try_from(requests).unwrap_or(0);
                day.spent.cost += u64::try_from(cost).unwrap_or(0);
            }
        }
        let since = first.and_time(chrono::NaiveTime::MIN).and_utc();
        let pushed = Query::select()
            .columns(["at", "counts"])
            .from("push")
            .and_where(Expr::col("client_id").eq(client.id))
            .and_where(Expr::col("at").gte(since))
            .order_by("at", Order::Desc)
            .limit(MOST)
            .take();
        for row in self.reading.query_all(&pushed).await? {
            let (at, counts): (DateTime<Utc>, Value) = (row.try_get("", "at")?, row.try_get("", "counts")?);
            if let Some(day) = of.get_mut(&at.date_naive()) {
                day.rows.join(serde_json::from_value(counts).map_err(corrupt)?);
            }
        }
        let refused = Query::select()
            .column(("push", "at"))
            .column(("rejection", "errors"))
            .from("push")
            .inner_join(
                "rejection",
                Expr::col(("rejection", "push_id")).equals(("push", "id")),
            )
            .and_where(Expr::col(("push", "client_id")).eq(client.id))
            .and_where(Expr::col(("push", "at")).gte(since))
            .order_by(("push", "at"), Order::Desc)
            .limit(MOST)
            .take();
        for row in self.reading.query_all(&refused).await? {
            let (at, errors): (DateTime<Utc>, Value) = (row.try_get("", "at")?, row.try_get("", "errors")?);
            let errors: Vec<Refusal> = serde_json::from_value(errors).map_err(corrupt)?;
            if let Some(day) = of.get_mut(&at.date_naive()) {
                for error in errors {
                    *day.rejections.entry(error.code()).or_default() += 1;
                }
            }
        }
        Ok(of)
    }

    /// The calls of a machine to what is deprecated, over so many days.
    ///
    /// # Errors
    /// Not allowed, or a database fault.
    pub async fn deprecated_calls_of(
        &self,
        actor: &Actor,
        client: &Client,
        days: u32,
    ) -> Result<Vec<DeprecatedCall>> {
        self.ask_client(actor, client)?;
        self.calls(Some(client.id), days).await
    }

    /// Everybody's calls to what is deprecated, over so many days.
    ///
    /// # Errors
    /// Not allowed, or a database fault.
    pub async fn deprecated_calls(&self, actor: &Actor, days: u32) -> Result<Vec<DeprecatedCall>> {
        self.ask(actor, Action::ManageClients)?;
        self.calls(None, days).await
    }

    async fn calls(&self, client: Option<Uuid>, days: u32) -> Result<Vec<DeprecatedCall>> {
        let query = Query::select()
            .columns(["coordinate", "caller_class", "client_id", "day", "requests"])
            .from("usage")
            .and_where(Expr::col("day").gte(self.first_day(days)))
            .and_where(Expr::col("coordinate").ne(""))
            .and_where_option(client.map(|client| Expr::col("client_id").eq(client)))
            .order_by("coordinate", Order::Asc)
            .order_by("caller_class", Order::Asc)
            .order_by("client_id", Order::Asc)
            .order_by("day", Order::Asc)
            .limit(MOST)
            .take();
        let mut calls: Vec<DeprecatedCall> = Vec::new();
        for row in self.reading.query_all(&query).await? {
            let class: String = row.try_get("", "caller_class")?;
            let (client, requests): (Uuid, i64) =
                (row.try_get("", "client_id")?, row.try_get("", "requests")?);
            let call = DeprecatedCall {
                coordinate: row.try_get("", "coordinate")?,
                class: class.parse().map_err(|_| Error::Corrupt(class))?,
                client: Some(client).filter(|client| !client.is_nil()),
                days: [(row.try_get("", "day")?, u64::try_from(requests).unwrap_or(0))].into(),
            };
            match calls.last_mut() {
                Some(last)
                    if (&last.coordinate, last.class, last.client)
                        == (&call.coordinate, call.class, call.client) =>
                {
                    last.days.extend(call.days);
                }
                _ => calls.push(call),
            }
        }
        Ok(calls)
    }
}
