//! The worked examples of the catalog: one for each operation.

#![allow(dead_code, reason = "each test program uses its own part of it")]

use super::support;

pub const PLATFORMS: [&str; 3] = ["hst", "youme", "avd"];

pub struct Example {
    pub platform: &'static str,
    /// The whole name: `avd.room.read`.
    pub name: String,
    pub params: String,
    pub sends: String,
    pub body: String,
    pub reply: serde_json::Value,
}

/// Those of every operation that the library knows.
pub fn all() -> Vec<Example> {
    let examples: Vec<Example> = PLATFORMS.into_iter().flat_map(of).collect();
    assert_eq!(examples.len(), meetgate::catalog::operations().len());
    examples
}

fn of(platform: &'static str) -> Vec<Example> {
    let catalog = std::fs::read_to_string(support::root().join(format!("catalog/{platform}.toml"))).unwrap();
    let mut operations: toml::Table = catalog.parse().unwrap();
    operations.remove("platform");
    operations.remove("error");
    let example = |(name, operation): (String, toml::Value)| {
        let text = |name: &str| operation["example"].get(name).map_or("", |text| text.as_str().unwrap()).to_owned();
        Example {
            platform,
            name: format!("{platform}.{name}"),
            params: text("params"),
            sends: text("sends"),
            body: text("body"),
            reply: serde_json::from_str(&text("reply")).unwrap(),
        }
    };
    operations.into_iter().map(example).collect()
}
