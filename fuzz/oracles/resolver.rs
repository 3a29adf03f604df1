//! resolv.conf and hosts: whatever stands in them, there is somebody to ask, and only whole words come out.

use nsup::net::ResolverConfig;

/// The text of both files, a NUL between them.
pub fn resolver(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    let (resolv_conf, hosts) = text.split_once('\0').unwrap_or((&text, ""));
    let config = ResolverConfig::parse(resolv_conf, hosts);
    assert!(!config.servers.is_empty() && config.servers.iter().all(|server| server.port() == 53));
    assert!(config.servers.len() <= 1 + resolv_conf.matches("nameserver").count());
    let is_word = |word: &String, marks: &[char]| {
        !word.is_empty() && !word.contains(char::is_whitespace) && !word.contains(marks)
    };
    assert!(config.search.iter().all(|suffix| is_word(suffix, &['#', ';']) && resolv_conf.contains(suffix.as_str())));
    assert!(config.hosts.iter().all(|(_, name)| is_word(name, &['#']) && hosts.contains(name.as_str())));
}
