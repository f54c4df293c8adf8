//! What is printed, and docs/fleet.md: the measured parts, each between its marks. The text around them is written by hand.

use super::capacity::Capacity;
use super::forecast::{Basis, COMMANDS_OF_POLL, Forecast, POLL, TERMINALS};
use super::trial::{Trial, quantile};
use crate::catalog::Result;
use crate::measured::replaced;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const PAGE: &str = "docs/fleet.md";

/// A part of the page by the name of its place, and what was measured for it.
pub type Parts = Vec<(&'static str, String)>;

pub fn write(root: &Path, parts: &Parts) -> Result<()> {
    let file = root.join(PAGE);
    let mut page = fs::read_to_string(&file)?;
    for (name, text) in parts {
        page = replaced(PAGE, &page, name, text)?;
    }
    fs::write(file, page)?;
    println!("wrote {PAGE}");
    Ok(())
}

/// On what was measured, in general words.
pub fn machine(capacity: &Capacity) -> Result<String> {
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    // The rest of a kernel's name is the machine's.
    let kernel: Vec<&str> = kernel.trim().split(['.', '-']).take(2).collect();
    let memory = fs::read_to_string("/proc/meminfo")?;
    let kilobytes = memory.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix("kB"));
    let kilobytes: f64 = kilobytes.ok_or("the system does not tell its memory")?.trim().parse()?;
    Ok(format!(
        "One machine with {} processors and {:.0} GB of memory, Linux {}, redis {}.\n",
        std::thread::available_parallelism()?,
        kilobytes / 1024.0 / 1024.0,
        kernel.join("."),
        capacity.version
    ))
}

/// A column for each fleet.
pub fn trials(trials: &[&Trial]) -> String {
    let mut out = String::new();
    row(&mut out, "", trials, |trial| match trial.terminals == trial.processes {
        true => format!("{} terminals, each a process", grouped(trial.terminals)),
        false => format!("{} terminals on {} machines", grouped(trial.terminals), grouped(trial.processes)),
    });
    out += "|---";
    out += &"|---:".repeat(trials.len());
    out += "|\n";
    row(&mut out, "time, s", trials, |trial| trial.pace.time.as_secs().to_string());
    row(&mut out, "one call of a terminal in, s", trials, |trial| trial.pace.every.as_secs_f64().to_string());
    row(&mut out, "a token lives, s", trials, |trial| trial.pace.lifetime.as_secs().to_string());
    row(&mut out, "calls", trials, |trial| grouped(trial.calls));
    row(&mut out, "**failed calls**", trials, |trial| format!("**{}**", grouped(trial.failures)));
    row(&mut out, "**token fetches** (at most)", trials, |trial| {
        format!("**{}** ({:.0})", trial.arrived.fetches, trial.most_fetches().floor())
    });
    row(&mut out, "calls repeated with the next token", trials, |trial| grouped(trial.repeated()));
    for (name, part) in [("a call, ms: p50", 0.5), ("p99", 0.99), ("longest", 1.0)] {
        row(&mut out, name, trials, |trial| milliseconds(&trial.later, part));
    }
    for (name, part) in [("the first call of a terminal, ms: p50", 0.5), ("p99", 0.99), ("longest", 1.0)] {
        row(&mut out, name, trials, |trial| milliseconds(&trial.first, part));
    }
    // The first client of a process loads what all others use.
    let kilobytes = |bytes: i64, trial: &Trial| match trial.terminals == trial.processes {
        true => "–".to_owned(),
        false => format!("{:.1}", bytes as f64 / 1024.0 / f64::from(trial.terminals)),
    };
    row(&mut out, "memory of a terminal, KB: its client", trials, |trial| kilobytes(trial.client_bytes, trial));
    row(&mut out, "its thread", trials, |trial| kilobytes(trial.thread_bytes, trial));
    row(&mut out, "what its calls leave, its connection too", trials, |trial| kilobytes(trial.call_bytes, trial));
    row(&mut out, "memory of a process, MB", trials, |trial| {
        format!("{:.1}", trial.process_bytes as f64 / 1024.0 / 1024.0 / f64::from(trial.processes))
    });
    row(&mut out, "open descriptors a terminal", trials, |trial| {
        format!("{:.2}", trial.descriptors as f64 / f64::from(trial.terminals))
    });
    row(&mut out, "redis: connections", trials, |trial| grouped(trial.redis.end.connections));
    row(&mut out, "commands of a process until all had called", trials, |trial| decimal(trial.cold_commands()));
    row(&mut out, "commands of a process for each further token", trials, |trial| decimal(trial.renewal_commands()));
    row(&mut out, "memory of a connection, KB", trials, |trial| format!("{:.1}", trial.connection_bytes() / 1024.0));
    out
}

pub fn capacity(capacity: &Capacity) -> String {
    let mut out = String::from("| the token is read | times a second |\n|---|---:|\n");
    _ = writeln!(out, "| by 50 connections at once | {} |", rounded(capacity.reads));
    _ = writeln!(out, "| by one connection, one read after the other | {} |", rounded(capacity.reads_of_one));
    out
}

/// What nobody has measured. The page says so.
pub fn forecast(basis: &Basis) -> String {
    let mut out = format!(
        "Calculated from: n = processes; c = {} commands of a process for each further token, m = {:.1} KB of redis for a \
         connection, r = {} commands a second, all measured above.\n\n",
        decimal(basis.commands),
        basis.connection_bytes / 1024.0,
        rounded(basis.rate),
    );
    let mut forecasts = Vec::new();
    let mut head = String::from("| calculated | formula |");
    for terminals in TERMINALS {
        let machines = terminals.div_ceil(basis.terminals_of_machine);
        _ = write!(head, " {} terminals on {} machines |", grouped(terminals), grouped(machines));
        forecasts.push(basis.for_processes(machines));
    }
    for terminals in TERMINALS {
        _ = write!(head, " {} processes |", grouped(terminals));
        forecasts.push(basis.for_processes(terminals));
    }
    _ = writeln!(out, "{head}\n|---|---{}|", "|---:".repeat(forecasts.len()));
    let polls = format!("n × {COMMANDS_OF_POLL} / {} ms", POLL * 1e3);
    type Of = fn(&Forecast) -> String;
    let rows: [(&str, &str, Of); 6] = [
        ("connections of redis", "n", |forecast| rounded(forecast.connections)),
        ("its memory for them", "n × m", |forecast| bytes(forecast.memory_bytes)),
        ("commands for each further token", "n × c", |forecast| rounded(forecast.commands)),
        ("calls of a process so far apart: redis is half busy", "2 × n × c / r", |forecast| time(forecast.apart)),
        ("all need the token in one moment: redis answers after", "n / r", |forecast| {
            let waits = time(forecast.answer);
            if forecast.is_too_late() { format!("**{waits}**") } else { waits }
        }),
        ("all start in one moment: commands a second (times r)", &polls, |forecast| {
            format!("{} ({})", rounded(forecast.cold_rate), decimal(forecast.cold_load))
        }),
    ];
    for (name, formula, of) in rows {
        let cells: Vec<String> = forecasts.iter().map(of).collect();
        _ = writeln!(out, "| {name} | {formula} | {} |", cells.join(" | "));
    }
    out
}

fn row(out: &mut String, name: &str, trials: &[&Trial], of: impl Fn(&Trial) -> String) {
    let cells: Vec<String> = trials.iter().map(|trial| of(trial)).collect();
    _ = writeln!(out, "| {name} | {} |", cells.join(" | "));
}

fn milliseconds(ascending: &[u32], part: f64) -> String {
    decimal(f64::from(quantile(ascending, part)) / 1e3)
}

/// With as many digits as say something.
fn decimal(value: f64) -> String {
    match value {
        small if small < 10.0 => format!("{small:.2}"),
        middle if middle < 100.0 => format!("{middle:.1}"),
        large => rounded(large),
    }
}

/// Three digits that say something, for what is calculated or differs from run to run.
fn rounded(value: f64) -> String {
    let unit = 10f64.powi((value.abs().max(1.0).log10().floor() as i32 - 2).max(0));
    grouped(((value / unit).round() * unit) as u64)
}

/// `10,000`
fn grouped(number: impl Into<u64>) -> String {
    let digits = number.into().to_string();
    let mut out = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn time(seconds: f64) -> String {
    match seconds {
        short if short < 1.0 => format!("{} ms", decimal(short * 1e3)),
        middle if middle < 120.0 => format!("{} s", decimal(middle)),
        long => format!("{} min", decimal(long / 60.0)),
    }
}

fn bytes(bytes: f64) -> String {
    match bytes / 1024.0 / 1024.0 {
        few if few < 1024.0 => format!("{} MB", decimal(few)),
        many => format!("{} GB", decimal(many / 1024.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::tests::trial;
    use super::*;

    #[test]
    fn figures_have_as_many_digits_as_say_something() {
        assert_eq!([999, 1000, 1_234_567].map(|number: u32| grouped(number)), ["999", "1,000", "1,234,567"]);
        assert_eq!([0.126, 42.46, 52_301.0].map(decimal), ["0.13", "42.5", "52,300"]);
        assert_eq!([0.0005, 7.0, 1000.0].map(time), ["0.50 ms", "7.00 s", "16.7 min"]);
        assert_eq!([2e6, 2e10].map(bytes), ["1.91 MB", "18.6 GB"]);
    }

    #[test]
    fn each_fleet_is_a_column() {
        let (machines, processes) = (Trial { processes: 8, ..trial() }, trial());
        let table = trials(&[&machines, &processes]);
        assert!(
            table.starts_with("|  | 400 terminals on 8 machines | 400 terminals, each a process |\n|---|---:|---:|\n")
        );
        assert!(table.contains("| **failed calls** | **0** | **0** |\n"), "{table}");
        assert!(table.contains("| **token fetches** (at most) | **9** (12) | **9** (12) |\n"), "{table}");
        assert!(table.contains("| a call, ms: p50 | 2.20 | 2.20 |\n"), "{table}");
        assert!(table.contains("| commands of a process for each further token | 175 | 3.50 |\n"), "{table}");
    }

    #[test]
    fn what_is_calculated_has_its_formula_beside_it() {
        let basis = Basis { terminals_of_machine: 1250, commands: 1.5, connection_bytes: 20_480.0, rate: 5e4 };
        let table = forecast(&basis);
        for expected in [
            "| calculated | formula | 100,000 terminals on 80 machines | 1,000,000 terminals on 800 machines | 100,000 processes |",
            ": redis is half busy | 2 × n × c / r | 4.80 ms | 48.0 ms | 6.00 s | 60.0 s |\n",
            ": redis answers after | n / r | 1.60 ms | 16.0 ms | **2.00 s** | **20.0 s** |\n",
            "| n × 2 / 20 ms | 8,000 (0.16) | 80,000 (1.60) | 10,000,000 (200) | 100,000,000 (2,000) |\n",
        ] {
            assert!(table.contains(expected), "{expected}\n{table}");
        }
    }
}
