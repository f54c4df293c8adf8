//! The first byte of the input chooses a platform; the rest is the file that other processes share their token in. Whatever
//! stands there, a call gets a token: that of the file or a new one.

use crate::server::{self, Server};
use crate::shown;
use meetgate::Client;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

const FETCHED: &str = "fetched-token-of-the-fuzzer";
const SECRET_KEY: &str = "0123456789abc+ef";

struct Store {
    folder: PathBuf,
    /// Of each platform.
    files: BTreeMap<&'static str, PathBuf>,
}

static SERVER: LazyLock<Server> = LazyLock::new(Server::start);
static STORE: LazyLock<Store> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("meetgate-fuzz-{}-store", std::process::id()));
    _ = fs::remove_dir_all(&folder);
    let file_of = |platform| {
        let own = folder.join(platform);
        fs::create_dir_all(&own).unwrap();
        fs::set_permissions(&own, fs::Permissions::from_mode(0o700)).unwrap();
        // Where a client puts its token is the library's own matter: look.
        call(platform, &own);
        let names = fs::read_dir(&own).unwrap().map(|entry| entry.unwrap().path());
        names.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "token")).unwrap()
    };
    let files = ["avd", "hst"].map(|platform| (platform, file_of(platform))).into();
    Store { folder, files }
});

pub fn check(input: &[u8]) {
    let Some((&chosen, content)) = input.split_first() else { return };
    let platform = if chosen & 1 == 0 { "hst" } else { "avd" };
    let file = &STORE.files[platform];
    fs::write(file, content).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    let token = call(platform, &STORE.folder.join(platform));
    let kept = fs::read(file).unwrap();
    if token == FETCHED {
        let of_file: Value = serde_json::from_slice(&kept).unwrap();
        assert_eq!(of_file["token"], FETCHED, "what was fetched is shared");
        assert!(of_file["generation"].is_u64(), "{of_file}");
    } else {
        assert_eq!(kept, content, "a file whose token is used is left alone");
        let of_file: Value = serde_json::from_slice(content).unwrap();
        assert_eq!(of_file["token"], token.as_str(), "another token than the file's");
        assert_eq!(of_file["format"], "meetgate token 1");
    }
}

/// Makes a call, which succeeds, and gives the token that it was made with.
fn call(platform: &str, folder: &Path) -> String {
    let used = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&used);
    SERVER.answers(move |request| match request.path.as_str() {
        "/access/token" => {
            server::json(&format!(r#"{{"code":0,"result":{{"timeout":7200,"access_token":"{FETCHED}"}}}}"#))
        }
        "/sdkapi/v2/app/get_token" => server::json(&format!(r#"{{"ret":0,"token":"{FETCHED}"}}"#)),
        _ => {
            *seen.lock().unwrap() = token(&request.head);
            server::json(r#"{"ret":0,"code":0}"#)
        }
    });
    let (keys, operation, params) = match platform {
        "hst" => (r#""dev_id":"dev","dev_secret""#, "hst.app.delete", r#"{"app_id":"a"}"#),
        _ => (r#""access_key":"key","secret_key""#, "avd.room.read", r#"{"room_id":"1"}"#),
    };
    let config = format!(
        r#"{{"platform":"{platform}","base_url":"{}",{keys}:"{SECRET_KEY}","token_store":{{"file":"{}"}}}}"#,
        SERVER.url,
        folder.display()
    );
    let client = Client::new(&config).unwrap();
    client.call(operation, params).unwrap_or_else(|error| panic!("{}", error.to_json()));
    let token = used.lock().unwrap().take().expect("the call came without a token");
    shown::check(&client.info().unwrap(), &[SECRET_KEY, &token]);
    token
}

/// The token in the head of a request.
fn token(head: &str) -> Option<String> {
    let of_header = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("authorization").then(|| value.trim().to_owned())
    });
    of_header.or_else(|| {
        let (_, rest) = head.lines().next()?.split_once("token=")?;
        Some(shown::decoded(rest.split(['&', ' ']).next()?).into_owned())
    })
}
