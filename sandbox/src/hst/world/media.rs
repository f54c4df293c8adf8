//! What users of a group broadcast.

/// What a user broadcasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MediaType {
    Screen,
    Audio,
    Video,
    Whiteboard,
}

impl MediaType {
    pub(crate) const ALL: [(i64, Self); 4] =
        [(0, Self::Screen), (1, Self::Audio), (2, Self::Video), (4, Self::Whiteboard)];

    /// As the platform writes it: 0, 1, 2 or 4.
    pub fn number(self) -> i64 {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or(0, |(number, _)| *number)
    }
}

/// One stream of a user; two of one id and of different types are two.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Media {
    pub(crate) id: String,
    pub(crate) kind: MediaType,
}
