//! Needs as rows.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use domain::measure::months_mask as months_of;
use domain::measure::{Budget, Quantity, mask};
use domain::need::{Filter, Local, Need, Order, Period, Status};
use domain::offer::Label;
use domain::{Actor, NeedId, OrganisationId, SourceId, TerritoryId};
use sea_orm::prelude::{Date, DateTimeUtc};
use sea_orm::sea_query::{Condition, Expr, ExprTrait};

use crate::connect::Store;
use crate::error::Result;
use crate::filter::Narrow;
use crate::list::Listed;
use crate::offer::never_or;
use crate::page::{Column, Key};

stored! {
    Need, row, "need";
    plain {
        organisation_id: OrganisationId,
        product_type: String,
        title: String,
        description: Option<String>,
        period: Option<Period>,
        needed_from: Option<Date>,
        needed_to: Option<Date>,
        commune_id: Option<TerritoryId>,
        organic: Option<bool>,
        deadline: Option<Date>,
        status: Status,
        reason: Option<String>,
        expires_at: Option<DateTimeUtc>,
        confirmed_at: Option<DateTimeUtc>,
        source_id: Option<SourceId>,
    }
    json {
        quantity: Option<Quantity>,
        months: Vec<i32>,
        budget: Option<Budget>,
        local: Option<Local>,
        required_labels: Vec<Label>,
    }
    derived {
        months_mask: i32 = |need| months_of(&need.months),
        labels_mask: i32 = |need| mask(Label::ALL, &need.required_labels),
        local_territory_id: Option<TerritoryId> = |need| need.local.and_then(|local| local.territory_id),
        deadline_key: DateTimeUtc = |need| never_or(need.deadline.map(begins)),
    }
    own {
        "organisationId" = "organisation_id",
        "sourceId" = "source_id",
        "communeId" = "commune_id",
        "localTerritoryId" = "local_territory_id",
    }
}

/// The instant at which a day begins.
fn begins(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

impl Listed for Need {
    type Filter = Filter;
    type Order = Order;

    fn organisations(filter: &mut Filter) -> Vec<&mut OrganisationId> {
        filter.organisations.iter_mut().flatten().collect()
    }

    fn condition(filter: &Filter) -> Condition {
        let Filter {
            statuses,
            product_types,
            organisations,
            sources,
            territory,
            near,
            months,
            organic,
            labels,
            deadline_from,
            unconfirmed_since,
            updated_since,
            text,
        } = filter;
        Narrow::of("need")
            .any_of("status", statuses.as_ref())
            .of_product(product_types.as_ref())
            .any_id("organisation_id", organisations.as_ref())
            .any_id("source_id", sources.as_ref())
            .in_territory("commune_id", *territory)
            .near("commune_id", near.as_ref())
            .any_bit("months_mask", months.as_ref().map(|months| months_of(months)))
            .any_bit(
                "labels_mask",
                labels.as_ref().map(|labels| mask(Label::ALL, labels)),
            )
            .and(organic.map(|organic| Expr::col(("need", "organic")).eq(organic)))
            .and(deadline_from.map(|day| Expr::col(("need", "deadline")).gte(day)))
            .unconfirmed("need", *unconfirmed_since)
            .and(updated_since.map(|since| Expr::col(("need", "updated_at")).gte(since)))
            .text(text.as_ref())
            .build()
    }

    fn column(order: Order) -> Column {
        match order {
            Order::UpdatedLast => Column {
                name: "updated_at",
                descending: true,
                of: crate::page::Kind::Time,
            },
            Order::DeadlineFirst => Column {
                name: "deadline_key",
                descending: false,
                of: crate::page::Kind::Time,
            },
        }
    }

    fn key(&self, order: Order) -> Key {
        match order {
            Order::UpdatedLast => Key::Time(self.updated_at),
            Order::DeadlineFirst => Key::Time(never_or(self.deadline.map(begins))),
        }
    }
}

impl Store {
    /// Says that it still holds, today.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision.
    pub async fn confirm_need(&self, actor: &Actor, id: NeedId, expected: i32) -> Result<Need> {
        let now = self.mint.now();
        self.change::<Need>(actor, id, expected, |need, _| need.confirm(now))
            .await
    }
}
