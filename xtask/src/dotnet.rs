//! The .NET SDK: where it is, and how it is run here. The tests take this file too (`tests/drivers/mod.rs`), so it stands alone.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest SDK that builds the library.
const OLDEST: u32 = 8;

/// Beside a checkout, on machines that reach no NuGet: an SDK, and the packages that the library and its tests need.
const BUNDLE: &str = "../shared/dotnet-sdk/unpack";

pub struct Dotnet {
    program: PathBuf,
    /// The first number of its version.
    pub sdk: u32,
    environment: Vec<(OsString, OsString)>,
}

impl Dotnet {
    /// The SDK that is on the path, else the one of the bundle, laid out under `target`. The error says that there is none.
    pub fn find(root: &Path, target: &Path) -> Result<Dotnet, String> {
        let on_path = version(Path::new("dotnet")).filter(|version| *version >= OLDEST);
        let (program, sdk, exported) = match on_path {
            Some(sdk) => (PathBuf::from("dotnet"), sdk, Vec::new()),
            None => {
                let unpack = root.join(BUNDLE);
                if !unpack.is_file() {
                    return Err(format!(
                        "the .NET SDK, {OLDEST} or newer, is not installed (https://dot.net/download)"
                    ));
                }
                let exported = unpacked(&unpack, &target.join("dotnet-sdk"))?;
                let program = program_of(&exported)?;
                let sdk = version(&program).ok_or_else(|| format!("{} does not run", program.display()))?;
                (program, sdk, exported)
            }
        };
        let mut dotnet = Dotnet { program, sdk, environment: exported };
        dotnet.set_up(target).map_err(|error| format!("{}: {error}", target.display()))?;
        Ok(dotnet)
    }

    /// `dotnet` with these arguments.
    pub fn command<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Everything that it writes goes below `target`, and no server of it outlives a command.
    fn set_up(&mut self, target: &Path) -> io::Result<()> {
        let folder = target.join("dotnet");
        fs::create_dir_all(&folder)?;
        for (name, value) in [
            ("DOTNET_CLI_TELEMETRY_OPTOUT", "1"),
            ("DOTNET_NOLOGO", "1"),
            ("DOTNET_GENERATE_ASPNET_CERTIFICATE", "false"),
            ("MSBUILDDISABLENODEREUSE", "1"),
            ("MSBUILDTERMINALLOGGER", "off"),
            ("UseSharedCompilation", "false"),
        ] {
            self.set(name, value);
        }
        self.set("MeetgateTarget", target);
        self.set("NUGET_PACKAGES", packages(target));
        if let Some(fallback) = self.variable("MEETGATE_NUGET_FALLBACK") {
            let config = folder.join("nuget.config");
            replace(&config, &nuget_config(&fallback.to_string_lossy()))?;
            self.set("RestoreConfigFile", config);
        }
        Ok(())
    }

    fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.environment.push((name.into(), value.into()));
    }

    /// A variable of the environment in which it runs.
    pub fn variable(&self, name: &str) -> Option<OsString> {
        let own = self.environment.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        own.or_else(|| env::var_os(name))
    }
}

/// Where NuGet unpacks what is restored. A package that is packed anew under the same version must first go from here.
pub fn packages(target: &Path) -> PathBuf {
    target.join("nuget")
}

/// No source but the folder with the packages, which is read only. In a file of its own, because users have NuGet itself.
fn nuget_config(fallback: &str) -> String {
    format!(
        "<configuration>\n  <packageSources><clear /></packageSources>\n  \
         <fallbackPackageFolders><clear /><add key=\"sdk\" value=\"{fallback}\" /></fallbackPackageFolders>\n\
         </configuration>\n"
    )
}

/// Puts a file in the place of another at once: several programs may be at it.
fn replace(file: &Path, content: &str) -> io::Result<()> {
    let unfinished = file.with_extension(std::process::id().to_string());
    fs::write(&unfinished, content)?;
    fs::rename(unfinished, file)
}

/// The first number of the version of an SDK; `None` where there is no SDK.
fn version(program: &Path) -> Option<u32> {
    let output = Command::new(program).arg("--version").output().ok().filter(|output| output.status.success())?;
    String::from_utf8_lossy(&output.stdout).split('.').next()?.trim().parse().ok()
}

/// Lays the bundle out, which is done once, and gives what it exports.
fn unpacked(unpack: &Path, folder: &Path) -> Result<Vec<(OsString, OsString)>, String> {
    let failed = |error: io::Error| format!("{}: {error}", unpack.display());
    fs::create_dir_all(folder).map_err(failed)?;
    // Several programs may find it missing at once.
    let lock = File::create(folder.with_extension("lock")).map_err(failed)?;
    lock.lock().map_err(failed)?;
    let mut bash = Command::new("bash");
    bash.args(["-c", "exports=$(bash \"$0\" \"$1\") && eval \"$exports\" && env --null"]).arg(unpack).arg(folder);
    let output = bash.output().map_err(failed)?;
    if !output.status.success() {
        return Err(format!("{}: {}", unpack.display(), String::from_utf8_lossy(&output.stderr)));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let variables = text.split('\0').filter_map(|variable| variable.split_once('='));
    let exported = variables.map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Ok(exported.filter(|(name, value)| name != "_" && env::var_os(name).as_ref() != Some(value)).collect())
}

fn program_of(exported: &[(OsString, OsString)]) -> Result<PathBuf, String> {
    let root = exported.iter().find(|(name, _)| name == "DOTNET_ROOT").map(|(_, value)| PathBuf::from(value));
    Ok(root
        .or_else(|| env::var_os("DOTNET_ROOT").map(PathBuf::from))
        .ok_or("the bundle names no DOTNET_ROOT")?
        .join("dotnet"))
}
