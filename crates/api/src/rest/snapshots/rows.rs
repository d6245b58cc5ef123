//! The rows of an export: read some at a time, and written in its form as they are read.

use axum::body::{Body, Bytes};
use domain::gazetteer::GAZETTEER;
use domain::territory::Point;
use futures::{StreamExt as _, stream};
use serde_json::{Value, json};
use store::Listed;

use super::columns::Cell;
use super::{BATCH, Export, Form};
use crate::problem::{Code, Fault};
use crate::rest::exports::harmless;

/// The rows of an export on their way out.
pub(super) struct Rows<R: Listed> {
    export: Export,
    filter: R::Filter,
    after: Option<R::Id>,
    /// How many were written.
    pub(super) count: usize,
    has_begun: bool,
    is_over: bool,
}

impl<R: Listed> Rows<R>
where
    R::Filter: 'static,
{
    /// From the first on.
    pub(super) fn of(export: Export, filter: R::Filter) -> Self {
        Self {
            export,
            filter,
            after: None,
            count: 0,
            has_begun: false,
            is_over: false,
        }
    }

    /// Some more records; none where there are no more.
    pub(super) async fn some(&mut self) -> Result<Vec<R>, Fault> {
        if self.is_over {
            return Ok(Vec::new());
        }
        let some: Vec<R> = self.export.store.walk(&self.filter, self.after, BATCH).await?;
        self.is_over = some.len() < BATCH;
        self.after = some.last().map(R::id);
        Ok(some)
    }

    /// The next piece of the file; none after the last.
    pub(super) async fn piece(&mut self) -> Result<Option<Bytes>, Fault> {
        if self.is_over && self.has_begun {
            return Ok(None);
        }
        let some = self.some().await?;
        let mut bytes = Vec::with_capacity(64 + some.len() * 512);
        self.write(&mut bytes, &some).map_err(|error| {
            tracing::error!(%error, "an export could not be written");
            Fault::new(Code::Internal)
        })?;
        Ok(Some(bytes.into()))
    }

    fn write(&mut self, bytes: &mut Vec<u8>, some: &[R]) -> std::io::Result<()> {
        let begins = !std::mem::replace(&mut self.has_begun, true);
        let before = self.count;
        self.count += some.len();
        let end = json!({"feedCursor": self.export.cursor, "count": self.count});
        match self.export.form {
            Form::Csv => {
                let columns = self.export.what.columns();
                if begins {
                    // A spreadsheet opened by double-click breaks the accents without the mark.
                    bytes.extend("\u{feff}".as_bytes());
                }
                let mut writer = csv::WriterBuilder::new()
                    .terminator(csv::Terminator::CRLF)
                    .from_writer(bytes);
                if begins {
                    writer.write_record(columns.iter().map(|column| column.name))?;
                }
                for record in some {
                    let record = serde_json::to_value(record)?;
                    writer.write_record(columns.iter().map(|column| match column.cell(&record) {
                        Cell::Empty => String::new(),
                        Cell::Text(text) => harmless(text),
                        Cell::Number(text) => text,
                        Cell::Flag(flag) => flag.to_string(),
                    }))?;
                }
                writer.flush()?;
            }
            Form::Jsonl => {
                for record in some {
                    serde_json::to_writer(&mut *bytes, record)?;
                    bytes.push(b'\n');
                }
                if self.is_over {
                    serde_json::to_writer(&mut *bytes, &end)?;
                    bytes.push(b'\n');
                }
            }
            Form::Geojson => {
                if begins {
                    bytes.extend(b"{\"type\":\"FeatureCollection\",\"features\":[\n");
                }
                for (number, record) in (before..).zip(some) {
                    if number > 0 {
                        bytes.extend(b",\n");
                    }
                    serde_json::to_writer(&mut *bytes, &feature(record)?)?;
                }
                if self.is_over {
                    bytes.extend(b"\n],");
                    // The object's own fields, without its opening brace.
                    bytes.extend(&serde_json::to_vec(&end)?[1..]);
                    bytes.push(b'\n');
                }
            }
            Form::Xlsx | Form::Schema => {}
        }
        Ok(())
    }

    /// The file as it is read. What fails at once is said as a refusal; what fails later breaks the connection off, so
    /// that nobody takes half a file for a whole one.
    pub(super) async fn into_body(mut self) -> Result<Body, Fault> {
        let first = self.piece().await?;
        let others = stream::unfold(self, async |mut rows| {
            let piece = rows.piece().await.transpose()?;
            let piece = piece.map_err(|fault| std::io::Error::other(fault.code()));
            Some((piece, rows))
        });
        Ok(Body::from_stream(
            stream::iter(first.map(Ok)).chain(others.fuse()),
        ))
    }
}

/// A record as a GeoJSON feature, on the map where it is known to lie.
fn feature<R: Listed>(record: &R) -> serde_json::Result<Value> {
    let properties = serde_json::to_value(record)?;
    let own = properties
        .get("point")
        .and_then(|point| serde_json::from_value::<Point>(point.clone()).ok());
    let mut points: Vec<Point> = own.into_iter().collect();
    if points.is_empty() {
        let communes = record.facets().territories().into_iter();
        points.extend(communes.filter_map(|id| Some(GAZETTEER.get(id)?.point)));
    }
    let mut coordinates: Vec<[f64; 2]> = points.iter().map(|point| [point.lon, point.lat]).collect();
    let geometry = match (coordinates.pop(), coordinates.is_empty()) {
        (None, _) => Value::Null,
        (Some(one), true) => json!({"type": "Point", "coordinates": one}),
        (Some(last), false) => {
            coordinates.push(last);
            json!({"type": "MultiPoint", "coordinates": coordinates})
        }
    };
    Ok(
        json!({"type": "Feature", "id": record.id().to_string(), "geometry": geometry, "properties": properties}),
    )
}
