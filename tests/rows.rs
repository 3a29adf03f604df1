//! The table of tests/README.md: each row names a test, and each test that it names exists.

use std::fs;

#[test]
fn each_row_of_the_table_names_tests_that_exist() {
    let readme = fs::read_to_string("tests/README.md").unwrap();
    let is_row = |line: &&str| line.starts_with("| ") && !line.starts_with("| ---") && !line.ends_with("| tests |");
    let rows: Vec<&str> = readme.lines().filter(is_row).collect();
    for number in 1..=15 {
        let rule = format!("| R{number} |");
        assert_eq!(rows.iter().filter(|row| row.starts_with(&rule)).count(), 1, "{rule}");
    }
    assert!(rows.len() >= 50, "rows are missing: {}", rows.len());
    for row in rows {
        let named: Vec<_> = row.split('`').skip(1).step_by(2).filter_map(|name| name.split_once("::")).collect();
        assert!(!named.is_empty(), "{row} names no test");
        for (file, test) in named {
            assert!(is_test(file, test), "there is no test {file}::{test}");
        }
    }
}

/// Whether a file of tests/ or src/ has a test of this name.
fn is_test(file: &str, test: &str) -> bool {
    let places = [format!("tests/{file}.rs"), format!("src/{file}.rs")];
    places.iter().filter_map(|place| fs::read_to_string(place).ok()).any(|text| {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let function = format!("fn {test}()");
        let is_its =
            |pair: &[&str]| pair[0].ends_with("test]") && pair[1].trim_start_matches("async ").starts_with(&function);
        lines.windows(2).any(is_its)
    })
}
