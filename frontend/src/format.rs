//! Numbers, money, distances and dates as each language writes them. Pure; times come as UTC and are shown in
//! Brussels. Words (months) come from `locales/`.

use crate::language::{Count, Lang, language, t};
use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use domain::PartialDate;
use domain::date::Inferred;

pub type Day = chrono::NaiveDate;

/// `281000` as « 281 000 », "281.000" or "281,000".
pub fn number(count: impl Count) -> String {
    grouped(count.count(), language())
}

/// A decimal as text (`"12.50"`), written with the language's own marks; what is no number is left as it came.
pub fn decimal(text: &str) -> String {
    decimal_in(text, language())
}

/// Euros, without cents where there are none.
pub fn euros(amount: &str) -> String {
    let language = language();
    let amount = decimal_in(amount.strip_suffix(".00").unwrap_or(amount), language);
    match language {
        Lang::Fr | Lang::De => format!("{amount}\u{a0}€"),
        Lang::Nl => format!("€\u{a0}{amount}"),
        Lang::En => format!("€{amount}"),
    }
}

/// A part as a whole percentage; a part of nothing is unknown.
pub fn percent(part: f64, whole: f64) -> Option<String> {
    (whole > 0.0).then(|| match language() {
        Lang::En | Lang::Nl => format!("{:.0}%", 100.0 * part / whole),
        Lang::Fr | Lang::De => format!("{:.0}\u{a0}%", 100.0 * part / whole),
    })
}

/// Metres under a kilometre, then kilometres, with one decimal under ten.
pub fn distance(kilometres: f64) -> String {
    if kilometres < 1.0 {
        format!("{:.0}\u{a0}m", (kilometres * 10.0).round() * 100.0)
    } else if kilometres < 10.0 {
        format!("{}\u{a0}km", decimal(&format!("{kilometres:.1}")))
    } else {
        format!("{kilometres:.0}\u{a0}km")
    }
}

fn grouped(number: i64, language: Lang) -> String {
    let digits = number.unsigned_abs().to_string();
    let mark = match language {
        Lang::Fr => "\u{a0}",
        Lang::Nl | Lang::De => ".",
        Lang::En => ",",
    };
    let mut text = String::from(if number < 0 { "−" } else { "" });
    for (i, digit) in digits.chars().enumerate() {
        // French and Dutch usage leaves four digits together (years, small sums).
        if i > 0 && (digits.len() - i).is_multiple_of(3) && (digits.len() > 4 || language == Lang::En) {
            text.push_str(mark);
        }
        text.push(digit);
    }
    text
}

fn decimal_in(text: &str, language: Lang) -> String {
    let (whole, fraction) = text
        .split_once('.')
        .map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let Ok(whole) = whole.parse::<i64>() else {
        return text.to_owned();
    };
    let mark = if language == Lang::En { '.' } else { ',' };
    let sign = if text.starts_with("-0") { "−" } else { "" };
    fraction.map_or_else(
        || grouped(whole, language),
        |fraction| format!("{sign}{}{mark}{fraction}", grouped(whole, language)),
    )
}

/// The day that a text begins with (`2021-06-01`, also with a time behind it).
pub fn parse_day(text: &str) -> Option<Day> {
    text.get(..10)?.parse().ok()
}

/// The day it is in Brussels at this instant, in milliseconds since 1970.
pub fn day_of(milliseconds: f64) -> Day {
    Moment::of_milliseconds(milliseconds).day
}

/// An instant, on Brussels' clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub day: Day,
    pub hour: u8,
    pub minute: u8,
}

impl Moment {
    /// From RFC 3339 in UTC (`2021-06-01T12:00:00Z`).
    pub fn parse(text: &str) -> Option<Self> {
        let utc: DateTime<Utc> = text.parse().ok()?;
        Some(Self::of(utc))
    }

    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
    pub fn of_milliseconds(milliseconds: f64) -> Self {
        Self::of(DateTime::from_timestamp_millis(milliseconds as i64).unwrap_or_default())
    }

    fn of(utc: DateTime<Utc>) -> Self {
        let local = utc.naive_utc() + TimeDelta::hours(if is_summer(utc) { 2 } else { 1 });
        let small = |number: u32| u8::try_from(number).unwrap_or(0);
        Self {
            day: local.date(),
            hour: small(local.hour()),
            minute: small(local.minute()),
        }
    }
}

/// Summer time runs from the last Sunday of March to that of October, both at 01:00 UTC.
fn is_summer(utc: DateTime<Utc>) -> bool {
    let change = |month| {
        let last = Day::from_ymd_opt(utc.year(), month, 31)?;
        let sunday = last - TimeDelta::days(i64::from(last.weekday().num_days_from_sunday()));
        sunday.and_hms_opt(1, 0, 0)
    };
    change(3).is_some_and(|from| utc.naive_utc() >= from) && change(10).is_some_and(|to| utc.naive_utc() < to)
}

pub fn month_name(month: u8) -> &'static str {
    match month {
        1 => t::date_month_1(),
        2 => t::date_month_2(),
        3 => t::date_month_3(),
        4 => t::date_month_4(),
        5 => t::date_month_5(),
        6 => t::date_month_6(),
        7 => t::date_month_7(),
        8 => t::date_month_8(),
        9 => t::date_month_9(),
        10 => t::date_month_10(),
        11 => t::date_month_11(),
        _ => t::date_month_12(),
    }
}

pub fn month_short(month: u8) -> &'static str {
    match month {
        1 => t::date_short_1(),
        2 => t::date_short_2(),
        3 => t::date_short_3(),
        4 => t::date_short_4(),
        5 => t::date_short_5(),
        6 => t::date_short_6(),
        7 => t::date_short_7(),
        8 => t::date_short_8(),
        9 => t::date_short_9(),
        10 => t::date_short_10(),
        11 => t::date_short_11(),
        _ => t::date_short_12(),
    }
}

/// « 1er juin 2021 », "1 juni 2021", "1. Juni 2021", "1 June 2021".
pub fn day(day: Day) -> String {
    t::date_day(
        day_of_month(day.day()),
        month_name(small(day.month())),
        day.year(),
    )
}

pub fn small(month: u32) -> u8 {
    u8::try_from(month).unwrap_or(0)
}

pub fn moment(moment: Moment) -> String {
    t::date_moment(day(moment.day), clock(moment))
}

/// An instant as a day and a time in Brussels.
pub fn instant(utc: DateTime<Utc>) -> String {
    moment(Moment::of(utc))
}

/// An instant as a day and a time in Brussels, to the second.
pub fn exact(utc: DateTime<Utc>) -> String {
    let Moment {
        day: on,
        hour,
        minute,
    } = Moment::of(utc);
    t::date_moment(day(on), format!("{hour:02}:{minute:02}:{:02}", utc.second()))
}

/// The day in Brussels of an instant.
pub fn instant_day(utc: DateTime<Utc>) -> String {
    day(Moment::of(utc).day)
}

pub fn clock(moment: Moment) -> String {
    match language() {
        Lang::Fr => format!("{} h {:02}", moment.hour, moment.minute),
        Lang::Nl | Lang::De | Lang::En => format!("{:02}:{:02}", moment.hour, moment.minute),
    }
}

fn day_of_month(day: impl Into<u32>) -> String {
    let day = day.into();
    if day == 1 && language() == Lang::Fr {
        "1er".to_owned()
    } else {
        day.to_string()
    }
}

/// What is known of a date, and « inconnu » of one that is not known at all. What is inferred says so.
pub fn partial(date: Option<PartialDate>) -> String {
    let Some(date) = date else {
        return t::fact_unknown().to_owned();
    };
    let month = date.month().map(month_name);
    let text = match (date.year(), month, date.day_of_month()) {
        (Some(year), Some(month), Some(day)) => t::date_day(day_of_month(day), month, year),
        (Some(year), Some(month), None) => t::date_month(month, year),
        (Some(year), None, _) => year.to_string(),
        (None, Some(month), Some(day)) => t::date_day_without_year(day_of_month(day), month),
        (None, month, _) => month.unwrap_or(t::fact_unknown()).to_owned(),
    };
    match date.inferred() {
        Inferred::Nothing => text,
        Inferred::Year => t::date_year_inferred(text),
        Inferred::Whole => t::date_inferred(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped_as_each_language_does() {
        assert_eq!(grouped(281_000, Lang::Fr), "281\u{a0}000");
        assert_eq!(grouped(281_000, Lang::Nl), "281.000");
        assert_eq!(grouped(-1_234, Lang::En), "−1,234");
        assert_eq!(grouped(2_000, Lang::Fr), "2000");
    }

    #[test]
    fn decimals_keep_every_digit() {
        assert_eq!(decimal_in("1234567.80", Lang::De), "1.234.567,80");
        assert_eq!(decimal_in("-0.5", Lang::Fr), "−0,5");
        assert_eq!(decimal_in("beaucoup", Lang::Fr), "beaucoup");
    }

    #[test]
    fn brussels_is_two_hours_ahead_in_summer_and_one_in_winter() {
        let hour = |text: &str| Moment::parse(text).map(|it| it.hour);
        assert_eq!(hour("2021-06-01T12:00:00Z"), Some(14));
        assert_eq!(hour("2021-01-15T12:00:00Z"), Some(13));
        assert_eq!(hour("2021-03-28T00:59:00Z"), Some(1));
        assert_eq!(hour("2021-03-28T01:00:00Z"), Some(3));
        assert_eq!(hour("2021-10-31T01:00:00Z"), Some(2));
        assert_eq!(
            Moment::parse("2021-12-31T23:30:00Z").map(|it| it.day),
            Day::from_ymd_opt(2022, 1, 1)
        );
    }

    #[test]
    fn a_date_shows_only_what_is_known() {
        let date = |text: &str| partial(text.parse().ok());
        assert_eq!(date("2021-06-01"), "1er juin 2021");
        assert_eq!(date("2021-06"), "juin 2021");
        assert_eq!(date("XXXX-06-08"), "8 juin (année inconnue)");
        assert_eq!(date("2021?-06-08"), "8 juin 2021 (année déduite)");
        assert_eq!(date("2024-01?"), "janvier 2024 (date déduite)");
        assert_eq!(date(""), "inconnu");
    }
}
