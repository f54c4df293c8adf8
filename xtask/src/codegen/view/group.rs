//! The tree of a platform's groups: `room` has `create` and `mix_record`.

use super::names::{self, pascal};
use serde::Serialize;

#[derive(Clone, Default, Serialize)]
pub struct Group {
    /// Without the platform; empty for the client itself.
    pub path: String,
    pub last: String,
    /// `RoomMixRecord`.
    pub pascal: String,
    pub python: String,
    /// The member of the client or group that holds it, and the way there from the client.
    pub cpp: String,
    pub cpp_path: String,
    /// By their place in the platform's list, in the catalog's order.
    pub operations: Vec<usize>,
    pub groups: Vec<Group>,
}

impl Group {
    pub fn root<'n>(operations: impl Iterator<Item = &'n str>) -> Group {
        let mut root = Group::default();
        for (index, name) in operations.enumerate() {
            let mut group = &mut root;
            for (end, _) in name.match_indices('.') {
                group = group.inner(name.get(..end).unwrap_or_default());
            }
            group.operations.push(index);
        }
        root
    }

    fn inner(&mut self, path: &str) -> &mut Group {
        let at = self.groups.iter().position(|group| group.path == path).unwrap_or(self.groups.len());
        if at == self.groups.len() {
            let last = path.rsplit('.').next().unwrap_or_default();
            self.groups.push(Group {
                path: path.to_owned(),
                last: last.to_owned(),
                pascal: pascal(path),
                python: names::python(last),
                cpp: names::cpp_member(path),
                cpp_path: names::cpp_path(path),
                ..Group::default()
            });
        }
        &mut self.groups[at]
    }

    /// All groups below, outer ones before inner ones.
    pub fn below(&self) -> Vec<Group> {
        let mut below = self.groups.clone();
        let mut next = 0;
        while let Some(group) = below.get(next) {
            below.extend(group.groups.clone());
            next += 1;
        }
        below
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_stand_in_the_groups_of_their_names() {
        let root = Group::root(["room.create", "close", "room.mix_record.start", "app.read"].into_iter());
        assert_eq!(root.operations, [1]);
        assert_eq!(root.groups[0].operations, [0]);
        let below: Vec<String> = root.below().into_iter().map(|group| group.path).collect();
        assert_eq!(below, ["room", "app", "room.mix_record"]);
    }
}
