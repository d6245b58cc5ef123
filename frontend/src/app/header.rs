//! Header, phone bar with its menu, and footer.

use super::Overlays;
use super::places::places;
use crate::language::{Lang, choose, language, own_name, t};
use crate::partner;
use crate::person::words::role as role_name;
use crate::session::{self, Person, Session};
use crate::theme::ThemeButton;
use crate::ui::button::Button;
use crate::ui::dialog::Dialog;
use crate::ui::icon::{Icon, icon};
use crate::ui::popover::{self, Popover};
use crate::ui::toast::toasts;
use crate::webhook;
use domain::Role;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;

#[component]
pub fn Header() -> impl IntoView {
    let overlays: Overlays = expect_context();
    view! {
        <header class="masthead">
            <div class="wrap">
                <a class="brand" href="/">{mark()}<span>{t::app_name}</span></a>
                <nav aria-label=t::nav_main>
                    <ul role="list">
                        {move || places(session::person().map(|it| it.role)).filter(|place| place.first && place.href != "/").map(|place| view! {
                            <li><A href=place.href>{place.name}</A></li>
                        }).collect_view()}
                    </ul>
                </nav>
                <div class="tools">
                    <button type="button" class="search-button" aria-haspopup="dialog" on:click=move |_| overlays.search.set(true)>
                        {icon(Icon::Search)}
                        <span class="words">{t::search_button}</span>
                        <span class="visually-hidden">{t::search_button}</span>
                        <kbd aria-hidden="true">"/"</kbd>
                    </button>
                    <div class="languages"><Languages /></div>
                    <span class="theme"><ThemeButton /></span>
                    <span class="person"><PersonPlace /></span>
                </div>
            </div>
        </header>
    }
}

/// The application's own mark: an ear of grain in a stamp.
fn mark() -> impl IntoView {
    view! {
        <svg viewBox="0 0 48 48" aria-hidden="true" focusable="false">
            <rect width="48" height="48" rx="11" fill="var(--leaf)" />
            <path d="M24 42V22M24 22c-5-3-5-9 0-14 5 5 5 11 0 14zM24 31c-6 .5-10-2.5-11-9 6-.5 10 2.5 11 9zM24 31c6 .5 10-2.5 11-9-6-.5-10 2.5-11 9zM24 40c-6 .5-10-2.5-11-9 6-.5 10 2.5 11 9zM24 40c6 .5 10-2.5 11-9-6-.5-10 2.5-11 9z"
                fill="none" stroke="var(--on-leaf)" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round" />
        </svg>
    }
}

#[component]
fn Languages(#[prop(optional)] in_full: bool) -> impl IntoView {
    let said = toasts();
    view! {
        <ul role="list" aria-label=t::nav_languages>
            {Lang::ALL.iter().copied().map(|one| view! {
                <li>
                    <button type="button" lang=one.tag() title=own_name(one)
                        aria-pressed=move || (language() == one).to_string() on:click=move |_| spawn_local(async move {
                            if let Err(failure) = choose(one).await { said.say(failure.kind.title()); }
                        })>
                        {if in_full {
                            own_name(one).into_any()
                        } else {
                            view! { {one.tag()} <span class="visually-hidden">" " {own_name(one)}</span> }.into_any()
                        }}
                    </button>
                </li>
            }).collect_view()}
        </ul>
    }
}

/// Sign in; or who is signed in, with what is theirs and the way out, behind one button.
#[component]
fn PersonPlace() -> impl IntoView {
    move || match session::session() {
        Session::Restoring => view! { <span class="muted" aria-hidden="true">"…"</span> }.into_any(),
        Session::Visitor => {
            view! { <a class="button small" href="/connexion">{t::action_sign_in}</a> }.into_any()
        }
        Session::Signed(person) => {
            let name = person.name.clone();
            let face =
                view! { {icon(Icon::Person)} <span class="who">{name.clone()}</span> {icon(Icon::Down)} }
                    .into_any();
            view! {
                <Popover class="button quiet small account-button" inside="account" face name=move || t::nav_account(&name)>
                    <div on:click=|event| popover::leave(&event)><Own person /></div>
                </Popover>
            }
            .into_any()
        }
    }
}

/// Who is signed in, as what, and where their own things are.
#[component]
fn Own(person: Person) -> impl IntoView {
    let said = toasts();
    let leave = move |()| {
        spawn_local(async move {
            match session::sign_out().await {
                Ok(()) => said.say(t::session_closed()),
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    };
    let Person { name, role, .. } = person;
    view! {
        <p class="title">{name}</p>
        <p class="muted">{move || role_name(role)}</p>
        <ul role="list">
            <li><a href="/ma-semaine">{icon(Icon::Week)} {t::nav_week}</a></li>
            <li><a href="/questions">{icon(Icon::Info)} {t::request_title}</a></li>
            {(role >= Role::Officer).then(|| view! { <li><a href="/bureau">{icon(Icon::Sheet)} {t::officer_desk}</a></li> })}
            <li><a href="/mon-compte">{icon(Icon::Person)} {t::accounts_mine}</a></li>
            {(role >= Role::Officer).then(|| view! { <li><a href="/comptes">{icon(Icon::Person)} {t::accounts_title}</a></li> })}
            {move || partner::sees_some().then(|| view! { <li><a href="/machines">{icon(Icon::Grid)} {t::partner_title}</a></li> })}
            {move || webhook::sees_some().then(|| view! { <li><a href="/webhooks">{icon(Icon::Link)} {t::webhook_title}</a></li> })}
        </ul>
        <Button text=t::action_sign_out small=true on_press=leave />
    }
}

/// Thumb-reachable on a phone: the four most used places, and everything else behind the menu.
#[component]
pub fn PhoneBar() -> impl IntoView {
    let overlays: Overlays = expect_context();
    let entry = |href: &'static str, name: fn() -> &'static str, mark: Icon| {
        view! {
            <li><A href=href exact={href == "/"}>{icon(mark)} <span>{name}</span></A></li>
        }
    };
    view! {
        <nav class="phone-bar" aria-label=t::nav_phone>
            <ul role="list">
                {entry("/", t::nav_home, Icon::Home)}
                {entry("/chantiers", t::nav_chantiers, Icon::Sign)}
                {entry("/projets", t::nav_projects, Icon::Map)}
                <li><button type="button" aria-haspopup="dialog" on:click=move |_| overlays.search.set(true)>{icon(Icon::Search)} <span>{t::nav_search}</span></button></li>
                <li><button type="button" aria-haspopup="dialog" on:click=move |_| overlays.menu.set(true)>{icon(Icon::Menu)} <span>{t::nav_menu}</span></button></li>
            </ul>
        </nav>
        <Dialog open=overlays.menu title=t::nav_menu drawer=true>
            <div class="menu-person" on:click=move |_| overlays.menu.set(false)>
                {move || match session::session() {
                    Session::Restoring => ().into_any(),
                    Session::Visitor => view! { <a class="button primary" href="/connexion">{t::action_sign_in}</a> }.into_any(),
                    Session::Signed(person) => view! { <div class="account"><Own person /></div> }.into_any(),
                }}
            </div>
            <nav class="menu-list" aria-label=t::nav_main on:click=move |_| overlays.menu.set(false)>
                {move || places(None).map(|place| view! {
                    <A href=place.href exact={place.href == "/"}>{icon(place.icon)} {place.name}</A>
                }).collect_view()}
                <a href="/territoires">{icon(Icon::Globe)} {t::nav_territories}</a>
                <a href="/historique">{icon(Icon::Undo)} {t::history_title}</a>
                <a href="/sources">{icon(Icon::Link)} {t::nav_sources}</a>
                <a href="/credits">{icon(Icon::Sheet)} {t::nav_credits}</a>
                <a href="/a-propos">{icon(Icon::Info)} {t::nav_about}</a>
            </nav>
            <div class="menu-settings">
                <div class="languages"><Languages in_full=true /></div>
                <ThemeButton with_words=true />
            </div>
        </Dialog>
    }
}

#[component]
pub fn Footer() -> impl IntoView {
    let overlays: Overlays = expect_context();
    view! {
        <footer class="footer">
            <div class="wrap">
                <div class="stack-tight">
                    <p>{t::footer_what}</p>
                    <p>{t::footer_credits}</p>
                </div>
                <nav class="links" aria-label=t::nav_footer>
                    <a href="/territoires">{t::nav_territories}</a>
                    <a href="/historique">{t::history_title}</a>
                    {move || session::person().filter(|it| it.role >= Role::Officer).map(|_| view! { <a href="/comptes">{t::accounts_title}</a> })}
                    <a href="/a-propos">{t::nav_about}</a>
                    <a href="/sources">{t::nav_sources}</a>
                    <a href="/credits">{t::nav_credits}</a>
                    <a href="/graphql" rel="external">{t::nav_api}</a>
                    <a href="/v1/openapi.json" rel="external">{t::nav_openapi}</a>
                    <button type="button" class="link" on:click=move |_| overlays.keys.set(true)>{t::nav_keys}</button>
                </nav>
            </div>
        </footer>
    }
}
