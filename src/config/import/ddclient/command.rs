//! cmd=, cmdv4= and cmdv6=: a program that prints the address.

/// What only a shell makes something of.
const OF_SHELLS: &[char] = &[
    '|', '&', ';', '<', '>', '(', ')', '$', '`', '\\', '"', '\'', '*', '?', '[', ']', '#', '~', '=', '%', '{', '}', '!',
];

/// Parts of words behind which secrets stand.
const OF_SECRETS: &[&str] = &["pass", "token", "secret", "auth", "apikey", "api-key", "user"];

/// The source for a line that ddclient hands to a shell, or runs as `one_word`. Not one that needs the shell, and not one
/// with a secret in it: nsup.toml may be read by everybody.
///
/// # Errors
/// Why there is none.
pub(super) fn command(line: &str, one_word: bool) -> Result<String, String> {
    let lower = line.to_ascii_lowercase();
    let is_secret =
        |word: &str| OF_SECRETS.iter().any(|part| word.contains(part)) || word == "-u" || word.contains('@');
    match () {
        () if line.trim().is_empty() => Err("no program is said".to_owned()),
        () if one_word && line.contains(char::is_whitespace) => {
            Err("ddclient takes all of it for one program with blanks in its name".to_owned())
        }
        () if lower.split_whitespace().skip(1).any(is_secret) => {
            Err("a secret may be among the arguments, and everybody may read nsup.toml: put it into a script"
                .to_owned())
        }
        () if line.contains(OF_SHELLS) => Err("it takes a shell: put it into a script".to_owned()),
        () if line.contains(char::is_control) || line.contains('\u{fffd}') => {
            Err("its name is not UTF-8, or has control characters".to_owned())
        }
        () => Ok(format!("command:{}", line.trim())),
    }
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn a_program_with_plain_arguments_is_taken_and_nothing_that_takes_a_shell_or_holds_a_secret() {
        for line in ["/usr/local/bin/address -4", "get-ip", "/usr/bin/curl -4 -s https://ip.example.net/"] {
            assert_eq!(command(line, false), Ok(format!("command:{line}")));
        }
        for (line, part) in [
            ("", "no program"),
            ("curl -s x | head -1", "a shell"),
            ("/bin/sh -c 'echo $IP'", "a shell"),
            ("curl -u me:word https://x.example", "a secret"),
            ("curl https://me:word@x.example", "a secret"),
            ("fritz --password word", "a secret"),
            ("a\u{fffd}", "UTF-8"),
        ] {
            assert!(command(line, false).unwrap_err().contains(part), "{line}");
        }
        assert!(command("/bin/address -4", true).is_err());
        assert_eq!(command("/bin/address", true), Ok("command:/bin/address".to_owned()));
    }
}
