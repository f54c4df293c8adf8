//! How fast calls are: one caller, many, long answers, the first call of a program.

use super::contender::{self, Contender};
use super::lab::{Lab, Scene, Who};
use super::processor::Together;
use super::row::{Rounds, quantile};
use crate::catalog::Result;

/// Contenders that take turns, each with its name in the figures and its process.
pub struct Field {
    contenders: Vec<(&'static str, Contender)>,
}

impl Field {
    /// All in the same scene.
    pub fn of(lab: &Lab, scene: &Scene, who: &[Who]) -> Result<Field> {
        let start = |who: &Who| Ok((who.name(), lab.start(*who, scene)?));
        Ok(Field { contenders: who.iter().map(start).collect::<Result<_>>()? })
    }

    pub fn new(contenders: Vec<(&'static str, Contender)>) -> Field {
        Field { contenders }
    }

    /// All of them, so many times; none is always the first.
    fn in_turns(&mut self, turns: u32, mut take: impl FnMut(&str, &mut Contender) -> Result<()>) -> Result<()> {
        for _ in 0..turns {
            for (name, contender) in &mut self.contenders {
                take(name, contender)?;
            }
            self.contenders.reverse();
        }
        Ok(())
    }
}

/// A part of a round's turns: the quarter with the least. The others were disturbed, or caller and server parted in them, which
/// began on one processor (`approach_server` in bench/c/driver.c).
const LEAST: f64 = 0.25;

/// One caller, on the server's processor: p50 and processor time of each round.
pub fn sequential(lab: &Lab, mut field: Field) -> Result<Rounds> {
    const CALLS: u32 = 25;
    let callers = field.contenders.iter().map(|(_, contender)| contender.process_id());
    let _together = Together::hold(callers.chain([lab.server_id()]))?;
    // Connected, and as fast as they get.
    field.in_turns(1, |_, contender| contender.calls(200).map(drop))?;
    rounds(lab, LEAST, |note| {
        field.in_turns(lab.effort.either(40, 80), |name, contender| {
            let figures = contender.calls(CALLS)?;
            note("p50", name, figures.get("p50_us")?);
            note("cpu", name, figures.get("cpu_us")?);
            Ok(())
        })
    })
}

/// So many threads on one handle: rate and p99 of each round.
pub fn threads(lab: &Lab, scene: &Scene, who: &[Who], threads: u32) -> Result<Rounds> {
    let mut field = Field::of(lab, scene, who)?;
    let command = format!("threads {threads} {}", lab.effort.either(100, 300));
    rounds(lab, 0.5, |note| {
        field.in_turns(2, |name, contender| {
            let figures = contender.tell(&command)?;
            note("rate", name, figures.get("rate")?);
            note("p99", name, figures.get("p99_us")?);
            Ok(())
        })
    })
}

/// Turns of so many calls that move much: p50 in microseconds of each round.
pub fn long(lab: &Lab, scene: &Scene, who: &[Who], calls: u32) -> Result<Rounds> {
    const TURNS: u32 = 4;
    let mut field = Field::of(lab, scene, who)?;
    field.in_turns(1, |_, contender| contender.calls(1).map(drop))?;
    rounds(lab, LEAST, |note| {
        field.in_turns(TURNS, |name, contender| {
            note("p50", name, contender.calls(calls)?.get("p50_us")?);
            Ok(())
        })
    })
}

/// From the start of a program to its first answer, in microseconds.
pub fn cold_start(lab: &Lab, scene: &Scene, who: &[Who]) -> Result<Rounds> {
    let scene = scene.clone().with("once");
    rounds(lab, 0.5, |note| {
        for _ in 0..lab.effort.either(2, 5) {
            for who in who {
                note("first", who.name(), contender::once(&mut lab.command(*who, &scene)?)?);
            }
        }
        Ok(())
    })
}

/// Takes all rounds: of each figure the quantile of a round's values.
fn rounds(lab: &Lab, part: f64, mut take: impl FnMut(&mut dyn FnMut(&str, &str, f64)) -> Result<()>) -> Result<Rounds> {
    let mut all = Rounds::new();
    for _ in 0..lab.effort.rounds {
        let mut round = Rounds::new();
        take(&mut |figure, name, value| round.entry(format!("{figure}.{name}")).or_default().push(value))?;
        for (key, values) in round {
            all.entry(key).or_default().push(quantile(&values, part));
        }
    }
    Ok(all)
}
