//! Partners' machines as administrators keep them: what each may do, under which sources and where. What the policy needs to
//! know of one that acts is [`crate::policy::Client`].

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::check::Checks;
use crate::id::{OrganisationId, SourceId, TerritoryId, decode, encode};
use crate::patch::Patch;
use crate::policy::Scope;
use crate::record::assign;
use crate::refusal::{Invalid, Refusal};

/// What a machine's identifier begins with.
const PREFIX: &str = "client_";
/// A secret is good for at most so many days, and for as many where nothing else is said.
pub const SECRET_DAYS: i64 = 365;

/// A machine's identifier as partners see it.
#[must_use]
pub fn name(client: Uuid) -> String {
    format!("{PREFIX}{}", encode(client))
}

/// Reads what [`name`] wrote.
#[must_use]
pub fn named(name: &str) -> Option<Uuid> {
    decode(name.strip_prefix(PREFIX)?).ok()
}

/// A partner's machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its identifier: what it signs in with beside its secret.
    pub id: Uuid,
    /// The number of this state: 1, and one more at each change.
    pub revision: i32,
    /// Its name.
    pub name: String,
    /// The organisation it works for.
    pub organisation_id: Option<OrganisationId>,
    /// The sources it may push under.
    pub source_ids: Vec<SourceId>,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The territories in which what it pushes must lie; none where it is not limited.
    pub territory_ids: Vec<TerritoryId>,
    /// Whether it may sign in.
    pub is_active: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Whether of GraphQL it may send only the documents registered for it.
    pub documents_only: bool,
}

/// What makes a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "ClientCreateInput"))]
#[serde(rename_all = "camelCase")]
pub struct NewClient {
    /// Its name.
    pub name: String,
    /// The organisation it works for.
    pub organisation_id: Option<OrganisationId>,
    /// The sources it may push under.
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub source_ids: Vec<SourceId>,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The territories in which what it pushes must lie; everywhere unless given.
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub territory_ids: Vec<TerritoryId>,
    /// Until when its first secret is good: at most 365 days from now, which it is unless given.
    pub secret_expires_at: Option<DateTime<Utc>>,
}

/// What changes a machine: an absent field stays as it is, null empties it. What it loses it may not do any more at once, also
/// with the tokens it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "ClientUpdateInput"))]
#[serde(rename_all = "camelCase")]
pub struct ClientPatch {
    /// The machine to change.
    pub id: String,
    /// The revision the change was made on; another one is refused with `STALE_REVISION`.
    pub expected_revision: i32,
    /// Its name.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    pub name: Patch<String>,
    /// The organisation it works for.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    pub organisation_id: Patch<OrganisationId>,
    /// The sources it may push under.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    pub source_ids: Patch<Vec<SourceId>>,
    /// What it may do.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    pub scopes: Patch<Vec<Scope>>,
    /// The territories in which what it pushes must lie; everywhere where there is none.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    pub territory_ids: Patch<Vec<TerritoryId>>,
}

impl ClientPatch {
    /// An update that changes nothing yet.
    #[must_use]
    pub const fn of(id: String, expected_revision: i32) -> Self {
        Self {
            id,
            expected_revision,
            name: Patch::Absent,
            organisation_id: Patch::Absent,
            source_ids: Patch::Absent,
            scopes: Patch::Absent,
            territory_ids: Patch::Absent,
        }
    }
}

impl Client {
    /// A new machine, which may sign in.
    #[must_use]
    pub fn made(new: NewClient, id: Uuid, now: DateTime<Utc>) -> Self {
        let NewClient {
            name,
            organisation_id,
            source_ids,
            scopes,
            territory_ids,
            secret_expires_at: _,
        } = new;
        Self {
            id,
            revision: 1,
            name,
            organisation_id,
            source_ids,
            scopes,
            territory_ids,
            is_active: true,
            created_at: now,
            documents_only: false,
        }
    }

    /// Applies an update; refuses to empty what cannot be empty.
    pub fn apply(&mut self, patch: ClientPatch, checks: &mut Checks) {
        let ClientPatch {
            id: _,
            expected_revision: _,
            name,
            organisation_id,
            source_ids,
            scopes,
            territory_ids,
        } = patch;
        assign(&mut self.name, name, "name", checks);
        assign(
            &mut self.organisation_id,
            organisation_id,
            "organisation_id",
            checks,
        );
        assign(&mut self.source_ids, source_ids, "source_ids", checks);
        assign(&mut self.scopes, scopes, "scopes", checks);
        assign(&mut self.territory_ids, territory_ids, "territory_ids", checks);
    }

    /// Tidies the fields and collects what is wrong with them: a machine without a name or without anything it may do is none.
    pub fn check(&mut self, checks: &mut Checks) {
        checks.line("name", &mut self.name);
        checks.set("sourceIds", &mut self.source_ids);
        checks.set("scopes", &mut self.scopes);
        checks.set("territoryIds", &mut self.territory_ids);
        if self.scopes.is_empty() {
            checks.refuse(Refusal::Required {
                field: "scopes".to_owned(),
            });
        }
    }
}

/// Until when a secret that is made now is good; refused where that is past, or further away than secrets last.
pub fn secret_end(
    field: &str,
    wanted: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    checks: &mut Checks,
) -> DateTime<Utc> {
    let last = now + TimeDelta::days(SECRET_DAYS);
    let end = wanted.unwrap_or(last);
    checks.hold(end > now && end <= last, field, Invalid::SecretLife);
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Client {
        let new = NewClient {
            name: "Annuaire".to_owned(),
            organisation_id: Some(OrganisationId(Uuid::nil())),
            source_ids: Vec::new(),
            scopes: vec![Scope::ExchangeRead],
            territory_ids: Vec::new(),
            secret_expires_at: None,
        };
        Client::made(new, Uuid::nil(), DateTime::UNIX_EPOCH)
    }

    fn refused(checks: Checks) -> Vec<Refusal> {
        checks.finish().err().unwrap_or_default()
    }

    #[test]
    fn an_identifier_is_written_and_read() {
        let id = Uuid::from_u128(7);
        assert_eq!(named(&name(id)), Some(id));
        assert_eq!(named("organisation_01h455vb4pex5vsknk084sn02q"), None);
        assert_eq!(named("client_?"), None);
    }

    #[test]
    fn an_update_leaves_what_it_does_not_name_and_empties_what_it_says_null_of() {
        let (mut machine, mut checks) = (client(), Checks::default());
        let mut patch = ClientPatch::of(name(machine.id), 1);
        patch.name = Patch::Value(" Annuaire  neuf ".to_owned());
        patch.organisation_id = Patch::Null;
        machine.apply(patch, &mut checks);
        machine.check(&mut checks);
        assert_eq!(refused(checks), []);
        assert_eq!(
            (machine.name.as_str(), machine.organisation_id),
            ("Annuaire neuf", None)
        );
        assert_eq!(machine.scopes, [Scope::ExchangeRead]);
    }

    #[test]
    fn a_machine_keeps_a_name_and_something_it_may_do() {
        let (mut machine, mut checks) = (client(), Checks::default());
        let mut patch = ClientPatch::of(name(machine.id), 1);
        (patch.name, patch.scopes) = (Patch::Null, Patch::Null);
        machine.apply(patch, &mut checks);
        machine.check(&mut checks);
        let required = |field: &str| Refusal::Required {
            field: field.to_owned(),
        };
        assert_eq!(refused(checks), [required("name"), required("scopes")]);
    }

    #[test]
    fn a_secret_ends_within_a_year_from_now() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let end = |after: Option<TimeDelta>| {
            let mut checks = Checks::default();
            let end = secret_end("expiresAt", after.map(|after| now + after), now, &mut checks);
            checks.finish().map(|()| end - now)
        };
        assert_eq!(end(None), Ok(TimeDelta::days(365)));
        assert_eq!(end(Some(TimeDelta::seconds(2))), Ok(TimeDelta::seconds(2)));
        for wrong in [TimeDelta::zero(), TimeDelta::days(-1), TimeDelta::days(366)] {
            assert!(end(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
