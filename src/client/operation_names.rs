//! What a name that is no operation's most likely meant. Names are compared part by part, without case.

use crate::catalog::{self, PlatformName};
use crate::json;

pub(super) enum Near {
    One(&'static str),
    /// The group is right, and no operation in it is near: this is what it has.
    Group(String, Vec<&'static str>),
    None,
}

pub(super) fn nearest(name: &str, platform: PlatformName) -> Near {
    let names = || catalog::operations().iter().map(|operation| operation.name.as_str());
    let lower = name.to_lowercase();
    // Also without its platform's name first, the most likely slip.
    let with_platform = format!("{platform}.{lower}");
    for whole in [lower.as_str(), with_platform.as_str()] {
        if let Some(known) = catalog::find(whole) {
            return Near::One(known.name.as_str());
        }
    }
    for whole in [lower.as_str(), with_platform.as_str()].into_iter().filter(|_| lower.contains('.')) {
        let Some((group, last)) = whole.rsplit_once('.') else { continue };
        let below = || names().filter_map(|known| known.strip_prefix(group)?.strip_prefix('.'));
        if below().next().is_none() {
            continue;
        }
        let near = json::nearest(last, below().filter(|name| !name.contains('.')));
        if let Some(near) = near.and_then(|near| catalog::find(&format!("{group}.{near}"))) {
            return Near::One(near.name.as_str());
        }
        // Operations, and groups of them.
        let mut parts: Vec<&str> = Vec::new();
        for part in below().filter_map(|name| name.split('.').next()) {
            // They do not stand side by side everywhere.
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        return Near::Group(group.to_owned(), parts);
    }
    json::nearest(&lower, names()).map_or(Near::None, Near::One)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str) -> &'static str {
        match nearest(name, PlatformName::Avd) {
            Near::One(near) => near,
            Near::Group(group, _) => panic!("{name}: the group {group}"),
            Near::None => panic!("{name}: nothing"),
        }
    }

    #[test]
    fn a_slip_finds_its_operation() {
        for (slip, meant) in [
            ("AVD.ROOM.READ", "avd.room.read"),
            ("Avd.Room.Mix_Record.Start", "avd.room.mix_record.start"),
            ("room.read", "avd.room.read"),
            ("ROOM.READ", "avd.room.read"),
            ("avd.room.raed", "avd.room.read"),
            ("avd.room.mix_record.stopp", "avd.room.mix_record.stop"),
            ("avd.room.mixrecord.stop", "avd.room.mix_record.stop"),
            ("hst.app.creat", "hst.app.create"),
        ] {
            assert_eq!(one(slip), meant, "{slip}");
        }
    }

    #[test]
    fn a_word_that_no_operation_has_shows_those_of_its_group() {
        match nearest("avd.room.mix_record.begin", PlatformName::Avd) {
            Near::Group(group, names) => {
                assert_eq!(group, "avd.room.mix_record");
                assert!(names.contains(&"start") && names.contains(&"stop"), "{names:?}");
            }
            Near::One(near) => panic!("{near}"),
            Near::None => panic!("nothing"),
        }
        match nearest("avd.nothing", PlatformName::Avd) {
            Near::Group(_, names) => assert_eq!(names.iter().filter(|name| **name == "room").count(), 1, "{names:?}"),
            _ => panic!("no group"),
        }
        assert!(matches!(nearest("zzzz", PlatformName::Avd), Near::None));
        assert!(matches!(nearest(&"会".repeat(100_000), PlatformName::Hst), Near::None));
    }
}
