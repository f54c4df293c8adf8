//! Citations in texts: `004 L275` is a line of a vendor's document, `T24` a note of docs/platform-notes.md. `L9` without a document
//! is a note, too.

/// A text without the brackets that hold nothing but citations.
pub fn removed(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('(') {
        match after.split_once(')') {
            Some((inside, after)) if is_citations(inside) => {
                out.push_str(before.trim_end());
                rest = after;
            }
            _ => {
                out.push_str(before);
                out.push('(');
                rest = after;
            }
        }
    }
    out + rest
}

/// The first citation in a text.
pub fn first(text: &str) -> Option<&str> {
    let mut before = "";
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        if is_note(word) || is_document(before) && is_line(word) {
            return Some(word);
        }
        if !word.is_empty() {
            before = word;
        }
    }
    None
}

/// Whether a text begins with a document and a line.
pub fn begins(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.next().is_some_and(is_document) && words.next().is_some_and(is_line)
}

fn is_citations(text: &str) -> bool {
    let words = || text.split([' ', ',', ';', '-']).filter(|word| !word.is_empty());
    let is_place = |word| is_note(word) || is_line(word);
    words().any(is_place) && words().all(|word| is_place(word) || is_document(word))
}

/// `T24`. More digits make it something else, such as the codec H264.
fn is_note(word: &str) -> bool {
    word.strip_prefix(['H', 'T', 'Y']).is_some_and(|number| number.len() <= 2 && is_number(number))
}

fn is_document(word: &str) -> bool {
    word.len() == 3 && is_number(word)
}

fn is_line(word: &str) -> bool {
    word.strip_prefix('L').is_some_and(is_number)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_of_citations_go_and_others_stay() {
        for (cited, plain) in [
            ("Sent as a form (T12, T13).", "Sent as a form."),
            ("A wrong type (004 L3653) is refused (T65).", "A wrong type is refused."),
            ("A number is taken too (L3).", "A number is taken too."),
            ("Twice (002 L700, L731), T46 (T46-T49).", "Twice, T46."),
            ("A wrong key (401) of H264 (a codec).", "A wrong key (401) of H264 (a codec)."),
            ("Seconds (UTC; Y11)", "Seconds (UTC; Y11)"),
            ("Open (", "Open ("),
        ] {
            assert_eq!(removed(cited), plain);
        }
    }

    #[test]
    fn a_source_begins_with_a_line() {
        assert!(begins("004 L12-L14") && begins("000 L3; 001 L86"));
        assert!(!begins("later pages") && !begins("004") && !begins(""));
    }

    #[test]
    fn what_is_left_is_found() {
        assert_eq!(first("T17: the sample is broken"), Some("T17"));
        assert_eq!(first("see 004 L12-L14"), Some("L12"));
        assert_eq!(first("H264, L2 and 404 are none"), None);
    }
}
