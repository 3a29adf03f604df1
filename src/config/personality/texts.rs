//! What the programs show of themselves: usage, version, types; and how BIND says what the system says.

use std::io;

use super::super::secure_file::in_words;
use super::Personality;

/// The options that are understood under nsupdate's name. What is refused by name is not among them.
pub(super) const NSUPDATE_USAGE: &str = "usage: nsupdate [-CdDi] [-L level] [-l] [-y keyname:secret | -k keyfile] \
    [-p port] [ -S [-K tlskeyfile] [-E tlscertfile] [-A tlscafile] [-H tlshostname] [-O] ] [-r udpretries] [-t timeout] \
    [-u udptimeout] [-v] [-V] [-P] [-T] [-4 | -6] [filename]\n";

/// The options that are understood under knsupdate's name.
pub(super) const KNSUPDATE_USAGE: &str = "Usage: knsupdate [-d] [-v] [-k keyfile | -y [hmac:]name:key]
                 [-p port] [-t timeout] [-r retries]
                 [-S [-A[cafile]] [-P pin] [-H hostname] [-s sni] [-E certfile -K keyfile]]
                 [filename ...]
";

/// The types that BIND 9.18.49 lists for `-T`, in its order. Those that it lists for `-P`, private ones, are none.
const TYPES: &str = "A NS MD MF CNAME SOA MB MG MR NULL WKS PTR HINFO MINFO MX TXT RP AFSDB X25 ISDN RT NSAP NSAP-PTR SIG \
    KEY PX GPOS AAAA LOC NXT EID NIMLOC SRV ATMA NAPTR KX CERT A6 DNAME SINK APL DS SSHFP IPSECKEY RRSIG NSEC DNSKEY DHCID \
    NSEC3 NSEC3PARAM TLSA SMIMEA HIP NINFO RKEY TALINK CDS CDNSKEY OPENPGPKEY CSYNC ZONEMD SVCB HTTPS DSYNC HHIT BRID SPF \
    UINFO UID GID UNSPEC NID L32 L64 LP EUI48 EUI64 URI CAA AVC DOA AMTRELAY RESINFO WALLET TA DLV";

/// What `-T` of nsupdate shows, one type a line.
pub(super) fn types() -> String {
    TYPES.split_whitespace().fold(String::new(), |text, word| text + word + "\n")
}

/// What `-V` shows: who this is, and whose place it takes.
pub(super) fn version(personality: Personality) -> String {
    format!("nsup {} (as {})\n", env!("CARGO_PKG_VERSION"), personality.name())
}

/// An error of the system as BIND puts it.
pub(super) fn in_words_of_bind(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "file not found".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "not a file".to_owned(),
        io::ErrorKind::NotADirectory | io::ErrorKind::InvalidInput => "invalid file".to_owned(),
        _ => in_words(error),
    }
}
