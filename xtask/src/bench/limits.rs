//! How well the library keeps its word about time.

use super::lab::{Lab, Scene, Trust, Who, Work};
use super::row::{Row, Value, figure, limit, median};
use super::speed::{self, Field};
use crate::catalog::Result;

pub fn rows(lab: &Lab) -> Vec<Row> {
    vec![
        // The goal is nothing: one in a hundred is the noise of this bench.
        Row::new("a 30 s deadline on each call costs, %", limit(3.0, 1.0), deadline_cost(lab)),
        Row::new("deadline exceeded by, ms", limit(20.0, 8.0), worst(lab, "deadline 200", "over_ms")),
        Row::new("cancel within, ms", limit(100.0, 1.0), worst(lab, "cancel", "after_ms")),
    ]
}

/// Calls with this limit against calls with the longest that there is: a call without one cannot be had.
fn deadline_cost(lab: &Lab) -> Result<Value> {
    let limited = |ms: u32| {
        let scene = Scene::new(Work::Read, Trust::Plain).with(&format!("options={{\"timeout_ms\":{ms}}}"));
        lab.start(Who::Ours, &scene)
    };
    let field = Field::new(vec![("limited", limited(30_000)?), ("unlimited", limited(86_400_000)?)]);
    let rounds = speed::sequential(lab, field)?;
    let (limited, unlimited) = (figure(&rounds, "p50.limited")?, figure(&rounds, "p50.unlimited")?);
    let costs: Vec<f64> =
        limited.iter().zip(unlimited).map(|(limited, unlimited)| (limited / unlimited - 1.0) * 100.0).collect();
    Ok(Value::alone(median(&costs)))
}

/// The worst of some tries against a server that never answers.
fn worst(lab: &Lab, command: &str, name: &str) -> Result<Value> {
    let mut contender = lab.start(Who::Ours, &Scene::new(Work::Read, Trust::Plain).wishing("never"))?;
    let mut most = f64::MIN;
    for _ in 0..lab.effort.either(3, 10) {
        let figures = contender.tell(command)?;
        // A library may be without a function.
        if let Some(missing) = figures.text("missing") {
            return Err(missing.into());
        }
        most = most.max(figures.get(name)?);
    }
    Ok(Value::alone(most))
}
