//! What is wrong with a line, ready to be told.

use std::fmt;

/// What is wrong with a line. No secret is ever part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The message: in the dialects of others what they print themselves, whole, but for the last line's end. It is
    /// empty where they say no more than `syntax error`.
    pub what: String,
    /// The octet of the line at which it lies, from 0, where one can be pointed at. `None` too where the line may hold
    /// a secret and must not be shown.
    pub column: Option<usize>,
    /// What to do.
    pub hint: Option<String>,
    /// Whether it ends even an interactive session.
    pub fatal: bool,
}

impl Fault {
    /// A fault that only its words tell of.
    pub(super) fn said(what: impl Into<String>) -> Self {
        Self { what: what.into(), column: None, hint: None, fatal: false }
    }

    /// The same fault at an octet of the line.
    pub(super) fn at(self, column: impl Into<Option<usize>>) -> Self {
        Self { column: column.into(), ..self }
    }

    /// The same fault with advice.
    pub(super) fn with_hint(self, hint: impl Into<Option<String>>) -> Self {
        Self { hint: hint.into(), ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Fault {}
