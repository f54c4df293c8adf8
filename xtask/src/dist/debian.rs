//! The Debian packages `libmeetgate0` and `libmeetgate-dev`, made by debhelper of a tree that is laid out.

use super::build::Built;
use super::flavour::FULL;
use super::layout;
use super::papers;
use super::target::GLIBC_FLOOR;
use crate::catalog::Result;
use crate::prerequisites;
use crate::workspace::{Workspace, output_of, run};
use minijinja::{Environment, context};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const TEMPLATES: [(&str, &str); 7] = [
    ("changelog", include_str!("../../templates/debian/changelog")),
    ("control", include_str!("../../templates/debian/control")),
    ("copyright", include_str!("../../templates/debian/copyright")),
    ("libmeetgate0.install", include_str!("../../templates/debian/libmeetgate0.install")),
    ("libmeetgate-dev.install", include_str!("../../templates/debian/libmeetgate-dev.install")),
    ("rules", include_str!("../../templates/debian/rules")),
    ("source/format", include_str!("../../templates/debian/source-format")),
];

/// None for a target that Debian does not have.
pub fn packages(workspace: &Workspace, built: &Built, output: &Path, date: &str) -> Result<Vec<PathBuf>> {
    let Some((processor, folder)) = built.target.debian else { return Ok(Vec::new()) };
    let is_there = || ["/usr/bin/dh", "/usr/bin/dpkg-buildpackage"].iter().all(|path| Path::new(path).is_file());
    prerequisites::packages("debhelper", &["debhelper", "dpkg-dev"], is_there)?;
    // Two folders, because dpkg-buildpackage writes above the one where it works.
    let place = output.join(format!("debian-{processor}"));
    let source = place.join("meetgate");
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    // Files of the same name must be the same for all processors, that two of them can be installed side by side.
    let documents = source.join("tree/usr/share/doc/libmeetgate0").join(folder);
    fs::create_dir_all(&documents)?;
    layout::lay_out(workspace, built, &source.join("tree/usr"), &format!("lib/{folder}"))?;
    papers::write(workspace, built.target, &FULL, &documents)?;
    // Debian has the texts of these two itself.
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        fs::remove_file(documents.join(licence))?;
    }
    let symbols: Vec<String> =
        built.functions.iter().map(|name| format!(" {name}@Base {}\n", env!("CARGO_PKG_VERSION"))).collect();
    let debian = source.join("debian");
    fs::create_dir_all(debian.join("source"))?;
    fs::write(
        debian.join("libmeetgate0.symbols"),
        format!("libmeetgate.so.0 libmeetgate0 #MINVER#\n{}", symbols.concat()),
    )?;
    let rfc_2822 = output_of(Command::new("date").args(["--utc", "--rfc-email"]).arg(format!("--date=@{date}")))?;
    for (path, template) in TEMPLATES {
        let values = context! { version => VERSION, date => rfc_2822.trim(), glibc => GLIBC_FLOOR, folder };
        let mut environment = Environment::new();
        environment.set_keep_trailing_newline(true);
        fs::write(debian.join(path), environment.render_str(template, values)?)?;
    }
    run(Command::new("chmod").arg("+x").arg(debian.join("rules")))?;
    let mut package = Command::new("dpkg-buildpackage");
    package.current_dir(&source).args(["--build=binary", "--no-check-builddeps", "--no-sign"]);
    package.arg(format!("--host-arch={processor}")).env("SOURCE_DATE_EPOCH", date).env("DEB_BUILD_OPTIONS", "nostrip");
    // What it says on its way is for whoever looks for a fault in it.
    output_of(&mut package)?;
    let mut written = Vec::new();
    for name in ["libmeetgate0", "libmeetgate-dev"] {
        let file = format!("{name}_{VERSION}_{processor}.deb");
        fs::rename(place.join(&file), output.join(&file))?;
        written.push(output.join(file));
    }
    fs::remove_dir_all(place)?;
    Ok(written)
}
