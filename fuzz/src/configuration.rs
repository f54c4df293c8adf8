//! The input is a configuration. It is refused in words, or it gives a client; nothing is sent, and no secret is told.

use crate::shown;
use meetgate::{Client, Status};
use serde_json::Value;

/// Of the secrets of the corpus. Others may be words of the library's own by chance.
const MARK: &str = "an-invented-";
/// Members that hold a secret, wherever they stand.
const SECRET: [&str; 6] = ["dev_secret", "app_secret", "rest_api_key", "secret_key", "token", "client_key_pem"];
/// Members that hold a URL, of which the password is one.
const URL: [&str; 2] = ["proxy", "redis"];

pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let secrets = secrets(text);
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    match Client::new(text) {
        Ok(client) => {
            let info = shown::check(&client.info().unwrap(), &secrets);
            let platform = value(text)["platform"].clone();
            assert_eq!(info["platform"], platform, "{text}");
            shown::check(&client.stats().unwrap(), &secrets);
            // Another client of the same account: both share what there is of it.
            Client::new(text).unwrap();
        }
        Err(error) => _ = shown::check_error(&error, &[Status::InvalidConfig, Status::InvalidArgument], &secrets),
    }
}

fn value(text: &str) -> Value {
    serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(text).trim_ascii()).unwrap_or_default()
}

/// The secrets of the configuration that stand nowhere else in it: else they may be shown as what else they are.
fn secrets(text: &str) -> Vec<String> {
    let value = value(text);
    let mut found = Vec::new();
    for name in SECRET {
        for members in [&value, &value["tls"]] {
            found.extend(members[name].as_str().map(str::to_owned));
        }
    }
    for name in URL {
        for members in [&value, &value["token_store"]] {
            found.extend(members[name].as_str().and_then(password).map(str::to_owned));
        }
    }
    found.extend(
        value["headers"]
            .as_object()
            .into_iter()
            .flat_map(|headers| headers.values())
            .filter_map(|value| value.as_str().map(str::to_owned)),
    );
    found.retain(|secret| secret.contains(MARK) && text.matches(secret.as_str()).count() == 1);
    found
}

/// As it stands in the URL.
fn password(url: &str) -> Option<&str> {
    let (user, _) = url.split_once("://")?.1.rsplit_once('@')?;
    Some(user.split_once(':')?.1)
}
