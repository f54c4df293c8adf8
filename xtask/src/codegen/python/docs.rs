//! Docstrings: what it does, arguments with units and ranges, answer, errors, source.

use super::source::WIDTH;
use crate::catalog::{Field, Operation, Platform};
use crate::codegen::operations::kind;
use crate::codegen::text::wrap;

/// A docstring, indented, with its quotes.
pub fn docstring(lines: &[String], indent: usize) -> String {
    let pad = " ".repeat(indent);
    let mut out = format!("{pad}\"\"\"");
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            out.push('\n');
            if !line.is_empty() {
                out.push_str(&pad);
            }
        }
        out.push_str(&safe(line));
    }
    if lines.len() > 1 {
        out.push('\n');
        out.push_str(&pad);
    } else if out.ends_with('"') {
        out.push(' ');
    }
    out.push_str("\"\"\"\n");
    out
}

/// Text that neither ends the string nor escapes anything.
fn safe(text: &str) -> String {
    text.replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"")
}

/// Of a method at `indent`.
pub fn method(platform: &Platform, operation: &Operation, indent: usize) -> Vec<String> {
    let width = WIDTH - indent;
    let mut lines = wrap(&format!("{} ({}).", operation.summary, operation.zh), width, "", "");
    let paragraph = |lines: &mut Vec<String>, text: &str| {
        if !text.is_empty() {
            lines.push(String::new());
            lines.extend(wrap(text, width, "", ""));
        }
    };
    paragraph(&mut lines, &operation.doc);
    if !operation.note.is_empty() {
        paragraph(&mut lines, &format!("Note: {}", operation.note));
    }
    if !operation.params.is_empty() {
        lines.extend([String::new(), "Args:".to_owned()]);
        for field in &operation.params {
            argument(field, width, &mut lines);
        }
    }
    lines.extend([String::new(), "Returns:".to_owned()]);
    if operation.returns.is_empty() {
        lines.push("    The platform's answer, which holds nothing beside its envelope.".to_owned());
    } else {
        lines.push("    The platform's answer, with:".to_owned());
        members(&operation.returns, 1, width, &mut lines);
    }
    lines.extend([String::new(), "Raises:".to_owned()]);
    lines.extend(raised(platform, operation, width));
    lines.push(String::new());
    lines.push(repeating(operation).to_owned());
    let traps = match operation.traps.as_slice() {
        [] => String::new(),
        traps => format!(", platform notes {}", traps.join(", ")),
    };
    let source =
        format!("Source: {} {} ({}{traps}).", operation.method(), operation.path(&platform.about), operation.source);
    lines.extend(wrap(&source, width, "", "    "));
    lines
}

fn argument(field: &Field, width: usize, lines: &mut Vec<String>) {
    let text = format!("{}: {} ({})", super::source::name(&field.name), field.doc, described(field));
    lines.extend(wrap(&text, width, "    ", "        "));
    members(&field.fields, 2, width, lines);
}

/// The members of an object, one to an item.
pub fn members(fields: &[Field], depth: usize, width: usize, lines: &mut Vec<String>) {
    let (first, rest) = (format!("{}- ", "    ".repeat(depth)), format!("{}  ", "    ".repeat(depth)));
    for field in fields {
        let text = format!("{} ({}): {}", field.name, described(field), field.doc);
        lines.extend(wrap(&text, width, &first, &rest));
        members(&field.fields, depth + 1, width, lines);
    }
}

fn described(field: &Field) -> String {
    match field.kind.as_str() {
        "file" => kind(field).replace("path of a file", "path of a file, or a file object opened for reading bytes"),
        _ => kind(field),
    }
}

/// The documented numbers, by the exception that each becomes.
fn raised(platform: &Platform, operation: &Operation, width: usize) -> Vec<String> {
    let mut classes: Vec<(&str, Vec<String>)> = Vec::new();
    for code in &operation.errors {
        let Some(error) = platform.errors.iter().find(|error| error.code == *code) else { continue };
        let class = exception(&error.class);
        let number = format!("{} {}", error.code, error.meaning);
        match classes.iter_mut().find(|(name, _)| *name == class) {
            Some((_, numbers)) => numbers.push(number),
            None => classes.push((class, vec![number])),
        }
    }
    let mut lines = Vec::new();
    for (class, numbers) in classes {
        lines.extend(wrap(&format!("{class}: {}.", numbers.join("; ")), width, "    ", "        "));
    }
    lines.push("    Error: what else can go wrong, see `meetgate.Error`.".to_owned());
    lines
}

/// The exception of a class of numbers (two where it depends on the status, T60); the package's `_errors.py` has the same table.
fn exception(class: &str) -> &'static str {
    match class {
        "auth" => "AuthError",
        "token_dead" => "AuthError, ApiError",
        "bad_request" => "BadRequest",
        "not_found" => "NotFound",
        "conflict" => "Conflict",
        "forbidden" => "Forbidden",
        "limit" => "LimitReached",
        "unsupported" => "Unsupported",
        "busy" => "PlatformBusy",
        "server" => "ServerError",
        _ => "ApiError",
    }
}

fn repeating(operation: &Operation) -> &'static str {
    match operation.retry.as_str() {
        "safe" => "It only reads, and may be repeated.",
        _ => "It may have acted although no answer came: look before you repeat it.",
    }
}
