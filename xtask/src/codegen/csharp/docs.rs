//! C# source as it is written: indentation, braces and XML documentation.

use super::names::pascal;
use crate::catalog::{Field, Operation, Platform};
use crate::codegen::operations::{kind, numbers, repeating};
use crate::codegen::text::wrap;

const WIDTH: usize = 120;

pub struct Source {
    text: String,
    depth: usize,
}

impl Source {
    pub fn at(depth: usize) -> Source {
        Source { text: String::new(), depth }
    }

    pub fn text(self) -> String {
        self.text
    }

    pub fn line(&mut self, line: &str) {
        self.text.push_str(&"    ".repeat(self.depth));
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// One empty line, but none after an opening brace or another empty line.
    pub fn blank(&mut self) {
        if !self.text.ends_with("{\n") && !self.text.ends_with("\n\n") && !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    pub fn open(&mut self, head: &str) {
        self.line(head);
        self.line("{");
        self.depth += 1;
    }

    pub fn close(&mut self) {
        self.close_with("");
    }

    pub fn close_with(&mut self, after: &str) {
        while self.text.ends_with("\n\n") {
            self.text.pop();
        }
        self.depth -= 1;
        self.line(&format!("}}{after}"));
    }

    /// A call or a declaration with its arguments: on one line where it fits, else one argument on each.
    pub fn arguments(&mut self, head: &str, arguments: &[String], tail: &str) {
        let one_line = format!("{head}{}{tail}", arguments.join(", "));
        if self.depth * 4 + one_line.chars().count() <= WIDTH {
            return self.line(&one_line);
        }
        self.line(head);
        self.depth += 1;
        for (i, argument) in arguments.iter().enumerate() {
            let after = if i + 1 < arguments.len() { "," } else { tail };
            self.line(&format!("{argument}{after}"));
        }
        self.depth -= 1;
    }

    pub fn indented(&mut self, write: impl FnOnce(&mut Source)) {
        self.depth += 1;
        write(self);
        self.depth -= 1;
    }

    pub fn summary(&mut self, text: &str) {
        self.element("summary", &xml(text));
    }

    /// Of a parameter, an option or a member of an answer.
    pub fn member_summary(&mut self, field: &Field) {
        self.element("summary", &about(field));
    }

    /// Everything the catalog says of an operation; `note` stands before what else there is to remark.
    pub fn operation(&mut self, platform: &Platform, operation: &Operation) {
        self.summary(&format!("{} ({}).", operation.summary, operation.zh));
        self.line("/// <remarks>");
        let mut paragraphs = vec![operation.doc.clone()];
        if !operation.note.is_empty() {
            paragraphs.push(format!("Note: {}", operation.note));
        }
        if !operation.undoes.is_empty() {
            paragraphs.push(format!("Undoes `{}.{}`.", platform.about.name, operation.undoes));
        }
        paragraphs.push(format!("Repeating: {}.", repeating(operation)));
        paragraphs.push(format!(
            "Source: {} {} ({}).",
            operation.method(),
            operation.path(&platform.about),
            operation.source
        ));
        for paragraph in paragraphs.iter().filter(|paragraph| !paragraph.trim().is_empty()) {
            self.element("para", &xml(paragraph));
        }
        self.line("/// </remarks>");
    }

    pub fn parameters<'f>(&mut self, fields: impl Iterator<Item = &'f Field>) {
        for field in fields {
            let name = super::names::camel(&field.name);
            self.element(&format!("param name=\"{}\"", name.trim_start_matches('@')), &about(field));
        }
    }

    pub fn outcome(&mut self, platform: &Platform, operation: &Operation) {
        let returns = match operation.returns.is_empty() {
            true => "The platform's answer, which holds nothing beside its envelope.",
            false => "The platform's answer.",
        };
        self.element("returns", returns);
        let numbers = numbers(platform, operation);
        let failed = match numbers.as_str() {
            "" => "The call failed.".to_owned(),
            numbers => format!("The call failed. The platform's numbers: {}.", xml(numbers)),
        };
        self.element("exception cref=\"MeetgateException\"", &failed);
    }

    /// An element of the documentation, `tag` with its attributes: on one line where it fits, else the tags on lines of
    /// their own.
    pub fn element(&mut self, tag: &str, xml: &str) {
        let close = tag.split(' ').next().unwrap_or(tag);
        let text = xml.split_whitespace().collect::<Vec<_>>().join(" ");
        let width = WIDTH - self.depth * 4;
        let one_line = wrap(&format!("{text}</{close}>"), width, &format!("/// <{tag}>"), "");
        if let [line] = one_line.as_slice() {
            return self.line(line);
        }
        self.line(&format!("/// <{tag}>"));
        for line in wrap(&text, width, "/// ", "/// ") {
            self.line(&line);
        }
        self.line(&format!("/// </{close}>"));
    }
}

fn about(field: &Field) -> String {
    format!("{} <c>{}</c>: {}.", xml(&field.doc), field.name, xml(&kind(field)))
}

/// Text of the catalog for XML: what stands in backticks is code, and a function of a client is its method here.
fn xml(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut out = String::new();
    for (i, part) in escaped.split('`').enumerate() {
        match i % 2 {
            0 => out.push_str(part),
            _ => out
                .push_str(&format!("<c>{}</c>", part.strip_prefix("meetgate_client_").map_or(part.to_owned(), pascal))),
        }
    }
    out
}
