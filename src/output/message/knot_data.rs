//! Names, types and data as Knot 3.2 writes them, where it differs from BIND: nothing is broken into words, types that
//! it does not know are shown as unknown ones, and a few forms are its own.

use std::fmt::Write;
use std::net::Ipv6Addr;

use crate::dns::{Name, Rdata, Reader, RecordType};

/// The types that Knot knows by name, and how it writes their data.
const TYPES: &[(&str, u16, Form)] = &[
    ("A", 1, Form::Same),
    ("NS", 2, Form::Same),
    ("CNAME", 5, Form::Same),
    ("SOA", 6, Form::Same),
    ("NULL", 10, Form::Unknown),
    ("PTR", 12, Form::Same),
    ("HINFO", 13, Form::Quoted),
    ("MINFO", 14, Form::Same),
    ("MX", 15, Form::Same),
    ("TXT", 16, Form::Quoted),
    ("RP", 17, Form::Same),
    ("AFSDB", 18, Form::Same),
    ("RT", 21, Form::Same),
    ("SIG", 24, Form::Unknown),
    ("KEY", 25, Form::Joined(3)),
    ("AAAA", 28, Form::Address),
    ("LOC", 29, Form::Location),
    ("SRV", 33, Form::Same),
    ("NAPTR", 35, Form::Target),
    ("KX", 36, Form::Same),
    ("CERT", 37, Form::Certificate),
    ("DNAME", 39, Form::Same),
    ("OPT", 41, Form::Unknown),
    ("APL", 42, Form::Same),
    ("DS", 43, Form::Joined(3)),
    ("SSHFP", 44, Form::Joined(2)),
    ("IPSECKEY", 45, Form::Joined(4)),
    ("RRSIG", 46, Form::Joined(8)),
    ("NSEC", 47, Form::Same),
    ("DNSKEY", 48, Form::Joined(3)),
    ("DHCID", 49, Form::Joined(0)),
    ("NSEC3", 50, Form::LowerHash),
    ("NSEC3PARAM", 51, Form::Same),
    ("TLSA", 52, Form::Joined(3)),
    ("SMIMEA", 53, Form::Joined(3)),
    ("CDS", 59, Form::Joined(3)),
    ("CDNSKEY", 60, Form::Joined(3)),
    ("OPENPGPKEY", 61, Form::Joined(0)),
    ("CSYNC", 62, Form::Same),
    ("ZONEMD", 63, Form::Joined(3)),
    ("SVCB", 64, Form::Service),
    ("HTTPS", 65, Form::Service),
    ("SPF", 99, Form::Quoted),
    ("NID", 104, Form::Locator),
    ("L32", 105, Form::Same),
    ("L64", 106, Form::Locator),
    ("LP", 107, Form::Same),
    ("EUI48", 108, Form::Capitals),
    ("EUI64", 109, Form::Capitals),
    ("TKEY", 249, Form::Unknown),
    ("TSIG", 250, Form::Unknown),
    ("IXFR", 251, Form::Unknown),
    ("AXFR", 252, Form::Unknown),
    ("ANY", 255, Form::Unknown),
    ("URI", 256, Form::Trailing),
    ("CAA", 257, Form::Trailing),
];

/// What Knot makes of the text that BIND would write.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The same, but for the escapes of names.
    Same,
    /// The same: strings, whose words are not names.
    Quoted,
    /// The same, but for the escapes of the name at the end.
    Target,
    /// All behind so many words in one.
    Joined(usize),
    /// The form of unknown types.
    Unknown,
    /// RFC 5952's form.
    Address,
    /// Without zeros behind the point, with two blanks behind each half.
    Location,
    /// Numbers for type and algorithm.
    Certificate,
    /// The hash in small letters.
    LowerHash,
    /// Only quoted where it must be.
    Service,
    /// Four digits in capitals for each part.
    Locator,
    /// In capitals.
    Capitals,
    /// With a blank at the end.
    Trailing,
}

/// The type's name.
pub(super) fn type_text(record_type: RecordType) -> String {
    match known(record_type) {
        Some((name, ..)) => (*name).to_owned(),
        None => format!("TYPE{}", record_type.0),
    }
}

/// The data of a type.
pub(super) fn text(record_type: RecordType, rdata: &Rdata) -> String {
    let bind = rdata.display(record_type).to_string();
    let form = known(record_type).map_or(Form::Unknown, |(.., form)| *form);
    if bind.starts_with("\\#") || form == Form::Unknown {
        // No data is of the type ANY, so that its form is that of unknown types.
        return joined(&rdata.display(RecordType::ANY).to_string(), 2);
    }
    match form {
        Form::Same | Form::Unknown => words(&bind, name_word).join(" "),
        Form::Quoted => bind,
        Form::Target => target(&bind),
        Form::Joined(fields) => joined(&bind, fields),
        Form::Address => address(rdata).unwrap_or(bind),
        Form::Location => location(&bind),
        Form::Certificate => certificate(rdata, &bind),
        Form::LowerHash => lower_hash(&bind),
        Form::Service => service(rdata, &bind),
        Form::Locator => words(&bind, locator).join(" "),
        Form::Capitals => bind.to_ascii_uppercase(),
        Form::Trailing => bind + " ",
    }
}

/// A name with Knot's escapes: of all punctuation but `-`, `_`, `*` and `/`.
pub(super) fn name(name: &Name) -> String {
    let mut text = String::new();
    for label in name.labels() {
        for &octet in label {
            // Writing into a String cannot fail.
            let _ = match octet {
                b'-' | b'_' | b'*' | b'/' => write!(text, "{}", char::from(octet)),
                b'#' => write!(text, "\\035"),
                _ if octet.is_ascii_alphanumeric() => write!(text, "{}", char::from(octet)),
                _ if octet.is_ascii_punctuation() => write!(text, "\\{}", char::from(octet)),
                _ => write!(text, "\\{octet:03}"),
            };
        }
        text.push('.');
    }
    if text.is_empty() { ".".to_owned() } else { text }
}

fn known(record_type: RecordType) -> Option<&'static (&'static str, u16, Form)> {
    TYPES.iter().find(|(_, number, _)| *number == record_type.0)
}

fn words(text: &str, change: impl Fn(&str) -> String) -> Vec<String> {
    text.split(' ').map(change).collect()
}

/// A word that ends with a dot is a name, in data without strings.
fn name_word(word: &str) -> String {
    match word.ends_with('.').then(|| Name::parse(word)) {
        Some(Ok(parsed)) => name(&parsed),
        _ => word.to_owned(),
    }
}

/// The last word is a name, the others may be strings with blanks in them.
fn target(bind: &str) -> String {
    match bind.rsplit_once(' ') {
        Some((strings, target)) => format!("{strings} {}", name_word(target)),
        None => bind.to_owned(),
    }
}

fn joined(text: &str, fields: usize) -> String {
    let all = words(text, name_word);
    let (fixed, rest) = all.split_at(fields.min(all.len()));
    let rest = rest.concat();
    let rest = (!rest.is_empty()).then_some(rest);
    fixed.iter().cloned().chain(rest).collect::<Vec<_>>().join(" ")
}

fn address(rdata: &Rdata) -> Option<String> {
    <[u8; 16]>::try_from(rdata.octets()).ok().map(|octets| Ipv6Addr::from(octets).to_string())
}

fn location(bind: &str) -> String {
    let word = |word: &str| match word {
        "N" | "S" | "E" | "W" => format!("{word} "),
        _ => word.strip_suffix(".000").map(str::to_owned).unwrap_or_else(|| word.replace(".00m", "m")),
    };
    let mut words = words(bind, word);
    // Behind the two halves comes the altitude, and behind it the sizes.
    let altitude = words.iter().rposition(|word| word.ends_with(' ')).map_or(0, |place| place + 1);
    if let Some(altitude) = words.get_mut(altitude) {
        altitude.push(' ');
    }
    words.join(" ")
}

fn certificate(rdata: &Rdata, bind: &str) -> String {
    let mut reader = Reader::alone(rdata.octets());
    let (Ok(kind), Ok(tag), Ok(algorithm)) = (reader.u16(), reader.u16(), reader.u8()) else { return bind.to_owned() };
    let octets = reader.take(reader.left()).unwrap_or_default();
    format!("{kind} {tag} {algorithm} {}", super::base64(octets))
}

fn lower_hash(bind: &str) -> String {
    let mut words = words(bind, str::to_owned);
    if let Some(hash) = words.get_mut(4) {
        hash.make_ascii_lowercase();
    }
    words.join(" ")
}

fn locator(word: &str) -> String {
    let part = |part: &str| format!("{part:0>4}").to_ascii_uppercase();
    if word.contains(':') { word.split(':').map(part).collect::<Vec<_>>().join(":") } else { word.to_owned() }
}

/// A service's data is as BIND's but for its name and the protocols (RFC 9460 §7.1), quoted one by one where they must be.
fn service(rdata: &Rdata, bind: &str) -> String {
    const START: &str = " alpn=\"";
    let (head, parameters) = bind.match_indices(' ').nth(1).map_or((bind, ""), |(at, _)| bind.split_at(at));
    let head = target(head);
    let Some((before, after)) = parameters.split_once(START) else { return head + parameters };
    let end = (0..after.len()).find(|place| after[*place..].starts_with('"') && !is_escaped(&after[..*place]));
    let Some((end, protocols)) = end.zip(protocols(rdata)) else { return head + parameters };
    format!("{head}{before} alpn={}{}", protocols.join(","), &after[end + 1..])
}

fn is_escaped(before: &str) -> bool {
    before.bytes().rev().take_while(|octet| *octet == b'\\').count() % 2 == 1
}

fn protocols(rdata: &Rdata) -> Option<Vec<String>> {
    let mut reader = Reader::alone(rdata.octets());
    reader.u16().ok()?;
    reader.name().ok()?;
    loop {
        let (key, length) = (reader.u16().ok()?, reader.u16().ok()?);
        let mut value = reader.part(length.into()).ok()?;
        if key != 1 {
            continue;
        }
        let mut protocols = Vec::new();
        while value.left() > 0 {
            let length = value.u8().ok()?;
            protocols.push(protocol(value.take(length.into()).ok()?));
        }
        return Some(protocols);
    }
}

fn protocol(octets: &[u8]) -> String {
    let mut text = String::new();
    for &octet in octets {
        let _ = match octet {
            // Escaped for the list and for the string.
            b',' | b'\\' => write!(text, "\\\\{}", if octet == b',' { "," } else { "\\\\" }),
            b'"' => write!(text, "\\\""),
            b' '..=b'~' => write!(text, "{}", char::from(octet)),
            _ => write!(text, "\\{octet:03}"),
        };
    }
    if octets.contains(&b' ') { format!("\"{text}\"") } else { text }
}
