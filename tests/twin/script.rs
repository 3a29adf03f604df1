//! A script: the data file in its sections.

use std::fs;

use super::run::Outcome;

const FOLDER: &str = "tests/scripts";

/// The sections that every script may have; `file` and `nsup` have a second word.
const SECTIONS: [&str; 5] = ["run", "stdin", "clock", "exit", "zone"];

/// One script, placeholders still in it.
pub(crate) struct Script {
    /// `nsupdate` or `knsupdate`.
    pub(crate) program: String,
    /// The name of the file without its ending; the zones are called after it.
    pub(crate) name: String,
    /// The sentence that says what it pins.
    pub(crate) behaviour: String,
    sections: Vec<(String, String)>,
}

impl Script {
    /// All scripts of a program, by name.
    pub(crate) fn all(program: &str) -> Vec<Script> {
        let mut scripts = Vec::new();
        let folder = format!("{FOLDER}/{program}");
        for entry in fs::read_dir(&folder).unwrap_or_else(|why| panic!("{folder}: {why}")) {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            assert_eq!(path.extension().and_then(|ending| ending.to_str()), Some("txt"), "{}", path.display());
            scripts.push(Script::parse(program, &name, &fs::read_to_string(&path).unwrap()));
        }
        scripts.sort_by(|one, other| one.name.cmp(&other.name));
        scripts
    }

    fn parse(program: &str, name: &str, text: &str) -> Self {
        let place = format!("{FOLDER}/{program}/{name}.txt");
        let mut behaviour = Vec::new();
        let mut sections: Vec<(String, String)> = Vec::new();
        for line in text.lines() {
            let heading = line.strip_prefix("-- ").and_then(|line| line.strip_suffix(" --"));
            match (heading, sections.last_mut()) {
                (Some(heading), _) => {
                    let first = heading.split(' ').next().unwrap_or_default();
                    let is_known = SECTIONS.contains(&heading) || ["file", "nsup"].contains(&first);
                    assert!(is_known, "{place}: there is no section {heading:?}");
                    sections.push((heading.to_owned(), String::new()));
                }
                (None, Some((_, section))) => {
                    section.push_str(line);
                    section.push('\n');
                }
                (None, None) => behaviour.push(line),
            }
        }
        let behaviour = behaviour.join(" ");
        assert!(behaviour.ends_with('.'), "{place} does not open with a sentence");
        Script { program: program.to_owned(), name: name.to_owned(), behaviour, sections }
    }

    /// Where it stands.
    pub(crate) fn path(&self) -> String {
        format!("{FOLDER}/{}/{}.txt", self.program, self.name)
    }

    /// Whether a placeholder occurs in it.
    pub(crate) fn uses(&self, placeholder: &str) -> bool {
        self.sections.iter().any(|(_, text)| text.contains(placeholder))
    }

    /// The standard input.
    pub(crate) fn stdin(&self) -> &str {
        self.section("stdin").unwrap_or_default()
    }

    /// The words of the command line, in one line.
    pub(crate) fn words_as_written(&self) -> &str {
        let usual = if self.program == "knsupdate" { "-k twin.line" } else { "-k twin.key" };
        self.section("run").map_or(usual, str::trim)
    }

    /// The words of the command line.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        // What stands between two quotes is every second piece.
        for (number, piece) in self.words_as_written().split('"').enumerate() {
            match number % 2 {
                0 => words.extend(piece.split_whitespace().map(str::to_owned)),
                _ => words.push(piece.to_owned()),
            }
        }
        words
    }

    /// The files it brings, each with its text.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        let sections = self.sections.iter();
        sections.filter_map(|(heading, text)| Some((heading.strip_prefix("file ")?, text.as_str())))
    }

    /// How wrong its clock is.
    pub(crate) fn clock(&self) -> Option<&str> {
        self.section("clock").map(str::trim)
    }

    /// What nsup gives where an aspect may differ.
    pub(crate) fn ours(&self, aspect: &str) -> Option<&str> {
        self.section(&format!("nsup {aspect}"))
    }

    /// Why the script does not do what it is there for; `None` if it does.
    pub(crate) fn dishonest(&self, stock: &Outcome) -> Option<String> {
        let exit = self.section("exit").map_or("0", str::trim);
        if stock.exit.to_string() != exit {
            return Some(format!("the stock program was to end with {exit}"));
        }
        let expected = repeated(self.section("zone").unwrap_or_default());
        let mut expected: Vec<&str> = expected.lines().collect();
        expected.sort_unstable();
        let found: Vec<&str> = stock.changes.iter().map(String::as_str).collect();
        (expected != found).then(|| {
            format!("the stock program was to change\n{}\n  and changed\n{}", expected.join("\n"), found.join("\n"))
        })
    }

    fn section(&self, wanted: &str) -> Option<&str> {
        let section = self.sections.iter().find(|(heading, _)| heading == wanted);
        section.map(|(_, text)| text.as_str())
    }
}

/// Lets lines stand as often, and letters as many times, as the text says.
pub(crate) fn repeated(text: &str) -> String {
    let mut lines = String::new();
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("@repeat ").and_then(|rest| rest.split_once(' ')) {
            Some((times, line)) => {
                let times: usize = times.parse().expect("@repeat has a number");
                lines.extend((1..=times).map(|number| line.replace("@N@", &number.to_string()).replace("@LF@", "\n")));
            }
            None => lines += line,
        }
    }
    let mut text = String::new();
    let mut rest = lines.as_str();
    while let Some((before, after)) = rest.split_once('@') {
        text += before;
        let times = after.split_once('@').and_then(|(inside, after)| {
            let (times, what) = inside.split_once('*')?;
            Some((what.repeat(times.parse().ok()?), after))
        });
        match times {
            Some((many, after)) => {
                text += &many;
                rest = after;
            }
            None => {
                text.push('@');
                rest = after;
            }
        }
    }
    text + rest
}
