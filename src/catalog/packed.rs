//! Unpacks the catalog's JSON, which `build.rs` packs: it is read by tools alone, and says most words many times.

/// The shortest text that is taken from before. What is shorter stands for itself.
const SHORTEST: usize = 4;

/// `packed` has a byte for each piece: below 128, one byte less than follow as they are; else, the length of a text that has been
/// before, and then, in two bytes, how far back that was. What cannot be right ends it.
pub(super) fn unpack(packed: &[u8]) -> String {
    let mut text: Vec<u8> = Vec::new();
    let mut rest = packed;
    while let Some((&piece, after)) = rest.split_first() {
        let piece = usize::from(piece);
        if piece < 128 {
            let Some((plain, after)) = after.split_at_checked(piece + 1) else { break };
            text.extend_from_slice(plain);
            rest = after;
        } else {
            let Some((back, after)) = after.split_first_chunk() else { break };
            let Some(start) = text.len().checked_sub(usize::from(u16::from_le_bytes(*back))) else { break };
            // It may reach into itself, but is then no text that has been before: it is never packed so.
            let Some(before) = text.get(start..start + piece - 128 + SHORTEST) else { break };
            let before = before.to_vec();
            text.extend_from_slice(&before);
            rest = after;
        }
    }
    String::from_utf8(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_follow_each_other() {
        assert_eq!(unpack(b"\x04room.\x80\x05\0\0!"), "room.room!");
        assert_eq!(unpack(b""), "");
    }

    #[test]
    fn what_cannot_be_right_ends_it() {
        assert_eq!(unpack(b"\x00a\x05b"), "a");
        assert_eq!(unpack(b"\x00a\x80\x09\0\0b"), "a");
        assert_eq!(unpack(b"\x00a\x80\x01"), "a");
    }

    #[test]
    fn the_catalog_is_what_was_packed() {
        let source = match cfg!(feature = "catalog-texts") {
            true => include_str!("whole.json"),
            false => include_str!("brief.json"),
        };
        assert_eq!(unpack(include_bytes!(concat!(env!("OUT_DIR"), "/catalog.packed"))), source);
    }
}
