//! `cargo xtask fleet`: many terminals with one account, and what they ask of one redis. It fails if a call fails, or if more
//! tokens are fetched than the library promises.

mod build;
mod capacity;
mod forecast;
mod limits;
mod machine;
mod options;
mod page;
mod platform;
mod redis;
mod trial;

use crate::catalog::Result;
use crate::workspace::Workspace;
use capacity::Effort;
use forecast::Basis;
use options::{Options, USAGE};
use trial::Trial;

pub fn run_fleet(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    if matches!(arguments, ["help" | "--help"]) {
        println!("{USAGE}");
        return Ok(());
    }
    let options = Options::read(arguments)?;
    limits::raise(&options)?;
    let built = build::build(workspace, &options)?;
    eprintln!("== what one redis carries");
    let capacity = capacity::measure(&built, if options.quick { Effort::Quick } else { Effort::Full })?;

    let mut trials = Vec::new();
    for (terminals, processes, pace) in [
        (options.clients, options.machines, options.pace),
        (options.processes, options.processes, options.pace.of_processes()),
    ] {
        if processes > 0 {
            eprintln!("== {terminals} terminals in {processes} processes, {} s", pace.time.as_secs());
            trials.push(trial::run(&built, terminals, processes, pace)?);
        }
    }
    let mut parts = vec![
        ("machine", page::machine(&capacity)?),
        ("fleets", page::trials(&trials.iter().collect::<Vec<_>>())),
        ("redis", page::capacity(&capacity)),
    ];
    if let [machines, processes] = &trials[..] {
        parts.push(("calculated", page::forecast(&Basis::of(machines, processes, &capacity))));
    }
    for (_, text) in &parts {
        println!("{text}");
    }

    let problems: Vec<String> = trials.iter().flat_map(Trial::problems).collect();
    if !problems.is_empty() {
        return Err(problems.join("\n").into());
    }
    if options.is_for_page() {
        page::write(&workspace.root, &parts)
    } else {
        println!("docs/fleet.md is as it was: it is written when both fleets ran, with new builds and without --quick");
        Ok(())
    }
}
