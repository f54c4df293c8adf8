//! The first program of the C guide and of the C++ guide does what the guide says, and the provider of the guide to
//! credentials is one.

mod support;

use meetgate_sandbox::{Options, Sandbox};
use std::process::Command;

#[test]
fn the_program_of_the_c_guide_runs() {
    check("c", "-std=c99");
}

#[test]
fn the_program_of_the_cpp_guide_runs() {
    if support::on_path("c++") {
        check("cpp", "-std=c++11");
    } else {
        support::skipped("c++ is not installed");
    }
}

#[test]
fn the_provider_of_the_guide_to_credentials_compiles() {
    let guide = std::fs::read_to_string(support::root().join("docs/guides/credentials.md")).unwrap();
    let source = support::scratch().join("guide-credentials.c");
    let program = format!(
        "#include <meetgate.h>\n#include <stdio.h>\nstruct host {{ int64_t seconds_left; }};\n\
         int ask_the_host(struct host *host, const char *dead, char *token, size_t capacity);\n{}\
         int main(void) {{ struct host host = {{0}}; return client_of(&host) == NULL; }}\n",
        block(&guide, "c")
    );
    std::fs::write(&source, program).unwrap();
    support::check_syntax(&source.to_string_lossy(), &["-std=c99"]);
}

/// It needs the port alone: the address is in its configuration.
#[test]
fn the_program_of_the_guide_to_private_networks_runs() {
    let guide = std::fs::read_to_string(support::root().join("docs/guides/private-networks.md")).unwrap();
    let source = support::scratch().join("guide-networks.c");
    std::fs::write(&source, block(&guide, "c")).unwrap();
    let program = support::compile(&source.to_string_lossy(), &["-std=c99"], "guide-networks");
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let output = support::run(Command::new(program).arg(sandbox.address().port().to_string()));
    assert!(output.status.success(), "{}", support::both(&output));
    let (_, after) = guide.split_once("```c\n").unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), block(after, "text"));
}

#[test]
fn the_program_of_the_guide_to_transfers_runs() {
    let guide = std::fs::read_to_string(support::root().join("docs/guides/transfers.md")).unwrap();
    let source = support::scratch().join("guide-transfers.c");
    std::fs::write(&source, block(&guide, "c")).unwrap();
    let program = support::compile(&source.to_string_lossy(), &["-std=c99"], "guide-transfers");
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let folder = support::Folder::new();
    let picture = std::fs::read(support::root().join("tests/fixtures/welcome.png")).unwrap();
    std::fs::write(folder.path().join("welcome.png"), &picture).unwrap();
    let mut command = Command::new(program);
    let output = support::run(command.arg(format!("http://{}", sandbox.address())).current_dir(folder.path()));
    assert!(output.status.success(), "{}", support::both(&output));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), block(&guide, "text"));
    assert_eq!(std::fs::read(folder.path().join("fetched.png")).unwrap(), picture);
}

/// tests/c_examples.rs compiles and runs them.
#[test]
fn the_programs_of_the_guide_to_event_loops_are_the_examples() {
    let guide = std::fs::read_to_string(support::root().join("docs/guides/event-loops.md")).unwrap();
    let programs: Vec<&str> =
        guide.split("\n```c\n").skip(1).map(|rest| rest.split_once("\n```\n").unwrap().0).collect();
    let names = ["loop_poll", "loop_glib", "loop_uv", "completion"];
    assert_eq!(programs.len(), names.len());
    for (program, name) in programs.into_iter().zip(names) {
        let example = std::fs::read_to_string(support::root().join(format!("examples/c/{name}.c"))).unwrap();
        assert_eq!(program, example.trim_end(), "{name}");
    }
}

/// Takes the program out of the guide as it is printed, compiles it, and compares what it prints with what stands there.
fn check(language: &str, standard: &str) {
    let guide = std::fs::read_to_string(support::root().join(format!("docs/guides/{language}.md"))).unwrap();
    let source = support::scratch().join(format!("guide.{language}"));
    std::fs::write(&source, block(&guide, language)).unwrap();
    let program = support::compile(&source.to_string_lossy(), &[standard], &format!("guide-{language}"));

    // The guide starts the sandbox on a fixed port, which may be taken here: the program takes another address.
    assert!(block(&guide, "sh").contains("meetgate-sandbox --listen 127.0.0.1:8800"));
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let output = support::run(Command::new(program).arg(format!("http://{}", sandbox.address())));
    assert!(output.status.success(), "{}", support::both(&output));
    let printed = String::from_utf8(output.stdout).unwrap();
    // A long line is broken in the guide, and goes on after three blanks.
    let promised = block(&guide, "text").replace("\n   ", "");
    assert_eq!(printed, promised);
}

/// The first block of a language.
fn block(guide: &str, language: &str) -> String {
    let start = format!("\n```{language}\n");
    let (_, rest) = guide.split_once(&start).unwrap_or_else(|| panic!("no block of {language}"));
    format!("{}\n", rest.split_once("\n```\n").unwrap().0)
}
