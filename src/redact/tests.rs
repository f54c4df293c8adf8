use super::*;
use crate::json::quote;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;

fn redactor(secrets: &[&str]) -> Redactor {
    Redactor::new(secrets.iter().copied())
}

fn text(secrets: &[&str], text: &str) -> String {
    redactor(secrets).text(&text.into()).to_string()
}

fn answer(secrets: &[&str], text: &str) -> String {
    match redactor(secrets).answer(&text.into(), true) {
        Shown::Json(json) => json.get().to_owned(),
        Shown::Text(text) => format!("text: {text}"),
    }
}

#[test]
fn secret_members_go_and_the_rest_stays_exactly() {
    for (shown, expected) in [
        (
            r#"{"code":1, "result":[{"app_secret":"k","price":1.10,"x":{"appSecret":{"a":1}}}]}"#,
            r#"{"code":1,"result":[{"app_secret":"***","price":1.10,"x":{"appSecret":"***"}}]}"#,
        ),
        (r#"{"token":"k","token":"l","x":1}"#, r#"{"token":"***","token":"***","x":1}"#),
        (
            r#"{"Access-Token":12345,"ACCESS_TOKEN":[1,{"x":2}],"tokens":[1]}"#,
            r#"{"Access-Token":"***","ACCESS_TOKEN":"***","tokens":[1]}"#,
        ),
        ("{\"a\":\n [ 1 , {} ],\"b\":[]}\n", r#"{"a":[1,{}],"b":[]}"#),
        (r#"{"to\u006ben":"x"}"#, r#"{"to\u006ben":"***"}"#),
        (r#""text""#, r#""text""#),
        (r#"{"x":"{\"token\":\"a\", \"b\":1}"}"#, r#"{"x":"{\"token\":\"***\",\"b\":1}"}"#),
        (r#"{"x":"{\"b\": 1}"}"#, r#"{"x":"{\"b\": 1}"}"#),
        (r#"{"x":"{\"token\":\"a"}"#, r#"{"x":"{\"token\":\"***"}"#),
        (r#"{"x":"[\"{\\\"password\\\":1}\"]"}"#, r#"{"x":"[\"{\\\"password\\\":\\\"***\\\"}\"]"}"#),
    ] {
        assert_eq!(answer(&[], shown), expected, "{shown}");
    }
}

#[test]
fn numbers_and_names_are_never_masked() {
    let shown = r#"{"room_id":12345123456,"1234":"1234","b":"x1234","list":[1234,1234.0]}"#;
    let expected = r#"{"room_id":12345123456,"1234":"***","b":"x***","list":[1234,1234.0]}"#;
    assert_eq!(answer(&["1234"], shown), expected);
}

#[test]
fn a_short_secret_is_one_only_as_a_whole_value() {
    assert_eq!(answer(&["a1"], r#"{"x":"a1","y":"data1","z":["\u00611"]}"#), r#"{"x":"***","y":"data1","z":["***"]}"#);
    assert_eq!(text(&["a1"], "data1"), "data1");
    assert_eq!(text(&["a1"], " %611\n"), "***");
}

#[test]
fn of_secrets_that_begin_alike_or_overlap_nothing_stays() {
    assert_eq!(text(&["abcd", "abcd+ef=="], "<abcd+ef==> abcd"), "<***> ***");
    assert_eq!(text(&["abcd+ef==", "abcd"], "abcd%2Bef%3d%3D"), "***");
    assert_eq!(text(&["aaaa"], "xaaaaaay"), "x***y");
    assert_eq!(text(&["abcdef", "defghi"], "abcdefghi"), "***");
}

#[test]
fn a_secret_is_found_in_every_encoding_and_mix() {
    let secret = "pä/s+w\"d=会";
    for encoded in [
        r#"pä/s+w"d=会"#,
        r#"pä\/s+w\"d=会"#,
        r#"p\u00e4/s+w\u0022d\u003D\u4F1a"#,
        "p%C3%A4%2fs%2Bw%22d%3D%e4%BC%9a",
        "p%c3%a4/s+w%22d%3d会",
        "p&#228;/s&#x2b;w&quot;d=会",
        "p%25C3%25A4%252Fs%252Bw%2522d%253D%25E4%25BC%259A",
        r"p%5Cu00e4%5C/s%2Bw%5C%22d%3D会",
        "p<C3><A4>/s+w\"d=<E4><BC><9A>",
        &STANDARD.encode(secret),
        &URL_SAFE_NO_PAD.encode(secret),
    ] {
        assert_eq!(text(&[secret], &format!("GET /?x={encoded}&y=1")), "GET /?x=***&y=1", "{encoded}");
    }
    let basic = STANDARD.encode(format!("user:{secret}"));
    let shown = text(&[secret], &format!("Authorization: Basic {basic}"));
    assert!(!shown.contains(&basic[10..16]), "{shown}");
    assert_eq!(text(&["pass word"], "x=pass+word&y"), "x=***&y");
    assert_eq!(text(&["🙂🙂"], r"\ud83d\ude42\uD83D\uDE42!"), "***!");
    // The byte after one beyond ASCII is shown as one too.
    let latin = crate::json::readable(b"caf\xe9secret");
    assert_eq!(text(&["secret"], &latin), "caf<E9>***");
}

#[test]
fn text_that_is_no_json_is_masked_by_name() {
    for (shown, expected) in [
        ("GET /x?token=abc&page=1", "GET /x?token=***&page=1"),
        ("/x?a=1&accessToken=abc", "/x?a=1&accessToken=***"),
        ("next=%2Fx%3Ftoken%3Dabc%26y%3D1", "next=%2Fx%3Ftoken%3D***%26y%3D1"),
        ("<a href=\"/x?token=abc&amp;y=1\">", "<a href=\"/x?token=***&amp;y=1\">"),
        (r#"{"ret":0,"token":"abc"#, r#"{"ret":0,"token":"***"#),
        (r#"{"ret":0,"token" : "a\"bc","x":1"#, r#"{"ret":0,"token" : "***","x":1"#),
        (r#"{"ret":0,"token":12345,"x":1} // done"#, r#"{"ret":0,"token":***,"x":1} // done"#),
        (r#"{"token":{"a":"b"},"x":1} x"#, r#"{"token":***"#),
        (r#"{\"App-Secret\":\"abc\",\"x\":1"#, r#"{\"App-Secret\":\"***\",\"x\":1"#),
        ("{'password':'abc'}", "{'password':'***'}"),
        ("password='a b' x=1", "password='***' x=1"),
        ("token: none, tokens=5, token= , mytoken=5", "token: none, tokens=5, token= , mytoken=5"),
    ] {
        assert_eq!(text(&[], shown), expected, "{shown}");
    }
}

#[test]
fn an_escape_that_is_no_character_hides_nothing() {
    assert_eq!(answer(&["secret"], r#"{"x":"\ud800secret\/"}"#), "{\"x\":\"\u{fffd}***/\"}");
    assert_eq!(answer(&["secret"], r#"{"x":"\ud800none\/"}"#), r#"{"x":"\ud800none\/"}"#);
}

#[test]
fn a_tower_is_not_climbed() {
    let tower = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    assert_eq!(answer(&[], &tower), format!("{}\"***\"{}", "[".repeat(65), "]".repeat(65)));
}

#[test]
fn what_is_too_long_is_shown_in_part_and_cut_in_no_secret() {
    let long = format!(r#"{{"ret":40004,"list":[{}]}}"#, vec![r#"{"token":"x","n":1234}"#; 10_000].join(","));
    let shown = answer(&["1234"], &long);
    let shown = shown.strip_prefix("text: {\"ret\":40004,\"list\":[{\"token\":\"***\",\"n\":1234},{").unwrap();
    let ending = format!("… ({} bytes in all)", long.len());
    assert!(shown.len() < 4200 && !shown.contains('x') && shown.ends_with(&ending), "{shown}");

    // A token of which only the beginning is left in what is looked through.
    let token = "t0k3n".repeat(1000);
    for from in 0..3 {
        let text = format!("{}{token}", "*".repeat(LONGEST_SHOWN - 2000 - from));
        assert!(!self::text(&[&token], &text).contains("t0k"));
    }
    let echoed = token.repeat(100);
    assert!(!text(&[&token], &echoed).contains("t0k"), "{}", text(&[&token], &echoed));
    let (start, secret) = ("x".repeat(1000), "secret".repeat(100));
    assert_eq!(text(&[&secret], &format!("{start} {secret}")), format!("{start} ***"));
}

#[test]
fn with_too_many_secrets_nothing_is_shown() {
    let many: Vec<String> = (0..=MOST_SECRETS).map(|number| format!("secret{number}")).collect();
    let redactor = Redactor::new(many.iter().map(String::as_str));
    assert_eq!(&*redactor.text(&"secret64".into()), MASK);
    assert!(matches!(redactor.answer(&"{\"x\":\"secret64\"}".into(), true), Shown::Text(text) if &*text == MASK));
}

#[test]
fn a_text_made_to_be_slow_is_not() {
    let (token, body) = ("a".repeat(8191), "a".repeat(LONGEST_SHOWN));
    let start = std::time::Instant::now();
    assert!(!answer(&[&token], &format!("{{\"x\":\"{}\"}}", &body[10..])).contains("aaaa"));
    text(&[&"%41\\u0041&#65;<41>".repeat(400)], &"%41\\u0041&#65;<41>".repeat(3600));
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

/// Ways in which somebody on the way may write a text.
fn encoded(text: &str, way: usize) -> String {
    let each_byte = |write: &dyn Fn(u8) -> String| text.bytes().map(write).collect::<String>();
    let units = |write: &dyn Fn(u16) -> String| text.encode_utf16().map(write).collect::<String>();
    match way {
        0 => text.to_owned(),
        1 => each_byte(&|byte| format!("%{byte:02X}")),
        2 => each_byte(&|byte| format!("%{byte:02x}")),
        3 => percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string(),
        4 => units(&|unit| format!("\\u{unit:04x}")),
        5 => units(&|unit| format!("\\u{unit:04X}")),
        6 => quote(text).trim_matches('"').replace('/', "\\/"),
        7 => text.chars().map(|character| format!("&#{};", u32::from(character))).collect(),
        8 => STANDARD.encode(text),
        9 => STANDARD_NO_PAD.encode(text),
        10 => URL_SAFE.encode(text),
        11 => URL_SAFE_NO_PAD.encode(text),
        _ => each_byte(&|byte| format!("<{byte:02X}>")),
    }
}

const WAYS: usize = 13;

/// Without the characters of [`filler`], and with those that encodings change.
fn secret() -> impl Strategy<Value = String> {
    // One that begins or ends in a quotation mark or blank could not be told from what stands around it.
    "[A-Z0-9+/é会🙂][A-Z0-9+/=_%&<\\\\\"' é会🙂-]{2,20}[A-Z0-9+/é会🙂]"
}

fn filler() -> impl Strategy<Value = String> {
    "[klmnop.!|~ ]{0,12}"
}

/// A text as it comes, and as it must be shown.
#[derive(Debug, Clone)]
struct Case {
    comes: String,
    shown: String,
}

/// Filler, with secrets in it.
fn with_secrets(secrets: Vec<String>) -> impl Strategy<Value = Case> {
    let part = (filler(), proptest::option::of((0..secrets.len(), 0..WAYS)));
    proptest::collection::vec(part, 0..4).prop_map(move |parts| {
        let (mut comes, mut shown) = (String::new(), String::new());
        for (filler, secret) in parts {
            let secret = secret.map(|(index, way)| (encoded(&secrets[index], way), MASK.to_owned()));
            let (secret, mask) = secret.unwrap_or_default();
            // So that no two secrets touch.
            comes.push_str(&format!("{filler}!{secret}!"));
            shown.push_str(&format!("{filler}!{mask}!"));
        }
        Case { comes, shown }
    })
}

fn number() -> impl Strategy<Value = Case> {
    "(-?(0|[1-9][0-9]{0,18})(\\.[0-9]{1,6})?([eE][+-]?[0-9]{1,3})?|true|false|null)"
        .prop_map(|text| Case { comes: text.clone(), shown: text })
}

fn json(secrets: Vec<String>) -> impl Strategy<Value = Case> {
    // A string as it is written by one program or another; what is no secret comes back as it came.
    let string = (with_secrets(secrets.clone()), 0..3usize).prop_map(|(case, way)| {
        let written = |text: &str| match way {
            0 => quote(text),
            1 => quote(text).replace('/', "\\/"),
            _ => format!("\"{}\"", encoded(text, 4)),
        };
        let comes = written(&case.comes);
        let shown = if case.comes == case.shown { comes.clone() } else { quote(&case.shown) };
        Case { comes, shown }
    });
    let named = "(token|appSecret|APP-SECRET|access_token|passWord)";
    let leaf = prop_oneof![number(), string];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        let held = inner.clone().prop_map(|case| match case.comes.starts_with(['{', '[']) {
            true => {
                let same = case.comes == case.shown;
                let comes = quote(&case.comes);
                Case { shown: if same { comes.clone() } else { quote(&case.shown) }, comes }
            }
            false => case,
        });
        let member = prop_oneof![
            4 => ("[klmnop_ A-Z0-9]{1,8}", inner.clone()).prop_map(|(name, case)| (name, case)),
            1 => (named, inner.clone()).prop_map(|(name, case)| (name, Case { shown: "\"***\"".to_owned(), ..case })),
            1 => ("[klmnop]{1,8}", held),
        ];
        let joined = |cases: Vec<(Option<String>, Case)>, open: &str, end: &str| {
            let all = |of: &dyn Fn(&Case) -> &str| {
                let parts = cases.iter().map(|(name, case)| match name {
                    Some(name) => format!("{}:{}", quote(name), of(case)),
                    None => of(case).to_owned(),
                });
                format!("{open}{}{end}", parts.collect::<Vec<_>>().join(","))
            };
            Case { comes: all(&|case| &case.comes), shown: all(&|case| &case.shown) }
        };
        prop_oneof![
            proptest::collection::vec(inner, 0..5).prop_map(move |cases| joined(
                cases.into_iter().map(|case| (None, case)).collect(),
                "[",
                "]"
            )),
            proptest::collection::vec(member, 0..5).prop_map(move |members| joined(
                members.into_iter().map(|(name, case)| (Some(name), case)).collect(),
                "{",
                "}"
            )),
        ]
    })
}

fn secrets() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(secret(), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_secret_shows_in_any_text_and_the_rest_comes_back(
        (secrets, case) in secrets().prop_flat_map(|secrets| (Just(secrets.clone()), with_secrets(secrets)))
    ) {
        let known: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let shown = redactor(&known).beginning(&case.comes);
        prop_assert_eq!(&shown, &case.shown, "{:?}", case.comes);
    }

    #[test]
    fn no_secret_shows_in_any_json_and_the_rest_comes_back(
        (secrets, case) in secrets().prop_flat_map(|secrets| (Just(secrets.clone()), json(secrets)))
    ) {
        let known: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let shown = answer(&known, &case.comes);
        prop_assert_eq!(&shown, &case.shown, "{}", case.comes);
    }

    /// Whatever fragments are put together, no secret shows. A lone `%` is not among them: it spoils the two digits after it,
    /// which may be a secret's first.
    #[test]
    fn no_secret_shows_in_what_is_cut_and_glued(
        secrets in secrets(), pieces in proptest::collection::vec((0..3usize, 0..WAYS, "[\"{}:,=&\\\\ token]{0,6}"), 0..6)
    ) {
        let known: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let glued: String =
            pieces.iter().map(|(index, way, glue)| format!("{}{glue}", encoded(&secrets[index % secrets.len()], *way))).collect();
        let shown = redactor(&known).beginning(&glued);
        for secret in &secrets {
            for way in 0..WAYS {
                prop_assert!(!shown.contains(&encoded(secret, way)), "{secret} ({way}) in {shown}, of {glued}");
            }
        }
    }
}
