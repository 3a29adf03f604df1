//! The house rules, as tests: the floors, the size of files, what the core must not touch, and loose ends.

use std::fs;
use std::path::{Path, PathBuf};

/// Each floor of src/ with all that it may use. Siblings on one floor do not know each other.
const FLOORS: &[(&str, &[&str])] = &[
    ("dns", &[]),
    ("proto", &["dns"]),
    ("source", &["dns"]),
    ("script", &["dns", "proto"]),
    ("net", &["dns", "proto", "script"]),
    ("address", &["dns", "source"]),
    ("state", &[]),
    ("config", &["dns", "source", "proto", "script"]),
    ("output", &["dns", "source", "proto", "script", "exit"]),
    ("prompt", &["dns", "proto", "script"]),
    (
        "commands",
        &["dns", "source", "proto", "script", "net", "address", "state", "config", "output", "prompt", "exit"],
    ),
    ("exit", &[]),
    ("cli", &["config", "output", "commands", "exit"]),
];

/// What decides must not perform: no clock, socket, file, environment, thread, task, chance or print.
const SANS_IO: &[&str] = &["dns", "source", "proto", "script"];
const FORBIDDEN: &[&str] = &[
    "SystemTime",
    "Instant",
    "std::net::Tcp",
    "std::net::Udp",
    "std::fs",
    "std::env",
    "std::io",
    "std::thread",
    "std::process",
    "tokio",
    "async ",
    ".await",
    "getrandom",
    "print!",
    "println!",
    "File::",
];

#[test]
fn every_floor_uses_only_what_lies_below_it() {
    let mut faults = Vec::new();
    for (path, text) in sources("src") {
        let floor = floor(&path);
        let Some((_, below)) = FLOORS.iter().find(|(name, _)| *name == floor) else {
            assert!(["lib", "main"].contains(&floor.as_str()), "{} stands on no floor", path.display());
            continue;
        };
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !is_comment(line)) {
            for (used, _) in FLOORS.iter().filter(|(used, _)| *used != floor && !below.contains(used)) {
                if line.contains(&format!("crate::{used}")) {
                    faults.push(format!("{}:{}: {floor} uses {used}", path.display(), number + 1));
                }
            }
            // A list in braces would hide what is used from this test.
            if line.contains("crate::{") {
                faults.push(format!("{}:{}: name the floors one by one", path.display(), number + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_decides_touches_no_clock_socket_file_environment_or_terminal() {
    let mut faults = Vec::new();
    for (path, text) in sources("src").into_iter().filter(|(path, _)| SANS_IO.contains(&floor(path).as_str())) {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !is_comment(line)) {
            for word in FORBIDDEN.iter().filter(|word| line.contains(**word)) {
                faults.push(format!("{}:{}: {word}", path.display(), number + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn only_output_prints() {
    for (path, text) in sources("src").into_iter().filter(|(path, _)| floor(path) != "output") {
        for word in ["print!(", "println!(", "stdout()", "stderr()"] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}

#[test]
fn no_file_is_longer_than_400_lines_and_each_says_what_it_owns() {
    let all = ["src", "tests", "examples"].into_iter();
    for (path, text) in all.flat_map(sources) {
        assert!(text.lines().count() <= 400, "{} has {} lines", path.display(), text.lines().count());
        assert!(text.starts_with("//! "), "{} does not open with what it owns", path.display());
    }
}

#[test]
fn there_are_no_loose_ends() {
    // Put together here, so that this file does not find itself.
    let loose = [["to", "do!"], ["unimpl", "emented!"], ["FIX", "ME"], ["XX", "X"], ["TO", "DO"], ["dbg", "!("]];
    let loose: Vec<String> = loose.iter().map(|parts| parts.concat()).collect();
    for (path, text) in ["src", "tests", "examples"].into_iter().flat_map(sources) {
        for word in &loose {
            assert!(!text.contains(word.as_str()), "{}: {word}", path.display());
        }
    }
}

#[test]
fn nothing_that_a_peer_or_a_user_can_influence_is_unwrapped() {
    for (path, text) in sources("src") {
        // Tests come last in a file, or are a file of their own.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        if path.file_name().is_some_and(|name| name == "tests.rs") {
            continue;
        }
        for (number, line) in code.lines().enumerate().filter(|(_, line)| !is_comment(line)) {
            for word in [".unwrap()", ".expect(", "panic!(", "unreachable!("] {
                assert!(!line.contains(word), "{}:{}: {word}", path.display(), number + 1);
            }
        }
    }
}

#[test]
fn every_option_is_in_the_readme_and_the_version_in_the_changelog() {
    let args: String = sources("src/config/args").into_iter().map(|(_, text)| text).collect();
    let readme = fs::read_to_string("README.md").unwrap();
    let mut long = false;
    let mut named = None;
    let mut options = Vec::new();
    for line in args.lines().map(str::trim) {
        long |= line.starts_with("#[arg(") && line.contains("long") && !line.contains("hide = true");
        named = line.split_once("long = \"").and_then(|(_, rest)| rest.split('"').next()).or(named);
        if let Some(field) = line.strip_prefix("pub ").filter(|_| long) {
            let own = field.split(':').next().unwrap().replace('_', "-");
            options.push(format!("--{}", named.take().map_or(own, str::to_owned)));
            long = false;
        }
    }
    assert!(options.len() > 12, "the options were not found: {options:?}");
    let missing: Vec<_> = options.iter().filter(|option| !readme.contains(option.as_str())).collect();
    assert!(missing.is_empty(), "not in README.md: {missing:?}");
    let changelog = fs::read_to_string("CHANGELOG.md").unwrap();
    assert!(changelog.contains(&format!("## {}", env!("CARGO_PKG_VERSION"))), "this version is not in CHANGELOG.md");
}

/// The floor that a file of src/ stands on.
fn floor(path: &Path) -> String {
    let first = path.components().nth(1).unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// Every Rust file below a folder, with its text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "there is nothing in {folder}");
    found
}
