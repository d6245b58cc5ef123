//! The words for the closed lists of offers and needs, and how quantities, prices and freshness are written.

use super::Side;
use super::read::State;
use crate::browser;
use crate::format;
use crate::language::t;
use crate::ui::chips::Course;
use chrono::{DateTime, Utc};
use domain::measure::Unit;
use domain::need::{self, LocalRule, Period};
use domain::offer::{self, Audience, Label};
use rust_decimal::Decimal;

pub fn title(side: Side) -> &'static str {
    match side {
        Side::Offers => t::exchange_offers(),
        Side::Needs => t::exchange_needs(),
    }
}

pub fn question(side: Side) -> &'static str {
    match side {
        Side::Offers => t::exchange_offers_question(),
        Side::Needs => t::exchange_needs_question(),
    }
}

pub fn state(state: State) -> &'static str {
    match state {
        State::Offer(state) => match state {
            offer::Status::Open => t::exchange_offer_open(),
            offer::Status::Reserved => t::exchange_offer_reserved(),
            offer::Status::Closed => t::exchange_offer_closed(),
            offer::Status::Withdrawn => t::exchange_offer_withdrawn(),
            offer::Status::Expired => t::exchange_offer_expired(),
        },
        State::Need(state) => match state {
            need::Status::Open => t::exchange_need_open(),
            need::Status::Matched => t::exchange_need_matched(),
            need::Status::Fulfilled => t::exchange_need_fulfilled(),
            need::Status::Abandoned => t::exchange_need_abandoned(),
        },
    }
}

pub const fn course(state: State) -> Course {
    match state {
        State::Offer(offer::Status::Open) | State::Need(need::Status::Open) => Course::Going,
        State::Offer(offer::Status::Reserved) | State::Need(need::Status::Matched) => Course::Planned,
        State::Offer(offer::Status::Closed) | State::Need(need::Status::Fulfilled) => Course::Done,
        State::Offer(offer::Status::Withdrawn) | State::Need(need::Status::Abandoned) => Course::Stopped,
        State::Offer(offer::Status::Expired) => Course::Unsure,
    }
}

pub fn label(label: Label) -> &'static str {
    match label {
        Label::EuOrganic => t::exchange_label_eu_organic(),
        Label::Biogarantie => t::exchange_label_biogarantie(),
        Label::Demeter => t::exchange_label_demeter(),
        Label::NatureEtProgres => t::exchange_label_nature_et_progres(),
        Label::Pdo => t::exchange_label_pdo(),
        Label::Pgi => t::exchange_label_pgi(),
        Label::Tsg => t::exchange_label_tsg(),
        Label::PrixJuste => t::exchange_label_prix_juste(),
        Label::AgricultureDeWallonie => t::exchange_label_agriculture_de_wallonie(),
        Label::FairTrade => t::exchange_label_fair_trade(),
        Label::Other => t::exchange_label_other(),
    }
}

pub fn labels(labels: &[Label]) -> Option<String> {
    let all: Vec<_> = labels.iter().map(|it| label(*it)).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

pub fn organic(organic: Option<bool>) -> Option<String> {
    organic.map(|yes| {
        if yes {
            t::exchange_organic_yes()
        } else {
            t::exchange_organic_no()
        }
        .to_owned()
    })
}

pub fn audience(audience: Audience) -> &'static str {
    match audience {
        Audience::Consumers => t::exchange_audience_consumers(),
        Audience::CollectiveCatering => t::exchange_audience_collective_catering(),
        Audience::Restaurants => t::exchange_audience_restaurants(),
        Audience::Processors => t::exchange_audience_processors(),
        Audience::Shops => t::exchange_audience_shops(),
    }
}

pub fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Gram => t::exchange_unit_gram(),
        Unit::Kilogram => t::exchange_unit_kilogram(),
        Unit::Tonne => t::exchange_unit_tonne(),
        Unit::Centilitre => t::exchange_unit_centilitre(),
        Unit::Litre => t::exchange_unit_litre(),
        Unit::Hectolitre => t::exchange_unit_hectolitre(),
        Unit::Piece => t::exchange_unit_piece(),
        Unit::Dozen => t::exchange_unit_dozen(),
        Unit::Bunch => t::exchange_unit_bunch(),
        Unit::Crate => t::exchange_unit_crate(),
        Unit::Pallet => t::exchange_unit_pallet(),
        Unit::Portion => t::exchange_unit_portion(),
    }
}

/// What is counted in a unit that adds up: « Poids, en kg ».
pub fn unit_group(of: Unit) -> &'static str {
    match of {
        Unit::Gram | Unit::Kilogram | Unit::Tonne => t::gap_weights(),
        Unit::Centilitre | Unit::Litre | Unit::Hectolitre => t::gap_volumes(),
        Unit::Piece | Unit::Dozen => t::gap_pieces(),
        Unit::Bunch => t::gap_bunches(),
        Unit::Crate => t::gap_crates(),
        Unit::Pallet => t::gap_pallets(),
        Unit::Portion => t::gap_portions(),
    }
}

/// The same behind a number.
fn units(of: Unit, value: Decimal) -> String {
    let count = i64::try_from(value.ceil()).unwrap_or(i64::MAX);
    match of {
        Unit::Piece => t::exchange_units_piece(count),
        Unit::Dozen => t::exchange_units_dozen(count),
        Unit::Bunch => t::exchange_units_bunch(count),
        Unit::Crate => t::exchange_units_crate(count),
        Unit::Pallet => t::exchange_units_pallet(count),
        Unit::Portion => t::exchange_units_portion(count),
        Unit::Gram | Unit::Kilogram | Unit::Tonne | Unit::Centilitre | Unit::Litre | Unit::Hectolitre => {
            unit(of).to_owned()
        }
    }
}

pub fn rule(rule: LocalRule) -> &'static str {
    match rule {
        LocalRule::Commune => t::exchange_local_commune(),
        LocalRule::Arrondissement => t::exchange_local_arrondissement(),
        LocalRule::Province => t::exchange_local_province(),
        LocalRule::Territory => t::exchange_local_territory(),
        LocalRule::Radius => t::exchange_local_radius(),
        LocalRule::Wallonia => t::exchange_local_wallonia(),
    }
}

/// « 12,5 kg », « 40 l par semaine ».
pub fn quantity(value: Decimal, of: Unit, period: Option<Period>) -> String {
    let much = format!(
        "{}\u{a0}{}",
        format::decimal(&value.normalize().to_string()),
        units(of, value)
    );
    match period {
        None => much,
        Some(Period::Once) => t::exchange_period_once(much),
        Some(Period::Week) => t::exchange_period_week(much),
        Some(Period::Month) => t::exchange_period_month(much),
        Some(Period::Year) => t::exchange_period_year(much),
    }
}

/// « 2,35 € le kg », without VAT as all prices are.
pub fn price(amount: Decimal, per: Option<Unit>) -> String {
    let amount = format::euros(&cents(amount));
    match per {
        Some(per) => t::exchange_price_per(amount, unit(per)),
        None => amount,
    }
}

/// What somebody can spend: at least, at most, or between both.
pub fn budget(min: Option<Decimal>, max: Option<Decimal>, per: Option<Unit>) -> Option<String> {
    match (min, max) {
        (Some(min), Some(max)) => Some(t::exchange_budget_between(
            format::euros(&cents(min)),
            price(max, per),
        )),
        (Some(min), None) => Some(t::exchange_budget_from(price(min, per))),
        (None, Some(max)) => Some(t::exchange_budget_to(price(max, per))),
        (None, None) => None,
    }
}

/// Money with two decimals at least, so that a half euro is not written with one.
fn cents(amount: Decimal) -> String {
    let amount = amount.normalize();
    if amount.scale() < 2 {
        format!("{amount:.2}")
    } else {
        amount.to_string()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(browser::now() as i64).unwrap_or_default()
}

/// « aujourd’hui », « il y a 3 jours », « il y a 5 mois ».
pub fn ago(at: DateTime<Utc>) -> String {
    let days = (now() - at).num_days();
    match days {
        ..=0 => t::exchange_today().to_owned(),
        1..=60 => t::exchange_days_ago(days),
        _ => t::exchange_months_ago(days / 30),
    }
}

pub fn confirmed(at: Option<DateTime<Utc>>) -> String {
    match at {
        Some(at) => t::exchange_confirmed(ago(at)),
        None => t::exchange_unconfirmed().to_owned(),
    }
}

pub fn expires(at: Option<DateTime<Utc>>) -> String {
    match at {
        Some(at) if at <= now() => t::exchange_expired(format::instant_day(at)),
        Some(at) => t::exchange_expires(format::instant_day(at)),
        None => t::exchange_without_end().to_owned(),
    }
}

/// Its time is over, or within a week.
pub fn is_ending(at: Option<DateTime<Utc>>) -> bool {
    at.is_some_and(|at| at - now() < chrono::Duration::days(7))
}

/// The month it is, for the strip.
pub fn this_month() -> u8 {
    format::small(chrono::Datelike::month(&format::day_of(browser::now())))
}

/// A field's name, by its name in the schema: for what a source says of one field.
pub fn field(name: &str) -> Option<&'static str> {
    Some(match name {
        "title" => t::exchange_field_title(),
        "productType" => t::exchange_field_product(),
        "organisationId" => t::exchange_field_organisation(),
        "description" => t::exchange_field_description(),
        "quantity" => t::exchange_field_quantity(),
        "price" => t::exchange_field_price(),
        "budget" => t::exchange_field_budget(),
        "months" => t::exchange_field_months(),
        "availableFrom" | "neededFrom" => t::exchange_field_from(),
        "availableTo" | "neededTo" => t::exchange_field_to(),
        "organic" => t::exchange_field_organic(),
        "labels" => t::exchange_field_labels(),
        "requiredLabels" => t::exchange_field_required_labels(),
        "packaging" => t::exchange_field_packaging(),
        "delivery" => t::exchange_field_delivery(),
        "minimumOrder" => t::exchange_field_minimum(),
        "audiences" => t::exchange_field_audiences(),
        "communeId" => t::exchange_field_commune(),
        "local" => t::exchange_field_local(),
        "deadline" => t::exchange_field_deadline(),
        "status" => t::exchange_field_status(),
        "reason" => t::exchange_field_reason(),
        "expiresAt" => t::exchange_field_expires(),
        "confirmedAt" => t::exchange_field_confirmed(),
        "sourceId" => t::exchange_field_source(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_and_prices_are_written_as_people_read_them() {
        let number = |text: &str| text.parse::<Decimal>().unwrap_or_default();
        assert_eq!(quantity(number("12.500"), Unit::Kilogram, None), "12,5\u{a0}kg");
        assert_eq!(price(number("2.5"), Some(Unit::Kilogram)), "2,50\u{a0}€ / kg");
        assert_eq!(budget(None, None, None), None);
    }
}
