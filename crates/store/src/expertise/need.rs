//! Needs of expertise as rows. The confidential ones stay out of every list but those of whom they are for.

use domain::date::PartialDate;
use domain::expertise::Form;
use domain::expertise::need::{Budget, ExpertiseNeed, Filter, Order, Reader, State};
use domain::policy::allows;
use domain::text::Lang;
use domain::{Actor, ExpertiseNeedId, OrganisationId, ProjectId, Refusal, TerritoryId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};

use super::day;
use crate::connect::Store;
use crate::error::Result;
use crate::filter::Narrow;
use crate::list::Listed;
use crate::page::{Column, Key};

stored! {
    ExpertiseNeed, row, "expertise_need";
    plain {
        title: String,
        project_id: Option<ProjectId>,
        organisation_id: Option<OrganisationId>,
        context: Option<String>,
        deadline: Option<PartialDate>,
        territory_id: Option<TerritoryId>,
        budget: Option<Budget>,
        confidential: bool,
        state: State,
        reason: Option<String>,
    }
    json {
        topics: Vec<String>,
        forms: Vec<Form>,
        languages: Vec<Lang>,
    }
    derived {
        deadline_key: String = |need| day(need.last_day()),
    }
    index match_again;
}

/// What this reader may see; nothing where that is all.
pub(crate) fn seen_by(reader: &Reader) -> Option<Expr> {
    if reader.all {
        return None;
    }
    let column = |name: &'static str| Expr::col(("expertise_need", name));
    let mut seen = column("confidential").eq(false);
    if !reader.projects.is_empty() {
        seen = seen.or(column("project_id").is_in(reader.projects.iter().map(|id| id.0)));
    }
    if let Some(organisation) = reader.organisation {
        let introduced = Query::select()
            .column("need_id")
            .from("introduction")
            .and_where(Expr::col("provider_id").eq(organisation))
            .take();
        seen = seen
            .or(column("organisation_id").eq(organisation))
            .or(column("id").in_subquery(introduced));
    }
    Some(seen)
}

impl Listed for ExpertiseNeed {
    type Filter = Filter;
    type Order = Order;

    fn organisations(filter: &mut Filter) -> Vec<&mut OrganisationId> {
        filter.organisations.iter_mut().flatten().collect()
    }

    fn condition(filter: &Filter) -> Condition {
        let Filter {
            states,
            topics,
            forms,
            projects,
            organisations,
            territory,
            confidential,
            updated_since,
            text,
            reader,
        } = filter;
        let column = |name: &'static str| Expr::col(("expertise_need", name));
        Narrow::of("expertise_need")
            .any_of("state", states.as_ref())
            .tagged("topics", topics.as_ref())
            .tagged("forms", forms.as_ref())
            .any_id("project_id", projects.as_ref())
            .any_id("organisation_id", organisations.as_ref())
            .placed(*territory)
            .and(confidential.map(|is| column("confidential").eq(is)))
            .and(updated_since.map(|since| column("updated_at").gte(since)))
            .and(seen_by(reader))
            .text(text.as_ref())
            .build()
    }

    fn column(order: Order) -> Column {
        match order {
            Order::UpdatedLast => Column {
                name: "updated_at",
                descending: true,
                of: crate::page::Kind::Time,
            },
            Order::DeadlineFirst => Column {
                name: "deadline_key",
                descending: false,
                of: crate::page::Kind::Text,
            },
        }
    }

    fn key(&self, order: Order) -> Key {
        match order {
            Order::UpdatedLast => Key::Time(self.updated_at),
            Order::DeadlineFirst => Key::Text(day(self.last_day())),
        }
    }
}

impl Store {
    /// A need of expertise, where the actor may see it: also since it was introduced to their organisation.
    ///
    /// # Errors
    /// Not found, also where it exists and the actor may not know.
    pub async fn seen_expertise_need(&self, actor: &Actor, id: ExpertiseNeedId) -> Result<ExpertiseNeed> {
        let need: ExpertiseNeed = self.find(id).await?.ok_or(Refusal::NotFound)?;
        if self.sees_expertise_need(actor, &need).await? {
            Ok(need)
        } else {
            Err(Refusal::NotFound.into())
        }
    }

    /// Whether the actor may see a need of expertise.
    ///
    /// # Errors
    /// A database fault.
    pub async fn sees_expertise_need(&self, actor: &Actor, need: &ExpertiseNeed) -> Result<bool> {
        if allows(actor, need.seen(false)) {
            return Ok(true);
        }
        let Some(organisation) = actor.person().and_then(|signed| signed.organisation) else {
            return Ok(false);
        };
        let introduced = Query::select()
            .column("id")
            .from("introduction")
            .and_where(Expr::col("need_id").eq(need.id))
            .and_where(Expr::col("provider_id").eq(organisation))
            .limit(1)
            .take();
        let introduced = self.reading.query_one(&introduced).await?.is_some();
        Ok(allows(actor, need.seen(introduced)))
    }
}
