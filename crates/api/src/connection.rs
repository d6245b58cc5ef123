//! Relay connections, written once: of a whole list, of the records that name a parent, of the records that a
//! field names. The count is read only where it is asked for.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

use async_graphql::{Context, Object, OutputType, Result, SimpleObject, TypeName};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::RecordId;
use domain::page::{Direction, Page};
use futures::future::BoxFuture;
use store::{Edge, Listed, Relation, Slice, Stored};

use crate::ctx::{loader, store};
use crate::error::{bad_page, fail};
use crate::load::{ById, Related, RelatedCount};
use crate::problem::{Code, Fault};

/// What a connection with so many rows costs.
pub(crate) fn cost(first: Option<i32>, last: Option<i32>, each: usize) -> usize {
    let rows = first
        .or(last)
        .and_then(|rows| usize::try_from(rows).ok())
        .unwrap_or(domain::page::USUAL);
    1 + rows.min(domain::page::MOST) * each.max(1)
}

/// What a statement of its own costs, beside the rows it answers.
pub(crate) const COUNTING: usize = 10;

/// Reads the four arguments of a page.
pub(crate) fn page(
    ctx: &Context<'_>,
    first: Option<i32>,
    after: Option<String>,
    last: Option<i32>,
    before: Option<String>,
) -> Result<Page> {
    Page::from_arguments(first, after, last, before).map_err(|error| bad_page(ctx, error))
}

/// How the rows of the whole list are counted, where that is asked for.
enum Total {
    Listed(Box<dyn Count>),
    Related(RelatedCount),
    Known(usize),
}

/// Counts a whole list.
pub(crate) trait Count: Send + Sync {
    /// How many rows it has.
    fn count<'a>(&'a self, ctx: &'a Context<'_>) -> BoxFuture<'a, Result<u64>>;
}

/// A filtered list of records.
struct Filtered<R: Listed>(R::Filter);

impl<R: Listed> Count for Filtered<R> {
    fn count<'a>(&'a self, ctx: &'a Context<'_>) -> BoxFuture<'a, Result<u64>> {
        Box::pin(async {
            store(ctx)
                .count::<R>(&self.0)
                .await
                .map_err(|error| fail(ctx, error))
        })
    }
}

/// A page of a list.
pub(crate) struct Connection<T> {
    slice: Slice<T>,
    total: Total,
}

impl<T> Connection<T> {
    /// The rows alone.
    pub(crate) fn into_nodes(self) -> Vec<T> {
        self.slice.edges.into_iter().map(|edge| edge.node).collect()
    }

    /// A page that was read, and how its whole list is counted.
    pub(crate) fn counted(slice: Slice<T>, count: impl Count + 'static) -> Self {
        Self {
            slice,
            total: Total::Listed(Box::new(count)),
        }
    }
}

/// A row with its place.
pub(crate) struct ConnectionEdge<T>(Edge<T>);

/// Whether there is more.
#[derive(SimpleObject)]
#[graphql(crate = "domain::graphql")]
struct PageInfo {
    /// Whether there are rows before this page.
    has_previous_page: bool,
    /// Whether there are rows after this page.
    has_next_page: bool,
    /// The first row's cursor.
    start_cursor: Option<String>,
    /// The last row's cursor.
    end_cursor: Option<String>,
}

impl<T: OutputType> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::type_name()).into()
    }
}

impl<T: OutputType> TypeName for ConnectionEdge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", T::type_name()).into()
    }
}

/// A page of a list: rows with their cursors, whether there is more, and how many rows the whole list has.
#[Object(name_type)]
impl<T: OutputType + Clone> Connection<T> {
    /// The rows with their cursors.
    #[graphql(complexity = "child_complexity")]
    async fn edges(&self) -> Vec<ConnectionEdge<T>> {
        self.slice.edges.iter().cloned().map(ConnectionEdge).collect()
    }

    /// The rows.
    #[graphql(complexity = "child_complexity")]
    async fn nodes(&self) -> Vec<&T> {
        self.slice.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Whether there is more.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_previous_page: self.slice.has_previous,
            has_next_page: self.slice.has_next,
            start_cursor: self.slice.edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: self.slice.edges.last().map(|edge| edge.cursor.clone()),
        }
    }

    /// How many rows the whole list has; counted only when asked for.
    #[graphql(complexity = "COUNTING")]
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        match &self.total {
            Total::Known(count) => Ok(*count as u64),
            Total::Listed(list) => list.count(ctx).await,
            Total::Related(count) => {
                let count = loader(ctx)
                    .one(*count)
                    .await
                    .map_err(|error| shared(ctx, &error))?;
                Ok(count.unwrap_or(0))
            }
        }
    }
}

/// A row with its place in the list.
#[Object(name_type)]
impl<T: OutputType> ConnectionEdge<T> {
    /// The row's place, to go on from.
    async fn cursor(&self) -> &str {
        &self.0.cursor
    }

    /// The row.
    async fn node(&self) -> &T {
        &self.0.node
    }
}

pub(crate) fn wrap<R, T: From<R>>(slice: Slice<R>) -> Slice<T> {
    let Slice {
        edges,
        has_previous,
        has_next,
    } = slice;
    let edges = edges
        .into_iter()
        .map(|Edge { cursor, node }| Edge {
            cursor,
            node: node.into(),
        })
        .collect();
    Slice {
        edges,
        has_previous,
        has_next,
    }
}

/// An error that several resolvers wait for.
pub(crate) fn shared(ctx: &Context<'_>, error: &Arc<store::Error>) -> async_graphql::Error {
    fail(ctx, &**error)
}

/// A page of a whole list.
pub(crate) async fn listed<R: Listed, T: From<R>>(
    ctx: &Context<'_>,
    filter: R::Filter,
    order: R::Order,
    page: Page,
) -> Result<Connection<T>> {
    let slice = store(ctx)
        .list::<R>(&filter, order, &page)
        .await
        .map_err(|error| fail(ctx, error))?;
    Ok(Connection::counted(wrap(slice), Filtered::<R>(filter)))
}

/// A page of the records that are related to this one.
pub(crate) async fn related<R: Listed, T: From<R>>(
    ctx: &Context<'_>,
    relation: Relation,
    order: R::Order,
    page: Page,
    parent: impl Into<RecordId>,
) -> Result<Connection<T>> {
    let parent = parent.into();
    let key = Related::<R> {
        relation,
        order,
        page,
        parent,
        of: PhantomData,
    };
    let slice = loader(ctx)
        .one(key)
        .await
        .map_err(|error| shared(ctx, &error))?
        .unwrap_or_default();
    Ok(Connection {
        slice: wrap(slice),
        total: Total::Related(RelatedCount {
            kind: R::TYPE,
            relation,
            parent,
        }),
    })
}

/// A page of the records that a field of this one names, in the field's order. A cursor is a record in that field of
/// that parent, so it stays right when others are added or taken away.
pub(crate) async fn named<R: Listed, T: From<R>>(
    ctx: &Context<'_>,
    parent: impl Into<RecordId>,
    field: &'static str,
    ids: &[R::Id],
    page: Page,
) -> Result<Connection<T>> {
    let of = format!("{} {field} ", parent.into());
    let invalid = || fail(ctx, Fault::new(Code::CursorInvalid));
    let place = |cursor: &str| {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let id: RecordId = std::str::from_utf8(&bytes)
            .ok()?
            .strip_prefix(&of)?
            .parse()
            .ok()?;
        ids.iter().position(|known| Into::<RecordId>::into(*known) == id)
    };
    let bound = match &page.cursor {
        Some(cursor) => Some(place(cursor).ok_or_else(invalid)?),
        None => None,
    };
    let (from, to) = match page.direction {
        Direction::Forward => {
            let from = bound.map_or(0, |place| place + 1);
            (from, from.saturating_add(page.size).min(ids.len()))
        }
        Direction::Backward => {
            let to = bound.unwrap_or(ids.len());
            (to.saturating_sub(page.size), to)
        }
    };
    let records = many::<R>(ctx, &ids[from..to]).await?;
    let edge = |record: R| {
        let id: RecordId = record.id().into();
        Edge {
            cursor: BASE64_URL_SAFE_NO_PAD.encode(format!("{of}{id}")),
            node: record.into(),
        }
    };
    let edges = records.into_iter().map(edge).collect();
    let slice = Slice {
        edges,
        has_previous: from > 0,
        has_next: to < ids.len(),
    };
    Ok(Connection {
        slice,
        total: Total::Known(ids.len()),
    })
}

/// The records with these identifiers, those that exist.
pub(crate) async fn many<R: Stored>(ctx: &Context<'_>, ids: &[R::Id]) -> Result<Vec<R>> {
    let found = loader(ctx)
        .many(ids.iter().map(|id| ById::<R>(*id)))
        .await
        .map_err(|error| shared(ctx, &error))?;
    Ok(ids
        .iter()
        .filter_map(|id| found.get(&ById(*id)).cloned())
        .collect())
}

/// The record with this identifier.
pub(crate) async fn one<R: Stored>(ctx: &Context<'_>, id: R::Id) -> Result<Option<R>> {
    loader(ctx)
        .one(ById::<R>(id))
        .await
        .map_err(|error| shared(ctx, &error))
}
