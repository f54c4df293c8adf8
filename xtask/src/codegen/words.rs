//! Many short texts in one long one.

use std::sync::{Arc, Mutex, PoisonError};

#[derive(Clone, Default)]
pub struct Words(Arc<Mutex<String>>);

impl Words {
    /// Where a text stands; from now on, if it did not yet.
    pub fn place(&self, text: &str) -> usize {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = all.find(text) {
            return at;
        }
        // What it has in common with the end is there already.
        let common = (0..text.len()).rev().filter(|length| text.is_char_boundary(*length));
        let common =
            common.filter_map(|length| text.get(..length)).find(|start| all.ends_with(start)).map_or(0, str::len);
        let at = all.len() - common;
        all.push_str(text.get(common..).unwrap_or_default());
        at
    }

    /// All of it as a literal of Rust on lines of about this width.
    pub fn literal(&self, width: usize) -> String {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut literal, mut length) = (String::from("\"\\\n"), 0);
        for letter in all.chars() {
            // White space at the beginning of a line would not count.
            if length >= width && !letter.is_whitespace() {
                literal.push_str("\\\n");
                length = 0;
            }
            match letter {
                '\'' => literal.push(letter),
                _ => literal.extend(letter.escape_debug()),
            }
            length += 1;
        }
        literal + "\""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_stands_in_others_takes_no_room() {
        let words = Words::default();
        let places = ["room_id", "id", "idle", "", "会议", "room"].map(|text| words.place(text));
        assert_eq!(places, [0, 5, 5, 0, 9, 0]);
        assert_eq!(words.literal(4), "\"\\\nroom\\\n_idl\\\ne会议\"");
    }
}
