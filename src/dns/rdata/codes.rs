//! The mnemonics of numbers in RDATA, as IANA registers them and BIND reads them.

use super::number::Codes;

/// DNSSEC's algorithms (RFC 4034 appendix A.1 and the registry it founded).
pub(super) const ALGORITHM: Codes = Codes {
    octets: 1,
    list: &[
        ("RSAMD5", 1),
        ("DH", 2),
        ("DSA", 3),
        ("RSASHA1", 5),
        ("NSEC3DSA", 6),
        ("NSEC3RSASHA1", 7),
        ("RSASHA256", 8),
        ("RSASHA512", 10),
        ("ECCGOST", 12),
        ("ECDSAP256SHA256", 13),
        ("ECDSA256", 13),
        ("ECDSAP384SHA384", 14),
        ("ECDSA384", 14),
        ("ED25519", 15),
        ("ED448", 16),
        ("INDIRECT", 252),
        ("PRIVATEDNS", 253),
        ("PRIVATEOID", 254),
    ],
    shown: false,
    wanted: "a DNSSEC algorithm, as number or mnemonic",
};

/// The same in a CERT, which prints them (RFC 4398 §2.2).
pub(super) const CERTIFICATE_ALGORITHM: Codes = Codes { shown: true, ..ALGORITHM };

/// The types of certificates (RFC 4398 §2.1).
pub(super) const CERTIFICATE: Codes = Codes {
    octets: 2,
    list: &[
        ("PKIX", 1),
        ("SPKI", 2),
        ("PGP", 3),
        ("IPKIX", 4),
        ("ISPKI", 5),
        ("IPGP", 6),
        ("ACPKIX", 7),
        ("IACPKIX", 8),
        ("URI", 253),
        ("OID", 254),
    ],
    shown: true,
    wanted: "the type of a certificate, as number or mnemonic",
};

/// What a key is for (RFC 2535 §3.1.3).
pub(super) const PROTOCOL: Codes = Codes {
    octets: 1,
    list: &[("NONE", 0), ("TLS", 1), ("EMAIL", 2), ("DNSSEC", 3), ("IPSEC", 4), ("ALL", 255)],
    shown: false,
    wanted: "a protocol, as number or mnemonic",
};

/// NSEC3's hash algorithms (RFC 5155 §11).
pub(super) const HASH: Codes =
    Codes { octets: 1, list: &[("SHA-1", 1)], shown: false, wanted: "a hash algorithm, as number or mnemonic" };

/// What is done at the target of a DSYNC (RFC 9859 §2.3).
pub(super) const SCHEME: Codes =
    Codes { octets: 1, list: &[("NOTIFY", 1)], shown: true, wanted: "a scheme, as number or mnemonic" };

/// The errors of TSIG and TKEY (RFC 8945 §3, RFC 2930 §2.6).
pub(super) const ERROR: Codes = Codes {
    octets: 2,
    list: &[
        ("NOERROR", 0),
        ("FORMERR", 1),
        ("SERVFAIL", 2),
        ("NXDOMAIN", 3),
        ("NOTIMP", 4),
        ("REFUSED", 5),
        ("YXDOMAIN", 6),
        ("YXRRSET", 7),
        ("NXRRSET", 8),
        ("NOTAUTH", 9),
        ("NOTZONE", 10),
        ("RESERVED11", 11),
        ("RESERVED12", 12),
        ("RESERVED13", 13),
        ("RESERVED14", 14),
        ("RESERVED15", 15),
        ("BADSIG", 16),
        ("BADKEY", 17),
        ("BADTIME", 18),
        ("BADMODE", 19),
        ("BADNAME", 20),
        ("BADALG", 21),
        ("BADTRUNC", 22),
    ],
    shown: true,
    wanted: "an error, as number or mnemonic",
};
