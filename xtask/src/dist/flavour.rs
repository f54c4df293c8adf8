//! What is in a library, and what it is compiled for.

use super::target::Target;
use crate::catalog::Result;

pub struct Flavour {
    /// As it is asked for.
    pub name: &'static str,
    /// In the names of archives; nothing for the one that most want.
    pub suffix: &'static str,
    pub profile: &'static str,
    /// Where the standard library's source cannot be had, the one that came with the compiler serves as well.
    pub takes_ready_standard: bool,
    features: &'static [&'static str],
}

pub const FULL: Flavour = Flavour {
    name: "full",
    suffix: "",
    profile: "release",
    takes_ready_standard: true,
    features: &["--features", "full"],
};

/// The same without the token store for several machines.
pub const FULL_WITHOUT_REDIS: Flavour = Flavour {
    name: "full-without-redis",
    suffix: "-full-without-redis",
    profile: "release",
    takes_ready_standard: true,
    features: &["--features", "events"],
};

/// Small, and with the public authorities; [`EMBEDDED_SYSTEM_ROOTS`] goes without them.
pub const EMBEDDED: Flavour = Flavour {
    name: "embedded",
    suffix: "-embedded",
    profile: "embedded",
    takes_ready_standard: false,
    features: &["--no-default-features", "--features", "bundled-roots"],
};

pub const EMBEDDED_SYSTEM_ROOTS: Flavour = Flavour {
    name: "embedded-system-roots",
    suffix: "-embedded-system-roots",
    profile: "embedded",
    takes_ready_standard: false,
    features: &["--no-default-features"],
};

pub const FLAVOURS: [&Flavour; 4] = [&FULL, &FULL_WITHOUT_REDIS, &EMBEDDED, &EMBEDDED_SYSTEM_ROOTS];

/// What is handed out; the others are built where they are asked for.
pub const HANDED_OUT: [&Flavour; 2] = [&FULL, &EMBEDDED];

impl Flavour {
    pub fn named(name: &str) -> Result<&'static Flavour> {
        let known = FLAVOURS.map(|flavour| flavour.name).join(", ");
        let found = FLAVOURS.into_iter().find(|flavour| flavour.name == name);
        found.ok_or_else(|| format!("no flavour is called {name}; there are {known}").into())
    }

    /// Compiled for size throughout.
    pub fn is_small(&self) -> bool {
        self.profile == EMBEDDED.profile
    }

    /// In cargo's options, for x86.
    pub fn features(&self) -> Vec<&'static str> {
        self.features.to_vec()
    }

    /// The same for a target. Most ARM processors of terminals have no instructions for AES.
    pub fn features_on(&self, target: &Target) -> Vec<&'static str> {
        let more: &[&str] = if self.is_small() && !target.is_x86() { &["--features", "chacha20"] } else { &[] };
        [self.features, more].concat()
    }
}
