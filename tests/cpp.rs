//! The C++ headers: compiled by every compiler and for every standard, and run against a sandbox, also under valgrind. What
//! they put on the wire is what C does.

mod drivers;
mod examples;
mod programs;
mod scripted;
mod support;

use drivers::{Driver as _, Line};
use examples::PLATFORMS;
use meetgate_sandbox::{Exchange, Options, Sandbox};
use programs::{Run, VALGRIND_LIMIT, passes};
use scripted::{Act, Server, answer, json};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

const STANDARDS: [&str; 4] = ["-std=c++11", "-std=c++14", "-std=c++17", "-std=c++20"];
const WARNINGS: [&str; 6] = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"];

/// tests/cpp/contract.cpp: its threads on one client, and what each asks for.
const CALLS_OF_ALL_THREADS: usize = 16 * 4;

#[test]
fn every_compiler_takes_the_headers_for_every_standard() {
    for compiler in compilers() {
        for standard in STANDARDS {
            let flags = [standard, "-Wsign-conversion"];
            // Each method as its documentation shows it.
            compile(compiler, &flags, &["tests/cpp/examples.cpp"], None);
            compile(compiler, &[&flags[..], &["-fno-exceptions"]].concat(), &["tests/cpp/results.cpp"], None);
            let name = format!("cpp-json-{}{standard}", compiler.replace('+', "x"));
            let program = compile(compiler, &flags, &["tests/cpp/json.cpp"], Some(&name));
            passes(&support::run(Command::new(program).args(classes()).env("LOCPATH", locales())));
        }
    }
}

#[test]
fn each_header_stands_alone() {
    if !support::has("c++") {
        return;
    }
    let folder = support::root().join("include/meetgate");
    let mut headers: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    headers.push(support::root().join("include/meetgate.hpp"));
    assert!(headers.len() > 8);
    for header in headers {
        let program = support::scratch().join("header.cpp");
        let header = header.display();
        std::fs::write(&program, format!("#include \"{header}\"\n#include \"{header}\"\nint main() {{}}\n")).unwrap();
        compile("c++", &["-std=c++11"], &[&program.to_string_lossy()], None);
    }
}

#[test]
fn checkers_say_nothing_about_the_headers() {
    let sources =
        [("tests/cpp/examples.cpp", ""), ("tests/cpp/throwing.cpp", ""), ("tests/cpp/results.cpp", "-fno-exceptions")];
    for (source, flag) in sources {
        let flags: Vec<&str> = ["-std=c++11", "-Weffc++", flag].into_iter().filter(|flag| !flag.is_empty()).collect();
        if support::has("g++") {
            compile("g++", &flags, &[source], None);
        }
        if support::has("clang-tidy") {
            let mut command = Command::new("clang-tidy");
            command.current_dir(support::root()).args([source, "--quiet", "--warnings-as-errors=*"]);
            command
                .args(["--checks=clang-analyzer-*,clang-diagnostic-*,bugprone-*", "--header-filter=include/meetgate"]);
            command.args(["--", "-Iinclude"]).args(&flags);
            let output = support::run(&mut command);
            let shown = support::both(&output);
            // The test's own source may do what a header must not.
            let found: Vec<&str> = shown.lines().filter(|line| line.contains("include/meetgate")).collect();
            assert!(found.is_empty(), "{}", found.join("\n"));
            assert!(output.stderr.is_empty() || shown.contains("warnings generated"), "{shown}");
        }
    }
}

#[test]
fn compilers_warn_of_values_that_are_ignored() {
    let source = "tests/cpp/ignored.cpp";
    let text = std::fs::read_to_string(support::root().join(source)).unwrap();
    for (flag, marks) in
        [("-fexceptions", &["// ignored"][..]), ("-fno-exceptions", &["// ignored", "// ignored without exceptions"])]
    {
        let is_marked = |line: &str| marks.iter().any(|mark| line.ends_with(mark));
        let lines = (1..).zip(text.lines()).filter(|(_, line)| is_marked(line));
        let marked: Vec<usize> = lines.map(|(number, _)| number).collect();
        for (compiler, standard) in compilers().into_iter().flat_map(|compiler| [(compiler, "11"), (compiler, "17")]) {
            let mut command = Command::new(compiler);
            command.current_dir(support::root()).args(["-Iinclude", "-Wall", "-c", "-o", "/dev/null"]);
            command.args([&format!("-std=c++{standard}"), flag, source]);
            let output = support::run(&mut command);
            let shown = support::both(&output);
            assert!(output.status.success(), "{shown}");
            let warnings = shown.lines().filter(|line| line.contains("warning: "));
            let line = |warning: &str| warning.strip_prefix(source)?.split(':').nth(1)?.parse().ok();
            let warned: BTreeSet<usize> = warnings.filter_map(line).collect();
            assert_eq!(Vec::from_iter(warned), marked, "{compiler} {standard} {flag}\n{shown}");
        }
    }
}

#[test]
fn a_status_of_a_newer_library_arrives() {
    for compiler in compilers() {
        for flag in ["-O2", "-O3"] {
            let name = format!("cpp-newer-library-{}{flag}", compiler.replace('+', "x"));
            // With the enumeration taken at its word, as a compiler may.
            let flags = ["-std=c++11", flag, "-fstrict-enums"];
            let program = compile(compiler, &flags, &["tests/cpp/newer_library.cpp"], Some(&name));
            passes(&support::run(&mut Command::new(program)));
        }
    }
}

#[test]
fn the_contract_holds() {
    if support::has("c++") {
        programs::as_it_is(&contract(), |run| check_contract(run, None));
    }
}

#[test]
fn the_contract_holds_under_valgrind() {
    if support::has("c++") && support::has("valgrind") {
        programs::under_valgrind(&contract(), |run| check_contract(run, Some("few")));
        let program = compile("c++", &["-std=c++11"], &["tests/cpp/json.cpp"], Some("cpp-json-valgrind"));
        passes(&support::run_within(
            VALGRIND_LIMIT,
            support::valgrind(&program).args(classes()).env("LOCPATH", locales()),
        ));
    }
}

#[test]
fn calls_are_ended_from_outside() {
    for compiler in compilers() {
        programs::as_it_is(&cancel(compiler), |run| check_cancel(run, None));
    }
}

#[test]
fn calls_are_ended_from_outside_under_valgrind() {
    if support::has("c++") {
        programs::under_valgrind(&cancel("c++"), |run| check_cancel(run, Some("slow")));
    }
}

#[test]
fn a_client_tells_of_its_calls() {
    for compiler in compilers() {
        programs::as_it_is(&observing(compiler), |run| check_cancel(run, None));
    }
}

#[test]
fn a_client_tells_of_its_calls_under_valgrind() {
    if support::has("c++") {
        programs::under_valgrind(&observing("c++"), |run| check_cancel(run, None));
    }
}

#[test]
fn calls_that_are_not_waited_for() {
    for compiler in compilers() {
        programs::as_it_is(&asynchronous(compiler), |run| check_cancel(run, None));
    }
}

#[test]
fn calls_that_are_not_waited_for_under_valgrind() {
    if support::has("c++") {
        programs::under_valgrind(&asynchronous("c++"), |run| check_cancel(run, Some("few")));
    }
}

#[test]
fn files_are_sent_and_fetched() {
    for compiler in compilers() {
        programs::as_it_is(&transfers(compiler), check_transfers);
    }
}

#[test]
fn files_are_sent_and_fetched_under_valgrind() {
    if support::has("c++") {
        programs::under_valgrind(&transfers("c++"), check_transfers);
    }
}

#[test]
fn what_was_started_is_stopped_and_what_goes_on_is_waited_for() {
    for compiler in compilers() {
        programs::as_it_is(&waits(compiler), |run| check_cancel(run, None));
    }
}

#[test]
fn what_was_started_is_stopped_and_what_goes_on_is_waited_for_under_valgrind() {
    if support::has("c++") {
        programs::under_valgrind(&waits("c++"), |run| check_cancel(run, None));
    }
}

#[test]
fn tokens_are_given_and_provided() {
    for compiler in compilers() {
        programs::as_it_is(&tokens(compiler), check_tokens);
    }
}

#[test]
fn tokens_are_given_and_provided_under_valgrind() {
    if support::has("c++") {
        programs::under_valgrind(&tokens("c++"), check_tokens);
    }
}

#[test]
fn without_exceptions_calls_return_results() {
    for compiler in compilers() {
        let name = |part: &str| format!("cpp-{part}-{}", compiler.replace('+', "x"));
        let object = |flags: &[&str], source: &str, part: &str| {
            let object = compile(compiler, &[flags, &["-std=c++11", "-c"]].concat(), &[source], Some(&name(part)));
            object.to_string_lossy().into_owned()
        };
        let throwing = object(&[], "tests/cpp/throwing.cpp", "throwing.o");
        // Where the compiler has no exceptions, and where only the calls throw none.
        for flags in [&["-fno-exceptions", "-fno-rtti"][..], &["-DMEETGATE_NO_EXCEPTIONS"]] {
            let results = object(flags, "tests/cpp/results.cpp", "results.o");
            let program = compile(compiler, &[], &[&results, &throwing], Some(&name("results")));
            let sandbox = Sandbox::start(Options::default()).unwrap();
            passes(&support::run(Command::new(program).arg(sandbox.configurations()["avd"].to_string())));
        }
    }
}

#[test]
fn a_panic_is_thrown_as_internal_error() {
    if !support::has("c++") {
        return;
    }
    let library = support::library_with_test_hooks();
    let program = support::compile_with(&library, "tests/cpp/panic.cpp", &["-std=c++11"], "cpp-panic");
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let output = support::run(Command::new(program).arg(sandbox.configurations()["avd"].to_string()));
    assert!(output.status.success() && output.stdout.ends_with(b"contained\n"), "{}", support::both(&output));
}

#[test]
fn a_library_of_another_abi_is_refused() {
    if !support::has("c++") {
        return;
    }
    let program = support::compile("tests/cpp/other_abi.cpp", &["-std=c++11"], "cpp-other-abi");
    let output = support::run(&mut Command::new(program));
    assert!(output.status.success(), "{}", support::both(&output));
    assert!(String::from_utf8(output.stdout).unwrap().contains("has ABI 1, the headers of this program have ABI 4711"));
}

/// What the setters put on the wire for JSON parameters is compared in wire.rs.
#[test]
fn every_documented_call_sends_byte_for_byte_what_c_sends() {
    if !support::has("c++") {
        return;
    }
    let documented = support::compile("tests/cpp/examples.cpp", &["-std=c++11"], "cpp-examples");
    let mut c = drivers::c();
    let mut failures = Vec::new();
    for example in examples::all() {
        let name = &example.name;
        let from_c = call(example.platform, |config| {
            c.ask(Line::New("a", config));
            let answer = c.ask(Line::Call("a", name, &example.params));
            c.ask(Line::Free("a"));
            assert_eq!(answer.status, "OK", "{name} from C: {}", answer.text());
            answer.reply
        });
        let from_cpp = call(example.platform, |config| {
            let mut program = Command::new(&documented);
            program.args([name, config]).current_dir(support::root().join("tests/fixtures"));
            let output = support::run(&mut program);
            [output.stdout, output.stderr].concat()
        });
        if from_cpp.sent != from_c.sent {
            failures.push(format!("{name}:\n  {}\nfrom C:\n  {}", from_cpp.sent, from_c.sent));
        }
        if !from_cpp.is_whole {
            failures.push(format!("{name} did not come back as it was answered: {}", from_cpp.answer));
        }
    }
    c.end();
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn the_example_runs() {
    if !support::has("c++") {
        return;
    }
    let program = support::compile("examples/cpp/quickstart.cpp", &["-std=c++11"], "cpp-quickstart");
    programs::as_it_is(&program, check_example);
    programs::under_valgrind(&program, check_example);
}

#[test]
fn the_example_is_built_by_its_cmake_file() {
    if support::has("c++") && support::has("cmake") {
        programs::as_it_is(&support::built_by_cmake("cpp"), check_example);
    }
}

#[test]
fn the_example_of_a_loop_runs() {
    if !support::has("c++") {
        return;
    }
    let flags = [&WARNINGS[..], &["-std=c++11", "-pthread"]].concat();
    let program = support::compile("examples/cpp/poll_loop.cpp", &flags, "cpp-poll-loop");
    let check = |run: Run<'_>| {
        let sandbox = Sandbox::start(Options::default()).unwrap();
        for _ in 0..2 {
            let output = run(vec![sandbox.configurations()["avd"].to_string()]);
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success(), "{}", support::both(&output));
            let (head, topics) = text.split_once(" room(s)\n").unwrap();
            assert!(topics.contains("  周会\n"), "{text}");
            assert_eq!(topics.lines().count(), head.parse::<usize>().unwrap(), "{text}");
        }
    };
    programs::as_it_is(&program, check);
    programs::under_valgrind(&program, check);
}

#[test]
fn the_example_of_a_transfer_runs() {
    if !support::has("c++") {
        return;
    }
    let flags = [&WARNINGS[..], &["-std=c++11", "-pthread"]].concat();
    let program = support::compile("examples/cpp/transfer.cpp", &flags, "cpp-transfer");
    let check = |run: Run<'_>| {
        let sandbox = Sandbox::start(Options::default()).unwrap();
        let folder = support::Folder::new();
        let picture = support::root().join("tests/fixtures/welcome.png");
        let target = folder.path().join("fetched.png");
        let arguments = |picture: &std::path::Path| {
            let config = sandbox.configurations()["avd"].to_string();
            vec![config, picture.to_string_lossy().into_owned(), target.to_string_lossy().into_owned()]
        };
        for _ in 0..2 {
            let output = run(arguments(&picture));
            assert!(output.status.success(), "{}", support::both(&output));
            assert_eq!(String::from_utf8_lossy(&output.stdout), "163 bytes, 0 of them from an earlier run\n");
            assert!(String::from_utf8_lossy(&output.stderr).contains("163 of 163 bytes"));
            assert_eq!(std::fs::read(&target).unwrap(), std::fs::read(&picture).unwrap());
        }
        let missing = run(arguments(&folder.path().join("missing.png")));
        assert_eq!(missing.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&missing.stderr).starts_with("INVALID_ARGUMENT: the content"));
    };
    programs::as_it_is(&program, check);
    programs::under_valgrind(&program, check);
}

/// A test as a user writes it, with the fixture that starts a sandbox.
#[test]
fn the_example_of_a_test_passes() {
    if !support::has("c++") {
        return;
    }
    let program = support::compile("examples/cpp/test_room.cpp", &["-std=c++11"], "cpp-test-room");
    let output = support::run(Command::new(program).env("MEETGATE_SANDBOX", support::sandbox_program()));
    let shown = support::both(&output);
    assert!(output.status.success(), "{}\n{shown}", output.status);
    assert_eq!(shown.matches("ok     ").count(), 2, "{shown}");
}

// Compiling -----------------------------------------------------------------------------------------------------------

/// Those that are installed; a missing one is named.
fn compilers() -> Vec<&'static str> {
    ["g++", "clang++"].into_iter().filter(|compiler| support::has(compiler)).collect()
}

/// Compiles, and links unless the flags say otherwise; without an output it only checks. Every warning is an error.
fn compile(compiler: &str, flags: &[&str], sources: &[&str], output: Option<&str>) -> PathBuf {
    let program = support::scratch().join(output.unwrap_or("none"));
    let mut command = Command::new(compiler);
    command.current_dir(support::root()).args(["-g", "-Iinclude"]).args(WARNINGS).args(flags).args(sources);
    if output.is_none() {
        command.arg("-fsyntax-only");
    } else {
        command.arg("-o").arg(&program);
        if !flags.contains(&"-c") {
            let folder = support::library_folder().display();
            command.args([&format!("-L{folder}"), "-lmeetgate", &format!("-Wl,-rpath,{folder}"), "-pthread"]);
        }
    }
    let output = support::run(&mut command);
    assert!(output.status.success(), "{command:?}: {}\n{}", output.status, support::both(&output));
    program
}

/// The program, compiled.
fn contract() -> PathBuf {
    let flags = [&WARNINGS[..], &["-std=c++11", "-pthread"]].concat();
    support::compile("tests/cpp/contract.cpp", &flags, "cpp-contract")
}

fn cancel(compiler: &str) -> PathBuf {
    let name = format!("cpp-cancel-{}", compiler.replace('+', "x"));
    compile(compiler, &["-std=c++11"], &["tests/cpp/cancel.cpp"], Some(&name))
}

fn observing(compiler: &str) -> PathBuf {
    let name = format!("cpp-observing-{}", compiler.replace('+', "x"));
    compile(compiler, &["-std=c++11"], &["tests/cpp/observing.cpp"], Some(&name))
}

fn asynchronous(compiler: &str) -> PathBuf {
    let name = format!("cpp-asynchronous-{}", compiler.replace('+', "x"));
    compile(compiler, &["-std=c++11"], &["tests/cpp/asynchronous.cpp"], Some(&name))
}

fn transfers(compiler: &str) -> PathBuf {
    let name = format!("cpp-transfers-{}", compiler.replace('+', "x"));
    compile(compiler, &["-std=c++11"], &["tests/cpp/transfers.cpp"], Some(&name))
}

fn waits(compiler: &str) -> PathBuf {
    let name = format!("cpp-waits-{}", compiler.replace('+', "x"));
    compile(compiler, &["-std=c++11"], &["tests/cpp/waits.cpp"], Some(&name))
}

fn tokens(compiler: &str) -> PathBuf {
    let name = format!("cpp-tokens-{}", compiler.replace('+', "x"));
    compile(compiler, &["-std=c++11"], &["tests/cpp/tokens.cpp"], Some(&name))
}

/// The classes of numbers that the catalog has.
fn classes() -> BTreeSet<String> {
    let numbers = PLATFORMS.iter().flat_map(|platform| {
        let text = std::fs::read_to_string(support::root().join(format!("catalog/{platform}.toml"))).unwrap();
        let catalog: toml::Table = text.parse().unwrap();
        let numbers = catalog.get("error").and_then(toml::Value::as_array).cloned().unwrap_or_default();
        numbers.into_iter().map(|number| number["class"].as_str().unwrap().to_owned())
    });
    numbers.collect()
}

/// A folder with a locale whose decimal point is a comma, where one can be made.
fn locales() -> PathBuf {
    let folder = support::scratch().join("locales");
    let locale = folder.join("de_DE.UTF-8");
    if support::on_path("localedef") && !locale.exists() {
        _ = std::fs::create_dir_all(&folder);
        _ = Command::new("localedef").args(["-i", "de_DE", "-f", "UTF-8"]).arg(&locale).output();
    }
    folder
}

// Checking ------------------------------------------------------------------------------------------------------------

/// Runs it against a fresh world, and looks at it from the other side too.
fn check_contract(run: Run<'_>, threads: Option<&str>) {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let server = Server::start(|_, request| programs::answer_in_an_odd_way(request));
    let mut arguments = programs::arguments(&sandbox, &server);
    arguments.extend(threads.map(str::to_owned));
    passes(&run(arguments));

    // All threads shared one token, and each call went out once.
    let exchanges = sandbox.exchanges();
    let count = |path| programs::count_of_many_threads(&exchanges, path);
    assert_eq!(count("/sdkapi/v2/app/get_token"), 1);
    assert_eq!(count("/sdkapi/v2/room/read"), 2 * CALLS_OF_ALL_THREADS);
    assert_eq!(count("/access/token"), 1);
    assert_eq!(count("/v1/online/user/state"), CALLS_OF_ALL_THREADS);
}

fn check_cancel(run: Run<'_>, pace: Option<&str>) {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let server = Server::start(|_, request| programs::answer_in_an_odd_way(request));
    let mut arguments = programs::arguments(&sandbox, &server);
    arguments.extend(pace.map(str::to_owned));
    passes(&run(arguments));
}

fn check_transfers(run: Run<'_>) {
    let folder = support::Folder::new();
    check_cancel(run, Some(&folder.path().to_string_lossy()));
}

/// Runs it with a server that ends its sandbox's tokens.
fn check_tokens(run: Run<'_>) {
    let sandbox = Arc::new(Sandbox::start(Options::default()).unwrap());
    let watched = Arc::clone(&sandbox);
    let control = Server::start(move |_, request| match request.target.split('?').next() {
        Some("/expire") => {
            watched.expire_tokens();
            json(r#"{"ret":0}"#)
        }
        _ => Act::Send(answer("404 Not Found", "", "")),
    });
    let configurations = sandbox.configurations();
    passes(&run(vec![configurations["hst"].to_string(), configurations["avd"].to_string(), control.url()]));
}

fn check_example(run: Run<'_>) {
    for text in programs::run_twice(run) {
        assert!(text.ends_with("  40004 no such room (房间号不存在)\n"), "{text}");
    }
}

// The wire ------------------------------------------------------------------------------------------------------------

/// What one program did with one operation.
struct Called {
    /// Everything that it sent, what differs from run to run masked.
    sent: String,
    /// What it printed.
    answer: String,
    /// The last thing that it printed is the last answer, byte for byte.
    is_whole: bool,
}

/// Calls one operation of a fresh world: `run` takes the configuration and gives back what was printed.
fn call(platform: &str, run: impl FnOnce(&str) -> Vec<u8>) -> Called {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let config = &sandbox.configurations()[platform];
    let printed = run(&config.to_string());
    let exchanges = sandbox.exchanges();
    let whole = exchanges.last().map_or(&[][..], |last| last.reply.as_slice());
    let secrets = changing(config, &exchanges);
    let sent = exchanges.iter().map(|exchange| masked(exchange, &secrets)).collect::<Vec<_>>().join("\n  ");
    let is_whole = !whole.is_empty() && printed.ends_with(whole);
    Called { sent, answer: String::from_utf8_lossy(&printed).into_owned(), is_whole }
}

/// What differs from run to run: the address, the token, and what youme's signature is made of.
fn changing(config: &Value, exchanges: &[Exchange]) -> Vec<String> {
    let host = config["base_url"].as_str().unwrap().trim_start_matches("http://").to_owned();
    let mut texts = vec![host];
    for exchange in exchanges {
        let reply: Value = serde_json::from_slice(&exchange.reply).unwrap_or_default();
        let tokens = [&reply["result"]["access_token"], &reply["token"]];
        for token in tokens.into_iter().filter_map(Value::as_str) {
            texts.extend([token.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"), token.to_owned()]);
        }
        for pair in exchange.query.split('&') {
            if let Some((name, value)) = pair.split_once('=')
                && ["curtime", "checksum", "seq"].contains(&name)
            {
                texts.push(value.to_owned());
            }
        }
        for (name, value) in &exchange.headers {
            match name.as_str() {
                "content-type" => texts.extend(value.split_once("boundary=").map(|(_, boundary)| boundary.to_owned())),
                // The developer token, which is made anew for each fetch.
                "authorization" => texts.push(value.clone()),
                _ => {}
            }
        }
    }
    texts.retain(|text| !text.is_empty());
    // A longer one may hold a shorter one.
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    texts
}

fn masked(exchange: &Exchange, changing: &[String]) -> String {
    let body = String::from_utf8_lossy(&exchange.body);
    let whole = format!("{} {}?{} {:?} {body}", exchange.method, exchange.path, exchange.query, exchange.headers);
    changing.iter().fold(whole, |text, part| text.replace(part.as_str(), "***"))
}
