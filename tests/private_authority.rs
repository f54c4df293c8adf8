//! `tls.ca_file`: the file of a private authority is trusted beside the public roots, and is part of what an account is.

mod support;

use meetgate::{Client, Status};
use meetgate_sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use std::fs;
use support::Folder;

const READ: &str = r#"{"room_id":"12345123456"}"#;
const STATE: &str = r#"{"app_id":"8f14e45fceea467a9f36dedd4bea2543","msg_id":1}"#;

fn client(config: &Value) -> Client {
    Client::new(&config.to_string()).unwrap()
}

#[test]
fn a_private_authority_is_trusted_where_its_file_is_named() {
    let folder = Folder::new();
    let ca_file = folder.path().join("ca.pem");
    let sandbox = Sandbox::start(Options { ca_file: Some(ca_file.clone()), ..Options::default() }).unwrap();
    let mut config = sandbox.configurations()["avd"].clone();
    config["tls"] = json!({ "ca_file": ca_file });
    let trusting = client(&config);
    for _ in 0..3 {
        trusting.call("avd.room.read", READ).unwrap();
    }
    // Beside others: a bundle may have more than one.
    let bundle = folder.path().join("bundle.pem");
    let other = Sandbox::start(Options { tls: true, ..Options::default() }).unwrap();
    let [others, this] = [other.tls().unwrap().ca_pem.clone(), fs::read_to_string(&ca_file).unwrap()];
    fs::write(&bundle, format!("# another\n{others}\n# this one\n{this}")).unwrap();
    config["tls"] = json!({ "ca_file": bundle });
    client(&config).call("avd.room.read", READ).unwrap();

    config["tls"] = json!({});
    let error = client(&config).call("avd.room.read", READ).unwrap_err();
    assert_eq!(error.status(), Status::Tls, "{error}");
    // What the client knows is what the file said when it was made.
    fs::remove_file(ca_file).unwrap();
    trusting.call("avd.room.read", READ).unwrap();
}

/// A token that came over a connection which one client trusts is none for a client that does not.
#[test]
fn whoever_trusts_others_is_another_account() {
    let folder = Folder::new();
    let ca_file = folder.path().join("ca.pem");
    let sandbox = Sandbox::start(Options { ca_file: Some(ca_file.clone()), ..Options::default() }).unwrap();
    let mut config = sandbox.configurations()["hst"].clone();
    config["tls"] = json!({ "ca_file": ca_file });
    client(&config).call("hst.online.user.state", STATE).unwrap();
    config["tls"] = json!({});
    let error = client(&config).call("hst.online.user.state", STATE).unwrap_err();
    assert_eq!(error.status(), Status::Tls, "{error}");
    assert!(error.document().message.contains("token"), "it had to fetch one of its own: {error}");
}

fn refused(path: &str) -> String {
    let tls = json!({ "ca_file": path });
    let config = json!({ "platform": "avd", "base_url": "https://h", "token": "t", "tls": tls });
    let error = Client::new(&config.to_string()).map(|_| ()).unwrap_err();
    assert_eq!(error.status(), Status::InvalidConfig, "{error:?}");
    let said = error.to_string();
    assert!(said.contains(&format!("\"tls.ca_file\": {path} ")), "{said}");
    said
}

#[test]
fn a_file_that_cannot_be_meant_is_refused_with_the_keys_name() {
    let folder = Folder::new();
    let written = |name: &str, text: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    assert!(refused("/no/such/file.pem").contains("No such file"));
    assert!(refused("/").contains("no regular file"));
    assert!(refused("/dev/zero").contains("no regular file"));
    assert!(refused(&written("empty.pem", b"no certificate\n")).contains("has no certificate"));
    let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(refused(&written("broken.pem", broken)).contains("has a certificate that cannot be used"));
    let cut = b"-----BEGIN CERTIFICATE-----\nAAAA\n";
    assert!(refused(&written("cut.pem", cut)).contains("is not valid PEM"));
    assert!(refused(&written("long.pem", &vec![b'\n'; (4 << 20) + 1])).contains("longer than 4 MiB"));
}
