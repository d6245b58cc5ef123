//! Webhooks: where an organisation wants to be told that something changed, and of what. The messages are hints; the
//! feed tells what is. How messages are kept, signed and sent is the server's.

pub mod message;
pub mod target;

use crate::change::RecordType;
use crate::check::{ADDRESS, Checks};
use crate::facet::Facets;
use crate::feed;
use crate::id::{OrganisationId, TerritoryId};
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::{Invalid, Refusal};
use crate::text::tidy_line;

choices! {
    /// Whether its owner wants messages.
    pub enum State as "WebhookState" default Active {
        /// Messages are sent.
        Active = "ACTIVE",
        /// None are sent for now. Made active again, it goes on where it stood.
        Paused = "PAUSED",
    }
}

choices! {
    /// Why the server sends to it no more; clients must tolerate new values.
    pub enum Disabled as "WebhookDisabledReason" {
        /// It answered 410: it is gone.
        Gone = "GONE",
        /// Nothing that was sent in five days arrived.
        Failing = "FAILING",
    }
}

record! {
    /// Where an organisation wants to be told of changes.
    Webhook, WebhookId, Webhook, NewWebhook, WebhookPatch;
    fixed {}
    required {
        /// The organisation that is told.
        organisation_id: OrganisationId,
        /// The address that messages are sent to: `https`, reachable from the internet.
        url: String,
    }
    optional {
        /// What it is for.
        description: Option<String>,
        /// The kinds of record it is told of, those of the feed; all where empty.
        types: Vec<RecordType>,
        /// Of what lies in any of these provinces, or of the communes below.
        provinces: Vec<TerritoryId>,
        /// Of what lies in any of these communes, or of the provinces above.
        communes: Vec<TerritoryId>,
        /// Whether its owner wants messages. An update that says `ACTIVE` also takes a webhook back into use that the
        /// server had disabled.
        state: State,
    }
}

impl Webhook {
    /// What it is told of.
    #[must_use]
    pub fn filter(&self) -> feed::Filter {
        feed::Filter {
            types: self.types.clone(),
            provinces: self.provinces.clone(),
            communes: self.communes.clone(),
        }
    }
}

impl Rules for Webhook {
    fn check(&mut self, checks: &mut Checks) {
        self.url = tidy_line(&self.url);
        if self.url.is_empty() {
            checks.refuse(Refusal::Required { field: "url".into() });
        } else {
            match target::parse(&self.url) {
                Some(url) if url.as_str().len() <= ADDRESS => self.url = url.into(),
                Some(_) => checks.refuse(Refusal::TooLong {
                    field: "url".into(),
                    most: ADDRESS,
                }),
                None => checks.hold(false, "url", Invalid::WebAddress),
            }
        }
        checks.optional_line("description", &mut self.description);
        match self.filter().checked() {
            Ok(filter) => {
                let feed::Filter {
                    types,
                    provinces,
                    communes,
                } = filter;
                (self.types, self.provinces, self.communes) = (types, provinces, communes);
            }
            Err(refusals) => refusals.into_iter().for_each(|refusal| checks.refuse(refusal)),
        }
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.link("organisationId", [self.organisation_id]);
        facets
    }

    fn reading(&self) -> Option<Action> {
        Some(Action::ReadWebhooks {
            organisation: self.organisation_id,
        })
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::KeepWebhooks {
            organisation: self.organisation_id,
        }
    }
}

/// Narrows a list of webhooks.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "WebhookFilter"))]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Of this organisation. Whoever may see only their own organisation's need not name it.
    pub organisation: Option<OrganisationId>,
    /// Which their owner wants messages from, or not.
    pub states: Option<Vec<State>>,
}

choices! {
    /// The order of a list of webhooks.
    pub enum Order as "WebhookOrder" {
        /// The last changed first.
        UpdatedLast = "UPDATED_LAST",
    }
}

/// The waits, in seconds, before the second attempt, the third and so on: those of Standard Webhooks 1.0. After the
/// last, a message is given up.
const WAITS: [u32; 9] = [
    5,
    5 * 60,
    30 * 60,
    2 * 3_600,
    5 * 3_600,
    10 * 3_600,
    14 * 3_600,
    20 * 3_600,
    24 * 3_600,
];

/// How many seconds to wait after so many attempts failed; nothing where the message is given up.
#[must_use]
pub fn wait(attempts: i32) -> Option<u32> {
    let done = usize::try_from(attempts).ok()?.checked_sub(1)?;
    WAITS.get(done).copied()
}

/// The longest that an endpoint may ask to wait (`Retry-After`), in seconds.
pub const LONGEST_REST: u32 = 24 * 3_600;

/// After so many days in which nothing arrived, a webhook is disabled.
pub const FAILING_DAYS: i64 = 5;

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    fn check(change: impl FnOnce(&mut Webhook)) -> Result<Webhook, Vec<Refusal>> {
        let owner = OrganisationId(Uuid::from_u128(1));
        let id = crate::id::WebhookId(Uuid::from_u128(2));
        let mut webhook = Webhook::bare(
            id,
            DateTime::UNIX_EPOCH,
            owner,
            "https://ferme.be/hook".to_owned(),
        );
        change(&mut webhook);
        let mut checks = Checks::default();
        webhook.check(&mut checks);
        checks.finish().map(|()| webhook)
    }

    #[test]
    fn a_webhook_is_told_of_what_the_feed_tells_only() {
        let right =
            check(|webhook| webhook.types = vec![RecordType::Need, RecordType::Offer, RecordType::Need]);
        assert_eq!(right.unwrap().types.len(), 2);
        let wrong = check(|webhook| webhook.types = vec![RecordType::Contact]).unwrap_err();
        assert_eq!(
            wrong,
            [Refusal::UnknownReference {
                field: "types".into()
            }]
        );
    }

    #[test]
    fn an_address_is_one_of_the_web_without_a_name_or_a_fragment() {
        for wrong in [
            "ftp://ferme.be/",
            "https://me:secret@ferme.be/",
            "ferme.be/hook",
            "https://",
            "https://ferme.be/#x",
        ] {
            let refused = check(|webhook| webhook.url = wrong.to_owned()).unwrap_err();
            assert_eq!(refused[0].field(), "url", "{wrong}");
        }
        assert!(check(|webhook| webhook.url = format!("https://ferme.be/{}", "a".repeat(3_000))).is_err());
        let right = check(|webhook| webhook.url = " https://FERME.be:443/Hook?a=b ".to_owned()).unwrap();
        assert_eq!(right.url, "https://ferme.be/Hook?a=b");
    }

    #[test]
    fn a_message_is_attempted_ten_times_over_three_days() {
        let waits: Vec<u32> = (1..).map_while(wait).collect();
        assert_eq!(waits.len(), 9);
        assert_eq!(waits[0], 5);
        assert!(waits.is_sorted());
        assert_eq!(waits.iter().sum::<u32>() / 3_600, 75);
        assert_eq!((wait(0), wait(10), wait(-1)), (None, None, None));
    }
}
