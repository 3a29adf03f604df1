//! Numbers, the mnemonics that stand for some of them, and times as dates.

use crate::dns::{RecordType, parse_ttl};

use super::input::Input;
use super::text::RdataError;

/// A number of one or two octets, some of whose values have mnemonics.
#[derive(Debug, PartialEq, Eq)]
pub struct Codes {
    /// How many octets it has.
    pub(super) octets: usize,
    /// The mnemonics; the first of several for one number is printed.
    pub(super) list: &'static [(&'static str, u16)],
    /// Whether the mnemonic is printed, or the number.
    pub(super) shown: bool,
    /// What a word must be, for an error message.
    pub(super) wanted: &'static str,
}

impl Codes {
    pub(super) fn parse(&self, input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
        let known = |text: &str| self.list.iter().find(|(mnemonic, _)| mnemonic.eq_ignore_ascii_case(text));
        let value = |text: &str| known(text).map(|(_, code)| u64::from(*code)).or_else(|| number(text, self.octets));
        push(input.value(self.wanted, value)?, self.octets, octets);
        Ok(())
    }

    pub(super) fn print(&self, octets: &[u8]) -> String {
        let code = from_octets(octets);
        let known = self.list.iter().find(|(_, number)| self.shown && u64::from(*number) == code);
        known.map_or_else(|| code.to_string(), |(mnemonic, _)| (*mnemonic).to_owned())
    }
}

/// A decimal number without a sign that fits into so many octets.
pub(super) fn number(text: &str, octets: usize) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
    let value: u64 = digits.then(|| text.parse().ok())??;
    (octets >= 8 || value >> (8 * octets) == 0).then_some(value)
}

/// Appends the last `count` octets of a number.
pub(super) fn push(number: u64, count: usize, octets: &mut Vec<u8>) {
    octets.extend_from_slice(&number.to_be_bytes()[8 - count.min(8)..]);
}

/// The number that some octets are, eight at most.
pub(super) fn from_octets(octets: &[u8]) -> u64 {
    octets.iter().fold(0, |sum, octet| sum << 8 | u64::from(*octet))
}

/// A time in an SOA, with units or without; it may use all 32 bits, unlike a TTL.
pub(super) fn seconds(text: &str) -> Option<u64> {
    number(text, 4).or_else(|| parse_ttl(text).ok().map(u64::from))
}

/// A time in seconds of at most ten digits: more would look like a date.
pub(super) fn short(text: &str) -> Option<u64> {
    number(text, 4).filter(|_| text.len() <= 10)
}

/// A record type as mnemonic, `TYPEnnn`, or bare number.
pub(super) fn record_type(text: &str) -> Option<u64> {
    let named = text.parse().ok().map(|RecordType(number)| u64::from(number));
    named.or_else(|| number(text, 2))
}

/// Flags of a key as a number, also in hex, or as mnemonics with `|` between them (RFC 2535 §3.1.2).
pub(super) fn key_flags(text: &str) -> Option<u64> {
    const FLAGS: &[(&str, u16)] = &[
        ("NOCONF", 0x4000),
        ("NOAUTH", 0x8000),
        ("NOKEY", 0xc000),
        ("FLAG2", 0x2000),
        ("EXTEND", 0x1000),
        ("FLAG4", 0x0800),
        ("FLAG5", 0x0400),
        ("USER", 0x0000),
        ("ZONE", 0x0100),
        ("HOST", 0x0200),
        ("NTYP3", 0x0300),
        ("FLAG8", 0x0080),
        ("FLAG9", 0x0040),
        ("FLAG10", 0x0020),
        ("FLAG11", 0x0010),
        ("KSK", 0x0001),
    ];
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        let hex = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        return hex.then(|| u16::from_str_radix(digits, 16).ok().map(u64::from))?;
    }
    let signatory = |word: &str| {
        let digits = word.get(..3).filter(|head| head.eq_ignore_ascii_case("SIG")).map(|_| &word[3..])?;
        number(digits, 1).filter(|number| *number < 16 && (digits.len() == 1 || !digits.starts_with('0')))
    };
    let one = |word: &str| {
        let known = FLAGS.iter().find(|(mnemonic, _)| mnemonic.eq_ignore_ascii_case(word));
        known.map(|(_, flag)| u64::from(*flag)).or_else(|| signatory(word))
    };
    number(text, 2).or_else(|| text.split('|').try_fold(0, |flags, word| Some(flags | one(word)?)))
}

/// A time of 32 bits as `YYYYMMDDHHMMSS` in UTC (RFC 4034 §3.2).
pub(super) fn date(text: &str) -> Option<u64> {
    let digits = text.len() == 14 && text.bytes().all(|octet| octet.is_ascii_digit());
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok().filter(|_| digits);
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (hour, minute, second) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
    let legal = (1..=12).contains(&month) && hour < 24 && minute < 60 && second <= 60;
    let start = days(year, if legal { month } else { 1 }, 1) + day - 1;
    let legal = legal && civil(start) == (year, month, day);
    let total = start * 86400 + hour * 3600 + minute * 60 + second;
    // The field is a serial number: what does not fit into it goes round (RFC 4034 §3.1.5).
    legal.then_some(total.rem_euclid(1 << 32) as u64)
}

/// The date of a time of 32 bits. Which of the times 2^32 seconds apart is meant would be known by the clock only:
/// taken is the one between 1958 and 2094, as a reader of these years would.
pub(super) fn date_text(time: u64) -> String {
    const LAST: i64 = 0xea00_0000;
    let time = time as i64;
    let time = if time < LAST { time } else { time - (1 << 32) };
    let (year, month, day) = civil(time.div_euclid(86400));
    let second = time.rem_euclid(86400);
    format!("{year:04}{month:02}{day:02}{:02}{:02}{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// The days from 1970 on to a date of the Gregorian calendar; years count from March, so that the leap day is the last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month < 3 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year - 719_468
}

/// The date that lies so many days after 1970.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month < 3), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_and_printed_around_leap_days_and_before_the_epoch() {
        for (text, time) in [
            ("19700101000000", 0),
            ("20030322173103", 0x3e7c_9dd7),
            ("20040229235959", 0x4042_7cff),
            ("20380119031408", 0x8000_0000),
            ("19691231235959", 0xffff_ffff),
        ] {
            assert_eq!(date(text), Some(time), "{text}");
            assert_eq!(date_text(time), text);
        }
        assert_eq!(date("20040229235960"), date("20040301000000"));
        assert_eq!(date("00010101000000"), Some(0x886e_0900));
    }

    #[test]
    fn every_day_of_four_centuries_reads_back() {
        for day in -4_400..45_000 {
            let (year, month, of_month) = civil(day);
            assert_eq!(days(year, month, of_month), day);
        }
    }

    #[test]
    fn dates_that_are_not_in_the_calendar_are_refused() {
        for text in [
            "20030229000000",
            "20031301000000",
            "20030001000000",
            "20030100000000",
            "20030132000000",
            "20030101240000",
            "20030101006000",
            "20030101000061",
            "2003010100000",
            "2003010100000x",
            "+0030101000000",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn flags_of_keys_have_mnemonics() {
        assert_eq!(key_flags("ZONE|ksk"), Some(257));
        assert_eq!(key_flags("0x100"), Some(256));
        assert_eq!(key_flags("HOST|SIG7"), Some(519));
        for text in ["", "ZONE|", "|ZONE", "65536", "0x10000", "0x", "SIG16", "SIG", "SIG07", "ZONES", "-1", "sigé"] {
            assert_eq!(key_flags(text), None, "{text}");
        }
    }
}
