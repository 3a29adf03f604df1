//! Key files as their makers write them, and as users break them.

use super::*;

fn one(text: &str) -> String {
    let keys = parse_keys(text, "home.key").unwrap();
    format!("{:?}", keys[0].key)
}

fn error(text: &str) -> (Option<usize>, String) {
    let why = parse_keys(text, "home.key").unwrap_err();
    (why.line, why.what)
}

#[test]
fn the_output_of_tsig_keygen_is_read() {
    let text = "key \"home\" {\n\talgorithm hmac-sha256;\n\tsecret \"c2VjcmV0c2VjcmV0\";\n};\n";
    assert_eq!(one(text), "Key(home. hmac-sha256)");
}

#[test]
fn the_output_of_rndc_confgen_is_read_with_its_comments_and_other_statements() {
    let text = "# Start of rndc.conf\nkey \"rndc-key\" {\n\talgorithm hmac-sha384;\n\tsecret \"c2Vj\";\n};\n\n\
        options {\n\tdefault-key \"rndc-key\";\n\tdefault-server 127.0.0.1;\n\tdefault-port 953;\n};\n\
        # End of rndc.conf\n\n# Use with the following in named.conf\n# key \"rndc-key\" {\n# };\n";
    assert_eq!(one(text), "Key(rndc-key. hmac-sha384)");
}

#[test]
fn comments_of_all_styles_any_order_and_no_quotes_are_read() {
    let text = "/* a\n key */ KEY home.example {secret c2Vj;// x\n# y\n algorithm HMAC-SHA512-256;};";
    assert_eq!(one(text), "Key(home.example. hmac-sha512)");
}

#[test]
fn several_keys_come_in_their_order_with_their_lines() {
    let text = "key a { algorithm hmac-sha256; secret c2Vj; };\n\nkey b { algorithm hmac-sha1; secret c2Vj; };\n";
    let keys = parse_keys(text, "x").unwrap();
    assert_eq!(keys.iter().map(|key| key.line).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(keys[1].key.name().to_string(), "b.");
}

#[test]
fn the_one_liner_of_knsupdate_is_read() {
    assert_eq!(one("hmac-sha224:home.example:c2Vj\n"), "Key(home.example. hmac-sha224)");
    assert_eq!(one("# mine\nhome:c2Vj"), "Key(home. hmac-sha256)");
}

#[test]
fn k_files_of_old_are_read_both_halves() {
    let private = "Private-key-format: v1.3\nAlgorithm: 163 (HMAC_SHA256)\nKey: c2Vj\nBits: AAA=\nCreated: 2022\n";
    let keys = parse_keys(private, "Khome.example.+163+12345.private").unwrap();
    assert_eq!(format!("{:?}", keys[0].key), "Key(home.example. hmac-sha256)");
    let cut = private.replace("AAA=", "AIA=");
    let keys = parse_keys(&cut, "Khome.example.+163+12345.private").unwrap();
    assert_eq!(keys[0].key.least_mac_octets(), 16);
    assert_eq!(one("home.example. IN KEY 512 3 165 c2Vj cmV0\n"), "Key(home.example. hmac-sha512)");
    assert!(parse_keys(private, "renamed.private").unwrap_err().what.contains("file's"));
    assert!(parse_keys(&private.replace("163", "8"), "Kx.+8+1.private").unwrap_err().what.contains("SIG(0)"));
}

#[test]
fn every_fault_names_its_line_and_never_the_secret() {
    let cases = [
        ("key \"home\" {\n  algorithm hmac-sha256;\n};", Some(1), "no secret"),
        ("key \"home\" {\n  secret c2Vj;\n};", Some(1), "no algorithm"),
        ("key home { algorithm hmac-sha256; secret c2Vj; }", Some(1), "a ; must follow"),
        ("key home { algorithm hmac-sha256; secret c2Vj;", Some(1), "never closed"),
        ("key home {\n algorithm hmac-sha256;\n algorithm hmac-sha1;", Some(3), "given twice"),
        ("key home {\n algorithm hmac-sha256\n secret c2Vj;\n};", Some(2), "are expected here"),
        ("\nkey home { colour blue; };", Some(2), "nothing else"),
        ("key { algorithm hmac-sha256; };", Some(1), "followed by a name"),
        ("key \"home { algorithm", Some(1), "quote is never closed"),
        ("\n\n/* key", Some(3), "comment is never closed"),
        ("key home { algorithm sha256; secret c2Vj; };", Some(1), "none known here"),
        ("key home { algorithm hmac-sha256; secret SECRETNOT64; };", Some(1), "not base64"),
        ("key a..b { algorithm hmac-sha256; secret c2Vj; };", Some(1), "two dots"),
        ("options { directory x; };", None, "no key in it"),
        ("options { directory x;", Some(1), "neither a key nor closed"),
        ("}; key", Some(1), "without its {"),
        ("", None, "no key in it"),
        ("# only a comment\n", None, "no key in it"),
        ("hmac-sha256:home:SECRETNOT64!", Some(1), "not base64"),
        ("a:b:c:SECRETNOT64", Some(1), "alg:name:secret"),
        ("home. IN KEY 512 3", Some(1), "a KEY record has"),
        ("nonsense", Some(1), "neither a key"),
        // Swapped and shortened: a word that should be something else may be the secret.
        ("hmac-sha256:SECRETNOT64:k!", Some(1), "not base64"),
        ("key k { algorithm \"SECRETNOT64\"; secret hmac-sha256; };", Some(1), "none known here"),
        ("key \"SECRETNOT64\" { };", Some(1), "no algorithm"),
        ("k IN KEY 512 3 SECRETNOT64", None, "no HMAC"),
    ];
    for (text, line, what) in cases {
        let found = error(text);
        assert_eq!(found.0, line, "{text}: {}", found.1);
        assert!(found.1.contains(what), "{text}: {}", found.1);
        assert!(!found.1.contains("SECRETNOT64"), "{text}: {}", found.1);
    }
}

#[test]
fn a_quote_behind_a_backslash_ends_no_string_as_in_bind() {
    let text = r#"options { version "a \"b\" } \\"; }; key "a\"b" { algorithm hmac-sha256; secret c2Vj; };"#;
    assert_eq!(one(text), r#"Key(a\"b. hmac-sha256)"#);
}

#[test]
fn what_may_hold_keys_and_is_passed_over_is_known_by_its_line() {
    let text = "include \"a\";\nserver 192.0.2.1 { keys { k; }; };\nview x {\n key \"v\" { secret c2Vj; }; include b;\n};\n\
        # include \"c\";\nkey k { algorithm hmac-sha256; secret \"include\"; };";
    let found = passed_over(text);
    let told: Vec<_> = found.iter().map(|(line, what)| format!("{line}: {what}")).collect();
    assert_eq!(told, ["1: include \"a\"", "4: a key within another statement, as a view's", "4: include \"b\""]);
    assert_eq!(passed_over("hmac-sha256:home:c2Vj"), []);
}
