//! Who asks the API how much, without saying which person did.

choices! {
    /// What kind of caller it is; clients must tolerate new values.
    pub enum CallerClass as "CallerClass" {
        /// Nobody who signed in.
        Visitor = "VISITOR",
        /// Somebody with an account, from the application or by a programme of theirs.
        Person = "PERSON",
        /// A partner's machine.
        Client = "CLIENT",
    }
}

/// What callers asked is kept for so many days.
pub const KEPT_DAYS: u32 = 90;
