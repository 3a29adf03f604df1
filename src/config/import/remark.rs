//! What an import says of what it could not carry over as it was.

/// What an import has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The lines of nsup.toml; none where nothing could be carried over.
    pub lines: Vec<String>,
    /// What became of what has no equivalent, in the order of its lines.
    pub remarks: Vec<Remark>,
}

/// Something that nsup.toml cannot hold as the file has it. No secret is part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The line, from 1.
    pub line: usize,
    /// What it is and what becomes of it.
    pub what: String,
    /// What to do instead.
    pub hint: Option<String>,
    /// Whether the result does something else than the original because of it.
    pub matters: bool,
}

impl Imported {
    /// Whether the result does all that the original did.
    pub fn is_whole(&self) -> bool {
        !self.lines.is_empty() && self.remarks.iter().all(|remark| !remark.matters)
    }
}

/// Remarks that are gathered, each of them once.
#[derive(Debug, Default)]
pub(super) struct Remarks(Vec<Remark>);

impl Remarks {
    /// Something that changes nothing.
    pub(super) fn note(&mut self, line: usize, what: impl Into<String>) {
        self.take(Remark { line, what: what.into(), hint: None, matters: false });
    }

    /// Something because of which the result does something else, and what to do about it.
    pub(super) fn lost(&mut self, line: usize, what: impl Into<String>, hint: impl Into<String>) {
        self.take(Remark { line, what: what.into(), hint: Some(hint.into()), matters: true });
    }

    /// All of them by their lines.
    pub(super) fn sorted(mut self) -> Vec<Remark> {
        self.0.sort_by_key(|remark| remark.line);
        self.0
    }

    fn take(&mut self, remark: Remark) {
        // What holds for several hosts is said of each of them.
        if !self.0.contains(&remark) {
            self.0.push(remark);
        }
    }
}
