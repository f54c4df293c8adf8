//! How long calls took: counted in steps that grow with the time, so that a quantile is right to an eighth of itself.

use std::time::Duration;

/// Parts of a doubling.
const PARTS: u32 = 4;
/// The first step ends here, in microseconds as a power of two.
const FIRST: u32 = 4;
/// The last one begins here: more than an hour.
const LAST: u32 = 32;
const STEPS: usize = ((LAST - FIRST) * PARTS + 2) as usize;

#[derive(Clone)]
pub(super) struct Latency {
    counts: [u32; STEPS],
    longest: Duration,
}

impl Default for Latency {
    fn default() -> Latency {
        Latency { counts: [0; STEPS], longest: Duration::ZERO }
    }
}

impl Latency {
    pub(super) fn add(&mut self, took: Duration) {
        if let Some(count) = self.counts.get_mut(step(took)) {
            *count = count.saturating_add(1);
        }
        self.longest = self.longest.max(took);
    }

    pub(super) fn merge(&mut self, other: &Latency) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, more)| *count = count.saturating_add(*more));
        self.longest = self.longest.max(other.longest);
    }

    /// What this part of all calls did not exceed.
    pub(super) fn quantile(&self, part: f64) -> Duration {
        let all: u64 = self.counts.iter().map(|count| u64::from(*count)).sum();
        let rank = (all as f64 * part).ceil().max(1.0) as u64;
        let mut so_far = 0;
        let step = self.counts.iter().position(|count| {
            so_far += u64::from(*count);
            so_far >= rank
        });
        step.map_or(Duration::ZERO, middle).min(self.longest)
    }

    pub(super) fn longest(&self) -> Duration {
        self.longest
    }
}

fn step(took: Duration) -> usize {
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).clamp(1, (1 << LAST) - 1);
    let power = micros.ilog2();
    if power < FIRST {
        return 0;
    }
    let part = (micros >> (power - PARTS.ilog2())) as u32 & (PARTS - 1);
    ((power - FIRST) * PARTS + part + 1) as usize
}

fn middle(step: usize) -> Duration {
    let Some(step) = step.checked_sub(1) else { return Duration::from_micros(1 << (FIRST - 1)) };
    let (power, part) = (FIRST + step as u32 / PARTS, step as u64 % u64::from(PARTS));
    let width = (1u64 << power) / u64::from(PARTS);
    Duration::from_micros((1u64 << power) + part * width + width / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_right_to_an_eighth() {
        for micros in [20u64, 100, 999, 12_345, 1_000_000, 3_600_000_000] {
            let mut latency = Latency::default();
            latency.add(Duration::from_micros(micros));
            // Something longer, so that the longest does not correct it.
            latency.add(Duration::from_micros(micros * 2));
            let found = latency.quantile(0.5).as_micros() as f64;
            assert!((found / micros as f64 - 1.0).abs() <= 0.125, "{micros}: {found}");
        }
    }

    #[test]
    fn quantiles_count_from_below() {
        let mut latency = Latency::default();
        assert_eq!(latency.quantile(0.5), Duration::ZERO);
        (1..=100).for_each(|ms| latency.add(Duration::from_millis(ms)));
        let near = |part, ms: f64| (latency.quantile(part).as_secs_f64() * 1000.0 / ms - 1.0).abs() < 0.13;
        assert!(near(0.5, 50.0) && near(0.9, 90.0) && near(0.99, 99.0));
        assert_eq!(latency.longest(), Duration::from_millis(100));
        assert!(latency.quantile(1.0) <= latency.longest());
    }

    #[test]
    fn every_time_has_a_step() {
        for took in [Duration::ZERO, Duration::from_nanos(1), Duration::from_micros(15), Duration::MAX] {
            let mut latency = Latency::default();
            latency.add(took);
            assert_eq!(latency.counts.iter().sum::<u32>(), 1, "{took:?}");
        }
        let steps: Vec<usize> = (0..40u32).map(|power| step(Duration::from_micros(1 << power))).collect();
        assert!(steps.is_sorted() && steps.last() < Some(&STEPS), "{steps:?}");
    }
}
