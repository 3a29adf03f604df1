//! URI templates (RFC 6570), as far as a `dohpath` must be one (RFC 9461 §5).

/// Whether the text is a path in UTF-8 whose template has the variable `dns`.
pub(super) fn is_dns_path(text: &[u8]) -> bool {
    let Some(text) = std::str::from_utf8(text).ok().filter(|text| text.starts_with('/')) else { return false };
    let mut has_dns = false;
    let mut rest = text;
    while let Some((literal, after)) = rest.split_once('{') {
        let Some((expression, after)) = after.split_once('}') else { return false };
        let Some(variables) = variables(expression).filter(|_| is_literal(literal)) else { return false };
        has_dns |= variables.contains(&"dns");
        rest = after;
    }
    has_dns && is_literal(rest)
}

/// Whether every `%` begins an octet in hex.
fn is_literal(text: &str) -> bool {
    let is_octet =
        |after: &str| after.get(..2).is_some_and(|octet| octet.bytes().all(|digit| digit.is_ascii_hexdigit()));
    text.split('%').skip(1).all(is_octet)
}

/// The names of the variables of an expression; `None` where it is none, or of an operator without a meaning yet.
fn variables(expression: &str) -> Option<Vec<&str>> {
    let list = expression.strip_prefix(['+', '#', '.', '/', ';', '?', '&']).unwrap_or(expression);
    list.split(',').map(variable).collect()
}

/// The name of one variable, without `*` or the length of a prefix from 1 to 9999.
fn variable(text: &str) -> Option<&str> {
    let name = match text.split_once(':') {
        Some((name, length)) => {
            let digits = length.bytes().all(|octet| octet.is_ascii_digit());
            let legal = digits && (1..=4).contains(&length.len()) && !length.starts_with('0');
            legal.then_some(name)?
        }
        None => text.strip_suffix('*').unwrap_or(text),
    };
    let legal = !name.is_empty() && name.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'_');
    legal.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::is_dns_path;

    #[test]
    fn a_path_has_the_variable_dns() {
        for text in ["/dns-query{?dns}", "/{x}/q{?a,dns*}", "/{dns:3}", "/%41}{;dns}", "/\u{fc}{&dns}"] {
            assert!(is_dns_path(text.as_bytes()), "{text}");
        }
        for text in
            ["", "dns{?dns}", "/q", "/{?dnsx}", "/{?dns", "/{}{?dns}", "/{!dns}", "/%4{dns}", "/{?dns:0}", "/{,dns}"]
        {
            assert!(!is_dns_path(text.as_bytes()), "{text}");
        }
        assert!(!is_dns_path(b"/\xc3{?dns}"));
    }
}
