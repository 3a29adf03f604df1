//! The record types: mnemonic, number, fields. One line each.

use super::codes::{ALGORITHM, CERTIFICATE, CERTIFICATE_ALGORITHM, ERROR, HASH, PROTOCOL, SCHEME};
use super::field::Field::{self, *};
use super::octets::{DS, SSH, ZONE};

/// Every record type with a mnemonic, by number. A type without fields has no presentation form of its own.
pub const TYPES: &[(&str, u16, &[Field])] = &[
    ("A", 1, &[Ipv4]),                                                                  // RFC 1035 §3.4.1
    ("NS", 2, &[Name]),                                                                 // RFC 1035 §3.3.11
    ("MD", 3, &[Name]),                                                                 // RFC 1035 §3.3.4
    ("MF", 4, &[Name]),                                                                 // RFC 1035 §3.3.5
    ("CNAME", 5, &[Name]),                                                              // RFC 1035 §3.3.1
    ("SOA", 6, &[Name, Name, U32, Ttl, Ttl, Ttl, Ttl]),                                 // RFC 1035 §3.3.13
    ("MB", 7, &[Name]),                                                                 // RFC 1035 §3.3.3
    ("MG", 8, &[Name]),                                                                 // RFC 1035 §3.3.6
    ("MR", 9, &[Name]),                                                                 // RFC 1035 §3.3.8
    ("NULL", 10, &[]),                                                                  // RFC 1035 §3.3.10
    ("WKS", 11, &[Ipv4, Services]),                                                     // RFC 1035 §3.4.2
    ("PTR", 12, &[Name]),                                                               // RFC 1035 §3.3.12
    ("HINFO", 13, &[String, String]),                                                   // RFC 1035 §3.3.2
    ("MINFO", 14, &[Name, Name]),                                                       // RFC 1035 §3.3.7
    ("MX", 15, &[U16, Name]),                                                           // RFC 1035 §3.3.9
    ("TXT", 16, &[Strings]),                                                            // RFC 1035 §3.3.14
    ("RP", 17, &[Name, Name]),                                                          // RFC 1183 §2.2
    ("AFSDB", 18, &[U16, Name]),                                                        // RFC 1183 §1
    ("X25", 19, &[X25]),                                                                // RFC 1183 §3.1
    ("ISDN", 20, &[String, OptionalString]),                                            // RFC 1183 §3.2
    ("RT", 21, &[U16, Name]),                                                           // RFC 1183 §3.3
    ("NSAP", 22, &[Nsap]),                                                              // RFC 1706 §5
    ("NSAP-PTR", 23, &[Name]),                                                          // RFC 1706 §6
    ("SIG", 24, &[BareType, Code(&ALGORITHM), U8, U32, Date, Date, U16, Name, Base64]), // RFC 2535 §4.1
    ("KEY", 25, &[KeyFlags, Code(&PROTOCOL), Code(&ALGORITHM), MaybeKey]),              // RFC 2535 §3.1
    ("PX", 26, &[U16, Name, Name]),                                                     // RFC 2163 §4
    ("GPOS", 27, &[String, String, String]),                                            // RFC 1712 §3
    ("AAAA", 28, &[Ipv6]),                                                              // RFC 3596 §2
    ("LOC", 29, &[Location]),                                                           // RFC 1876 §2
    ("NXT", 30, &[Name, OldTypes]),                                                     // RFC 2535 §5.2
    ("EID", 31, &[Hex]),                                                                // draft-ietf-nimrod-dns
    ("NIMLOC", 32, &[Hex]),                                                             // draft-ietf-nimrod-dns
    ("SRV", 33, &[U16, U16, U16, Name]),                                                // RFC 2782
    ("ATMA", 34, &[Atma]),                                                              // ATM Forum af-dans-0152
    ("NAPTR", 35, &[U16, U16, String, String, Regexp, Name]),                           // RFC 3403 §4
    ("KX", 36, &[U16, Name]),                                                           // RFC 2230 §3
    ("CERT", 37, &[Code(&CERTIFICATE), U16, Code(&CERTIFICATE_ALGORITHM), Base64]),     // RFC 4398 §2
    ("A6", 38, &[A6, A6Name]),                                                          // RFC 2874 §3.1
    ("DNAME", 39, &[Name]),                                                             // RFC 6672 §2.1
    ("SINK", 40, &[U8, U8, U8, OptionalBase64]),                                        // draft-eastlake-kitchen-sink
    ("OPT", 41, &[]),                                                                   // RFC 6891 §6.1
    ("APL", 42, &[Prefixes]),                                                           // RFC 3123 §4
    ("DS", 43, &[U16, Code(&ALGORITHM), Digest(&DS)]),                                  // RFC 4034 §5
    ("SSHFP", 44, &[U8, Digest(&SSH)]),                                                 // RFC 4255 §3
    ("IPSECKEY", 45, &[U8, GatewayKind, U8, Gateway, Base64]),                          // RFC 4025 §2
    ("RRSIG", 46, &[Type, Code(&ALGORITHM), U8, U32, DateOrSeconds, DateOrSeconds, U16, Signer, Base64]), // RFC 4034 §3
    ("NSEC", 47, &[ExactName, SomeTypes]),                                              // RFC 4034 §4
    ("DNSKEY", 48, &[KeyFlags, Code(&PROTOCOL), Code(&ALGORITHM), Base64]),             // RFC 4034 §2
    ("DHCID", 49, &[Base64]),                                                           // RFC 4701 §3
    ("NSEC3", 50, &[Code(&HASH), U8, U16, Salt, Hash, Types]),                          // RFC 5155 §3
    ("NSEC3PARAM", 51, &[Code(&HASH), U8, U16, Salt]),                                  // RFC 5155 §4
    ("TLSA", 52, &[U8, U8, U8, Hex]),                                                   // RFC 6698 §2
    ("SMIMEA", 53, &[U8, U8, U8, Hex]),                                                 // RFC 8162 §2
    ("HIP", 55, &[HostIdentity, Names]),                                                // RFC 8005 §5
    ("NINFO", 56, &[Strings]),                                                          // draft-reid-dnsext-zs
    ("RKEY", 57, &[NoKeyFlags, Code(&PROTOCOL), Code(&ALGORITHM), Base64]),             // draft-reid-dnsext-rkey
    ("TALINK", 58, &[ExactName, ExactName]), // draft-wijngaards-dnsop-trust-history
    ("CDS", 59, &[U16, Code(&ALGORITHM), Digest(&DS)]), // RFC 7344 §3.1
    ("CDNSKEY", 60, &[KeyFlags, Code(&PROTOCOL), Code(&ALGORITHM), Base64]), // RFC 7344 §3.2
    ("OPENPGPKEY", 61, &[Base64]),           // RFC 7929 §2
    ("CSYNC", 62, &[U32, U16, Types]),       // RFC 7477 §2.1
    ("ZONEMD", 63, &[U32, U8, Digest(&ZONE)]), // RFC 8976 §2
    ("SVCB", 64, &[U16, ExactName, Parameters]), // RFC 9460 §2
    ("HTTPS", 65, &[U16, ExactName, Parameters]), // RFC 9460 §9
    ("DSYNC", 66, &[Type, Code(&SCHEME), U16, ExactName]), // RFC 9859 §2
    ("HHIT", 67, &[Base64]),                 // RFC 9886
    ("BRID", 68, &[Base64]),                 // RFC 9886
    ("SPF", 99, &[Strings]),                 // RFC 4408 §3.1.1
    ("UINFO", 100, &[]),                     // IANA, reserved
    ("UID", 101, &[]),                       // IANA, reserved
    ("GID", 102, &[]),                       // IANA, reserved
    ("UNSPEC", 103, &[]),                    // IANA, reserved
    ("NID", 104, &[U16, HalfIpv6]),          // RFC 6742 §2.1
    ("L32", 105, &[U16, Ipv4]),              // RFC 6742 §2.2
    ("L64", 106, &[U16, HalfIpv6]),          // RFC 6742 §2.3
    ("LP", 107, &[U16, Name]),               // RFC 6742 §2.4
    ("EUI48", 108, &[Eui(6)]),               // RFC 7043 §3
    ("EUI64", 109, &[Eui(8)]),               // RFC 7043 §4
    ("NXNAME", 128, &[]),                    // RFC 9824 §2
    ("TKEY", 249, &[Name, U32, U32, U16, Code(&ERROR), Sized, Sized]), // RFC 2930 §2
    ("TSIG", 250, &[Name, U48, U16, Sized, U16, Code(&ERROR), Sized]), // RFC 8945 §4.2
    ("IXFR", 251, &[]),                      // RFC 1995
    ("AXFR", 252, &[]),                      // RFC 5936
    ("MAILB", 253, &[]),                     // RFC 1035 §3.2.3
    ("MAILA", 254, &[]),                     // RFC 1035 §3.2.3
    ("ANY", 255, &[]),                       // RFC 8482
    ("URI", 256, &[U16, U16, Quoted]),       // RFC 7553 §4
    ("CAA", 257, &[U8, Tag, Rest]),          // RFC 8659 §4
    ("AVC", 258, &[Strings]),                // IANA, by Cisco
    ("DOA", 259, &[U32, U32, U8, String, DashBase64]), // draft-durand-doa-over-dns
    ("AMTRELAY", 260, &[U8, RelayKind, Gateway]), // RFC 8777 §4
    ("RESINFO", 261, &[Strings]),            // RFC 9606 §4
    ("WALLET", 262, &[Strings]),             // IANA, by P. Hoffman
    ("CLA", 263, &[Strings]),                // draft-johnson-dns-ipn-cla
    ("IPN", 264, &[U64]),                    // draft-johnson-dns-ipn-cla
    ("TA", 32768, &[U16, Code(&ALGORITHM), Digest(&DS)]), // IANA, by S. Weiler
    ("DLV", 32769, &[U16, Code(&ALGORITHM), Digest(&DS)]), // RFC 4431 §2
    ("KEYDATA", 65533, &[KeyData]),          // BIND's own
];

/// The fields of KEYDATA, whose octets may also be others.
pub(super) const KEY_DATA: &[Field] = &[Date, Date, Date, KeyFlags, Code(&PROTOCOL), Code(&ALGORITHM), MaybeKey];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::{Rdata, Reader, RecordType, words};

    /// Numbers that look like chance, small ones more often: lengths, kinds and ends of names are small.
    fn chance(state: &mut u64) -> u8 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let octet = (*state >> 33) as u8;
        if *state >> 62 == 0 { octet } else { octet & 7 }
    }

    /// Whatever octets a stranger sends: no panic, and what is taken is printed as a text that reads back.
    fn look(record_type: RecordType, octets: &[u8]) {
        let Ok(rdata) = Rdata::read(record_type, Reader::alone(octets)) else {
            let printed = Rdata::from_octets(octets.to_vec()).display(record_type).to_string();
            assert!(printed.starts_with("\\#"), "{record_type} {octets:?}: {printed}");
            return;
        };
        assert_eq!(rdata.octets(), octets);
        assert_eq!(rdata.canonical(record_type).len(), octets.len());
        let text = rdata.display(record_type).to_string();
        rdata.names(record_type);
        if record_type.is_data() || record_type == RecordType::TKEY {
            let back = Rdata::parse(record_type, &words(&text).unwrap());
            assert_eq!(back.as_ref(), Ok(&rdata), "{record_type} {text}");
        }
    }

    #[test]
    fn octets_of_chance_are_refused_or_read_back_from_their_text() {
        let mut state = 1;
        for (_, number, _) in TYPES {
            for length in 0..600 {
                let mut octets: Vec<u8> = (0..length % 60).map(|_| chance(&mut state)).collect();
                // Versions, flags and the like are often 0.
                octets.iter_mut().take(length % 7).for_each(|octet| *octet = 0);
                look(RecordType(*number), &octets);
            }
        }
    }

    #[test]
    fn each_corpus_text_survives_being_cut_anywhere() {
        let corpus = include_str!("../../../tests/data/rdata.txt");
        for line in corpus.lines().filter(|line| !line.starts_with(';')) {
            let (mnemonic, text) = line.split_once(' ').unwrap_or((line, ""));
            let (Ok(record_type), Ok(words)) = (mnemonic.parse::<RecordType>(), words(text)) else { continue };
            let Ok(rdata) = Rdata::parse(record_type, &words) else { continue };
            let octets = rdata.octets();
            for end in (0..=octets.len()).filter(|end| *end < 100 || *end == octets.len()) {
                look(record_type, &octets[..end]);
            }
            for at in 0..octets.len().min(30) {
                for octet in [0, 1, 63, 64, 192, 255] {
                    let mut other = octets.to_vec();
                    other[at] = octet;
                    look(record_type, &other);
                }
            }
        }
    }

    #[test]
    fn each_type_has_one_line_in_the_order_of_the_numbers() {
        assert!(TYPES.is_sorted_by(|(_, left, _), (_, right, _)| left < right));
        let mut mnemonics: Vec<&str> = TYPES.iter().map(|(mnemonic, ..)| *mnemonic).collect();
        mnemonics.sort_unstable();
        assert!(mnemonics.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
