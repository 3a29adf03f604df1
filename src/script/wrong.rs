//! What can be wrong with a line of nsupdate's language, before it is put into the words of a dialect.

use crate::dns::{Class, Name, NameError, RdataError};
use crate::proto::AlgorithmError;

/// What is wrong, and the octet of the line at which it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct At {
    pub(super) wrong: Wrong,
    pub(super) column: Option<usize>,
    /// The class that the line had come to before it went wrong.
    pub(super) class: Option<Class>,
}

impl At {
    /// In a line that has come to its class: nsupdate gives it to the message, whatever becomes of the line.
    pub(super) fn behind(self, class: Class) -> Self {
        Self { class: Some(class), ..self }
    }
}

/// A number that is none, or none that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadNumber {
    NotANumber,
    OutOfRange,
}

/// What a word could have been that is no type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a prerequisite.
    Prerequisite,
    /// Behind a class.
    Type,
    /// Where a class may stand too.
    ClassOrType,
}

/// A switch that is on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Switch {
    CheckNames,
    CheckSvcb,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wrong {
    Command(String),
    NoOperation {
        group: &'static str,
    },
    Operation {
        group: &'static str,
        word: String,
    },
    NoOwner,
    Owner(NameError, String),
    NoTtl,
    Ttl(String, BadNumber),
    TtlTooLong(String),
    NoClassOrType,
    NoType,
    Type(String, Place),
    ClassMismatch(String),
    Rdata(RdataError),
    NoRdata,
    MetaType(String),
    NotInClass(String),
    RootByAccident,
    BadOwner(Name),
    BadName(Name),
    Svcb(&'static str),
    Iterations(u16),
    NoServer,
    ServerKept,
    NoLocal,
    NotAnAddress(String),
    PortNotNumeric(String),
    PortOutOfRange(String),
    NoZone,
    Zone(NameError),
    NoOrigin,
    OriginUnset,
    NoClass,
    Class(String),
    DefaultClass(String),
    NoDefaultTtl,
    DefaultTtl(String),
    NoKeyName,
    KeyName(NameError),
    KeyType(String),
    KeyBits(usize),
    Algorithm(AlgorithmError),
    NoSecret,
    /// The key's name, never its secret.
    Secret(String),
    RealmTooLong,
    Gss(&'static str),
    NoSwitch(Switch),
    Switch(Switch, String),
    NoLease,
    Lease(String),
    NoTarget,
}

impl Wrong {
    /// At an octet of the line.
    pub(super) fn at(self, column: usize) -> At {
        At { wrong: self, column: Some(column), class: None }
    }

    /// In a line that may hold a secret: it must not be shown.
    pub(super) fn unshown(self) -> At {
        At { wrong: self, column: None, class: None }
    }
}

impl Switch {
    /// The command.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::CheckNames => "check-names",
            Self::CheckSvcb => "check-svcb",
        }
    }
}
