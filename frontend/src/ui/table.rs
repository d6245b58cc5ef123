//! Table: sortable columns, tabular figures, and one card a row on a phone, still a table to screen readers.

use crate::language::t;
use leptos::prelude::*;
use std::cmp::Ordering;
use std::sync::Arc;

type Cell<T> = Arc<dyn Fn(&T) -> AnyView + Send + Sync>;
type Order<T> = Arc<dyn Fn(&T, &T) -> Ordering + Send + Sync>;

/// One column: what it is called, what it shows of a row, how it sorts.
#[derive(Clone)]
pub struct Column<T> {
    key: &'static str,
    label: TextProp,
    number: bool,
    sortable: bool,
    cell: Cell<T>,
    order: Option<Order<T>>,
}

impl<T> Column<T> {
    pub fn new<V: IntoView + 'static>(
        key: &'static str,
        label: impl Into<TextProp>,
        cell: impl Fn(&T) -> V + Send + Sync + 'static,
    ) -> Self {
        let cell: Cell<T> = Arc::new(move |row| cell(row).into_any());
        Self {
            key,
            label: label.into(),
            number: false,
            sortable: false,
            cell,
            order: None,
        }
    }

    /// Figures, set to the right.
    #[must_use]
    pub const fn number(mut self) -> Self {
        self.number = true;
        self
    }

    /// Sorted here, among the rows that are there: only for lists that are there whole.
    #[must_use]
    pub fn sorts_by(mut self, order: impl Fn(&T, &T) -> Ordering + Send + Sync + 'static) -> Self {
        self.sortable = true;
        self.order = Some(Arc::new(order));
        self
    }

    /// Sorted by whoever gives the rows, who follows the same `Sort`.
    #[must_use]
    pub const fn sorts_elsewhere(mut self) -> Self {
        self.sortable = true;
        self
    }
}

/// By which column, in which direction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    pub key: String,
    pub descending: bool,
}

impl Sort {
    /// `titre` or `-titre`, as the address writes it.
    pub fn parse(text: &str) -> Self {
        text.strip_prefix('-').map_or_else(
            || Self {
                key: text.to_owned(),
                descending: false,
            },
            |key| Self {
                key: key.to_owned(),
                descending: true,
            },
        )
    }

    pub fn written(&self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.key)
    }

    fn toggled(&self, key: &str) -> Self {
        Self {
            key: key.to_owned(),
            descending: self.key == key && !self.descending,
        }
    }
}

/// The first column names the row. `caption` says what the table is, how many rows, and as of when.
#[component]
pub fn Table<T: Clone + Send + Sync + 'static>(
    #[prop(into)] caption: TextProp,
    columns: Vec<Column<T>>,
    #[prop(into)] rows: Signal<Vec<T>>,
    #[prop(optional, into)] sort: Signal<Sort>,
    #[prop(optional, into)] on_sort: Option<Callback<Sort>>,
) -> impl IntoView {
    let heads: Vec<_> = columns
        .iter()
        .map(|it| (it.key, it.label.clone(), it.number, it.sortable))
        .collect();
    let orders: Vec<_> = columns
        .iter()
        .filter_map(|it| it.order.clone().map(|order| (it.key, order)))
        .collect();
    let cells: Arc<[_]> = columns
        .into_iter()
        .map(|it| (it.label, it.number, it.cell))
        .collect();
    let sorted = move || {
        let mut rows = rows.get();
        let sort = sort.get();
        if let Some((_, order)) = orders.iter().find(|(key, _)| *key == sort.key) {
            rows.sort_by(|a, b| if sort.descending { order(b, a) } else { order(a, b) });
        }
        rows
    };
    let choices: Vec<_> = heads
        .iter()
        .filter(|head| head.3)
        .map(|head| (head.0, head.1.clone()))
        .collect();
    view! {
        {on_sort.filter(|_| !choices.is_empty()).map(|on_sort| phone_sort(choices, sort, on_sort))}
        <div class="table-wrap" tabindex="0" role="region" aria-label=move || caption.get().to_string()>
            <table class="table" role="table">
                <caption>{ let caption = caption.clone(); move || caption.get() }</caption>
                <thead role="rowgroup">
                    <tr role="row">{heads.into_iter().map(|(key, label, number, sortable)| head(key, label, number, sortable, sort, on_sort)).collect_view()}</tr>
                </thead>
                <tbody role="rowgroup">
                    {move || sorted().iter().map(|row| {
                        let cells = cells.iter().enumerate().map(|(place, (label, number, cell))| {
                            let class = number.then_some("number");
                            let label = label.clone();
                            if place == 0 {
                                view! { <th scope="row" role="rowheader" class=class>{cell(row)}</th> }.into_any()
                            } else {
                                view! { <td role="cell" class=class data-label=move || label.get().to_string()>{cell(row)}</td> }.into_any()
                            }
                        }).collect_view();
                        view! { <tr role="row">{cells}</tr> }
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

fn head(
    key: &'static str,
    label: TextProp,
    number: bool,
    sortable: bool,
    sort: Signal<Sort>,
    on_sort: Option<Callback<Sort>>,
) -> AnyView {
    let class = number.then_some("number");
    let Some(on_sort) = on_sort.filter(|_| sortable) else {
        return view! { <th scope="col" role="columnheader" class=class>{move || label.get()}</th> }
            .into_any();
    };
    let sorted = move || {
        let sort = sort.get();
        (sort.key == key).then_some(if sort.descending {
            "descending"
        } else {
            "ascending"
        })
    };
    let arrow = move || match sorted() {
        Some("ascending") => "↑",
        Some(_) => "↓",
        None => "↕",
    };
    view! {
        <th scope="col" role="columnheader" class=class aria-sort=sorted>
            <button type="button" on:click=move |_| on_sort.run(sort.get_untracked().toggled(key))>
                <span>{move || label.get()}</span>
                <span class="arrow" aria-hidden="true">{arrow}</span>
            </button>
        </th>
    }
    .into_any()
}

/// On a phone the heads are gone: a select takes their place.
fn phone_sort(
    choices: Vec<(&'static str, TextProp)>,
    sort: Signal<Sort>,
    on_sort: Callback<Sort>,
) -> impl IntoView {
    let id = super::unique("sort");
    view! {
        <div class="table-sort">
            <label for=id.clone()>{t::table_sort}</label>
            <select class="input" id=id on:change=move |event| on_sort.run(Sort::parse(&event_target_value(&event)))>
                {choices.into_iter().flat_map(|(key, label)| [false, true].map(|descending| {
                    let label = label.clone();
                    let this = Sort { key: key.to_owned(), descending };
                    let value = this.written();
                    view! {
                        <option value=value selected=move || sort.get() == this>
                            {move || format!("{} {}", label.get(), if descending { "↓" } else { "↑" })}
                        </option>
                    }
                })).collect_view()}
            </select>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_written_as_the_address_has_it() {
        for text in ["title", "-title"] {
            assert_eq!(Sort::parse(text).written(), text);
        }
    }

    #[test]
    fn the_same_head_twice_turns_the_order_round() {
        let once = Sort::default().toggled("title");
        assert_eq!(once.written(), "title");
        assert_eq!(once.toggled("title").written(), "-title");
        assert_eq!(once.toggled("title").toggled("province").written(), "province");
    }
}
