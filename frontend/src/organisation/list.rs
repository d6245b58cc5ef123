//! The organisations from A to Z, narrowed by what the address says: kind, state, territory, words.

use super::words;
use crate::address;
use crate::api;
use crate::contract::{PageInfo, schema};
use crate::language::t;
use crate::records::{self, RecordField};
use crate::ui::chips::{ActiveFilters, ChipOption, FilterChips, Status};
use crate::ui::combobox::{Choice, Combobox};
use crate::ui::field::TextField;
use crate::ui::more::More;
use crate::ui::page::Page;
use crate::ui::state::{Empty, Loaded};
use crate::viewer;
use cynic::QueryBuilder;
use domain::RecordType;
use domain::organisation::{Filter, Kind, State};
use domain::policy::Action;
use leptos::prelude::*;

#[derive(cynic::QueryVariables)]
struct Asked {
    filter: Option<Filter>,
    after: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Asked")]
struct Found {
    #[arguments(where: $filter, first: 100, after: $after)]
    organisations: OrganisationConnection,
}

crate::api::document!(query Found(Asked));

#[derive(Clone, cynic::QueryFragment)]
struct OrganisationConnection {
    nodes: Vec<Organisation>,
    page_info: PageInfo,
    total_count: i32,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct Organisation {
    id: cynic::Id,
    name: String,
    acronym: Option<String>,
    kinds: Vec<Kind>,
    role: Option<String>,
    state: State,
    commune: Option<Commune>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Territory")]
struct Commune {
    label: String,
}

type Rows = api::Page<Organisation>;

#[component]
pub fn Screen() -> impl IntoView {
    let (kinds, set_kinds) = address::words("sorte");
    let (states, set_states) = address::words("etat");
    let (territory, set_territory) = address::word("territoire");
    let (text, set_text) = address::word("q");
    let filter = move || {
        let some = |it: String| (!it.is_empty()).then_some(it);
        let kinds: Vec<Kind> = kinds.get().iter().filter_map(|it| it.parse().ok()).collect();
        let states: Vec<State> = states.get().iter().filter_map(|it| it.parse().ok()).collect();
        Filter {
            kinds: (!kinds.is_empty()).then_some(kinds),
            states: (!states.is_empty()).then_some(states),
            territory: territory.get().parse().ok(),
            text: some(text.get()),
        }
    };
    let found = api::pages(
        move |after| {
            Found::build(Asked {
                filter: Some(filter()),
                after,
            })
        },
        |found: Found| {
            let OrganisationConnection {
                nodes,
                page_info,
                total_count,
            } = found.organisations;
            api::Page {
                rows: nodes,
                next: page_info.next(),
                total: Some(total_count.into()),
            }
        },
    );
    let active = Signal::derive(move || {
        let mut active: Vec<(String, String)> = Vec::new();
        for kind in kinds.get() {
            let word = kind
                .parse()
                .map_or_else(|_| kind.clone(), |it| words::kind(it).to_owned());
            active.push((format!("sorte:{kind}"), word));
        }
        let place = territory.get();
        if !place.is_empty() {
            active.push(("territoire".to_owned(), records::title(&place).unwrap_or(place)));
        }
        let typed = text.get();
        if !typed.is_empty() {
            active.push(("q".to_owned(), format!("« {typed} »")));
        }
        active
    });
    let remove = move |key: String| match key.as_str() {
        "territoire" => set_territory.run(String::new()),
        "q" => set_text.run(String::new()),
        other => {
            let gone = other.strip_prefix("sorte:").unwrap_or_default().to_owned();
            set_kinds.run(
                kinds
                    .get_untracked()
                    .into_iter()
                    .filter(|it| *it != gone)
                    .collect(),
            );
        }
    };
    let clear = Callback::new(move |()| {
        set_kinds.run(Vec::new());
        set_states.run(Vec::new());
        set_territory.run(String::new());
        set_text.run(String::new());
    });
    let state_options = Signal::derive(move || {
        let all = State::ALL.iter();
        all.map(|it| ChipOption {
            value: it.to_string(),
            label: words::state(*it).to_owned(),
            count: None,
        })
        .collect::<Vec<_>>()
    });
    let tools = move || {
        view! {
            {move || viewer::may(Action::KeepOrganisations).then(|| view! { <a class="button primary" href="/organisations/nouvelle">{t::organisation_create}</a> })}
        }
    };
    let shown = move || found.load.with(|it| it.value().map_or(0, |page| page.rows.len()));
    let total = move || found.load.with(|it| it.value().and_then(|page| page.total));
    let has_more = move || {
        found
            .load
            .with(|it| it.value().is_some_and(|page| page.next.is_some()))
    };
    view! {
        <Page title=t::organisations_title lead=t::organisations_question tools>
            <div class="filters no-print">
                <Words text set_text />
                <Kinds kinds set_kinds />
                <Where territory set_territory />
            </div>
            <div class="stack-tight organisations-states">
                <FilterChips label=t::organisation_field_state options=state_options on=states on_change=set_states />
                <ActiveFilters filters=active on_remove=remove on_clear=clear />
            </div>
            <Loaded load=found.load on_retry=found.reload view=move |page: Rows| {
                if page.rows.is_empty() {
                    return view! { <Empty title=t::organisations_none text=t::organisations_none_text><button type="button" class="button" on:click=move |_| clear.run(())>{t::chip_clear}</button></Empty> }.into_any();
                }
                view! { <Alphabet rows=page.rows /> }.into_any()
            } />
            <More shown=Signal::derive(shown) total=Signal::derive(total) has_more=Signal::derive(has_more) busy=found.busy on_more=found.more />
        </Page>
    }
}

/// What is typed narrows the list, and the address follows a moment later.
#[component]
fn Words(text: Signal<String>, set_text: Callback<String>) -> impl IntoView {
    let typed = RwSignal::new(text.get_untracked());
    let turn = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let now = text.get();
        if typed.get_untracked().trim() != now {
            typed.set(now);
        }
    });
    Effect::new(move |before: Option<String>| {
        let now = typed.get();
        if before.is_some_and(|before| before != now) {
            turn.update_value(|turn| *turn += 1);
            let mine = turn.get_value();
            let word = now.trim().to_owned();
            leptos::task::spawn_local(async move {
                crate::browser::wait(250).await;
                if turn.try_get_value() == Some(mine) {
                    set_text.run(word);
                }
            });
        }
        now
    });
    view! { <TextField label=t::organisations_words value=typed kind="search" required=true /> }
}

#[component]
fn Kinds(kinds: Signal<Vec<String>>, set_kinds: Callback<Vec<String>>) -> impl IntoView {
    let taken = RwSignal::new(kinds.get_untracked());
    follow(taken, kinds, set_kinds);
    let options = Signal::derive(move || {
        let mut all: Vec<Choice> = Kind::ALL
            .iter()
            .map(|it| Choice::new(it.word(), words::kind(*it)))
            .collect();
        all.sort_by_key(|it| domain::text::fold(&it.label));
        all
    });
    view! { <Combobox label=t::organisation_field_kinds options taken multiple=true required=true /> }
}

#[component]
fn Where(territory: Signal<String>, set_territory: Callback<String>) -> impl IntoView {
    let list = Signal::derive(move || {
        let id = territory.get();
        if id.is_empty() { Vec::new() } else { vec![id] }
    });
    let taken = RwSignal::new(list.get_untracked());
    let set =
        Callback::new(move |ids: Vec<String>| set_territory.run(ids.into_iter().next().unwrap_or_default()));
    follow(taken, list, set);
    view! { <RecordField label=t::organisations_where kinds=&[RecordType::Territory] taken required=true /> }
}

/// A field's own signal and the address's follow each other.
fn follow(taken: RwSignal<Vec<String>>, address: Signal<Vec<String>>, set: Callback<Vec<String>>) {
    Effect::new(move |_| {
        let now = address.get();
        if taken.with_untracked(|taken| *taken != now) {
            taken.set(now);
        }
    });
    Effect::new(move |_| {
        let now = taken.get();
        if address.with_untracked(|address| *address != now) {
            set.run(now);
        }
    });
}

/// The letter under which a name is found.
fn letter(name: &str) -> char {
    let first = domain::text::fold(name).chars().next().unwrap_or('#');
    if first.is_ascii_alphabetic() {
        first.to_ascii_uppercase()
    } else {
        '#'
    }
}

#[component]
fn Alphabet(rows: Vec<Organisation>) -> impl IntoView {
    let mut groups: Vec<(char, Vec<Organisation>)> = Vec::new();
    for row in rows {
        let letter = letter(&row.name);
        match groups.last_mut().filter(|it| it.0 == letter) {
            Some((_, group)) => group.push(row),
            None => groups.push((letter, vec![row])),
        }
    }
    let letters: Vec<char> = groups.iter().map(|it| it.0).collect();
    let go = |letter: char| {
        move |event: web_sys::MouseEvent| {
            event.prevent_default();
            let id = format!("letter-{letter}");
            if let Some(element) = document().get_element_by_id(&id) {
                element.scroll_into_view();
            }
            crate::browser::focus(&id);
        }
    };
    view! {
        <nav class="letters no-print" aria-label=t::organisations_letters>
            {letters.into_iter().map(|letter| view! { <a href=format!("#letter-{letter}") rel="external" on:click=go(letter)>{letter.to_string()}</a> }).collect_view()}
        </nav>
        {groups.into_iter().map(|(letter, group)| view! {
            <section class="letter-group" aria-labelledby=format!("letter-{letter}")>
                <h2 id=format!("letter-{letter}") tabindex="-1">{letter.to_string()}</h2>
                <ul class="columns" role="list">{group.into_iter().map(card).collect_view()}</ul>
            </section>
        }).collect_view()}
    }
}

fn card(it: Organisation) -> impl IntoView {
    let Organisation {
        id,
        name,
        acronym,
        kinds,
        role,
        state,
        commune,
    } = it;
    let said = move || {
        if kinds.is_empty() {
            t::organisation_kind_unknown().to_owned()
        } else {
            kinds
                .iter()
                .map(|kind| words::kind(*kind))
                .collect::<Vec<_>>()
                .join(", ")
        }
    };
    let place = commune.map(|it| it.label);
    view! {
        <li class="card">
            <h3><a class="cover" href=format!("/organisations/{}", id.inner())>{name}</a>{acronym.map(|acronym| view! { <span class="muted">" · " {acronym}</span> })}</h3>
            <p class="muted small">{said}</p>
            {role.map(|role| view! { <p class="small clip">{role}</p> })}
            <div class="card-foot">
                <span>{move || place.clone().unwrap_or_else(|| t::organisation_seat_unknown().to_owned())}</span>
                <Status course=words::course(state) text=move || words::state(state) />
            </div>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_under_its_first_letter_without_accent() {
        assert_eq!(letter("Échafaudage"), 'E');
        assert_eq!(letter("« Le Pain »"), 'L');
        assert_eq!(letter("5C"), '#');
    }
}
