//! The catalogue of expertise, narrowed by its facets, each value with how many there are; all of it in the address.

use super::cards;
use super::places::Places;
use super::read::{CatalogueAsked, CatalogueFound, ExpertiseRow, FacetRow, FacetsAsked, FacetsFound};
use super::words;
use crate::address;
use crate::api;
use crate::browser;
use crate::format;
use crate::language::{Text, t};
use crate::project::list::bound;
use crate::session;
use crate::ui::button::Button;
use crate::ui::chips::{ActiveFilters, ChipOption, FilterChips};
use crate::ui::field::TextField;
use crate::ui::more::More;
use crate::ui::page::{Page, Section};
use crate::ui::state::{Empty, Failed, Loaded, Shape};
use crate::viewer;
use cynic::QueryBuilder;
use domain::expertise::topic::{Topic, topic};
use domain::expertise::{Facet, Filter};
use domain::{Actor, OrganisationId};
use leptos::prelude::*;

type Shown = api::Page<ExpertiseRow>;
/// A word of the address that holds several values, and how to change it.
type Several = (Signal<Vec<String>>, Callback<Vec<String>>);

/// The facets by their word of the address.
const FACETS: [(Facet, &str, Text); 5] = [
    (Facet::Topic, "sujet", t::expertise_field_topics),
    (Facet::Form, "forme", t::expertise_field_forms),
    (Facet::Cost, "cout", t::expertise_field_cost),
    (Facet::Language, "langue", t::expertise_field_languages),
    (Facet::Territory, "territoire", t::expertise_field_territory),
];

/// What the address narrows by.
#[derive(Clone, Copy)]
struct Filters {
    text: (Signal<String>, Callback<String>),
    /// All, or only what is to be had now.
    all: (Signal<String>, Callback<String>),
    facets: [Several; 5],
}

impl Filters {
    fn of_address() -> Self {
        Self {
            text: address::word("q"),
            all: address::word("etat"),
            facets: FACETS.map(|(_, name, _)| address::words(name)),
        }
    }

    fn filter(self) -> Filter {
        let [topics, forms, costs, languages, territory] = self.facets.map(|it| it.0.get());
        let text = self.text.0.get();
        Filter {
            topics: Some(topics).filter(|it| !it.is_empty()),
            forms: several(&forms),
            costs: several(&costs),
            languages: several(&languages),
            territory: territory.first().and_then(|it| it.parse().ok()),
            available_on: self
                .all
                .0
                .get()
                .is_empty()
                .then(|| format::day_of(browser::now())),
            text: Some(text.trim().to_owned()).filter(|it| !it.is_empty()),
            ..Filter::default()
        }
    }

    fn clear(self) {
        self.text.1.run(String::new());
        self.all.1.run(String::new());
        for (_, set) in self.facets {
            set.run(Vec::new());
        }
    }
}

/// The words of a closed list; none where none is said.
fn several<W: std::str::FromStr>(words: &[String]) -> Option<Vec<W>> {
    let some: Vec<W> = words.iter().filter_map(|it| it.parse().ok()).collect();
    (!some.is_empty()).then_some(some)
}

/// How a value of a facet is called.
fn word(facet: Facet, value: &str) -> String {
    match facet {
        Facet::Topic => words::topic(value).to_owned(),
        Facet::Form => value
            .parse()
            .map_or_else(|_| value.to_owned(), |it| words::form(it).to_owned()),
        Facet::Cost => value
            .parse()
            .map_or_else(|_| value.to_owned(), |it| words::cost(it).to_owned()),
        Facet::Language => value
            .parse()
            .map_or_else(|_| value.to_owned(), |it| words::spoken(it).to_owned()),
        Facet::Territory => crate::records::title(value).unwrap_or_else(|| "…".to_owned()),
    }
}

/// Whether a value of a facet is shown: a narrow topic only within a broad one that is chosen.
fn is_shown(facet: Facet, value: &str, on: &[String]) -> bool {
    match facet {
        Facet::Topic => topic(value).is_some_and(|of| {
            of.broad.is_none_or(|broad| {
                let families = on.iter().filter_map(|code| topic(code)).map(Topic::family);
                families.into_iter().any(|family| family == broad)
            })
        }),
        Facet::Form | Facet::Cost | Facet::Language | Facet::Territory => true,
    }
}

/// Whether the reader may offer expertise of an organisation.
pub fn may_offer() -> bool {
    match viewer::actor() {
        Actor::Person(person) => person.organisation.is_some() || viewer::actor().is_staff(),
        Actor::Visitor | Actor::Client(_) | Actor::System => false,
    }
}

#[component]
pub fn Screen() -> impl IntoView {
    let filters = Filters::of_address();
    let paged = api::pages(
        move |after| {
            CatalogueFound::build(CatalogueAsked {
                filter: Some(filters.filter()),
                after,
            })
        },
        |CatalogueFound { expertises }| api::Page {
            total: Some(i64::from(expertises.total_count)),
            next: expertises.page_info.next(),
            rows: expertises.nodes,
        },
    );
    let facets = api::load(move || {
        FacetsFound::build(FacetsAsked {
            filter: Some(filters.filter()),
        })
    });
    let counts = Memo::new(move |_| {
        facets.load.with(|it| {
            it.value()
                .map(|it| it.expertise_facets.clone())
                .unwrap_or_default()
        })
    });
    let active = Signal::derive(move || {
        let mut active = Vec::new();
        let text = filters.text.0.get();
        if !text.trim().is_empty() {
            active.push(("q".to_owned(), format!("« {} »", text.trim())));
        }
        if !filters.all.0.get().is_empty() {
            active.push(("etat".to_owned(), t::expertise_also_closed().to_owned()));
        }
        for ((facet, _, _), (on, _)) in FACETS.into_iter().zip(filters.facets) {
            active.extend(on.get().into_iter().map(|value| {
                let said = word(facet, &value);
                (format!("{facet} {value}"), said)
            }));
        }
        active
    });
    let remove = move |key: String| match key.split_once(' ') {
        None if key == "q" => filters.text.1.run(String::new()),
        None => filters.all.1.run(String::new()),
        Some((facet, value)) => {
            for ((of, _, _), (on, set)) in FACETS.into_iter().zip(filters.facets) {
                if of.word() == facet {
                    set.run(on.get_untracked().into_iter().filter(|it| it != value).collect());
                }
            }
        }
    };
    let clear = Callback::new(move |()| filters.clear());
    let more = RwSignal::new(false);
    let all_options = Signal::derive(|| {
        vec![ChipOption {
            value: "TOUT".to_owned(),
            label: t::expertise_also_closed().to_owned(),
            count: None,
        }]
    });
    let all_on = Signal::derive(move || vec![filters.all.0.get()]);
    let set_all = move |on: Vec<String>| {
        let all = on.into_iter().find(|it| it == "TOUT");
        filters.all.1.run(all.unwrap_or_default());
    };
    let tools = move || {
        view! {
            <Places here="/expertises" />
            {move || may_offer().then(|| view! { <a class="button primary" href="/expertises/nouvelle">{t::expertise_create}</a> })}
        }
    };
    view! {
        <Page title=t::expertise_title lead=t::expertise_question tools>
            <div class="project-filters no-print">
                <TextField label=t::projects_filter_text value=bound(filters.text) kind="search" required=true />
                <div class="expertise-toggle">
                    <Button text=move || if more.get() { t::projects_filters_less() } else { t::projects_filters_more() }
                        on_press=move |()| more.update(|it| *it = !*it) />
                </div>
            </div>
            <ActiveFilters filters=active on_remove=remove on_clear=clear />
            <div class="expertise-catalogue">
                <div class="expertise-facets no-print" class:open=more>
                    {FACETS.into_iter().zip(filters.facets).map(|((facet, _, name), (on, set))| view! {
                        <FacetChips facet name on set counts />
                    }).collect_view()}
                    <FilterChips label=t::expertise_also_closed options=all_options on=all_on on_change=set_all />
                </div>
                <div>
                    <Loaded load=paged.load shape=Shape::Cards on_retry=paged.reload view=move |page: Shown| {
                        let (shown, total, has_more) = (page.rows.len(), page.total, page.next.is_some());
                        if page.rows.is_empty() {
                            return nothing(active, clear);
                        }
                        view! {
                            <ol class="columns expertise-cards" role="list">{page.rows.into_iter().map(|row| view! { <li>{cards::expertise(row)}</li> }).collect_view()}</ol>
                            {move || paged.failed.get().map(|failure| view! { <Failed failure on_retry=paged.more /> })}
                            <More shown=shown total=total has_more=has_more busy=paged.busy on_more=paged.more />
                        }
                        .into_any()
                    } />
                </div>
            </div>
        </Page>
    }
}

/// The values of one facet, each with how many there are; those that are chosen also where there is none.
#[component]
fn FacetChips(
    facet: Facet,
    name: Text,
    on: Signal<Vec<String>>,
    set: Callback<Vec<String>>,
    counts: Memo<Vec<FacetRow>>,
) -> impl IntoView {
    let options = Signal::derive(move || {
        let on = on.get();
        let mut options: Vec<ChipOption> = counts.with(|counts| {
            counts
                .iter()
                .filter(|it| it.kind == facet)
                .filter_map(|it| {
                    let value = it.value.clone()?;
                    let label = match &it.territory {
                        Some(place) => place.label.clone(),
                        None => word(facet, &value),
                    };
                    (is_shown(facet, &value, &on) || on.contains(&value)).then(|| ChipOption {
                        value,
                        label,
                        count: Some(i64::from(it.count)),
                    })
                })
                .collect()
        });
        for value in &on {
            if !options.iter().any(|it| it.value == *value) {
                options.push(ChipOption {
                    value: value.clone(),
                    label: word(facet, value),
                    count: Some(0),
                });
            }
        }
        options.sort_by_key(|it| {
            (
                topic(&it.value).map_or("", Topic::family),
                topic(&it.value).is_some_and(|of| of.broad.is_some()),
                domain::text::fold(&it.label),
            )
        });
        options
    });
    let change = move |values: Vec<String>| {
        // A list is narrowed to one territory.
        let values = if facet == Facet::Territory {
            values.into_iter().next_back().into_iter().collect()
        } else {
            values
        };
        set.run(values);
    };
    move || {
        let known = options.with(|it| !it.is_empty());
        known.then(|| {
            view! {
                <div class="exchange-filter-months">
                    <span class="project-filter-name">{name}</span>
                    <FilterChips label=name options on on_change=change />
                </div>
            }
        })
    }
}

fn nothing(active: Signal<Vec<(String, String)>>, clear: Callback<()>) -> AnyView {
    if !active.get_untracked().is_empty() {
        return view! {
            <Empty title=t::expertise_none_found text=t::exchange_none_found_text>
                <button type="button" class="button" on:click=move |_| clear.run(())>{t::chip_clear}</button>
            </Empty>
        }
        .into_any();
    }
    view! {
        <Empty title=t::expertise_none text=t::expertise_none_text>
            {move || session::person().is_none().then(|| view! { <a class="button" href="/connexion?vers=/expertises">{t::action_sign_in}</a> })}
        </Empty>
    }
    .into_any()
}

/// What one organisation offers, on its page; nothing where it offers nothing.
#[component]
pub fn OfOrganisation(organisation: OrganisationId) -> impl IntoView {
    let found = api::load(move || {
        CatalogueFound::build(CatalogueAsked {
            filter: Some(Filter {
                organisations: Some(vec![organisation]),
                ..Filter::default()
            }),
            after: None,
        })
    });
    let rows = Memo::new(move |_| {
        found.load.with(|it| {
            it.value()
                .map(|it| it.expertises.nodes.clone())
                .unwrap_or_default()
        })
    });
    move || {
        let rows = rows.get();
        (!rows.is_empty()).then(|| {
            view! {
                <Section title=t::expertise_title broad=true>
                    <ol class="columns expertise-cards" role="list">{rows.into_iter().map(|row| view! { <li>{cards::expertise(row)}</li> }).collect_view()}</ol>
                </Section>
            }
        })
    }
}
