//! Projects: the list beside its map, a project's own page, the matrix with the chantiers, and the dated report.

pub mod forms;
pub mod list;
pub mod matrix;
pub mod persons;
pub mod place;
pub mod read;
pub mod report;
pub mod sheet;
pub mod words;

pub use list::ListPage;
pub use matrix::MatrixPage;
pub use report::ReportPage;
pub use sheet::{NewPage, SheetPage};
