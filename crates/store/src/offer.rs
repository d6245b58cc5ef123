//! Offers as rows.

use chrono::{DateTime, Utc};
use domain::measure::months_mask as months_of;
use domain::measure::{Price, Quantity, mask};
use domain::offer::{Audience, Delivery, Filter, Label, Offer, Order, Status};
use domain::policy::Action;
use domain::record::Record as _;
use domain::{Actor, OfferId, OrganisationId, SourceId, TerritoryId};
use sea_orm::prelude::{Date, DateTimeUtc};
use sea_orm::sea_query::{Condition, Expr, ExprTrait};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::connect::{Lock, Store};
use crate::error::Result;
use crate::filter::Narrow;
use crate::list::Listed;
use crate::page::{Column, Key};
use crate::write::Tx;

stored! {
    Offer, row, "offer";
    plain {
        organisation_id: OrganisationId,
        product_type: String,
        title: String,
        description: Option<String>,
        available_from: Option<Date>,
        available_to: Option<Date>,
        organic: Option<bool>,
        packaging: Option<String>,
        commune_id: Option<TerritoryId>,
        status: Status,
        expires_at: Option<DateTimeUtc>,
        confirmed_at: Option<DateTimeUtc>,
        source_id: Option<SourceId>,
    }
    json {
        quantity: Option<Quantity>,
        price: Option<Price>,
        months: Vec<i32>,
        labels: Vec<Label>,
        delivery: Option<Delivery>,
        minimum_order: Option<Quantity>,
        audiences: Vec<Audience>,
    }
    derived {
        months_mask: i32 = |offer| months_of(&offer.months),
        labels_mask: i32 = |offer| mask(Label::ALL, &offer.labels),
        audiences_mask: i32 = |offer| mask(Audience::ALL, &offer.audiences),
        hub_id: Option<OrganisationId> = |offer| offer.delivery.as_ref().and_then(|delivery| delivery.hub_id),
        expires_key: DateTimeUtc = |offer| never_or(offer.expires_at),
    }
    own {
        "organisationId" = "organisation_id",
        "deliveryHubId" = "hub_id",
        "sourceId" = "source_id",
        "communeId" = "commune_id",
    }
}

/// What has no end comes after everything that has one.
pub(crate) fn never_or(end: Option<DateTime<Utc>>) -> DateTime<Utc> {
    end.unwrap_or_else(|| DateTime::from_timestamp(7_258_118_400, 0).unwrap_or(DateTime::<Utc>::MAX_UTC))
}

impl Listed for Offer {
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
            audiences,
            unconfirmed_since,
            updated_since,
            text,
        } = filter;
        Narrow::of("offer")
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
            .any_bit(
                "audiences_mask",
                audiences.as_ref().map(|audiences| mask(Audience::ALL, audiences)),
            )
            .and(organic.map(|organic| Expr::col(("offer", "organic")).eq(organic)))
            .unconfirmed("offer", *unconfirmed_since)
            .and(updated_since.map(|since| Expr::col(("offer", "updated_at")).gte(since)))
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
            Order::ExpiresFirst => Column {
                name: "expires_key",
                descending: false,
                of: crate::page::Kind::Time,
            },
        }
    }

    fn key(&self, order: Order) -> Key {
        match order {
            Order::UpdatedLast => Key::Time(self.updated_at),
            Order::ExpiresFirst => Key::Time(never_or(self.expires_at)),
        }
    }
}

impl Store {
    /// Says that it still holds, today.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision.
    pub async fn confirm_offer(&self, actor: &Actor, id: OfferId, expected: i32) -> Result<Offer> {
        let now = self.mint.now();
        self.change::<Offer>(actor, id, expected, |offer, _| offer.confirm(now))
            .await
    }
}

/// So many offers expire in one transaction.
const AT_ONCE: u64 = 500;

impl Store {
    /// Offers whose time has run out have expired: some of them at a time; answers how many.
    ///
    /// # Errors
    /// A database fault.
    pub async fn expire_offers(&self) -> Result<usize> {
        self.write(&Actor::System, Action::KeepSources, async |tx: &mut Tx| {
            tx.lock(Lock::Expiry).await?;
            let now = tx.now();
            let over = row::Entity::find()
                .filter(Expr::col(("offer", "expires_key")).lte(now))
                .filter(Expr::col(("offer", "status")).is_in([Status::Open.word(), Status::Reserved.word()]))
                .order_by_asc(row::Column::ExpiresKey)
                .limit(AT_ONCE)
                .lock_exclusive()
                .all(&tx.conn)
                .await?;
            let pairs: Vec<(Offer, Offer)> = over
                .into_iter()
                .map(|row| {
                    let before = Offer::from(row);
                    let mut after = before.clone();
                    after.status = Status::Expired;
                    after.restate(before.revision + 1, now);
                    (before, after)
                })
                .collect();
            tx.update_all(&pairs).await?;
            Ok(pairs.len())
        })
        .await
    }
}
