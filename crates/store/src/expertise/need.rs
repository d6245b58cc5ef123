//! Needs of expertise as rows. The confidential ones stay out of every list but those of whom they are for.

use std::collections::HashSet;

use domain::date::PartialDate;
use domain::expertise::Form;
use domain::expertise::need::{Budget, ExpertiseNeed, Filter, Order, Reader, State};
use domain::policy::allows;
use domain::text::Lang;
use domain::{Actor, ExpertiseNeedId, OrganisationId, ProjectId, Refusal, TerritoryId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};
use uuid::Uuid;

use super::day;
use crate::connect::Store;
use crate::error::Result;
use crate::filter::Narrow;
use crate::list::Listed;
use crate::page::{Column, Key};
use crate::rows;

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
        let seen = self.seen_expertise_needs(actor, &[id]).await?;
        seen.into_iter().next().ok_or_else(|| Refusal::NotFound.into())
    }

    /// Those of these needs that the actor may see: one statement, and one more where some may only be seen by whom they
    /// were introduced to, or are not there: what is hidden costs what is absent costs.
    ///
    /// # Errors
    /// A database fault.
    pub async fn seen_expertise_needs(
        &self,
        actor: &Actor,
        ids: &[ExpertiseNeedId],
    ) -> Result<Vec<ExpertiseNeed>> {
        let mut needs = self.many::<ExpertiseNeed>(ids).await?;
        let shown = needs.iter().filter(|need| allows(actor, need.seen(false)));
        let shown: HashSet<Uuid> = shown.map(|need| need.id.0).collect();
        let unsure = ids.iter().map(|id| id.0).filter(|id| !shown.contains(id));
        let unsure: Vec<Uuid> = unsure.collect();
        let house = Reader::of(actor).organisation;
        let mut introduced = HashSet::new();
        if let Some(house) = house.filter(|_| !unsure.is_empty()) {
            let query = Query::select()
                .distinct()
                .column("need_id")
                .from("introduction")
                .and_where(rows::among(&self.reading, Expr::col("need_id"), unsure))
                .and_where(Expr::col("provider_id").eq(house))
                .take();
            for row in self.reading.query_all(&query).await? {
                introduced.insert(row.try_get_by_index::<Uuid>(0)?);
            }
        }
        needs.retain(|need| allows(actor, need.seen(introduced.contains(&need.id.0))));
        Ok(needs)
    }
}
