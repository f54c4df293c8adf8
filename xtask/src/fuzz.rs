//! `cargo xtask fuzz`: looks for an input for which something does not hold that must hold for any, with libFuzzer.
//!
//! The targets are a workspace of their own (`fuzz/`). They are built as cargo-fuzz builds them, with this project's compiler:
//! what is unstable of it is switched on for them alone.

use crate::catalog::Result;
use crate::prerequisites::CPP_COMPILER;
use crate::workspace::{Workspace, output_of, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{iter, panic, thread};

/// A thread that just ends looks like a leak. Only this target has none; what the others leave behind, valgrind tells in the C tests.
const WITHOUT_THREADS: &str = "configuration";
const TARGETS: [&str; 5] = ["configuration", "parameters", "envelopes", "http_answers", "token_file"];
const SECONDS: u64 = 60;
/// One input that takes longer is a finding.
const LONGEST_SECONDS: &str = "-timeout=20";
const MOST_MEMORY_MB: &str = "-rss_limit_mb=2048";
/// What marks the code for libFuzzer and AddressSanitizer.
const FLAGS: [&str; 10] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
    "-Zsanitizer=address",
    "-Ccodegen-units=1",
    "--cfg",
    "fuzzing",
];

struct Options {
    targets: Vec<&'static str>,
    seconds: u64,
    /// What is new goes into the corpus that is checked in.
    keeps: bool,
}

pub fn run_fuzz(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let options = Options::read(arguments)?;
    CPP_COMPILER.provide()?;
    let programs = build(workspace)?;
    let next = AtomicUsize::new(0);
    let take = || {
        let targets = iter::from_fn(|| options.targets.get(next.fetch_add(1, Ordering::Relaxed)));
        let problems = targets.filter_map(|target| options.run(workspace, target, &programs.join(target)).err());
        problems.map(|problem| problem.to_string()).collect::<Vec<_>>()
    };
    // As many at a time as there are processors.
    let found: Vec<String> = thread::scope(|scope| {
        let count = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..count).map(|_| scope.spawn(take)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|it| panic::resume_unwind(it))).collect()
    });
    if found.is_empty() { Ok(()) } else { Err(found.join("\n").into()) }
}

impl Options {
    /// One target. An error where it finds something.
    fn run(&self, workspace: &Workspace, target: &str, program: &Path) -> Result<()> {
        let place = Place::of(workspace, target)?;
        println!("{target}: {} s", self.seconds);
        let report = place.run(program, self.seconds)?;
        println!("{target}: {} runs, {} new inputs", report.runs, report.new_inputs);
        if self.keeps {
            println!("{target}: {} of them kept in {}", place.keep(program)?, place.corpus.display());
        }
        let Some(input) = report.finding else { return Ok(()) };
        let (program, input) = (program.display(), input.display());
        Err(format!("{target}: something does not hold for an input: {program} {input} tells what").into())
    }

    fn read(arguments: &[&str]) -> Result<Options> {
        let mut options = Options { targets: Vec::new(), seconds: SECONDS, keeps: false };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match *argument {
                "--keep" => options.keeps = true,
                "--seconds" => {
                    let seconds = rest.next().ok_or("--seconds needs a number")?;
                    options.seconds = seconds.parse().map_err(|_| format!("--seconds: {seconds} is no number"))?;
                }
                name => {
                    let known = TARGETS.into_iter().find(|target| *target == name);
                    let unknown = || format!("fuzz knows no {name}; its targets are {}", TARGETS.join(", "));
                    options.targets.push(known.ok_or_else(unknown)?);
                }
            }
        }
        if options.targets.is_empty() {
            options.targets.extend(TARGETS);
        }
        Ok(options)
    }
}

/// The folder with the programs.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    let machine = machine()?;
    let target = workspace.target.join("fuzz");
    let mut cargo = workspace.cargo_command(["build", "--release", "--locked", "--bins", "--manifest-path"]);
    cargo.arg(workspace.root.join("fuzz/Cargo.toml")).arg("--target-dir").arg(&target);
    // With a target named, build scripts and macros are built without these flags.
    cargo.args(["--target", &machine]).env("RUSTC_BOOTSTRAP", "1").env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}"));
    run(&mut yielding(&cargo))?;
    Ok(target.join(machine).join("release"))
}

/// This machine's, as rustc names it.
fn machine() -> Result<String> {
    let text = output_of(Command::new("rustc").arg("-vV"))?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc -vV names no host")?;
    Ok(host.to_owned())
}

/// Where a target's files are.
struct Place {
    /// Checked in.
    corpus: PathBuf,
    /// What is new, from all runs on this machine.
    grown: PathBuf,
    /// Inputs for which something does not hold.
    findings: PathBuf,
    /// Where the program runs and leaves its files: relative paths in an input lead here.
    scratch: PathBuf,
}

struct Report {
    runs: u64,
    new_inputs: usize,
    finding: Option<PathBuf>,
}

impl Place {
    fn of(workspace: &Workspace, target: &str) -> Result<Place> {
        let own = workspace.target.join("fuzz/inputs").join(target);
        let place = Place {
            corpus: workspace.root.join("fuzz/corpus").join(target),
            grown: own.join("grown"),
            findings: own.join("findings"),
            scratch: own.join("scratch"),
        };
        _ = fs::remove_dir_all(&place.scratch);
        for folder in [&place.grown, &place.findings, &place.scratch] {
            fs::create_dir_all(folder)?;
        }
        Ok(place)
    }

    fn run(&self, program: &Path, seconds: u64) -> Result<Report> {
        let (before, known) = (files(&self.grown)?, files(&self.findings)?);
        let log = self.scratch.with_file_name("log");
        let mut command = self.command(program);
        command.arg(format!("-max_total_time={seconds}")).args([
            LONGEST_SECONDS,
            MOST_MEMORY_MB,
            "-print_final_stats=1",
        ]);
        command.arg(format!("-detect_leaks={}", u8::from(program.ends_with(WITHOUT_THREADS))));
        // The first folder is where new inputs go.
        command.arg(&self.grown).arg(&self.corpus).stderr(fs::File::create(&log)?);
        let status = command.status().map_err(|error| format!("{}: {error}", program.display()))?;
        let log = fs::read_to_string(&log)?;
        let new_inputs = files(&self.grown)?.len().saturating_sub(before.len());
        let finding = files(&self.findings)?.into_iter().find(|path| !known.contains(path));
        if !status.success() {
            eprintln!("{}", end_of(&log));
            if finding.is_none() {
                return Err(format!("{} failed: {status}", program.display()).into());
            }
        }
        Ok(Report { runs: runs(&log).ok_or("libFuzzer did not say how many runs it made")?, new_inputs, finding })
    }

    /// Puts what reaches more of the code than the corpus does into it; says how many inputs that are.
    fn keep(&self, program: &Path) -> Result<usize> {
        let before = files(&self.corpus)?.len();
        let mut command = self.command(program);
        let output = command.args(["-merge=1", LONGEST_SECONDS]).arg(&self.corpus).arg(&self.grown).output()?;
        if !output.status.success() {
            return Err(format!("{}: {}", program.display(), end_of(&String::from_utf8_lossy(&output.stderr))).into());
        }
        Ok(files(&self.corpus)?.len().saturating_sub(before))
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = yielding(&Command::new(program));
        command.current_dir(&self.scratch).env("TMPDIR", &self.scratch);
        command.arg(format!("-artifact_prefix={}/", self.findings.display()));
        command
    }
}

/// The same command, which leaves the processors to others that want them: tests run beside it.
fn yielding(command: &Command) -> Command {
    let mut nice = Command::new("nice");
    nice.args(["-n", "10"]).arg(command.get_program()).args(command.get_args());
    nice.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    nice.current_dir(command.get_current_dir().unwrap_or(Path::new(".")));
    nice
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

/// What libFuzzer says of its runs at its end; after a finding, the number of the last line that counts.
fn runs(log: &str) -> Option<u64> {
    let said = log.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:")?.trim().parse().ok());
    let counted = || log.lines().rev().find_map(|line| line.strip_prefix('#')?.split_whitespace().next()?.parse().ok());
    said.or_else(counted)
}

/// Where what was found is told.
fn end_of(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(60)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_a_program_and_a_corpus() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("fuzz");
        let manifest: toml::Table = fs::read_to_string(folder.join("Cargo.toml")).unwrap().parse().unwrap();
        let programs = manifest["bin"].as_array().unwrap();
        let programs: Vec<&str> = programs.iter().map(|program| program["name"].as_str().unwrap()).collect();
        assert_eq!(programs, TARGETS);
        for target in TARGETS {
            assert!(!files(&folder.join("corpus").join(target)).unwrap().is_empty(), "{target}");
        }
    }

    #[test]
    fn runs_are_read_from_what_libfuzzer_says() {
        let ended = "#2\tINITED cov: 5\n#99\tDONE\nstat::number_of_executed_units: 1234\n";
        assert_eq!(runs(ended), Some(1234));
        assert_eq!(runs("#2\tINITED cov: 5\n#512\tNEW cov: 7\n==1==ERROR\n"), Some(512));
        assert_eq!(runs("it did not begin"), None);
    }

    #[test]
    fn options_are_read() {
        let options = Options::read(&["--seconds", "5", "envelopes", "--keep"]).unwrap();
        assert_eq!((options.targets, options.seconds, options.keeps), (vec!["envelopes"], 5, true));
        assert_eq!(Options::read(&[]).unwrap().targets, TARGETS);
        for wrong in [&["--seconds"][..], &["--seconds", "x"], &["envelope"]] {
            assert!(Options::read(wrong).is_err(), "{wrong:?}");
        }
    }
}
