//! The header is a document: Doxygen has nothing to say against it, so that editors can show each function, parameter and
//! result.

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const HEADER: &str = "include/meetgate.h";

#[test]
fn doxygen_reads_the_header_without_a_warning() {
    if !support::has("doxygen") {
        return;
    }
    let output = doxygen(&support::root().join(HEADER), "header-docs");
    assert!(output.status.success(), "{}", support::both(&output));
}

/// Else the test above could not fail.
#[test]
fn what_is_not_documented_is_noticed() {
    if !support::has("doxygen") {
        return;
    }
    let header = fs::read_to_string(support::root().join(HEADER)).unwrap();
    for (index, line) in [
        " * @param[in] string A reply, an error document, a catalog and so on. NULL does nothing.\n",
        " * @return The number.\n",
        "/** Its first number. */\n",
        "/** How a call ended. The numbers never change and are never reused; new ones may come. */\n",
    ]
    .into_iter()
    .enumerate()
    {
        assert!(header.contains(line), "{line}");
        let broken = support::scratch().join(format!("undocumented-{index}.h"));
        fs::write(&broken, header.replacen(line, "", 1)).unwrap();
        let output = doxygen(&broken, &format!("header-docs-{index}"));
        assert!(!output.status.success(), "nothing was said without {line}");
        assert!(support::both(&output).contains("not documented"), "{}", support::both(&output));
    }
}

/// What is said once at the head is not said again, and what belongs to the reference stands there.
#[test]
fn the_head_says_what_holds_for_all_functions() {
    let header = fs::read_to_string(support::root().join(HEADER)).unwrap();
    for repeated in ["Ownership:", "Threads: any", "Since: 0.1.0.", "Note: "] {
        assert!(!header.contains(repeated), "{repeated}");
    }
    let functions = header.lines().filter(|line| line.starts_with("MEETGATE_EXPORT ")).count();
    let operations = meetgate::catalog::operations().len();
    assert!(functions > operations);
    assert_eq!(header.matches(" * @param[out] reply_json The platform's answer").count(), operations + 2);
    assert_eq!(header.matches(" Source:").count(), operations);
}

/// With `header` alone, into a folder of its own.
fn doxygen(header: &Path, name: &str) -> Output {
    let folder = support::scratch().join(name);
    let settings = folder.with_extension("doxyfile");
    let text = format!(
        "INPUT = \"{}\"\nOUTPUT_DIRECTORY = \"{}\"\nQUIET = YES\nGENERATE_LATEX = NO\nHAVE_DOT = NO\n\
         JAVADOC_AUTOBRIEF = YES\nOPTIMIZE_OUTPUT_FOR_C = YES\nMACRO_EXPANSION = YES\n\
         EXTRACT_ALL = NO\nWARN_IF_UNDOCUMENTED = YES\nWARN_NO_PARAMDOC = YES\nWARN_AS_ERROR = FAIL_ON_WARNINGS\n",
        header.display(),
        folder.display()
    );
    fs::write(&settings, text).unwrap();
    support::run(Command::new("doxygen").arg(settings))
}
