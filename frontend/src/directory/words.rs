//! The words for the closed lists of sources, and how fresh what they hold is.

use crate::exchange::words::ago;
use crate::language::t;
use crate::ui::chips::Course;
use chrono::{DateTime, Utc};
use domain::push::Pushed;
use domain::source::{Cadence, Standing};

pub fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Listed => t::directory_listed(),
        Standing::Connected => t::directory_connected(),
        Standing::Paused => t::directory_paused(),
        Standing::Closed => t::directory_closed(),
    }
}

pub const fn course(standing: Standing) -> Course {
    match standing {
        Standing::Listed => Course::Planned,
        Standing::Connected => Course::Going,
        Standing::Paused => Course::Stopped,
        Standing::Closed => Course::Done,
    }
}

pub fn cadence(cadence: Cadence) -> &'static str {
    match cadence {
        Cadence::Continuous => t::directory_continuous(),
        Cadence::Hourly => t::directory_hourly(),
        Cadence::Daily => t::directory_daily(),
        Cadence::Weekly => t::directory_weekly(),
        Cadence::Monthly => t::directory_monthly(),
        Cadence::Occasional => t::directory_occasional(),
    }
}

pub fn pushed(kind: Pushed) -> &'static str {
    match kind {
        Pushed::Organisation => t::record_organisation(),
        Pushed::Offer => t::record_offer(),
        Pushed::Need => t::record_need(),
    }
}

/// When it last sent something.
pub fn last_push(at: Option<DateTime<Utc>>) -> String {
    match at {
        Some(at) => t::directory_last_push(ago(at)),
        None => t::directory_never_pushed().to_owned(),
    }
}

/// A field of an organisation in which two directories contradict each other; another one under its own name.
pub fn organisation_field(name: &str) -> &'static str {
    crate::organisation::words::field(name).unwrap_or_else(t::overlap_other_field)
}

/// A field's name, by its name in the schema.
pub fn field(name: &str) -> Option<&'static str> {
    Some(match name {
        "name" => t::directory_field_name(),
        "operatorId" | "operatorNote" => t::directory_field_operator(),
        "standing" => t::directory_field_standing(),
        "sort" => t::directory_field_sort(),
        "audience" => t::directory_field_audience(),
        "summary" => t::directory_field_summary(),
        "website" => t::organisation_field_website(),
        "launched" => t::directory_field_launched(),
        "stateNote" => t::directory_field_state(),
        "producersListed" | "producersAsOf" => t::directory_field_producers(),
        "figures" => t::directory_field_figures(),
        "complaints" => t::directory_field_complaints(),
        "licence" => t::directory_field_licence(),
        "cadence" => t::directory_field_cadence(),
        "contactRole" => t::directory_field_contact(),
        _ => return None,
    })
}

/// A wished-for field, by its name in the contract; a new one as it is written there.
pub fn wished(field: &str) -> String {
    match field {
        "description" => t::scorecard_wished_description().to_owned(),
        "quantity" => t::scorecard_wished_quantity().to_owned(),
        "price" => t::scorecard_wished_price().to_owned(),
        "months" => t::scorecard_wished_months().to_owned(),
        "organic" => t::scorecard_wished_organic().to_owned(),
        "delivery" => t::scorecard_wished_delivery().to_owned(),
        "audiences" => t::scorecard_wished_audiences().to_owned(),
        "communeId" => t::scorecard_wished_commune().to_owned(),
        "period" => t::scorecard_wished_period().to_owned(),
        "budget" => t::scorecard_wished_budget().to_owned(),
        "deadline" => t::scorecard_wished_deadline().to_owned(),
        other => other.to_owned(),
    }
}
