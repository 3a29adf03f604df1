//! What a server says it did: RCODEs (RFC 1035 §4.1.1, RFC 2136 §2.2, RFC 6891 §6.1.3) and TSIG errors (RFC 8945 §3).

use std::fmt;

/// The RCODE of an answer, the upper bits from EDNS included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rcode(pub u16);

/// The error field of a TSIG. The same number can mean another thing as an RCODE, so it is a type of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TsigError(pub u16);

impl Rcode {
    /// Done.
    pub const NOERROR: Self = Self(0);
    /// The server could not read the message.
    pub const FORMERR: Self = Self(1);
    /// The server failed by itself.
    pub const SERVFAIL: Self = Self(2);
    /// A name that should exist does not.
    pub const NXDOMAIN: Self = Self(3);
    /// The server does not do this.
    pub const NOTIMP: Self = Self(4);
    /// The server does not want to.
    pub const REFUSED: Self = Self(5);
    /// A name that should not exist does.
    pub const YXDOMAIN: Self = Self(6);
    /// An RRset that should not exist does.
    pub const YXRRSET: Self = Self(7);
    /// An RRset that should exist does not.
    pub const NXRRSET: Self = Self(8);
    /// Not an authority for the zone, or not authorised.
    pub const NOTAUTH: Self = Self(9);
    /// A name is not within the zone.
    pub const NOTZONE: Self = Self(10);
    /// An EDNS version that the server does not speak.
    pub const BADVERS: Self = Self(16);

    /// Whether this is one of the four that say that a prerequisite is false (RFC 2136 §3.2).
    pub fn is_prerequisite(self) -> bool {
        matches!(self, Self::NXDOMAIN | Self::YXDOMAIN | Self::YXRRSET | Self::NXRRSET)
    }
}

impl TsigError {
    /// No error.
    pub const NONE: Self = Self(0);
    /// The MAC did not verify.
    pub const BADSIG: Self = Self(16);
    /// The server does not know the key, or not with this algorithm.
    pub const BADKEY: Self = Self(17);
    /// The clocks differ by more than the fudge.
    pub const BADTIME: Self = Self(18);
    /// The MAC was cut more than the server allows.
    pub const BADTRUNC: Self = Self(22);
}

impl fmt::Display for Rcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mnemonic = match self.0 {
            0 => "NOERROR",
            1 => "FORMERR",
            2 => "SERVFAIL",
            3 => "NXDOMAIN",
            4 => "NOTIMP",
            5 => "REFUSED",
            6 => "YXDOMAIN",
            7 => "YXRRSET",
            8 => "NXRRSET",
            9 => "NOTAUTH",
            10 => "NOTZONE",
            11 => "DSOTYPENI",
            16 => "BADVERS",
            23 => "BADCOOKIE",
            other => return f.pad(&format!("RCODE{other}")),
        };
        f.pad(mnemonic)
    }
}

impl fmt::Display for TsigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mnemonic = match self.0 {
            0 => "NOERROR",
            16 => "BADSIG",
            17 => "BADKEY",
            18 => "BADTIME",
            22 => "BADTRUNC",
            other => return f.pad(&format!("TSIG error {other}")),
        };
        f.pad(mnemonic)
    }
}
