//! Projects, their members and follow-up notes, as rows.

use domain::check::Checks;
use domain::date::PartialDate;
use domain::measure::Money;
use domain::policy::{Action, Actor};
use domain::project::{
    Filter, Known, Membership, MembershipRole, NewNote, Note, Order, Phase, Project, Public, Status, Type,
};
use domain::text::fold;
use domain::{OrganisationId, PersonId, ProjectId, TerritoryId};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};

use crate::connect::Store;
use crate::error::Result;
use crate::filter::Narrow;
use crate::list::{Listed, plain_list};
use crate::page::{Column, Key};

stored! {
    Project, project_row, "project";
    plain {
        title: String,
        code: Option<String>,
        acronym: Option<String>,
        leads_note: Option<String>,
        partners_note: Option<String>,
        territory_note: Option<String>,
        started: Option<PartialDate>,
        planned_end: Option<PartialDate>,
        ended: Option<PartialDate>,
        funding_note: Option<String>,
        social_purpose: Known,
        website: Option<String>,
        summary: Option<String>,
        learnt: Option<String>,
    }
    json {
        aliases: Vec<String>,
        types: Vec<Type>,
        themes: Vec<String>,
        lead_ids: Vec<OrganisationId>,
        partner_ids: Vec<OrganisationId>,
        territory_ids: Vec<TerritoryId>,
        grant: Option<Money>,
        publics: Vec<Public>,
        phases: Vec<Phase>,
    }
    derived {
        order_key: String = |project| fold(&project.title),
        code_key: String = |project| code_key(project),
        status: Status = |project| project.status(),
    }
}

stored! {
    Membership, membership_row, "membership";
    plain {
        project_id: ProjectId,
        person_id: PersonId,
        role: MembershipRole,
    }
    json {}
    derived {}
}

stored! {
    Note, note_row, "note";
    plain {
        project_id: ProjectId,
        body: String,
        on: Option<PartialDate>,
        author_id: Option<PersonId>,
    }
    json {}
    derived {}
}

plain_list!(Membership, "membership");
plain_list!(Note, "note");

/// A code that sorts; projects without one come last.
fn code_key(project: &Project) -> String {
    project.code.clone().unwrap_or_else(|| "~".to_owned())
}

impl Listed for Project {
    type Filter = Filter;
    type Order = Order;

    fn organisations(filter: &mut Filter) -> Vec<&mut OrganisationId> {
        filter.organisation.iter_mut().collect()
    }

    fn condition(filter: &Filter) -> Condition {
        let Filter {
            types,
            statuses,
            social_purpose,
            publics,
            chantiers,
            parts,
            organisation,
            territory,
            text,
        } = filter;
        let participating = (chantiers.is_some() || parts.is_some()).then(|| {
            let mut query = Query::select().column("project_id").from("participation").take();
            if let Some(chantiers) = chantiers {
                query.and_where(Expr::col("chantier_id").is_in(chantiers.iter().copied()));
            }
            if let Some(parts) = parts {
                query.and_where(Expr::col("part").is_in(parts.iter().copied()));
            }
            query
        });
        Narrow::of("project")
            .tagged("types", types.as_ref())
            .any_of("status", statuses.as_ref())
            .any_of("social_purpose", social_purpose.as_ref())
            .tagged("publics", publics.as_ref())
            .within(participating)
            .linked(&["leadIds", "partnerIds"], organisation.map(|id| vec![id.into()]))
            .placed(*territory)
            .text(text.as_ref())
            .build()
    }

    fn column(order: Order) -> Column {
        match order {
            Order::Title => Column {
                name: "order_key",
                descending: false,
                of: crate::page::Kind::Text,
            },
            Order::Code => Column {
                name: "code_key",
                descending: false,
                of: crate::page::Kind::Text,
            },
            Order::UpdatedLast => Column {
                name: "updated_at",
                descending: true,
                of: crate::page::Kind::Time,
            },
        }
    }

    fn key(&self, order: Order) -> Key {
        match order {
            Order::Title => Key::Text(fold(&self.title)),
            Order::Code => Key::Text(code_key(self)),
            Order::UpdatedLast => Key::Time(self.updated_at),
        }
    }
}

impl Store {
    /// Moves a project to another state of its life.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision, a move that does not exist, no reason where one is needed.
    pub async fn move_project(
        &self,
        actor: &Actor,
        id: ProjectId,
        expected: i32,
        phase: Phase,
    ) -> Result<Project> {
        let today = self.mint.now().date_naive();
        let asking = |project: &Project| Action::MoveProject { project: project.id };
        self.change_as::<Project>(actor, id, expected, asking, |project, checks: &mut Checks| {
            project.enter(phase, today, checks);
        })
        .await
    }

    /// Writes a follow-up note under the actor's name.
    ///
    /// # Errors
    /// Not allowed, an empty note, an unknown project.
    pub async fn write_note(&self, actor: &Actor, new: NewNote) -> Result<Note> {
        let author = actor.person().map(|signed| signed.id);
        self.create_with::<Note>(actor, new, |note| note.author_id = author)
            .await
    }
}
