//! The rooms of the sandbox: state below, verbs above, and no circles.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod modules;

use modules::Modules;
use std::path::Path;

fn sandbox() -> Modules {
    Modules::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

#[test]
fn no_module_imports_one_that_imports_it() {
    let modules = sandbox();
    assert!(modules.count() > 80, "{} modules: the reader has lost some", modules.count());
    assert_eq!(modules.circle(), None);
}

/// Who must not know whom, directly or through others. `avd::world` stands for itself and all that is in it.
#[test]
fn nothing_below_knows_what_is_above() {
    let rules = [
        // The worlds hold state. What is done to it, and by whom, is above them.
        ("avd::world", ["avd::call", "avd::params", "avd::refusal", "avd::operations", "exchange"].as_slice()),
        ("hst::world", &["hst::arguments", "hst::refusal", "hst::operations", "exchange"]),
        ("youme::world", &["youme::arguments", "youme::refusal", "youme::commands", "exchange"]),
        // A platform has its own settings, knows no other platform, and nothing of faults, TLS or the control interface.
        ("avd", &["hst", "youme", "options", "faults", "wire", "tls", "shared", "control", "server"]),
        ("hst", &["avd", "youme", "options", "faults", "wire", "tls", "shared", "control", "server"]),
        ("youme", &["avd", "hst", "options", "faults", "wire", "tls", "shared", "control", "server"]),
        // The wire knows bytes and faults.
        ("wire", &["shared", "control", "server", "call", "options"]),
        ("control", &["server", "sandbox", "wire"]),
    ];
    let modules = sandbox();
    let broken: Vec<String> =
        rules.iter().flat_map(|(who, whom)| whom.iter().filter_map(|whom| modules.way(who, whom))).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// One dialect with the library: `x.rs` beside `x/`.
#[test]
fn no_file_is_called_mod() {
    assert_eq!(sandbox().called_mod(), [] as [String; 0]);
}

/// The reader itself, on sources of which the answer is known.
#[test]
fn the_reader_sees_every_way_to_name_a_module() {
    let modules = |files: &[(&str, &str)]| Modules::of(files.iter().map(|(path, text)| (*path, (*text).to_owned())));
    let circle = |files: &[(&str, &str)]| modules(files).circle();
    assert_eq!(circle(&[("a.rs", "use crate::b::B;"), ("b.rs", "pub struct B;")]), None);
    for back in [
        "use crate::a::A;",
        "use super::a::A;",
        "use super::{a::A, c};",
        "use crate::{\n    a,\n    c::C,\n};",
        "fn f() { crate::a::f() }",
        "fn f() -> super::a::A { todo!() }",
        "pub(crate) use crate::a;",
        "#[cfg(test)]\nmod tests;\n\nuse crate::a::A;",
    ] {
        let found = circle(&[("a.rs", "use crate::b::B;"), ("b.rs", back), ("c.rs", "")]);
        assert_eq!(found.as_deref(), Some("a -> b -> a"), "{back}");
    }
    // A parent that names its child, and a child that names its parent.
    let child = [("a.rs", "mod x;\nuse x::X;"), ("a/x.rs", "use super::A;")];
    assert_eq!(circle(&child).as_deref(), Some("a -> a::x -> a"));
    assert_eq!(circle(&[("a.rs", "mod x;"), ("a/x.rs", "use super::A;")]), None);
    let inline = [("a.rs", "mod x;\nfn f() { x::g() }"), ("a/x.rs", "use super::A;")];
    assert_eq!(circle(&inline).as_deref(), Some("a -> a::x -> a"));
    // What is no import: comments, texts, the tests inside a file.
    let quiet = "//! See crate::a.\n/* crate::a */ // crate::a\nconst T: &str = \"crate::a\";\n\
                 #[cfg(test)]\nmod tests {\n    use crate::a::A;\n}\n";
    assert_eq!(circle(&[("a.rs", "use crate::b::B;"), ("b.rs", quiet)]), None);
    let way = modules(&[("a.rs", "use crate::b;"), ("b.rs", "use crate::c::d::D;"), ("c.rs", ""), ("c/d.rs", "")]);
    assert_eq!(way.way("a", "c").as_deref(), Some("a -> b -> c::d"));
    assert_eq!(way.way("c", "a"), None);
}
