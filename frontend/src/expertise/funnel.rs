//! How introductions come out, for staff: by topic or by provider, each stage with how many stand there, and the reasons
//! for which some were refused.

use super::read::{By, FunnelAsked, FunnelFound, FunnelRow};
use super::words;
use crate::address;
use crate::api;
use crate::format;
use crate::language::t;
use crate::ui::chips::{ChipOption, FilterChips};
use crate::ui::page::Section;
use crate::ui::state::Loaded;
use crate::ui::table::{Column, Table};
use cynic::QueryBuilder;
use domain::expertise::introduction::Stage;
use leptos::prelude::*;

/// The word of the address for "by provider".
const PROVIDER: &str = "prestataire";

#[component]
pub fn Funnel() -> impl IntoView {
    let (chosen, choose) = address::word("par");
    let found = api::load(move || {
        let by = if chosen.get() == PROVIDER {
            "PROVIDER"
        } else {
            "TOPIC"
        };
        FunnelFound::build(FunnelAsked {
            by: By(by.to_owned()),
        })
    });
    let options = Signal::derive(|| {
        vec![ChipOption {
            value: PROVIDER.to_owned(),
            label: t::introduction_by_provider().to_owned(),
            count: None,
        }]
    });
    let on = Signal::derive(move || vec![chosen.get()]);
    let change =
        move |on: Vec<String>| choose.run(on.into_iter().find(|it| it == PROVIDER).unwrap_or_default());
    view! {
        <Section title=t::introduction_funnel note=t::introduction_funnel_note broad=true>
            <div class="no-print expertise-narrow"><FilterChips label=t::introduction_by_provider options on on_change=change /></div>
            <Loaded load=found.load on_retry=found.reload view=|found: FunnelFound| {
                let rows = found.introduction_funnel.unwrap_or_default();
                if rows.is_empty() {
                    return view! { <p class="muted">{t::introduction_funnel_none}</p> }.into_any();
                }
                let columns = std::iter::once(Column::new("what", t::introduction_funnel_what, named))
                    .chain(Stage::ALL.iter().copied().map(|stage| {
                        Column::new(stage.word(), move || words::stage(stage), move |it: &FunnelRow| {
                            format::number(it.stages.iter().find(|it| it.stage == stage).map_or(0, |it| it.count))
                        })
                        .number()
                    }))
                    .chain(std::iter::once(Column::new("why", t::introduction_funnel_why, reasons)))
                    .collect();
                view! { <Table caption=t::introduction_funnel columns rows=Signal::stored(rows) /> }.into_any()
            } />
        </Section>
    }
}

fn named(row: &FunnelRow) -> AnyView {
    let (topic, provider) = (row.topic.clone(), row.provider.clone());
    match (topic, provider) {
        (Some(topic), _) => view! { <span>{move || words::topic(&topic.code)}</span> }.into_any(),
        (None, Some(it)) => {
            view! { <a href=format!("/organisations/{}", it.id.inner())>{it.name}</a> }.into_any()
        }
        (None, None) => view! { <span class="unknown">{t::introduction_funnel_other}</span> }.into_any(),
    }
}

fn reasons(row: &FunnelRow) -> AnyView {
    let refusals = row.refusals.clone();
    view! {
        <ul role="list" class="small">
            {refusals.into_iter().map(|it| view! { <li>{move || words::refused(it.reason)} " " <span class="number">{move || format::number(it.count)}</span></li> }).collect_view()}
        </ul>
    }
    .into_any()
}
