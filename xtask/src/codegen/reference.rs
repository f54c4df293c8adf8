//! `docs/reference/*.md`: a page for each platform, and one for the configuration.

use super::Rendered;
use super::operations::kind;
use crate::catalog::{Catalog, Field, Key, PLATFORMS, Platform, Result};
use minijinja::{Environment, Value};
use serde::Serialize;
use serde_json::json;

pub fn render(catalog: &Catalog) -> Result<Vec<Rendered>> {
    let mut environment = Environment::new();
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_keep_trailing_newline(true);
    environment.add_template("platform", include_str!("../../templates/platform.md.j2"))?;
    environment.add_template("configuration", include_str!("../../templates/configuration.md.j2"))?;
    let mut rendered = Vec::new();
    for platform in &catalog.platforms {
        let text = environment.get_template("platform")?.render(Value::from_serialize(page(platform)))?;
        rendered.push((format!("docs/reference/{}.md", platform.about.name), text));
    }
    let groups: Vec<_> = PLATFORMS.iter().map(|name| group(name, catalog)).collect();
    let options: Vec<Row> = catalog.config.iter().filter(|key| key.per_call).map(option).collect();
    let text = environment
        .get_template("configuration")?
        .render(Value::from_serialize(json!({ "groups": groups, "options": options })))?;
    rendered.push(("docs/reference/configuration.md".to_owned(), text));
    Ok(rendered)
}

/// One line of a parameter table; nested members follow their parent, with its name before theirs.
#[derive(Serialize)]
struct Row {
    name: String,
    kind: String,
    doc: String,
}

fn page(platform: &Platform) -> serde_json::Value {
    let operations: Vec<_> = platform
        .operations
        .iter()
        .map(|operation| {
            let errors: Vec<_> = operation
                .errors
                .iter()
                .filter_map(|code| platform.errors.iter().find(|error| error.code == *code))
                .collect();
            json!({
                "operation": operation,
                "errors": errors,
                "function": operation.function(&platform.about),
                "method": operation.method(),
                "path": operation.path(&platform.about),
                "params": rows(&operation.params, ""),
                "returns": rows(&operation.returns, ""),
            })
        })
        .collect();
    json!({ "platform": platform, "operations": operations })
}

fn rows(fields: &[Field], inside: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for field in fields {
        let name = format!("{inside}{}", field.name);
        let nested = if field.kind == "array" { format!("{name}[].") } else { format!("{name}.") };
        rows.push(Row { name, kind: cell(&kind(field)), doc: cell(&field.doc) });
        rows.extend(self::rows(&field.fields, &nested));
    }
    rows
}

fn group(platform: &str, catalog: &Catalog) -> serde_json::Value {
    let keys = catalog.config.iter().filter(|key| key.platforms.iter().any(|name| name == platform));
    let keys: Vec<Row> = keys.filter(|key| key.platforms.len() < PLATFORMS.len()).flat_map(with_members).collect();
    let shared: Vec<Row> =
        catalog.config.iter().filter(|key| key.platforms.len() == PLATFORMS.len()).flat_map(with_members).collect();
    json!({ "platform": platform, "keys": keys, "shared": shared })
}

/// Options have no default but the client's own.
fn option(key: &Key) -> Row {
    let field = Field { default: String::new(), ..key.field.clone() };
    Row { name: field.name.clone(), kind: cell(&kind(&field)), doc: cell(&field.doc) }
}

fn with_members(key: &Key) -> Vec<Row> {
    let members = rows(&key.field.fields, &format!("{}.", key.field.name));
    std::iter::once(row(key)).chain(members).collect()
}

fn row(key: &Key) -> Row {
    let mut kind = cell(&kind(&key.field));
    if key.field.secret {
        kind.push_str(", secret");
    }
    Row { name: key.field.name.clone(), kind, doc: cell(&key.field.doc) }
}

/// One line that does not end its cell.
pub fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
