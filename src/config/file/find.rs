//! Where the configuration file is.

use std::env;
use std::path::{Path, PathBuf};

use super::credential;
use super::fault::FileError;

/// What the place of the file depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// `$CREDENTIALS_DIRECTORY`, where systemd puts the credentials of a service.
    pub credentials: Option<PathBuf>,
    /// `$XDG_CONFIG_HOME`.
    pub config_home: Option<PathBuf>,
    /// `$HOME`.
    pub home: Option<PathBuf>,
    /// `$NSUP_CONFIG`: the file, where a caller cannot be given options.
    pub config: Option<PathBuf>,
    /// Whether this runs as root, who uses nobody's home.
    pub is_root: bool,
}

/// The file of the machine.
const SYSTEM: &str = "/etc/nsup/nsup.toml";

impl Surroundings {
    /// Those of this process. Relative paths count for nothing, as the XDG Base Directory Specification has it.
    pub fn of_this_process() -> Self {
        let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        Self {
            credentials: absolute("CREDENTIALS_DIRECTORY"),
            config_home: absolute("XDG_CONFIG_HOME"),
            home: absolute("HOME"),
            config: absolute("NSUP_CONFIG"),
            is_root: rustix::process::geteuid().is_root(),
        }
    }

    /// The file that was named, be it by `credential:NAME` or by `$NSUP_CONFIG`; else the first that is there of the credential nsup.toml and
    /// a plain user's own; else the machine's, whether it is there or not.
    ///
    /// # Errors
    /// [`FileError::Credential`].
    pub fn find(&self, named: Option<&Path>) -> Result<PathBuf, FileError> {
        if let Some(path) = named {
            let found = path.to_str().and_then(|text| credential::file(text, self.credentials.as_deref()));
            return found.unwrap_or_else(|| Ok(path.to_owned())).map_err(FileError::Credential);
        }
        if let Some(path) = &self.config {
            return Ok(path.clone());
        }
        let of_service = self.credentials.as_ref().map(|directory| directory.join("nsup.toml"));
        let of_home = || self.home.as_ref().map(|home| home.join(".config"));
        let of_user = self.config_home.clone().or_else(of_home).filter(|_| !self.is_root);
        let of_user = of_user.map(|directory| directory.join("nsup/nsup.toml"));
        // What is there and cannot be read is a fault; a home that we may not even enter is somebody else's.
        let found = [of_service, of_user].into_iter().flatten().find(|path| path.exists());
        Ok(found.unwrap_or_else(|| SYSTEM.into()))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn place(directory: &Path, file: &str) -> PathBuf {
        let path = directory.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "").unwrap();
        path
    }

    #[test]
    fn the_file_that_is_named_goes_before_all_and_may_be_a_credential() {
        let directory = tempfile::tempdir().unwrap();
        place(directory.path(), "nsup.toml");
        let with = Surroundings { credentials: Some(directory.path().to_owned()), ..Surroundings::default() };
        assert_eq!(with.find(Some(Path::new("a/b.toml"))).unwrap(), Path::new("a/b.toml"));
        assert_eq!(with.find(Some(Path::new("credential:mine"))).unwrap(), directory.path().join("mine"));
        let why = Surroundings::default().find(Some(Path::new("credential:mine"))).unwrap_err();
        assert_eq!(why.to_string(), "\"credential:mine\" is a credential, and $CREDENTIALS_DIRECTORY is not set");
        assert!(why.hint().unwrap().contains("LoadCredential="));
    }

    #[test]
    fn a_credential_goes_before_the_users_own_and_that_before_the_machines() {
        let directory = tempfile::tempdir().unwrap();
        let under = |name: &str| directory.path().join(name);
        let mut here = Surroundings {
            credentials: Some(under("credentials")),
            config_home: Some(under("xdg")),
            home: Some(under("home")),
            config: None,
            is_root: false,
        };
        assert_eq!(here.find(None).unwrap(), Path::new(SYSTEM));
        let of_home = place(directory.path(), "home/.config/nsup/nsup.toml");
        assert_eq!(here.find(None).unwrap(), Path::new(SYSTEM), "a config home that is set is the only one");
        let of_xdg = place(directory.path(), "xdg/nsup/nsup.toml");
        assert_eq!(here.find(None).unwrap(), of_xdg);
        here.config_home = None;
        assert_eq!(here.find(None).unwrap(), of_home);
        let credential = place(directory.path(), "credentials/nsup.toml");
        assert_eq!(here.find(None).unwrap(), credential);
        here.credentials = None;
        here.is_root = true;
        assert_eq!(here.find(None).unwrap(), Path::new(SYSTEM), "root uses nobody's home");
        here.config = Some(under("elsewhere.toml"));
        assert_eq!(here.find(None).unwrap(), under("elsewhere.toml"), "what the environment names goes before");
    }
}
