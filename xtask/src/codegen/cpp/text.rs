//! Comments and literals of C++.

use super::super::operations::safe;
use super::super::text::{columns, wrap};
use std::fmt::Write as _;

pub const WIDTH: usize = 120;

/// A documentation comment: on one line where that is enough.
pub fn comment(lines: &[String], indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    if let [line] = lines
        && indent + columns(line) + "/**  */".len() <= WIDTH
    {
        _ = writeln!(out, "{pad}/** {line} */");
        return;
    }
    _ = writeln!(out, "{pad}/**");
    for line in lines {
        _ = writeln!(out, "{pad} *{}{line}", if line.is_empty() { "" } else { " " });
    }
    _ = writeln!(out, "{pad} */");
}

/// [`comment`] of one paragraph.
pub fn sentence(text: &str, indent: usize, out: &mut String) {
    let text = safe(text);
    let one_line = wrap(&text, WIDTH - indent - "/**  */".len(), "", "");
    if one_line.len() == 1 {
        comment(&one_line, indent, out);
    } else {
        comment(&wrap(&text, WIDTH - indent - " * ".len(), "", ""), indent, out);
    }
}

/// A string literal. What is not ASCII stays: sources are UTF-8.
pub fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => _ = write!(out, "\\{:03o}", u32::from(c)),
            // Two in a row could begin a trigraph.
            '?' if out.ends_with('?') => out.push_str("\\?"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_takes_the_lines_it_needs() {
        let mut out = String::new();
        sentence("Short.", 2, &mut out);
        assert_eq!(out, "  /** Short. */\n");
        out.clear();
        sentence(&"word ".repeat(30), 0, &mut out);
        assert!(out.starts_with("/**\n * word") && out.ends_with("\n */\n"), "{out}");
        out.clear();
        sentence("ends */ here", 0, &mut out);
        assert_eq!(out, "/** ends * / here */\n");
    }

    #[test]
    fn literals_are_what_they_say() {
        assert_eq!(literal("周会 \"a\\b\"\n??="), "\"周会 \\\"a\\\\b\\\"\\n?\\?=\"");
    }
}
