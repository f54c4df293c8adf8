//! `include/meetgate.h`: cbindgen's output between a hand-written head and the closing guard.

use super::Rendered;
use super::templates::Templates;
use super::text;
use super::view::Field;
use crate::catalog::{Catalog, Result};
use minijinja::context;
use std::path::Path;

/// The files of `src/ffi` with exports, in the header's order.
const SOURCES: [&str; 15] = [
    "status",
    "library",
    "json",
    "client",
    "credentials",
    "calls",
    "cancel",
    "asynchronous",
    "completions",
    "transfers",
    "waits",
    "events",
    "observing",
    "signing",
    "operations",
];
const WIDTH: usize = 120;

pub fn render(root: &Path, catalog: &Catalog, templates: &Templates<'_>) -> Result<Rendered> {
    let config = cbindgen::Config::from_file(root.join("xtask/cbindgen.toml"))?;
    let bindings = cbindgen::Builder::new().with_config(config).with_src(root.join("src/cancel.rs"));
    let bindings =
        SOURCES.iter().fold(bindings, |bindings, name| bindings.with_src(root.join(format!("src/ffi/{name}.rs"))));
    let mut body = Vec::new();
    bindings.generate()?.write(&mut body);
    let view = templates.view();
    let of_calls = options(view.options.iter().chain(&view.call_options));
    let body = declarations(&String::from_utf8(body)?, catalog).replace(OPTIONS, &of_calls);
    let body = body.replace(DOWNLOAD_OPTIONS, &options(view.download_options.iter()));
    let body = body.replace(WAIT_OPTIONS, &options(view.wait_options.iter()));
    let body = body.replace(EVENTS_OPTIONS, &options(view.events_options.iter()));

    let text = templates.render("meetgate.h", context! { body })?;
    Ok(("include/meetgate.h".to_owned(), text))
}

/// Where the options of one call stand in a comment of `src/ffi`.
const OPTIONS: &str = " *   - {options}\n";
/// And those of a download, of a wait, and of events.
const DOWNLOAD_OPTIONS: &str = " *   - {download options}\n";
const WAIT_OPTIONS: &str = " *   - {wait options}\n";
const EVENTS_OPTIONS: &str = " *   - {events options}\n";

fn options<'f>(options: impl Iterator<Item = &'f Field>) -> String {
    let option = |option: &Field| format!("{} ({}): {}", option.name, option.described, option.doc);
    let lines = options.flat_map(|it| text::wrap(&option(it), WIDTH, " *   - ", " *     "));
    lines.map(|line| line + "\n").collect()
}

/// Marks each function for export, and each function and callback type for the calling convention, takes out what is meant for Rust readers, and heads each group.
fn declarations(generated: &str, catalog: &Catalog) -> String {
    let mut out = String::new();
    let mut comment: Vec<&str> = Vec::new();
    let mut group = String::new();
    let mut lines = generated.lines();
    while let Some(line) = lines.next() {
        if line.trim() == "/**" {
            comment.extend(lines.by_ref().take_while(|line| !line.contains("*/")));
            continue;
        }
        let function = line.starts_with(EXPORT).then(|| Function::read(line, &mut lines)).flatten();
        if let Some(function) = &function {
            let heading = heading(&function.name, catalog);
            if heading != group {
                out.push_str(&format!(
                    "/* {heading} {} */\n\n",
                    "-".repeat(110usize.saturating_sub(heading.chars().count()))
                ));
                group = heading;
            }
        }
        if !comment.is_empty() {
            let indent = line.len() - line.trim_start().len();
            out.push_str(&text::comment(&without_safety(&comment), indent, WIDTH));
            out.push('\n');
            comment.clear();
        }
        match function {
            Some(function) => out.push_str(&function.declaration()),
            None if line.starts_with("typedef ") && line.contains("(*") => out.push_str(&callback(line, &mut lines)),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    // cbindgen leaves blank lines where it has nothing to write.
    while out.contains("\n\n\n") {
        out = out.replace("\n\n\n", "\n\n");
    }
    // C89 has no comma after the last enumerator.
    // cbindgen has one signed type of a pointer's width: what we mean is a descriptor or a handle.
    out.trim().replace(",\n}", "\n}").replace("ptrdiff_t", "intptr_t")
}

const EXPORT: &str = "MEETGATE_EXPORT";

struct Function {
    returns: String,
    name: String,
    arguments: Vec<String>,
}

impl Function {
    /// Reads a declaration, which may go over several lines.
    fn read<'l>(first: &str, lines: &mut impl Iterator<Item = &'l str>) -> Option<Function> {
        let mut text = first.trim_start_matches(EXPORT).to_owned();
        while !text.ends_with(';') {
            text.push(' ');
            text.push_str(lines.next()?.trim());
        }
        // The typedef names do without their tags.
        let text = text.replace("enum ", "").replace("struct ", "");
        let (before, arguments) = text.trim_end_matches(");").split_once('(')?;
        let start = before.rfind([' ', '*'])? + 1;
        let (returns, name) = before.split_at(start);
        let arguments = arguments.split(',').map(|argument| argument.trim().to_owned()).collect();
        Some(Function { returns: returns.trim().to_owned(), name: name.to_owned(), arguments })
    }

    fn declaration(&self) -> String {
        let space = if self.returns.ends_with('*') { "" } else { " " };
        let checked = if self.returns == "meetgate_status" { "MEETGATE_CHECKED " } else { "" };
        let head = format!("{EXPORT} {checked}{}{space}MEETGATE_CALL {}(", self.returns, self.name);
        let arguments = self.arguments.join(", ");
        if head.len() + arguments.len() + 2 <= WIDTH {
            return format!("{head}{arguments});");
        }
        // An argument stays whole.
        let arguments = arguments.replace(", ", ",\t").replace(' ', "\u{1}").replace('\t', " ");
        let lines: Vec<String> = text::wrap(&format!("{arguments});"), WIDTH, "    ", "    ");
        format!("{head}\n{}", lines.join("\n").replace('\u{1}', " "))
    }
}

/// A callback type, which may go over several lines.
fn callback<'l>(first: &str, lines: &mut impl Iterator<Item = &'l str>) -> String {
    let mut text = first.replacen("(*", "(MEETGATE_CALL *", 1);
    while !text.ends_with(';') {
        let Some(next) = lines.next() else { break };
        text.push(' ');
        text.push_str(next.trim());
    }
    if text.len() > WIDTH { text.replacen(")(", ")(\n    ", 1) } else { text }
}

/// `avd: room.mix_record` for an operation's function.
fn heading(function: &str, catalog: &Catalog) -> String {
    for platform in &catalog.platforms {
        for operation in &platform.operations {
            if operation.function(&platform.about) == function {
                let group = operation.name.rsplit_once('.').map_or("", |(group, _)| group);
                return match group {
                    "" => format!("{} ({})", platform.about.name, platform.about.title),
                    group => format!("{}: {group}", platform.about.name),
                };
            }
        }
    }
    match function {
        "meetgate_hst_user_token" | "meetgate_youme_user_token" | "meetgate_youme_checksum" => "Signing".to_owned(),
        client if client.starts_with("meetgate_client_") => "Clients".to_owned(),
        "meetgate_call" | "meetgate_call_with" | "meetgate_raw_call" | "meetgate_raw_call_with" => "Calls".to_owned(),
        "meetgate_call_async" | "meetgate_raw_call_async" => "Asynchronous calls".to_owned(),
        "meetgate_completions_events" => "Events".to_owned(),
        queue if queue.starts_with("meetgate_completions_") => "Asynchronous calls for event loops".to_owned(),
        json if json.starts_with("meetgate_json_") => "JSON".to_owned(),
        events if events.starts_with("meetgate_events_") => "Events".to_owned(),
        cancel if cancel.starts_with("meetgate_cancel_") => "Ending calls".to_owned(),
        _ => "The library".to_owned(),
    }
}

/// A comment's text without its `# Safety` section, which speaks to Rust.
fn without_safety(comment: &[&str]) -> String {
    let lines = comment.iter().map(|line| {
        let text = line.trim_start().trim_start_matches('*');
        text.strip_prefix(' ').unwrap_or(text)
    });
    let lines: Vec<&str> = lines.take_while(|line| !line.contains("# Safety")).collect();
    lines.join("\n")
}
