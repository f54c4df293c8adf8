//! The reason that a provider gives for having no token: other people's words, on their way into an error.

use super::Token;
use crate::redact::{Redacted, Redactor};

/// What an error shows of a reason: one line, with these tokens masked; `None` where nothing is left.
pub(super) fn shown(reason: &str, tokens: &[Token]) -> Option<Redacted> {
    let line = one_line(reason);
    let redactor = Redactor::new(tokens.iter().map(|token| token.reveal()));
    (!line.is_empty()).then(|| redactor.text(&line.into()))
}

/// Whatever would end a line in a log, or move the cursor of a terminal, becomes a space.
fn one_line(reason: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let parts = reason.split(breaks).map(str::trim).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_beside(reason: &str, tokens: &[&str]) -> Option<String> {
        let tokens: Vec<Token> = tokens.iter().map(|token| Token::new(*token)).collect();
        shown(reason, &tokens).map(|shown| shown.to_string())
    }

    #[test]
    fn it_is_one_line() {
        assert_eq!(shown_beside("令牌中心 is away", &[]).as_deref(), Some("令牌中心 is away"));
        let lines = " the vault\r\n\tis closed:\u{1b}[2J\u{2028}at 9\u{7f} ";
        assert_eq!(shown_beside(lines, &[]).as_deref(), Some("the vault is closed: [2J at 9"));
        for empty in ["", " ", "\r\n", "\u{0} \u{7}"] {
            assert_eq!(shown_beside(empty, &["token"]), None, "{empty:?}");
        }
    }

    #[test]
    fn tokens_are_masked() {
        let tokens = ["abcd", "abcd+ef==", "t1"];
        for (reason, expected) in [
            ("abcd", "***"),
            ("t1", "***"),
            (" t1\n", "***"),
            ("GET /?token=abcd%2Bef%3D%3D failed", "GET /?token=*** failed"),
            ("<abcd+ef==>, then abcd", "<***>, then ***"),
            ("xabcdx", "x***x"),
            // As short as this it is a part of words.
            ("at1", "at1"),
        ] {
            assert_eq!(shown_beside(reason, &tokens).as_deref(), Some(expected), "{reason:?}");
        }
    }

    #[test]
    fn a_long_one_is_cut_and_never_within_a_token() {
        assert!(shown_beside(&"会".repeat(1000), &[]).unwrap().ends_with("会…"));
        let (start, token) = ("x".repeat(1000), "secret".repeat(100));
        assert_eq!(shown_beside(&format!("{start} {token}"), &[&token]).unwrap(), format!("{start} ***"));
    }
}
