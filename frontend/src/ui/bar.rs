//! Bars: how far something is, and the parts of a score said in words.

use super::sign::Sign;
use crate::format;
use crate::language::t;
use leptos::prelude::*;

/// How far: `part` of `whole`, as a bar and in words. Without a whole it only shows that work goes on.
#[component]
pub fn Bar(
    #[prop(into)] label: TextProp,
    #[prop(into)] part: Signal<i64>,
    #[prop(into)] whole: Signal<Option<i64>>,
    #[prop(optional)] sign: Option<Sign>,
    #[prop(optional)] thin: bool,
    /// Replaces « 3 sur 8 ».
    #[prop(optional, into)]
    words: Option<TextProp>,
) -> impl IntoView {
    let class = format!(
        "bar {}{}",
        sign.map_or("", Sign::hue),
        if thin { " thin" } else { "" }
    );
    let share = move || {
        whole
            .get()
            .filter(|whole| *whole > 0)
            .map(|whole| 100.0 * as_float(part.get()) / as_float(whole))
    };
    let said = move || match (&words, whole.get()) {
        (Some(words), _) => words.get().to_string(),
        (None, Some(whole)) => t::bar_of(format::number(part.get()), format::number(whole)),
        (None, None) => t::bar_unmeasured().to_owned(),
    };
    let text = said.clone();
    let name = label.clone();
    view! {
        <div class=class>
            <div class="words"><span>{move || label.get()}</span> <span class="number">{said}</span></div>
            <div class="track" role="progressbar" aria-valuemin="0"
                aria-label=move || name.get().to_string()
                aria-valuetext=text
                aria-valuenow=move || whole.get().map(|_| part.get().to_string())
                aria-valuemax=move || whole.get().map(|whole| whole.to_string())>
                <span class="fill" class:unsure=move || whole.get().is_none()
                    style:width=move || share().map(|share| format!("{:.1}%", share.clamp(0.0, 100.0)))></span>
            </div>
        </div>
    }
}

/// One part of a score: its name, its bar, and why in words (« 12 km, dans le rayon de 30 km »).
#[component]
pub fn ScorePart(
    #[prop(into)] label: TextProp,
    #[prop(into)] words: TextProp,
    /// 0 to 1; none where it cannot be told, which is not zero.
    share: Option<f64>,
) -> impl IntoView {
    view! {
        <div class="bar score-part">
            <div class="words">
                <span>{move || label.get()}</span>
                <span class="number">{move || share.and_then(|share| format::percent(share, 1.0)).unwrap_or_else(|| t::fact_unknown().to_owned())}</span>
            </div>
            <div class="track" class:unknown-part=share.is_none() aria-hidden="true">
                <span class="fill" style:width=width(share)></span>
            </div>
            <p class="small muted">{move || words.get()}</p>
        </div>
    }
}

/// All parts of a score in one bar: each as wide as it weighs, filled as far as it is met, hatched where it cannot be
/// told. A picture only: the words are said by the parts.
#[component]
pub fn ScoreStrip(
    /// (name, weight, share)
    parts: Vec<(String, u32, Option<f64>)>,
) -> impl IntoView {
    view! {
        <span class="score-strip" aria-hidden="true">
            {parts.into_iter().map(|(name, weight, share)| view! {
                <span class="segment" style:flex-grow=weight.to_string()>
                    <span class="track" class:unknown-part=share.is_none()><span class="fill" style:width=width(share)></span></span>
                    <span class="name">{name}</span>
                </span>
            }).collect_view()}
        </span>
    }
}

fn width(share: Option<f64>) -> String {
    format!("{:.1}%", 100.0 * share.unwrap_or(0.0).clamp(0.0, 1.0))
}

#[expect(clippy::cast_precision_loss, reason = "a share of a bar's width")]
const fn as_float(number: i64) -> f64 {
    number as f64
}
