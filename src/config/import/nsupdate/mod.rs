//! A script of nsupdate: the names whose addresses it replaces become names of nsup.toml.

mod names;
mod read;

use super::IsThere;
use super::remark::{Imported, Remarks};
use super::write::Document;

/// Makes an nsup.toml of the script's octets. `from` is what a comment calls the file; `key` is the path of the key's file
/// if one was named.
pub(super) fn import(octets: &[u8], from: &str, key: Option<&str>, is_there: IsThere<'_>) -> Imported {
    let mut remarks = Remarks::default();
    let mut document = Document { from: format!("From {from}, by nsup import nsupdate"), ..Document::default() };
    if octets.starts_with(b"#!") {
        let what = "this is a program, and not what it hands to nsupdate";
        remarks.lost(1, what, "put the lines that nsupdate reads into a file of their own");
    } else {
        let sent = read::read(octets, &mut remarks);
        names::names(sent, key, is_there, &mut document, &mut remarks);
    }
    Imported { lines: document.lines(), remarks: remarks.sorted() }
}
