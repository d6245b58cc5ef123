//! Dates with holes: a year, a month, a day, a day without a year; stated or inferred. Written as the
//! Extended Date/Time Format (ISO 8601-2) writes them: `2021`, `2021-06`, `2021-06-01`, `XXXX-06-01`, with `?`
//! behind what is inferred rather than stated (`2021?-06-01`: only the year is; `2024-01?`: all of it).

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

choices! {
    /// How exact a date is.
    pub enum Precision as "DatePrecision" {
        /// Only the year is known.
        Year = "YEAR",
        /// The year and the month.
        Month = "MONTH",
        /// The day.
        Day = "DAY",
        /// A day whose year is not known.
        DayWithoutYear = "DAY_WITHOUT_YEAR",
    }
}

choices! {
    /// What of a date its source does not state.
    pub enum Inferred as "DateInferred" {
        /// Nothing: the source states it.
        Nothing = "NOTHING",
        /// The year was worked out, the rest is stated.
        Year = "YEAR",
        /// The whole date was worked out.
        Whole = "WHOLE",
    }
}

/// A date as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "db", derive(sea_orm::DeriveValueType))]
#[cfg_attr(feature = "db", sea_orm(value_type = "String"))]
pub struct PartialDate {
    year: Option<i16>,
    month: Option<u8>,
    day: Option<u8>,
    inferred: Inferred,
}

/// The text is not a date of one of the accepted forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write 2021, 2021-06, 2021-06-01 or XXXX-06-01, with ? behind what is inferred")]
pub struct NotADate;

impl PartialDate {
    /// A whole day.
    #[must_use]
    pub fn day(date: NaiveDate) -> Option<Self> {
        Some(Self {
            year: Some(i16::try_from(date.year()).ok()?),
            month: Some(u8::try_from(date.month()).ok()?),
            day: Some(u8::try_from(date.day()).ok()?),
            inferred: Inferred::Nothing,
        })
    }

    /// How exact it is.
    #[must_use]
    pub const fn precision(self) -> Precision {
        match (self.year, self.month, self.day) {
            (None, _, _) => Precision::DayWithoutYear,
            (Some(_), None, _) => Precision::Year,
            (Some(_), Some(_), None) => Precision::Month,
            (Some(_), Some(_), Some(_)) => Precision::Day,
        }
    }

    /// What of it is inferred.
    #[must_use]
    pub const fn inferred(self) -> Inferred {
        self.inferred
    }

    /// The year, where it is known.
    #[must_use]
    pub const fn year(self) -> Option<i16> {
        self.year
    }

    /// The month (1 to 12), where it is known.
    #[must_use]
    pub const fn month(self) -> Option<u8> {
        self.month
    }

    /// The day of the month, where it is known.
    #[must_use]
    pub const fn day_of_month(self) -> Option<u8> {
        self.day
    }

    /// The first day it can mean; none without a year.
    #[must_use]
    pub fn earliest(self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(
            i32::from(self.year?),
            u32::from(self.month.unwrap_or(1)),
            u32::from(self.day.unwrap_or(1)),
        )
    }

    /// The last day it can mean; none without a year.
    #[must_use]
    pub fn latest(self) -> Option<NaiveDate> {
        let first = self.earliest()?;
        match self.precision() {
            Precision::Year => NaiveDate::from_ymd_opt(first.year(), 12, 31),
            Precision::Month => first.checked_add_months(chrono::Months::new(1))?.pred_opt(),
            Precision::Day | Precision::DayWithoutYear => Some(first),
        }
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            Some(year) => write!(f, "{year:04}")?,
            None => f.write_str("XXXX")?,
        }
        if self.inferred == Inferred::Year {
            f.write_str("?")?;
        }
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        if self.inferred == Inferred::Whole {
            f.write_str("?")?;
        }
        Ok(())
    }
}

impl FromStr for PartialDate {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let text = text.trim();
        let (rest, whole) = match text.strip_suffix('?') {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let mut parts = rest.split('-');
        let year = parts.next().ok_or(NotADate)?;
        let (year, year_inferred) = match year.strip_suffix('?') {
            Some(year) => (year, true),
            None => (year, false),
        };
        let year = if year == "XXXX" {
            None
        } else {
            Some(number(year, 4)?)
        };
        let month = parts.next().map(|part| number(part, 2)).transpose()?;
        let day = parts.next().map(|part| number(part, 2)).transpose()?;
        let inferred = match (whole, year_inferred) {
            (true, true) => return Err(NotADate),
            // A year alone that is inferred is inferred as a whole.
            (true, false) => Inferred::Whole,
            (false, true) if month.is_none() => Inferred::Whole,
            (false, true) => Inferred::Year,
            (false, false) => Inferred::Nothing,
        };
        let to_u8 = |value: i16| u8::try_from(value).map_err(|_| NotADate);
        let date = Self {
            year,
            month: month.map(to_u8).transpose()?,
            day: day.map(to_u8).transpose()?,
            inferred,
        };
        // A day without a year is checked in a leap year: 29 February exists.
        let exists = NaiveDate::from_ymd_opt(
            i32::from(year.unwrap_or(2000)),
            u32::from(date.month.unwrap_or(1)),
            u32::from(date.day.unwrap_or(1)),
        );
        let complete = year.is_some() || (day.is_some() && !year_inferred);
        if parts.next().is_some() || exists.is_none() || !complete || year == Some(0) {
            return Err(NotADate);
        }
        Ok(date)
    }
}

fn number(text: &str, digits: usize) -> Result<i16, NotADate> {
    if text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().map_err(|_| NotADate)
    } else {
        Err(NotADate)
    }
}

impl serde::Serialize for PartialDate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for PartialDate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "graphql")]
mod scalar {
    use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

    use super::PartialDate;

    /// A date as far as it is known, in the Extended Date/Time Format: `2021`, `2021-06`, `2021-06-01`, a day
    /// without a year `XXXX-06-01`; `?` stands behind what is inferred rather than stated by the source
    /// (`2021?-06-01`: the year is inferred; `2024-01?`: all of it).
    #[Scalar(
        name = "PartialDate",
        specified_by_url = "https://www.loc.gov/standards/datetime/"
    )]
    impl ScalarType for PartialDate {
        fn parse(value: Value) -> InputValueResult<Self> {
            let Value::String(text) = value else {
                return Err(InputValueError::expected_type(value));
            };
            Ok(text.parse()?)
        }

        fn to_value(&self) -> Value {
            Value::String(self.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> PartialDate {
        text.parse().unwrap()
    }

    #[test]
    fn each_form_reads_and_writes_itself() {
        for text in [
            "2021",
            "2021-06",
            "2021-06-01",
            "XXXX-06-01",
            "2021?-06-01",
            "2024-01?",
            "2021?",
            "XXXX-02-29",
        ] {
            assert_eq!(read(text).to_string(), text);
        }
    }

    #[test]
    fn an_inferred_year_leaves_the_day_stated() {
        let meeting = read("2021?-06-08");
        assert_eq!(meeting.precision(), Precision::Day);
        assert_eq!(meeting.inferred(), Inferred::Year);
        assert_eq!(meeting.earliest(), NaiveDate::from_ymd_opt(2021, 6, 8));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "21",
            "2021-6",
            "2021-13",
            "2021-02-30",
            "XXXX",
            "XXXX-06",
            "2021-06-01-01",
            "2021??",
            "0000",
            "-2021",
        ] {
            assert_eq!(text.parse::<PartialDate>(), Err(NotADate), "{text}");
        }
    }

    #[test]
    fn a_month_reaches_to_its_last_day() {
        assert_eq!(read("2024-02").latest(), NaiveDate::from_ymd_opt(2024, 2, 29));
        assert_eq!(read("2021").latest(), NaiveDate::from_ymd_opt(2021, 12, 31));
        assert_eq!(read("XXXX-06-01").earliest(), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text: String) {
            let _ = text.parse::<PartialDate>();
        }

        #[test]
        fn what_reads_writes_the_same(text in "([0-9]{4}|XXXX)\\??(-[0-1][0-9](-[0-3][0-9])?)?\\??") {
            if let Ok(date) = text.parse::<PartialDate>() {
                prop_assert_eq!(date.to_string().parse::<PartialDate>(), Ok(date));
            }
        }
    }
}
