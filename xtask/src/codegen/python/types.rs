//! `types/<platform>.py`: what goes in and comes out, as TypedDicts.

use super::PACKAGE;
use super::docs::docstring;
use super::source::{HEAD, WIDTH, answered, camel, member, object, reply, taken, typing, uses};
use crate::catalog::{Field, Operation, Platform, Result};
use crate::codegen::Rendered;
use crate::codegen::operations::kind;
use crate::codegen::text::wrap;
use serde_json::Value;
use std::collections::BTreeMap;

pub fn render(platform: &Platform) -> Result<Rendered> {
    let about = &platform.about;
    let mut body = String::new();
    for operation in &platform.operations {
        let inside = camel(&operation.name);
        for field in &operation.params {
            parameter(field, &inside, &format!("`{}`", operation.name), &mut body)?;
        }
        answer(platform, operation, &mut body)?;
    }
    let mut head = format!("{HEAD} from catalog/{}.toml. Do not edit.\n", about.name);
    let doc =
        format!("Types of {}'s parameters and answers ({}), for editors and type checkers.", about.name, about.zh);
    let lines = [
        wrap(&doc, WIDTH, "", ""),
        vec![String::new()],
        wrap(
            "An answer is an ordinary dict, just as the platform sent it: the types say what its documents promise. A \
             deployment may leave a member out, add some, or send \"1\" for 1.",
            WIDTH,
            "",
            "",
        ),
    ];
    head.push_str(&docstring(&lines.concat(), 0));
    head.push_str("\nfrom __future__ import annotations\n\n");
    head.push_str(&typing(
        &body,
        &["Any", "Dict", "List", "Literal", "Mapping", "Sequence", "Tuple", "TypedDict", "Union"],
    ));
    if uses(&body, "Number") {
        head.push_str("\nfrom .._json import Number\n");
    }
    Ok((format!("{PACKAGE}/types/{}.py", about.name), head + &body))
}

/// The objects that a parameter or a configuration key holds. `whose` says of what. Required members stand in a base class of their own: Python 3.9 has no other way.
pub fn parameter(field: &Field, inside: &str, whose: &str, out: &mut String) -> Result<()> {
    if field.fields.is_empty() {
        return Ok(());
    }
    let class = object(inside, field);
    for nested in &field.fields {
        parameter(nested, &class, whose, out)?;
    }
    let (required, optional): (Vec<&Field>, Vec<&Field>) = field.fields.iter().partition(|field| field.required);
    let doc = format!("`{}` of {whose}: {}", field.name, field.doc);
    let members = |fields: &[&Field], out: &mut String| -> Result<()> {
        for field in fields {
            entry(field, &taken(field, &class, ""), out)?;
        }
        Ok(())
    };
    match (required.is_empty(), optional.is_empty()) {
        (true, _) => {
            open(&class, "TypedDict, total=False", &doc, out);
            members(&optional, out)
        }
        (false, true) => {
            open(&class, "TypedDict", &doc, out);
            members(&required, out)
        }
        (false, false) => {
            open(&format!("_{class}Required"), "TypedDict", &format!("What `{class}` must have."), out);
            members(&required, out)?;
            open(&class, &format!("_{class}Required, total=False"), &doc, out);
            members(&optional, out)
        }
    }
}

/// The answer: its envelope, as the worked example shows it, and its members, in `result` where the example has them there.
fn answer(platform: &Platform, operation: &Operation, out: &mut String) -> Result<()> {
    let class = reply(operation);
    let name = format!("{}.{}", platform.about.name, operation.name);
    // Sorted, whatever order the JSON library keeps.
    let example: BTreeMap<String, Value> = serde_json::from_str(&operation.example.reply)?;
    let is_nested = example.contains_key("result") && !operation.returns.iter().any(|field| field.name == "result");
    let inside = if is_nested { format!("{class}Result") } else { class.clone() };
    for field in &operation.returns {
        objects_of_answer(field, &inside, &name, out)?;
    }
    if is_nested {
        open(&inside, "TypedDict", &format!("`result` in the answer of `{name}`."), out);
        for field in &operation.returns {
            entry(field, &answered(field, &inside), out)?;
        }
    }
    open(&class, "TypedDict", &format!("The answer of `{name}`."), out);
    for (envelope, value) in &example {
        if operation.returns.iter().any(|field| field.name == *envelope) {
            continue;
        }
        let kind = match value {
            Value::Object(_) if is_nested && envelope == "result" => inside.as_str(),
            Value::Number(_) => "int",
            Value::String(_) => "str",
            _ => return Err(format!("{name}: the example's {envelope:?} is neither documented nor an envelope").into()),
        };
        out.push_str(&format!("    {}: {kind}\n", member(envelope)?));
    }
    if !is_nested {
        for field in &operation.returns {
            entry(field, &answered(field, &inside), out)?;
        }
    } else if example.is_empty() && operation.returns.is_empty() {
        out.push_str("    pass\n");
    }
    Ok(())
}

fn objects_of_answer(field: &Field, inside: &str, operation: &str, out: &mut String) -> Result<()> {
    if field.fields.is_empty() {
        return Ok(());
    }
    let class = object(inside, field);
    for nested in &field.fields {
        objects_of_answer(nested, &class, operation, out)?;
    }
    open(&class, "TypedDict", &format!("In the answer of `{operation}`: {}", field.doc), out);
    for field in &field.fields {
        entry(field, &answered(field, &class), out)?;
    }
    Ok(())
}

fn open(class: &str, bases: &str, doc: &str, out: &mut String) {
    out.push_str(&format!("\n\nclass {class}({bases}):\n"));
    out.push_str(&docstring(&wrap(doc, WIDTH - 8, "", ""), 4));
    out.push('\n');
}

fn entry(field: &Field, annotation: &str, out: &mut String) -> Result<()> {
    out.push_str(&format!("    {}: {annotation}\n", member(&field.name)?));
    let doc = format!("{} ({})", field.doc, kind(field));
    out.push_str(&docstring(&wrap(&doc, WIDTH - 8, "", ""), 4));
    Ok(())
}
