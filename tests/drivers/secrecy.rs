//! What a program of a test must not show: the secrets of its configurations and the tokens that came meanwhile, in no error, in
//! no description of a client, and in no event of a log.

use super::{Answer, Line};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The configuration keys that hold a secret.
const KEYS: [&str; 5] = ["secret_key", "dev_secret", "app_secret", "rest_api_key", "token"];
/// A shorter one is a part of words, such as a test's token "t".
const SHORTEST: usize = 6;

#[derive(Default)]
pub struct Secrecy {
    secrets: BTreeSet<String>,
    /// Where the program writes its events; gone in the end.
    events: Option<PathBuf>,
}

impl Secrecy {
    pub fn with_events(file: PathBuf) -> Secrecy {
        Secrecy { events: Some(file), secrets: BTreeSet::new() }
    }

    pub fn hide(&mut self, secret: &str) {
        if secret.len() >= SHORTEST {
            self.secrets.insert(secret.to_owned());
        }
    }

    /// What a line tells the program.
    pub fn note_line(&mut self, line: Line<'_>) {
        match line {
            Line::New(_, config) => {
                let config: serde_json::Value = serde_json::from_str(config).unwrap_or_default();
                KEYS.iter().filter_map(|key| config[key].as_str()).for_each(|secret| self.hide(secret));
            }
            Line::SetToken(_, token) => self.hide(token),
            Line::Provide(_, answers) => {
                let answers: Vec<serde_json::Value> = serde_json::from_str(answers).unwrap_or_default();
                answers.iter().filter_map(|answer| answer["token"].as_str()).for_each(|token| self.hide(token));
            }
            _ => {}
        }
    }

    /// What the program answered to it.
    pub fn check_answer(&mut self, line: Line<'_>, answer: &Answer) {
        let text = answer.text();
        match line {
            Line::Asked(_) => {}
            // The caller's own answer, secrets among it.
            Line::Call(..) | Line::CallWith(..) if answer.status == "OK" => {
                let reply: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
                let places = ["/token", "/access_token", "/result/access_token", "/data/token"];
                places.iter().filter_map(|place| reply.pointer(place)?.as_str()).for_each(|token| self.hide(token));
            }
            _ => self.check(&text, &format!("the answer to: {line}")),
        }
    }

    /// What the program wrote into its log, when it has ended.
    pub fn check_events(&self) {
        if let Some(file) = &self.events {
            let events = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            self.check(&events, &format!("the events in {}", file.display()));
        }
    }

    fn check(&self, text: &str, what: &str) {
        for secret in &self.secrets {
            if let Some(line) = text.lines().find(|line| line.contains(secret.as_str())) {
                panic!("{what}: {secret} is in {line}");
            }
        }
    }
}

impl Drop for Secrecy {
    fn drop(&mut self) {
        _ = self.events.as_deref().map(|file: &Path| fs::remove_file(file));
    }
}
