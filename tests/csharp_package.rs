//! The NuGet package, as programs use it: each is built from the packed package alone, in a fresh folder, and looked at or
//! run against the sandbox. The programs are in `bindings/csharp/tests/consumers`.
//!
//! ```sh
//! cargo test --test csharp_package -- --ignored
//! ```
//!
//! `MEETGATE_DIST` may name the folder in which `cargo xtask dist` has written the package for all machines: then it is that one.

#[path = "../xtask/src/dotnet.rs"]
mod dotnet;
mod support;

use dotnet::Dotnet;
use meetgate_sandbox::{Options, Sandbox};
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;
use support::{DIST, WINE};

const VERSION: &str = env!("CARGO_PKG_VERSION");

const BUILD_LIMIT: Duration = Duration::from_secs(300);

/// The libraries in a package of the test's own: a real one for this machine, a few bytes in place of the others.
const LIBRARIES: [&str; 4] = [
    "linux-x64/native/libmeetgate.so",
    "win-arm64/native/meetgate.dll",
    "win-x64/native/meetgate.dll",
    "win-x86/native/meetgate.dll",
];

/// What the consumers print.
const ROOMS: &str = "周会\n周会\nroom.read 40004\n";
const TOPICS: &str = "周会\n周会\n";

// The package itself --------------------------------------------------------------------------------------------------

#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn the_package_has_assemblies_documentation_and_libraries() {
    let Some(package) = Package::packed() else { return };
    let mut expected: BTreeSet<String> =
        ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "meetgate.nuspec"].map(str::to_owned).into();
    for target in ["net462", "netstandard2.0", "net8.0"] {
        expected.extend(["dll", "xml"].map(|kind| format!("lib/{target}/Meetgate.DotNet.{kind}")));
        expected.extend(["build", "buildTransitive"].map(|folder| format!("{folder}/{target}/Meetgate.targets")));
    }
    expected.extend(package.libraries().iter().map(|library| format!("runtimes/{library}")));
    // In place of a library, so that NuGet does not give that of a similar system.
    for system in ["linux-musl-x64", "linux-musl-arm64"].iter().filter(|system| !package.has_library_for(system)) {
        expected.insert(format!("runtimes/{system}/native/_._"));
    }
    let mut found = files(&package.installed);
    // NuGet's own.
    found.retain(|name| !name.contains(".nupkg"));
    assert_eq!(found, expected);

    for target in ["net462", "netstandard2.0", "net8.0"] {
        let documentation = read(&package.installed.join(format!("lib/{target}/Meetgate.DotNet.xml")));
        assert!(documentation.contains("<member name=\"T:Meetgate.AvdClient\">"), "{target}");
    }
    let metadata = read(&package.installed.join("meetgate.nuspec"));
    for said in [
        "<id>Meetgate</id>",
        "<license type=\"expression\">MIT OR Apache-2.0</license>",
        "<readme>README.md</readme>",
        "<group targetFramework=\"net8.0\" />",
        "<dependency id=\"System.Text.Json\" version=\"8.0.6\"",
    ] {
        assert!(metadata.contains(said), "{said}\n{metadata}");
    }
    // What builds the library is nothing to its users.
    assert_eq!(metadata.matches("<dependency ").count(), 2, "{metadata}");
}

#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn a_debugger_finds_the_sources_in_each_assembly() {
    let Some(package) = Package::for_dotnet_10() else { return };
    let consumer = package.consumer("symbols", "symbols");
    consumer.build(&[]);
    for target in ["net462", "netstandard2.0", "net8.0"] {
        let assembly = package.installed.join(format!("lib/{target}/Meetgate.DotNet.dll"));
        let printed = printed(consumer.program().arg(assembly));
        let (counts, documents) = printed.split_once('\n').unwrap();
        let (embedded, all) = counts.split_once(" of ").unwrap();
        assert_eq!(embedded, all, "{printed}");
        assert!(documents.contains("/AvdClient.cs"), "{printed}");
        // Where it was built is nobody's business, and would change it.
        assert!(!documents.contains(&*support::root().to_string_lossy()), "{printed}");
    }
}

#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn no_file_differs_from_another_by_case_alone() {
    let Some(package) = Package::packed() else { return };
    let mut names = files(&package.installed);
    // What users of the C library have in the same folder on Windows.
    names.extend(files(&support::root().join("include")));
    names
        .extend(["meetgate.dll", "meetgate.lib", "meetgate.pdb", "libmeetgate.so", "libmeetgate.a"].map(str::to_owned));
    assert_no_twins(&names);

    let twins = ["a/Meetgate.dll", "b/meetgate.dll"].map(str::to_owned);
    assert!(std::panic::catch_unwind(|| assert_no_twins(&twins.into())).is_err());
}

// Programs ------------------------------------------------------------------------------------------------------------

#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn a_program_on_dotnet_10_runs() {
    let Some(package) = Package::for_dotnet_10() else { return };
    let consumer = package.consumer("console", "console");
    consumer.build(&[]);
    assert_eq!(consumer.run(&mut consumer.program()), ROOMS);
    assert_no_twins(&files(&consumer.output));
}

#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn a_program_that_refers_to_the_project_has_the_libraries() {
    let Some(package) = Package::for_dotnet_10() else { return };
    let consumer = package.consumer("checkout", "checkout");
    let project = support::root().join("bindings/csharp/src/Meetgate/Meetgate.csproj");
    consumer.build(&[
        &format!("-p:MeetgateProject={}", project.display()),
        &format!("-p:MeetgateRuntimes={}", package.runtimes.display()),
    ]);
    assert!(consumer.output.join("runtimes/win-x86/native/meetgate.dll").is_file());
    assert_eq!(consumer.run(&mut consumer.program()), ROOMS);
}

#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn a_library_for_dotnet_standard_serves_programs_on_dotnet() {
    let Some(package) = Package::for_dotnet_10() else { return };
    let consumer = package.consumer("console-standard", "console-standard");
    consumer.build(&[]);
    assert_eq!(consumer.run(&mut consumer.program()), TOPICS);
}

#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn a_library_for_dotnet_standard_serves_programs_on_dotnet_framework() {
    let Some(package) = Package::packed() else { return };
    let consumer = package.consumer("framework-standard", "framework-standard");
    consumer.build(&[]);
    consumer.has_libraries_beside();
    consumer.run_on_mono(TOPICS);
}

#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn a_program_on_dotnet_framework_has_the_library_of_each_processor() {
    let Some(package) = Package::packed() else { return };
    for processor in ["x86", "x64", "AnyCPU"] {
        let consumer = package.consumer("framework", &format!("framework-{processor}"));
        consumer.build(&[&format!("-p:PlatformTarget={processor}")]);
        consumer.has_libraries_beside();
        consumer.run_on_mono(ROOMS);
    }
    let consumer = package.consumer("framework", "framework-published");
    consumer.publish(&[]);
    consumer.has_libraries_beside();
}

/// As the SDK builds on Windows, where it would take the program for one of x86.
#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn a_program_on_dotnet_framework_keeps_its_processor() {
    let Some(package) = Package::packed() else { return };
    let consumer = package.consumer("framework", "framework-on-windows");
    consumer.build(&[
        "-p:RuntimeIdentifier=win-x86",
        "-p:_UsingDefaultRuntimeIdentifier=true",
        "-p:PlatformTarget=x86",
        "-p:_UsingDefaultPlatformTarget=true",
    ]);
    consumer.has_libraries_beside();
    assert!(!consumer.output.join("meetgate.dll").exists(), "a library for one processor lies beside the program");
    assert!(!requires_32_bit(&consumer.output.join("framework.exe")));
}

#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn a_project_with_packages_config_has_the_library_of_each_processor() {
    let Some(package) = Package::packed() else { return };
    let consumer = package.consumer("packages-config", "packages-config");
    let references = package.found("microsoft.netframework.referenceassemblies.net462").join("1.0.3/build");
    consumer.accept(
        &mut package.dotnet.command(["msbuild", "-nologo", "-verbosity:minimal"]),
        &[
            &format!("-p:MeetgatePackage={}", package.installed.display()),
            &format!("-p:TargetFrameworkRootPath={}", references.display()),
            &format!("-p:OutputPath={}/", consumer.output.display()),
        ],
    );
    consumer.has_libraries_beside();
    assert!(consumer.output.join("Meetgate.DotNet.dll").is_file());
}

#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn a_program_for_windows_has_the_assembly_beside_the_library() {
    let Some(package) = Package::for_dotnet_10() else { return };
    let consumer = package.consumer("console", "win-x64");
    consumer.publish(&["--runtime", "win-x64", "--self-contained"]);
    let published = files(&consumer.output);
    for name in ["console.exe", "Meetgate.DotNet.dll", "meetgate.dll"] {
        assert!(published.contains(name), "{name}: {published:?}");
    }
    let library = fs::read(consumer.output.join("meetgate.dll")).unwrap();
    assert!(library == fs::read(package.runtimes.join("win-x64/native/meetgate.dll")).unwrap());
    assert_no_twins(&published);
    consumer.run_on_wine(ROOMS);
}

#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn a_system_without_a_library_is_warned_of() {
    let Some(package) = Package::packed() else { return };
    for (name, system) in [
        ("standard", "linux-musl-x64"),
        ("standard", "osx-arm64"),
        ("framework", "linux-arm"),
        ("console", "linux-musl-x64"),
        ("console", "osx-x64"),
    ] {
        if name == "console" && !package.has_sdk_10() || package.has_library_for(system) {
            continue;
        }
        let consumer = package.consumer(name, &format!("{name}-for-{system}"));
        let options =
            ["--runtime", system, "--no-self-contained", "-p:UseAppHost=false", "-p:TreatWarningsAsErrors=false"];
        let said = consumer.publish(&options);
        let warning = format!("warning MEETGATE001: The package Meetgate has no library for {system}.");
        assert!(said.contains(&warning), "{name}: {said}");
        assert!(!consumer.output.join("libmeetgate.so").exists(), "{name} has a library for another system");
    }
    let consumer = package.consumer("standard", "standard-for-linux-x64");
    let said = consumer.publish(&["--runtime", "linux-x64"]);
    assert!(!said.contains("MEETGATE001"), "{said}");
}

#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn a_single_file_runs_beside_its_library() {
    let Some(package) = Package::for_dotnet_10() else { return };
    let consumer = package.consumer("console", "single-file");
    consumer.publish(&["--runtime", "linux-x64", "--self-contained", "-p:PublishSingleFile=true"]);
    assert_eq!(consumer.run(&mut Command::new(consumer.output.join("console"))), ROOMS);
}

#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn a_single_file_that_unpacks_its_library_runs_alone() {
    let Some(package) = Package::for_dotnet_10() else { return };
    let consumer = package.consumer("console", "single-file-alone");
    let bundled =
        ["-p:PublishSingleFile=true", "-p:IncludeNativeLibrariesForSelfExtract=true", "-p:PublishTrimmed=true"];
    consumer.publish(&[&["--runtime", "linux-x64", "--self-contained"], &bundled[..]].concat());
    let program = support::empty_folder("csharp-alone").join("console");
    fs::copy(consumer.output.join("console"), &program).unwrap();
    let unpacked = support::empty_folder("csharp-unpacked");
    assert_eq!(consumer.run(Command::new(program).env("DOTNET_BUNDLE_EXTRACT_BASE_DIR", unpacked)), ROOMS);
}

#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn a_program_compiled_ahead_of_time_runs() {
    let Some(package) = Package::for_dotnet_10() else { return };
    let consumer = package.consumer("console", "aot");
    consumer.publish(&["--runtime", "linux-x64", "-p:PublishAot=true", "-p:CppCompilerAndLinker=gcc"]);
    assert!(!consumer.output.join("Meetgate.DotNet.dll").exists());
    assert_eq!(consumer.run(&mut Command::new(consumer.output.join("console"))), ROOMS);
}

// Loading -------------------------------------------------------------------------------------------------------------

#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn a_program_on_dotnet_says_where_it_looked_for_the_library() {
    let Some(package) = Package::for_dotnet_10() else { return };
    let consumer = package.consumer("console", "console-alone");
    consumer.build(&[]);
    consumer.says_where_it_looked(&consumer.program(), "runtimes");
}

#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn a_program_on_dotnet_framework_says_where_it_looked_for_the_library() {
    let Some(package) = Package::packed().filter(|_| support::has("mono")) else { return };
    let consumer = package.consumer("framework", "framework-alone");
    consumer.build(&[]);
    let mut program = Command::new("mono");
    program.arg(consumer.output.join("framework.exe"));
    consumer.says_where_it_looked(&program, "x64");
}

// The guide -----------------------------------------------------------------------------------------------------------

/// All commands are as printed, but for `dotnet new`, whose templates are not everywhere.
#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn the_first_program_of_the_guide_runs() {
    let Some(package) = Package::packed() else { return };
    let guide = guide();
    let folder = support::empty_folder("csharp-guide");
    // Where the commands find the package.
    let (dist, packed) = (folder.join("target/dist"), format!("Meetgate.{VERSION}.nupkg"));
    fs::create_dir_all(&dist).unwrap();
    fs::copy(package.source.join(&packed), dist.join(&packed)).unwrap();

    let commands = blocks(&guide, "sh");
    let (new, add) =
        commands.iter().find_map(|block| block.split_once('\n').filter(|_| block.contains("dotnet new"))).unwrap();
    assert_eq!(new, "dotnet new console --name Room");
    let project = folder.join("Room");
    fs::create_dir(&project).unwrap();
    fs::write(project.join("Room.csproj"), as_dotnet_new_makes_it(package.dotnet.sdk)).unwrap();
    fs::write(project.join("Program.cs"), &blocks(&guide, "csharp")[0]).unwrap();
    let shell = |commands: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", commands]).current_dir(&folder);
        shell.envs(package.dotnet.command([]).get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell
    };
    printed(&mut shell(add));

    assert!(commands.iter().any(|block| block.trim() == "dotnet run"), "{commands:?}");
    // The guide starts the sandbox on a fixed port, which may be taken here: the program takes another address.
    assert!(commands.iter().any(|block| block.contains("meetgate-sandbox --listen 127.0.0.1:8800")), "{commands:?}");
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let run = format!("cd Room\ndotnet run http://{}", sandbox.address());
    assert_eq!(printed(&mut shell(&run)), blocks(&guide, "text")[0]);
}

/// The pieces that follow compile, without a warning on null, and the tests among them pass.
#[test]
#[ignore = "takes its time: cargo xtask test runs it"]
fn the_pieces_of_the_guide_compile() {
    let Some(package) = Package::for_dotnet_10() else { return };
    let consumer = package.consumer("guide", "guide-pieces");
    let pieces = &blocks(&guide(), "csharp")[1..];
    assert!(pieces.len() > 10, "only {} pieces", pieces.len());
    for (number, piece) in pieces.iter().enumerate() {
        let file = consumer.project.join(format!("Piece{number}.cs"));
        fs::write(file, if piece.starts_with("public class ") { piece.clone() } else { in_a_method(piece, number) })
            .unwrap();
    }
    consumer.build(&[]);
    // A double needs no library.
    fs::remove_dir_all(consumer.output.join("runtimes")).unwrap();
    let said = printed(&mut consumer.program());
    assert!(said.contains("Total: 1, Errors: 0, Failed: 0"), "{said}");
}

fn guide() -> String {
    read(&support::root().join("docs/guides/csharp.md"))
}

/// The blocks of a language, also of those that stand in a list.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if line.trim_start() == format!("```{language}") {
            let indent = line.len() - line.trim_start().len();
            let block = lines.by_ref().take_while(|line| line.trim_start() != "```");
            found.push(block.map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())).collect());
        }
    }
    found
}

/// A piece as a method of its own. The namespaces that it names go to the head of the file.
fn in_a_method(piece: &str, number: usize) -> String {
    let is_using = |line: &&str| line.starts_with("using ") && line.ends_with(';') && !line.contains(['=', '(']);
    let (usings, body): (Vec<&str>, Vec<&str>) = piece.lines().partition(is_using);
    format!(
        "{}\ninternal static partial class Guide\n{{\n    private static async Task Piece{number}(string[] args)\n    {{\n\
         {}\n        await Task.CompletedTask;\n    }}\n}}\n",
        usings.join("\n"),
        body.join("\n")
    )
}

fn as_dotnet_new_makes_it(sdk: u32) -> String {
    format!(
        "<Project Sdk=\"Microsoft.NET.Sdk\">\n\n  <PropertyGroup>\n    <OutputType>Exe</OutputType>\n    \
         <TargetFramework>net{sdk}.0</TargetFramework>\n    <ImplicitUsings>enable</ImplicitUsings>\n    \
         <Nullable>enable</Nullable>\n  </PropertyGroup>\n\n</Project>\n"
    )
}

// Packing and building ------------------------------------------------------------------------------------------------

struct Package {
    dotnet: Dotnet,
    /// The libraries that it was packed with.
    runtimes: PathBuf,
    /// The only source of packages that is asked.
    source: PathBuf,
    /// As NuGet has unpacked it.
    installed: PathBuf,
}

impl Package {
    /// Packs it, once. `None`, and why, where there is no SDK.
    fn packed() -> Option<&'static Package> {
        static PACKAGE: OnceLock<Result<Package, String>> = OnceLock::new();
        let packed = PACKAGE.get_or_init(|| {
            let dotnet = Dotnet::find(support::root(), support::target())?;
            let installed = dotnet::packages(support::target()).join("meetgate");
            // Restored once, a version is never looked at again.
            _ = fs::remove_dir_all(&installed);
            let package = Package {
                dotnet,
                runtimes: runtimes(),
                source: support::empty_folder("csharp-packed"),
                installed: installed.join(VERSION),
            };
            package.pack();
            package.consumer("standard", "standard").build(&[]);
            Ok(package)
        });
        packed.as_ref().map_err(|missing| support::skipped(missing)).ok()
    }

    /// For what only SDK 10 can build.
    fn for_dotnet_10() -> Option<&'static Package> {
        Package::packed().filter(|package| package.has_sdk_10())
    }

    fn has_sdk_10(&self) -> bool {
        let enough = self.dotnet.sdk >= 10;
        if !enough {
            support::skipped(&format!("programs for .NET 10: the SDK is version {}", self.dotnet.sdk));
        }
        enough
    }

    /// From its folder `runtimes`.
    fn libraries(&self) -> BTreeSet<String> {
        files(&self.runtimes)
    }

    fn has_library_for(&self, system: &str) -> bool {
        self.runtimes.join(system).is_dir()
    }

    fn pack(&self) {
        if let Some(dist) = env::var_os(DIST) {
            let name = format!("Meetgate.{VERSION}.nupkg");
            fs::copy(Path::new(&dist).join(&name), self.source.join(name)).unwrap();
            return;
        }
        let mut dist = Command::new(env!("CARGO"));
        dist.current_dir(support::root()).args(["run", "--quiet", "--package", "xtask", "--", "dist", "nuget"]);
        dist.arg("--runtimes").arg(&self.runtimes).arg("--output").arg(&self.source);
        let output = support::run_within(BUILD_LIMIT, &mut dist);
        assert!(output.status.success(), "{}", support::both(&output));
        // NuGet has something to say of a package that is not as it should be.
        assert!(!support::both(&output).contains("warning"), "{}", support::both(&output));
    }

    /// A fresh copy of the consumers, in which this one is built.
    fn consumer(&self, name: &str, folder: &str) -> Consumer<'_> {
        let folder = support::empty_folder(&format!("csharp-{folder}"));
        copy(&support::root().join("bindings/csharp/tests/consumers"), &folder.join("consumers"));
        Consumer {
            package: self,
            name: name.to_owned(),
            project: folder.join("consumers").join(name),
            output: folder.join("out"),
        }
    }

    /// Another package, where NuGet has it.
    fn found(&self, package: &str) -> PathBuf {
        let fallback = self.dotnet.variable("MEETGATE_NUGET_FALLBACK").map(PathBuf::from);
        let mut folders = [Some(dotnet::packages(support::target())), fallback].into_iter().flatten();
        let found = folders.find_map(|folder| Some(folder.join(package)).filter(|folder| folder.is_dir()));
        found.unwrap_or_else(|| panic!("NuGet has no {package}"))
    }
}

/// A folder with the library that this test run built, without its symbols, and files in place of those of other machines; or
/// that of the package for all machines.
fn runtimes() -> PathBuf {
    if let Some(dist) = env::var_os(DIST) {
        return Path::new(&dist).join("runtimes");
    }
    let folder = support::empty_folder("csharp-runtimes");
    for library in LIBRARIES {
        let file = folder.join(library);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, library).unwrap();
    }
    let mut strip = Command::new("strip");
    strip
        .arg("--strip-debug")
        .arg(support::library_folder().join("libmeetgate.so"))
        .arg("-o")
        .arg(folder.join(LIBRARIES[0]));
    let output = support::run(&mut strip);
    assert!(output.status.success(), "{}", support::both(&output));
    folder
}

struct Consumer<'p> {
    package: &'p Package,
    name: String,
    project: PathBuf,
    output: PathBuf,
}

impl Consumer<'_> {
    fn build(&self, options: &[&str]) -> String {
        let mut build = self.package.dotnet.command(["build", "--nologo"]);
        self.accept(build.arg("--output").arg(&self.output), options)
    }

    fn publish(&self, options: &[&str]) -> String {
        let mut publish = self.package.dotnet.command(["publish", "--nologo", "--configuration", "Release"]);
        self.accept(publish.arg("--output").arg(&self.output), options)
    }

    /// Runs what must succeed, and gives what it said.
    fn accept(&self, command: &mut Command, options: &[&str]) -> String {
        command.current_dir(&self.project).args(options);
        command.env("MeetgateVersion", VERSION).env("RestoreAdditionalProjectSources", &self.package.source);
        let output = support::run_within(BUILD_LIMIT, command);
        assert!(output.status.success(), "{command:?}\n{}", support::both(&output));
        support::both(&output)
    }

    /// On .NET, not yet told which sandbox.
    fn program(&self) -> Command {
        let mut program = self.package.dotnet.command([]);
        program.arg(self.output.join(format!("{}.dll", self.name)));
        program
    }

    /// Runs it against a sandbox.
    fn run(&self, program: &mut Command) -> String {
        let sandbox = Sandbox::start(Options::default()).unwrap();
        program.arg(sandbox.configurations()["avd"].to_string());
        printed(program)
    }

    fn run_on_mono(&self, expected: &str) {
        if support::has("mono") {
            let program = self.output.join(format!("{}.exe", self.name));
            assert_eq!(self.run(Command::new("mono").arg(program)), expected);
        }
    }

    /// The nearest to Windows here. Only with a library for it, which cargo alone does not build.
    fn run_on_wine(&self, expected: &str) {
        if env::var_os(DIST).is_none() || !Path::new(WINE).is_file() {
            println!("not run on Wine: {DIST} names no package with a library for Windows, or {WINE} is not there");
            return;
        }
        let mut wine = Command::new(WINE);
        wine.arg(self.output.join(format!("{}.exe", self.name)));
        wine.env("WINEPREFIX", support::empty_folder("csharp-wine")).env("WINEDEBUG", "-all");
        assert_eq!(self.run(&mut wine).replace("\r\n", "\n"), expected);
    }

    /// Takes its libraries, which are in this folder, from a program.
    fn says_where_it_looked(&self, program: &Command, libraries: &str) {
        fs::remove_dir_all(self.output.join(libraries)).unwrap();
        let library = support::library_folder().join("libmeetgate.so");
        // One in the current directory could be anybody's.
        let elsewhere = support::empty_folder(&format!("csharp-{}-elsewhere", self.name));
        fs::copy(&library, elsewhere.join("libmeetgate.so")).unwrap();
        let start = |library: Option<&Path>| {
            let mut again = Command::new(program.get_program());
            again.args(program.get_args()).arg(r#"{"base_url":"http://127.0.0.1:1","token":"t"}"#);
            again.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
            again.env_remove("LD_LIBRARY_PATH").env_remove("MEETGATE_LIBRARY").current_dir(&elsewhere);
            again.envs(library.map(|library| ("MEETGATE_LIBRARY", library)));
            support::both(&support::run(&mut again))
        };
        let beside = self.output.join("libmeetgate.so");

        let said = start(None);
        assert!(said.contains("The meetgate library could not be loaded. MEETGATE_LIBRARY is not set."), "{said}");
        for place in ["libmeetgate.so", "runtimes/linux-x64/native/libmeetgate.so", "x64/libmeetgate.so"] {
            assert!(said.contains(&format!("{}: no such file", self.output.join(place).display())), "{said}");
        }
        assert!(!said.contains(&*elsewhere.to_string_lossy()), "{said}");

        // The head of an ELF file for the machine 0x9916, which no computer of ours is.
        fs::write(&beside, b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x16\x99").unwrap();
        let said = start(None);
        assert!(said.contains(&format!("{}: ", beside.display())) && said.contains("SW64 (64-bit, ELF)"), "{said}");

        // What is named goes before what is there.
        let said = start(Some(&library));
        assert!(said.contains("no connection to 127.0.0.1:1"), "{said}");
        let said = start(Some(&elsewhere.join("none.so")));
        let named = elsewhere.join("none.so").display().to_string();
        assert!(said.contains(&format!("MEETGATE_LIBRARY names {named}, and then nothing else is tried")), "{said}");
        assert!(!said.contains(&*beside.to_string_lossy()), "{said}");
    }

    fn has_libraries_beside(&self) {
        let mut found = files(&self.output);
        assert_no_twins(&found);
        found.retain(|name| name.contains("meetgate."));
        let places = [
            ("win-arm64", "arm64/meetgate.dll"),
            ("linux-arm64", "arm64/libmeetgate.so"),
            ("linux-x64", "x64/libmeetgate.so"),
            ("win-x64", "x64/meetgate.dll"),
            ("win-x86", "x86/meetgate.dll"),
        ];
        let there = places.into_iter().filter(|(system, _)| self.package.has_library_for(system));
        assert_eq!(found, there.map(|(_, place)| place.to_owned()).collect());
    }
}

/// What a program prints. It must find the library by itself.
fn printed(program: &mut Command) -> String {
    let output = support::run(program.env_remove("MEETGATE_LIBRARY").env_remove("LD_LIBRARY_PATH"));
    assert!(output.status.success(), "{program:?}\n{}", support::both(&output));
    String::from_utf8(output.stdout).unwrap()
}

// Files ---------------------------------------------------------------------------------------------------------------

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The paths of all files below a folder, from there.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()).into_iter().map(|below| format!("{name}/{below}")));
        } else {
            found.insert(name);
        }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let copy = to.join(&file);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(from.join(file), copy).unwrap();
    }
}

/// No two file names are the same on Windows but not here, in whatever folders: publishing puts them into one.
fn assert_no_twins(files: &BTreeSet<String>) {
    let mut spellings: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for file in files {
        let name = file.rsplit('/').next().unwrap();
        spellings.entry(name.to_lowercase()).or_default().insert(name);
    }
    let twins: Vec<_> = spellings.values().filter(|names| names.len() > 1).collect();
    assert!(twins.is_empty(), "{twins:?}");
}

/// What `corflags` calls 32BITREQ: without it, an assembly runs as the system does.
fn requires_32_bit(program: &Path) -> bool {
    let bytes = fs::read(program).unwrap();
    let number =
        |at: usize, size: usize| bytes[at..at + size].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let head = number(0x3c, 4);
    let (sections, optional) = (number(head + 6, 2), head + 24);
    // The fifteenth directory, of a 32-bit file, says where the header of the runtime will be in memory.
    let (address, table) = (number(optional + 96 + 14 * 8, 4), optional + number(head + 20, 2));
    let section = (0..sections).map(|i| table + i * 40).find(|section| {
        let start = number(section + 12, 4);
        (start..start + number(section + 8, 4)).contains(&address)
    });
    let section = section.unwrap();
    let runtime = address - number(section + 12, 4) + number(section + 20, 4);
    number(runtime + 16, 4) & 2 != 0
}
