//! A name server to try nsup on, with nothing installed: `cargo run --release --example sandbox`.
//!
//! Starts a small primary in memory on a loopback port (the one that the fault tests use, tests/primary), changes a name
//! on it by the very code of `nsup set`, and shows each step. With `--serve` it stays and prints commands to try.

#[path = "../tests/primary/mod.rs"]
mod primary;

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use nsup::config::parse_keys;
use nsup::exit::Exit;

use primary::{Policy, Primary};

const NAME: &str = "cable.example.org";
const KEY: &str = include_str!("../keys/unsafe.key");

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => demonstrate(),
        ["--serve"] => serve(),
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

/// The main job: before, what is sent, the verified answer, after, and a second run that finds nothing to do.
fn demonstrate() -> Result<(), Box<dyn Error>> {
    let primary = start()?;
    let key = KeyFile::write()?;
    let (server, before) = (primary.address(), primary.serial());
    println!("A primary for {NAME} runs on {server}, serial {before}. It knows the key of keys/unsafe.key,");
    println!("and lets it change the addresses of {NAME}. The zone:\n");
    show(&primary);
    let set = format!("set {NAME} 203.0.113.7 --server {server} -k {}", key.0.display());
    for (title, words, addresses, serial) in [
        ("The line has got another address:", format!("{set} --verbose"), ["203.0.113.7"], before + 1),
        ("Once more, as cron would:", set, ["203.0.113.7"], before + 1),
    ] {
        println!("\n{title}\n\n    $ nsup {words}\n");
        let exit = nsup::cli::run(std::iter::once("nsup").chain(words.split(' ')).map(Into::into));
        if exit != Exit::Done || primary.records(NAME, "A") != addresses || primary.serial() != serial {
            return Err(format!("this should not have happened: exit status {}", exit.code()).into());
        }
        println!("\nExit status {}, serial {}.", exit.code(), primary.serial());
    }
    println!("\nThe zone now, its other records untouched:\n");
    show(&primary);
    println!("\nTry it yourself: cargo run --release --example sandbox -- --serve");
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

/// A copy of the key that only we may read, as nsup demands it and git does not keep it. Removed when dropped.
struct KeyFile(PathBuf);

impl KeyFile {
    fn write() -> Result<Self, Box<dyn Error>> {
        let path = std::env::temp_dir().join(format!("nsup-sandbox-{}.key", std::process::id()));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        let written = Self(path);
        file.write_all(KEY.as_bytes())?;
        Ok(written)
    }
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        let path: &Path = &self.0;
        let _ = fs::remove_file(path);
    }
}
