//! The signs of the eight chantiers and of the further tracks: a stamp with a drawing, in the chantier's hue.
//! A hue never stands without its sign, nor a sign without its words nearby.

use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sign {
    Diagnostics,
    OfferAndDemand,
    Councils,
    PublicContracts,
    Expertise,
    SocialAim,
    Communication,
    Territories,
    ValueChains,
    VegetableKitchens,
    Land,
    Studies,
    /// A chantier opened later, which has no drawing of its own yet.
    Other,
}

impl Sign {
    pub const ALL: [Self; 13] = [
        Self::Diagnostics,
        Self::OfferAndDemand,
        Self::Councils,
        Self::PublicContracts,
        Self::Expertise,
        Self::SocialAim,
        Self::Communication,
        Self::Territories,
        Self::ValueChains,
        Self::VegetableKitchens,
        Self::Land,
        Self::Studies,
        Self::Other,
    ];

    /// The sign of a chantier's code, as the reference data writes it.
    pub fn of(code: &str) -> Self {
        match code {
            "diagnostics" => Self::Diagnostics,
            "offre-demande" => Self::OfferAndDemand,
            "conseils-politique-alimentaire" => Self::Councils,
            "marches-publics" => Self::PublicContracts,
            "recueil-expertises" => Self::Expertise,
            "finalite-sociale" => Self::SocialAim,
            "communication" => Self::Communication,
            "approche-territoriale" => Self::Territories,
            "filieres" => Self::ValueChains,
            "legumeries" => Self::VegetableKitchens,
            "foncier" => Self::Land,
            "etudes" => Self::Studies,
            _ => Self::Other,
        }
    }

    /// The class that sets `--hue` on an element and below it.
    pub const fn hue(self) -> &'static str {
        match self {
            Self::Diagnostics => "hue-1",
            Self::OfferAndDemand => "hue-2",
            Self::Councils => "hue-3",
            Self::PublicContracts => "hue-4",
            Self::Expertise => "hue-5",
            Self::SocialAim => "hue-6",
            Self::Communication => "hue-7",
            Self::Territories => "hue-8",
            Self::ValueChains | Self::VegetableKitchens | Self::Land | Self::Studies | Self::Other => "hue-0",
        }
    }

    /// The drawing, on a 24-unit square.
    pub const fn path(self) -> &'static str {
        match self {
            // a lens over bars
            Self::Diagnostics => {
                "M10.5 3.5a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM15.6 15.6 21 21M7.8 12.8v-2M10.5 12.8V8M13.2 12.8V9.5"
            }
            // two arrows past each other
            Self::OfferAndDemand => "M3.5 8.5h14M13.5 4l4.5 4.5-4.5 4.5M20.5 16h-14M10.5 11.5 6 16l4.5 4.5",
            // a round table and its seats
            Self::Councils => {
                "M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM12 3.5v.2M12 20.3v.2M3.5 12h.2M20.3 12h.2M6 6l.1.1M17.9 17.9l.1.1M18 6l-.1.1M6.1 17.9 6 18"
            }
            // a signed sheet
            Self::PublicContracts => {
                "M6 3h8.5L19 7.5V21H6zM14 3v5h5M9 12h7M9 17.5c1.5-2.5 2.5 1.5 4 0s1.5.5 3 0"
            }
            // an open book
            Self::Expertise => {
                "M12 6.5C9.5 4.5 6 4.5 3 5.5v13c3-1 6.5-1 9 1 2.5-2 6-2 9-1v-13c-3-1-6.5-1-9 1zM12 6.5v13"
            }
            // a heart held
            Self::SocialAim => {
                "M12 14.5C8 11.5 6.5 9.5 6.5 7.3 6.5 5.5 7.9 4.2 9.5 4.2c1.1 0 2 .6 2.5 1.5.5-.9 1.4-1.5 2.5-1.5 1.6 0 3 1.3 3 3.1 0 2.2-1.5 4.2-5.5 7.2zM3 15.5c3.5 0 4.5 3.5 9 3.5s5.5-3.5 9-3.5"
            }
            // a megaphone
            Self::Communication => "M4 9.5v5h3.5L17 19V5L7.5 9.5zM8.5 14.8 10 20.5M20 9.5c1 1.5 1 3.5 0 5",
            // a pin on folded ground
            Self::Territories => {
                "M12 14.5c-3-3.2-4.5-5.3-4.5-7.2a4.5 4.5 0 0 1 9 0c0 1.9-1.5 4-4.5 7.2zM12 7.2v.1M6.5 13.5 3 20.5h18l-3.5-7"
            }
            // an ear of grain
            Self::ValueChains => {
                "M12 21V9M12 9c-2-1.5-2-4 0-6 2 2 2 4.5 0 6zM12 14c-3 .3-5-1.3-5.2-4.2 3-.2 5 1.3 5.2 4.2zM12 14c3 .3 5-1.3 5.2-4.2-3-.2-5 1.3-5.2 4.2zM12 19c-3 .3-5-1.3-5.2-4.2 3-.2 5 1.3 5.2 4.2zM12 19c3 .3 5-1.3 5.2-4.2-3-.2-5 1.3-5.2 4.2z"
            }
            // a carrot
            Self::VegetableKitchens => {
                "M14.5 9.5c2.5 2.5 0 5-3 7.2L4 20.5l3.3-8c2-3.3 4.7-5.5 7.2-3zM8.5 13l2 2M11.5 10.5l1.5 1.5M15 9c-.5-2.5.5-4.5 2-5.5 0 1.5.3 2.5 1 3 .8.7 2 1 3 .8-1 1.7-3.5 2.7-6 1.7z"
            }
            // furrows to the horizon
            Self::Land => {
                "M3 9.5h18M8 9.5 3.5 20.5M10.8 9.5 9 20.5M13.2 9.5l1.8 11M16 9.5l4.5 11M8 6c1.5-2.5 6.5-2.5 8 0"
            }
            // two sheets
            Self::Studies => "M8.5 6.5h11v14h-11zM16 6.5v-3H4.5v14h4M11.5 11h5M11.5 14h5M11.5 17h3",
            // an open knot
            Self::Other => "M12 4a8 8 0 1 0 8 8M12 8.5a3.5 3.5 0 1 0 3.5 3.5M16 4l4 4M20 4l-4 4",
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    Small,
    #[default]
    Medium,
    Large,
}

/// The stamp. `hollow` is for a chantier that a thing needs rather than carries.
#[component]
pub fn SignMark(sign: Sign, #[prop(optional)] size: Size, #[prop(optional)] hollow: bool) -> impl IntoView {
    let size = match size {
        Size::Small => "small",
        Size::Medium => "",
        Size::Large => "large",
    };
    let class = format!(
        "sign {} {size}{}",
        sign.hue(),
        if hollow { " hollow" } else { "" }
    );
    view! {
        <span class=class aria-hidden="true">
            <svg viewBox="0 0 24 24" focusable="false"><path d=sign.path() /></svg>
        </span>
    }
}

/// The stamp with its words.
#[component]
pub fn Signed(sign: Sign, #[prop(into)] label: TextProp, #[prop(optional)] size: Size) -> impl IntoView {
    view! { <span class="signed"><SignMark sign size /><span>{move || label.get()}</span></span> }
}
