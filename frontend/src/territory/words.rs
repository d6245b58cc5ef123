//! The words for the closed lists of territories.

use crate::language::t;
use domain::territory::{Extent, Kind};

pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Region => t::territory_kind_region(),
        Kind::Province => t::territory_kind_province(),
        Kind::Arrondissement => t::territory_kind_arrondissement(),
        Kind::Commune => t::territory_kind_commune(),
        Kind::Council => t::territory_kind_council(),
        Kind::NaturePark => t::territory_kind_nature_park(),
        Kind::ActionGroup => t::territory_kind_action_group(),
        Kind::LivingArea => t::territory_kind_living_area(),
        Kind::Other => t::territory_kind_other(),
    }
}

pub fn extent(extent: Extent) -> &'static str {
    match extent {
        Extent::Complete => t::territory_extent_complete(),
        Extent::Partial => t::territory_extent_partial(),
        Extent::Unknown => t::territory_extent_unknown(),
    }
}

/// A field's name, by its name in the schema.
pub fn field(name: &str) -> Option<&'static str> {
    Some(match name {
        "kind" => t::territory_field_kind(),
        "name" => t::territory_field_name(),
        "extent" => t::territory_field_extent(),
        "communeCodes" => t::territory_field_communes(),
        "withinCodes" => t::territory_field_within(),
        "note" => t::territory_field_note(),
        "nis" => t::territory_field_nis(),
        "point" => t::territory_field_point(),
        "postcodes" => t::territory_field_postcodes(),
        _ => return None,
    })
}
