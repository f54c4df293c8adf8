//! Lines of a given width, and what each language puts around text.

use std::fmt::Write as _;

/// Breaks text into lines of at most `width` columns; the first begins with `first`, the others with `rest`.
pub fn wrap(text: &str, width: usize, first: &str, rest: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && columns(&line) + 1 + columns(word) > width {
            lines.push(std::mem::replace(&mut line, rest.to_owned()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    if !empty {
        lines.push(line);
    }
    lines
}

/// Chinese characters take two.
pub fn columns(text: &str) -> usize {
    text.chars().map(|c| if ('\u{2e80}'..='\u{ffef}').contains(&c) { 2 } else { 1 }).sum()
}

/// A documentation comment of C, from its lines: on one line where that is enough.
pub fn comment(text: &str, indent: usize, width: usize) -> String {
    let pad = " ".repeat(indent);
    let text = safe(text.trim_end());
    if !text.contains('\n') && indent + columns(&text) + "/**  */".len() <= width {
        return format!("{pad}/** {text} */");
    }
    let lines = text.lines().map(|line| format!("{pad} * {line}").trim_end().to_owned());
    format!("{pad}/**\n{}\n{pad} */", lines.collect::<Vec<_>>().join("\n"))
}

/// [`comment`] of one paragraph.
pub fn sentence(text: &str, indent: usize, width: usize) -> String {
    let one_line = wrap(text, width - indent - "/**  */".len(), "", "");
    match one_line.as_slice() {
        [line] => comment(line, indent, width),
        _ => comment(&wrap(text, width - indent - " * ".len(), "", "").join("\n"), indent, width),
    }
}

/// Text that cannot end or open a C comment.
pub fn safe(text: &str) -> String {
    text.replace("*/", "* /").replace("/*", "/ *")
}

/// A docstring of Python, from its lines.
pub fn docstring(text: &str, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let text = text.trim_end().replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"");
    let lines: Vec<String> = text.lines().map(|line| format!("{pad}{line}").trim_end().to_owned()).collect();
    let end = match lines.as_slice() {
        [line] if line.ends_with('"') => " ".to_owned(),
        [_] => String::new(),
        _ => format!("\n{pad}"),
    };
    format!("{pad}\"\"\"{}{end}\"\"\"", lines.join("\n").trim_start())
}

/// An element of C#'s documentation, `tag` with its attributes: on one line where it fits, else the tags on lines of
/// their own.
pub fn element(xml: &str, tag: &str, indent: usize, width: usize) -> String {
    let close = tag.split(' ').next().unwrap_or(tag);
    let pad = " ".repeat(indent);
    let width = width - indent;
    let text = xml.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = whole_tags(&text);
    let mut lines = wrap(&format!("{text}</{close}>"), width, &format!("/// <{tag}>"), "");
    if lines.len() > 1 {
        lines = wrap(&text, width, "/// ", "/// ");
        lines.insert(0, format!("/// <{tag}>"));
        lines.push(format!("/// </{close}>"));
    }
    lines.iter().map(|line| format!("{pad}{line}").replace(UNBROKEN, " ")).collect::<Vec<_>>().join("\n")
}

/// A space where no line breaks.
const UNBROKEN: char = '\u{1}';

fn whole_tags(xml: &str) -> String {
    let mut is_tag = false;
    let one = |c| {
        is_tag = c == '<' || is_tag && c != '>';
        if is_tag && c == ' ' { UNBROKEN } else { c }
    };
    xml.chars().map(one).collect()
}

/// Text of the catalog for XML: what stands in backticks is code, and a function of a client is its method in C#.
pub fn xml(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut out = String::new();
    for (i, part) in escaped.split('`').enumerate() {
        match i % 2 {
            0 => out.push_str(part),
            _ => {
                let code = part.strip_prefix("meetgate_client_").map_or(part.to_owned(), super::view::pascal);
                _ = write!(out, "<c>{code}</c>");
            }
        }
    }
    out
}

/// A string literal of C++. What is not ASCII stays: sources are UTF-8.
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
    fn words_stay_whole() {
        assert_eq!(wrap("aa bb cc", 5, "- ", "  "), ["- aa", "  bb", "  cc"]);
        assert_eq!(wrap("aa bb cc", 7, "- ", "  "), ["- aa bb", "  cc"]);
        assert!(wrap("", 5, "- ", "  ").is_empty());
    }

    #[test]
    fn a_comment_takes_the_lines_it_needs() {
        assert_eq!(sentence("Short.", 2, 120), "  /** Short. */");
        let long = sentence(&"word ".repeat(30), 0, 120);
        assert!(long.starts_with("/**\n * word") && long.ends_with("\n */"), "{long}");
        assert_eq!(sentence("ends */ here", 0, 120), "/** ends * / here */");
        assert_eq!(docstring("Says \"this\"", 4), "    \"\"\"Says \"this\" \"\"\"");
        assert_eq!(docstring("One\n\ntwo\n", 4), "    \"\"\"One\n\n    two\n    \"\"\"");
        assert_eq!(element("a &lt; b", "para", 4, 120), "    /// <para>a &lt; b</para>");
        let tag = element("what <see cref=\"X\"/> is", "para", 0, 20);
        assert_eq!(tag, "/// <para>\n/// what\n/// <see cref=\"X\"/>\n/// is\n/// </para>");
    }

    #[test]
    fn literals_are_what_they_say() {
        assert_eq!(literal("周会 \"a\\b\"\n??="), "\"周会 \\\"a\\\\b\\\"\\n?\\?=\"");
    }
}
