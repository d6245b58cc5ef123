//! Organisations as rows.

use domain::TerritoryId;
use domain::date::PartialDate;
use domain::organisation::{Address, Filter, Kind, OfficialNumber, Order, Organisation, State};
use domain::territory::Point;
use domain::text::fold;
use sea_orm::sea_query::Condition;

use crate::filter::Narrow;
use crate::list::Listed;
use crate::page::{Column, Key};

stored! {
    Organisation, row, "organisation";
    plain {
        name: String,
        acronym: Option<String>,
        role: Option<String>,
        website: Option<String>,
        commune_id: Option<TerritoryId>,
        state: State,
        state_since: Option<PartialDate>,
        note: Option<String>,
    }
    json {
        aliases: Vec<String>,
        kinds: Vec<Kind>,
        numbers: Vec<OfficialNumber>,
        address: Option<Address>,
        point: Option<Point>,
        territory_ids: Vec<TerritoryId>,
    }
    derived {
        order_key: String = |organisation| fold(&organisation.name),
    }
}

impl Listed for Organisation {
    type Filter = Filter;
    type Order = Order;

    fn condition(filter: &Filter) -> Condition {
        let Filter {
            kinds,
            states,
            territory,
            text,
        } = filter;
        Narrow::of("organisation")
            .tagged("kinds", kinds.as_ref())
            .any_of("state", states.as_ref())
            .placed(*territory)
            .text(text.as_ref())
            .build()
    }

    fn column(order: Order) -> Column {
        match order {
            Order::Name => Column {
                name: "order_key",
                descending: false,
                of: crate::page::Kind::Text,
            },
            Order::UpdatedLast => Column {
                name: "updated_at",
                descending: true,
                of: crate::page::Kind::Time,
            },
        }
    }

    fn key(&self, order: Order) -> Key {
        match order {
            Order::Name => Key::Text(fold(&self.name)),
            Order::UpdatedLast => Key::Time(self.updated_at),
        }
    }
}
