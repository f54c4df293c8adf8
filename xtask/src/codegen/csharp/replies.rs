//! A class for each operation's answer, with a class inside for each object in it.

use super::docs::Source;
use super::names::{Shape, pascal};
use crate::catalog::{Field, Operation, Platform, Result};

/// What every answer has already.
const TAKEN: [&str; 2] = ["Json", "RawText"];

pub fn render(platform: &Platform) -> Result<Source> {
    let mut out = Source::at(1);
    for operation in platform.operations.iter().filter(|operation| !operation.returns.is_empty()) {
        let class = class(platform, operation);
        let base = base(platform);
        out.blank();
        out.element("summary", &format!("The answer of <c>{}.{}</c>.", platform.about.name, operation.name));
        out.open(&format!("public sealed class {class} : {base}"));
        out.open(&format!("internal {class}(string rawText)\n            : base(rawText)"));
        out.close();
        members(platform, &operation.returns, &mut out).map_err(|problem| format!("{}: {problem}", operation.name))?;
        out.close();
    }
    Ok(out)
}

/// The class of an operation's answer; the platform's plain one where only the envelope comes back.
pub fn class(platform: &Platform, operation: &Operation) -> String {
    if operation.returns.is_empty() {
        return base(platform);
    }
    format!("{}{}Reply", pascal(&platform.about.name), pascal(&operation.name))
}

fn base(platform: &Platform) -> String {
    format!("{}Reply", pascal(&platform.about.name))
}

fn members(platform: &Platform, fields: &[Field], out: &mut Source) -> Result<()> {
    for field in fields {
        let name = pascal(&field.name);
        if TAKEN.contains(&name.as_str()) {
            return Err(format!("the member {:?} needs another name in C#", field.name).into());
        }
        let shape = shape(field);
        let (kind, read) = match &shape {
            Shape::Text => ("string".to_owned(), "GetText"),
            Shape::Integer => ("long?".to_owned(), "GetInteger"),
            Shape::Decimal => ("decimal?".to_owned(), "GetDecimal"),
            Shape::Boolean => ("bool?".to_owned(), "GetBoolean"),
            Shape::Any => ("JsonValue".to_owned(), "GetJson"),
            Shape::Texts => ("IReadOnlyList<string>".to_owned(), "GetTexts"),
            Shape::List(class) => (format!("IReadOnlyList<{class}>"), "GetItems"),
            Shape::Object(class) => (class.clone(), "GetObject"),
        };
        let value = match &shape {
            // H6: the name is the catalog's, not the platform's.
            Shape::List(class) if platform.about.name == "hst" && field.name == "list" => {
                format!("GetUnnamedItems(json => new {class}(json))")
            }
            Shape::List(class) | Shape::Object(class) => {
                format!("{read}(\"{}\", json => new {class}(json))", field.name)
            }
            _ => format!("{read}(\"{}\")", field.name),
        };
        out.blank();
        out.member_summary(field);
        out.line(&format!("public {kind} {name} => {value};"));
    }
    for field in fields {
        if let Shape::List(class) | Shape::Object(class) = shape(field) {
            out.blank();
            out.summary(&format!("An object in `{}`.", field.name));
            out.open(&format!("public sealed class {class} : ReplyObject"));
            out.line(&format!("internal {class}(JsonValue json)"));
            out.indented(|out| out.line(": base(json)"));
            out.line("{");
            out.line("}");
            members(platform, &field.fields, out)?;
            out.close();
        }
    }
    Ok(())
}

/// `VideoItem` for each of the `videos`, `DataObject` for `data`.
fn shape(field: &Field) -> Shape {
    Shape::of(field, "", if field.kind == "array" { "Item" } else { "Object" })
}
