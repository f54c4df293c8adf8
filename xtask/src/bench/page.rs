//! docs/performance.md: the measured tables, each between its marks. The text around them is written by hand.

use super::Table;
use super::options::Effort;
use super::row::{Row, Verdict};
use crate::catalog::Result;
use crate::measured::replaced;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

const PAGE: &str = "docs/performance.md";

/// Puts each table in the place of the one that was measured before.
pub fn write(file: &Path, tables: &[Table]) -> Result<()> {
    let mut text = fs::read_to_string(file)?;
    for table in tables {
        text = replaced(PAGE, &text, table.part.name(), &markdown(table))?;
    }
    fs::write(file, text)?;
    Ok(())
}

/// When and on what was measured, in general words.
pub fn about(effort: Effort, peer: &str) -> Result<String> {
    let day = Command::new("date").arg("+%F").output()?.stdout;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    // The rest of a kernel's name is the machine's.
    let kernel: Vec<&str> = kernel.split(['.', '-']).take(2).collect();
    let cores = std::thread::available_parallelism()?;
    let (day, kernel, rounds) = (String::from_utf8_lossy(&day), kernel.join("."), effort.rounds);
    Ok(format!("On {}, {rounds} rounds, Linux {kernel}, {cores} cores, {peer}", day.trim()))
}

pub fn markdown(table: &Table) -> String {
    let mut out = format!("{}:\n\n", table.about);
    out += "| | meetgate | peer | ratio, median (of all rounds) | floor | goal | |\n|---|---|---|---|---|---|---|\n";
    for row in &table.rows {
        out += &line(row);
    }
    out
}

fn line(row: &Row) -> String {
    let mut out = format!("| {} | ", row.name);
    let (floor, goal) =
        row.bar.bounds().map_or_else(Default::default, |(floor, goal)| (floor.to_string(), goal.to_string()));
    let written = match &row.value {
        Ok(value) => {
            let peer = value.peer.map(number).unwrap_or_default();
            let ratio = value.ratio.map(|(median, least, most)| format!("{median:.2} ({least:.2} to {most:.2})"));
            let word = match row.verdict() {
                Verdict::Goal => "goal",
                Verdict::Floor => "floor",
                Verdict::Below => "**below the floor**",
                Verdict::None => "",
            };
            let ratio = ratio.unwrap_or_default();
            writeln!(out, "{} | {peer} | {ratio} | {floor} | {goal} | {word} |", number(value.ours))
        }
        // A bar in the reason would end the cell.
        Err(why) => {
            writeln!(out, " |  |  | {floor} | {goal} | not measured: {} |", why.replace(['|', '\n'], " ").trim())
        }
    };
    // Writing to a text cannot fail.
    _ = written;
    out
}

fn number(value: f64) -> String {
    match value.abs() {
        size if size < 10.0 => format!("{value:.2}"),
        size if size < 100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::{Bar, Value, faster, limit};
    use super::*;

    #[test]
    fn a_miss_is_shown_as_a_miss() {
        let value = || Ok(Value::speed(&[50.0, 50.0], &[60.0, 50.0]));
        let rows = [
            (
                Row::new("GET", faster(1.2, 1.5), value()),
                "| GET | 50.0 | 55.0 | 1.10 (1.00 to 1.20) | 1.2 | 1.5 | **below the floor** |\n",
            ),
            (Row::new("cpu", Bar::None, value()), "| cpu | 50.0 | 55.0 | 1.10 (1.00 to 1.20) |  |  |  |\n"),
            (Row::new("rss", limit(6.0, 4.0), Ok(Value::alone(3.9))), "| rss | 3.90 |  |  | 6 | 4 | goal |\n"),
            (
                Row::new("TLS", faster(1.1, 1.5), Err("no\n| key".into())),
                "| TLS |  |  |  | 1.1 | 1.5 | not measured: no   key |\n",
            ),
        ];
        for (row, expected) in rows {
            assert_eq!(line(&row), expected);
        }
    }
}
