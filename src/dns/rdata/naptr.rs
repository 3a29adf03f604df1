//! The substitution expression of a NAPTR record (RFC 3402 §3.2): `delimiter ERE delimiter replacement delimiter flags`.

/// Whether `text` is a substitution expression, or empty.
///
/// Delimiters, flags, back references and the balance of the expression's groups are looked at; what else an
/// extended regular expression may hold is left to the server.
pub(super) fn is_substitution(text: &[u8]) -> bool {
    let Some((&delimiter, rest)) = text.split_first() else { return true };
    if delimiter.is_ascii_digit() || matches!(delimiter, b'\\' | b'i' | 0) {
        return false;
    }
    let mut parts = vec![Vec::new()];
    let mut octets = rest.iter();
    while let Some(&octet) = octets.next() {
        let Some(part) = parts.last_mut() else { return false };
        match octet {
            0 => return false,
            b'\\' => match octets.next() {
                Some(&next) => part.extend([b'\\', next]),
                None => return false,
            },
            _ if octet == delimiter => parts.push(Vec::new()),
            _ => part.push(octet),
        }
    }
    let [expression, replacement, flags] = parts.as_slice() else { return false };
    let Some(groups) = groups(expression) else { return false };
    flags.iter().all(|flag| *flag == b'i') && references(replacement).all(|number| (1..=groups).contains(&number))
}

/// How many groups an expression has; `None` where they are not balanced or it is empty.
fn groups(expression: &[u8]) -> Option<u32> {
    let (mut opened, mut closed) = (0u32, 0u32);
    let mut in_brackets = false;
    let mut octets = expression.iter();
    while let Some(octet) = octets.next() {
        match octet {
            b'\\' if !in_brackets => {
                octets.next();
            }
            b'[' => in_brackets = true,
            b']' => in_brackets = false,
            b'(' if !in_brackets => opened += 1,
            b')' if !in_brackets => {
                // One too many stands for itself, as in POSIX.
                closed = opened.min(closed + 1);
            }
            _ => {}
        }
    }
    (opened == closed && !in_brackets && !expression.is_empty()).then_some(opened)
}

/// The numbers of the back references in a replacement.
fn references(replacement: &[u8]) -> impl Iterator<Item = u32> {
    let pairs = replacement.windows(2).filter(|pair| pair[0] == b'\\' && pair[1].is_ascii_digit());
    pairs.map(|pair| u32::from(pair[1] - b'0'))
}

#[cfg(test)]
mod tests {
    use super::is_substitution;

    #[test]
    fn substitutions_of_the_rfcs_are_accepted() {
        for text in ["", "!^.*$!sip:info@example.org!", "!^urn:cid:.+@([^\\.]+\\.)(.*)$!\\2!i", "/a/b/", "!a)!b!"] {
            assert!(is_substitution(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_lacks_a_delimiter_a_group_or_a_known_flag_is_refused() {
        for text in
            ["!a!b", "!a", "1a1b1", "!a!b!x", "!a!\\1!", "!(a!b!", "!a!\\0!", "iaibi", "!!b!", "\\a\\b\\", "!a!b!!"]
        {
            assert!(!is_substitution(text.as_bytes()), "{text}");
        }
    }
}
