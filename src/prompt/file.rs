//! The file that keeps lines from one session to the next.
//!
//! Ours has a line each; knsupdate's is libedit's: a heading, and blanks, backslashes and whatever is not printable as
//! `\` and three octal digits, so that both programs can take turns on one file.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::PathBuf;

/// The heading of libedit's files.
const HEADING: &str = "_HiStOrY_V2_";

/// More than a thousand lines need; a longer file is another thing, and is let alone.
const LONGEST: u64 = 16 << 20;

/// A file of lines.
pub(super) struct File {
    path: PathBuf,
    libedit: bool,
}

impl File {
    /// A line each.
    pub(super) fn plain(path: PathBuf) -> Self {
        Self { path, libedit: false }
    }

    /// libedit's form.
    pub(super) fn of_libedit(path: PathBuf) -> Self {
        Self { path, libedit: true }
    }

    /// Its lines; none where it cannot be read.
    pub(super) fn read(&self) -> Vec<String> {
        let text = fs::File::open(&self.path).ok().filter(is_ordinary).and_then(|mut file| text(&mut file).ok());
        self.lines(&text.unwrap_or_default())
    }

    /// Changes its lines while nobody else does. Where that fails, nothing is kept, and the session goes on.
    pub(super) fn change(&self, change: impl FnOnce(Vec<String>) -> Vec<String>) {
        // A convenience, which nobody is to be bothered with when it fails.
        let _ = self.try_change(change);
    }

    fn try_change(&self, change: impl FnOnce(Vec<String>) -> Vec<String>) -> std::io::Result<()> {
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let mut options = OpenOptions::new();
        let mut file = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(&self.path)?;
        // It may lead to /dev/null, or be something that has no end.
        if !is_ordinary(&file) {
            return Ok(());
        }
        file.lock()?;
        file.set_permissions(Permissions::from_mode(0o600))?;
        let lines = change(self.lines(&text(&mut file)?));
        let octets = self.octets(&lines);
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&octets)?;
        file.set_len(octets.len() as u64)
    }

    fn lines(&self, text: &[u8]) -> Vec<String> {
        let lines = text.split(|octet| *octet == b'\n');
        let lines = lines.skip_while(|line| self.libedit && *line == HEADING.as_bytes());
        let read = |line: &[u8]| if self.libedit { decoded(line) } else { line.to_vec() };
        lines.filter_map(|line| String::from_utf8(read(line)).ok()).filter(|line| !line.is_empty()).collect()
    }

    fn octets(&self, lines: &[String]) -> Vec<u8> {
        let mut octets = if self.libedit { format!("{HEADING}\n").into_bytes() } else { Vec::new() };
        for line in lines {
            let line = if self.libedit { encoded(line) } else { line.clone() };
            octets.extend(line.bytes());
            octets.push(b'\n');
        }
        octets
    }
}

fn is_ordinary(file: &fs::File) -> bool {
    file.metadata().is_ok_and(|found| found.is_file() && found.len() <= LONGEST)
}

fn text(file: &mut fs::File) -> std::io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    file.take(LONGEST).read_to_end(&mut octets)?;
    Ok(octets)
}

fn encoded(line: &str) -> String {
    let octet = |octet: u8| match octet {
        b'!'..=b'~' if octet != b'\\' => char::from(octet).to_string(),
        _ => format!("\\{octet:03o}"),
    };
    line.bytes().map(octet).collect()
}

fn decoded(line: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(line.len());
    let mut rest = line;
    while let [first, after @ ..] = rest {
        let (octet, after) = match rest {
            [b'\\', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..] => {
                ((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'), after)
            }
            [b'\\', b'\\', after @ ..] => (b'\\', after),
            _ => (*first, after),
        };
        octets.push(octet);
        rest = after;
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("nsup-history-{}-{name}", std::process::id()))
    }

    #[test]
    fn a_file_is_made_with_its_folder_for_its_owner_only_and_read_back() {
        let folder = folder("made");
        let path = folder.join("state/nsup/history");
        let file = File::plain(path.clone());
        assert_eq!(file.read(), [""; 0]);
        file.change(|_| vec!["zone example.test".to_owned()]);
        file.change(|lines| lines.into_iter().chain(["add ü \"\\;\"".to_owned()]).collect());
        assert_eq!(file.read(), ["zone example.test", "add ü \"\\;\""]);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
        file.change(|_| vec!["show".to_owned()]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "show\n");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn knsupdate_s_file_is_the_one_that_libedit_writes() {
        let written = "_HiStOrY_V2_\nzone\\040example.test\nadd\\040a\\040TXT\\040\"a\\134\\134b;c#\"\\040\n";
        let file = File::of_libedit(PathBuf::new());
        let lines = ["zone example.test".to_owned(), "add a TXT \"a\\\\b;c#\" ".to_owned()];
        assert_eq!(file.lines(written.as_bytes()), lines);
        assert_eq!(file.octets(&lines), written.as_bytes());
    }

    #[test]
    fn what_is_no_ordinary_file_is_let_alone() {
        let before = fs::metadata("/dev/null").unwrap().permissions().mode();
        File::plain("/dev/null".into()).change(|_| vec!["show".to_owned()]);
        assert_eq!(fs::metadata("/dev/null").unwrap().permissions().mode(), before);
        File::plain("/".into()).change(|_| vec!["show".to_owned()]);
        assert_eq!(File::plain("/dev/zero".into()).read(), [""; 0]);
    }
}
