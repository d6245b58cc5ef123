//! Chantiers, their steps, resources and the projects' part in them, as rows.

use std::collections::HashMap;

use domain::chantier::{
    Chantier, Filter, LinkState, Order, Part, Participation, Resource, ResourceFilter, ResourceKind, Slip,
    Stage, Step, StepFilter, StepOrder, StepStatus, reaches,
};
use domain::check::Checks;
use domain::date::PartialDate;
use domain::policy::Actor;
use domain::refusal::{Invalid, Refusal};
use domain::text::{Lang, fold};
use domain::{ChantierId, OrganisationId, ProjectId, RecordType, ResourceId, StepId, TerritoryId};
use sea_orm::ConnectionTrait;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, LockType, Query};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::Result;
use crate::filter::{Narrow, placed_in};
use crate::list::{Listed, plain_list};
use crate::page::{Column, Key};
use crate::write::Tx;

stored! {
    Chantier, chantier_row, "chantier";
    plain {
        code: String,
        position: i32,
        title: String,
        stage: Stage,
        objective: Option<String>,
        description: Option<String>,
        partners_note: Option<String>,
        projects_concerned: Option<i32>,
        note: Option<String>,
    }
    json {
        lead_ids: Vec<OrganisationId>,
        partner_ids: Vec<OrganisationId>,
        related_ids: Vec<ChantierId>,
    }
    derived {
        order_key: String = |chantier| fold(&chantier.title),
    }
}

stored! {
    Step, step_row, "step";
    plain {
        chantier_id: ChantierId,
        title: String,
        position: i32,
        description: Option<String>,
        starts: Option<PartialDate>,
        ends: Option<PartialDate>,
        start_time: Option<String>,
        status: StepStatus,
        territory_id: Option<TerritoryId>,
        note: Option<String>,
    }
    json {
        responsible_ids: Vec<OrganisationId>,
        dependency_ids: Vec<StepId>,
        slips: Vec<Slip>,
    }
    derived {
        starts_on: String = |step| day(step.starts_on()),
        ends_on: String = |step| day(step.ends_on()),
    }
    check check_step;
}

stored! {
    Resource, resource_row, "resource";
    plain {
        title: String,
        kind: ResourceKind,
        chantier_id: Option<ChantierId>,
        project_id: Option<ProjectId>,
        url: Option<String>,
        link_state: LinkState,
        published: Option<PartialDate>,
        note: Option<String>,
        link_checked_at: Option<DateTimeUtc>,
    }
    json {
        provider_ids: Vec<OrganisationId>,
        languages: Vec<Lang>,
    }
    derived {
        order_key: String = |resource| fold(&resource.title),
    }
}

stored! {
    Participation, participation_row, "participation";
    plain {
        chantier_id: ChantierId,
        project_id: ProjectId,
        part: Part,
        note: Option<String>,
        inferred: bool,
    }
    json {}
    derived {}
}

plain_list!(Participation, "participation");

/// A day as text that sorts; what has none sorts last.
fn day(date: Option<chrono::NaiveDate>) -> String {
    date.map_or_else(
        || "9999-12-31".to_owned(),
        |date| date.format("%Y-%m-%d").to_string(),
    )
}

impl Listed for Chantier {
    type Filter = Filter;
    type Order = Order;

    fn organisations(filter: &mut Filter) -> Vec<&mut OrganisationId> {
        filter.organisation.iter_mut().collect()
    }

    fn condition(filter: &Filter) -> Condition {
        let Filter {
            stages,
            codes,
            organisation,
            territory,
            text,
        } = filter;
        let default = [Stage::Open, Stage::Closed].to_vec();
        let stages = stages
            .as_ref()
            .or(if codes.is_some() { None } else { Some(&default) });
        let touching = territory.map(|territory| {
            Query::select()
                .column("chantier_id")
                .from("participation")
                .and_where(Expr::col("project_id").in_subquery(placed_in(territory)))
                .take()
        });
        Narrow::of("chantier")
            .any_of("stage", stages)
            .any_of("code", codes.as_ref())
            .linked(&["leadIds", "partnerIds"], organisation.map(|id| vec![id.into()]))
            .within(touching)
            .text(text.as_ref())
            .build()
    }

    fn column(order: Order) -> Column {
        match order {
            Order::Position => Column {
                name: "position",
                descending: false,
                of: crate::page::Kind::Number,
            },
            Order::Title => Column {
                name: "order_key",
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
            Order::Position => Key::Number(self.position.into()),
            Order::Title => Key::Text(fold(&self.title)),
            Order::UpdatedLast => Key::Time(self.updated_at),
        }
    }
}

impl Listed for Step {
    type Filter = StepFilter;
    type Order = StepOrder;

    fn days(filter: &StepFilter) -> Vec<chrono::NaiveDate> {
        filter.ends_from.into_iter().chain(filter.starts_to).collect()
    }

    fn condition(filter: &StepFilter) -> Condition {
        let StepFilter {
            chantier,
            statuses,
            ends_from,
            starts_to,
            territory,
        } = filter;
        Narrow::of("step")
            .any_of("status", statuses.as_ref())
            .and(chantier.map(|chantier| Expr::col(("step", "chantier_id")).eq(chantier)))
            .and(ends_from.map(|from| Expr::col(("step", "ends_on")).gte(day(Some(from)))))
            .and(starts_to.map(|to| Expr::col(("step", "starts_on")).lte(day(Some(to)))))
            .placed(*territory)
            .build()
    }

    fn column(order: StepOrder) -> Column {
        match order {
            StepOrder::Position => Column {
                name: "position",
                descending: false,
                of: crate::page::Kind::Number,
            },
            StepOrder::Date => Column {
                name: "starts_on",
                descending: false,
                of: crate::page::Kind::Text,
            },
        }
    }

    fn key(&self, order: StepOrder) -> Key {
        match order {
            StepOrder::Position => Key::Number(self.position.into()),
            StepOrder::Date => Key::Text(day(self.starts_on())),
        }
    }
}

/// The one order of resources: by title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ByTitle;

impl std::fmt::Display for ByTitle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TITLE")
    }
}

impl Listed for Resource {
    type Filter = ResourceFilter;
    type Order = ByTitle;

    fn condition(filter: &ResourceFilter) -> Condition {
        let ResourceFilter {
            kinds,
            chantier,
            project,
            link_states,
            text,
        } = filter;
        Narrow::of("resource")
            .any_of("kind", kinds.as_ref())
            .any_of("link_state", link_states.as_ref())
            .and(chantier.map(|chantier| Expr::col(("resource", "chantier_id")).eq(chantier)))
            .and(project.map(|project| Expr::col(("resource", "project_id")).eq(project)))
            .text(text.as_ref())
            .build()
    }

    fn column(_order: ByTitle) -> Column {
        Column {
            name: "order_key",
            descending: false,
            of: crate::page::Kind::Text,
        }
    }

    fn key(&self, _order: ByTitle) -> Key {
        Key::Text(fold(&self.title))
    }
}

impl Store {
    /// Moves a step to other dates, keeping what was planned and why it moved.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision, no reason.
    pub async fn reschedule_step(
        &self,
        actor: &Actor,
        id: StepId,
        expected: i32,
        dates: (Option<PartialDate>, Option<PartialDate>),
        reason: &str,
    ) -> Result<Step> {
        let now = self.mint.now();
        self.change::<Step>(actor, id, expected, |step, checks: &mut Checks| {
            if let Err(refusal) = step.reschedule(dates.0, dates.1, reason, now) {
                checks.refuse(refusal);
            }
        })
        .await
    }

    /// Says whether a resource's link worked when somebody tried it just now.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision, a resource without a link.
    pub async fn check_link(
        &self,
        actor: &Actor,
        id: ResourceId,
        expected: i32,
        works: bool,
    ) -> Result<Resource> {
        let now = self.mint.now();
        self.change::<Resource>(actor, id, expected, |resource, checks: &mut Checks| {
            if resource.url.is_none() {
                checks.refuse(Refusal::Required { field: "url".into() });
            }
            resource.link_state = if works {
                LinkState::Working
            } else {
                LinkState::Broken
            };
            resource.link_checked_at = Some(now);
        })
        .await
    }

    /// All steps of these chantiers, for what is derived from all of them.
    ///
    /// # Errors
    /// A database fault.
    pub async fn steps_of(&self, chantiers: &[ChantierId]) -> Result<HashMap<ChantierId, Vec<Step>>> {
        use sea_orm::{EntityTrait, QueryFilter};
        let ids = chantiers.iter().map(|id| Uuid::from(*id));
        let rows = step_row::Entity::find()
            .filter(Expr::col(("step", "chantier_id")).is_in(ids))
            .all(&self.reading)
            .await?;
        let mut steps: HashMap<ChantierId, Vec<Step>> =
            chantiers.iter().map(|id| (*id, Vec::new())).collect();
        for row in rows {
            steps.entry(row.chantier_id).or_default().push(row.into());
        }
        Ok(steps)
    }

    /// The chantier with this code.
    ///
    /// # Errors
    /// A database fault.
    pub async fn chantier_by_code(&self, code: &str) -> Result<Option<Chantier>> {
        if code.contains('\0') {
            return Ok(None);
        }
        use sea_orm::{EntityTrait, QueryFilter};
        let row = chantier_row::Entity::find()
            .filter(Expr::col(("chantier", "code")).eq(code))
            .one(&self.reading)
            .await?;
        Ok(row.map(Into::into))
    }
}

impl Tx {
    /// A step's dependencies are steps of the same chantier and close no ring, and so are the steps that depend on it.
    pub(crate) async fn check_step(&self, step: &Step) -> Result<()> {
        let field = "dependencyIds";
        let dependents = self.linking(step.id.into(), field, RecordType::Step).await?;
        if step.dependency_ids.is_empty() && dependents.is_empty() {
            return Ok(());
        }
        // Of two that would close a ring together, the second waits here and then sees the first.
        let lock = Query::select()
            .column("id")
            .from("chantier")
            .and_where(Expr::col("id").eq(step.chantier_id))
            .lock(LockType::NoKeyUpdate)
            .take();
        self.conn.query_one(&lock).await?;
        let query = Query::select()
            .columns(["id", "dependency_ids"])
            .from("step")
            .and_where(Expr::col("chantier_id").eq(step.chantier_id))
            .take();
        let mut dependencies: HashMap<StepId, Vec<StepId>> = HashMap::new();
        for row in self.conn.query_all(&query).await? {
            let after: crate::json::Json<Vec<StepId>> = row.try_get("", "dependency_ids")?;
            dependencies.insert(row.try_get("", "id")?, after.0);
        }
        let elsewhere = |id: &StepId| !dependencies.contains_key(id);
        if step.dependency_ids.iter().any(elsewhere) {
            return Err(Refusal::UnknownReference { field: field.into() }.into());
        }
        if dependents.into_iter().map(StepId::from).any(|id| elsewhere(&id)) {
            return Err(Refusal::Invalid {
                field: "chantierId".into(),
                why: Invalid::Reference,
            }
            .into());
        }
        if step
            .dependency_ids
            .iter()
            .any(|id| reaches(&dependencies, *id, step.id))
        {
            return Err(Refusal::Cycle { field: field.into() }.into());
        }
        Ok(())
    }
}
