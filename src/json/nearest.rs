//! The known name that a misspelt one most likely meant.

/// No known name is nearly as long.
const LONGEST: usize = 100;

/// A name for an error message: quoted, and cut where it is longer than any name.
pub(crate) fn quoted(name: &str) -> String {
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", name.get(..end).unwrap_or_default()),
        None => format!("{name:?}"),
    }
}

/// The nearest of `known`, if any is near enough to be worth naming. Case and separators do not count.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let name = plain(name);
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&name, &plain(candidate)), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// `RoomId`, `room-id` and `room_id` are one name to a person.
fn plain(name: &str) -> String {
    name.chars().filter(|character| !matches!(character, '_' | '-')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name() {
        let known = ["room_id", "topic", "user_id", "resolution"];
        assert_eq!(nearest("room_idd", known), Some("room_id"));
        assert_eq!(nearest("roomid", known), Some("room_id"));
        assert_eq!(nearest("RoomId", known), Some("room_id"));
        assert_eq!(nearest("USER-ID", known), Some("user_id"));
        assert_eq!(nearest("zzz", known), None);
    }

    #[test]
    fn a_name_beyond_all_measure_is_cut_and_not_compared() {
        let name = "会".repeat(1_000_000);
        assert_eq!(nearest(&name, ["room_id"]), None);
        assert_eq!(quoted(&name), format!("\"{}\"…", "会".repeat(100)));
        assert_eq!(quoted("a\"b"), r#""a\"b""#);
    }
}
