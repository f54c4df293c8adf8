//! What is in a library, and what it is compiled for.

use crate::catalog::Result;

pub struct Flavour {
    /// As it is asked for.
    pub name: &'static str,
    /// In the names of archives; nothing for the one that most want.
    pub suffix: &'static str,
    pub profile: &'static str,
    features: &'static [&'static str],
}

pub const FULL: Flavour = Flavour { name: "full", suffix: "", profile: "release", features: &["--features", "full"] };

/// Small, and with the public authorities; [`EMBEDDED_SYSTEM_ROOTS`] goes without them.
pub const EMBEDDED: Flavour = Flavour {
    name: "embedded",
    suffix: "-embedded",
    profile: "embedded",
    features: &["--no-default-features", "--features", "bundled-roots"],
};

pub const EMBEDDED_SYSTEM_ROOTS: Flavour = Flavour {
    name: "embedded-system-roots",
    suffix: "-embedded-system-roots",
    profile: "embedded",
    features: &["--no-default-features"],
};

pub const FLAVOURS: [&Flavour; 3] = [&FULL, &EMBEDDED, &EMBEDDED_SYSTEM_ROOTS];

impl Flavour {
    pub fn named(name: &str) -> Result<&'static Flavour> {
        let known = FLAVOURS.map(|flavour| flavour.name).join(", ");
        let found = FLAVOURS.into_iter().find(|flavour| flavour.name == name);
        found.ok_or_else(|| format!("no flavour is called {name}; there are {known}").into())
    }

    /// In cargo's options.
    pub fn features(&self) -> Vec<&'static str> {
        self.features.to_vec()
    }
}
