//! Merging an organisation with another one: which of the two stays, what will go over and how much of it, and the way
//! back.

use super::read::Facts;
use crate::api;
use crate::contract::schema;
use crate::edit::offer_undo;
use crate::format;
use crate::language::t;
use crate::records::{self, RecordField};
use crate::refusal::{UserError, failed, refused};
use crate::ui::button::{Button, Look};
use crate::ui::facts::{Fact, Facts as FactList};
use crate::ui::field::{Refusals, Refused, SelectField};
use crate::ui::state::{Failure, Loaded};
use crate::ui::toast::toasts;
use cynic::{MutationBuilder, QueryBuilder};
use domain::RecordType;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

#[derive(cynic::QueryVariables)]
struct Pair {
    one: cynic::Id,
    other: cynic::Id,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Pair")]
struct Read {
    #[cynic(alias, rename = "organisation")]
    #[arguments(id: $one)]
    one: Option<Half>,
    #[cynic(alias, rename = "organisation")]
    #[arguments(id: $other)]
    other: Option<Half>,
}

crate::api::document!(query Read(Pair));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Organisation")]
struct Half {
    id: cynic::Id,
    revision: i32,
    name: String,
    named_by: Option<Vec<NamedBy>>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct NamedBy {
    record_type: RecordType,
    count: i32,
}

#[derive(cynic::InputObject)]
struct OrganisationMergeInput {
    id: cynic::Id,
    into: cynic::Id,
    expected_revision: i32,
    into_expected_revision: i32,
}

#[derive(cynic::QueryVariables)]
struct Merging {
    input: OrganisationMergeInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Merging")]
struct Merged {
    #[arguments(input: $input)]
    organisation_merge: OrganisationMergePayload,
}

crate::api::document!(mutation Merged(Merging));

#[derive(cynic::QueryFragment)]
struct OrganisationMergePayload {
    user_errors: Vec<UserError>,
    change_id: Option<cynic::Id>,
}

async fn merge(goes: &Half, stays: &Half) -> Result<OrganisationMergePayload, Failure> {
    let input = OrganisationMergeInput {
        id: goes.id.clone(),
        into: stays.id.clone(),
        expected_revision: goes.revision,
        into_expected_revision: stays.revision,
    };
    let sent = Merged::build(Merging { input });
    Ok(api::mutate(&sent).await?.organisation_merge)
}

/// The panel in which the other one is looked for.
#[component]
pub fn Merge(own: Facts, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let other = RwSignal::new(Vec::<String>::new());
    let own = own.id;
    view! {
        <section class="sheet stack edit-sheet" aria-label=t::organisation_merge>
            <h2>{t::organisation_merge}</h2>
            <RecordField label=t::organisation_merge_other kinds=&[RecordType::Organisation] taken=other required=true />
            {move || other.get().into_iter().next().map(|other| {
                if own.inner() == other {
                    view! { <p class="notice">{t::organisation_merge_itself}</p> }.into_any()
                } else {
                    view! { <Found one=own.clone() other=cynic::Id::new(other) on_end /> }.into_any()
                }
            })}
            <div><Button text=t::action_cancel look=Look::Quiet on_press=on_end /></div>
        </section>
    }
}

/// The two as they are now.
#[component]
fn Found(one: cynic::Id, other: cynic::Id, on_end: Callback<()>) -> impl IntoView {
    let found = api::load(move || {
        Read::build(Pair {
            one: one.clone(),
            other: other.clone(),
        })
    });
    let load = Memo::new(move |_| found.load.get().map(|read| read.one.zip(read.other)).present());
    view! {
        <Loaded load on_retry=found.reload view=move |(one, other)| view! { <Decide one other on_end /> } />
    }
}

/// Which one stays, and what will happen to how many.
#[component]
fn Decide(one: Half, other: Half, on_end: Callback<()>) -> impl IntoView {
    let stays = RwSignal::new(one.id.inner().to_owned());
    let refusals = RwSignal::new(Vec::<Refused>::new());
    let busy = RwSignal::new(false);
    let options: Vec<(String, String)> = [&one, &other]
        .map(|it| (it.id.inner().to_owned(), it.name.clone()))
        .into();
    let options = Signal::stored(options);
    // The one that goes, and the one that stays.
    let pair = Memo::new(move |_| {
        if stays.with(|stays| stays == one.id.inner()) {
            (other.clone(), one.clone())
        } else {
            (one.clone(), other.clone())
        }
    });
    let navigate = StoredValue::new_local(use_navigate());
    let said = toasts();
    let press = move |()| {
        let (goes, stays) = pair.get_untracked();
        refusals.set(Vec::new());
        busy.set(true);
        spawn_local(async move {
            let answer = merge(&goes, &stays).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(done) if done.user_errors.is_empty() => {
                    let here = format!("/organisations/{}", stays.id.inner());
                    let _ = navigate.try_with_value(|go| go(&here, NavigateOptions::default()));
                    on_end.run(());
                    api::try_again();
                    offer_undo(
                        said,
                        done.change_id,
                        t::organisation_merged(goes.name, stays.name),
                    );
                }
                Ok(done) => {
                    let _ = refusals.try_set(refused(done.user_errors));
                    api::try_again();
                }
                Err(failure) => {
                    let _ = refusals.try_set(failed(&failure));
                }
            }
        });
    };
    view! {
        <div class="stack">
            <SelectField label=t::organisation_merge_stays value=stays options required=true />
            <p>{move || { let (goes, stays) = pair.get(); t::organisation_merge_consequence(goes.name, stays.name) }}</p>
            {move || counts(pair.get().0)}
            <Refusals refusals />
            <div><Button text=t::organisation_merge_do look=Look::Primary busy on_press=press /></div>
        </div>
    }
}

/// What names the one that goes, and will name the other.
fn counts(goes: Half) -> impl IntoView {
    let named_by = goes.named_by.unwrap_or_default();
    if named_by.is_empty() {
        return view! { <p class="muted">{t::organisation_merge_none}</p> }.into_any();
    }
    view! {
        <div class="stack-tight">
            <p>{t::organisation_merge_moves}</p>
            <FactList>
                {named_by.into_iter().map(|it| view! {
                    <Fact label=move || records::kind(it.record_type) value=Some(format::number(it.count)) />
                }).collect_view()}
            </FactList>
        </div>
    }
    .into_any()
}
