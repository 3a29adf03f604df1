//! `credential:NAME`: a file that systemd hands to a service, in `$CREDENTIALS_DIRECTORY`.

use std::path::{Path, PathBuf};

/// What to do where there are no credentials.
pub(super) const HINT: &str = "LoadCredential=NAME:FILE in the service's unit hands the file over";

/// The file that `text` means if it begins with `credential:`; else `None`. The error says why there is none.
pub(super) fn file(text: &str, directory: Option<&Path>) -> Option<Result<PathBuf, String>> {
    let name = text.strip_prefix("credential:")?;
    // What cannot be the name of a file in that directory must not lead out of it.
    if name.is_empty() || name.contains('/') || [".", ".."].contains(&name) {
        return Some(Err(format!("{text:?} names no credential")));
    }
    let missing = || format!("{text:?} is a credential, and $CREDENTIALS_DIRECTORY is not set");
    Some(directory.map(|directory| directory.join(name)).ok_or_else(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_a_file_in_its_directory_and_nowhere_else() {
        let directory = Some(Path::new("/run/credentials/nsup"));
        assert_eq!(file("home.key", directory), None);
        assert_eq!(file("credential:home", directory), Some(Ok("/run/credentials/nsup/home".into())));
        for text in ["credential:", "credential:..", "credential:.", "credential:../home", "credential:/etc/passwd"] {
            assert_eq!(file(text, directory), Some(Err(format!("{text:?} names no credential"))));
        }
        assert!(file("credential:home", None).unwrap().unwrap_err().ends_with("is not set"));
    }
}
