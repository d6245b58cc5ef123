//! The places one can go to from anywhere: in the header, in the menu, in the search, and by `g` and a letter.

use crate::language::{Text, t};
use crate::ui::icon::Icon;
use domain::Role;

pub struct Place {
    pub href: &'static str,
    pub name: Text,
    /// The letter behind `g`.
    pub key: char,
    pub icon: Icon,
    /// In the header and the menu for everyone, or only for who is signed in.
    pub signed: bool,
    /// Only for the cell's staff.
    pub staff: bool,
    /// In the header too, where there is room for few.
    pub first: bool,
}

pub const PLACES: [Place; 12] = [
    Place {
        href: "/",
        name: t::nav_home,
        key: 'h',
        icon: Icon::Home,
        signed: false,
        staff: false,
        first: true,
    },
    Place {
        href: "/ma-semaine",
        name: t::nav_week,
        key: 's',
        icon: Icon::Week,
        signed: true,
        staff: false,
        first: true,
    },
    Place {
        href: "/questions",
        name: t::nav_questions,
        key: 'q',
        icon: Icon::Info,
        signed: true,
        staff: false,
        first: false,
    },
    Place {
        href: "/bureau",
        name: t::nav_desk,
        key: 'b',
        icon: Icon::Person,
        signed: true,
        staff: true,
        first: false,
    },
    Place {
        href: "/chantiers",
        name: t::nav_chantiers,
        key: 'c',
        icon: Icon::Sign,
        signed: false,
        staff: false,
        first: true,
    },
    Place {
        href: "/projets",
        name: t::nav_projects,
        key: 'p',
        icon: Icon::Map,
        signed: false,
        staff: false,
        first: true,
    },
    Place {
        href: "/matrice",
        name: t::nav_matrix,
        key: 'm',
        icon: Icon::Grid,
        signed: false,
        staff: false,
        first: false,
    },
    Place {
        href: "/conseils",
        name: t::nav_councils,
        key: 'a',
        icon: Icon::People,
        signed: false,
        staff: false,
        first: true,
    },
    Place {
        href: "/organisations",
        name: t::nav_organisations,
        key: 'o',
        icon: Icon::People,
        signed: false,
        staff: false,
        first: true,
    },
    Place {
        href: "/offres",
        name: t::nav_exchange,
        key: 'e',
        icon: Icon::Week,
        signed: false,
        staff: false,
        first: true,
    },
    Place {
        href: "/expertises",
        name: t::nav_expertise,
        key: 'x',
        icon: Icon::People,
        signed: false,
        staff: false,
        first: true,
    },
    Place {
        href: "/rapport",
        name: t::nav_report,
        key: 'r',
        icon: Icon::Sheet,
        signed: false,
        staff: false,
        first: true,
    },
];

/// In the order in which they are listed, for who is signed in with a role, or for a visitor.
pub fn places(role: Option<Role>) -> impl Iterator<Item = &'static Place> {
    let staff = role.is_some_and(|role| role >= Role::Officer);
    PLACES
        .iter()
        .filter(move |place| (role.is_some() || !place.signed) && (staff || !place.staff))
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
