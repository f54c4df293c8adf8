//! One folder for tokens is one store, however it is spelt and wherever the program goes. Alone in its program: it changes
//! the program's folder.

mod support;

use meetgate::Client;
use meetgate_sandbox::{Options, Sandbox};
use serde_json::json;
use std::{env, fs};

const READ: &str = r#"{"room_id":"12345123456"}"#;

#[test]
fn a_relative_folder_stays_where_it_was_when_the_client_was_made() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let home = support::empty_folder("store-spelling");
    fs::create_dir(home.join("elsewhere")).unwrap();
    let home = home.canonicalize().unwrap();
    let client = |folder: &str| {
        let mut config = sandbox.configurations()["avd"].clone();
        config["token_store"] = json!({ "file": folder });
        Client::new(&config.to_string()).unwrap()
    };

    env::set_current_dir(&home).unwrap();
    let relative = client("tokens");
    env::set_current_dir(home.join("elsewhere")).unwrap();
    relative.call("avd.room.read", READ).unwrap();
    assert!(home.join("tokens").is_dir() && !home.join("elsewhere/tokens").exists());

    // The clients of one account in a process must agree on the store: each of these is the same.
    let spellings = ["../tokens", "../elsewhere/../tokens/", "./../tokens/."].map(str::to_owned);
    let absolute = [home.join("tokens"), home.join(".").join("tokens")].map(|path| path.to_str().unwrap().to_owned());
    #[cfg(unix)]
    std::os::unix::fs::symlink(home.join("tokens"), home.join("link")).unwrap();
    for spelling in spellings.iter().chain(&absolute).map(String::as_str).chain(cfg!(unix).then_some("../link")) {
        client(spelling).call("avd.room.read", READ).unwrap();
    }
    assert_eq!(sandbox.counts()["avd.app.get_token"], 1);
}
