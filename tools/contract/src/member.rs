//! A contract as the list of what a client can name in it: each member by its coordinate, with what is promised of it.

use std::collections::BTreeMap;
use std::fmt;

/// What a client can name, by coordinate: `Offer.title`, `Query.offers(first:)`, `GET /v1/changes?after`.
pub(crate) type Contract = BTreeMap<String, Member>;

/// One thing that a client can name.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// The coordinate of what it is part of.
    pub(crate) owner: Option<String>,
    /// What is promised of it.
    pub(crate) form: Form,
    /// Why it is deprecated, where it is: its replacement and until when it stays.
    pub(crate) deprecated: Option<String>,
    /// What it means, in one line.
    pub(crate) description: String,
}

impl Member {
    /// In use, without a description.
    pub(crate) fn new(owner: Option<&str>, form: Form) -> Self {
        Self {
            owner: owner.map(str::to_owned),
            form,
            deprecated: None,
            description: String::new(),
        }
    }
}

/// What is promised of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// That it is there, as this: an object, an enum's word, a route.
    Thing(&'static str),
    /// A value.
    Value(Promise),
}

/// What is promised of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Promise {
    /// What it looks like.
    pub(crate) shape: Shape,
    /// Clients send it.
    pub(crate) is_sent: bool,
    /// Clients receive it.
    pub(crate) is_received: bool,
    /// It may be left out.
    pub(crate) is_optional: bool,
}

/// What a value looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) of: Of,
    pub(crate) may_be_null: bool,
}

/// One value, or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    One(String),
    Many(Box<Shape>),
}

impl Shape {
    /// Whether every value of this shape is one of the other: the same, or stricter about null.
    pub(crate) fn fits(&self, other: &Self) -> bool {
        let null = !self.may_be_null || other.may_be_null;
        null && match (&self.of, &other.of) {
            (Of::One(one), Of::One(other)) => one == other,
            (Of::Many(one), Of::Many(other)) => one.fits(other),
            (Of::One(_), Of::Many(_)) | (Of::Many(_), Of::One(_)) => false,
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.of {
            Of::One(name) => f.write_str(name)?,
            Of::Many(shape) => write!(f, "[{shape}]")?,
        }
        f.write_str(if self.may_be_null { "" } else { "!" })
    }
}
