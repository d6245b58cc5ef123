//! Where time and new identifiers come from, so that nothing else reads a clock or draws at random.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Gives the time and new identifiers: the system's in production, fixed ones in tests.
pub trait Mint: Send + Sync {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;

    /// A new identifier (UUIDv7).
    fn uuid(&self) -> Uuid;

    /// 32 unpredictable bytes, for tokens and keys.
    fn secret(&self) -> [u8; 32];
}
