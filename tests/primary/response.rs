//! An answer as a value, and its octets (RFC 1035 §4.1, RFC 6891 §6.1).

use nsup::dns::{Class, Message, Name, Record, RecordAt, RecordType, Section};
use nsup::proto::Rcode;

/// AA, TC and RD among the header's flags.
const AUTHORITATIVE: u16 = 0x0400;
const TRUNCATED: u16 = 0x0200;
const RECURSION_DESIRED: u16 = 0x0100;

/// The longest datagram that this server sends to whoever can take it, in octets.
const MAX_DATAGRAM: u16 = 1232;

/// What is answered, the signature aside.
#[derive(Debug, Clone)]
pub(super) struct Response {
    /// RCODE.
    pub(super) rcode: Rcode,
    /// AA.
    pub(super) authoritative: bool,
    /// TC.
    pub(super) truncated: bool,
    /// The answer section.
    pub(super) answers: Vec<Record>,
    /// The authority section.
    pub(super) authority: Vec<Record>,
    /// The additional section, without OPT and TSIG.
    pub(super) additional: Vec<Record>,
}

impl Response {
    /// An answer that says nothing but its RCODE.
    pub(super) fn new(rcode: Rcode) -> Self {
        let (answers, authority, additional) = (Vec::new(), Vec::new(), Vec::new());
        Self { rcode, authoritative: false, truncated: false, answers, authority, additional }
    }

    /// An answer that says only that it does not fit (RFC 8945 §5.3: RCODE 0, TC set, no records).
    pub(super) fn truncated() -> Self {
        Self { truncated: true, ..Self::new(Rcode::NOERROR) }
    }

    /// The octets, with the question or zone section of the request, and with an OPT if that has one.
    pub(super) fn encode(&self, request: &Message<'_>) -> Vec<u8> {
        let flags = header_flags(request.header.flags, self.rcode)
            | if self.authoritative { AUTHORITATIVE } else { 0 }
            | if self.truncated { TRUNCATED } else { 0 };
        let opt = opt(request).is_some();
        let counts = [request.questions.len(), self.answers.len(), self.authority.len(), self.additional.len()];
        let mut octets = Vec::new();
        octets.extend(request.header.id.to_be_bytes());
        octets.extend(flags.to_be_bytes());
        for (place, count) in counts.into_iter().enumerate() {
            octets.extend(length(count + usize::from(opt && place == 3)));
        }
        for question in &request.questions {
            octets.extend(question.name.to_wire());
            octets.extend(question.record_type.0.to_be_bytes());
            octets.extend(question.class.0.to_be_bytes());
        }
        let first = request.questions.first().map(|question| &question.name);
        for record in self.answers.iter().chain(&self.authority).chain(&self.additional) {
            append(record, first, &mut octets);
        }
        if opt {
            octets.push(0); // the root
            octets.extend(RecordType::OPT.0.to_be_bytes());
            octets.extend(MAX_DATAGRAM.to_be_bytes());
            octets.extend([(self.rcode.0 >> 4) as u8, 0, 0, 0]); // upper bits of RCODE, version, flags
            octets.extend(length(0));
        }
        octets
    }
}

/// The answer to what has a header and is no message otherwise.
pub(super) fn malformed(request: &[u8]) -> Option<Vec<u8>> {
    let (id, flags) = (request.get(..2)?, u16::from_be_bytes([*request.get(2)?, *request.get(3)?]));
    let mut octets = id.to_vec();
    octets.extend(header_flags(flags, Rcode::FORMERR).to_be_bytes());
    octets.extend([0; 8]);
    Some(octets)
}

/// The OPT of a request.
pub(super) fn opt<'r>(request: &'r Message<'_>) -> Option<&'r RecordAt> {
    request.records.iter().find(|at| at.section == Section::Additional && at.record_type == RecordType::OPT)
}

/// The longest datagram that whoever sent this request takes (RFC 1035 §4.2.1, RFC 6891 §6.2.3).
pub(super) fn longest_datagram(request: &Message<'_>) -> usize {
    opt(request).map_or(512, |opt| opt.class.0.clamp(512, MAX_DATAGRAM)).into()
}

/// QR, and of the request's flags the opcode and RD; the lower bits of the RCODE.
fn header_flags(request: u16, rcode: Rcode) -> u16 {
    0x8000 | request & (0x7800 | RECURSION_DESIRED) | rcode.0 & 0xf
}

/// Appends a record; its owner is a pointer where it is the name asked for, so that large RRsets fit.
fn append(record: &Record, asked: Option<&Name>, octets: &mut Vec<u8>) {
    match asked {
        Some(name) if *name == record.name && !name.is_root() => octets.extend([0xc0, 12]),
        _ => octets.extend(record.name.to_wire()),
    }
    octets.extend(record.record_type.0.to_be_bytes());
    octets.extend(Class::IN.0.to_be_bytes());
    octets.extend(record.ttl.to_be_bytes());
    octets.extend(length(record.rdata.octets().len()));
    octets.extend(record.rdata.octets());
}

/// A count or a length for the wire. What overflows makes a message that is too long, which is not sent.
fn length(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap_or(u16::MAX).to_be_bytes()
}
