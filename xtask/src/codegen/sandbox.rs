//! `docs/reference/sandbox.md`: the sandbox's guide, and how to get every error number out of it.

use super::Rendered;
use super::templates::Templates;
use crate::catalog::{Catalog, ErrorNumber, Platform, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashSet;
use std::fs;
use std::path::Path;

const SITUATIONS: &str = "sandbox/situations.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    situation: Vec<Situation>,
    /// Only the sandbox's tests read these.
    #[serde(rename = "further")]
    _further: Vec<toml::Table>,
    #[serde(rename = "unprovoked")]
    _unprovoked: Vec<toml::Table>,
}

/// How to get one number. What its members mean is said at the head of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Situation {
    platform: String,
    code: Option<i64>,
    kind: Option<String>,
    how: String,
    #[serde(rename = "source")]
    _source: String,
    #[serde(default)]
    fault: bool,
    steps: Vec<Step>,
    #[serde(default, rename = "also")]
    _also: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    operation: Option<String>,
    control: Option<String>,
    #[serde(default)]
    answers: Option<toml::Table>,
    #[serde(rename = "params")]
    _params: Option<toml::Table>,
    #[serde(rename = "credentials")]
    _credentials: Option<String>,
    #[serde(rename = "file")]
    _file: Option<String>,
    #[serde(rename = "body")]
    _body: Option<toml::Value>,
}

/// One line of a platform's table.
#[derive(Serialize)]
struct Row {
    number: String,
    meaning: String,
    how: String,
}

pub fn render(root: &Path, catalog: &Catalog, templates: &Templates<'_>) -> Result<Rendered> {
    let wrong = |error: &dyn std::fmt::Display| format!("{SITUATIONS}: {error}");
    let file: File = toml::from_str(&fs::read_to_string(root.join(SITUATIONS))?).map_err(|error| wrong(&error))?;
    let tables = catalog
        .platforms
        .iter()
        .map(|platform| {
            let rows = rows(platform, &file.situation).map_err(|error| wrong(&error))?;
            Ok(json!({ "platform": platform.about, "numbered": !platform.errors.is_empty(), "rows": rows }))
        })
        .collect::<Result<Vec<_>>>()?;
    let operations: usize = catalog.platforms.iter().map(|platform| platform.operations.len()).sum();
    let all = catalog.platforms.iter().flat_map(|platform| &platform.operations);
    let later = all.filter(|operation| operation.is_later()).count();
    let text = templates.render("sandbox.md", json!({ "operations": operations, "later": later, "tables": tables }))?;
    Ok(("docs/reference/sandbox.md".to_owned(), text))
}

/// One row for each number of the platform's error table; a platform without one has a row for each situation.
fn rows(platform: &Platform, situations: &[Situation]) -> Result<Vec<Row>> {
    let name = &platform.about.name;
    let mut seen = HashSet::new();
    let mut rows = Vec::new();
    for situation in situations.iter().filter(|situation| situation.platform == *name) {
        check(situation, platform)?;
        let row = match (situation.code, &situation.kind) {
            (Some(code), None) if !seen.insert(code) => return Err(format!("{name} {code} stands twice").into()),
            (Some(code), None) => {
                let known = platform.errors.iter().find(|error| error.code == code);
                let error = known.ok_or(format!("{name} {code} is not in catalog/{name}.toml"))?;
                Row { number: code.to_string(), meaning: meaning(error), how: how(situation) }
            }
            (None, Some(kind)) if platform.errors.is_empty() => {
                Row { number: kind.replace('_', " "), meaning: String::new(), how: how(situation) }
            }
            _ => return Err(format!("a situation of {name} has a code, or a kind where there are no codes").into()),
        };
        rows.push(row);
    }
    match platform.errors.iter().find(|error| !seen.contains(&error.code)) {
        Some(error) => Err(format!("{name} {} has no situation", error.code).into()),
        None => Ok(rows),
    }
}

fn check(situation: &Situation, platform: &Platform) -> Result<()> {
    let (name, prefix) = (&situation.how, format!("{}.", platform.about.name));
    let (last, before) = situation.steps.split_last().ok_or(format!("no steps: {name}"))?;
    if last.answers.is_none() || before.iter().any(|step| step.answers.is_some()) {
        return Err(format!("the last step, and only that, has answers: {name}").into());
    }
    for step in &situation.steps {
        let known = |operation: &str| {
            operation.strip_prefix(&prefix).is_some_and(|name| platform.operations.iter().any(|it| it.name == name))
        };
        match (&step.operation, &step.control) {
            (Some(operation), None) if known(operation) => {}
            (None, Some(_)) => {}
            _ => return Err(format!("a step is a known operation or a call of the control interface: {name}").into()),
        }
    }
    Ok(())
}

fn meaning(error: &ErrorNumber) -> String {
    format!("{} ({})", error.meaning, error.zh)
}

/// A fault is given as it is planned.
fn how(situation: &Situation) -> String {
    let operation = situation.steps.last().and_then(|step| step.operation.as_deref()).unwrap_or_default();
    if !situation.fault {
        return situation.how.clone();
    }
    let code = situation.code.map_or("…".to_owned(), |code| code.to_string());
    let fault = format!(r#"`{{"operation":"{operation}","kind":"number","code":{code}}}`"#);
    format!("Plan the fault {fault}. {}", situation.how)
}
