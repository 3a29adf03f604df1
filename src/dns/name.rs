//! Domain names between presentation form (RFC 1035 §5.1) and labels.
//!
//! The type wraps hickory-proto's, which is exact on labels and octets; its text functions are not used (octal
//! escapes, lost case, legal names refused), and the wrapper keeps them out of reach.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use hickory_proto::rr::Name as Labels;

use super::escape::{self, EscapeError};

/// An absolute domain name, cheap to clone. Case is kept; comparison and hashing ignore it, as the DNS does (RFC 4343).
#[derive(Clone)]
pub struct Name(Arc<Labels>);

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The text is empty; the root is written `.`.
    #[error("a name cannot be empty (the root is written \".\")")]
    Empty,
    /// Two dots without a label between them.
    #[error("two dots without a label between them")]
    EmptyLabel,
    /// A label of more than 63 octets (RFC 1035 §2.3.4).
    #[error("the label {0:?} is longer than 63 octets")]
    LabelTooLong(String),
    /// More than 255 octets on the wire (RFC 1035 §2.3.4).
    #[error("the name is longer than 255 octets")]
    TooLong,
    /// A backslash that introduces nothing legal.
    #[error(transparent)]
    Escape(#[from] EscapeError),
    /// A label with letters beyond ASCII that has no A-label (RFC 5890).
    #[error("the label {0:?} has no form in ASCII (IDNA)")]
    NotInternational(String),
}

impl Name {
    /// The longest name on the wire, in octets (RFC 1035 §2.3.4).
    pub const MAX_OCTETS: usize = 255;

    /// The root.
    pub fn root() -> Self {
        Self(Arc::new(Labels::root()))
    }

    /// Reads a name from its presentation form. It is absolute with or without the final dot; every octet can be
    /// written by `\DDD`; labels with letters beyond ASCII become A-labels.
    ///
    /// # Errors
    /// Says which rule of RFC 1035 the text breaks.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        Self::parse_relative(text, None)
    }

    /// Reads a name as it stands in a zone file: `@` is the origin, and the origin completes a name without the final
    /// dot (RFC 1035 §5.1). Otherwise as [`Name::parse`].
    ///
    /// # Errors
    /// Says which rule of RFC 1035 the text breaks.
    pub fn parse_within(text: &str, origin: &Name) -> Result<Self, NameError> {
        if text == "@" { Ok(origin.clone()) } else { Self::parse_relative(text, Some(origin)) }
    }

    /// Makes a name of its labels, leftmost first, without the root's.
    ///
    /// # Errors
    /// [`NameError::EmptyLabel`], [`NameError::LabelTooLong`] or [`NameError::TooLong`].
    pub fn from_labels<'l>(labels: impl IntoIterator<Item = &'l [u8]>) -> Result<Self, NameError> {
        let labels: Vec<&[u8]> = labels.into_iter().collect();
        if labels.iter().any(|label| label.is_empty()) {
            return Err(NameError::EmptyLabel);
        }
        if let Some(long) = labels.iter().find(|label| label.len() > 63) {
            return Err(NameError::LabelTooLong(String::from_utf8_lossy(long).into_owned()));
        }
        let mut name = Labels::from_labels(labels).map_err(|_| NameError::TooLong)?;
        name.set_fqdn(true);
        Ok(Self(Arc::new(name)))
    }

    /// The labels, leftmost first, without the root's.
    pub fn labels(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.0.iter()
    }

    /// The uncompressed octets, the root's zero included.
    pub fn to_wire(&self) -> Vec<u8> {
        let mut octets = Vec::with_capacity(self.0.len() + 1);
        for label in self.labels() {
            // A label is at most 63 octets long: no constructor lets a longer one in.
            octets.push(label.len() as u8);
            octets.extend_from_slice(label);
        }
        octets.push(0);
        octets
    }

    /// The uncompressed octets with ASCII letters in lower case (RFC 4034 §6.2), as a MAC covers them.
    pub fn to_canonical(&self) -> Vec<u8> {
        self.to_wire().to_ascii_lowercase()
    }

    /// The same name in lower case.
    pub fn to_lowercase(&self) -> Self {
        Self(Arc::new(self.0.to_lowercase()))
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.labels().next().is_none()
    }

    /// Whether this name is `zone` or below it, label by label, whatever the case (RFC 2136 §1.2, NAME "in" ZONE).
    pub fn is_in(&self, zone: &Name) -> bool {
        let mut mine = self.labels().rev();
        zone.labels().rev().all(|label| mine.next().is_some_and(|own| own.eq_ignore_ascii_case(label)))
    }

    /// The name without its leftmost label; `None` for the root.
    pub fn parent(&self) -> Option<Name> {
        (!self.is_root()).then(|| Self(Arc::new(self.0.base_name())))
    }

    /// Whether every label is a host's: letters, digits and hyphens, no hyphen at either end (RFC 952, RFC 1123 §2.1),
    /// or `*` as the first.
    pub fn is_host_name(&self) -> bool {
        self.labels().enumerate().all(|(place, label)| {
            let inner = label.iter().all(|octet| octet.is_ascii_alphanumeric() || *octet == b'-');
            (place == 0 && label == b"*") || (inner && !label.starts_with(b"-") && !label.ends_with(b"-"))
        })
    }

    /// What a file can be called after the name, without surprises in a path or to a shell: letters, digits, hyphens and
    /// dots, `_` for all else and for a hyphen in front, and no final dot. Several names may come to the same.
    pub fn file_stem(&self) -> String {
        let plain = |octet: &u8| if octet.is_ascii_alphanumeric() || *octet == b'-' { char::from(*octet) } else { '_' };
        let labels: Vec<String> = self.labels().map(|label| label.iter().map(plain).collect()).collect();
        let stem = labels.join(".");
        match stem.strip_prefix('-') {
            Some(rest) => format!("_{rest}"),
            None if stem.is_empty() => "root".to_owned(),
            None => stem,
        }
    }

    fn parse_relative(text: &str, origin: Option<&Name>) -> Result<Self, NameError> {
        match text {
            "" => Err(NameError::Empty),
            "." => Ok(Self::root()),
            _ if text.is_ascii() => Self::parse_ascii(text, origin),
            _ => Self::parse_ascii(&to_a_labels(text)?, origin),
        }
    }

    fn parse_ascii(text: &str, origin: Option<&Name>) -> Result<Self, NameError> {
        let mut labels: Vec<Vec<u8>> = vec![Vec::new()];
        for octet in escape::octets(text) {
            let octet = octet?;
            match labels.last_mut() {
                Some(label) if octet.value != b'.' || octet.escaped => label.push(octet.value),
                _ => labels.push(Vec::new()),
            }
        }
        // The final dot has opened one label more, which is the root's.
        let is_absolute = labels.pop_if(|label| label.is_empty()).is_some();
        let rest = origin.filter(|_| !is_absolute).into_iter().flat_map(Name::labels);
        Self::from_labels(labels.iter().map(Vec::as_slice).chain(rest))
    }
}

impl fmt::Display for Name {
    /// Presentation form with the final dot, which [`Name::parse`] reads back octet by octet.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for label in self.labels() {
            for &octet in label {
                match octet {
                    b'.' | b'"' | b'(' | b')' | b';' | b'\\' | b'@' | b'$' => {
                        text.push('\\');
                        text.push(octet.into());
                    }
                    0x21..=0x7e => text.push(octet.into()),
                    _ => text.push_str(&escape::decimal(octet)),
                }
            }
            text.push('.');
        }
        f.pad(if text.is_empty() { "." } else { &text })
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.to_canonical().hash(state);
    }
}

/// Turns each label beyond ASCII into its A-label and leaves the others, and every escape, as they are.
fn to_a_labels(text: &str) -> Result<String, NameError> {
    let labels = text.split('.').map(|label| {
        if label.is_ascii() {
            return Ok(label.to_owned());
        }
        let refused = || NameError::NotInternational(label.to_owned());
        if label.contains('\\') {
            return Err(refused());
        }
        let ascii = idna::domain_to_ascii_cow(label.as_bytes(), idna::AsciiDenyList::EMPTY);
        // A label of ignorable characters only comes to nothing, and some characters come to an ASCII one with a meaning.
        let usable = |label: &String| !label.is_empty() && !label.contains(['.', '\\']);
        ascii.ok().map(|label| label.into_owned()).filter(usable).ok_or_else(refused)
    });
    Ok(labels.collect::<Result<Vec<_>, _>>()?.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Vec<Vec<u8>> {
        Name::parse(text).unwrap().labels().map(<[u8]>::to_vec).collect()
    }

    #[test]
    fn names_are_absolute_with_or_without_the_final_dot() {
        assert_eq!(labels("a.Example"), [b"a".to_vec(), b"Example".to_vec()]);
        assert_eq!(labels("a.Example."), labels("a.Example"));
        assert!(Name::parse(".").unwrap().is_root());
    }

    #[test]
    fn escapes_are_decimal_and_a_dot_may_be_part_of_a_label() {
        assert_eq!(labels(r"\065\.b.c"), [b"A.b".to_vec(), b"c".to_vec()]);
        assert_eq!(labels(r"a\032b"), [b"a b".to_vec()]);
    }

    #[test]
    fn legal_names_that_are_no_host_names_are_names_all_the_same() {
        for text in ["0/25.2.0.192.in-addr.arpa.", "_acme-challenge.x.", "*.x.", "a+b.", "-a.", "dis_allowed.x."] {
            let name = Name::parse(text).unwrap();
            assert_eq!(name.to_string(), text);
        }
        assert!(!Name::parse("a_b.x").unwrap().is_host_name());
        assert!(Name::parse("*.b-c.x").unwrap().is_host_name());
    }

    #[test]
    fn every_octet_survives_printing_and_reading() {
        let all: Vec<u8> = (0..=255).collect();
        for chunk in all.chunks(50) {
            let name = Name::from_labels([chunk]).unwrap();
            let back = Name::parse(&name.to_string()).unwrap();
            assert_eq!(back.to_wire(), name.to_wire());
        }
    }

    #[test]
    fn illegal_texts_are_refused_with_the_rule_they_break() {
        let long = format!("{}.x", "a".repeat(64));
        assert_eq!(Name::parse(""), Err(NameError::Empty));
        assert_eq!(Name::parse("a..b"), Err(NameError::EmptyLabel));
        assert_eq!(Name::parse(".a"), Err(NameError::EmptyLabel));
        assert_eq!(Name::parse(".."), Err(NameError::EmptyLabel));
        assert_eq!(Name::parse("host\\"), Err(EscapeError::Unfinished.into()));
        assert!(matches!(Name::parse(&long), Err(NameError::LabelTooLong(_))));
        assert_eq!(Name::parse(&["a"; 128].join(".")), Err(NameError::TooLong));
        assert_eq!(Name::parse(&["a"; 127].join(".")).unwrap().to_wire().len(), 255);
    }

    #[test]
    fn letters_beyond_ascii_become_a_labels_and_their_neighbours_stay() {
        assert_eq!(Name::parse("_dmarc.Bücher.Example").unwrap().to_string(), "_dmarc.xn--bcher-kva.Example.");
        for text in ["bü\\.x", "\u{ad}", "www.\u{ad}", "\u{fe0f}.x", "a\u{ff3c}046b.x"] {
            assert!(matches!(Name::parse(text), Err(NameError::NotInternational(_))), "{text}");
        }
    }

    #[test]
    fn an_origin_completes_names_without_the_final_dot() {
        let origin = Name::parse("Example.org").unwrap();
        let within = |text: &str| Name::parse_within(text, &origin).map(|name| name.to_string());
        assert_eq!(within("@").unwrap(), "Example.org.");
        assert_eq!(within("a.b").unwrap(), "a.b.Example.org.");
        assert_eq!(within("a.").unwrap(), "a.");
        assert_eq!(within(".").unwrap(), ".");
        assert_eq!(within(r"a\.").unwrap(), r"a\..Example.org.");
        assert_eq!(within(r"\@").unwrap(), r"\@.Example.org.");
        assert_eq!(within("bücher").unwrap(), "xn--bcher-kva.Example.org.");
        assert_eq!(within("a..b"), Err(NameError::EmptyLabel));
        assert_eq!(within(""), Err(NameError::Empty));
        assert_eq!(within(&["a"; 122].join(".")), Err(NameError::TooLong));
    }

    #[test]
    fn comparison_ignores_case_and_containment_goes_by_labels() {
        let zone = Name::parse("Example.org").unwrap();
        assert_eq!(zone, Name::parse("eXAMPLE.ORG.").unwrap());
        assert!(Name::parse("a.b.example.ORG").unwrap().is_in(&zone));
        assert!(zone.is_in(&zone) && zone.is_in(&Name::root()));
        assert!(!Name::parse("notexample.org").unwrap().is_in(&zone));
        assert!(!Name::parse("org").unwrap().is_in(&zone));
        assert_eq!(Name::parse("a.example.org").unwrap().parent(), Some(zone));
        assert_eq!(Name::root().parent(), None);
    }
}
