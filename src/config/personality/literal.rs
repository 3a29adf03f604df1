//! nsupdate's keys on one line, `[hmac:]name:secret`, with nsupdate's faults.

use crate::dns::{Name, NameError};
use crate::proto::{Algorithm, Key, Secret, SecretError};

/// Reads the word behind `-y`. `hmac-sha256-128` means that answers may be cut to 128 bits.
///
/// # Errors
/// What nsupdate says, but for the secret, and for words that may be the secret in a wrong place.
pub(super) fn parse(text: &str) -> Result<Key, String> {
    let incomplete = || "key option must specify [hmac:]keyname:secret".to_owned();
    let (first, rest) = text.split_once(':').ok_or_else(incomplete)?;
    if first.is_empty() || rest.is_empty() {
        return Err(incomplete());
    }
    // Without an algorithm it is MD5, as ever.
    let ((algorithm, least), name, secret) = match rest.split_once(':') {
        Some((name, secret)) if !name.is_empty() && !secret.is_empty() => (algorithm(first)?, name, secret),
        Some(_) => return Err(incomplete()),
        None => ((Algorithm::Md5, Algorithm::Md5.mac_octets()), first, rest),
    };
    let name = Name::parse(name).map_err(|why| format!("dns_name_fromtext: {}", in_words(&why)))?;
    let secret = Secret::from_base64(secret).map_err(|why| {
        let reason = match why {
            SecretError::NotBase64 => "bad base64 encoding",
            SecretError::Empty => "the secret is empty",
        };
        format!("could not create key from the argument of -y: {reason}")
    })?;
    Ok(Key::new(&name, algorithm, least, secret))
}

/// The algorithm, and how many octets of a MAC must be left.
fn algorithm(word: &str) -> Result<(Algorithm, usize), String> {
    let lower = word.to_ascii_lowercase();
    for algorithm in Algorithm::ALL {
        let Some(behind) = lower.strip_prefix(algorithm.word()) else { continue };
        if behind.is_empty() {
            return Ok((algorithm, algorithm.mac_octets()));
        }
        let Some(bits) = behind.strip_prefix('-') else { continue };
        let most = algorithm.mac_octets() * 8;
        let bits: Option<usize> = super::number(bits);
        return match bits.filter(|bits| *bits <= most) {
            None => Err(format!("digest-bits out of range [0..{most}]")),
            Some(0) => Ok((algorithm, algorithm.mac_octets())),
            Some(_) => Algorithm::parse(&lower).map_err(|why| why.to_string()),
        };
    }
    // No base64 has a hyphen, so this is no secret.
    let shown = if lower.starts_with("hmac-") { word } else { "(not shown: it may be the secret)" };
    Err(format!("unknown key type '{shown}'"))
}

fn in_words(why: &NameError) -> &'static str {
    match why {
        NameError::Empty | NameError::EmptyLabel => "empty label",
        NameError::LabelTooLong(_) => "label too long",
        NameError::TooLong => "ran out of space",
        NameError::Escape(_) => "bad escape",
        NameError::NotInternational(_) => "bad name",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_algorithm_comes_first_with_bits_or_not_and_is_md5_where_there_is_none() {
        for (text, shown, least) in [
            ("k:c2Vj", "Key(k. hmac-md5)", 16),
            ("hmac-md5:k:c2Vj", "Key(k. hmac-md5)", 16),
            ("HMAC-SHA1-85:k.example.:c2 Vj", "Key(k.example. hmac-sha1)", 11),
            ("hmac-sha224:k:c2Vj", "Key(k. hmac-sha224)", 28),
            ("hmac-sha256-128:k:c2Vj", "Key(k. hmac-sha256)", 16),
            ("hmac-sha256-0:k:c2Vj", "Key(k. hmac-sha256)", 32),
            ("hmac-sha384-384:.:c2Vj", "Key(. hmac-sha384)", 48),
            ("hmac-sha512:k:c2Vj", "Key(k. hmac-sha512)", 64),
        ] {
            let key = parse(text).unwrap();
            assert_eq!((format!("{key:?}").as_str(), key.least_mac_octets()), (shown, least), "{text}");
        }
    }

    #[test]
    fn faults_are_nsupdates_and_never_hold_the_secret() {
        let label = "a".repeat(64);
        for (text, said) in [
            ("c2Vj", "key option must specify [hmac:]keyname:secret"),
            (":c2Vj", "key option must specify [hmac:]keyname:secret"),
            ("k:", "key option must specify [hmac:]keyname:secret"),
            ("k::c2Vj", "key option must specify [hmac:]keyname:secret"),
            ("hmac-md5:k:", "key option must specify [hmac:]keyname:secret"),
            ("hmac-foo:k:c2Vj", "unknown key type 'hmac-foo'"),
            ("hmac-sha256.:k:c2Vj", "unknown key type 'hmac-sha256.'"),
            ("hmac-md5.sig-alg.reg.int:k:c2Vj", "unknown key type 'hmac-md5.sig-alg.reg.int'"),
            ("c2Vj:k:hmac-sha256", "unknown key type '(not shown: it may be the secret)'"),
            ("hmac-md5-129:k:c2Vj", "digest-bits out of range [0..128]"),
            ("hmac-sha1-:k:c2Vj", "digest-bits out of range [0..160]"),
            ("hmac-sha512-x:k:c2Vj", "digest-bits out of range [0..512]"),
            ("hmac-sha512-+9:k:c2Vj", "digest-bits out of range [0..512]"),
            ("k..x:c2Vj", "dns_name_fromtext: empty label"),
            ("k\\999:c2Vj", "dns_name_fromtext: bad escape"),
            (&format!("{label}:c2Vj"), "dns_name_fromtext: label too long"),
            (&format!("{}:c2Vj", "aaaaaaa.".repeat(33)), "dns_name_fromtext: ran out of space"),
            ("k:c2Vj!", "could not create key from the argument of -y: bad base64 encoding"),
            ("hmac-md5:k:c2Vj:c2Vj", "could not create key from the argument of -y: bad base64 encoding"),
            ("k: ", "could not create key from the argument of -y: the secret is empty"),
        ] {
            let why = parse(text).unwrap_err();
            assert_eq!(why, said, "{text}");
            assert!(!why.contains("c2Vj"), "{text}");
        }
        // RFC 8945 §5.2.2.1 forbids it; stock sends it, and no server takes it.
        assert!(parse("hmac-sha256-120:k:c2Vj").unwrap_err().contains("cannot be cut to 120 bits"));
    }
}
