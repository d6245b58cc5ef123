//! Sources as rows.

use domain::date::PartialDate;
use domain::source::{Cadence, Filter, Order, Source, Standing};
use domain::text::fold;
use domain::{OrganisationId, RecordId};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::connect::Store;
use crate::error::Result;
use crate::filter::Narrow;
use crate::list::Listed;
use crate::page::{Column, Key};

stored! {
    Source, row, "source";
    plain {
        code: String,
        name: String,
        operator_id: Option<OrganisationId>,
        operator_note: Option<String>,
        standing: Standing,
        sort: Option<String>,
        audience: Option<String>,
        summary: Option<String>,
        website: Option<String>,
        launched: Option<PartialDate>,
        state_note: Option<String>,
        producers_listed: Option<i32>,
        producers_as_of: Option<PartialDate>,
        figures: Option<String>,
        complaints: Option<String>,
        licence: Option<String>,
        cadence: Option<Cadence>,
        contact_role: Option<String>,
    }
    json {}
    derived {
        order_key: String = |source| fold(&source.name),
    }
}

impl Listed for Source {
    type Filter = Filter;
    type Order = Order;

    fn organisations(filter: &mut Filter) -> Vec<&mut OrganisationId> {
        filter.operators.iter_mut().flatten().collect()
    }

    fn condition(filter: &Filter) -> Condition {
        let Filter {
            standings,
            operators,
            text,
        } = filter;
        let operators = operators
            .as_ref()
            .map(|ids| ids.iter().copied().map(RecordId::from).collect());
        Narrow::of("source")
            .any_of("standing", standings.as_ref())
            .linked(&["operatorId"], operators)
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

impl Store {
    /// The source with this code.
    ///
    /// # Errors
    /// A database fault.
    pub async fn source(&self, code: &str) -> Result<Option<Source>> {
        let found = row::Entity::find()
            .filter(row::Column::Code.eq(code))
            .one(&self.reading)
            .await?;
        Ok(found.map(Into::into))
    }
}
