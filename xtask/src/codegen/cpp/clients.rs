//! The groups and the client: one method for each operation.

use super::super::operations::{members, numbers, repeating, safe};
use super::super::text::wrap;
use super::examples;
use super::names;
use super::params::has_tokens;
use super::text::{WIDTH, comment, sentence};
use crate::catalog::{Catalog, Operation, Platform, Result};
use std::collections::HashSet;
use std::fmt::Write as _;

pub fn render(catalog: &Catalog, platform: &Platform, out: &mut String) -> Result<()> {
    let groups = groups(platform);
    // The inner ones first: the outer ones hold them.
    for path in groups.iter().rev() {
        sentence(&format!("The operations {}.{path}.*", platform.about.name), 0, out);
        let name = names::group(platform, path);
        writeln!(out, "class {name} : public group {{\n public:\n  {name}() {{}}\n")?;
        contents(platform, path, &groups, out)?;
        writeln!(out, "}};\n")?;
    }
    client(catalog, platform, &groups, out)
}

/// The paths of all groups, outer ones before inner ones: `room`, `room.mix_record`.
fn groups(platform: &Platform) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for operation in &platform.operations {
        for (end, _) in operation.name.match_indices('.') {
            let path = &operation.name[..end];
            if !paths.iter().any(|known| known == path) {
                paths.push(path.to_owned());
            }
        }
    }
    paths.sort_by_key(|path| path.matches('.').count());
    paths
}

/// The part of a name before its last dot, and the one after it.
fn parts(name: &str) -> (&str, &str) {
    name.rsplit_once('.').unwrap_or(("", name))
}

/// Methods, then inner groups.
fn contents(platform: &Platform, path: &str, groups: &[String], out: &mut String) -> Result<()> {
    let operations: Vec<_> = platform.operations.iter().filter(|operation| parts(&operation.name).0 == path).collect();
    let inner: Vec<_> = groups.iter().filter(|group| parts(group).0 == path).collect();
    let mut taken = HashSet::new();
    for name in
        operations.iter().map(|operation| operation.name.as_str()).chain(inner.iter().map(|group| group.as_str()))
    {
        if !taken.insert(names::member(name)) {
            return Err(format!("{}.{name}: the name is taken in C++", platform.about.name).into());
        }
    }
    for (index, operation) in operations.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        method(platform, operation, out)?;
    }
    if !operations.is_empty() && !inner.is_empty() {
        out.push('\n');
    }
    for group in inner {
        writeln!(out, "  {} {}{{}};", names::group(platform, group), names::member(group))?;
    }
    Ok(())
}

fn method(platform: &Platform, operation: &Operation, out: &mut String) -> Result<()> {
    comment(&documentation(platform, operation)?, 2, out);
    let name = names::member(&operation.name);
    let params = names::params(platform, operation);
    let optional = !operation.params.iter().any(|field| field.required);
    let (argument, passed) = if operation.params.is_empty() {
        (String::new(), "\"{}\"")
    } else if optional {
        (format!("const {params} &params = {params}(), "), "params.str()")
    } else {
        (format!("const {params} &params, "), "params.str()")
    };
    let head = format!("  reply {name}({argument}const call_options &options = call_options()) const {{");
    if head.len() <= WIDTH {
        writeln!(out, "{head}")?;
    } else {
        let pad = " ".repeat(format!("  reply {name}(").len());
        writeln!(
            out,
            "  reply {name}({}\n{pad}const call_options &options = call_options()) const {{",
            argument.trim_end()
        )?;
    }
    writeln!(out, "    return run(\"{}.{}\", {passed}, options);\n  }}", platform.about.name, operation.name)?;
    Ok(())
}

/// In the C header's order: what it does, an example, returns, errors, repeating, source.
fn documentation(platform: &Platform, operation: &Operation) -> Result<Vec<String>> {
    let width = WIDTH - "   * ".len();
    let mut lines = wrap(&format!("{} ({}).", operation.summary, operation.zh), width, "", "");
    let mut paragraph = |text: &str| {
        if !text.is_empty() {
            lines.push(String::new());
            lines.extend(wrap(&safe(text), width, "", ""));
        }
    };
    paragraph(&operation.doc);
    if !operation.note.is_empty() {
        paragraph(&format!("Note: {}", operation.note));
    }
    lines.extend([String::new(), "Example:".to_owned()]);
    let example = examples::call(platform, operation, width - 2)?;
    lines.extend(example.lines().map(|line| format!("  {}", safe(line))));
    lines.push(String::new());
    if operation.returns.is_empty() {
        lines.push("Returns: the platform's answer, which holds nothing beside its envelope.".to_owned());
    } else {
        lines.push("Returns: the platform's answer, with these members.".to_owned());
        members(&operation.returns, 1, &mut lines);
    }
    let errors = numbers(platform, operation);
    if !errors.is_empty() {
        lines.extend(wrap(&format!("Errors of the platform: {errors}."), width, "", "  "));
    }
    lines.push(format!("Repeating: {}.", repeating(operation)));
    lines.push("Since: 0.1.0.".to_owned());
    lines.push(format!("Source: {} {} ({}).", operation.method(), operation.path(&platform.about), operation.source));
    Ok(lines)
}

fn client(catalog: &Catalog, platform: &Platform, groups: &[String], out: &mut String) -> Result<()> {
    let name = &platform.about.name;
    let config = names::config(platform);
    let has_tokens = has_tokens(catalog, platform);
    let provider = if has_tokens { ", config.provider()" } else { "" };
    let on_tokens = if has_tokens { "\n  using client::set_token;\n  using client::set_token_provider;\n" } else { "" };
    sentence(
        &format!(
            "A client of {name}, {} ({}). Movable, not copyable; usable from any number of threads at once.",
            platform.about.title, platform.about.zh
        ),
        0,
        out,
    );
    writeln!(
        out,
        "class {name} : public client {{\n public:\n\
         \x20 /** Does no I/O: the first call connects. */\n\
         \x20 explicit {name}(const {config} &config) : client(\"{name}\", config.str(){provider}) {{ lend_all(); }}\n\n\
         \x20 /** From a configuration that is JSON already: {name}(meetgate::raw(text)). \"platform\" may be left out. */\n\
         \x20 explicit {name}(const json &config) : client(\"{name}\", config.str()) {{ lend_all(); }}\n\n\
         \x20 {name}({name} &&other) noexcept : client(static_cast<client &&>(other)) {{\n    lend_all();\n    other.lend_all();\n  }}\n\n\
         \x20 {name} &operator=({name} &&other) noexcept {{\n    take(other);\n    lend_all();\n    other.lend_all();\n\
         \x20   return *this;\n  }}\n\n\
         \x20 /** Closes the client, once or more often. No call may be in flight. */\n\
         \x20 void close() noexcept {{\n    client::close();\n    lend_all();\n  }}\n{on_tokens}"
    )?;
    contents(platform, "", groups, out)?;
    writeln!(out, "\n private:\n  void lend_all() noexcept {{")?;
    for path in groups {
        writeln!(out, "    lend({});", names::path(path))?;
    }
    writeln!(out, "  }}\n}};\n")?;
    Ok(())
}
