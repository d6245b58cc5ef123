//! What this is, and what it rests on: credits and licences of the data, the map, the fonts and the code.

use crate::language::{Text, t};
use crate::ui::page::{Page, Section};
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
                        <p><a href="/graphql" rel="external">{t::nav_api}</a> " · " <a href="/v1/openapi.json" rel="external">{t::nav_openapi}</a> " · " <a href="/sources">{t::nav_sources}</a></p>
                    </div>
                </Section>
            </Page>
        }
        .into_any()
    }
}

pub struct Sources;

#[lazy_route]
impl LazyRoute for Sources {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        let credits: [(Text, Text, Text); 7] = [
            (
                t::sources_projects,
                t::sources_projects_credit,
                t::sources_projects_licence,
            ),
            (
                t::sources_communes,
                t::sources_communes_credit,
                t::sources_communes_licence,
            ),
            (t::sources_map, t::sources_map_credit, t::sources_map_licence),
            (
                t::sources_products,
                t::sources_products_credit,
                t::sources_products_licence,
            ),
            (t::sources_cpv, t::sources_cpv_credit, t::sources_cpv_licence),
            (
                t::sources_fonts,
                t::sources_fonts_credit,
                t::sources_fonts_licence,
            ),
            (t::sources_code, t::sources_code_credit, t::sources_code_licence),
        ];
        view! {
            <Page title=t::sources_title lead=t::sources_question>
                <dl class="facts sheet">
                    {credits.map(|(what, credit, licence)| view! {
                        <div><dt>{what}</dt><dd><p>{credit}</p><p class="muted small">{licence}</p></dd></div>
                    }).into_iter().collect_view()}
                </dl>
            </Page>
        }
        .into_any()
    }
}
