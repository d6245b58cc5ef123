//! Mine and theirs, side by side: what a form shows when the record changed while it was being filled in. Each field
//! that differs is chosen; what is the same is only counted.

use super::button::{Button, Look};
use super::unique;
use crate::language::t;
use leptos::prelude::*;
use std::collections::BTreeSet;

/// One field in three states, as text for a person.
#[derive(Clone, Debug)]
pub struct Difference {
    pub field: &'static str,
    pub label: String,
    /// What it was when the form was opened.
    pub before: Signal<String>,
    pub mine: Signal<String>,
    pub theirs: Signal<String>,
    /// I changed it: what I did not touch is theirs unless I say otherwise.
    pub touched: bool,
    /// Mine is theirs: nothing to choose.
    pub same: bool,
}

/// Gives back the fields for which mine was kept.
#[component]
pub fn Compare(
    differences: Vec<Difference>,
    #[prop(into)] changed_by: TextProp,
    #[prop(into)] on_choose: Callback<Vec<&'static str>>,
) -> impl IntoView {
    let same = differences.iter().filter(|it| it.same).count();
    let conflicts: Vec<_> = differences.into_iter().filter(|it| !it.same).collect();
    let mine = RwSignal::new(
        conflicts
            .iter()
            .filter(|it| it.touched)
            .map(|it| it.field)
            .collect::<BTreeSet<_>>(),
    );
    let done = move |()| on_choose.run(mine.get_untracked().into_iter().collect());
    view! {
        <section class="stack" aria-label=t::compare_title>
            <h3>{t::compare_title}</h3>
            <p>{move || t::compare_why(changed_by.get())}</p>
            <div class="compare">
                {conflicts.into_iter().map(|it| pair(it, mine)).collect_view()}
                {(same > 0).then(|| view! { <p class="same">{move || t::compare_same(same)}</p> })}
            </div>
            <div class="button-row"><Button text=t::compare_done look=Look::Primary on_press=done /></div>
        </section>
    }
}

fn pair(it: Difference, mine: RwSignal<BTreeSet<&'static str>>) -> impl IntoView {
    let Difference {
        field,
        label,
        before,
        mine: my_text,
        theirs,
        ..
    } = it;
    let name = unique("compare");
    let keeps_mine = move || mine.with(|mine| mine.contains(field));
    let shown = |text: Signal<String>| {
        move || {
            let text = text.get();
            if text.is_empty() {
                view! { <span class="unknown">{t::fact_unknown}</span> }.into_any()
            } else {
                text.into_any()
            }
        }
    };
    view! {
        <fieldset class="pair">
            <legend>{label}</legend>
            <div class="choices">
                <label class="choice">
                    <input type="radio" name=name.clone() prop:checked=keeps_mine on:change=move |_| mine.update(|mine| { mine.insert(field); }) />
                    <span>{shown(my_text)}</span> <small>{t::compare_mine}</small>
                </label>
                <label class="choice">
                    <input type="radio" name=name prop:checked=move || !keeps_mine() on:change=move |_| mine.update(|mine| { mine.remove(field); }) />
                    <span>{shown(theirs)}</span> <small>{t::compare_theirs}</small>
                </label>
            </div>
            <p class="muted small">{t::compare_before} " " {shown(before)}</p>
        </fieldset>
    }
}
