//! Generated texts of records' data, good and bad, the same in each run.

use nsup::dns::rdata::TYPES;
use nsup::dns::{Rdata, RecordType, words};

/// So many texts: some are as their type wants them, some were changed in one place, and some are octets in the form
/// for unknown types, which were changed as well.
pub(crate) fn generated(count: usize) -> Vec<(String, String)> {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let mut texts = Vec::new();
    while texts.len() < count {
        let (mnemonic, fields) = SHAPES[texts.len() % SHAPES.len()];
        let words = chance.words(fields);
        let lax = words.iter().any(|word| is_lax(mnemonic, word));
        let text = words.join(" ");
        if text.matches('"').count().is_multiple_of(2) && !lax {
            texts.push((mnemonic.to_owned(), chance.octets_of(mnemonic, &text)));
            texts.push((mnemonic.to_owned(), text));
        }
        let (mnemonic, number, _) = TYPES[chance.below(TYPES.len())];
        if RecordType(number).is_data() && !OTHERS.contains(&mnemonic) {
            let octets = chance.octets();
            texts.push((mnemonic.to_owned(), chance.unknown_form(octets)));
        }
    }
    texts.retain(|(mnemonic, text)| !is_unsettled(mnemonic, text));
    texts
}

/// Types that are not compared here: what BIND 9.18 does not know, and what it takes in no zone although it knows it.
const OTHERS: &[&str] = &["CLA", "IPN", "MD", "MF"];

/// Whether these are octets with which BIND is not of one mind: of a key whose algorithm is the private one with a name
/// in front, which it looks into here, but not in the key's own text; or with a date near 2094, behind which a date is
/// printed as one before 1970, at a time that goes with the clock.
fn is_unsettled(mnemonic: &str, text: &str) -> bool {
    let octets = text.strip_prefix("\\# ").and_then(|rest| Some(rest.split_once(' ')?.1)).unwrap_or_default();
    match mnemonic {
        "DNSKEY" | "CDNSKEY" | "KEY" | "RKEY" => octets.get(6..8) == Some("fd"),
        "RRSIG" | "SIG" => [16, 24].iter().any(|at| octets.get(*at..at + 1) == Some("e")),
        _ => false,
    }
}

/// Whether a word is a number as BIND takes it and no RFC has it: with a sign, or with a colon behind the last group.
fn is_lax(mnemonic: &str, word: &str) -> bool {
    match mnemonic {
        "WKS" | "NXT" | "DSYNC" => word.starts_with(['+', '-']),
        "NID" | "L64" => word.ends_with(':'),
        _ => false,
    }
}

/// The types that texts are generated for: type, and one letter for each field.
const SHAPES: &[(&str, &str)] = &[
    ("A", "4"),
    ("AAAA", "6"),
    ("NS", "n"),
    ("MX", "wn"),
    ("MINFO", "nn"),
    ("PX", "wnn"),
    ("TXT", "ss"),
    ("HINFO", "ss"),
    ("ISDN", "s"),
    ("X25", "lL"),
    ("NSAP", "x"),
    ("ATMA", "h"),
    ("SRV", "wwwn"),
    ("CAA", "bgs"),
    ("URI", "wwq"),
    ("GPOS", "sss"),
    ("DS", "wabH"),
    ("CDS", "wabH"),
    ("SSHFP", "bbH"),
    ("TLSA", "bbbH"),
    ("ZONEMD", "lbbH"),
    ("DNSKEY", "wbaB"),
    ("KEY", "wbaB"),
    ("CERT", "waaB"),
    ("RRSIG", "tabldtwnB"),
    ("SIG", "tablddwnB"),
    ("NSEC", "ntt"),
    ("NSEC3", "bbwhet"),
    ("NSEC3PARAM", "bbwh"),
    ("CSYNC", "lwtt"),
    ("NXT", "ntt"),
    ("DHCID", "B"),
    ("OPENPGPKEY", "BB"),
    ("SINK", "bbbB"),
    ("EID", "H"),
    ("IPSECKEY", "bkbnB"),
    ("IPSECKEY", "bkb4B"),
    ("AMTRELAY", "bkkn"),
    ("AMTRELAY", "bkk6"),
    ("HIP", "bhBn"),
    ("A6", "b6n"),
    ("APL", "pp"),
    ("WKS", "4bbw"),
    ("NID", "w:"),
    ("L32", "w4"),
    ("LP", "wn"),
    ("DOA", "llbsB"),
    ("DSYNC", "tbwn"),
    ("LOC", "bbfNbbfEm"),
    ("LOC", "bNbbEmmmm"),
    ("SVCB", "wnvvv"),
    ("HTTPS", "wnvv"),
    ("TYPE65280", "H"),
];

/// Numbers that look like chance and are the same in each run (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    fn any(&mut self, texts: &[&str]) -> String {
        texts[self.below(texts.len())].to_owned()
    }

    /// A number with so many bits, its limits more often than others.
    fn number(&mut self, bits: u32) -> String {
        let end = 1usize << bits;
        match self.below(8) {
            0 => end - 1,
            1 => end,
            2..=4 => self.below(5),
            _ => self.below(end),
        }
        .to_string()
    }

    fn octets(&mut self) -> Vec<u8> {
        let count = [1, 2, 3, 12, 20, 32, 48, 64, 100][self.below(9)];
        (0..count).map(|_| self.below(256) as u8).collect()
    }

    /// The words of a text, perhaps one of them changed.
    fn words(&mut self, fields: &str) -> Vec<String> {
        let mut words: Vec<String> = fields.chars().map(|field| self.field(field)).collect();
        let at = self.below(words.len());
        match self.below(12) {
            0 => drop(words.remove(at)),
            1 => words.insert(at, words[at].clone()),
            2 => words.swap(at, 0),
            3 => words[at] = self.any(&["@", ".", "0", "-", "a", "1h", "+1", "A", "\"\"", "4294967296", "key1=a"]),
            4 => words[at].insert_str(0, &self.any(&["0", "-", "a", ".", "0x", "!"])),
            5 => words[at].push_str(&self.any(&["0", "=", "z", ".", ",", "m", ":", "-"])),
            _ => {}
        }
        words
    }

    /// The octets of a text, if it is one, else any.
    fn octets_of(&mut self, mnemonic: &str, text: &str) -> String {
        let record_type: RecordType = mnemonic.parse().unwrap();
        let rdata = words(text).ok().and_then(|words| Rdata::parse(record_type, &words).ok());
        let octets = rdata.map_or_else(|| self.octets(), |rdata| rdata.octets().to_vec());
        self.unknown_form(octets)
    }

    /// Octets in the form for unknown types, perhaps one of them changed, added or taken away.
    fn unknown_form(&mut self, mut octets: Vec<u8>) -> String {
        let at = self.below(octets.len().max(1));
        let octet = [0, 1, 2, 4, 0x40, 0x80, 0xc0, 255, self.below(256) as u8][self.below(9)];
        match self.below(8) {
            0 => octets.truncate(at),
            1 => octets.push(octet),
            2 => octets.insert(at.min(octets.len()), octet),
            3 if at < octets.len() => drop(octets.remove(at)),
            4..=6 if at < octets.len() => octets[at] = octet,
            _ => {}
        }
        format!("\\# {} {}", octets.len(), hex(&octets))
    }

    fn field(&mut self, field: char) -> String {
        match field {
            '4' => self.any(&["192.0.2.1", "0.0.0.0", "255.255.255.255", "1.2.3.400", "1.2.3"]),
            '6' => {
                self.any(&["2001:db8::1", "::", "::1", "::ffff:1.2.3.4", "1:2:3:4:5:6:7:8", "1::2::3", "fe80::1:0:0:1"])
            }
            ':' => self.any(&["1:2:3:4", "ffff:0:0:01", "1:2:3", "1:2:3:12345", "::1"]),
            'a' => self.any(&["8", "13", "RSASHA256", "ed448", "254", "256", "PRIVATEOID", "NOPE"]),
            'b' => self.number(8),
            'k' => self.below(5).to_string(),
            'w' => self.number(16),
            'l' => self.number(32),
            'L' => self.number(40),
            'n' => {
                self.any(&["a", "a.", "@", ".", "Mail.Example.", "\\065\\.b.c", "*.x.", "a..b", "_a._b.c", "x\\032y."])
            }
            's' => self.any(&["a", "\"\"", "\"a b\"", "\\200\\000x", "\"q\\\"q\"", "a=b,c", "12345"]),
            'q' => self.any(&["\"\"", "\"a b\"", "\"https://x/\\200\"", "x"]),
            'g' => self.any(&["issue", "IODEF", "a-b", "0"]),
            'x' => ["0x", &hex(&self.octets())].concat(),
            'h' if self.below(4) == 0 => "-".to_owned(),
            'h' => hex(&self.octets()),
            'H' => hex(&self.octets()),
            'e' => self.any(&["2t7b4g4vsa5smi47k61mv5bv1a22bojr", "24", "2t7b4g4v", "25", "W0"]),
            'B' => self.any(&["AwEA", "AwEAAQ==", "AwE=", "Aw E A", "AwF=", "AA", "oJB1W6WNGv+ldvQ3WDG0"]),
            'd' => {
                self.any(&["20030322173103", "20031322173103", "20040229235960", "1", "19991231235959", "4294967295"])
            }
            't' => {
                self.any(&["A", "mx", "TYPE1", "TYPE65535", "ANY", "TYPE127", "1", "65536", "DNSKEY", "TYPE0", "NOPE"])
            }
            'p' => self.any(&["1:10.0.0.0/8", "!2:2001:db8::/32", "2:::/0", "1:0.0.0.0/33", "1:1.2.3.4/0", "3:0/1"]),
            'f' => self.any(&["0", "59.999", "60", ".5", "1.0005", "12.3"]),
            'N' => self.any(&["N", "S", "n", "E"]),
            'E' => self.any(&["E", "W", "S"]),
            'm' => self.any(&["0", "10m", "-10.5", "0.01m", "123456.78", "1.234", "42849672.95", "95000000"]),
            'v' => self.any(&[
                "port=53",
                "alpn=h2,h3",
                "alpn=\"a\\\\,b,c\"",
                "no-default-alpn",
                "mandatory=alpn",
                "mandatory=port,alpn",
                "ipv4hint=1.2.3.4,5.6.7.8",
                "ipv6hint=::1",
                "ech=AwEA",
                "dohpath=/q{?dns}",
                "key7=/x",
                "key667=\"a b\"",
                "key668",
                "key1=\\002h2",
                "key3=\\001",
                "port=65536",
                "alpn=,",
            ]),
            other => panic!("no field is {other}"),
        }
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
