//! A name server to try nsup on, with nothing installed: `cargo run --release --example sandbox`.
//!
//! Starts a small primary in memory on a loopback port (the one that the fault tests use, tests/primary), changes a name
//! on it by the very code of `nsup set`, has it follow an address by that of `nsup sync`, and shows each step. With
//! `--serve` it stays and prints commands to try.

#[path = "../tests/primary/mod.rs"]
mod primary;

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use nsup::config::parse_keys;

use primary::{Policy, Primary};

const NAME: &str = "cable.example.org";
const KEY: &str = include_str!("../keys/unsafe.key");

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => demonstrate(),
        ["--serve"] => serve(),
        // The demonstration's own nsup, in a process of its own.
        ["nsup", ..] => return nsup::cli::run(words.iter().map(Into::into)).into(),
        _ => Err("usage: sandbox [--serve]".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("sandbox: {why}");
            ExitCode::FAILURE
        }
    }
}

/// The main job: before, what is sent, the verified answer, after, and a second run that finds nothing to do; then the
/// same by a file that says which name follows which address.
fn demonstrate() -> Result<(), Box<dyn Error>> {
    let primary = start()?;
    let home = Home::new(&primary)?;
    let (server, before) = (primary.address(), primary.serial());
    println!("A primary for {NAME} runs on {server}, serial {before}. It knows the key of keys/unsafe.key,");
    println!("and lets it change the addresses of {NAME}. The zone:\n");
    show(&primary);
    let set = format!("set {NAME} 203.0.113.7 --server {server} -k {}", home.at("home.key").display());
    home.nsup("The line has got another address:", &format!("{set} --verbose"))?;
    expect(&primary, "203.0.113.7", before + 1)?;
    home.nsup("Once more, as cron would:", &set)?;
    expect(&primary, "203.0.113.7", before + 1)?;
    println!("\nNow by itself. {} says:\n", home.at("nsup.toml").display());
    fs::read_to_string(home.at("nsup.toml"))?.lines().for_each(|line| println!("    {line}"));
    let sync = format!("sync --config {}", home.at("nsup.toml").display());
    fs::write(home.at("address"), "203.0.113.8\n")?;
    home.nsup("The line has got another address:", &sync)?;
    expect(&primary, "203.0.113.8", before + 2)?;
    home.nsup("Nothing has changed, so nothing is said or written:", &sync)?;
    expect(&primary, "203.0.113.8", before + 2)?;
    println!("\nThe zone now, its other records untouched:\n");
    show(&primary);
    println!("\nTry it yourself: cargo run --release --example sandbox -- --serve");
    Ok(())
}

/// What the zone has to hold after a step.
fn expect(primary: &Primary, address: &str, serial: u32) -> Result<(), Box<dyn Error>> {
    if primary.records(NAME, "A") != [address] || primary.serial() != serial {
        return Err(format!("{NAME} should have {address}, and the zone the serial {serial}").into());
    }
    println!("\nExit status 0, serial {serial}.");
    Ok(())
}

/// Stays until it is interrupted.
fn serve() -> Result<(), Box<dyn Error>> {
    let primary = start()?;
    let (server, ip, port) = (primary.address(), primary.address().ip(), primary.address().port());
    println!("A primary for {NAME} runs on {server} until you press Ctrl-C. In another terminal, here:\n");
    println!("    chmod 600 keys/*unsafe*");
    println!("    cargo run --release -- set {NAME} 203.0.113.7 -k keys/unsafe.key --server {server} -v");
    println!("    cargo run --release -- add {NAME} AAAA 2001:db8::7 -k keys/unsafe.key --server {server}");
    println!("    cargo run --release -- get {NAME} -k keys/unsafe.key --server {server}");
    println!("    cargo run --release -- set www.{NAME} 203.0.113.7 -k keys/unsafe.key --server {server}");
    println!(
        "    printf 'server {ip} {port}\\nzone {NAME}\\nupdate delete {NAME} A\\nsend\\n' | nsupdate -k keys/unsafe.key"
    );
    println!("    dig @{ip} -p {port} {NAME} ANY");
    std::io::stdout().flush()?;
    loop {
        std::thread::park();
    }
}

/// The server with the zone of the README.
fn start() -> Result<Primary, Box<dyn Error>> {
    let keys = parse_keys(KEY, "unsafe.key")?;
    let key = keys.into_iter().next().ok_or("there is no key in keys/unsafe.key")?.key;
    let builder = Primary::builder(NAME)
        .record("cable.example.org. 300 A 198.51.100.4")
        .record("cable.example.org. 3600 MX 10 mail.example.org.")
        .record("cable.example.org. 3600 TXT \"v=spf1 mx -all\"")
        .key(key, Policy::names(&[(NAME, "A AAAA")]));
    Ok(builder.start()?)
}

fn show(primary: &Primary) {
    primary.all().iter().for_each(|line| println!("    {line}"));
}

/// A directory with nsup.toml and a copy of the key that only we may read, as nsup demands it and git does not keep it.
/// Removed when dropped.
struct Home(tempfile::TempDir);

impl Home {
    fn new(primary: &Primary) -> Result<Self, Box<dyn Error>> {
        let home = Self(tempfile::tempdir()?);
        let mut key = OpenOptions::new().write(true).create_new(true).mode(0o600).open(home.at("home.key"))?;
        key.write_all(KEY.as_bytes())?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o644).open(home.at("nsup.toml"))?;
        writeln!(file, "server = \"{}\"\nkey = \"home.key\"", primary.address())?;
        writeln!(file, "allow-private = true # 203.0.113.0/24 is for documentation\n\n[[name]]\nname = \"{NAME}\"")?;
        writeln!(file, "ipv4 = \"command:cat {}\" # at home: \"interface:ppp0\"", home.at("address").display())?;
        Ok(home)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs nsup with these words, and shows them.
    fn nsup(&self, title: &str, words: &str) -> Result<(), Box<dyn Error>> {
        println!("\n{title}\n\n    $ nsup {words}\n");
        let mut nsup = Command::new(std::env::current_exe()?);
        nsup.arg("nsup").args(words.split(' ')).stdin(Stdio::null());
        let status = nsup.env("RUNTIME_DIRECTORY", self.at("run")).env("STATE_DIRECTORY", self.at("state")).status()?;
        if status.success() { Ok(()) } else { Err(format!("this should not have happened: {status}").into()) }
    }
}
