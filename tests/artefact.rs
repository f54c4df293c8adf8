//! Which libraries `cargo xtask dist` refuses to hand out, and in which words.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

/// What it says of a file, and whether it takes it.
fn checked(library: &Path) -> (bool, String) {
    let mut check = Command::new(env!("CARGO"));
    check.args(["run", "--quiet", "--package", "xtask", "--", "dist", "check"]).arg(library);
    let output = support::run_within(std::time::Duration::from_secs(300), check.current_dir(support::root()));
    (output.status.success(), support::both(&output))
}

#[test]
fn a_debug_build_is_refused_with_each_reason() {
    let (is_taken, said) = checked(&support::library_folder().join("libmeetgate.so"));
    assert!(!is_taken, "{said}");
    for reason in ["cannot be handed out:", "it is not stripped", "it is no release build", "it needs glibc 2."] {
        assert!(said.contains(reason), "{reason}\n{said}");
    }
    // And not what is right.
    for wrong in ["RELRO", "BIND_NOW", "soname", "RPATH", "exports", "lacks", "asks"] {
        assert!(!said.contains(wrong), "{wrong}\n{said}");
    }
}

#[test]
fn a_library_that_exports_more_or_less_is_refused() {
    let (is_taken, said) = checked(&support::library_with_test_hooks().join("libmeetgate.so"));
    assert!(!is_taken && said.contains("it exports what the header has not: meetgate_test_"), "{said}");

    let folder = support::empty_folder("artefact");
    let (source, library) = (folder.join("other.c"), folder.join("libother.so"));
    fs::write(&source, "int nobody_has_it(void);\nint other(void) { return nobody_has_it(); }\n").unwrap();
    let mut compile = Command::new("cc");
    compile.args(["-shared", "-fPIC", "-z", "execstack", "-Wl,-z,norelro,-z,lazy,-rpath,/tmp", "-o"]).arg(&library);
    let compiled = support::run(compile.arg(&source));
    assert!(compiled.status.success(), "{}", support::both(&compiled));
    let (is_taken, said) = checked(&library);
    assert!(!is_taken, "{said}");
    for reason in [
        "a stack that can be executed",
        "no RELRO",
        "no BIND_NOW",
        "(RPATH)",
        "its soname is None",
        "it asks for what glibc has not: nobody_has_it",
        "it exports what the header has not: other",
        "it lacks what the header has: meetgate_abi_version,",
        "names that do not begin with meetgate_",
    ] {
        assert!(said.contains(reason), "{reason}\n{said}");
    }
}

/// MinGW's linker leaves a table of all names there, and no section that tells of it.
#[test]
#[ignore = "takes MinGW: cargo xtask test --full runs it"]
fn a_library_for_windows_with_names_is_refused() {
    let folder = support::empty_folder("artefact-windows");
    let (source, library) = (folder.join("other.c"), folder.join("other.dll"));
    fs::write(&source, "int other(void) { return 0; }\n").unwrap();
    for (option, has_names) in [("-O2", true), ("-s", false)] {
        let mut compile = Command::new("x86_64-w64-mingw32-gcc");
        let compiled = support::run(compile.args(["-shared", option, "-o"]).arg(&library).arg(&source));
        assert!(compiled.status.success(), "{}", support::both(&compiled));
        let (is_taken, said) = checked(&library);
        assert!(!is_taken && said.contains("it is not stripped") == has_names, "{said}");
    }
}

#[test]
fn a_file_that_is_no_library_is_named() {
    let (is_taken, said) = checked(&support::root().join("Cargo.toml"));
    assert!(!is_taken && said.contains("Cargo.toml"), "{said}");
}
