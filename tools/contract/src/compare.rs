//! What changed from one contract to the next, and which of it a client that relied on the first could notice.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::member::{Contract, Form, Member, Promise};
use crate::promise;

/// What happened to a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Kind {
    Added,
    Deprecated,
    Removed,
    Changed,
}

/// One change.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) kind: Kind,
    pub(crate) coordinate: String,
    /// In words.
    pub(crate) what: String,
    /// What to do about it, where it breaks a client.
    pub(crate) breaks: Option<String>,
}

/// What changed. What belongs to something that came or went as a whole is not listed beside it.
pub(crate) fn compare(old: &Contract, new: &Contract, today: NaiveDate) -> Vec<Change> {
    let mut changes = Vec::new();
    for (coordinate, member) in old {
        match new.get(coordinate) {
            Some(next) => changes.extend(between(coordinate, member, next)),
            None if owned_by_missing(member, new) => {}
            None => changes.push(removed(old, coordinate, member, today)),
        }
    }
    for (coordinate, member) in new {
        if !old.contains_key(coordinate) && !owned_by_missing(member, old) {
            changes.push(added(coordinate, member));
        }
    }
    changes
}

fn owned_by_missing(member: &Member, contract: &Contract) -> bool {
    let owner = member.owner.as_ref();
    owner.is_some_and(|owner| !contract.contains_key(owner))
}

fn removed(old: &Contract, coordinate: &str, member: &Member, today: NaiveDate) -> Change {
    let breaks = match &member.deprecated {
        None => Some(
            "keep it, deprecate it with its replacement and the day of its removal, and remove it after that day"
                .to_owned(),
        ),
        Some(reason) => match promise::read(old, coordinate, reason) {
            Ok(farewell) if farewell.until < today => None,
            Ok(farewell) => Some(format!("keep it until after {}, as was promised", farewell.until)),
            Err(_) => Some("keep it: its deprecation named no day of removal".to_owned()),
        },
    };
    Change {
        kind: Kind::Removed,
        coordinate: coordinate.to_owned(),
        what: "it is gone".to_owned(),
        breaks,
    }
}

fn added(coordinate: &str, member: &Member) -> Change {
    let breaks = match &member.form {
        Form::Value(promise) if promise.is_sent && !promise.is_optional && member.owner.is_some() => {
            Some("let it be left out, or give it a default: clients do not send it yet".to_owned())
        }
        Form::Value(_) | Form::Thing(_) => None,
    };
    Change {
        kind: Kind::Added,
        coordinate: coordinate.to_owned(),
        what: if breaks.is_some() {
            "it is new and must be sent".to_owned()
        } else {
            member.description.clone()
        },
        breaks,
    }
}

/// What is different about a member that is in both.
fn between(coordinate: &str, old: &Member, new: &Member) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut changed = |what: String, breaks: Option<&str>| {
        changes.push(Change {
            kind: Kind::Changed,
            coordinate: coordinate.to_owned(),
            what,
            breaks: breaks.map(str::to_owned),
        });
    };
    match (&old.form, &new.form) {
        (Form::Thing(old), Form::Thing(new)) if old == new => {}
        (Form::Value(old), Form::Value(new)) => {
            if old.shape != new.shape {
                changed(
                    format!("it was {} and is {}", old.shape, new.shape),
                    breaking_shape(old, new),
                );
            }
            if old.is_optional && !new.is_optional && new.is_sent && old.is_sent {
                changed(
                    "it could be left out and must be sent".to_owned(),
                    Some("let it be left out: clients do not send it"),
                );
            }
            if !old.is_optional && new.is_optional && new.is_received && old.is_received {
                changed(
                    "it was always answered and may be left out".to_owned(),
                    Some("answer it always: clients rely on it"),
                );
            }
        }
        (Form::Thing(_) | Form::Value(_), _) => changed(
            "it is another kind of thing".to_owned(),
            Some("keep it as it was, and give the new one a name of its own"),
        ),
    }
    if new.deprecated.is_some() && old.deprecated != new.deprecated {
        changes.push(Change {
            kind: Kind::Deprecated,
            coordinate: coordinate.to_owned(),
            what: new.deprecated.clone().unwrap_or_default(),
            breaks: None,
        });
    }
    changes
}

fn breaking_shape(old: &Promise, new: &Promise) -> Option<&'static str> {
    let is_narrower = old.is_sent && new.is_sent && !old.shape.fits(&new.shape);
    let is_wider = old.is_received && new.is_received && !new.shape.fits(&old.shape);
    (is_narrower || is_wider)
        .then_some("keep its type, and add another member beside it; then deprecate this one")
}
