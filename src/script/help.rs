//! What `help` prints, and the words that a line can begin with.

use super::dialect::Dialect;
use super::knot;

const OF_NSUPDATE: &str = "\
server HOST [PORT]           send to this server, not to the zone's primary
local ADDRESS [PORT]         send from this address
zone NAME                    update this zone
class CLASS                  the class of what follows; IN unless another is said
ttl SECONDS | none           the TTL of adds that say none
key [HMAC:]NAME SECRET       sign with this TSIG key; hmac-md5 unless another is said
gsstsig, oldgsstsig, realm   GSS-TSIG, which is not there
check-names on | off         look at host names before they are added
check-svcb on | off          look at the SVCB records of resolvers before they are added
lease SECONDS [SECONDS]      how long the records of this message are to stay, and KEY records; or none
[prereq] nxdomain NAME       only if the name has no records
[prereq] yxdomain NAME       only if the name has records
[prereq] nxrrset NAME [CLASS] TYPE
                             only if the name has no records of this type
[prereq] yxrrset NAME [CLASS] TYPE [DATA]
                             only if the name has records of this type; with data, exactly these
[update] add NAME [TTL] [CLASS] TYPE DATA
                             add a record
[update] del[ete] NAME [TTL] [CLASS] [TYPE [DATA]]
                             delete a record, a set of records, or all that the name has
show                         print what is pending
send                         send what is pending; an empty line does too
answer                       print the last answer
debug                        print what is sent and received from now on; twice: more
help                         print this
version                      print the version
quit                         end; what is pending is not sent
";

const OF_NSUP: &str = "\
server HOST [PORT]           send to this server, not to the zone's primary
local ADDRESS [PORT]         send from this address
zone NAME                    update this zone
origin NAME                  complete names without a final dot with this one; @ is the name itself
class CLASS                  the class of what follows; IN unless another is said
ttl TIME | none              the TTL of adds that say none; 300, 1h30m
key [HMAC:]NAME SECRET       sign with this TSIG key; hmac-sha256 unless another is said
check-names on | off         look at host names before they are added
check-svcb on | off          look at the SVCB records of resolvers before they are added
lease TIME [TIME]            how long the records of this message are to stay, and KEY records; or none
[prereq] nxdomain NAME       only if the name has no records
[prereq] yxdomain NAME       only if the name has records
[prereq] nxrrset NAME [CLASS] TYPE
                             only if the name has no records of this type
[prereq] yxrrset NAME [CLASS] TYPE [DATA]
                             only if the name has records of this type; with data, exactly these
[update] add NAME [TTL] [CLASS] TYPE DATA
                             add a record
[update] add ptr ADDRESS [TTL] TARGET
                             add the reverse name of an address
[update] del[ete] NAME [CLASS] [TYPE [DATA]]
                             delete a record, a set of records, or all that the name has
[update] del[ete] ptr ADDRESS [TARGET]
                             delete the reverse name of an address
show                         print what is pending
send                         send what is pending; an empty line does too
answer                       print the last answer
debug                        print what is sent and received from now on
help                         print this
version                      print the version
quit, exit                   end; what is pending is not sent
; or # behind a blank        begins a comment
";

const OF_KNSUPDATE: &str = "\
server HOST [PORT]           send to this server; 127.0.0.1 unless another is said
local ADDRESS [PORT]         send from this address
zone NAME                    update this zone
origin NAME                  complete names without a final dot with this one
class CLASS                  the class of what follows; IN unless another is said
ttl SECONDS                  the TTL of adds that say none; 3600 unless another is said
key [HMAC:]NAME SECRET       sign with this TSIG key; hmac-sha256 unless another is said
[prereq] nxdomain | yxdomain NAME
                             only if the name has no records, or has some
[prereq] nxrrset | yxrrset NAME [CLASS] TYPE [DATA]
                             only if the name has no records of this type, or has some, or exactly these
[update] add NAME [TTL] [CLASS] TYPE DATA
                             add a record, as a zone file has it
[update] del[ete] NAME [TTL] [CLASS] [TYPE [DATA]]
                             delete a record, a set of records, or all that the name has
show                         print what is pending
send                         send what is pending
answer                       print the last answer
debug                        print what is done from now on
quit, exit                   end; what is pending is not sent
";

/// The words of nsupdate's dialect that a line can begin with.
const COMMANDS: &[&str] = &[
    "add",
    "answer",
    "check-names",
    "check-svcb",
    "class",
    "debug",
    "del",
    "delete",
    "gsstsig",
    "help",
    "key",
    "lease",
    "local",
    "nxdomain",
    "nxrrset",
    "oldgsstsig",
    "prereq",
    "quit",
    "realm",
    "send",
    "server",
    "show",
    "ttl",
    "update",
    "version",
    "yxdomain",
    "yxrrset",
    "zone",
];

/// Those of nsup's own.
const OWN_COMMANDS: &[&str] = &[
    "add",
    "answer",
    "check-names",
    "check-svcb",
    "class",
    "debug",
    "del",
    "delete",
    "exit",
    "help",
    "key",
    "lease",
    "local",
    "nxdomain",
    "nxrrset",
    "origin",
    "prereq",
    "quit",
    "send",
    "server",
    "show",
    "ttl",
    "update",
    "version",
    "yxdomain",
    "yxrrset",
    "zone",
];

/// The commands of a dialect, a line or two for each.
pub fn help(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Nsup => OF_NSUP,
        Dialect::Nsupdate => OF_NSUPDATE,
        Dialect::Knsupdate => OF_KNSUPDATE,
    }
}

/// The words that a line of a dialect can begin with.
pub fn commands(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::Nsup => OWN_COMMANDS,
        Dialect::Nsupdate => COMMANDS,
        Dialect::Knsupdate => knot::COMMANDS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_command() {
        for dialect in [Dialect::Nsup, Dialect::Nsupdate, Dialect::Knsupdate] {
            let shown: Vec<_> = help(dialect).split(|c: char| !c.is_ascii_alphanumeric() && c != '-').collect();
            let refused =
                |word: &str| dialect == Dialect::Knsupdate && ["gsstsig", "oldgsstsig", "realm"].contains(&word);
            for word in commands(dialect).iter().filter(|word| !refused(word)) {
                // `del[ete]` stands for two words.
                assert!(shown.contains(word) || *word == "delete", "{dialect:?}: {word}");
            }
        }
    }
}
