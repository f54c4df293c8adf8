//! A row of the table: what was measured, and the bar that it is held against.

use crate::catalog::Result;
use serde::Serialize;
use std::collections::BTreeMap;

/// A figure of each round, in order: `sync_us.meetgate`.
pub type Rounds = BTreeMap<String, Vec<f64>>;

/// What a row is judged by. Below the floor is a defect; between floor and goal is work left.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Bar {
    /// The ratio, the more the better: a speed.
    Faster { floor: f64, goal: f64 },
    /// The ratio, the less the better: our part of what they take.
    Share { floor: f64, goal: f64 },
    /// What we take, the less the better.
    Limit { floor: f64, goal: f64 },
    /// Only shown.
    None,
}

pub const fn faster(floor: f64, goal: f64) -> Bar {
    Bar::Faster { floor, goal }
}

pub const fn share(floor: f64, goal: f64) -> Bar {
    Bar::Share { floor, goal }
}

pub const fn limit(floor: f64, goal: f64) -> Bar {
    Bar::Limit { floor, goal }
}

#[derive(Clone, PartialEq, Debug)]
pub struct Value {
    pub ours: f64,
    pub peer: Option<f64>,
    /// The median of the rounds' ratios, the least and the greatest.
    pub ratio: Option<(f64, f64, f64)>,
}

pub struct Row {
    pub name: String,
    pub bar: Bar,
    /// Or why it was not measured.
    pub value: std::result::Result<Value, String>,
}

#[derive(PartialEq, Eq, Debug, Clone, Copy)]
pub enum Verdict {
    Goal,
    Floor,
    Below,
    /// Nothing to judge.
    None,
}

impl Value {
    /// Of times: theirs by ours, so that above 1 we are the faster ones.
    pub fn speed(ours: &[f64], peer: &[f64]) -> Value {
        Value::of(ours, peer, |ours, peer| peer / ours)
    }

    /// Of rates, or of what is taken: ours by theirs.
    pub fn part(ours: &[f64], peer: &[f64]) -> Value {
        Value::of(ours, peer, |ours, peer| ours / peer)
    }

    /// Each round is compared with itself.
    fn of(ours: &[f64], peer: &[f64], ratio: impl Fn(f64, f64) -> f64) -> Value {
        let ratios: Vec<f64> = ours.iter().zip(peer).map(|(ours, peer)| ratio(*ours, *peer)).collect();
        let (least, most) =
            ratios.iter().fold((f64::MAX, f64::MIN), |(least, most), it| (least.min(*it), most.max(*it)));
        Value { ours: median(ours), peer: Some(median(peer)), ratio: Some((median(&ratios), least, most)) }
    }

    /// What ours takes more than what it is made of, by the median of the rounds: what the machine does in a round it does to both.
    pub fn beyond(ours: &[f64], made_of: &[f64]) -> Value {
        let beyond: Vec<f64> = ours.iter().zip(made_of).map(|(ours, made_of)| ours - made_of).collect();
        Value::alone(median(&beyond))
    }

    /// Without a peer.
    pub fn alone(ours: f64) -> Value {
        Value { ours, peer: None, ratio: None }
    }

    /// With a peer that is shown, and not compared.
    pub fn beside(ours: f64, peer: f64) -> Value {
        Value { ours, peer: Some(peer), ratio: None }
    }
}

/// The values of one figure, of which there are some.
pub fn figure<'r>(rounds: &'r Rounds, key: &str) -> Result<&'r [f64]> {
    Ok(rounds.get(key).filter(|values| !values.is_empty()).ok_or_else(|| format!("{key} was not measured"))?)
}

impl Row {
    pub fn new(name: impl Into<String>, bar: Bar, value: Result<Value>) -> Row {
        Row { name: name.into(), bar, value: value.map_err(|problem| problem.to_string()) }
    }

    pub fn verdict(&self) -> Verdict {
        let Ok(value) = &self.value else { return Verdict::None };
        let (Some(judged), Some((floor, goal))) = (self.judged(value), self.bar.bounds()) else {
            return Verdict::None;
        };
        let meets = |bound: f64| if self.bar.more_is_better() { judged >= bound } else { judged <= bound };
        match (meets(goal), meets(floor)) {
            (true, _) => Verdict::Goal,
            (_, true) => Verdict::Floor,
            _ => Verdict::Below,
        }
    }

    /// What is held against the bar.
    fn judged(&self, value: &Value) -> Option<f64> {
        match self.bar {
            Bar::Limit { .. } => Some(value.ours),
            _ => value.ratio.map(|(median, _, _)| median),
        }
    }
}

impl Bar {
    pub fn bounds(self) -> Option<(f64, f64)> {
        match self {
            Bar::Faster { floor, goal } | Bar::Share { floor, goal } | Bar::Limit { floor, goal } => {
                Some((floor, goal))
            }
            Bar::None => None,
        }
    }

    fn more_is_better(self) -> bool {
        matches!(self, Bar::Faster { .. })
    }
}

/// The rows for programs. Each name begins with that of its language, since all are in one list.
pub fn json<'r>(rows: impl Iterator<Item = (&'static str, &'r Row)>) -> Result<String> {
    #[derive(Serialize)]
    struct Line<'r> {
        name: String,
        ours: Option<f64>,
        peer: Option<f64>,
        ratio: Option<f64>,
        floor: Option<f64>,
        goal: Option<f64>,
        /// At or over the floor; at or under it where it is a limit. `null`: there is no bar, or nothing was measured.
        ok: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        not_measured: Option<&'r str>,
    }
    let lines: Vec<Line<'_>> = rows
        .map(|(language, row)| {
            let value = row.value.as_ref().ok();
            let verdict = row.verdict();
            Line {
                name: format!("{language}, {}", row.name),
                ours: value.map(|value| value.ours),
                peer: value.and_then(|value| value.peer),
                ratio: value.and_then(|value| value.ratio).map(|(median, _, _)| median),
                floor: row.bar.bounds().map(|(floor, _)| floor),
                goal: row.bar.bounds().map(|(_, goal)| goal),
                ok: (verdict != Verdict::None).then_some(verdict != Verdict::Below),
                not_measured: row.value.as_ref().err().map(String::as_str),
            }
        })
        .collect();
    Ok(serde_json::to_string_pretty(&lines)? + "\n")
}

pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// Between two values, the part of the way.
pub fn quantile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = sorted.len().saturating_sub(1) as f64 * part;
    match (sorted.get(at.floor() as usize), sorted.get(at.ceil() as usize)) {
        (Some(below), Some(above)) => below + (above - below) * at.fract(),
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_speed_and_each_round_is_compared_with_itself() {
        let value = Value::speed(&[50.0, 100.0, 20.0], &[60.0, 150.0, 26.0]);
        assert_eq!(value, Value { ours: 50.0, peer: Some(60.0), ratio: Some((1.3, 1.2, 1.5)) });
        // A rate is one already.
        assert_eq!(Value::part(&[30.0], &[20.0]).ratio, Some((1.5, 1.5, 1.5)));
    }

    fn verdict(bar: Bar, value: Value) -> Verdict {
        Row::new("row", bar, Ok(value)).verdict()
    }

    #[test]
    fn a_speed_has_to_be_over_its_floor_and_what_is_taken_under_it() {
        let ratio = |ratio| Value { ours: 1000.0, peer: Some(1.0), ratio: Some((ratio, 0.0, 9.0)) };
        for (ratio_is, expected) in [(1.4, Verdict::Goal), (1.2, Verdict::Floor), (1.19, Verdict::Below)] {
            assert_eq!(verdict(faster(1.2, 1.4), ratio(ratio_is)), expected, "{ratio_is}");
        }
        for (ratio_is, expected) in [(0.58, Verdict::Goal), (0.7, Verdict::Floor), (0.71, Verdict::Below)] {
            assert_eq!(verdict(share(0.7, 0.58), ratio(ratio_is)), expected, "{ratio_is}");
        }
        for (ours, expected) in [(4.0, Verdict::Goal), (6.0, Verdict::Floor), (6.1, Verdict::Below)] {
            assert_eq!(verdict(limit(6.0, 4.0), Value::beside(ours, 1.0)), expected, "{ours}");
        }
        assert_eq!(verdict(Bar::None, ratio(0.1)), Verdict::None);
    }

    #[test]
    fn what_was_not_measured_is_neither_right_nor_wrong() {
        let row = Row::new("TLS", faster(1.1, 1.5), Err("unknown key \"tls\"".into()));
        assert_eq!(row.verdict(), Verdict::None);
        let measured = Row::new("rss", limit(6.0, 4.0), Ok(Value::alone(7.0)));
        let shown: serde_json::Value =
            serde_json::from_str(&json([("C", &row), ("C", &measured)].into_iter()).unwrap()).unwrap();
        assert_eq!(
            shown,
            serde_json::json!([
                {"name": "C, TLS", "ours": null, "peer": null, "ratio": null, "floor": 1.1, "goal": 1.5, "ok": null,
                 "not_measured": "unknown key \"tls\""},
                {"name": "C, rss", "ours": 7.0, "peer": null, "ratio": null, "floor": 6.0, "goal": 4.0, "ok": false},
            ])
        );
    }

    #[test]
    fn a_quantile_lies_between_its_neighbours() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0]), 2.5);
        assert_eq!(quantile(&[10.0, 20.0, 30.0, 40.0, 50.0], 0.25), 20.0);
        assert!(median(&[]).is_nan());
    }
}
