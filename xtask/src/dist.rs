//! `cargo xtask dist`: what is handed out, for each target that the library is built for.

mod archive;
pub mod artefact;
pub mod build;
mod debian;
pub mod flavour;
pub mod layout;
mod nuget;
pub mod papers;
mod sizes;
mod small_curves;
pub mod target;
pub mod toolchain;
mod wheels;

use crate::abi;
use crate::catalog::Result;
use crate::workspace::{Workspace, output_of};
use artefact::Artefact;
use build::Built;
use flavour::{FULL, Flavour, HANDED_OUT};
use layout::LIB;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use target::{TARGETS, Target};

struct Options {
    targets: Vec<&'static Target>,
    flavours: Vec<&'static Flavour>,
    output: PathBuf,
}

pub fn run_dist(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    match arguments {
        ["check", options @ ..] => check(workspace, options),
        ["nuget", options @ ..] => nuget::run(workspace, options),
        _ => hand_out(workspace, &Options::read(workspace, arguments)?),
    }
}

impl Options {
    fn read(workspace: &Workspace, arguments: &[&str]) -> Result<Options> {
        let mut options = Options { targets: Vec::new(), flavours: Vec::new(), output: workspace.target.join("dist") };
        let mut rest = arguments.iter();
        while let Some(name) = rest.next() {
            let value = *rest.next().ok_or_else(|| format!("{name} needs a value"))?;
            match *name {
                "--target" => options.targets.push(Target::named(value)?),
                "--flavour" => options.flavours.push(Flavour::named(value)?),
                "--output" => options.output = std::path::absolute(value)?,
                _ => return Err(format!("dist knows no {name}").into()),
            }
        }
        if options.targets.is_empty() {
            options.targets.extend(&TARGETS);
        }
        if options.flavours.is_empty() {
            options.flavours.extend(HANDED_OUT);
        }
        Ok(options)
    }
}

fn check(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let (library, target) = match arguments {
        [library] => (Path::new(library), Target::of_this_machine()?),
        [library, "--target", name] => (Path::new(library), Target::named(name)?),
        _ => return Err("usage: cargo xtask dist check <file> [--target <triple>]".into()),
    };
    let artefact = artefact::checked(library, target, &abi::functions(&workspace.root)?)?;
    println!("{}: {}", library.display(), artefact.told());
    Ok(())
}

fn hand_out(workspace: &Workspace, options: &Options) -> Result<()> {
    fs::create_dir_all(&options.output)?;
    let date = archive::date(workspace)?;
    let mut written = Vec::new();
    let mut full = BTreeMap::new();
    for target in &options.targets {
        for flavour in &options.flavours {
            let start = Instant::now();
            let (built, artefact) = Built::new(workspace, target, flavour)?;
            sizes::check(target, flavour, &artefact)?;
            let tree = Tree::lay_out(workspace, &built, flavour, &options.output)?;
            written.push(tree.pack(target, &date)?);
            let unstable =
                if built.toolchain()?.standard.is_built() { "; std from source, an unstable switch" } else { "" };
            let seconds = start.elapsed().as_secs();
            println!("{} {}: {}{unstable} ({seconds} s)", target.triple, flavour.name, artefact.told());
            if flavour.name == FULL.name {
                written.extend(debian::packages(workspace, &built, &options.output, &date)?);
                let library = built.keep(&options.output.join("runtimes"))?;
                written.push(wheels::wheel(workspace, target, &library, &options.output, &date)?);
                full.insert(target.runtime, library);
            }
        }
    }
    if TARGETS.iter().all(|target| full.contains_key(target.runtime)) {
        written.push(nuget::package(workspace, &options.output.join("runtimes"), &options.output)?);
    } else {
        println!("no NuGet package: it has the full library of every target");
    }
    sum_up(&options.output, &written)
}

/// A folder as it is unpacked on the user's machine.
struct Tree(PathBuf);

impl Tree {
    fn lay_out(workspace: &Workspace, built: &Built, flavour: &Flavour, output: &Path) -> Result<Tree> {
        let name = format!("meetgate-{}-{}{}", env!("CARGO_PKG_VERSION"), built.target.triple, flavour.suffix);
        let folder = output.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let documents = folder.join("share/doc/meetgate");
        fs::create_dir_all(&documents)?;
        layout::lay_out(workspace, built, &folder, LIB)?;
        papers::write(workspace, built.target, flavour, &documents)?;
        Ok(Tree(folder))
    }

    fn pack(self, target: &Target, date: &str) -> Result<PathBuf> {
        let archive = if target.is_windows() { archive::zip(&self.0, date) } else { archive::tar(&self.0, date) }?;
        fs::remove_dir_all(self.0)?;
        Ok(archive)
    }
}

/// In the form that `sha256sum --check` reads.
fn sum_up(output: &Path, written: &[PathBuf]) -> Result<()> {
    let mut sums = Command::new("sha256sum");
    sums.current_dir(output);
    for file in written {
        sums.arg(file.strip_prefix(output)?);
    }
    fs::write(output.join("SHA256SUMS"), output_of(&mut sums)?)?;
    for file in written {
        println!("wrote {}", file.display());
    }
    Ok(())
}

impl Artefact {
    /// On one line.
    fn told(&self) -> String {
        let glibc = self.glibc.as_ref().map(|glibc| format!(", glibc {glibc}")).unwrap_or_default();
        format!("{:.2} MB{glibc}, needs {}", self.bytes as f64 / 1e6, self.needs.join(" "))
    }
}
