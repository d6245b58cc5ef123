//! Timeline: steps with and without dates, periods, today's line, what waits for what, and slips drawn as a ghost
//! and an arrow. One list for everyone: on a wide screen each item gets its track, on a phone only its words.

pub mod layout;

use super::chips::{Course, NewMark, Status};
use crate::format::{self, Day};
use crate::language::t;
use layout::{Arrow, Layout, Mark, Tick, lay_out};
use leptos::prelude::*;

/// One step, with its words already in the reader's language.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub id: String,
    pub label: String,
    pub href: Option<String>,
    pub course: Course,
    pub course_words: String,
    /// The date as it is known (« 1er juin, année déduite »), or that there is none.
    pub when: String,
    pub start: Option<Day>,
    pub end: Option<Day>,
    /// What was planned before it slipped.
    pub planned: Option<(Day, Option<Day>)>,
    /// The ids of the steps that it waits for.
    pub after: Vec<String>,
    pub new: bool,
}

/// Pixels a row takes, known to the style sheet as well.
const ROW: usize = 72;

#[component]
pub fn Timeline(
    #[prop(into)] label: TextProp,
    #[prop(into)] steps: Signal<Vec<Step>>,
    today: Day,
) -> impl IntoView {
    view! {
        <div class="timeline" role="group" aria-label=move || label.get().to_string()>
            {move || {
                let steps = steps.get();
                let layout = lay_out(&steps, today);
                draw(steps, layout)
            }}
        </div>
    }
}

fn draw(steps: Vec<Step>, layout: Option<Layout>) -> AnyView {
    let name = |id: &str| {
        steps
            .iter()
            .find(|step| step.id == id)
            .map_or_else(|| id.to_owned(), |step| step.label.clone())
    };
    let waits: Vec<Option<String>> = steps
        .iter()
        .map(|step| {
            (!step.after.is_empty()).then(|| {
                step.after
                    .iter()
                    .map(|id| name(id))
                    .collect::<Vec<_>>()
                    .join(", ")
            })
        })
        .collect();
    let Some(layout) = layout else {
        return view! {
            <ol role="list" class="timeline-steps">{steps.into_iter().zip(waits).map(|(step, waits)| view! { <li>{words(step, waits)}</li> }).collect_view()}</ol>
        }
        .into_any();
    };
    let Layout {
        order,
        undated,
        marks,
        ticks,
        today,
        arrows,
    } = layout;
    let mut slots: Vec<_> = steps.into_iter().zip(waits).map(Some).collect();
    let mut at = |place: usize| slots[place].take();
    let dated = order
        .into_iter()
        .zip(marks)
        .filter_map(|(place, mark)| at(place).map(|(step, waits)| (step, waits, mark)))
        .map(|(step, waits, mark)| view! { <li>{words(step.clone(), waits)} {track(&step, &mark)}</li> })
        .collect_view();
    let rest = undated
        .into_iter()
        .filter_map(at)
        .map(|(step, waits)| view! { <li>{words(step, waits)}</li> })
        .collect::<Vec<_>>();
    view! {
        <div class="timeline-dated">
            <div class="timeline-axis" aria-hidden="true">
                {ticks.iter().map(|Tick { at, label, strong }| view! {
                    <span class:strong=*strong style:left=percent(*at)>{label.clone()}</span>
                }).collect_view()}
            </div>
            <div class="timeline-ground" aria-hidden="true">
                {ticks.iter().map(|Tick { at, strong, .. }| view! { <i class="line" class:strong=*strong style:left=percent(*at)></i> }).collect_view()}
                {arrows.into_iter().map(arrow).collect_view()}
                <i class="today" class:at-end={today > 0.9} style:left=percent(today)><b>{t::timeline_today}</b></i>
            </div>
            <ol role="list" class="timeline-steps">{dated}</ol>
        </div>
        {(!rest.is_empty()).then(|| view! {
            <div class="timeline-undated"><p class="title">{t::timeline_undated}</p> <ol role="list" class="timeline-steps">{rest}</ol></div>
        })}
    }
    .into_any()
}

fn words(step: Step, waits: Option<String>) -> impl IntoView {
    let slip = step.planned.map(|(planned, _)| planned);
    view! {
        <div class="timeline-words">
            <div class="name">
                {match step.href {
                    Some(href) => view! { <a href=href>{step.label}</a> }.into_any(),
                    None => view! { <span>{step.label}</span> }.into_any(),
                }}
                {step.new.then(|| view! { <NewMark /> })}
            </div>
            <div class="row-tight small">
                <Status course=step.course text=step.course_words />
                <span class="muted">{step.when}</span>
            </div>
            {slip.map(|planned| view! { <p class="slip small">{move || t::timeline_slipped(format::day(planned))}</p> })}
            {waits.map(|waits| view! { <p class="waits small">{move || t::timeline_after(&waits)}</p> })}
        </div>
    }
}

fn track(step: &Step, mark: &Mark) -> impl IntoView + use<> {
    let class = match step.course {
        Course::Planned => "planned",
        Course::Going => "going",
        Course::Done => "done",
        Course::Late => "late",
        Course::Stopped => "stopped",
        Course::Unsure => "unsure",
    };
    let shape = if mark.width.is_some() { "period" } else { "point" };
    view! {
        <div class="timeline-track" aria-hidden="true">
            {mark.ghost.map(|ghost| view! {
                <span class="ghost" class:point=ghost.width.is_none() style:left=percent(ghost.at) style:width=ghost.width.map(percent)></span>
                <span class="slide" class:back={ghost.at > mark.at}
                    style:left=percent(ghost.at.min(mark.at)) style:width=percent((mark.at - ghost.at).abs())></span>
            })}
            <span class=format!("mark {shape} {class}") style:left=percent(mark.at) style:width=mark.width.map(percent)></span>
        </div>
    }
}

/// An elbow: down (or up) from the end of what comes first, then along to the start of what waits.
fn arrow(arrow: Arrow) -> impl IntoView {
    let (top, bottom) = (arrow.from_row.min(arrow.to_row), arrow.from_row.max(arrow.to_row));
    let class = format!(
        "elbow {} {}",
        if arrow.to_row > arrow.from_row {
            "down"
        } else {
            "up"
        },
        if arrow.to < arrow.from { "back" } else { "on" }
    );
    view! {
        <i class=class
            style:left=percent(arrow.from.min(arrow.to)) style:width=percent((arrow.to - arrow.from).abs())
            style:top=format!("{}px", top * ROW + ROW / 2) style:height=format!("{}px", (bottom - top) * ROW)></i>
    }
}

fn percent(share: f64) -> String {
    format!("{:.2}%", share * 100.0)
}
