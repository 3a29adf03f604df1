//! Lines of named.conf, ready to be pasted: the key, the include of its file, and what a zone grants it.
//!
//! BIND's parser takes `\"` in a string for a quote and leaves every other backslash alone. What becomes of the rest is
//! up to whoever gets it: in a name `\DDD` is an octet, and so odd ones are written; an include is a pattern (glob), in
//! which a backslash takes the meaning from what follows.

use zeroize::Zeroizing;

use crate::dns::{Name, RecordType};

/// The `key` statement with `...` in the place of the secret.
pub fn key_clause(name: &Name, algorithm: &str) -> Vec<String> {
    // A printer would show a tab as what it is.
    key_file(name, algorithm, "...").lines().map(|line| line.replace('\t', "    ")).collect()
}

/// A whole key file, as tsig-keygen writes them; wiped when dropped. `secret` is base64.
pub fn key_file(name: &Name, algorithm: &str, secret: &str) -> Zeroizing<String> {
    let name = bare(name);
    // Room for all of it at once: a text that grows would leave pieces of the secret behind.
    let mut text = Zeroizing::new(String::with_capacity(64 + name.len() + algorithm.len() + secret.len()));
    for part in ["key \"", &name, "\" {\n\talgorithm ", algorithm, ";\n\tsecret \"", secret, "\";\n};\n"] {
        text.push_str(part);
    }
    text
}

/// The line that reads another file of the server's in.
pub fn include_line(path: &str) -> String {
    let mut pattern = String::new();
    for c in path.chars() {
        if matches!(c, '\\' | '*' | '?' | '[') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    format!("include \"{}\";", pattern.replace('"', "\\\""))
}

/// The lines of an `update-policy` that let a key change these types of these names and nothing else: one a name, a
/// wildcard's too, since `name` compares whole names, asterisk and all. A name without types is left out: to BIND no
/// type means nearly all of them. A key whose own name begins with `*.` would stand for all the keys below.
pub fn grants(key: &Name, wanted: &[(Name, Vec<RecordType>)]) -> Vec<String> {
    let granted = wanted.iter().filter(|(_, types)| !types.is_empty());
    granted.map(|(name, types)| grant(key, "name", name, types)).collect()
}

/// The line of an `update-policy` that lets a key change these types of every name at and below one: for PTR records,
/// whose names are those of addresses that change. `None` without types, as in [`grants`].
pub fn grant_below(key: &Name, top: &Name, types: &[RecordType]) -> Option<String> {
    (!types.is_empty()).then(|| grant(key, "subdomain", top, types))
}

/// What makes named read its configuration anew, if it can be read.
pub const RELOAD: &str = "named-checkconf && rndc reconfig";

/// A zone with its `update-policy` of such lines, in [`usual_zone_file`].
pub fn zone_clause(zone: &Name, grants: &[String]) -> Vec<String> {
    let mut lines = vec![
        format!("zone \"{}\" {{", bare(zone)),
        "    type primary;".to_owned(),
        format!("    file \"{}\";", usual_zone_file(zone)),
    ];
    lines.extend(update_policy(grants).iter().map(|line| format!("    {line}")));
    lines.push("};".to_owned());
    lines
}

/// The statement with these lines, for a zone that is there.
pub fn update_policy(grants: &[String]) -> Vec<String> {
    let mut lines = vec!["update-policy {".to_owned()];
    lines.extend(grants.iter().map(|grant| format!("    {grant}")));
    lines.push("};".to_owned());
    lines
}

/// Where Debian's BIND looks for its own: a key's file.
pub fn usual_key_file(key: &Name) -> String {
    format!("/etc/bind/{}.key", key.file_stem())
}

/// Where Debian's BIND may write: a zone's file, with its journal beside it.
pub fn usual_zone_file(zone: &Name) -> String {
    format!("/var/lib/bind/{}.zone", zone.file_stem())
}

/// A comment.
pub fn comment(text: &str) -> String {
    // A line that ends would end it, and what follows would be read.
    format!("// {}", text.replace(char::is_control, " "))
}

fn grant(key: &Name, rule: &str, name: &Name, types: &[RecordType]) -> String {
    let types: Vec<String> = types.iter().map(|record_type| type_word(*record_type)).collect();
    format!("grant {} {rule} {} {};", word(key), word(name), types.join(" "))
}

/// A name with its final dot, in quotes where named.conf needs them.
fn word(name: &Name) -> String {
    let text = escaped(name) + ".";
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '*');
    if text.chars().all(plain) { text } else { format!("\"{text}\"") }
}

/// A name for within quotes, without the final dot unless it is the root's.
fn bare(name: &Name) -> String {
    if name.is_root() { ".".to_owned() } else { escaped(name) }
}

/// The labels with a dot between them, and every octet that has a meaning to anybody as `\DDD`.
fn escaped(name: &Name) -> String {
    let octet = |octet: &u8| match octet {
        b'.' | b'"' | b'\\' | b'(' | b')' | b';' | b'@' | b'$' => format!("\\{octet:03}"),
        0x21..=0x7e => char::from(*octet).to_string(),
        _ => format!("\\{octet:03}"),
    };
    let labels: Vec<String> = name.labels().map(|label| label.iter().map(octet).collect()).collect();
    labels.join(".")
}

/// A type as BIND 9.18 reads it too: those that got their mnemonics after it began by their numbers.
fn type_word(record_type: RecordType) -> String {
    match record_type.0 {
        66..=98 | 261..=32767 => format!("TYPE{}", record_type.0),
        _ => record_type.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    #[test]
    fn a_key_is_written_as_tsig_keygen_does_and_shown_without_its_secret() {
        let text = key_file(&name("home"), "hmac-sha256", "c2Vj");
        assert_eq!(*text, "key \"home\" {\n\talgorithm hmac-sha256;\n\tsecret \"c2Vj\";\n};\n");
        assert_eq!(
            key_clause(&name("home"), "hmac-sha256"),
            ["key \"home\" {", "    algorithm hmac-sha256;", "    secret \"...\";", "};"]
        );
    }

    #[test]
    fn a_grant_names_the_types_and_without_types_there_is_none() {
        let both = vec![RecordType::A, RecordType::AAAA];
        let wanted = [(name("cable.example.org"), both), (name("x"), vec![]), (name("*.x"), vec![RecordType(263)])];
        assert_eq!(
            grants(&name("home"), &wanted),
            ["grant home. name cable.example.org. A AAAA;", "grant home. name *.x. TYPE263;"]
        );
        assert_eq!(grant_below(&name("home"), &name("x"), &[]), None);
    }

    #[test]
    fn octets_with_a_meaning_to_anybody_are_written_by_their_numbers_in_quotes() {
        let odd = Name::from_labels([&b"a\"\\ .;{\xe9"[..], b"x"]).unwrap();
        let line = grant_below(&name("0/25.k"), &odd, &[RecordType::PTR]).unwrap();
        assert_eq!(line, r#"grant "0/25.k." subdomain "a\034\092\032\046\059{\233.x." PTR;"#);
        assert_eq!(word(&Name::root()), ".");
        assert_eq!(usual_key_file(&odd), "/etc/bind/a_______.x.key");
    }

    #[test]
    fn an_include_is_a_pattern_that_fits_its_file_only_and_a_comment_ends_with_its_line() {
        assert_eq!(include_line(r#"/k/a*[b]\"c"#), r#"include "/k/a\*\[b]\\\"c";"#);
        assert_eq!(comment("a\nkey"), "// a key");
    }
}
