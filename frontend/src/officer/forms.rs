//! The forms of the staff: who follows what, and who is away.

use super::read::Colleague;
use crate::edit::{Edit, EditForm};
use crate::language::t;
use crate::records::RecordField;
use crate::ui::field::{SelectField, TextField};
use chrono::{DateTime, NaiveDate};
use domain::officer::{Absence, Portfolio};
use domain::{AbsenceId, PersonId, PortfolioId, RecordType, TerritoryId};
use leptos::prelude::*;

type Staff = Signal<Vec<Colleague>>;

/// A new portfolio, of nobody yet.
pub fn blank_portfolio() -> Portfolio {
    let nowhere = TerritoryId(uuid::Uuid::nil());
    Portfolio::bare(
        PortfolioId(uuid::Uuid::nil()),
        DateTime::UNIX_EPOCH,
        PersonId::default(),
        nowhere,
    )
}

/// A new absence of somebody, from today on.
pub fn blank_absence(person: PersonId, today: NaiveDate) -> Absence {
    Absence::bare(
        AbsenceId(uuid::Uuid::nil()),
        DateTime::UNIX_EPOCH,
        person,
        today,
        today,
    )
}

/// The staff as a select shows them; the first choice is nobody, in these words.
fn people(staff: Staff, nobody: fn() -> &'static str) -> Signal<Vec<(String, String)>> {
    Signal::derive(move || {
        let named = staff
            .get()
            .into_iter()
            .map(|it| (it.person_id.inner().to_owned(), it.name.unwrap_or_default()));
        std::iter::once((String::new(), nobody().to_owned()))
            .chain(named)
            .collect::<Vec<_>>()
    })
}

fn day(text: Option<String>) -> Option<NaiveDate> {
    text.and_then(|text| text.parse().ok())
}

#[component]
pub fn PortfolioForm(
    record: Option<Portfolio>,
    staff: Staff,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let is_new = record.is_none();
    let done = move |_| on_end.run(());
    let edit = match record {
        Some(record) => Edit::of(record, done),
        None => Edit::new("portfolio", blank_portfolio(), done),
    };
    let refusals = edit.refusals;
    let person = edit.draft.part(
        |it| {
            Some(it.person_id)
                .filter(|it| *it != PersonId::default())
                .map(|it| it.to_string())
                .unwrap_or_default()
        },
        |it, text: String| it.person_id = text.parse().unwrap_or_default(),
    );
    let territory = edit.ids(
        |it| {
            Some(it.territory_id)
                .into_iter()
                .filter(|it| !it.0.is_nil())
                .collect()
        },
        |it, ids| it.territory_id = ids.into_iter().next().unwrap_or(TerritoryId(uuid::Uuid::nil())),
    );
    view! {
        <EditForm edit paths=vec!["personId", "territoryId", "chantierIds", "starts", "ends"] on_cancel=on_end>
            {is_new.then(|| view! {
                <SelectField label=t::officer_field_person path="personId" refusals required=true options=people(staff, t::fact_unknown) value=person />
                <RecordField label=t::officer_field_territory path="territoryId" refusals required=true kinds=&[RecordType::Territory] taken=territory />
            })}
            <RecordField label=t::officer_field_chantiers hint=t::officer_chantiers_hint path="chantierIds" refusals multiple=true kinds=&[RecordType::Chantier]
                taken=edit.ids(|it| it.chantier_ids.clone(), |it, ids| it.chantier_ids = ids) />
            <div class="two">
                <TextField label=t::officer_field_starts path="starts" refusals kind="date" value=edit.text(|it| it.starts.map(|it| it.to_string()), |it, text| it.starts = day(text)) />
                <TextField label=t::officer_field_ends path="ends" refusals kind="date" value=edit.text(|it| it.ends.map(|it| it.to_string()), |it, text| it.ends = day(text)) />
            </div>
        </EditForm>
    }
}

/// `chooses` whether it is said whose: an editor says when others are away.
#[component]
pub fn AbsenceForm(
    record: Absence,
    is_new: bool,
    chooses: bool,
    staff: Staff,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let done = move |_| on_end.run(());
    let edit = if is_new {
        Edit::new("absence", record, done)
    } else {
        Edit::of(record, done)
    };
    let refusals = edit.refusals;
    let person = edit.draft.part(
        |it| it.person_id.to_string(),
        |it, text: String| it.person_id = text.parse().unwrap_or(it.person_id),
    );
    let substitute = edit.draft.part(
        |it| it.substitute_id.map(|it| it.to_string()).unwrap_or_default(),
        |it, text: String| it.substitute_id = text.parse().ok(),
    );
    let starts = edit.text(
        |it| Some(it.starts.to_string()),
        |it, text| it.starts = day(text).unwrap_or(it.starts),
    );
    let ends = edit.text(
        |it| Some(it.ends.to_string()),
        |it, text| it.ends = day(text).unwrap_or(it.ends),
    );
    view! {
        <EditForm edit paths=vec!["personId", "starts", "ends", "substituteId"] on_cancel=on_end>
            {(is_new && chooses).then(|| view! {
                <SelectField label=t::officer_field_person path="personId" refusals required=true options=people(staff, t::fact_unknown) value=person />
            })}
            <div class="two">
                <TextField label=t::officer_field_starts path="starts" refusals required=true kind="date" value=starts />
                <TextField label=t::officer_field_ends path="ends" refusals required=true kind="date" value=ends />
            </div>
            <SelectField label=t::officer_field_substitute path="substituteId" refusals options=people(staff, t::officer_substitute_none) value=substitute />
        </EditForm>
    }
}
