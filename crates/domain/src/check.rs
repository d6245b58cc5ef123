//! Collects what is wrong with an input, field by field, so that a person sees all of it at once.

use url::{Host, Url};

use crate::refusal::{Invalid, Refusal};
use crate::text::{tidy_line, tidy_paragraphs};

/// The longest title or name, in characters.
pub const LINE: usize = 300;
/// The longest description, in characters.
pub const PARAGRAPHS: usize = 20_000;
/// The longest web address, in characters as it is kept.
pub const ADDRESS: usize = 2_000;
/// The most entries of a list in one field.
pub const ENTRIES: usize = 300;

/// What is wrong with an input, collected while its fields are tidied.
#[derive(Debug, Default)]
pub struct Checks {
    refusals: Vec<Refusal>,
}

impl Checks {
    /// Adds a refusal; one that was said already is not said again.
    pub fn refuse(&mut self, refusal: Refusal) {
        if !self.refusals.contains(&refusal) {
            self.refusals.push(refusal);
        }
    }

    /// Refuses the field where the condition does not hold.
    pub fn hold(&mut self, holds: bool, field: &str, why: Invalid) {
        if !holds {
            self.refuse(Refusal::Invalid {
                field: field.into(),
                why,
            });
        }
    }

    /// A line that must be there: tidied, not empty, not too long.
    pub fn line(&mut self, field: &str, text: &mut String) {
        *text = tidy_line(text);
        if text.is_empty() {
            self.refuse(Refusal::Required { field: field.into() });
        }
        self.length(field, text, LINE);
    }

    /// A line that may be absent: tidied; an empty one becomes absent.
    pub fn optional_line(&mut self, field: &str, text: &mut Option<String>) {
        *text = text
            .take()
            .map(|text| tidy_line(&text))
            .filter(|text| !text.is_empty());
        if let Some(text) = text {
            self.length(field, text, LINE);
        }
    }

    /// Running text that may be absent.
    pub fn optional_paragraphs(&mut self, field: &str, text: &mut Option<String>) {
        *text = text
            .take()
            .map(|text| tidy_paragraphs(&text))
            .filter(|text| !text.is_empty());
        if let Some(text) = text {
            self.length(field, text, PARAGRAPHS);
        }
    }

    /// Running text that must be there.
    pub fn paragraphs(&mut self, field: &str, text: &mut String) {
        *text = tidy_paragraphs(text);
        if text.is_empty() {
            self.refuse(Refusal::Required { field: field.into() });
        }
        self.length(field, text, PARAGRAPHS);
    }

    /// A list of lines: tidied, empty ones and doubles dropped.
    pub fn lines(&mut self, field: &str, list: &mut Vec<String>) {
        if !self.entries(field, list) {
            return;
        }
        let mut kept: Vec<String> = Vec::with_capacity(list.len());
        for (index, line) in std::mem::take(list).into_iter().enumerate() {
            let line = tidy_line(&line);
            self.length(&format!("{field}.{index}"), &line, LINE);
            if !line.is_empty() && !kept.contains(&line) {
                kept.push(line);
            }
        }
        *list = kept;
    }

    /// A list of values: doubles dropped, not too many.
    pub fn set<T: PartialEq>(&mut self, field: &str, list: &mut Vec<T>) {
        if !self.entries(field, list) {
            return;
        }
        let mut kept: Vec<T> = Vec::with_capacity(list.len());
        for value in std::mem::take(list) {
            if !kept.contains(&value) {
                kept.push(value);
            }
        }
        *list = kept;
    }

    /// A web address that may be absent: `https://` is put in front where no scheme is given.
    pub fn web_address(&mut self, field: &str, address: &mut Option<String>) {
        *address = address
            .take()
            .map(|text| tidy_line(&text))
            .filter(|text| !text.is_empty());
        let Some(text) = address else { return };
        let typed = text.chars().count();
        self.length(field, text, ADDRESS);
        if typed > ADDRESS {
            return;
        }
        let whole = if text.contains("://") {
            text.clone()
        } else {
            format!("https://{text}")
        };
        match Url::parse(&whole) {
            Ok(url) if is_of_a_website(&url) => {
                // A bare host keeps its bare form: the parser would add a slash nobody wrote.
                let written = url.to_string();
                let bare = url.path() == "/" && url.query().is_none() && !whole.ends_with('/');
                *text = if bare {
                    written.trim_end_matches('/').to_owned()
                } else {
                    written
                };
                // What is encoded is longer, and what is kept must pass once more when something else is changed.
                self.length(field, text, ADDRESS);
            }
            Ok(_) | Err(_) => self.hold(false, field, Invalid::WebAddress),
        }
    }

    /// An e-mail address: one `@`, a name before it, a domain with a dot behind it. Lower-cased.
    pub fn email(&mut self, field: &str, address: &mut String) {
        *address = tidy_line(address).to_lowercase();
        let right = address.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty()
                && !host.contains('@')
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.')
                && !address.contains(char::is_whitespace)
        });
        self.hold(right && address.len() <= 254, field, Invalid::Email);
    }

    /// The query of one of our own addresses, as a browser writes it: not empty, without its question mark.
    pub fn query(&mut self, field: &str, text: &mut String) {
        *text = text.trim().trim_start_matches('?').to_owned();
        if text.is_empty() {
            self.refuse(Refusal::Required { field: field.into() });
            return;
        }
        self.length(field, text, ADDRESS);
        let is_written = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
        self.hold(is_written, field, Invalid::WebAddress);
    }

    /// A list that is not too long.
    pub fn few<T>(&mut self, field: &str, list: &[T]) {
        self.entries(field, list);
    }

    /// A time of day in Belgium, `14:00`.
    pub fn time_of_day(&mut self, field: &str, time: Option<&str>) {
        let is_one = |time: &str| time.len() == 5 && chrono::NaiveTime::parse_from_str(time, "%H:%M").is_ok();
        self.hold(time.is_none_or(is_one), field, Invalid::TimeOfDay);
    }

    /// Whether all is well.
    ///
    /// # Errors
    /// All that was refused.
    pub fn finish(self) -> Result<(), Vec<Refusal>> {
        if self.refusals.is_empty() {
            Ok(())
        } else {
            Err(self.refusals)
        }
    }

    fn length(&mut self, field: &str, text: &str, most: usize) {
        if text.chars().count() > most {
            self.refuse(Refusal::TooLong {
                field: field.into(),
                most,
            });
        }
    }

    /// Whether a list is short enough to be looked at further.
    fn entries<T>(&mut self, field: &str, list: &[T]) -> bool {
        let fits = list.len() <= ENTRIES;
        if !fits {
            self.refuse(Refusal::TooMany {
                field: field.into(),
                most: ENTRIES,
            });
        }
        fits
    }
}

/// Whether the address is one of the web, at a host with a public name: of several parts, the last one no number.
fn is_of_a_website(url: &Url) -> bool {
    let Some(Host::Domain(name)) = url.host() else {
        return false;
    };
    let is_part = |part: &str| {
        (1..=63).contains(&part.len())
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let last = name.rsplit_once('.').map(|(_, last)| last);
    matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && name.len() <= 253
        && name.split('.').all(is_part)
        && last.is_some_and(|last| last.len() > 1 && last.bytes().any(|byte| byte.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Result<String, Vec<Refusal>> {
        let mut checks = Checks::default();
        let mut value = Some(text.to_owned());
        checks.web_address("website", &mut value);
        checks.finish().map(|()| value.unwrap_or_default())
    }

    #[test]
    fn a_web_address_gets_its_scheme_and_keeps_its_form() {
        assert_eq!(address("ratav.org").unwrap(), "https://ratav.org");
        assert_eq!(address("https://ratav.org/").unwrap(), "https://ratav.org/");
        assert_eq!(
            address("http://ratav.org/le-ratav").unwrap(),
            "http://ratav.org/le-ratav"
        );
    }

    #[test]
    fn what_is_no_web_address_is_refused() {
        for text in [
            "javascript://alert.example",
            "mailto:a@b.be",
            "pas une adresse",
            "https://",
            "localhost",
            "https://.",
            "https://..",
            "https://ratav.",
            "https://.be",
            "https://ratav..be",
            "https://-.be",
            "https://ratav-.be",
            "3.14",
            "http://192.0.2.1/",
            "http://[2001:db8::1]/",
            "https://ratav.b",
            "https://:secret@ratav.org",
        ] {
            assert!(address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_that_is_kept_passes_again() {
        let long = format!("https://ratav.org/{}", "é".repeat(300));
        let kept = address(&long).unwrap();
        assert_eq!(kept.len(), 18 + 6 * 300);
        assert_eq!(address(&kept).unwrap(), kept);
        for beyond in [
            format!("https://ratav.org/{}", "é".repeat(400)),
            format!("https://ratav.org/{}", "a".repeat(100_000)),
        ] {
            let refusals = address(&beyond).unwrap_err();
            assert_eq!(
                refusals,
                [Refusal::TooLong {
                    field: "website".into(),
                    most: ADDRESS
                }]
            );
        }
        assert_eq!(
            address("https://www.écocité.be").unwrap(),
            "https://www.xn--cocit-9raf.be"
        );
    }
}
