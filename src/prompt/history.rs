//! Which lines are remembered: the last thousand that differ, and none with a secret.

use crate::script::holds_secret;

use super::file::File;

/// How many lines are remembered.
pub(super) const LIMIT: usize = 1000;

/// Lines, the newest last, and the file that keeps them.
pub(super) struct History {
    lines: Vec<String>,
    file: Option<File>,
}

impl History {
    /// Begins with the lines that the file has.
    pub(super) fn open(file: Option<File>) -> Self {
        let mut history = Self { lines: Vec::new(), file };
        for line in history.file.iter().flat_map(File::read) {
            push(&mut history.lines, &line);
        }
        history
    }

    /// Remembers a line; whether it was one to be remembered.
    pub(super) fn add(&mut self, line: &str) -> bool {
        let added = push(&mut self.lines, line);
        if let Some(file) = self.file.as_ref().filter(|_| added) {
            file.change(|lines| {
                // What another session has added since stays; a secret that another program left there does not.
                let mut kept = Vec::new();
                for old in lines.iter().map(String::as_str).chain([line]) {
                    push(&mut kept, old);
                }
                kept
            });
        }
        added
    }

    /// The lines, the newest last.
    pub(super) fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }
}

fn push(lines: &mut Vec<String>, line: &str) -> bool {
    let line = line.trim_end();
    if line.trim_start().is_empty() || holds_secret(line) {
        return false;
    }
    lines.retain(|old| old != line);
    lines.push(line.to_owned());
    if lines.len() > LIMIT {
        lines.drain(..lines.len() - LIMIT);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remembered(lines: &[&str]) -> Vec<String> {
        let mut history = History::open(None);
        for line in lines {
            history.add(line);
        }
        history.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_line_is_remembered_once_where_it_was_said_last() {
        assert_eq!(remembered(&["show", "send", "", "  ", "show ", "quit", "quit"]), ["send", "show", "quit"]);
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let lines: Vec<String> = (0..1003).map(|number| format!("ttl {number}")).collect();
        let kept = remembered(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!((kept.len(), kept[0].as_str()), (1000, "ttl 3"));
    }

    #[test]
    fn a_line_with_a_secret_is_never_remembered() {
        let secrets = [
            "key k c2VjcmV0",
            " \tKEY k c2VjcmV0",
            "Key\tk c2VjcmV0",
            "; key k c2VjcmV0",
            "kye k c2VjcmV0",
            "prereq key k c2VjcmV0",
            "add hmac-sha256:k c2VjcmV0",
        ];
        assert_eq!(remembered(&secrets), [""; 0]);
        assert_eq!(remembered(&["add key.example. 60 KEY 0 3 8 AA=="]).len(), 1);
    }
}
