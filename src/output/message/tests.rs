//! Messages against what the programs themselves printed of them: the octets and the text of each are in two files.

use super::*;

/// The octets and the text of each message that a program printed, with the case's name.
fn observed(program: &str, file: &'static str) -> Vec<(&'static str, Vec<u8>, String)> {
    let mut all = Vec::new();
    for line in file.lines().filter(|line| !line.starts_with("; ")) {
        match line.strip_prefix('|') {
            Some(text) => {
                let (_, _, whole): &mut (_, _, String) = all.last_mut().unwrap();
                whole.push_str(text);
                whole.push('\n');
            }
            None => {
                let (head, case) = line.split_once(" ; ").unwrap();
                let (_, hex) = head.split_once(' ').unwrap();
                all.push((
                    if head.starts_with(&format!("{program} ")) { case } else { "" },
                    octets(hex),
                    String::new(),
                ));
            }
        }
    }
    all.retain(|(case, ..)| !case.is_empty());
    all
}

fn octets(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// How many of a program's messages were compared, and all that are told in another way.
fn compare(program: &str, file: &'static str, print: impl Fn(&Message<'_>) -> String) -> (usize, String) {
    let all = observed(program, file);
    let mut faults = String::new();
    for (case, octets, wanted) in &all {
        let text = print(&Message::walk(octets).unwrap());
        if text != *wanted {
            faults += &format!("{case}:\n--- wanted\n{wanted:?}\n--- printed\n{text:?}\n");
        }
    }
    (all.len(), faults)
}

#[test]
fn messages_are_printed_as_nsupdate_prints_them() {
    let (count, faults) = compare("nsupdate", include_str!("observed.txt"), as_nsupdate);
    assert!(count > 100, "{count}");
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn messages_are_printed_as_knsupdate_prints_them() {
    let (count, faults) = compare("knsupdate", include_str!("observed.txt"), as_knsupdate);
    assert!(count > 60, "{count}");
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn data_of_every_type_is_printed_as_nsupdate_prints_it() {
    let (count, faults) = compare("nsupdate", include_str!("observed_types.txt"), as_nsupdate);
    assert!(count > 70, "{count}");
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn data_of_every_type_is_printed_as_knsupdate_prints_it() {
    let (count, faults) = compare("knsupdate", include_str!("observed_types.txt"), as_knsupdate);
    assert!(count > 70, "{count}");
    assert!(faults.is_empty(), "{faults}");
}

/// An update of `example.test.`: a prerequisite, a record, a delete.
const UPDATE: &[u8] = b"\x2f\xc4\x28\0\0\x01\0\x01\0\x02\0\0\x07example\x04test\0\0\x06\0\x01\
    \x01n\xc0\x0c\0\xff\0\xfe\0\0\0\0\0\0\x01a\xc0\x0c\0\x01\0\x01\0\0\x01\x2c\0\x04\xc0\0\x02\x01\
    \x01b\xc0\x0c\0\x10\0\xff\0\0\0\0\0\0";

#[test]
fn show_tells_neither_id_nor_counts_and_no_zone_that_nobody_gave() {
    let message = Message::walk(UPDATE).unwrap();
    let head = ";; ->>HEADER<<- opcode: UPDATE, status: NOERROR, id:      0\n\
                ;; flags:; ZONE: 0, PREREQ: 0, UPDATE: 0, ADDITIONAL: 0\n";
    let zone = ";; ZONE SECTION:\n;example.test.\t\t\tIN\tSOA\n\n";
    let rest = ";; PREREQUISITE SECTION:\nn.example.test.\t\t0\tNONE\tANY\t\n\n\
                ;; UPDATE SECTION:\na.example.test.\t\t300\tIN\tA\t192.0.2.1\nb.example.test.\t\t0\tANY\tTXT\t\n\n";
    assert_eq!(as_nsupdate_show(&message, true), format!("{head}{zone}{rest}"));
    assert_eq!(as_nsupdate_show(&message, false), format!("{head}{rest}"));
    let sent = ";; ->>HEADER<<- opcode: UPDATE, status: NOERROR, id:  12228\n\
                ;; flags:; ZONE: 1, PREREQ: 1, UPDATE: 2, ADDITIONAL: 0\n";
    assert_eq!(as_nsupdate_outgoing(&message, true), format!("{sent}{zone}{rest}"));
    assert_eq!(as_nsupdate_outgoing(&message, false), format!("{sent}{rest}"));
}

#[test]
fn knsupdate_shows_the_message_as_it_will_be() {
    let message = Message::walk(UPDATE).unwrap();
    let wanted = ";; ->>HEADER<<- opcode: UPDATE; status: NOERROR; id: 12228\n\
                  ;; Flags: ; ZONE: 1; PREREQ: 1; UPDATE: 2; ADDITIONAL: 0\n\n\
                  ;; ZONE SECTION:\n;; example.test.       \t\tIN\tSOA\n\n\
                  ;; PREREQUISITE SECTION:\nn.example.test.     \t0\tNONE\tANY\t\n\n\
                  ;; UPDATE SECTION:\na.example.test.     \t300\tIN\tA\t192.0.2.1\nb.example.test.     \t0\tANY\tTXT\t\n";
    assert_eq!(as_knsupdate(&message), wanted);
    let empty = ";; ->>HEADER<<- opcode: QUERY; status: NOERROR; id: 0\n\
                 ;; Flags: ; ZONE: 0; PREREQ: 0; UPDATE: 0; ADDITIONAL: 0\n";
    assert_eq!(knsupdate_empty(), empty);
}

#[test]
fn no_change_of_one_octet_makes_it_panic_or_lets_a_control_character_through() {
    for (_, octets, _) in observed("nsupdate", include_str!("observed.txt")).into_iter().step_by(7) {
        for place in 0..octets.len() {
            for value in [0, 1, 27, 155, 192, 255] {
                let mut changed = octets.clone();
                changed[place] = value;
                let Ok(message) = Message::walk(&changed) else { continue };
                for text in [as_nsupdate(&message), as_knsupdate(&message)] {
                    let control = |c: char| c.is_control() && c != '\n' && c != '\t';
                    assert!(!text.contains(control), "{text:?}");
                }
            }
        }
    }
}
