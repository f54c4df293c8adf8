//! One build of the library for one target, both kinds at once.

use super::artefact::{self, Artefact};
use super::flavour::Flavour;
use super::target::Target;
use super::toolchain::Toolchain;
use crate::abi;
use crate::catalog::Result;
use crate::workspace::{Workspace, run};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

pub struct Built {
    pub target: &'static Target,
    pub shared: PathBuf,
    /// The static library as the compiler leaves it: with all that it knows, and every name to be seen.
    pub archive: PathBuf,
    /// What the header declares.
    pub functions: BTreeSet<String>,
    toolchain: Option<Toolchain>,
}

impl Built {
    /// Builds and looks at what came out.
    pub fn new(workspace: &Workspace, target: &'static Target, flavour: &'static Flavour) -> Result<(Built, Artefact)> {
        let toolchain = Toolchain::provide(workspace, target, flavour)?;
        let (mut cargo, folder) = toolchain.cargo_rustc(workspace)?;
        cargo.args(["--package", "meetgate", "--locked", "--lib", "--crate-type", "cdylib,staticlib"]);
        run(&mut cargo)?;
        let built = Built { toolchain: Some(toolchain), ..Built::found(workspace, target, &folder)? };
        let artefact = artefact::checked(&built.shared, target, &built.functions)?;
        Ok((built, artefact))
    }

    /// What lies in a folder, whoever has built it.
    pub fn found(workspace: &Workspace, target: &'static Target, folder: &Path) -> Result<Built> {
        Ok(Built {
            target,
            shared: folder.join(target.library()),
            archive: folder.join("libmeetgate.a"),
            functions: abi::functions(&workspace.root)?,
            toolchain: None,
        })
    }

    /// Puts the shared library into a folder where the NuGet package takes it from.
    pub fn keep(&self, runtimes: &Path) -> Result<PathBuf> {
        let folder = runtimes.join(self.target.runtime).join("native");
        fs::create_dir_all(&folder)?;
        let library = folder.join(self.target.library());
        fs::copy(&self.shared, &library)?;
        Ok(library)
    }

    pub fn toolchain(&self) -> Result<&Toolchain> {
        self.toolchain.as_ref().ok_or_else(|| "this takes a build of this command's own".into())
    }
}
