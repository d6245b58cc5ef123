//! The meetings of a council: agenda, who was there, whether that was enough, minutes.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::check_documents;
use super::seat::Seat;
use crate::check::Checks;
use crate::date::PartialDate;
use crate::facet::Facets;
use crate::id::{CouncilId, SeatId};
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::Invalid;

choices! {
    /// Whether a meeting took place.
    pub enum MeetingState as "CouncilMeetingState" default Planned {
        /// To come.
        Planned = "PLANNED",
        /// It took place.
        Held = "HELD",
        /// It did not.
        Cancelled = "CANCELLED",
    }
}

choices! {
    /// Whether a seat was at a meeting.
    pub enum Presence as "SeatPresence" {
        /// Its holder or a substitute was there.
        Present = "PRESENT",
        /// Another seat spoke for it.
        Represented = "REPRESENTED",
        /// It was not, and said so.
        Excused = "EXCUSED",
    }
}

/// A seat's presence at a meeting. A seat of which nothing is said was absent, or nobody has said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(
    feature = "graphql",
    derive(async_graphql::SimpleObject, async_graphql::InputObject)
)]
#[cfg_attr(
    feature = "graphql",
    graphql(
        name = "SeatAttendance",
        input_name = "SeatAttendanceInput",
        crate = "crate::graphql"
    )
)]
#[serde(rename_all = "camelCase")]
pub struct Attendance {
    /// The seat.
    pub seat_id: SeatId,
    /// Whether it was there.
    pub presence: Presence,
}

record! {
    /// A meeting of a council.
    CouncilMeeting, CouncilMeetingId, CouncilMeeting, NewCouncilMeeting, CouncilMeetingPatch;
    fixed {}
    required {
        /// The council; it stays as first given.
        council_id: CouncilId,
        /// What it is: "Plénière d'installation".
        title: String,
    }
    optional {
        /// The day, where it is known.
        on: Option<PartialDate>,
        /// The time of day it begins in Belgium, `14:00`.
        time: Option<String>,
        /// Where.
        place: Option<String>,
        /// Whether it took place.
        state: MeetingState,
        /// The items of its agenda, in order.
        agenda: Vec<String>,
        /// Which seats were there; empty where nobody has said.
        attendance: Vec<Attendance>,
        /// The minutes. They are public: no names of people.
        minutes: Option<String>,
        /// Documents of the meeting, minutes kept elsewhere among them.
        documents: Vec<super::Document>,
    }
}

impl Rules for CouncilMeeting {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("title", &mut self.title);
        checks.optional_line("time", &mut self.time);
        checks.time_of_day("time", self.time.as_deref());
        checks.optional_line("place", &mut self.place);
        checks.lines("agenda", &mut self.agenda);
        checks.few("attendance", &self.attendance);
        let seats: BTreeSet<SeatId> = self.attendance.iter().map(|it| it.seat_id).collect();
        checks.hold(seats.len() == self.attendance.len(), "attendance", Invalid::Twice);
        checks.hold(
            self.attendance.is_empty() || self.state == MeetingState::Held,
            "attendance",
            Invalid::NotHeld,
        );
        checks.optional_paragraphs("minutes", &mut self.minutes);
        check_documents("documents", &mut self.documents, checks);
    }

    fn edited(&mut self, before: &Self, checks: &mut Checks) {
        checks.hold(
            self.council_id == before.council_id,
            "councilId",
            Invalid::Settled,
        );
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.belong("councilId", [self.council_id]);
        facets.link("attendance", self.attendance.iter().map(|it| it.seat_id));
        facets
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::EditCouncil {
            council: self.council_id,
        }
    }
}

/// Whether enough seats were at a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "CouncilQuorum", crate = "crate::graphql")
)]
pub struct Quorum {
    /// How many seats were in mandate that day.
    pub seats: i32,
    /// How many of them had to be present or represented.
    pub needed: i32,
    /// How many were.
    pub attending: i32,
    /// Whether they were enough.
    pub reached: bool,
}

/// Whether the council's rule was met at a meeting: nothing where there is no rule, where nobody has said who was there
/// or on which day it was, or where no seat was in mandate.
#[must_use]
pub fn quorum(
    rule: Option<i32>,
    seats: &[Seat],
    on: Option<NaiveDate>,
    attendance: &[Attendance],
) -> Option<Quorum> {
    let (share, on) = (rule?, on?);
    if attendance.is_empty() {
        return None;
    }
    let sitting: BTreeSet<SeatId> = seats
        .iter()
        .filter(|seat| seat.is_in_mandate(on))
        .map(|seat| seat.id)
        .collect();
    let seats = i32::try_from(sitting.len()).ok().filter(|seats| *seats > 0)?;
    let counts = |it: &&Attendance| match it.presence {
        Presence::Present | Presence::Represented => sitting.contains(&it.seat_id),
        Presence::Excused => false,
    };
    let attending = i32::try_from(attendance.iter().filter(counts).count()).ok()?;
    // So many that their share is not below the rule's.
    let needed = (seats * share + 99) / 100;
    Some(Quorum {
        seats,
        needed,
        attending,
        reached: attending >= needed,
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::council::Category;

    fn seats(count: u128) -> Vec<Seat> {
        let seat = |number| {
            Seat::bare(
                SeatId(Uuid::from_u128(number)),
                chrono::DateTime::UNIX_EPOCH,
                CouncilId(Uuid::nil()),
                Category::Social,
                "x".into(),
            )
        };
        (0..count).map(seat).collect()
    }

    fn there(presences: &[Presence]) -> Vec<Attendance> {
        let numbered = presences.iter().zip(0_u128..);
        numbered
            .map(|(presence, number)| Attendance {
                seat_id: SeatId(Uuid::from_u128(number)),
                presence: *presence,
            })
            .collect()
    }

    #[test]
    fn a_quorum_is_unknown_without_a_rule_or_without_a_list_of_who_was_there() {
        let on = NaiveDate::from_ymd_opt(2026, 11, 26);
        let all = there(&[Presence::Present; 3]);
        assert_eq!(quorum(None, &seats(3), on, &all), None);
        assert_eq!(quorum(Some(50), &seats(3), on, &[]), None);
        assert_eq!(quorum(Some(50), &seats(3), None, &all), None);
        assert_eq!(quorum(Some(50), &[], on, &all), None);
    }

    #[test]
    fn the_represented_count_the_excused_do_not_and_the_share_is_rounded_up() {
        let on = NaiveDate::from_ymd_opt(2026, 11, 26);
        let some = there(&[Presence::Present, Presence::Represented, Presence::Excused]);
        let told = quorum(Some(50), &seats(5), on, &some).unwrap();
        assert_eq!(
            (told.seats, told.needed, told.attending, told.reached),
            (5, 3, 2, false)
        );
        let told = quorum(Some(50), &seats(4), on, &some).unwrap();
        assert_eq!((told.needed, told.reached), (2, true));
        // A seat out of mandate does not help.
        let mut three = seats(3);
        three[0].mandate_to = "2025".parse().ok();
        let told = quorum(Some(60), &three, on, &some).unwrap();
        assert_eq!(
            (told.seats, told.needed, told.attending, told.reached),
            (2, 2, 1, false)
        );
    }

    #[test]
    fn who_was_there_is_said_once_and_of_a_meeting_that_was_held() {
        let mut meeting = CouncilMeeting::bare(
            crate::CouncilMeetingId(Uuid::nil()),
            chrono::DateTime::UNIX_EPOCH,
            CouncilId(Uuid::nil()),
            "Plénière".into(),
        );
        meeting.attendance = there(&[Presence::Present]);
        meeting.time = Some("25:00".into());
        let double = meeting.attendance[0];
        meeting.attendance.push(double);
        let mut checks = Checks::default();
        meeting.check(&mut checks);
        let refusals = checks.finish().unwrap_err();
        let fields: Vec<&str> = refusals.iter().map(crate::Refusal::field).collect();
        assert_eq!(fields, ["time", "attendance", "attendance"]);
    }
}
