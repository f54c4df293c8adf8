//! Texts of the catalog. All of them stand in one, and each is known by its place there: that is a quarter of a pointer with a
//! length, and nothing that the dynamic linker has to fill in.

use super::table;
use std::fmt;
use std::ops::Deref;

/// A text that the library works with: a name, a value, a default.
#[derive(Clone, Copy)]
pub struct Word(Place);

/// What only a person reads. A library without the feature `catalog-texts` has none of it.
#[derive(Clone, Copy)]
pub struct Text(#[cfg(feature = "catalog-texts")] Place);

#[derive(Clone, Copy)]
struct Place {
    at: u16,
    length: u16,
}

impl Word {
    pub const NONE: Word = Word::at(0, "");

    /// The text, which stands there: the compiler looks.
    pub const fn at(at: u16, text: &str) -> Word {
        Word(Place::checked(table::WORDS, at, text))
    }

    /// The text, for tables that are written by hand: the compiler looks for it.
    pub const fn of(text: &str) -> Word {
        Word(Place::found(table::WORDS, text))
    }

    pub fn as_str(self) -> &'static str {
        self.0.of(table::WORDS)
    }
}

impl Text {
    pub const NONE: Text = Text::at(0, "");

    /// The text, which stands there: the compiler looks.
    #[cfg(feature = "catalog-texts")]
    pub const fn at(at: u16, text: &str) -> Text {
        Text(Place::checked(table::TEXTS, at, text))
    }

    #[cfg(not(feature = "catalog-texts"))]
    pub const fn at(_: u16, _: &str) -> Text {
        Text()
    }

    /// The text, for tests: the compiler looks for it.
    #[cfg(all(test, feature = "catalog-texts"))]
    pub const fn of(text: &str) -> Text {
        Text(Place::found(table::TEXTS, text))
    }

    #[cfg(all(test, not(feature = "catalog-texts")))]
    pub const fn of(_: &str) -> Text {
        Text()
    }

    /// `None` where there is none.
    #[cfg(feature = "catalog-texts")]
    pub fn get(self) -> Option<&'static str> {
        Some(self.0.of(table::TEXTS)).filter(|text| !text.is_empty())
    }

    #[cfg(not(feature = "catalog-texts"))]
    pub fn get(self) -> Option<&'static str> {
        None
    }
}

impl Place {
    const fn checked(all: &str, at: u16, text: &str) -> Place {
        assert!(stands_at(all, at, text) && text.len() <= u16::MAX as usize);
        Place { at, length: text.len() as u16 }
    }

    const fn found(all: &str, text: &str) -> Place {
        let mut at = 0;
        while !stands_at(all, at, text) {
            at += 1;
            assert!(
                (at as usize) < all.len(),
                "not among the words of the catalog: the template of the table has a list for it"
            );
        }
        Place::checked(all, at, text)
    }

    fn of(self, all: &'static str) -> &'static str {
        let at = usize::from(self.at);
        all.get(at..at + usize::from(self.length)).unwrap_or_default()
    }
}

#[allow(clippy::indexing_slicing, reason = "it runs in the compiler")]
const fn stands_at(all: &str, at: u16, text: &str) -> bool {
    let (all, text, at) = (all.as_bytes(), text.as_bytes(), at as usize);
    let mut i = 0;
    while i < text.len() {
        if at + i >= all.len() || all[at + i] != text[i] {
            return false;
        }
        i += 1;
    }
    true
}

impl Deref for Word {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for Word {
    fn eq(&self, other: &Word) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Word {}

impl PartialEq<str> for Word {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Word {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Display for Word {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), out)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.get(), out)
    }
}
