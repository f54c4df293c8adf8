//! The last step of an output: a formatter, where one exists; else long lines are broken at their brackets.

use crate::catalog::Result;
use std::io::Write as _;
use std::process::{Command, Stdio};

#[derive(Clone, Copy)]
pub enum Format {
    /// The template's own shape.
    AsIs,
    Rust,
    Python,
    CSharp,
}

impl Format {
    pub fn apply(self, text: String) -> Result<String> {
        match self {
            Format::AsIs => Ok(text),
            Format::Rust => rustfmt(&text),
            Format::Python => {
                let mut is_code = true;
                Ok(lines(&text, |line| {
                    let quotes = line.matches("\"\"\"").count();
                    let broken = if is_code && quotes == 0 { broken(line, 100, true) } else { line.to_owned() };
                    is_code ^= quotes % 2 == 1;
                    broken
                }))
            }
            Format::CSharp => Ok(lines(&text, |line| {
                if line.trim_start().starts_with("//") { line.to_owned() } else { broken_at_arrow(line, 120) }
            })),
        }
    }
}

fn lines(text: &str, map: impl FnMut(&str) -> String) -> String {
    text.lines().map(map).map(|line| line + "\n").collect()
}

/// A line that is too long, as lines with one item of its brackets on each. `closes_below`: the closing bracket stands on
/// a line of its own and each item has its comma, else it follows the last item.
fn broken(line: &str, width: usize, closes_below: bool) -> String {
    let code = line.trim_start();
    let pad = line.get(..line.len() - code.len()).unwrap_or_default();
    let Some((head, items, tail)) = brackets(code).filter(|_| line.chars().count() > width) else {
        return line.to_owned();
    };
    let mut lines = vec![format!("{pad}{head}")];
    for (index, item) in items.iter().enumerate() {
        let is_last = index + 1 == items.len();
        let after = if closes_below || !is_last { "," } else { tail };
        lines.push(broken(&format!("{pad}    {item}{after}"), width, closes_below));
    }
    if closes_below {
        lines.push(format!("{pad}{tail}"));
    }
    lines.join("\n")
}

/// A line of C# that is too long: a member whose value fits on the next line goes on there, behind its arrow.
fn broken_at_arrow(line: &str, width: usize) -> String {
    let pad = " ".repeat(line.len() - line.trim_start().len() + 4);
    let value = line.split_once(" => ").map(|(head, value)| (format!("{head} =>"), format!("{pad}{value}")));
    match value.filter(|(head, value)| {
        let is_outside = head.matches('(').count() == head.matches(')').count();
        is_outside && [line, value].map(|line| line.chars().count() > width) == [true, false]
    }) {
        Some((head, value)) => format!("{}\n{value}", broken(&head, width, false)),
        None => broken(line, width, false),
    }
}

/// A line's first brackets: what stands before and with the opening one, the items inside, the closing one and the rest.
/// Brackets that hold nothing but other brackets are taken together with those.
fn brackets(code: &str) -> Option<(&str, Vec<&str>, &str)> {
    let mut start = code.find(['(', '[', '{'])? + 1;
    let (mut end, mut items) = inside(code, start)?;
    while let [only] = items.as_slice()
        && only.starts_with(['(', '[', '{'])
        && let Some((inner_end, inner)) = inside(code, start + 1)
        && inner_end + 1 == end
    {
        (start, end, items) = (start + 1, inner_end, inner);
    }
    if items.is_empty() {
        return None;
    }
    Some((code.get(..start)?, items, code.get(end..)?))
}

/// Where the bracket that opened before `start` closes, and what its commas separate.
fn inside(code: &str, start: usize) -> Option<(usize, Vec<&str>)> {
    let (mut depth, mut in_text, mut from, mut before) = (0, false, start, ' ');
    let mut items = Vec::new();
    for (at, c) in code.get(start..)?.char_indices().map(|(at, c)| (start + at, c)) {
        match c {
            '"' => in_text = !in_text,
            _ if in_text => {}
            '(' | '[' | '{' => depth += 1,
            // The arguments of a generic type.
            '<' if before.is_alphanumeric() => depth += 1,
            '>' if depth > 0 && !['=', '-'].contains(&before) => depth -= 1,
            ')' | ']' | '}' if depth == 0 => {
                items.push(code.get(from..at)?.trim());
                items.retain(|item| !item.is_empty());
                return Some((at, items));
            }
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(code.get(from..at)?.trim());
                from = at + 1;
            }
            _ => {}
        }
        before = c;
    }
    None
}

fn rustfmt(source: &str) -> Result<String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "max_width=120,use_small_heuristics=Max"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("rustfmt: {error}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(source.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?)
    } else {
        Err("rustfmt refused generated source".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_breaks_at_its_outermost_brackets() {
        let line = "  call(one, [2, 3], \"(,\") -> x:";
        assert_eq!(broken(line, 40, true), line);
        assert_eq!(broken(line, 20, true), "  call(\n      one,\n      [2, 3],\n      \"(,\",\n  ) -> x:");
        assert_eq!(broken(line, 20, false), "  call(\n      one,\n      [2, 3],\n      \"(,\") -> x:");
        assert_eq!(broken("call({one: 1, two: 2})", 10, true), "call({\n    one: 1,\n    two: 2,\n})");
        assert_eq!(broken("a_long_word_without_any", 10, true), "a_long_word_without_any");
    }

    #[test]
    fn a_member_of_csharp_goes_on_behind_its_arrow() {
        assert_eq!(broken_at_arrow("  A Items => Get(x => y);", 20), "  A Items =>\n      Get(x => y);");
        assert_eq!(
            broken_at_arrow("  Get(\"a long one\", x => y);", 20),
            "  Get(\n      \"a long one\",\n      x => y);"
        );
    }
}
