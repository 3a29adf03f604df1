//! How one key gives way to another: what is to be done on both machines, and in which order. Nothing is done.

use std::path::{Path, PathBuf};

use crate::config::NewKey;
use crate::output::Printer;
use crate::output::key::{Step, one_line, plan};
use crate::output::named_conf::{RELOAD, include_line};
use crate::output::stock::plain;
use crate::proto::{Algorithm, Key};

use super::policy::policy;
use super::{Ended, copy_command, in_shell, install_command, path_in_shell, place_there, told};

/// Tells it.
pub(super) fn run(old: &Key, file: &Path, new: &NewKey, printer: Printer) -> Ended {
    let (old_key, file_name, name) = (one_line(old), file.display(), &new.name);
    let title = format!(
        "{old_key} ({file_name}) gives way to the key {name} in these steps; nothing has been done of them. Both keys are \
         valid from step 3 to step 6; where the old secret may have got out, do step 6 first, and nothing can be changed \
         until step 5",
    );
    Ok(told(plan(printer, &title, &steps(old, file, new))))
}

fn steps(old: &Key, file: &Path, new: &NewKey) -> Vec<Step> {
    let made = new.file.as_deref().map(absolute).unwrap_or_default();
    // The other half of a pair holds the secret too.
    let half = file.extension().filter(|ending| *ending == "private").map(|_| absolute(&file.with_extension("key")));
    let halves = [absolute(file)].into_iter().chain(half).map(|file| path_in_shell(&file));
    let remove = format!("rm {}", halves.collect::<Vec<_>>().join(" "));
    let (file, key, old) = (path_in_shell(&absolute(file)), path_in_shell(&made), old.name());
    let include = include_line(&place_there(new));
    let side_by_side = [vec![include.clone(), String::new()], policy(&[old, &new.name], &new.allowed)].concat();
    let alone = policy(&[&new.name], &new.allowed);
    vec![
        Step::here("make the new key").command(generate(new, &key)),
        Step::here("copy it to the server, where it goes beside the old one; or, if this is the server, by the second")
            .command(copy_command(new, &made))
            .command(install_command(new, &made)),
        Step::server(&format!("beside all that named.conf says of {old}, say the same of the new key, its grants too"))
            .lines(side_by_side)
            .command(RELOAD.to_owned()),
        Step::here("see that the new key may do what the old one may; go on only if this ends with 0")
            .command(check(new, &key)),
        switch(&file, &made, new),
        Step::server(&format!(
            "when all goes well, take {old} out again: its key statement or the include of its file, and its grants"
        ))
        .lines([vec![include, String::new()], alone].concat())
        .command(RELOAD.to_owned())
        .command(format!("rm OLD-FILE   # the one that held {old}")),
        Step::here(&format!("remove {file}, unless it holds other keys too")).command(remove),
    ]
}

/// Where nsup itself takes the new key.
fn switch(file: &str, made: &Path, new: &NewKey) -> Step {
    let Some(config) = new.allowed.config.as_ref().filter(|_| !new.allowed.key_lines.is_empty()) else {
        return Step::here(&format!(
            "wherever {file} is given (-k, or key = in nsup.toml), give {} instead",
            made.display()
        ));
    };
    let lines: Vec<String> = new.allowed.key_lines.iter().map(u32::to_string).collect();
    let what = format!(
        "in {}, line {}, name the new file (and no key-name); a running nsup watch reads it at SIGHUP",
        config.display(),
        lines.join(" and ")
    );
    // JSON's strings are TOML's too.
    let word = serde_json::Value::from(made.display().to_string());
    let sync = format!("nsup sync -v --config {}", path_in_shell(config));
    Step::here(&what).lines(vec![format!("key = {word}")]).command(sync)
}

fn generate(new: &NewKey, key: &str) -> String {
    let algorithm = match new.algorithm {
        Algorithm::Sha256 => String::new(),
        other => format!(" --algorithm {other}"),
    };
    format!("nsup key generate {} {key}{algorithm} >/dev/null", in_shell(&plain(&new.name)))
}

/// The examination of all that the key is for.
fn check(new: &NewKey, key: &str) -> String {
    let allowed = &new.allowed;
    if let Some(config) = &allowed.config {
        return format!("nsup check -k {key} --config {}", path_in_shell(config));
    }
    let names = allowed.allowances.iter().filter(|allowance| !allowance.is_tree);
    let mut commands: Vec<String> = names
        .map(|allowance| {
            let types: Vec<String> = allowance.types.iter().map(|of| format!(" --type {of}")).collect();
            format!("{}{}", in_shell(&plain(&allowance.name)), types.concat())
        })
        .collect();
    if commands.is_empty() {
        commands.push("NAME".to_owned());
    }
    let server = in_shell(allowed.server.as_deref().unwrap_or("SERVER"));
    let check = |about: String| format!("nsup check {about} -k {key} --server {server}");
    commands.into_iter().map(check).collect::<Vec<_>>().join(" && ")
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
