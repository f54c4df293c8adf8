//! What fuzzing looks for, tried with each input of its corpus. `cargo xtask fuzz` looks for more.

mod support;

#[path = "../fuzz/src/configuration.rs"]
mod configuration;
#[path = "../fuzz/src/envelopes.rs"]
mod envelopes;
#[path = "../fuzz/src/http_answers.rs"]
mod http_answers;
#[path = "../fuzz/src/parameters.rs"]
mod parameters;
#[path = "../fuzz/src/server.rs"]
mod server;
#[path = "../fuzz/src/shown.rs"]
mod shown;
#[path = "../fuzz/src/token_file.rs"]
mod token_file;

fn try_each(target: &str, check: fn(&[u8])) {
    let mut tried = 0;
    for entry in std::fs::read_dir(support::root().join("fuzz/corpus").join(target)).unwrap() {
        let path = entry.unwrap().path();
        let input = std::fs::read(&path).unwrap();
        // So that a failed test says which one it was.
        println!("{}", path.display());
        check(&input);
        tried += 1;
    }
    assert!(tried > 5, "only {tried} inputs");
}

#[test]
fn configurations_are_refused_in_words_or_give_a_client() {
    try_each("configuration", configuration::check);
}

#[test]
fn parameters_are_checked_alike_on_both_ways_and_nothing_is_sent() {
    try_each("parameters", parameters::check);
}

#[test]
fn a_body_is_given_byte_for_byte_or_shown_without_secrets() {
    try_each("envelopes", envelopes::check);
}

#[test]
fn what_a_call_gives_was_written_for_that_call() {
    try_each("http_answers", http_answers::check);
}

#[test]
fn whatever_the_file_of_a_token_holds_a_call_has_a_token() {
    try_each("token_file", token_file::check);
}
