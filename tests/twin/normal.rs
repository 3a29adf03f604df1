//! Takes out of a text what changes from run to run: ids, times, MACs, ports, addresses in memory, dates.

/// The words by which the error field of a TSIG record is known.
const TSIG_ERRORS: [&str; 5] = ["NOERROR", "BADSIG", "BADKEY", "BADTIME", "BADTRUNC"];

/// The text with everything replaced that cannot be the same twice.
pub(crate) fn normal(text: &str, ports: &[(u16, &str)]) -> String {
    let mut normal = String::new();
    for line in text.split_inclusive('\n') {
        // The library's log, which repeats what nsupdate then says itself.
        if line.contains(" dns_rdata_fromtext: buffer-0x") && without_date(line).is_some() {
            continue;
        }
        // The library puts a date before what it has to say.
        let line = without_date(line).unwrap_or(line);
        let line = if line.contains("\tTSIG\t") { without_signature(line) } else { without_id(line) };
        normal += &without_ports(&line, ports);
    }
    normal
}

/// What follows the date and time of day with which BIND's library opens the lines of its log.
fn without_date(line: &str) -> Option<&str> {
    let (date, rest) = line.split_once(' ')?;
    let (time, rest) = rest.split_once(' ')?;
    let has_shape = |text: &str, shape: &str| {
        let fits = |(octet, shape)| match shape {
            b'9' => u8::is_ascii_digit(&octet),
            b'a' => u8::is_ascii_alphabetic(&octet),
            other => octet == other,
        };
        text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)
    };
    (has_shape(date, "99-aaa-9999") && has_shape(time, "99:99:99.999")).then_some(rest)
}

/// Replaces the id of a message, unless it is 0; whether it is padded to six places stays to be seen.
fn without_id(line: &str) -> String {
    let Some((head, field)) = line.split_once(" id:") else { return line.to_owned() };
    let digits = field.trim_start_matches(' ').trim_end_matches('\n');
    let is_header = head.starts_with(";; ->>HEADER<<- ") && digits.bytes().all(|octet| octet.is_ascii_digit());
    if !is_header || digits == "0" {
        return line.to_owned();
    }
    let end = if field.ends_with('\n') { "\n" } else { "" };
    match field.trim_end_matches('\n').len() - digits.len() {
        1 => format!("{head} id: ID{end}"),
        blanks if blanks + digits.len() == 7 => format!("{head} id: PADDED-ID{end}"),
        _ => line.to_owned(),
    }
}

/// Replaces the time, the MAC and the id in a TSIG record as text.
fn without_signature(line: &str) -> String {
    let Some((head, rdata)) = line.split_once("\tTSIG\t") else { return line.to_owned() };
    let mut words: Vec<&str> = rdata.split(' ').collect();
    let Some(error) = words.iter().rposition(|word| TSIG_ERRORS.contains(word)).filter(|&error| error > 4) else {
        return line.to_owned();
    };
    // algorithm time fudge size MAC... id error size other
    words[1] = "TIME";
    words[error - 1] = "ID";
    for word in &mut words[4..error - 1] {
        *word = "MAC";
    }
    if words[error] == "BADTIME" && words.len() > error + 2 {
        words[error + 2] = "TIME";
    }
    format!("{head}\tTSIG\t{}", words.join(" "))
}

/// Replaces ports by the words for them, and addresses in memory.
fn without_ports(line: &str, ports: &[(u16, &str)]) -> String {
    let mut normal = String::new();
    let mut rest = line;
    while !rest.is_empty() {
        let letters = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (word, after) = rest.split_at(letters);
        let port = ports.iter().find(|(port, _)| word == port.to_string());
        normal += match port {
            Some((_, name)) => name,
            None if word.starts_with("0x") => "0xPOINTER",
            None => word,
        };
        let other = after.chars().take_while(|letter| !letter.is_ascii_alphanumeric()).map(char::len_utf8).sum();
        normal += &after[..other];
        rest = &after[other..];
    }
    normal
}
