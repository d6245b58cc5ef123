//! What a place shows while its matter is on its way, missing, empty or old: skeleton, failed, empty, stale, and
//! `Loaded`, the one wrapper that chooses among them.

use super::button::{Button, Look};
use super::icon::{Icon, icon};
use crate::browser;
use crate::language::t;
use leptos::prelude::*;
use std::sync::Arc;

/// Why something could not be had, in words for a person, and the number to quote when asking for help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub kind: FailureKind,
    pub reference: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// No answer: the network, or the server, is away.
    Network,
    /// No answer in time.
    Timeout,
    /// It does not exist, or not for this person.
    NotFound,
    /// It asks to be signed in.
    SignedOut,
    /// This person may not.
    Forbidden,
    /// It does not fit the rules, in a way that the form could not know.
    Refused,
    /// Too much was asked at once; later will do.
    Busy,
    /// The list changed too much to go on from where it was.
    Moved,
    /// The server is of another version than this page.
    Outdated,
    /// Anything else, which is our fault.
    Internal,
}

impl FailureKind {
    pub fn title(self) -> &'static str {
        match self {
            Self::Network => t::failed_network(),
            Self::Timeout => t::failed_timeout(),
            Self::NotFound => t::failed_not_found(),
            Self::SignedOut => t::failed_signed_out(),
            Self::Forbidden => t::failed_forbidden(),
            Self::Refused => t::failed_refused(),
            Self::Busy => t::failed_busy(),
            Self::Moved => t::failed_moved(),
            Self::Outdated => t::failed_outdated(),
            Self::Internal => t::failed_internal(),
        }
    }

    pub fn advice(self) -> &'static str {
        match self {
            Self::Network => t::failed_network_advice(),
            Self::Timeout => t::failed_timeout_advice(),
            Self::NotFound => t::failed_not_found_advice(),
            Self::SignedOut => t::failed_signed_out_advice(),
            Self::Forbidden => t::failed_forbidden_advice(),
            Self::Refused => t::failed_refused_advice(),
            Self::Busy => t::failed_busy_advice(),
            Self::Moved => t::failed_moved_advice(),
            Self::Outdated => t::failed_outdated_advice(),
            Self::Internal => t::failed_internal_advice(),
        }
    }

    /// Could the same request work a moment later?
    pub const fn can_retry(self) -> bool {
        !matches!(
            self,
            Self::NotFound | Self::SignedOut | Self::Forbidden | Self::Refused | Self::Outdated
        )
    }
}

/// Where the matter of a place stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Load<T> {
    Pending,
    Ready(T),
    /// What was had before, shown because the newer could not be.
    Stale(T, Failure),
    Failed(Failure),
}

impl<T> Load<T> {
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Ready(value) | Self::Stale(value, _) => Some(value),
            Self::Pending | Self::Failed(_) => None,
        }
    }

    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Load<U> {
        match self {
            Self::Pending => Load::Pending,
            Self::Ready(value) => Load::Ready(change(value)),
            Self::Stale(value, failure) => Load::Stale(change(value), failure),
            Self::Failed(failure) => Load::Failed(failure),
        }
    }
}

impl<T> Load<Option<T>> {
    /// What the server answered « none » for is not found.
    pub fn present(self) -> Load<T> {
        let missing = Failure {
            kind: FailureKind::NotFound,
            reference: None,
        };
        match self {
            Self::Pending => Load::Pending,
            Self::Failed(failure) => Load::Failed(failure),
            Self::Ready(Some(value)) => Load::Ready(value),
            Self::Stale(Some(value), failure) => Load::Stale(value, failure),
            Self::Ready(None) | Self::Stale(None, _) => Load::Failed(missing),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    #[default]
    Lines,
    Cards,
    Picture,
}

/// Grey lines in the shape of what is to come; said once to screen readers.
#[component]
pub fn Skeleton(#[prop(optional)] shape: Shape, #[prop(default = 4)] count: usize) -> impl IntoView {
    let class = match shape {
        Shape::Lines => "skeleton",
        Shape::Cards => "skeleton cards",
        Shape::Picture => "skeleton picture",
    };
    let count = if shape == Shape::Picture { 1 } else { count };
    view! {
        <div role="status">
            <p class="visually-hidden">{t::state_loading}</p>
            <div class=class aria-hidden="true">{(0..count).map(|_| view! { <span></span> }).collect_view()}</div>
        </div>
    }
}

/// Nothing here, said plainly, with what one can do about it.
#[component]
pub fn Empty(
    #[prop(into)] title: TextProp,
    #[prop(optional, into)] text: Option<TextProp>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="notice">
            <p class="title">{move || title.get()}</p>
            {text.map(|text| view! { <p>{move || text.get()}</p> })}
            {children.map(|children| children())}
        </div>
    }
}

/// It did not work: why, what one can do, and the reference number of the request.
#[component]
pub fn Failed(failure: Failure, #[prop(optional, into)] on_retry: Option<Callback<()>>) -> impl IntoView {
    let Failure { kind, reference } = failure;
    view! {
        <div class="notice failed" role="alert">
            <p class="title">{move || kind.title()}</p>
            <p>{move || kind.advice()}</p>
            {reference.map(|reference| {
                view! { <p class="reference">{t::failed_reference} " " <code>{reference}</code></p> }
            })}
            {on_retry
                .filter(|_| kind.can_retry())
                .map(|on_retry| view! { <Button text=t::action_retry on_press=on_retry mark=Icon::Retry /> })}
            {(kind == FailureKind::Outdated)
                .then(|| view! { <Button text=t::action_reload on_press=|()| browser::reload() mark=Icon::Retry /> })}
            {(kind == FailureKind::SignedOut)
                .then(|| view! { <a class=Look::Primary.class() href="/connexion">{t::action_sign_in}</a> })}
        </div>
    }
}

/// Shows the matter when it is there, and otherwise what stands for it. The view is built again at each new value.
#[component]
pub fn Loaded<T, V>(
    #[prop(into)] load: Signal<Load<T>>,
    view: impl Fn(T) -> V + Send + Sync + 'static,
    #[prop(optional)] shape: Shape,
    #[prop(optional, into)] on_retry: Option<Callback<()>>,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let view = Arc::new(view);
    move || match load.get() {
        Load::Pending => view! { <Skeleton shape /> }.into_any(),
        Load::Ready(value) => view(value).into_any(),
        Load::Failed(failure) => failed(failure, on_retry),
        Load::Stale(value, failure) => stale(failure.kind, view(value).into_any(), on_retry),
    }
}

fn failed(failure: Failure, on_retry: Option<Callback<()>>) -> AnyView {
    match on_retry {
        Some(on_retry) => view! { <Failed failure on_retry /> }.into_any(),
        None => view! { <Failed failure /> }.into_any(),
    }
}

fn stale(kind: FailureKind, matter: AnyView, on_retry: Option<Callback<()>>) -> AnyView {
    view! {
        <div class="stale-note" role="status">
            {icon(Icon::Alert)}
            <span>{move || t::state_stale(kind.title())}</span>
            {on_retry.map(|on_retry| {
                view! { <Button text=t::action_retry on_press=on_retry look=Look::Quiet small=true /> }
            })}
        </div>
        {matter}
    }
    .into_any()
}
