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
    /// 0 to 1.
    share: f64,
) -> impl IntoView {
    let width = format!("{:.1}%", 100.0 * share.clamp(0.0, 1.0));
    view! {
        <div class="bar">
            <div class="words"><span>{move || label.get()}</span> <span>{move || words.get()}</span></div>
            <div class="track" aria-hidden="true"><span class="fill" style:width=width></span></div>
        </div>
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share of a bar's width")]
const fn as_float(number: i64) -> f64 {
    number as f64
}
