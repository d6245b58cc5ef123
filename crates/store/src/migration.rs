//! The tables, step by step. A migration that has landed is never edited.

use sea_orm_migration::prelude::*;

mod m20261124_000001_begin;
mod m20261125_000001_mail;
mod m20261125_000002_session_end;
mod m20261125_000003_change_owner;
mod m20261125_000004_exchange;
mod m20261125_000005_outcome;
mod m20261126_000001_webhook;
mod m20261126_000010_merge;
mod m20261126_000011_export;
mod m20261126_000012_import;
mod m20261126_000013_saved_search;
mod m20261126_000014_officer;
mod m20261126_000015_council;
mod m20261126_000018_expertise;
mod m20261126_000020_signing_key;
mod m20261126_000021_trust;
mod m20261126_000022_second_step;
mod m20261126_000023_usage;
mod m20261126_000025_erasure;
mod m20261126_000026_client_revision;
mod m20261126_000028_identity;
mod m20261127_000030_document;

/// Brings a database up to date.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000001_begin::Migration),
            Box::new(m20261125_000001_mail::Migration),
            Box::new(m20261125_000002_session_end::Migration),
            Box::new(m20261125_000003_change_owner::Migration),
            Box::new(m20261125_000004_exchange::Migration),
            Box::new(m20261125_000005_outcome::Migration),
            Box::new(m20261126_000001_webhook::Migration),
            Box::new(m20261126_000010_merge::Migration),
            Box::new(m20261126_000011_export::Migration),
            Box::new(m20261126_000012_import::Migration),
            Box::new(m20261126_000013_saved_search::Migration),
            Box::new(m20261126_000014_officer::Migration),
            Box::new(m20261126_000015_council::Migration),
            Box::new(m20261126_000018_expertise::Migration),
            Box::new(m20261126_000020_signing_key::Migration),
            Box::new(m20261126_000021_trust::Migration),
            Box::new(m20261126_000022_second_step::Migration),
            Box::new(m20261126_000023_usage::Migration),
            Box::new(m20261126_000025_erasure::Migration),
            Box::new(m20261126_000026_client_revision::Migration),
            Box::new(m20261126_000028_identity::Migration),
            Box::new(m20261127_000030_document::Migration),
        ]
    }
}
