//! What has been followed up on a project, as one history: notes, requests, and which officer followed it when. It belongs
//! to the project, so it is the same whoever follows it now.

use chrono::NaiveDate;

use super::Portfolio;
use crate::date::PartialDate;
use crate::id::{PersonId, RecordId, TerritoryId};
use crate::project::Note;
use crate::request::{HandoverReason, Request};

choices! {
    /// What happened in the follow-up of a project.
    pub enum FollowUpKind as "FollowUpKind" {
        /// An officer began to follow it.
        OfficerBegan = "OFFICER_BEGAN",
        /// An officer's last day.
        OfficerEnded = "OFFICER_ENDED",
        /// A note was written.
        Note = "NOTE",
        /// Something was asked.
        Asked = "ASKED",
        /// A request came to another owner.
        HandedOver = "HANDED_OVER",
        /// A request was closed, with what came of it.
        Closed = "CLOSED",
    }
}

/// One entry of a project's follow-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowUp {
    /// The day.
    pub on: NaiveDate,
    /// What happened.
    pub kind: FollowUpKind,
    /// The note, the request's title, or what came of it.
    pub text: Option<String>,
    /// Who: the author, the asker, the officer, the new owner.
    pub person: Option<PersonId>,
    /// The territory by which an officer follows it.
    pub territory: Option<TerritoryId>,
    /// The record it stands in.
    pub record: RecordId,
}

/// The follow-up of a project until today, the latest first.
#[must_use]
pub fn follow_up(
    notes: &[Note],
    requests: &[Request],
    portfolios: &[Portfolio],
    today: NaiveDate,
) -> Vec<FollowUp> {
    let noted = notes.iter().map(|note| FollowUp {
        on: note
            .on
            .and_then(PartialDate::earliest)
            .unwrap_or_else(|| note.created_at.date_naive()),
        kind: FollowUpKind::Note,
        text: Some(note.body.clone()),
        person: note.author_id,
        territory: None,
        record: note.id.into(),
    });
    let officers = portfolios.iter().flat_map(|portfolio| {
        let days = [
            (FollowUpKind::OfficerBegan, portfolio.starts),
            (FollowUpKind::OfficerEnded, portfolio.ends),
        ];
        days.into_iter().filter_map(|(kind, on)| {
            Some(FollowUp {
                on: on?,
                kind,
                text: None,
                person: Some(portfolio.person_id),
                territory: Some(portfolio.territory_id),
                record: portfolio.id.into(),
            })
        })
    });
    let mut all: Vec<FollowUp> = noted
        .chain(officers)
        .chain(requests.iter().flat_map(of_request))
        .collect();
    all.retain(|entry| entry.on <= today);
    // Of one day, what is further on in the list of kinds came later.
    all.sort_by_key(|entry| std::cmp::Reverse((entry.on, entry.kind)));
    all
}

fn of_request(request: &Request) -> Vec<FollowUp> {
    let entry = |on: NaiveDate, kind, text: &str, person| FollowUp {
        on,
        kind,
        text: Some(text.to_owned()),
        person: Some(person),
        territory: None,
        record: request.id.into(),
    };
    let asked = request.created_at.date_naive();
    let mut all = vec![entry(
        asked,
        FollowUpKind::Asked,
        &request.title,
        request.asker_id,
    )];
    let moved = request
        .handovers
        .iter()
        .filter(|of| of.reason != HandoverReason::Routed);
    all.extend(moved.map(|of| {
        entry(
            of.at.date_naive(),
            FollowUpKind::HandedOver,
            &request.title,
            of.to,
        )
    }));
    all.extend(request.closing.as_ref().map(|closing| {
        let on = closing.at.date_naive();
        entry(on, FollowUpKind::Closed, &closing.text, closing.by)
    }));
    all
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::request::{Closing, Conclusion, Kind};
    use crate::{NoteId, PortfolioId, ProjectId, RequestId};

    #[test]
    fn one_history_holds_the_notes_of_two_officers_and_what_was_asked_in_between() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let instant = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        let (first, second) = (PersonId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
        let (asker, id) = (PersonId(Uuid::from_u128(3)), Uuid::from_u128(7));
        let place: TerritoryId = "90000".parse().unwrap();
        let note = |author: PersonId, at: &str, on: Option<&str>| {
            let mut note = Note::bare(NoteId(id), instant(at), ProjectId(id), format!("par {author}"));
            (note.author_id, note.on) = (Some(author), on.map(|on| on.parse().unwrap()));
            note
        };
        let portfolio = |person, starts: Option<&str>, ends: Option<&str>| {
            let mut portfolio = Portfolio::bare(PortfolioId(id), DateTime::UNIX_EPOCH, person, place);
            (portfolio.starts, portfolio.ends) = (starts.map(day), ends.map(day));
            portfolio
        };
        let mut request = Request::bare(
            RequestId(id),
            instant("2026-02-01T09:00:00Z"),
            Kind::Question,
            "92094".parse().unwrap(),
            "Un four".into(),
            "Où?".into(),
        );
        request.open(asker, first, request.created_at);
        request.own(
            second,
            HandoverReason::HandedOver,
            None,
            instant("2026-03-02T09:00:00Z"),
        );
        request.closing = Some(Closing {
            conclusion: Conclusion::Supported,
            text: "À Ciney".into(),
            at: instant("2026-04-02T09:00:00Z"),
            by: second,
        });
        let notes = [
            note(first, "2026-01-05T09:00:00Z", None),
            note(second, "2026-05-05T09:00:00Z", Some("2026-03")),
        ];
        let portfolios = [
            portfolio(first, None, Some("2026-02-28")),
            portfolio(second, Some("2026-03-01"), Some("2027-12-31")),
        ];
        let told: Vec<(String, FollowUpKind, Option<PersonId>)> =
            follow_up(&notes, &[request], &portfolios, day("2026-11-26"))
                .into_iter()
                .map(|entry| (entry.on.to_string(), entry.kind, entry.person))
                .collect();
        let expected = [
            ("2026-04-02", FollowUpKind::Closed, second),
            ("2026-03-02", FollowUpKind::HandedOver, second),
            ("2026-03-01", FollowUpKind::Note, second),
            ("2026-03-01", FollowUpKind::OfficerBegan, second),
            ("2026-02-28", FollowUpKind::OfficerEnded, first),
            ("2026-02-01", FollowUpKind::Asked, asker),
            ("2026-01-05", FollowUpKind::Note, first),
        ];
        assert_eq!(
            told,
            expected.map(|(on, kind, person)| (on.to_owned(), kind, Some(person)))
        );
    }
}
