//! The cursors by which a reader goes on: where it stands, under which filter, in which database; sealed, so that none can be
//! made up.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::feed::Filter;
use hmac::{Hmac, Mac};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sha2::{Digest, Sha256};

use crate::connect::Store;
use crate::error::{Error, Result};

/// The version of a cursor's form, its first byte.
const VERSION: u8 = 1;
/// What a cursor holds before its seal: version, epoch, filter, two places.
const BODY: usize = 1 + 4 * 8;
/// How much of the seal is kept: 120 bits, so that a cursor is 64 characters.
const SEAL: usize = 15;
/// In the place of the filter: any. Of a cursor that was taken beside a snapshot, which the reader narrows as it likes.
const ANY: [u8; 8] = [0; 8];

/// What tells this database's cursors from all others.
#[derive(Debug)]
pub(super) struct Identity {
    epoch: [u8; 8],
    key: [u8; 32],
}

/// Where a reader stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The number of the last row that was looked at.
    pub(crate) place: i64,
    /// The number of the last row when this reader began, knowing nothing or with a snapshot. It has read no state that
    /// is older, so it does not miss superseded rows up to there.
    pub(crate) began: i64,
}

impl Identity {
    fn seal(&self, body: &[u8]) -> Hmac<Sha256> {
        let mut seal = Hmac::<Sha256>::new_from_slice(&self.key).expect("a key may have any length");
        seal.update(body);
        seal
    }

    pub(super) fn write(&self, print: [u8; 8], standing: Standing) -> String {
        let mut bytes = Vec::with_capacity(BODY + SEAL);
        bytes.push(VERSION);
        bytes.extend(self.epoch);
        bytes.extend(print);
        bytes.extend(standing.place.to_be_bytes());
        bytes.extend(standing.began.to_be_bytes());
        let seal = self.seal(&bytes).finalize().into_bytes();
        bytes.extend(&seal[..SEAL]);
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    pub(super) fn read(&self, print: [u8; 8], cursor: &str) -> Result<Standing> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).map_err(|_| Error::Cursor)?;
        let (body, seal) = bytes.split_at_checked(BODY).ok_or(Error::Cursor)?;
        if seal.len() != SEAL {
            return Err(Error::Cursor);
        }
        self.seal(body)
            .verify_truncated_left(seal)
            .map_err(|_| Error::Cursor)?;
        let part = |number: usize| {
            let from = 1 + number * 8;
            let mut part = [0; 8];
            part.copy_from_slice(&body[from..from + 8]);
            part
        };
        if body[0] != VERSION || part(0) != self.epoch {
            return Err(Error::CursorExpired);
        }
        if part(1) != ANY && part(1) != print {
            return Err(Error::Cursor);
        }
        Ok(Standing {
            place: i64::from_be_bytes(part(2)),
            began: i64::from_be_bytes(part(3)),
        })
    }
}

/// Eight bytes that stand for a filter; never those that stand for any.
pub(super) fn print_of(filter: &Filter) -> [u8; 8] {
    let Filter {
        types,
        provinces,
        communes,
    } = filter;
    let mut digest = Sha256::new();
    for kind in types {
        digest.update(kind.word());
        digest.update([0]);
    }
    for places in [provinces, communes] {
        digest.update([1]);
        for place in places {
            digest.update(place.0);
        }
    }
    let mut print = [0; 8];
    print.copy_from_slice(&digest.finalize()[..8]);
    print[0] |= 1;
    print
}

impl Store {
    /// The cursor from which to follow what is written from now on, under any filter: taken before a snapshot is read,
    /// it leaves no gap between the two.
    ///
    /// # Errors
    /// A database fault.
    pub async fn feed_head(&self) -> Result<String> {
        let head = self.head().await?;
        self.cursor_at(head).await
    }

    /// The cursor from which to follow what stands behind a row, under any filter.
    pub(crate) async fn cursor_at(&self, place: i64) -> Result<String> {
        let identity = self.identity().await?;
        Ok(identity.write(ANY, Standing { place, began: place }))
    }

    /// What tells this database's feed from one that was put back from a copy.
    ///
    /// # Errors
    /// A database fault.
    pub async fn feed_epoch(&self) -> Result<String> {
        Ok(BASE64_URL_SAFE_NO_PAD.encode(self.identity().await?.epoch))
    }

    /// Makes every cursor that was handed out expire: after an older copy of the database was put back, while no server
    /// runs on it.
    ///
    /// # Errors
    /// A database fault.
    pub async fn begin_feed_anew(&self) -> Result<()> {
        let epoch = self.new_epoch();
        let update = Query::update()
            .table("setting")
            .value("value", epoch)
            .and_where(Expr::col("name").eq("feed_epoch"))
            .take();
        self.db.execute(&update).await?;
        self.db
            .execute(&Query::delete().from_table("feed_reader").take())
            .await?;
        Ok(())
    }

    /// Where a reader of this filter stands with this cursor.
    pub(crate) async fn place_of(&self, filter: &Filter, cursor: &str) -> Result<i64> {
        let print = print_of(&filter.clone().checked()?);
        Ok(self.identity().await?.read(print, cursor)?.place)
    }

    pub(crate) fn new_epoch(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(&self.mint.secret()[..8])
    }

    pub(super) async fn identity(&self) -> Result<&Identity> {
        self.feed
            .identity
            .get_or_try_init(async || {
                let key = BASE64_URL_SAFE_NO_PAD.encode(self.mint.secret());
                let epoch = self.made_once("feed_epoch", self.new_epoch()).await?;
                let key = self.made_once("feed_key", key).await?;
                Ok(Identity {
                    epoch: bytes(&epoch)?,
                    key: bytes(&key)?,
                })
            })
            .await
    }

    /// The setting of this name; this value where there was none.
    async fn made_once(&self, name: &str, value: String) -> Result<String> {
        let mut insert = Query::insert();
        insert
            .into_table("setting")
            .columns(["name", "value"])
            .values([Expr::value(name), Expr::value(value)])
            .map_err(|error| Error::Corrupt(error.to_string()))?
            .on_conflict(OnConflict::column("name").do_nothing().to_owned());
        self.db.execute(&insert).await?;
        Ok(self.setting(name).await?.unwrap_or_default())
    }
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N]> {
    BASE64_URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| Error::Corrupt("the feed's settings cannot be read".to_owned()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use domain::RecordType;
    use proptest::prelude::*;

    use super::*;

    const OURS: Identity = Identity {
        epoch: [3; 8],
        key: [5; 32],
    };

    const HERE: Standing = Standing { place: 41, began: 7 };

    #[test]
    fn every_kind_that_is_told_of_has_a_content_and_a_filter_of_its_own() {
        let told = RecordType::ALL
            .iter()
            .filter(|kind| domain::feed::is_told(**kind));
        let prints: HashSet<[u8; 8]> = told
            .map(|kind| {
                print_of(&Filter {
                    types: vec![*kind],
                    ..Filter::default()
                })
            })
            .chain([print_of(&Filter::default())])
            .collect();
        assert_eq!(prints.len(), 21);
        assert!(!prints.contains(&ANY));
    }

    #[test]
    fn a_cursor_is_good_under_its_own_filter_only() {
        let filter = Filter {
            types: vec![RecordType::Offer],
            ..Filter::default()
        };
        let (offers, all) = (print_of(&filter), print_of(&Filter::default()));
        let cursor = OURS.write(offers, HERE);
        assert_eq!(cursor.len(), 64);
        assert_eq!(OURS.read(offers, &cursor).unwrap(), HERE);
        assert!(matches!(OURS.read(all, &cursor), Err(Error::Cursor)));
        let of_a_snapshot = OURS.write(ANY, HERE);
        assert_eq!(OURS.read(all, &of_a_snapshot).unwrap(), HERE);
        assert_eq!(OURS.read(offers, &of_a_snapshot).unwrap(), HERE);
    }

    #[test]
    fn a_cursor_of_another_epoch_has_expired_and_one_of_another_database_is_not_ours() {
        let restored = Identity {
            epoch: [4; 8],
            key: OURS.key,
        };
        let other = Identity {
            epoch: OURS.epoch,
            key: [6; 32],
        };
        assert!(matches!(
            OURS.read(ANY, &restored.write(ANY, HERE)),
            Err(Error::CursorExpired)
        ));
        assert!(matches!(
            OURS.read(ANY, &other.write(ANY, HERE)),
            Err(Error::Cursor)
        ));
    }

    proptest! {
        #[test]
        fn no_changed_character_passes(at in 0_usize..64, with in "[A-Za-z0-9_-]") {
            let cursor = OURS.write(ANY, HERE);
            let mut changed = cursor.clone();
            changed.replace_range(at..=at, &with);
            prop_assert!(changed == cursor || OURS.read(ANY, &changed).is_err());
        }

        #[test]
        fn no_text_makes_a_cursor_panic(text: String) {
            prop_assert!(OURS.read(ANY, &text).is_err());
        }
    }
}
