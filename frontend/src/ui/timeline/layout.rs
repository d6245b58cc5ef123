//! Where everything of a timeline stands, as shares of its width and numbers of rows. Pure.

use super::Step;
use crate::format::{Day, month_short, small};
use chrono::{Datelike, Months};

#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Places in the given list of the steps that have a date, in the order of their rows.
    pub order: Vec<usize>,
    pub undated: Vec<usize>,
    /// One a row.
    pub marks: Vec<Mark>,
    pub ticks: Vec<Tick>,
    pub today: f64,
    pub arrows: Vec<Arrow>,
}

/// A point, or a period where `width` is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    pub at: f64,
    pub width: Option<f64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    pub at: f64,
    pub width: Option<f64>,
    /// Where it was planned to be.
    pub ghost: Option<Span>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub at: f64,
    pub label: String,
    pub strong: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrow {
    pub from: f64,
    pub from_row: usize,
    pub to: f64,
    pub to_row: usize,
}

/// None when no step has a date. A step with only an end is a point there.
pub fn lay_out(steps: &[Step], today: Day) -> Option<Layout> {
    let when = |step: &Step| step.start.or(step.end);
    let mut order: Vec<usize> = (0..steps.len())
        .filter(|place| when(&steps[*place]).is_some())
        .collect();
    if order.is_empty() {
        return None;
    }
    order.sort_by_key(|place| (when(&steps[*place]), steps[*place].end));
    let undated = (0..steps.len())
        .filter(|place| when(&steps[*place]).is_none())
        .collect();

    let days = steps
        .iter()
        .flat_map(|step| {
            [
                step.start,
                step.end,
                step.planned.map(|it| it.0),
                step.planned.and_then(|it| it.1),
            ]
        })
        .flatten()
        .chain([today]);
    let (first, last) = days.fold((today, today), |(first, last), day| {
        (first.min(day), last.max(day))
    });
    let scale = Scale::around(first, last);

    let span = |start: Day, end: Option<Day>| Span {
        at: scale.share(start),
        width: end
            .filter(|end| *end > start)
            .map(|end| scale.share(end) - scale.share(start)),
    };
    let marks: Vec<Mark> = order
        .iter()
        .filter_map(|place| {
            let step = &steps[*place];
            let own = span(when(step)?, step.end);
            Some(Mark {
                at: own.at,
                width: own.width,
                ghost: step.planned.map(|(start, end)| span(start, end)),
            })
        })
        .collect();
    let row = |id: &str| order.iter().position(|place| steps[*place].id == id);
    let arrows = order
        .iter()
        .enumerate()
        .flat_map(|(to_row, place)| {
            steps[*place]
                .after
                .iter()
                .filter_map(move |id| Some((to_row, row(id)?)))
        })
        .map(|(to_row, from_row)| {
            let before = &marks[from_row];
            Arrow {
                from: before.at + before.width.unwrap_or(0.0),
                from_row,
                to: marks[to_row].at,
                to_row,
            }
        })
        .collect();
    Some(Layout {
        undated,
        marks,
        ticks: scale.ticks(),
        today: scale.share(today),
        arrows,
        order,
    })
}

struct Scale {
    from: Day,
    to: Day,
}

impl Scale {
    /// Whole months, with one to spare on each side.
    fn around(first: Day, last: Day) -> Self {
        let month = |day: Day| day.with_day(1).unwrap_or(day);
        Self {
            from: month(first) - Months::new(1),
            to: month(last) + Months::new(2),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "days within a few decades")]
    fn share(&self, day: Day) -> f64 {
        (day - self.from).num_days() as f64 / (self.to - self.from).num_days() as f64
    }

    /// Months, quarters, half-years or years, so that labels do not touch; a year's first is strong.
    fn ticks(&self) -> Vec<Tick> {
        let months = (self.to.year() - self.from.year()) * 12 + i32::from(small(self.to.month()))
            - i32::from(small(self.from.month()));
        let every = match months {
            ..=14 => 1,
            15..=42 => 3,
            43..=90 => 6,
            _ => 12,
        };
        let mut ticks = Vec::new();
        let mut day = self.from;
        while day < self.to {
            if day.month0().is_multiple_of(every) {
                let strong = day.month() == 1;
                let label = if strong {
                    day.year().to_string()
                } else {
                    month_short(small(day.month())).to_owned()
                };
                ticks.push(Tick {
                    at: self.share(day),
                    label,
                    strong,
                });
            }
            day = day + Months::new(1);
        }
        ticks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::chips::Course;

    fn step(id: &str, start: Option<Day>, end: Option<Day>) -> Step {
        Step {
            id: id.into(),
            label: id.into(),
            href: None,
            course: Course::Planned,
            course_words: String::new(),
            when: String::new(),
            start,
            end,
            planned: None,
            after: Vec::new(),
            new: false,
        }
    }

    fn day(year: i32, month: u32, day: u32) -> Day {
        Day::from_ymd_opt(year, month, day).expect("a real day")
    }

    #[test]
    fn without_any_date_there_is_nothing_to_draw() {
        assert_eq!(lay_out(&[step("a", None, None)], day(2021, 6, 15)), None);
    }

    #[test]
    fn rows_follow_the_dates_and_undated_steps_stand_apart() {
        let steps = [
            step("b", Some(day(2021, 9, 1)), None),
            step("c", None, None),
            step("a", None, Some(day(2021, 3, 1))),
        ];
        let layout = lay_out(&steps, day(2021, 6, 15)).expect("dated");
        assert_eq!(layout.order, [2, 0]);
        assert_eq!(layout.undated, [1]);
        assert!(layout.marks[0].at < layout.today && layout.today < layout.marks[1].at);
    }

    #[test]
    fn everything_stands_within_the_width() {
        let mut late = step("a", Some(day(2023, 1, 1)), Some(day(2024, 12, 31)));
        late.planned = Some((day(2019, 2, 1), None));
        let layout = lay_out(&[late], day(2021, 6, 15)).expect("dated");
        let mark = &layout.marks[0];
        assert!(mark.at + mark.width.expect("a period") < 1.0);
        assert!(
            mark.ghost
                .is_some_and(|ghost| ghost.at > 0.0 && ghost.width.is_none())
        );
        assert!(layout.ticks.iter().all(|tick| (0.0..1.0).contains(&tick.at)));
    }

    #[test]
    fn an_arrow_leaves_the_end_of_what_comes_first() {
        let first = step("a", Some(day(2021, 1, 1)), Some(day(2021, 3, 1)));
        let mut second = step("b", Some(day(2021, 5, 1)), None);
        second.after = vec!["a".into(), "gone".into()];
        let layout = lay_out(&[second, first], day(2021, 6, 15)).expect("dated");
        assert_eq!(layout.arrows.len(), 1);
        let arrow = layout.arrows[0];
        assert_eq!((arrow.from_row, arrow.to_row), (0, 1));
        let before = &layout.marks[0];
        assert!((arrow.from - before.at - before.width.expect("a period")).abs() < 1e-9);
    }

    #[test]
    fn ticks_thin_out_as_the_years_grow() {
        let of = |years| {
            lay_out(
                &[step("a", Some(day(2021 - years, 1, 1)), None)],
                day(2021, 6, 15),
            )
            .expect("dated")
            .ticks
            .len()
        };
        assert!(of(0) <= 14 && of(3) <= 16 && of(10) <= 14);
    }
}
