//! Who could help with a need, or which needs an offer could meet: the best first, and why in that order, part by part
//! in words; and the press that introduces the two.

use super::read::{
    ExpertiseRow, IntroductionRow, NeedMatch, NeedMatchesFound, NeedRow, OfferMatch, OfferMatchesFound, One,
    PartRow,
};
use super::{cards, moves, words};
use crate::api;
use crate::browser;
use crate::contract::typed;
use crate::format;
use crate::language::t;
use crate::ui::bar::{ScorePart, ScoreStrip};
use crate::ui::button::{Button, Look};
use crate::ui::chips::Status;
use crate::ui::page::Section;
use crate::ui::state::{Empty, Loaded, Shape};
use crate::ui::toast::toasts;
use cynic::QueryBuilder;
use domain::expertise::introduction::Stage;
use leptos::prelude::*;

/// Shown at first; the others are one press away.
const FIRST: usize = 5;

/// The other of the two.
#[derive(Clone, Debug, PartialEq)]
enum Other {
    Expertise(ExpertiseRow),
    Need(NeedRow),
}

/// One that fits, and how well.
#[derive(Clone, Debug, PartialEq)]
struct Fit {
    other: Other,
    score: f64,
    known: i32,
    parts: Vec<PartRow>,
}

/// None where they are not the reader's to see.
type Fits = Option<Vec<Fit>>;

fn of_offer(it: OfferMatch) -> Option<Fit> {
    Some(Fit {
        other: Other::Expertise(it.expertise?),
        score: it.score,
        known: it.known,
        parts: it.parts,
    })
}

fn of_need(it: NeedMatch) -> Option<Fit> {
    Some(Fit {
        other: Other::Need(it.need?),
        score: it.score,
        known: it.known,
        parts: it.parts,
    })
}

impl Other {
    fn id(&self) -> &str {
        match self {
            Self::Expertise(row) => row.id.inner(),
            Self::Need(row) => row.id.inner(),
        }
    }
}

/// The matches of the need whose page this is, for those who may see them; `had` are the introductions there were.
#[component]
pub fn OfNeed(id: String, had: Vec<IntroductionRow>) -> impl IntoView {
    let own = cynic::Id::new(&id);
    let found = api::load(move || NeedMatchesFound::build(One { id: own.clone() }));
    let fits = |it: NeedMatchesFound| {
        let all = it.expertise_need?.matches?;
        Some(all.into_iter().filter_map(of_offer).collect::<Vec<_>>())
    };
    let load = Memo::new(move |_| found.load.get().map(fits));
    view! {
        <Section title=t::expertise_match_offers note=t::expertise_match_note broad=true>
            <Loaded load shape=Shape::Cards on_retry=found.reload view=move |fits: Fits| list(fits, &id, &had) />
        </Section>
    }
}

/// The matches of the offer whose page this is.
#[component]
pub fn OfOffer(id: String, had: Vec<IntroductionRow>) -> impl IntoView {
    let own = cynic::Id::new(&id);
    let found = api::load(move || OfferMatchesFound::build(One { id: own.clone() }));
    let fits = |it: OfferMatchesFound| {
        let all = it.expertise?.matches?;
        Some(all.into_iter().filter_map(of_need).collect::<Vec<_>>())
    };
    let load = Memo::new(move |_| found.load.get().map(fits));
    view! {
        <Section title=t::expertise_match_needs note=t::expertise_match_note broad=true>
            <Loaded load shape=Shape::Cards on_retry=found.reload view=move |fits: Fits| list(fits, &id, &had) />
        </Section>
    }
}

fn list(fits: Option<Vec<Fit>>, this: &str, had: &[IntroductionRow]) -> AnyView {
    let Some(fits) = fits else {
        return view! { <p class="muted">{t::expertise_match_private}</p> }.into_any();
    };
    if fits.is_empty() {
        return view! { <Empty title=t::expertise_match_none text=t::expertise_match_none_text><a class="button" href="/expertises">{t::expertise_title}</a></Empty> }.into_any();
    }
    let rest = fits.len().saturating_sub(FIRST);
    let whole = RwSignal::new(false);
    let (fits, this, had) = (
        StoredValue::new(fits),
        StoredValue::new(this.to_owned()),
        StoredValue::new(had.to_vec()),
    );
    let shown = move |from: usize, to: usize| {
        fits.with_value(|fits| {
            let some = fits.iter().enumerate().take(to).skip(from);
            some.map(|(place, it)| fit(place, it.clone(), this.get_value(), &had.get_value()))
                .collect_view()
        })
    };
    view! {
        <ol class="stack match-list" role="list">
            {shown(0, FIRST)}
            {move || whole.get().then(|| shown(FIRST, usize::MAX))}
        </ol>
        {move || (rest > 0 && !whole.get()).then(|| view! {
            <div><Button text=move || t::match_more(rest) on_press=move |()| whole.set(true) /></div>
        })}
    }
    .into_any()
}

fn fit(place: usize, fit: Fit, this: String, had: &[IntroductionRow]) -> AnyView {
    let Fit {
        other,
        score,
        known,
        parts,
    } = fit;
    let strip: Vec<_> = parts
        .iter()
        .map(|it| {
            let weight = u32::try_from(it.weight).unwrap_or_default();
            (words::part(it.kind).to_owned(), weight, it.score)
        })
        .collect();
    // On a phone only the first tells all at once.
    let open = place == 0 || (place < 3 && !browser::narrow());
    let percent = move || format::percent(score, 1.0).unwrap_or_default();
    let stage = had
        .iter()
        .find(|it| it.need_id.inner() == other.id() || it.expertise_id.inner() == other.id())
        .map(|it| it.stage);
    let anchor = format!("match-{}", other.id());
    let contact = introduce(&other, this, stage);
    let head = match other {
        Other::Expertise(row) => {
            let state = cards::availability(&row);
            view! {
                <h3><a href=format!("/expertises/{}", row.id.inner())>{row.title}</a></h3>
                <p class="muted small">{row.organisation.map(|it| it.name)}</p>
                {state}
            }
            .into_any()
        }
        Other::Need(row) => {
            let who = cards::asker(&row);
            view! {
                <h3><a href=format!("/besoins-expertise/{}", row.id.inner())>{row.title}</a></h3>
                <p class="muted small">{who}</p>
            }
            .into_any()
        }
    };
    view! {
        <li class="card match" id=anchor>
            <div class="match-head">
                <p class="match-score"><b>{percent}</b> <small class="muted">{move || t::match_known(known)}</small></p>
                <div class="stack-tight">{head}</div>
                {contact}
            </div>
            <details open=open>
                <summary><span class="why">{t::match_why}</span> <ScoreStrip parts=strip /></summary>
                <div class="match-parts">
                    {parts.into_iter().map(|it| { let kind = it.kind; view! { <ScorePart label=move || words::part(kind) words=it.sentence share=it.score /> } }).collect_view()}
                </div>
            </details>
        </li>
    }
    .into_any()
}

/// How far an introduction of the two has come; or the press that proposes one.
fn introduce(other: &Other, this: String, stage: Option<Stage>) -> AnyView {
    let busy = RwSignal::new(false);
    let said = toasts();
    let pair = match other {
        Other::Expertise(row) => typed(&cynic::Id::new(this)).zip(typed(&row.id)),
        Other::Need(row) => typed(&row.id).zip(typed(&cynic::Id::new(this))),
    };
    let again = stage.is_none_or(|stage| !stage.is_open());
    view! {
        <div class="match-contact">
            {stage.map(|stage| view! { <Status course=words::course(stage) text=move || words::stage(stage) /> })}
            {pair.filter(|_| again).map(|(need, expertise)| view! {
                <span class="no-print"><Button text=t::introduction_do_propose look=Look::Primary busy on_press=move |()| moves::introduce(need, expertise, busy, said) /></span>
            })}
        </div>
    }
    .into_any()
}
