//! What belongs to a machine: for whom it works and where, its secrets' dates, what it asked and pushed, what was refused of it.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::Actor;
use domain::organisation::Organisation;
use domain::source::Source;
use domain::territory::Territory;
use store::{KnownSecret, Store};
use uuid::Uuid;

use super::{ClientDocumentNode, ClientNode};
use crate::connection::{many, one, shared};
use crate::cost::Bill;
use crate::ctx::{caller, loader, store};
use crate::error::fail;
use crate::load::Question;
use crate::organisation::OrganisationNode;
use crate::push::RejectionNode;
use crate::scorecard::ScorecardNode;
use crate::source::SourceNode;
use crate::territory::TerritoryNode;
use crate::usage::{ClientDayNode, DeprecatedCallNode};

/// The secrets of a machine that the caller may see.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct SecretsOf(Uuid);

impl Question for SecretsOf {
    type Answer = Vec<KnownSecret>;

    async fn ask(
        store: &Store,
        _actor: &Actor,
        all: &[Self],
    ) -> store::Result<HashMap<Self, Vec<KnownSecret>>> {
        let clients: Vec<Uuid> = all.iter().map(|question| question.0).collect();
        let found = store.client_secrets(&clients).await?;
        Ok(found
            .into_iter()
            .map(|(client, secrets)| (Self(client), secrets))
            .collect())
    }
}

/// What is known of a secret: never the secret.
#[derive(SimpleObject)]
struct ClientSecretDates {
    /// When it was made.
    created_at: DateTime<Utc>,
    /// Until when it is good.
    expires_at: DateTime<Utc>,
    /// When the machine last signed in with it, to about a minute; null where it never did.
    used_at: Option<DateTime<Utc>>,
    /// Whether the machine can still sign in with it.
    is_live: bool,
}

const fn rows(days: u32) -> usize {
    let most = domain::usage::KEPT_DAYS;
    (if days < most { days } else { most }) as usize
}

impl ClientNode {
    async fn known_secrets(&self, ctx: &Context<'_>) -> Result<Vec<KnownSecret>> {
        let asked = loader(ctx).one(SecretsOf(self.entry.id)).await;
        Ok(asked.map_err(|error| shared(ctx, &error))?.unwrap_or_default())
    }
}

#[ComplexObject]
impl ClientNode {
    /// The documents registered for it.
    #[graphql(complexity = "100 * child_complexity")]
    async fn documents(&self, ctx: &Context<'_>) -> Result<Vec<ClientDocumentNode>> {
        let documents = store(ctx).client_documents(&caller(ctx).actor, &self.entry).await;
        let documents = documents.map_err(|error| fail(ctx, error))?;
        Ok(documents.into_iter().map(Into::into).collect())
    }

    /// The organisation it works for.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        match self.entry.organisation_id {
            Some(id) => Ok(one::<Organisation>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// The sources it may push under.
    async fn sources(&self, ctx: &Context<'_>) -> Result<Vec<SourceNode>> {
        let found = many::<Source>(ctx, &self.entry.source_ids).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    /// The territories in which what it pushes must lie; empty where it is not limited.
    async fn territories(&self, ctx: &Context<'_>) -> Result<Vec<TerritoryNode>> {
        let found = many::<Territory>(ctx, &self.entry.territory_ids).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    /// Its secrets, the newest first: at most two that are live, and those that expired lately. Never the secrets themselves.
    async fn secrets(&self, ctx: &Context<'_>) -> Result<Vec<ClientSecretDates>> {
        let now = store(ctx).mint().now();
        let secrets = self.known_secrets(ctx).await?;
        Ok(secrets
            .into_iter()
            .map(|secret| ClientSecretDates {
                created_at: secret.created_at,
                expires_at: secret.expires_at,
                used_at: secret.used_at,
                is_live: secret.expires_at > now,
            })
            .collect())
    }

    /// When it last signed in with one of its secrets; null where it never did.
    async fn last_signed_in_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        let secrets = self.known_secrets(ctx).await?;
        Ok(secrets.into_iter().filter_map(|secret| secret.used_at).max())
    }

    /// What its requests may cost a minute; null where there is no limit.
    async fn cost_per_minute(&self, ctx: &Context<'_>) -> Option<u32> {
        ctx.data_opt::<Arc<Bill>>()?.a_minute()
    }

    /// What it asked and pushed on each of the last days, from the first to today.
    #[graphql(complexity = "rows(days) * child_complexity")]
    async fn usage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many days, 1 to 90.", default = 30)] days: u32,
    ) -> Result<Vec<ClientDayNode>> {
        let told = store(ctx)
            .client_days(&caller(ctx).actor, &self.entry, days)
            .await;
        let told = told.map_err(|error| fail(ctx, error))?;
        Ok(told
            .into_iter()
            .map(|(day, of)| ClientDayNode { day, of })
            .collect())
    }

    /// The calls that it still makes to what is deprecated: each is to be replaced before its day.
    #[graphql(complexity = "20 * child_complexity")]
    async fn deprecated_calls(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Over so many days, 1 to 90.", default = 90)] days: u32,
    ) -> Result<Vec<DeprecatedCallNode>> {
        let calls = store(ctx)
            .deprecated_calls_of(&caller(ctx).actor, &self.entry, days)
            .await;
        let calls = calls.map_err(|error| fail(ctx, error))?;
        Ok(calls.into_iter().map(Into::into).collect())
    }

    /// Its rows that were refused, under whichever source, the latest first, at most 100.
    #[graphql(complexity = "20 + 20 * child_complexity")]
    async fn rejected_rows(&self, ctx: &Context<'_>) -> Result<Vec<RejectionNode>> {
        let rows = store(ctx)
            .client_rejections(&caller(ctx).actor, &self.entry, 100)
            .await;
        let rows = rows.map_err(|error| fail(ctx, error))?;
        Ok(rows.into_iter().map(|row| RejectionNode::of(ctx, row)).collect())
    }

    /// How far what is published of all its sources can be trusted, and how much of what it pushed itself was refused.
    #[graphql(complexity = "200 + child_complexity")]
    async fn scorecard(&self, ctx: &Context<'_>) -> Result<ScorecardNode> {
        let card = store(ctx).client_scorecard(&caller(ctx).actor, &self.entry).await;
        Ok(card.map_err(|error| fail(ctx, error))?.into())
    }
}
