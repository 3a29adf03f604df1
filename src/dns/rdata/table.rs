//! The record types: mnemonic, number, fields. One line each.

use super::field::Field::{self, *};
use super::field::{DS, SSH};

/// Every record type with a presentation form of its own, by number.
pub const TYPES: &[(&str, u16, &[Field])] = &[
    ("A", 1, &[Ipv4]),                                        // RFC 1035 §3.4.1
    ("NS", 2, &[Name]),                                       // RFC 1035 §3.3.11
    ("MD", 3, &[Name]),                                       // RFC 1035 §3.3.4
    ("MF", 4, &[Name]),                                       // RFC 1035 §3.3.5
    ("CNAME", 5, &[Name]),                                    // RFC 1035 §3.3.1
    ("SOA", 6, &[Name, Name, U32, Ttl, Ttl, Ttl, Ttl]),       // RFC 1035 §3.3.13
    ("MB", 7, &[Name]),                                       // RFC 1035 §3.3.3
    ("MG", 8, &[Name]),                                       // RFC 1035 §3.3.6
    ("MR", 9, &[Name]),                                       // RFC 1035 §3.3.8
    ("PTR", 12, &[Name]),                                     // RFC 1035 §3.3.12
    ("MINFO", 14, &[Name, Name]),                             // RFC 1035 §3.3.7
    ("MX", 15, &[U16, Name]),                                 // RFC 1035 §3.3.9
    ("TXT", 16, &[Strings]),                                  // RFC 1035 §3.3.14
    ("AAAA", 28, &[Ipv6]),                                    // RFC 3596 §2
    ("SRV", 33, &[U16, U16, U16, Name]),                      // RFC 2782
    ("NAPTR", 35, &[U16, U16, String, String, Regexp, Name]), // RFC 3403 §4
    ("DNAME", 39, &[Name]),                                   // RFC 6672 §2.1
    ("DS", 43, &[U16, Algorithm, Digest(DS)]),                // RFC 4034 §5
    ("SSHFP", 44, &[U8, Digest(SSH)]),                        // RFC 4255 §3
    ("TLSA", 52, &[U8, U8, U8, Hex]),                         // RFC 6698 §2
    ("SPF", 99, &[Strings]),                                  // RFC 4408 §3.1.1
    ("CAA", 257, &[U8, Tag, Rest]),                           // RFC 8659 §4
];
