//! Exports that are written while nobody waits: how far one has come.

choices! {
    /// How far an export has come; clients must tolerate new values.
    pub enum State as "ExportState" {
        /// Its turn has not come.
        Waiting = "WAITING",
        /// It is being written.
        Running = "RUNNING",
        /// The file is there, until it expires.
        Done = "DONE",
        /// It could not be written.
        Failed = "FAILED",
    }
}

impl State {
    /// Whether nothing more will come of it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        match self {
            Self::Waiting | Self::Running => false,
            Self::Done | Self::Failed => true,
        }
    }
}
