//! cmd=, cmdv4= and cmdv6=: a program that prints the address.

/// What only a shell makes something of.
const OF_SHELLS: &[char] = &[
    '|', '&', ';', '<', '>', '(', ')', '$', '`', '\\', '"', '\'', '*', '?', '[', ']', '#', '~', '=', '%', '{', '}', '!',
];

/// What interfaces are called, before a number or alone.
const INTERFACES: &[&str] =
    &["eth", "eno", "ens", "wlan", "wwan", "usb", "ppp", "pppoe-wan", "wan", "lan", "br", "br-lan", "tun", "tap"];

/// What is to be done with a command that is not taken over.
const SCRIPT: &str = "put it into a script of its own, mode 700, and name that";

/// The source for a line that ddclient hands to a shell, or runs as `one_word`. Not one that needs the shell, and not one
/// with arguments that may be a secret: nsup.toml may be read by everybody.
///
/// # Errors
/// Why there is none; nothing of the line is in it.
pub(super) fn command(line: &str, one_word: bool) -> Result<String, String> {
    match () {
        () if line.trim().is_empty() => Err("no program is said".to_owned()),
        () if one_word && line.contains(char::is_whitespace) => {
            Err("ddclient takes all of it for one program with blanks in its name".to_owned())
        }
        () if line.contains(OF_SHELLS) => Err(format!("it takes a shell: {SCRIPT}")),
        () if !line.split_whitespace().skip(1).all(is_plain) => {
            Err(format!("a secret may be among its arguments, and everybody may read nsup.toml: {SCRIPT}"))
        }
        () if line.contains(char::is_control) || line.contains('\u{fffd}') => {
            Err("its name is not UTF-8, or has control characters".to_owned())
        }
        () => Ok(format!("command:{}", line.trim())),
    }
}

/// Whether an argument is plainly no secret: an option of one letter or digit, or an interface. Whatever else a word looks
/// like, it may be a password.
fn is_plain(argument: &str) -> bool {
    let is_number = |text: &str| text.len() <= 3 && text.bytes().all(|octet| octet.is_ascii_digit());
    let is_option = |option: &str| option.len() == 1 && option.bytes().all(|octet| octet.is_ascii_alphanumeric());
    // enp3s0, by its place on the bus.
    let by_place = argument.strip_prefix("enp").and_then(|place| place.split_once('s'));
    argument.strip_prefix('-').is_some_and(is_option)
        || by_place.is_some_and(|(bus, slot)| is_number(bus) && is_number(slot))
        || INTERFACES.iter().any(|kind| argument.strip_prefix(kind).is_some_and(is_number))
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn a_program_is_taken_with_arguments_that_hold_no_secret_and_without_a_shell() {
        for line in
            ["/usr/local/bin/address -4", "get-ip", "address -s -4 ppp0", "a wan", "a br-lan enp3s0", "/bin/a -i eth1"]
        {
            assert_eq!(command(line, false), Ok(format!("command:{line}")));
        }
        for (line, part) in [
            ("", "no program"),
            ("curl -s x | head -1", "a shell"),
            ("/bin/sh -c 'echo $IP'", "a shell"),
            ("PASSWORD=word address", "a shell"),
            ("a\u{fffd}", "UTF-8"),
        ] {
            assert!(command(line, false).unwrap_err().contains(part), "{line}");
        }
        assert!(command("/bin/address -4", true).is_err());
        assert_eq!(command("/bin/address", true), Ok("command:/bin/address".to_owned()));
    }

    #[test]
    fn a_program_with_what_may_be_a_secret_is_not_taken_and_not_told() {
        for line in [
            "/usr/bin/fritz -p hunter2",
            "/usr/bin/fritz -phunter2",
            "/usr/bin/fritz --key hunter2",
            "/usr/bin/fritz hunter2",
            "curl -H X-Key:hunter2 https://x.example/",
            "curl https://x.example/hunter2",
            "curl -u me:hunter2 https://x.example",
            "curl https://me:hunter2@x.example",
            "address eth0hunter2",
            "address ppp2222hunter2",
            "address enp3hunter2s0",
            "address - hunter2",
        ] {
            let why = command(line, false).unwrap_err();
            assert!(why.contains("a secret") && why.contains("mode 700") && !why.contains("hunter2"), "{line}: {why}");
        }
    }
}
