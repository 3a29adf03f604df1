//! The options that the verbs share.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args as Group;
use zeroize::Zeroizing;

/// The options that every one-shot verb has.
#[derive(Debug, Group)]
pub struct Common {
    /// The key: a file of tsig-keygen or rndc-confgen, a line alg:name:secret, or a K*.private or K*.key file
    #[arg(short, long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Which key of the file, where it has several; else the first
    #[arg(long, value_name = "NAME")]
    pub key_name: Option<String>,
    /// The key itself, for nsupdate's sake: everybody on this machine can read it in the process list
    #[arg(short = 'y', value_name = "[HMAC:]NAME:SECRET", conflicts_with = "key")]
    pub literal_key: Option<Literal>,
    /// The primary, by name or address (repeatable: tried in turn). Else the one that the zone's SOA names
    #[arg(long, value_name = "HOST[:PORT]")]
    pub server: Vec<String>,
    /// The zone. Else it is found by SOA questions
    #[arg(long)]
    pub zone: Option<String>,
    /// TCP only
    #[arg(long, conflicts_with = "udp")]
    pub tcp: bool,
    /// UDP, but for what is too long for it
    #[arg(long)]
    pub udp: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub tls: TlsWords,
    /// Send from this address
    #[arg(long, value_name = "ADDR")]
    pub source: Option<IpAddr>,
    /// Whom to ask for the zone, its primary and its address, instead of /etc/resolv.conf (repeatable)
    #[arg(long, value_name = "ADDR[:PORT]")]
    pub resolver: Vec<String>,
    /// How long it may take in all, in seconds: 20
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: Option<u64>,
    /// The configuration file, whose server, key and TTL are used where nothing else is said
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
    /// Tell each step
    #[arg(short, long, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Say nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// DNS over TLS.
#[derive(Debug, Group)]
pub struct TlsWords {
    /// TLS only (RFC 7858), at port 853 unless another is given; the server proves itself, or nothing is sent
    #[arg(long, conflicts_with_all = ["tcp", "udp"])]
    pub tls: bool,
    /// Trust the CAs of this PEM file instead of the system's; one that is signed by itself is its own CA (repeatable)
    #[arg(long, value_name = "FILE")]
    pub tls_ca: Vec<PathBuf>,
    /// What the server's certificate must be for. Else the name or address that the server is given by
    #[arg(long, value_name = "NAME")]
    pub tls_hostname: Option<String>,
    /// The SHA-256 of the server's public key (repeatable). Without --tls-ca it decides alone
    #[arg(long, value_name = "BASE64")]
    pub tls_pin: Vec<String>,
    /// Our own certificate, where the server wants one: a PEM file
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Its private key: a PEM file that only its owner may read
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
}

/// A key that was written into the command line: wiped when dropped, and shown to nobody.
#[derive(Clone)]
pub struct Literal(Zeroizing<String>);

impl Literal {
    /// The text, for who reads the key out of it.
    pub(in crate::config) fn expose(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Literal {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(Zeroizing::new(text.to_owned())))
    }
}

impl std::fmt::Debug for Literal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Literal(not shown)")
    }
}
