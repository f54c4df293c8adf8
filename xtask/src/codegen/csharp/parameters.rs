//! Classes for parameters and configuration keys that have members of their own, such as a tile of a layout.

use super::docs::Source;
use super::names::{Shape, pascal, singular};
use crate::catalog::{Field, Key, Platform, Result};
use std::collections::BTreeMap;

pub fn render(platform: &Platform) -> Result<Option<Source>> {
    let fields = platform.operations.iter().flat_map(|operation| &operation.params);
    classes(fields, &prefix(platform))
}

/// Those of configuration keys, the same for all platforms.
pub fn render_keys(keys: &[Key]) -> Result<Option<Source>> {
    classes(keys.iter().map(|key| &key.field), "")
}

/// One class for each name: structures of the same name and members are the same wherever they stand.
fn classes<'f>(fields: impl Iterator<Item = &'f Field>, prefix: &str) -> Result<Option<Source>> {
    let mut structures = Vec::new();
    fields.for_each(|field| collect(field, &mut structures));
    let mut seen: BTreeMap<String, &Field> = BTreeMap::new();
    let mut out = Source::at(1);
    for field in structures {
        let class = format!("{prefix}{}", singular(field));
        if let Some(other) = seen.get(&class) {
            if outline(other) != outline(field) {
                return Err(format!("two different structures would be called {class}").into());
            }
            continue;
        }
        declare(&class, field, prefix, &mut out);
        seen.insert(class, field);
    }
    Ok(if seen.is_empty() { None } else { Some(out) })
}

pub fn prefix(platform: &Platform) -> String {
    pascal(&platform.about.name)
}

fn collect<'f>(field: &'f Field, structures: &mut Vec<&'f Field>) {
    if !field.fields.is_empty() {
        structures.push(field);
        field.fields.iter().for_each(|member| collect(member, structures));
    }
}

/// Names and types, inwards.
fn outline(field: &Field) -> String {
    let members: Vec<String> =
        field.fields.iter().map(|member| format!("{}:{}{}", member.name, member.kind, outline(member))).collect();
    format!("{{{}}}", members.join(","))
}

fn declare(class: &str, field: &Field, prefix: &str, out: &mut Source) {
    out.blank();
    let what = if field.kind == "array" { "One object of" } else { "The object" };
    out.summary(&format!("{} {what} `{}`.", field.doc, field.name));
    out.open(&format!("public sealed class {class} : NestedParameters"));
    for member in &field.fields {
        out.member_summary(member);
        let kind = Shape::of(member, prefix, "").optional();
        out.line(&format!("public {kind} {} {{ get; set; }}", pascal(&member.name)));
        out.blank();
    }
    list("internal override Parameters Parameters()", "", field, |member| pascal(&member.name), out);
    if field.fields.iter().any(|member| member.secret) {
        out.blank();
        out.summary("The JSON text that is sent, but for what is secret.");
        let shown = |member: &Field| match (member.secret, pascal(&member.name)) {
            (true, name) => format!("{name} == null ? null : \"***\""),
            (false, name) => name,
        };
        list("public override string ToString()", ".ToString()", field, shown, out);
    }
    out.close();
}

/// A method that makes a list of all members.
fn list(head: &str, tail: &str, field: &Field, value: impl Fn(&Field) -> String, out: &mut Source) {
    out.open(&format!("{head} => new Parameters"));
    for member in &field.fields {
        out.line(&format!("{{ \"{}\", {} }},", member.name, value(member)));
    }
    out.close_with(&format!("{tail};"));
}
