//! Masks JSON in one pass: the values of secret names, and secrets in string values. Numbers and names stay.

use super::{LONGEST_SHOWN, MASK, Redactor, is_secret_name};
use crate::json::{beginning_of_string, quote};
use serde_json::value::RawValue;

const QUOTED_MASK: &str = r#""***""#;
/// Deeper values are not shown: no platform nests as deep, and readers of errors may be recursive.
const DEEPEST: usize = 64;
/// So often a string is looked into that holds JSON whose strings hold JSON.
const DEEPEST_IN_STRINGS: usize = 3;

/// So much of a string is looked at: a little more than is shown of any text, so that it can be seen that it was longer.
const LONGEST_READ: usize = LONGEST_SHOWN + 1;

pub(super) struct Masked {
    pub(super) text: String,
    /// Something is masked.
    pub(super) differs: bool,
}

/// A text that is valid JSON, without the white space between its values. Once it has `enough` bytes the values that follow
/// are left out.
pub(super) fn masked(redactor: &Redactor, text: &str, enough: usize, in_strings: usize) -> Masked {
    let mut out = Masked { text: String::with_capacity(text.len().min(enough)), differs: false };
    let mut tokens = Tokens { text, at: 0 };
    let mut open: Vec<u8> = Vec::new();
    while let Some(token) = tokens.next() {
        if out.text.len() >= enough {
            close(&mut out.text, &open);
            break;
        }
        match token {
            Token::Open(_) if open.len() > DEEPEST => {
                tokens.skip_to_close();
                out.put_mask();
            }
            Token::Open(bracket) => {
                open.push(bracket);
                out.text.push(char::from(bracket));
            }
            Token::Close(bracket) => {
                open.pop();
                out.text.push(char::from(bracket));
            }
            Token::Name(name) => {
                let name = &*beginning_of_string(name, LONGEST_READ);
                out.text.push_str(name);
                out.text.push(':');
                if is_secret_name(&characters(name)) {
                    tokens.skip_value();
                    out.put_mask();
                }
            }
            Token::Text(text) => out.put_text(redactor, text, in_strings),
            Token::Other(text) => out.text.push_str(text),
        }
    }
    out
}

/// Closes what is open in the beginning of a text.
fn close(out: &mut String, open: &[u8]) {
    let end = out.trim_end_matches(',').len();
    out.truncate(end);
    if out.ends_with(':') {
        out.push_str("null");
    }
    out.extend(open.iter().rev().map(|bracket| if *bracket == b'{' { '}' } else { ']' }));
}

impl Masked {
    fn put_mask(&mut self) {
        self.text.push_str(QUOTED_MASK);
        self.differs = true;
    }

    /// A string value, in quotation marks.
    fn put_text(&mut self, redactor: &Redactor, quoted: &str, in_strings: usize) {
        let quoted = &*beginning_of_string(quoted, LONGEST_READ);
        let text = characters(quoted);
        let holds_json = in_strings < DEEPEST_IN_STRINGS
            && text.trim_start().starts_with(['{', '['])
            && serde_json::from_str::<&RawValue>(text.trim()).is_ok();
        let shown = if redactor.is_secret(text.as_bytes()) {
            MASK.to_owned()
        } else if holds_json {
            let inner = masked(redactor, text.trim(), usize::MAX, in_strings + 1);
            if inner.differs { inner.text } else { text.clone() }
        } else {
            redactor.beginning(&text)
        };
        if shown == text {
            self.text.push_str(quoted);
        } else {
            self.text.push_str(&quote(&shown));
            self.differs = true;
        }
    }
}

/// The values of all secret names in a text that is JSON, at any depth: the characters of strings, the text of others.
pub(crate) fn secret_members(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if serde_json::from_str::<&RawValue>(text.trim()).is_ok() {
        collect(text.trim(), 0, &mut found);
    }
    found
}

fn collect(text: &str, in_strings: usize, found: &mut Vec<String>) {
    let mut tokens = Tokens { text, at: 0 };
    while let Some(token) = tokens.next() {
        match token {
            Token::Name(name) if is_secret_name(&characters(name)) => {
                let value = tokens.skip_value();
                found.push(if value.starts_with('"') { characters(value) } else { value.to_owned() });
            }
            Token::Text(quoted) if in_strings < DEEPEST_IN_STRINGS => {
                let text = characters(quoted);
                if text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<&RawValue>(text.trim()).is_ok() {
                    collect(text.trim(), in_strings + 1, found);
                }
            }
            _ => {}
        }
    }
}

/// The characters of a string in quotation marks. An escape that is no character becomes a replacement character, so that
/// nothing hides behind it.
fn characters(quoted: &str) -> String {
    if let Ok(text) = serde_json::from_str(quoted) {
        return text;
    }
    let mut out = String::with_capacity(quoted.len());
    let inner = quoted.trim_start_matches('"');
    let mut rest = inner.strip_suffix('"').unwrap_or(inner);
    while let Some(start) = rest.find('\\') {
        let (before, escape) = rest.split_at(start);
        out.push_str(before);
        // A pair of surrogates, an escape with four digits, a short one.
        let lengths = [12, 6, 2];
        let read = lengths.into_iter().find_map(|length| {
            let text: String = serde_json::from_str(&format!("\"{}\"", escape.get(..length)?)).ok()?;
            (length != 12 || text.chars().count() == 1).then_some((text, length))
        });
        let (text, length) = read.unwrap_or_else(|| ('\u{fffd}'.to_string(), 6.min(escape.len())));
        out.push_str(&text);
        rest = escape.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

enum Token<'t> {
    /// `{` or `[`
    Open(u8),
    Close(u8),
    /// In quotation marks, the colon behind it read over.
    Name(&'t str),
    /// In quotation marks.
    Text(&'t str),
    /// A number, a word, a comma.
    Other(&'t str),
}

/// The tokens of a text that is valid JSON.
struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Tokens<'t> {
    fn next(&mut self) -> Option<Token<'t>> {
        self.skip_blanks();
        let start = self.at;
        let first = self.byte()?;
        self.at += 1;
        Some(match first {
            b'{' | b'[' => Token::Open(first),
            b'}' | b']' => Token::Close(first),
            b',' => Token::Other(self.since(start)),
            b'"' => {
                self.skip_string();
                let quoted = self.since(start);
                self.skip_blanks();
                match self.byte() {
                    Some(b':') => {
                        self.at += 1;
                        Token::Name(quoted)
                    }
                    _ => Token::Text(quoted),
                }
            }
            _ => {
                let is_inside = |byte: u8| !byte.is_ascii_whitespace() && !b",:\"{}[]".contains(&byte);
                while self.byte().is_some_and(is_inside) {
                    self.at += 1;
                }
                Token::Other(self.since(start))
            }
        })
    }

    /// Reads over one value, and answers its text.
    fn skip_value(&mut self) -> &'t str {
        self.skip_blanks();
        let start = self.at;
        if let Some(Token::Open(_)) = self.next() {
            self.skip_to_close();
        }
        self.since(start).trim_ascii_end()
    }

    /// Reads over what is left of the array or object that was opened last.
    fn skip_to_close(&mut self) {
        let mut depth = 1;
        while depth > 0
            && let Some(token) = self.next()
        {
            match token {
                Token::Open(_) => depth += 1,
                Token::Close(_) => depth -= 1,
                _ => {}
            }
        }
    }

    /// From behind the quotation mark that begins it.
    fn skip_string(&mut self) {
        while let Some(byte) = self.byte() {
            self.at += 1;
            match byte {
                b'"' => return,
                b'\\' => self.at += 1,
                _ => {}
            }
        }
    }

    fn skip_blanks(&mut self) {
        while self.byte().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn since(&self, start: usize) -> &'t str {
        self.text.get(start..self.at).unwrap_or_default()
    }
}
