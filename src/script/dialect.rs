//! Whose language a line is in.

/// No line is as long as this, in octets, without its end. nsupdate makes two of such a line.
pub const MAX_LINE: usize = 128 * 1024 - 1;

/// A dialect of nsupdate's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// nsup's own: nsupdate's language, and on top of it an origin, relative names, units in TTLs, comments behind a
    /// command, texts of any length, and addresses in the place of reverse names.
    Nsup,
    /// BIND's nsupdate 9.18, with `lease` and `check-svcb` of 9.20. Its faults speak in its words.
    Nsupdate,
    /// Knot's knsupdate 3.2. Its faults speak in its words.
    Knsupdate,
}
