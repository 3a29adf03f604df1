//! Classes as text.

use crate::dns::Class;

/// Reads a class: its mnemonic, or `CLASSnnn` (RFC 3597 §5), in any case.
pub(super) fn parse_class(text: &str) -> Option<Class> {
    let number = match text.to_ascii_uppercase().as_str() {
        "IN" => 1,
        "CH" | "CHAOS" => 3,
        "HS" | "HESIOD" => 4,
        "NONE" => 254,
        "ANY" => 255,
        "RESERVED0" => 0,
        other => {
            let digits =
                other.strip_prefix("CLASS").filter(|digits| digits.bytes().all(|octet| octet.is_ascii_digit()));
            digits?.parse().ok()?
        }
    };
    Some(Class(number))
}

/// The class as text that [`parse_class`] reads back.
pub(super) fn class_word(class: Class) -> String {
    match class {
        Class::IN => "IN".to_owned(),
        Class(3) => "CH".to_owned(),
        Class(4) => "HS".to_owned(),
        Class::NONE => "NONE".to_owned(),
        Class::ANY => "ANY".to_owned(),
        Class(number) => format!("CLASS{number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_a_text_that_reads_back() {
        for number in 0..=u16::MAX {
            assert_eq!(parse_class(&class_word(Class(number))), Some(Class(number)));
        }
        for (text, number) in [("in", 1), ("chaos", 3), ("Hesiod", 4), ("any", 255), ("reserved0", 0), ("class3", 3)] {
            assert_eq!(parse_class(text), Some(Class(number)), "{text}");
        }
        for text in ["", "A", "CLASS", "CLASS65536", "CLASS-1", "CLASS+1", "CLASS1x", "classé"] {
            assert_eq!(parse_class(text), None, "{text}");
        }
    }
}
