//! The known name that a misspelt one most likely meant.

/// The nearest of `known`, if any is near enough to be worth naming.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name() {
        let known = ["room_id", "topic", "user_id", "resolution"];
        assert_eq!(nearest("room_idd", known), Some("room_id"));
        assert_eq!(nearest("roomid", known), Some("room_id"));
        assert_eq!(nearest("zzz", known), None);
    }
}
