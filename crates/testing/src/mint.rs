//! A mint that gives the same times and identifiers at every run.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use domain::Mint;
use uuid::Uuid;

/// Counts upward from 24 November 2026; time goes on one millisecond at each look unless it is set.
#[derive(Debug)]
pub struct FixedMint {
    start: DateTime<Utc>,
    moved: AtomicI64,
    ids: AtomicU64,
}

impl Default for FixedMint {
    fn default() -> Self {
        Self {
            start: DateTime::from_timestamp(1_795_500_000, 0).expect("a time after 1970"),
            moved: AtomicI64::new(0),
            ids: AtomicU64::new(1),
        }
    }
}

impl FixedMint {
    /// One whose identifiers begin elsewhere, for a second server on the same database.
    #[must_use]
    pub fn starting_at(first: u64) -> Self {
        Self {
            ids: AtomicU64::new(first),
            ..Self::default()
        }
    }

    /// Lets time pass.
    pub fn pass(&self, time: TimeDelta) {
        self.moved.fetch_add(time.num_milliseconds(), Ordering::SeqCst);
    }
}

impl Mint for FixedMint {
    fn now(&self) -> DateTime<Utc> {
        self.start + TimeDelta::milliseconds(self.moved.fetch_add(1, Ordering::SeqCst))
    }

    fn uuid(&self) -> Uuid {
        let count = u128::from(self.ids.fetch_add(1, Ordering::SeqCst));
        Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0000 | count)
    }

    fn secret(&self) -> [u8; 32] {
        let mut secret = [7; 32];
        secret[..8].copy_from_slice(&self.ids.fetch_add(1, Ordering::SeqCst).to_le_bytes());
        secret
    }
}
