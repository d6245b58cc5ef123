//! What this is, and what it rests on: credits and licences of the data, the map, the fonts and the code.

use crate::api;
use crate::contract::schema;
use crate::language::t;
use crate::ui::page::{Page, Section};
use crate::ui::state::Loaded;
use cynic::QueryBuilder;
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

pub struct About;

#[lazy_route]
impl LazyRoute for About {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! {
            <Page title=t::about_title lead=t::about_question>
                <Section title=t::about_what><div class="prose"><p>{t::about_what_1}</p><p>{t::about_what_2}</p></div></Section>
                <Section title=t::about_facts><div class="prose"><p>{t::about_facts_1}</p><p>{t::about_facts_2}</p></div></Section>
                <Section title=t::about_reuse>
                    <div class="prose">
                        <p>{t::about_reuse_1}</p>
                        <p><a href="/graphql" rel="external">{t::nav_api}</a> " · " <a href="/v1/openapi.json" rel="external">{t::nav_openapi}</a> " · " <a href="/credits">{t::nav_credits}</a></p>
                    </div>
                </Section>
            </Page>
        }
        .into_any()
    }
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
struct Found {
    credits: Vec<Credit>,
}

crate::api::document!(query Found(()));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct Credit {
    what: String,
    licence: String,
    credit: String,
}

pub struct Sources;

#[lazy_route]
impl LazyRoute for Sources {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        let found = api::load(|| Found::build(()));
        view! {
            <Page title=t::sources_title lead=t::sources_question>
                <Section title=t::sources_data note=t::sources_data_note>
                    <Loaded load=found.load on_retry=found.reload view=|found: Found| view! {
                        <dl class="facts sheet">{found.credits.into_iter().map(|it| one(it.what, it.credit, it.licence)).collect_view()}</dl>
                    } />
                </Section>
                <Section title=t::sources_application>
                    <dl class="facts sheet">
                        {one(t::sources_fonts, t::sources_fonts_credit, t::sources_fonts_licence)}
                        {one(t::sources_code, t::sources_code_credit, t::sources_code_licence)}
                    </dl>
                </Section>
            </Page>
        }
        .into_any()
    }
}

fn one(what: impl IntoView, credit: impl IntoView, licence: impl IntoView) -> impl IntoView {
    view! { <div><dt>{what}</dt><dd><p>{credit}</p><p class="muted small">{licence}</p></dd></div> }
}
