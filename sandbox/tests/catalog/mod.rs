//! What the catalog says of each operation's error numbers, and the parameters of its example. Data to compare with: the
//! sandbox itself is written from the vendors' documents and knows nothing of the catalog.

// Each test target uses its own part of this.
#![allow(dead_code)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value};

pub struct Operation {
    /// The address, without the platform's prefix: `/room/read`.
    pub address: String,
    /// The numbers that it lists itself.
    pub own: BTreeSet<i64>,
    /// Those, and what any operation may answer.
    pub all: BTreeSet<i64>,
    pub params: BTreeSet<String>,
    pub example: Map<String, Value>,
}

/// By whole name: `avd.room.read`.
pub fn operations() -> BTreeMap<String, Operation> {
    ["hst", "youme", "avd"].into_iter().flat_map(of_platform).collect()
}

fn of_platform(platform: &str) -> Vec<(String, Operation)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../catalog/{platform}.toml"));
    let mut file: Map<String, Value> = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    file.remove("platform");
    let errors = file.remove("error").unwrap_or(Value::Array(Vec::new()));
    let operation = |(name, entry): (String, Value)| {
        let own: BTreeSet<i64> = elements(&entry["errors"]).iter().filter_map(Value::as_i64).collect();
        let is_common = |error: &&Value| {
            let no_token_yet = entry["fetches_token"] == true && error["class"] == "token_dead";
            error["common"] == true && !no_token_yet
        };
        let common = elements(&errors).iter().filter(is_common).filter_map(|error| error["code"].as_i64());
        let operation = Operation {
            address: entry["request"].as_str().unwrap().split_once(' ').unwrap().1.to_owned(),
            all: common.chain(own.iter().copied()).collect(),
            own,
            params: elements(&entry["params"]).iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect(),
            example: serde_json::from_str(entry["example"]["params"].as_str().unwrap()).unwrap(),
        };
        (format!("{platform}.{name}"), operation)
    };
    file.into_iter().map(operation).collect()
}

fn elements(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
