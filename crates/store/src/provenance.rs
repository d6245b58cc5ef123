//! Where facts come from, as rows; and their confirmation.

use domain::date::PartialDate;
use domain::policy::Actor;
use domain::provenance::{Confidence, Provenance};
use domain::{PersonId, ProvenanceId, RecordId};
use sea_orm::prelude::DateTimeUtc;

use crate::connect::Store;
use crate::error::Result;
use crate::list::plain_list;

stored! {
    Provenance, row, "provenance";
    plain {
        field: Option<String>,
        source: String,
        url: Option<String>,
        as_of: Option<PartialDate>,
        confidence: Option<Confidence>,
        note: Option<String>,
        confirmed_at: Option<DateTimeUtc>,
        confirmed_by: Option<PersonId>,
    }
    json {
        record_id: RecordId,
    }
    derived {}
}

plain_list!(Provenance, "provenance");

impl Store {
    /// Says that a fact still holds, today.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision.
    pub async fn confirm_fact(&self, actor: &Actor, id: ProvenanceId, expected: i32) -> Result<Provenance> {
        let now = self.mint.now();
        let person = actor.person().map(|signed| signed.id);
        self.change::<Provenance>(actor, id, expected, |source, _| {
            (source.confirmed_at, source.confirmed_by) = (Some(now), person);
        })
        .await
    }
}
