//! The prompt on a terminal, as somebody uses it who sits there.

mod servers;
mod terminal;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use servers::{Grant, Kind, Server, Setup, TestKey, Zone};
use terminal::Terminal;

/// Where our own history is.
const HISTORY: &str = ".local/state/nsup/history";

/// A secret that must not be found anywhere.
const SECRET: &str = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTE=";

fn ours() -> Option<Terminal> {
    let terminal = Terminal::start("nsup", "script --server 127.0.0.1:1")?;
    terminal.ends_with("nsup> ");
    Some(terminal)
}

#[test]
fn a_line_is_edited_before_it_is_read() {
    let Some(terminal) = ours() else { return };
    terminal.types("one nothing").press("C-w C-a").types("z").press("C-e").types("exmple.test");
    terminal.press("Left Left Left Left Left Left Left Left Left").types("a");
    terminal.ends_with("nsup> zone example.test").press("Enter");
    terminal.types("showx").press("BSpace Enter").shows(";example.test.");
    terminal.line("quit").shows("ended with 0");
}

#[test]
fn tab_completes_commands_names_and_types_by_where_they_stand() {
    let Some(terminal) = ours() else { return };
    terminal.line("zone Example.test").types("pre").press("Tab").ends_with("nsup> prereq");
    terminal.types("yxr").press("Tab").types("ex").press("Tab").types("cn").press("Tab");
    terminal.ends_with("nsup> prereq yxrrset Example.test. CNAME").press("Enter");
    terminal.types("s").press("Tab Tab").shows("send    server  show").types("h").press("Tab Enter");
    terminal.shows("Example.test.           0       ANY     CNAME");
    terminal.types("upd").press("Tab").types("de").press("Tab").ends_with("nsup> update delete");
}

#[test]
fn earlier_lines_come_back_in_this_session_and_the_next_but_none_with_a_secret() {
    let Some(terminal) = ours() else { return };
    terminal.line("zone one.test").line("zone two.test").line("zone one.test");
    terminal.line(&format!("  KEY hmac-sha256:k {SECRET}")).line(&format!("key hmac-nothing:k {SECRET}"));
    terminal
        .ends_with("nsup> ")
        .press("Up")
        .ends_with("nsup> zone one.test")
        .press("Up")
        .ends_with("nsup> zone two.test");
    terminal.press("C-u").line("quit").shows("ended with 0");
    let path = terminal.at(HISTORY);
    assert_eq!(fs::read_to_string(&path).unwrap(), "zone two.test\nzone one.test\nquit\n");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let next = terminal.again("nsup", "script --server 127.0.0.1:1");
    next.ends_with("nsup> ").press("Up Up").ends_with("nsup> zone one.test");
}

#[test]
fn a_line_that_is_wrong_keeps_the_session_and_what_is_pending() {
    let Some(terminal) = ours() else { return };
    terminal.line("zone example.test").line("add www 300 A 192.0.2.7").line("nonsense");
    terminal.shows("\"nonsense\"").line("add www.example.test 300 A 192.0.2").shows("192.0.2\n").line("show");
    terminal.shows("300     IN      A       192.0.2.7").line("quit");
    terminal.shows("ended with");
}

#[test]
fn control_c_drops_the_line_and_control_d_ends_with_a_word_about_what_is_pending() {
    let Some(terminal) = ours() else { return };
    terminal.line("zone example.test").types("zone dropped.test").ends_with("nsup> zone dropped.test");
    terminal.press("C-c").ends_with("nsup> ");
    terminal.line("add www.example.test 300 A 192.0.2.7").line("show").shows(";example.test.");
    terminal.ends_with("nsup> ").press("C-d").shows("what is pending was not sent").shows("ended with 1");
    let Some(terminal) = ours() else { return };
    terminal.press("C-d").shows("ended with 0");
}

#[test]
fn pasted_lines_are_all_read_once_the_last_is_ended() {
    let Some(terminal) = ours() else { return };
    terminal.paste("zone example.test\nadd www.example.test.\t300\tA\t192.0.2.7\nshow").press("Enter");
    terminal.shows("www.example.test.       300     IN      A       192.0.2.7");
}

#[test]
fn what_is_typed_ahead_is_not_lost() {
    let Some(terminal) = Terminal::start("nsup", "script --server 127.0.0.1:1") else { return };
    terminal.types("zone example.test\radd www.example.test 300 A 192.0.2.7\rshow\rzone other.test\rshow\r");
    terminal.shows("192.0.2.7\n").shows(";other.test.");
}

#[test]
fn a_terminal_that_can_nothing_still_has_a_prompt() {
    let Some(terminal) = Terminal::start_with("dumb", "nsup", "script --server 127.0.0.1:1") else { return };
    terminal.ends_with("nsup> ").line("zone example.test").line("show").shows(";example.test.").ends_with("nsup> ");
    terminal.press("C-d").shows("ended with 0");
}

#[test]
fn called_as_nsupdate_it_has_nsupdate_s_prompt_and_keeps_nothing() {
    let Some(terminal) = Terminal::start("nsupdate", "") else { return };
    terminal.ends_with("> ").line("zone example.test").line("foo").shows("incorrect section name: foo");
    terminal.types("sh").press("Tab Enter").shows(";example.test.").ends_with("> ");
    terminal.press("Up Up").ends_with("> foo").press("C-u").line("quit").shows("ended with 0");
    assert_eq!(fs::read_dir(terminal.at("")).unwrap().count(), 0, "something was left behind");
}

#[test]
fn called_as_knsupdate_it_shares_knsupdate_s_history_but_for_its_secrets() {
    let Some(first) = Terminal::start("nsupdate", "") else { return };
    let path = first.at(".knsupdate_history");
    fs::write(&path, format!("_HiStOrY_V2_\nzone\\040old.test\nkey\\040k\\040{SECRET}\n")).unwrap();
    let terminal = first.again("knsupdate", "");
    terminal.ends_with("knsupdate> ").press("Up").ends_with("knsupdate> zone old.test").press("Enter");
    terminal.types("ori").press("Tab").ends_with("knsupdate> origin").types("old.test.").press("Enter");
    terminal.line(&format!("key hmac-sha256:k {SECRET}")).line("exit").shows("ended with 0");
    let wanted = "_HiStOrY_V2_\nzone\\040old.test\norigin\\040old.test.\nexit\n";
    assert_eq!(fs::read_to_string(&path).unwrap(), wanted);
}

#[test]
fn a_change_is_made_from_the_prompt() {
    let key = TestKey::new("k", "hmac-sha256");
    let zone = Zone::new("example.test").grant(Grant::zone(&key));
    let Some(server) = Server::start(Kind::Bind, &Setup::new().key(key.clone()).zone(zone)) else { return };
    let Some(terminal) = Terminal::start("nsup", "script") else { return };
    let address = server.address();
    terminal.ends_with("nsup> ").line(&format!("server {} {}", address.ip(), address.port()));
    terminal.line(&format!("key hmac-sha256:k {}", key.secret)).line("zone example.test");
    terminal.line("add www.example.test 300 A 192.0.2.7").line("send").line("add www.example.test 300 A 192.0.2.8");
    terminal.line("send").line("quit").shows("ended with 0");
    assert_eq!(server.has("example.test", "www.example.test", "A"), ["192.0.2.7", "192.0.2.8"]);
    assert!(!fs::read_to_string(terminal.at(HISTORY)).unwrap().contains(&key.secret));
}
