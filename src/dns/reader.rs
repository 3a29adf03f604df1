//! Reading a message's octets one thing after the other, never past the end (RFC 1035 §4.1).

use super::{Name, NameError};

/// The most pointers of one name: a name has at most 127 labels, and each pointer leads to one at least.
const MAX_HOPS: usize = 127;

/// The octets of a header (RFC 1035 §4.1.1), in which no name begins.
const HEADER: usize = 12;

/// Octets that are no DNS message, and where they stop being one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("octet {at}: {what}")]
pub struct Malformed {
    /// The octet of the message, counted from 0.
    pub at: usize,
    /// What is wrong there.
    pub what: &'static str,
}

/// A place in a message's octets, with a bound that reading does not cross.
#[derive(Debug, Clone)]
pub struct Reader<'m> {
    octets: &'m [u8],
    at: usize,
    end: usize,
    /// Whether a name may point to an earlier one: in a message it may, in RDATA that stands alone it may not.
    pointers: bool,
}

impl<'m> Reader<'m> {
    /// Reads a whole message from its first octet.
    pub fn message(octets: &'m [u8]) -> Self {
        Self { octets, at: 0, end: octets.len(), pointers: true }
    }

    /// Reads octets that are no part of a message, in which names cannot be compressed.
    pub fn alone(octets: &'m [u8]) -> Self {
        Self { pointers: false, ..Self::message(octets) }
    }

    /// A reader of the next `length` octets of the same message, with this reader moved behind them.
    ///
    /// # Errors
    /// [`Malformed`] where fewer octets are left.
    pub fn part(&mut self, length: usize) -> Result<Reader<'m>, Malformed> {
        let start = self.at;
        self.take(length)?;
        Ok(Self { at: start, end: start + length, ..self.clone() })
    }

    /// The octet that is read next, counted from the message's first.
    pub fn at(&self) -> usize {
        self.at
    }

    /// How many octets are left.
    pub fn left(&self) -> usize {
        self.end - self.at
    }

    /// A fault at this place.
    pub fn malformed(&self, what: &'static str) -> Malformed {
        Malformed { at: self.at, what }
    }

    /// The next `count` octets.
    ///
    /// # Errors
    /// [`Malformed`] where fewer are left.
    pub fn take(&mut self, count: usize) -> Result<&'m [u8], Malformed> {
        if count > self.left() {
            return Err(self.malformed("the octets end too early"));
        }
        let taken = &self.octets[self.at..self.at + count];
        self.at += count;
        Ok(taken)
    }

    /// The next octet. Errors as [`Reader::take`].
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(self.take(1)?[0])
    }

    /// The next two octets as a number. Errors as [`Reader::take`].
    pub fn u16(&mut self) -> Result<u16, Malformed> {
        let octets = self.take(2)?;
        Ok(u16::from_be_bytes([octets[0], octets[1]]))
    }

    /// The next four octets as a number. Errors as [`Reader::take`].
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        Ok(u32::from(self.u16()?) << 16 | u32::from(self.u16()?))
    }

    /// The next name, compressed or not (RFC 1035 §4.1.4).
    ///
    /// # Errors
    /// [`Malformed`] for a pointer that does not go strictly backwards, which also bounds the work, or that goes into the
    /// header, for a label type other than the two of RFC 1035, and for a name over 255 octets.
    pub fn name(&mut self) -> Result<Name, Malformed> {
        let mut labels: Vec<&[u8]> = Vec::new();
        let mut total = 1;
        let mut hop = self.clone();
        let mut start = self.at;
        let mut jumped = false;
        let mut hops = 0;
        loop {
            let length = hop.u8()?;
            match length {
                0 => break,
                1..=63 => {
                    total += 1 + usize::from(length);
                    if total > Name::MAX_OCTETS {
                        return Err(hop.malformed("a name is longer than 255 octets"));
                    }
                    labels.push(hop.take(length.into())?);
                }
                0xc0.. => {
                    let target = usize::from(length & 0x3f) << 8 | usize::from(hop.u8()?);
                    if !self.pointers {
                        return Err(hop.malformed("a name points outside of its RDATA"));
                    }
                    hops += 1;
                    if hops > MAX_HOPS {
                        return Err(hop.malformed("a compressed name of too many pieces"));
                    }
                    if target >= start {
                        return Err(hop.malformed("a compressed name does not point backwards"));
                    }
                    // A name made of counts would be another one in what a MAC covers, where the TSIG is not counted.
                    if target < HEADER {
                        return Err(hop.malformed("a compressed name points into the header"));
                    }
                    if !jumped {
                        self.at = hop.at;
                        jumped = true;
                    }
                    // What is pointed to ends before the name that points to it, so the chain is finite.
                    hop = Self { at: target, end: start, ..hop };
                    start = target;
                }
                _ => return Err(hop.malformed("a label of an unknown kind")),
            }
        }
        if !jumped {
            self.at = hop.at;
        }
        Name::from_labels(labels).map_err(|_: NameError| self.malformed("a name that cannot be"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader behind the header and the first `skipped` of these octets.
    fn behind(message: &[u8], skipped: usize) -> Reader<'_> {
        let mut reader = Reader::message(message);
        reader.take(HEADER + skipped).unwrap();
        reader
    }

    fn message(octets: &[u8]) -> Vec<u8> {
        [&[0; HEADER], octets].concat()
    }

    #[test]
    fn pointers_go_backwards_only() {
        let octets = message(b"\x01a\x00\x01b\xc0\x0c\xc0\x0f\xc0\x15");
        let mut reader = behind(&octets, 0);
        assert_eq!(reader.name().unwrap().to_string(), "a.");
        assert_eq!(reader.name().unwrap().to_string(), "b.a.");
        assert_eq!(reader.name().unwrap().to_string(), "b.a.");
        assert_eq!(reader.name().unwrap_err().what, "a compressed name does not point backwards");
    }

    #[test]
    fn no_pointer_leads_into_the_header() {
        let octets = message(b"\x00\xc0\x0c\xc0\x0b\xc0\x00");
        let mut reader = behind(&octets, 1);
        assert!(reader.name().unwrap().is_root());
        assert_eq!(reader.name().unwrap_err().what, "a compressed name points into the header");
        assert!(behind(&octets, 5).name().is_err());
    }

    #[test]
    fn a_loop_of_two_pointers_ends() {
        let octets = message(b"\xc0\x0e\xc0\x0c");
        assert!(behind(&octets, 2).name().is_err());
    }

    #[test]
    fn a_name_cannot_run_into_the_name_that_points_to_it() {
        // At 2 a label of five octets, at 4 a pointer to 2: the label would take in the pointer itself.
        let octets = message(b"\x00\x00\x05a\xc0\x0ebcd\x00");
        assert_eq!(behind(&octets, 4).name().unwrap_err().what, "the octets end too early");
    }

    #[test]
    fn long_names_and_odd_labels_are_refused() {
        let long = [[1u8, b'a']; 127].concat();
        assert_eq!(Reader::message(&[&long[..], &[0]].concat()).name().unwrap().to_wire().len(), 255);
        assert!(Reader::message(&[&long[..], &[1, b'a', 0]].concat()).name().is_err());
        assert_eq!(Reader::message(b"\x41a\x00").name().unwrap_err().what, "a label of an unknown kind");
        assert!(Reader::message(b"\x05ab").name().is_err());
    }

    #[test]
    fn rdata_that_stands_alone_has_no_pointers() {
        let mut reader = Reader::alone(b"\x00\xc0\x00");
        reader.take(1).unwrap();
        assert!(reader.name().is_err());
    }
}
