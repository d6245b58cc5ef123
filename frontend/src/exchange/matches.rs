//! What could meet a need, or which needs an offer could meet: the best first, why in that order, whether it is local
//! and by which rule; and the press that begins the contact.

use super::Side;
use super::list::card_line;
use super::read::{Card, NeedRow, OfferRow};
use super::words;
use crate::address;
use crate::api;
use crate::browser;
use crate::contract::{opaque, schema, typed};
use crate::format;
use crate::language::t;
use crate::outcome::ledger::Ledger;
use crate::outcome::moves;
use crate::outcome::words as outcome_words;
use crate::session::{self, Session};
use crate::ui::bar::{ScorePart, ScoreStrip};
use crate::ui::button::{Button, Look};
use crate::ui::chips::{ChipOption, Course, FilterChips, Status};
use crate::ui::page::Section;
use crate::ui::state::{Empty, Loaded, Shape};
use crate::ui::toast::toasts;
use crate::viewer;
use cynic::QueryBuilder;
use domain::OrganisationId;
use domain::matching::{LocalOutcome, Part};
use domain::policy::Action;
use leptos::prelude::*;

/// Shown at first; the others are one press away.
const FIRST: usize = 5;
/// The word of the address for what is local only.
const LOCAL: &str = "oui";

#[derive(cynic::QueryVariables)]
struct Asked {
    id: cynic::Id,
    local: Option<bool>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Asked")]
struct OfNeed {
    #[arguments(id: $id)]
    need: Option<NeedMatches>,
}

crate::api::document!(query OfNeed(Asked));

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Need", variables = "Asked")]
struct NeedMatches {
    #[arguments(first: 50, onlyLocal: $local)]
    matches: Vec<OfferMatch>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Asked")]
struct OfOffer {
    #[arguments(id: $id)]
    offer: Option<OfferMatches>,
}

crate::api::document!(query OfOffer(Asked));

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Offer", variables = "Asked")]
struct OfferMatches {
    #[arguments(first: 50, onlyLocal: $local)]
    matches: Vec<NeedMatch>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Match")]
struct OfferMatch {
    offer: Option<OfferRow>,
    score: f64,
    known: i32,
    parts: Vec<MatchPart>,
    verdict: LocalVerdict,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Match")]
struct NeedMatch {
    need: Option<NeedRow>,
    score: f64,
    known: i32,
    parts: Vec<MatchPart>,
    verdict: LocalVerdict,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct MatchPart {
    kind: Part,
    score: Option<f64>,
    weight: i32,
    sentence: String,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct LocalVerdict {
    outcome: LocalOutcome,
    sentence: String,
}

/// One that fits, and how well.
#[derive(Clone, Debug, PartialEq)]
struct Fit {
    card: Card,
    score: f64,
    known: i32,
    parts: Vec<MatchPart>,
    verdict: LocalVerdict,
}

type Fits = Vec<Fit>;

impl OfferMatch {
    fn fit(self) -> Option<Fit> {
        Some(Fit {
            card: self.offer?.into(),
            score: self.score,
            known: self.known,
            parts: self.parts,
            verdict: self.verdict,
        })
    }
}

impl NeedMatch {
    fn fit(self) -> Option<Fit> {
        Some(Fit {
            card: self.need?.into(),
            score: self.score,
            known: self.known,
            parts: self.parts,
            verdict: self.verdict,
        })
    }
}

fn part(part: Part) -> &'static str {
    match part {
        Part::Product => t::match_product(),
        Part::Distance => t::match_distance(),
        Part::Season => t::match_season(),
        Part::Quantity => t::match_quantity(),
        Part::Labels => t::match_labels(),
        Part::Price => t::match_price(),
    }
}

const fn course(outcome: LocalOutcome) -> Course {
    match outcome {
        LocalOutcome::Local => Course::Going,
        LocalOutcome::NotLocal => Course::Stopped,
        LocalOutcome::Unknown => Course::Unsure,
        LocalOutcome::NoRule => Course::Planned,
    }
}

/// The matches of the record whose page this is, of that organisation.
#[component]
pub fn Matches(
    side: Side,
    #[prop(into)] id: String,
    organisation: Option<OrganisationId>,
    ledger: Ledger,
) -> impl IntoView {
    let (only, set_only) = address::word("local");
    let this = cynic::Id::new(&id);
    let asked = move || Asked {
        id: this.clone(),
        local: (only.get() == LOCAL).then_some(true),
    };
    let (load, reload) = match side {
        Side::Needs => {
            let found = api::load(move || OfNeed::build(asked()));
            let fits = |it: OfNeed| {
                Some(
                    it.need?
                        .matches
                        .into_iter()
                        .filter_map(OfferMatch::fit)
                        .collect::<Vec<_>>(),
                )
            };
            (
                Memo::new(move |_| found.load.get().map(fits).present()),
                found.reload,
            )
        }
        Side::Offers => {
            let found = api::load(move || OfOffer::build(asked()));
            let fits = |it: OfOffer| {
                Some(
                    it.offer?
                        .matches
                        .into_iter()
                        .filter_map(NeedMatch::fit)
                        .collect::<Vec<_>>(),
                )
            };
            (
                Memo::new(move |_| found.load.get().map(fits).present()),
                found.reload,
            )
        }
    };
    let options = Signal::derive(|| {
        vec![ChipOption {
            value: LOCAL.to_owned(),
            label: t::match_only_local().to_owned(),
            count: None,
        }]
    });
    let on = Signal::derive(move || vec![only.get()]);
    let narrow = move |on: Vec<String>| {
        let asked = on.into_iter().next_back().filter(|it| it == LOCAL);
        set_only.run(asked.unwrap_or_default());
    };
    let whole = RwSignal::new(false);
    let this = StoredValue::new(id);
    let (title, note) = match side {
        Side::Needs => (
            t::match_offers as fn() -> &'static str,
            t::match_offers_note as fn() -> &'static str,
        ),
        Side::Offers => (t::match_needs as _, t::match_needs_note as _),
    };
    view! {
        <Section title note broad=true>
            <div class="stack">
                <div class="spread no-print">
                    <FilterChips label=t::match_only_local options on on_change=narrow />
                    {move || (session::session() == Session::Visitor).then(|| view! {
                        <p class="small"><a href=format!("/connexion?vers={}/{}", side.href(), this.get_value())>{t::match_sign_in}</a></p>
                    })}
                </div>
                <Loaded load shape=Shape::Cards on_retry=reload view=move |fits: Fits| {
                    if fits.is_empty() {
                        return nothing(side, only.get_untracked() == LOCAL, set_only);
                    }
                    let rest = fits.len().saturating_sub(FIRST);
                    let fits = StoredValue::new(fits);
                    let shown = move |from: usize, to: usize| fits.with_value(|fits| {
                        fits.iter().enumerate().take(to).skip(from)
                            .map(|(place, it)| fit(place, it.clone(), this.get_value(), organisation, ledger)).collect_view()
                    });
                    view! {
                        <ol class="stack match-list" role="list">
                            {shown(0, FIRST)}
                            {move || whole.get().then(|| shown(FIRST, usize::MAX))}
                        </ol>
                        {move || (rest > 0 && !whole.get()).then(|| view! {
                            <div><Button text=move || t::match_more(rest) on_press=move |()| whole.set(true) /></div>
                        })}
                    }.into_any()
                } />
            </div>
        </Section>
    }
}

fn nothing(side: Side, only_local: bool, set_only: Callback<String>) -> AnyView {
    if only_local {
        return view! {
            <Empty title=t::match_none_local text=t::match_none_local_text>
                <button type="button" class="button" on:click=move |_| set_only.run(String::new())>{t::match_all}</button>
            </Empty>
        }
        .into_any();
    }
    let (title, text) = match side {
        Side::Needs => (
            t::match_no_offer as fn() -> &'static str,
            t::match_no_offer_text as fn() -> &'static str,
        ),
        Side::Offers => (t::match_no_need as _, t::match_no_need_text as _),
    };
    view! {
        <Empty title text><a class="button" href="/manques">{t::gap_title}</a></Empty>
    }
    .into_any()
}

fn fit(
    place: usize,
    fit: Fit,
    this: String,
    organisation: Option<OrganisationId>,
    ledger: Ledger,
) -> impl IntoView {
    let Fit {
        card,
        score,
        known,
        parts,
        verdict,
    } = fit;
    let line = card_line(&card);
    let (confirmed_at, expires_at) = (card.confirmed_at, card.expires_at);
    let ending = words::is_ending(expires_at);
    let strip: Vec<_> = parts
        .iter()
        .map(|it| {
            let weight = u32::try_from(it.weight).unwrap_or_default();
            (part(it.kind).to_owned(), weight, it.score)
        })
        .collect();
    // On a phone only the first tells all at once.
    let open = place == 0 || (place < 3 && !browser::narrow());
    let href = card.href();
    let percent = move || format::percent(score, 1.0).unwrap_or_default();
    let LocalVerdict { outcome, sentence } = verdict;
    view! {
        <li class="card match" id=format!("match-{}", card.id)>
            <div class="match-head">
                <p class="match-score"><b>{percent}</b> <small class="muted">{move || t::match_known(known)}</small></p>
                <div class="stack-tight">
                    <h3><a href=href>{card.title.clone()}</a></h3>
                    <p class="muted small">{line}</p>
                    <Status course=course(outcome) text=sentence />
                </div>
                <Contact card=card.clone() this organisation ledger />
            </div>
            <details open=open>
                <summary><span class="why">{t::match_why}</span> <ScoreStrip parts=strip /></summary>
                <div class="match-parts">
                    {parts.into_iter().map(|it| { let kind = it.kind; view! { <ScorePart label=move || part(kind) words=it.sentence share=it.score /> } }).collect_view()}
                </div>
            </details>
            <div class="card-foot">
                <span>{move || words::confirmed(confirmed_at)}</span>
                <span class:exchange-ending=ending>{move || words::expires(expires_at)}</span>
            </div>
        </li>
    }
}

/// How far one has come with it; or the press that begins, for who may.
#[component]
fn Contact(card: Card, this: String, organisation: Option<OrganisationId>, ledger: Ledger) -> impl IntoView {
    let busy = RwSignal::new(false);
    let said = toasts();
    let theirs = card
        .organisation
        .as_ref()
        .and_then(|it| typed::<OrganisationId>(&it.id));
    let side = card.side;
    let other = card.id;
    let had = {
        let other = other.clone();
        Memo::new(move |_| ledger.with(&other).map(|row| row.stage))
    };
    let action = match side {
        Side::Offers => Action::KeepOutcome {
            buyer: organisation,
            supplier: theirs,
        },
        Side::Needs => Action::KeepOutcome {
            buyer: theirs,
            supplier: organisation,
        },
    };
    let press = move |()| {
        let (need, offer) = match side {
            Side::Offers => (opaque(&this), opaque(&other)),
            Side::Needs => (opaque(&other), opaque(&this)),
        };
        moves::contact(need, offer, busy, said);
    };
    let press = Callback::new(press);
    view! {
        <div class="match-contact">
            {move || match had.get() {
                Some(stage) => view! {
                    <Status course=outcome_words::course(stage) text=move || t::match_had(outcome_words::stage(stage)) />
                }.into_any(),
                None => viewer::may(action).then(|| view! {
                    <span class="no-print"><Button text=t::match_contact look=Look::Primary busy on_press=press /></span>
                }).into_any(),
            }}
        </div>
    }
}
