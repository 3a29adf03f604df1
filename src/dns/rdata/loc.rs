//! Where something is (RFC 1876): latitude, longitude, altitude, its size, and how exactly that is known.

use crate::dns::{Malformed, Reader};

use super::input::Input;
use super::number;
use super::text::RdataError;

/// A thousandth of a second of arc is the unit, the equator and the first meridian are in the middle.
const MIDDLE: i64 = 1 << 31;
const DEGREE: i64 = 3_600_000;
/// The centimetres that altitudes begin below the sea.
const DEPTH: i64 = 10_000_000;

pub(super) fn parse(input: &mut Input<'_>, octets: &mut Vec<u8>) -> Result<(), RdataError> {
    let latitude = angle(input, 90, ["N", "S"], "a latitude like 52 22 23.000 N")?;
    let longitude = angle(input, 180, ["E", "W"], "a longitude like 4 53 32.000 E")?;
    let wanted = "an altitude in metres from -100000.00 to 42849672.95";
    let in_range = |height: &i64| (-DEPTH..=i64::from(u32::MAX) - DEPTH).contains(height);
    let altitude = input.value(wanted, |text| metres(text).filter(in_range))?;
    octets.push(0);
    for default in [0x12, 0x16, 0x13] {
        let wanted = "a size in metres from 0 to 90000000";
        let size = |text: &str| metres(text).filter(|size| (0..=9_000_000_000).contains(size)).map(rounded);
        octets.push(if input.peek().is_some() { input.value(wanted, size)? } else { default });
    }
    for value in [MIDDLE + latitude, MIDDLE + longitude, DEPTH + altitude] {
        number::push(value as u64, 4, octets);
    }
    Ok(())
}

/// Reads version 0; what another version holds is left as it is.
pub(super) fn read(reader: &mut Reader<'_>, octets: &mut Vec<u8>) -> Result<(), Malformed> {
    let start = octets.len();
    octets.push(reader.u8()?);
    if octets[start] != 0 {
        octets.extend_from_slice(reader.take(reader.left())?);
        return Ok(());
    }
    octets.extend_from_slice(reader.take(15)?);
    let legal = |size: &u8| size >> 4 <= 9 && size & 15 <= 9 && (size >> 4 > 0 || *size == 0);
    let on_earth = |at: usize, degrees: i64| (value(octets, start + at) - MIDDLE).abs() <= degrees * DEGREE;
    if octets[start + 1..start + 4].iter().all(legal) && on_earth(4, 90) && on_earth(8, 180) {
        return Ok(());
    }
    Err(reader.malformed("a location that is nowhere"))
}

pub(super) fn print(octets: &[u8]) -> Option<String> {
    if octets.len() != 16 || octets[0] != 0 {
        return None;
    }
    let latitude = angle_text(value(octets, 4) - MIDDLE, ["N", "S"]);
    let longitude = angle_text(value(octets, 8) - MIDDLE, ["E", "W"]);
    let height = value(octets, 12) - DEPTH;
    let sign = if height < 0 { "-" } else { "" };
    let height = height.abs();
    let sizes: Vec<String> = octets[1..4].iter().map(size_text).collect();
    Some(format!("{latitude} {longitude} {sign}{}.{:02}m {}", height / 100, height % 100, sizes.join(" ")))
}

/// Degrees, perhaps minutes, perhaps seconds, and a direction.
fn angle(
    input: &mut Input<'_>,
    most: i64,
    [positive, negative]: [&str; 2],
    wanted: &'static str,
) -> Result<i64, RdataError> {
    let mut parts = vec![input.value(wanted, |text| Some(number::number(text, 1)? as i64 * DEGREE))?];
    let sign = loop {
        let place = parts.len();
        let part = |text: &str| match place {
            _ if text == positive => Some(Err(1)),
            _ if text == negative => Some(Err(-1)),
            1 => number::number(text, 1).filter(|minutes| *minutes < 60).map(|minutes| Ok(minutes as i64 * 60_000)),
            2 => fixed(text, 3).filter(|second| (0..60_000).contains(second)).map(Ok),
            _ => None,
        };
        let word = input.plain(wanted)?;
        match part(word.text).ok_or_else(|| super::input::bad(word, wanted))? {
            Ok(part) => parts.push(part),
            Err(sign) if parts.iter().sum::<i64>() <= most * DEGREE => break sign,
            Err(_) => return Err(super::input::bad(word, wanted)),
        }
    };
    Ok(sign * parts.iter().sum::<i64>())
}

fn angle_text(angle: i64, [positive, negative]: [&str; 2]) -> String {
    let (sign, angle) = (if angle < 0 { negative } else { positive }, angle.abs());
    let (minutes, part) = (angle / 60_000, angle % 60_000);
    format!("{} {} {}.{:03} {sign}", minutes / 60, minutes % 60, part / 1000, part % 1000)
}

/// Metres with an `m` behind them or not, as centimetres.
fn metres(text: &str) -> Option<i64> {
    fixed(text.strip_suffix('m').unwrap_or(text), 2)
}

/// A number with at most so many digits behind the point, as a multiple of the last one's unit.
fn fixed(text: &str, digits: usize) -> Option<i64> {
    let (sign, number) = match text.strip_prefix('-') {
        Some(number) => (-1, number),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let all = [whole, part].concat();
    let legal = !all.is_empty() && part.len() <= digits && all.bytes().all(|octet| octet.is_ascii_digit());
    let zeros = "0".repeat(digits - part.len().min(digits));
    let value: i64 = legal.then(|| [all, zeros].concat().parse().ok())??;
    Some(sign * value)
}

/// Centimetres as one digit and a power of ten; more digits are lost.
fn rounded(mut size: i64) -> u8 {
    let mut power = 0;
    while size > 9 {
        size /= 10;
        power += 1;
    }
    (size << 4 | power) as u8
}

fn size_text(size: &u8) -> String {
    match (size >> 4, size & 15) {
        (digit, 0) => format!("0.0{digit}m"),
        (digit, 1) => format!("0.{digit}0m"),
        (digit, power) => format!("{digit}{}m", "0".repeat(usize::from(power) - 2)),
    }
}

/// The number in four octets; `octets` has them.
fn value(octets: &[u8], at: usize) -> i64 {
    number::from_octets(&octets[at..at + 4]) as i64
}

#[cfg(test)]
mod tests {
    use super::{fixed, rounded, size_text};

    #[test]
    fn numbers_have_at_most_so_many_digits_behind_the_point() {
        assert_eq!(fixed("-100000.01", 2), Some(-10_000_001));
        assert_eq!((fixed("5.", 3), fixed(".5", 3), fixed("+3.12", 3)), (Some(5000), Some(500), Some(3120)));
        for text in ["", ".", "-", "--1", "1e1", "0.005", "1.2.3", "99999999999999999999"] {
            assert_eq!(fixed(text, 2), None, "{text}");
        }
    }

    #[test]
    fn sizes_keep_one_digit() {
        for (size, text) in [(0, "0.00m"), (9, "0.09m"), (12, "0.10m"), (123, "1m"), (9_000_000_000, "90000000m")] {
            assert_eq!(size_text(&rounded(size)), text);
        }
    }
}
