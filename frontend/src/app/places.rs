//! The places one can go to from anywhere: in the header, in the menu, in the search, and by `g` and a letter.

use crate::language::{Text, t};
use crate::ui::icon::Icon;

pub struct Place {
    pub href: &'static str,
    pub name: Text,
    /// The letter behind `g`.
    pub key: char,
    pub icon: Icon,
    /// In the header and the menu for everyone, or only for who is signed in.
    pub signed: bool,
}

pub const PLACES: [Place; 9] = [
    Place {
        href: "/",
        name: t::nav_home,
        key: 'h',
        icon: Icon::Home,
        signed: false,
    },
    Place {
        href: "/ma-semaine",
        name: t::nav_week,
        key: 's',
        icon: Icon::Week,
        signed: true,
    },
    Place {
        href: "/chantiers",
        name: t::nav_chantiers,
        key: 'c',
        icon: Icon::Sign,
        signed: false,
    },
    Place {
        href: "/projets",
        name: t::nav_projects,
        key: 'p',
        icon: Icon::Map,
        signed: false,
    },
    Place {
        href: "/matrice",
        name: t::nav_matrix,
        key: 'm',
        icon: Icon::Grid,
        signed: false,
    },
    Place {
        href: "/organisations",
        name: t::nav_organisations,
        key: 'o',
        icon: Icon::People,
        signed: false,
    },
    Place {
        href: "/offres",
        name: t::nav_exchange,
        key: 'e',
        icon: Icon::Week,
        signed: false,
    },
    Place {
        href: "/expertises",
        name: t::nav_expertise,
        key: 'x',
        icon: Icon::People,
        signed: false,
    },
    Place {
        href: "/rapport",
        name: t::nav_report,
        key: 'r',
        icon: Icon::Sheet,
        signed: false,
    },
];

/// In the order in which they are listed.
pub fn places(signed: bool) -> impl Iterator<Item = &'static Place> {
    PLACES.iter().filter(move |place| signed || !place.signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_places_share_a_letter() {
        let mut keys: Vec<_> = PLACES.iter().map(|place| place.key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), PLACES.len());
    }
}
