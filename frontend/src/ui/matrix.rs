//! Grids of small cells: who contributes to what (`Matrix`) and how much there is in which month (`HeatGrid`). Both
//! are walked with arrows, Home and End, and open with Enter; on a phone each row of the matrix is a card.

use super::sign::{Sign, SignMark, Size};
use crate::language::t;
use leptos::html;
use leptos::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// What a row is to a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Relation {
    pub contributes: bool,
    pub needs: bool,
    pub follows: bool,
    /// Deduced from the project's theme rather than stated.
    pub inferred: bool,
}

impl Relation {
    pub const fn is_none(self) -> bool {
        !self.contributes && !self.needs && !self.follows
    }

    fn class(self) -> String {
        let mut class = String::from("cell-mark");
        for (on, name) in [
            (self.contributes, " contributes"),
            (self.needs, " needs"),
            (self.follows, " follows"),
            (self.inferred, " inferred"),
        ] {
            if on {
                class.push_str(name);
            }
        }
        class
    }

    fn words(self) -> String {
        let parts = [
            (self.contributes, t::matrix_contributes()),
            (self.needs, t::matrix_needs()),
            (self.follows, t::matrix_follows()),
            (self.inferred, t::matrix_inferred()),
        ];
        let said: Vec<_> = parts
            .into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, word)| word)
            .collect();
        if said.is_empty() {
            t::matrix_nothing().to_owned()
        } else {
            said.join(", ")
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct MatrixRow {
    pub id: String,
    pub label: String,
    pub href: String,
    pub note: Option<String>,
    /// By column id; what is not there is none.
    pub relations: HashMap<String, Relation>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct MatrixColumn {
    pub id: String,
    pub label: String,
    pub sign: Sign,
    pub href: String,
}

/// `on_open` is told the row and the column of a cell; `sorted_by` is a column's id, whose contributors come first.
#[component]
pub fn Matrix(
    #[prop(into)] caption: TextProp,
    #[prop(into)] rows: Signal<Vec<MatrixRow>>,
    columns: Vec<MatrixColumn>,
    #[prop(into)] on_open: Callback<(String, String)>,
    #[prop(optional, into)] sorted_by: Signal<String>,
    #[prop(optional, into)] on_sort: Option<Callback<String>>,
) -> impl IntoView {
    let grid = Walk::new(columns.len() + 1, Signal::derive(move || rows.with(Vec::len)));
    let columns: Arc<[MatrixColumn]> = columns.into();
    let heads = columns.clone();
    view! {
        <MatrixLegend />
        <div class="matrix-wrap" tabindex="-1">
            <table class="matrix" role="grid" aria-label=move || caption.get().to_string() node_ref=grid.node on:keydown=move |event| grid.key(&event)>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader" class="corner-cell">{t::matrix_row_head}</th>
                        {heads.iter().map(|column| column_head(column.clone(), sorted_by, on_sort)).collect_view()}
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    {move || rows.get().into_iter().enumerate().map(|(y, row)| {
                        let MatrixRow { id, label, href, note, relations } = row;
                        let cells = columns.iter().enumerate().map(|(x, column)| {
                            let relation = relations.get(&column.id).copied().unwrap_or_default();
                            let name = (label.clone(), column.label.clone());
                            let open = { let ids = (id.clone(), column.id.clone()); move |_| on_open.run(ids.clone()) };
                            let sign = column.sign;
                            let shown = column.label.clone();
                            view! {
                                <td role="gridcell" class=sign.hue() class:none=relation.is_none() data-at=place(x + 1, y) tabindex=move || grid.tabindex(x + 1, y)
                                    aria-label=move || t::matrix_cell(&name.0, &name.1, relation.words())
                                    on:focus=move |_| grid.here.set((x + 1, y)) on:click=open>
                                    <span class=relation.class() aria-hidden="true"></span>
                                    <span class="cell-sign" aria-hidden="true"><SignMark sign size=Size::Small hollow=relation.is_none() /></span>
                                    <span class="cell-name" aria-hidden="true">{shown}</span>
                                </td>
                            }
                        }).collect_view();
                        view! {
                            <tr role="row">
                                <th scope="row" role="rowheader">
                                    <a href=href data-at=place(0, y) tabindex=move || grid.tabindex(0, y) on:focus=move |_| grid.here.set((0, y))>{label}</a>
                                    {note.map(|note| view! { <small class="muted">{note}</small> })}
                                </th>
                                {cells}
                            </tr>
                        }
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

fn column_head(
    column: MatrixColumn,
    sorted_by: Signal<String>,
    on_sort: Option<Callback<String>>,
) -> impl IntoView {
    let MatrixColumn {
        id,
        label,
        sign,
        href,
    } = column;
    let sorted = {
        let id = id.clone();
        move || (sorted_by.get() == id).then_some("descending")
    };
    view! {
        <th scope="col" role="columnheader" aria-sort=sorted class=sign.hue()>
            <a class="matrix-head" href=href><SignMark sign /> <span class="matrix-name">{label.clone()}</span></a>
            {on_sort.map(|on_sort| view! {
                <button type="button" class="matrix-sort" aria-label=move || t::matrix_sort(&label) on:click=move |_| on_sort.run(id.clone())>
                    <span aria-hidden="true">"↓"</span>
                </button>
            })}
        </th>
    }
}

#[component]
fn MatrixLegend() -> impl IntoView {
    let one = |class: &'static str, text: fn() -> &'static str| view! { <li><span class=class aria-hidden="true"></span> {text}</li> };
    view! {
        <ul class="matrix-legend" role="list">
            {one("cell-mark contributes", t::matrix_contributes)}
            {one("cell-mark needs", t::matrix_needs)}
            {one("cell-mark follows", t::matrix_follows)}
            {one("cell-mark contributes inferred", t::matrix_inferred)}
        </ul>
    }
}

/// One cell of the heat grid. `share` runs from -1 (all is lacking) to 1 (all is there and more).
#[derive(Clone, Debug, PartialEq)]
pub struct Heat {
    /// None: not known, which is neither zero nor enough.
    pub share: Option<f64>,
    /// There is nothing to know: no record speaks of it.
    pub none: bool,
    /// What is written in the cell.
    pub text: String,
    /// What is written small below it.
    pub note: Option<String>,
    /// What is said of it, with its unit and what stands behind it.
    pub words: String,
}

impl Heat {
    fn class(&self) -> &'static str {
        match self.share {
            None if self.none => "heat none",
            None => "heat unsure",
            Some(share) if share <= -0.66 => "heat lack-3",
            Some(share) if share <= -0.33 => "heat lack-2",
            Some(share) if share < 0.0 => "heat lack-1",
            Some(share) if share < 0.33 => "heat have-1",
            Some(share) if share < 0.66 => "heat have-2",
            Some(_) => "heat have-3",
        }
    }
}

/// Rows (id, label) by columns (id, label), one `Heat` each, in the order of the rows.
#[component]
pub fn HeatGrid(
    #[prop(into)] caption: TextProp,
    #[prop(into)] rows: Signal<Vec<(String, String, Vec<Heat>)>>,
    columns: Vec<(String, String)>,
    #[prop(into)] on_open: Callback<(String, String)>,
) -> impl IntoView {
    let grid = Walk::new(columns.len(), Signal::derive(move || rows.with(Vec::len)));
    let ids: Arc<[String]> = columns.iter().map(|it| it.0.clone()).collect();
    let said = caption.clone();
    view! {
        <div class="matrix-wrap heat-wrap" tabindex="-1">
            <table class="heat-grid" role="grid" aria-label=move || said.get().to_string() node_ref=grid.node on:keydown=move |event| grid.key(&event)>
                <caption>{move || caption.get()}</caption>
                <thead role="rowgroup"><tr role="row"><td></td>
                    {columns.into_iter().map(|(_, label)| view! { <th scope="col" role="columnheader">{label}</th> }).collect_view()}
                </tr></thead>
                <tbody role="rowgroup">
                    {move || rows.get().into_iter().enumerate().map(|(y, (id, label, heats))| {
                        let cells = heats.into_iter().enumerate().map(|(x, heat)| {
                            let open = { let ids = (id.clone(), ids.get(x).cloned().unwrap_or_default()); move |_| on_open.run(ids.clone()) };
                            view! {
                                <td role="gridcell" class=heat.class() data-at=place(x, y) tabindex=move || grid.tabindex(x, y)
                                    on:focus=move |_| grid.here.set((x, y)) on:click=open>
                                    <span aria-hidden="true">{heat.text.clone()} {heat.note.clone().map(|note| view! { <small>{note}</small> })}</span>
                                    <span class="visually-hidden">{heat.words.clone()}</span>
                                </td>
                            }
                        }).collect_view();
                        view! { <tr role="row"><th scope="row" role="rowheader">{label}</th>{cells}</tr> }
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

/// Walking a grid by keyboard: one cell is in the tab order, arrows move it.
#[derive(Clone, Copy)]
struct Walk {
    here: RwSignal<(usize, usize)>,
    width: usize,
    height: Signal<usize>,
    node: NodeRef<html::Table>,
}

impl Walk {
    fn new(width: usize, height: Signal<usize>) -> Self {
        Self {
            here: RwSignal::new((0, 0)),
            width,
            height,
            node: NodeRef::new(),
        }
    }

    fn tabindex(&self, x: usize, y: usize) -> &'static str {
        if self.here.get() == (x, y) { "0" } else { "-1" }
    }

    fn key(&self, event: &web_sys::KeyboardEvent) {
        let key = event.key();
        let target = event
            .target()
            .and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok());
        if key == "Enter" || key == " " {
            if let Some(cell) = target.filter(|it| it.get_attribute("role").as_deref() == Some("gridcell")) {
                event.prevent_default();
                cell.click();
            }
            return;
        }
        let size = (self.width, self.height.get_untracked());
        let Some((x, y)) = step(self.here.get_untracked(), size, &key, event.ctrl_key()) else {
            return;
        };
        event.prevent_default();
        self.here.set((x, y));
        let found = self.node.get_untracked().and_then(|table| {
            table
                .query_selector(&format!("[data-at='{}']", place(x, y)))
                .ok()
                .flatten()
        });
        if let Some(cell) = found.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = cell.focus();
        }
    }
}

fn place(x: usize, y: usize) -> String {
    format!("{x},{y}")
}

/// Where a key leads from a cell of a grid; none for a key that does not walk.
fn step(
    (x, y): (usize, usize),
    (width, height): (usize, usize),
    key: &str,
    whole: bool,
) -> Option<(usize, usize)> {
    let (right, bottom) = (width.checked_sub(1)?, height.checked_sub(1)?);
    match key {
        "ArrowRight" => Some(((x + 1).min(right), y)),
        "ArrowLeft" => Some((x.saturating_sub(1), y)),
        "ArrowDown" => Some((x, (y + 1).min(bottom))),
        "ArrowUp" => Some((x, y.saturating_sub(1))),
        "Home" => Some((0, if whole { 0 } else { y })),
        "End" => Some((right, if whole { bottom } else { y })),
        "PageDown" => Some((x, (y + 10).min(bottom))),
        "PageUp" => Some((x, y.saturating_sub(10))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_walk_a_grid_and_stop_at_its_edges() {
        let size = (9, 31);
        assert_eq!(step((0, 0), size, "ArrowLeft", false), Some((0, 0)));
        assert_eq!(step((8, 30), size, "ArrowRight", false), Some((8, 30)));
        assert_eq!(step((3, 28), size, "PageDown", false), Some((3, 30)));
        assert_eq!(step((3, 4), size, "End", true), Some((8, 30)));
        assert_eq!(step((3, 4), size, "a", false), None);
        assert_eq!(step((0, 0), (0, 0), "ArrowDown", false), None);
    }

    #[test]
    fn unknown_is_not_the_colour_of_zero() {
        let heat = |share| {
            Heat {
                share,
                none: false,
                text: String::new(),
                note: None,
                words: String::new(),
            }
            .class()
        };
        assert_ne!(heat(None), heat(Some(0.0)));
        assert_eq!(heat(Some(-1.0)), "heat lack-3");
    }
}
