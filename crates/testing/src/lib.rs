//! For tests only: both databases behind one harness, a mint that repeats itself, the real server as a process.

mod database;
mod fixture;
mod mint;
mod postbox;
mod prepared;
mod provider;
mod receiver;
mod server;

pub use database::{Database, OwnPostgres, Postgres, both_engines};
pub use fixture::{
    administrator, editor, input, input_with, kept, member, officer, overlapping, refused, signed, visitor,
};
pub use mint::FixedMint;
pub use postbox::{Caught, Postbox};
pub use provider::{Provider, Spoilt};
pub use receiver::{Answer, Received, Receiver};
pub use server::{Server, TestClient, run_server};

/// Runs one test body on SQLite and on PostgreSQL. The body takes the store.
#[macro_export]
macro_rules! both {
    ($(#[$meta:meta])* async fn $name:ident($store:ident: Store) $body:block) => {
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "what the body needs stands in its file")]
            use super::*;

            async fn body($store: store::Store) $body

            $(#[$meta])*
            #[tokio::test]
            async fn sqlite() {
                let database = $crate::Database::sqlite().await;
                body(database.store()).await;
            }

            $(#[$meta])*
            #[tokio::test]
            async fn postgres() {
                let database = $crate::Database::postgres().await;
                body(database.store()).await;
                database.close().await;
            }
        }
    };
}
