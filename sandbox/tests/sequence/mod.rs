//! Running random sequences, and holding every answer against the documents.

pub mod avd;
pub mod avd_observed;
pub mod avd_world;
pub mod hst;
pub mod hst_recordings;

use crate::{documented, shape};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Debug;
use std::time::{Duration, Instant};

/// Set it to the number that a failed run has printed, and the run comes again.
const SEED: &str = "MEETGATE_SEQUENCE_SEED";

/// Runs sequences of actions, each against a sandbox of its own. The one that fails is made as short as it can be and
/// printed, with the seed. A slow machine gets through fewer sequences, not into a timeout.
pub fn run<A: Debug + Clone + 'static>(
    cases: u32,
    budget: Duration,
    action: impl Strategy<Value = A> + 'static,
    play: impl Fn(&[A]) -> Result<(), String>,
) {
    let (seed, budget) = match std::env::var(SEED) {
        // A failure has to come again on a slower machine too.
        Ok(text) => (text.parse().unwrap(), Duration::MAX),
        Err(_) => (crate::caller::now_ms() as u64 ^ u64::from(std::process::id()) << 32, budget),
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&u64::to_le_bytes(seed));
    let config = Config { cases, failure_persistence: None, max_shrink_time: 20_000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let started = Instant::now();
    let (failed, played) = (RefCell::new(false), RefCell::new(0));
    let outcome = runner.run(&proptest::collection::vec(action, 1..40), |actions| {
        // While a failure is being made shorter there is no budget: each try counts.
        if started.elapsed() > budget && !*failed.borrow() {
            return Ok(());
        }
        *played.borrow_mut() += 1;
        play(&actions).map_err(|why| {
            *failed.borrow_mut() = true;
            TestCaseError::fail(why)
        })
    });
    println!("{} sequences, {SEED}={seed}", played.borrow());
    if let Err(error) = outcome {
        panic!("{error}\nto see it again: {SEED}={seed}");
    }
}

/// The documented forms of all answers, by operation.
pub struct Documented {
    shapes: HashMap<&'static str, Value>,
}

impl Documented {
    pub fn new() -> Self {
        Self {
            shapes: documented::all()
                .into_iter()
                .chain(documented::later())
                .map(|example| (example.operation, example.shape))
                .collect(),
        }
    }

    /// A success has the documented shape, a failure nothing but its number and a text. Returns the number, 0 for success.
    pub fn check(&self, operation: &str, answer: &Value) -> Result<i64, String> {
        let shape = &self.shapes[operation];
        let wrong = |why: String| format!("{operation}: {why} in {answer}");
        // T41: the one success without an envelope has no number either.
        let name = if shape.get("code").is_some() { "code" } else { "ret" };
        match answer[name].as_i64() {
            Some(0) => {}
            Some(200) if shape[name] == 200 => {}
            Some(number) => {
                let members = answer.as_object().map_or(0, serde_json::Map::len);
                let plain = members == 2 && answer["msg"].as_str().is_some_and(|text| !text.is_empty());
                return if plain { Ok(number) } else { Err(wrong("not the envelope of a failure".to_owned())) };
            }
            None => return Err(wrong(format!("no {name}"))),
        }
        shape::check_form(answer, shape).map_err(wrong)?;
        Ok(0)
    }
}
