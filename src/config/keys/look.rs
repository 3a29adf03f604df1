//! A file with keys is looked at: all of it that can be told without a secret, its own faults too.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::super::key_file::{KeyError, of_pair, parse};
use super::super::key_syntax::{NamedKey, passed_over};
use super::super::secure_file::{self, SecureFileError, Trust};

/// What a file holds.
#[derive(Debug)]
pub struct KeysOfFile {
    /// The file, or `standard input`.
    pub path: PathBuf,
    /// Its keys.
    pub keys: Result<Vec<NamedKey>, KeyError>,
    /// What about the file keeps nsup from using it.
    pub unusable: Option<KeyError>,
    /// Where in it more keys may be that were not read: the line, and what stands there.
    pub passed_over: Vec<(usize, String)>,
}

/// Looks at a file, or at standard input in the place of `-`. One that others may read, or that belongs to somebody
/// else, is looked at all the same: nothing of a secret is shown, and what is wrong with the file is what is asked for.
///
/// # Errors
/// [`KeyError::File`], and nothing could be read.
pub fn look(path: &Path) -> Result<KeysOfFile, KeyError> {
    if path.as_os_str() == "-" {
        let path = PathBuf::from("standard input");
        // Not by way of a buffer that nobody wipes.
        let input = io::stdin().as_fd().try_clone_to_owned().map_err(SecureFileError::Io);
        let text = input.and_then(|input| secure_file::content(File::from(input)));
        let text = text.map_err(|why| KeyError::File { path: path.clone(), why })?;
        return Ok(of_text(path, &text, None));
    }
    let path = of_pair(path);
    let failed = |why| KeyError::File { path: path.clone(), why };
    match secure_file::read(&path, Trust::Secret) {
        Ok(text) => Ok(of_text(path, &text, None)),
        // These were told of a regular file, so that reading it does not wait for anybody.
        Err(why @ (SecureFileError::Open(_) | SecureFileError::Owner { .. })) => {
            let (text, _) = secure_file::read_as_given(&path).map_err(failed)?;
            let unusable = Some(failed(why));
            Ok(of_text(path, &text, unusable))
        }
        Err(why) => Err(failed(why)),
    }
}

fn of_text(path: PathBuf, text: &Zeroizing<String>, unusable: Option<KeyError>) -> KeysOfFile {
    KeysOfFile { keys: parse(&path, text), passed_over: passed_over(text), path, unusable }
}
