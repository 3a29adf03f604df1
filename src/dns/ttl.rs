//! Times to live: seconds, or the zone-file way with units (`1h30m`).

/// The largest TTL (RFC 2181 §8). Servers accept 2^31 and then serve nonsense, so it is refused here.
pub const MAX_TTL: u32 = 0x7fff_ffff;

/// Why a text is not a TTL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TtlError {
    /// Neither digits nor digits with units.
    #[error("a TTL is a number of seconds, or a time like 1h30m (units w d h m s)")]
    NotATime,
    /// More than [`MAX_TTL`].
    #[error("a TTL can be at most {MAX_TTL} seconds")]
    TooLong,
}

/// Reads a TTL: plain seconds, or numbers with the units `w`, `d`, `h`, `m`, `s` in any case.
///
/// # Errors
/// [`TtlError`].
pub fn parse_ttl(text: &str) -> Result<u32, TtlError> {
    let total = if text.ends_with(|c: char| c.is_ascii_digit()) { number(text)? } else { with_units(text)? };
    u32::try_from(total).ok().filter(|seconds| *seconds <= MAX_TTL).ok_or(TtlError::TooLong)
}

fn with_units(text: &str) -> Result<u64, TtlError> {
    let mut total = 0u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or(TtlError::NotATime)?;
        let unit = match rest.as_bytes()[digits].to_ascii_lowercase() {
            b'w' => 604_800,
            b'd' => 86_400,
            b'h' => 3_600,
            b'm' => 60,
            b's' => 1,
            _ => return Err(TtlError::NotATime),
        };
        let part = number(&rest[..digits])?.checked_mul(unit).ok_or(TtlError::TooLong)?;
        total = total.checked_add(part).ok_or(TtlError::TooLong)?;
        rest = &rest[digits + 1..];
    }
    if text.is_empty() { Err(TtlError::NotATime) } else { Ok(total) }
}

fn number(digits: &str) -> Result<u64, TtlError> {
    if digits.is_empty() || !digits.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(TtlError::NotATime);
    }
    digits.parse().map_err(|_| TtlError::TooLong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_units_are_both_read() {
        assert_eq!(parse_ttl("300"), Ok(300));
        assert_eq!(parse_ttl("0"), Ok(0));
        assert_eq!(parse_ttl("1H30m"), Ok(5400));
        assert_eq!(parse_ttl("1w2d3h4m5s"), Ok(788_645));
        assert_eq!(parse_ttl("2147483647"), Ok(MAX_TTL));
    }

    #[test]
    fn what_is_no_time_or_too_long_is_refused() {
        for text in ["", "h", "1x", "-1", "+1", "1h30", "1.5h", "1 h", "ß"] {
            assert_eq!(parse_ttl(text), Err(TtlError::NotATime), "{text}");
        }
        for text in ["2147483648", "99999999999999999999", "9999999999w"] {
            assert_eq!(parse_ttl(text), Err(TtlError::TooLong), "{text}");
        }
    }
}
