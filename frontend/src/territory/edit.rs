//! Making and changing a named territory: its names, its communes picked on the map or by name, its extent.

use super::words;
use crate::api;
use crate::edit::{Edit, EditForm, options};
use crate::language::t;
use crate::ui::combobox::{Choice, Combobox};
use crate::ui::field::{SelectField, TextField};
use crate::ui::map::atlas::Atlas;
use crate::ui::map::frame::View;
use crate::ui::map::{Map, Pin};
use crate::ui::page::{Crumb, Page};
use crate::ui::state::{Loaded, Shape};
use domain::TerritoryId;
use domain::territory::{self, Extent, Kind, Nis};
use domain::text::LocalName;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use std::sync::Arc;

#[component]
pub fn Change(record: territory::Territory, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let edit = Edit::of(record, move |_| on_end.run(()));
    view! {
        <section class="sheet stack edit-sheet" aria-label=t::territory_form_title>
            <h2>{t::territory_form_title}</h2>
            <FormFields edit on_end />
        </section>
    }
}

#[component]
pub fn Create() -> impl IntoView {
    let navigate = use_navigate();
    let back = navigate.clone();
    let blank = territory::Territory {
        id: TerritoryId(uuid::Uuid::nil()),
        revision: 0,
        created_at: chrono::DateTime::UNIX_EPOCH,
        updated_at: chrono::DateTime::UNIX_EPOCH,
        kind: Kind::Council,
        name: LocalName::default(),
        extent: Extent::Complete,
        commune_codes: Vec::new(),
        within_codes: Vec::new(),
        note: None,
        nis: None,
        point: None,
        postcodes: Vec::new(),
    };
    let edit = Edit::new("territory", blank, move |made| {
        navigate(&format!("/territoires/{}", made.id), NavigateOptions::default());
    });
    let leave = Callback::new(move |()| back("/territoires", NavigateOptions::default()));
    let crumbs = vec![Crumb::new(t::record_territories, "/territoires")];
    view! {
        <Page title=t::territory_create lead=t::territory_create_question crumbs>
            <FormFields edit on_end=leave />
        </Page>
    }
}

const PATHS: [&str; 8] = [
    "name.fr",
    "name.nl",
    "name.de",
    "kind",
    "extent",
    "communeCodes",
    "withinCodes",
    "note",
];

#[component]
fn FormFields(edit: Edit<territory::Territory>, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let refusals = edit.refusals;
    let named: Vec<Kind> = Kind::ALL.iter().copied().filter(|it| !it.is_official()).collect();
    let (kinds, extents) = (options(named, words::kind), options(Extent::ALL, words::extent));
    let communes = edit.ids(
        |it| it.commune_codes.clone(),
        |it, codes| it.commune_codes = codes,
    );
    let within = edit.ids(|it| it.within_codes.clone(), |it, codes| it.within_codes = codes);
    let atlas = api::atlas();
    view! {
        <div class="beside even">
            <EditForm edit paths=PATHS.to_vec() on_cancel=on_end>
                <TextField label=t::territory_field_name_fr path="name.fr" refusals required=true value=edit.text(|it| Some(it.name.fr.clone()), |it, text| it.name.fr = text.unwrap_or_default()) />
                <div class="two">
                    <TextField label=t::territory_field_name_nl path="name.nl" refusals value=edit.text(|it| it.name.nl.clone(), |it, text| it.name.nl = text) />
                    <TextField label=t::territory_field_name_de path="name.de" refusals value=edit.text(|it| it.name.de.clone(), |it, text| it.name.de = text) />
                </div>
                <div class="two">
                    <SelectField label=t::territory_field_kind path="kind" refusals required=true options=kinds value=edit.choice(|it| it.kind, |it, kind| it.kind = kind) />
                    <SelectField label=t::territory_field_extent path="extent" refusals required=true options=extents value=edit.choice(|it| it.extent, |it, extent| it.extent = extent) />
                </div>
                <Loaded load=atlas.load shape=Shape::Lines on_retry=atlas.reload view=move |atlas| {
                    let (all, provinces) = choices(&atlas);
                    view! {
                        <Combobox label=t::territory_field_communes hint=t::territory_form_communes_hint options=all taken=communes multiple=true path="communeCodes" refusals />
                        <Combobox label=t::territory_field_within hint=t::territory_form_within_hint options=provinces taken=within multiple=true path="withinCodes" refusals />
                    }
                } />
                <TextField label=t::territory_field_note path="note" refusals multiline=true value=edit.text(|it| it.note.clone(), |it, text| it.note = text) />
            </EditForm>
            <Loaded load=atlas.load shape=Shape::Picture view=move |atlas| {
                let bounds = communes.with_untracked(|codes| atlas.bounds(codes));
                let seen = RwSignal::new(bounds.map(|bounds| View::around(bounds, atlas.height).zoomed(0.5, atlas.height)));
                let press = Callback::new(move |nis: String| communes.update(|codes| match codes.iter().position(|it| *it == nis) {
                    Some(place) => drop(codes.remove(place)),
                    None => codes.push(nis),
                }));
                let pins: Vec<Pin> = Vec::new();
                let look = move |it: Option<View>| seen.set(it);
                view! { <Map atlas label=t::territory_form_map pins lit=communes view=seen on_view=look on_commune=press without_list=true /> }
            } />
        </div>
    }
}

fn choices(atlas: &Arc<Atlas>) -> (Vec<Choice>, Vec<Choice>) {
    let province = |nis: &str| {
        atlas
            .provinces
            .iter()
            .find(|it| it.nis == nis)
            .map(|it| it.name.clone())
    };
    let mut communes: Vec<Choice> = atlas
        .communes
        .iter()
        .map(|it| {
            Choice::new(it.nis.clone(), it.name.clone()).detail(province(&it.province).unwrap_or_default())
        })
        .collect();
    communes.sort_by_key(|it| domain::text::fold(&it.label));
    let region = Choice::new(Nis::WALLONIA.to_string(), t::map_everywhere());
    let provinces = atlas
        .provinces
        .iter()
        .map(|it| Choice::new(it.nis.clone(), it.name.clone()));
    (communes, provinces.chain([region]).collect())
}
