//! The builders: configuration, options, parameters, and the objects nested in them.

use super::super::operations::kind;
use super::names;
use super::text::{WIDTH, sentence};
use crate::catalog::{Catalog, Field, Platform, Result};
use std::fmt::Write as _;

/// The key whose setter takes a function: token.hpp has it.
const PROVIDER: &str = "token_provider";

pub fn configuration(catalog: &Catalog, platform: &Platform, out: &mut String) -> Result<()> {
    let about = &platform.about;
    let keys: Vec<Field> = keys(catalog, platform)
        .filter(|key| !["platform", PROVIDER].contains(&key.name.as_str()))
        // The C library's functions on clients are the C++ client's methods.
        .map(|key| Field { doc: key.doc.replace("meetgate_client_", ""), ..key.clone() })
        .collect();
    sentence(&format!("How a client of {} is made. A key that is left out has its default.", about.name), 0, out);
    let start = format!("  {}() {{ put(\"platform\", text(\"{}\")); }}\n", names::config(platform), about.name);
    let base = if has_tokens(catalog, platform) { "token_config" } else { "builder" };
    class_of(base, platform, &names::config(platform), &start, &keys, out)
}

/// Whether the platform's clients work with tokens, which callers may provide.
pub fn has_tokens(catalog: &Catalog, platform: &Platform) -> bool {
    keys(catalog, platform).any(|key| key.name == PROVIDER)
}

fn keys<'c>(catalog: &'c Catalog, platform: &'c Platform) -> impl Iterator<Item = &'c Field> {
    let keys = catalog.config.iter().filter(|key| key.platforms.contains(&platform.about.name));
    keys.map(|key| &key.field)
}

pub fn options(catalog: &Catalog, out: &mut String) -> Result<()> {
    let keys: Vec<Field> = catalog
        .config
        .iter()
        .filter(|key| key.per_call)
        .map(|key| Field { default: String::new(), ..key.field.clone() })
        .collect();
    let platform = catalog.platforms.first().ok_or("no platform")?;
    sentence(
        "For one call alone; a key that is left out is as the client has it. Cancelling comes with a later version.",
        0,
        out,
    );
    class(platform, "call_options", "", &keys, out)
}

/// Each type once, before those that hold it, however many operations have it; those of the configuration too.
pub fn nested_objects(catalog: &Catalog, platform: &Platform, out: &mut String) -> Result<()> {
    let mut found = Vec::new();
    for key in keys(catalog, platform) {
        collect(platform, std::slice::from_ref(key), &mut found)
            .map_err(|problem| format!("configuration of {}: {problem}", platform.about.name))?;
    }
    of_all_operations(platform, &mut found)?;
    for field in found {
        let article = if field.kind == "array" { "One element of" } else { "The object" };
        sentence(&format!("{article} `{}`. {}", field.name, field.doc), 0, out);
        class(platform, &names::object(platform, field), "", &field.fields, out)?;
    }
    Ok(())
}

/// The parameters that have members of their own, one for each C++ type.
pub fn nested_parameters(platform: &Platform) -> Result<Vec<&Field>> {
    let mut found = Vec::new();
    of_all_operations(platform, &mut found)?;
    Ok(found)
}

fn of_all_operations<'c>(platform: &'c Platform, found: &mut Vec<&'c Field>) -> Result<()> {
    for operation in &platform.operations {
        collect(platform, &operation.params, found)
            .map_err(|problem| format!("{}.{}: {problem}", platform.about.name, operation.name))?;
    }
    Ok(())
}

fn collect<'c>(platform: &Platform, fields: &'c [Field], found: &mut Vec<&'c Field>) -> Result<()> {
    for field in fields.iter().filter(|field| !field.fields.is_empty()) {
        collect(platform, &field.fields, found)?;
        let name = names::object(platform, field);
        match found.iter().find(|other| names::object(platform, other) == name) {
            None => found.push(field),
            Some(other) if shape(other) == shape(field) => {}
            Some(_) => return Err(format!("two different objects would be {name} in C++").into()),
        }
    }
    Ok(())
}

fn shape(field: &Field) -> Vec<(&str, &str, &str)> {
    field.fields.iter().map(|field| (field.name.as_str(), field.kind.as_str(), field.items.as_str())).collect()
}

pub fn of_operations(platform: &Platform, out: &mut String) -> Result<()> {
    for operation in platform.operations.iter().filter(|operation| !operation.params.is_empty()) {
        let required: Vec<&str> =
            operation.params.iter().filter(|field| field.required).map(|field| field.name.as_str()).collect();
        let required = if required.is_empty() { "nothing".to_owned() } else { required.join(", ") };
        let text = format!(
            "Parameters of {}.{}: {}. Required: {required}.",
            platform.about.name, operation.name, operation.summary
        );
        sentence(&text, 0, out);
        class(platform, &names::params(platform, operation), "", &operation.params, out)?;
    }
    Ok(())
}

fn class(platform: &Platform, name: &str, start: &str, fields: &[Field], out: &mut String) -> Result<()> {
    class_of("builder", platform, name, start, fields, out)
}

/// One builder: a setter for each field, beside those of `base`.
fn class_of(
    base: &str,
    platform: &Platform,
    name: &str,
    start: &str,
    fields: &[Field],
    out: &mut String,
) -> Result<()> {
    writeln!(out, "class {name} : public {base}<{name}> {{\n public:\n{start}")?;
    if start.is_empty() {
        // No empty line below `public:`.
        out.pop();
    }
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        sentence(&format!("{} [{}]", field.doc.trim(), kind(field)), 2, out);
        let kinds = std::iter::once(&field.kind).chain(&field.also);
        for kind in kinds {
            let argument = names::argument(platform, field, kind)?;
            let head = format!("  {name} &{}(const {argument} &value) {{", names::setter(&field.name));
            let body = format!("return put(\"{}\", value);", field.name);
            if head.len() + body.len() + "  }".len() <= WIDTH {
                writeln!(out, "{head} {body} }}")?;
            } else {
                writeln!(out, "{head}\n    {body}\n  }}")?;
            }
        }
    }
    writeln!(out, "}};\n")?;
    Ok(())
}
