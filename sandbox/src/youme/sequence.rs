//! The `seq` numbers that were used (002 L60: "保证全局唯一").

use std::collections::{HashSet, VecDeque};

/// How many are remembered. A checksum lives minutes, so what is forgotten has long lost its right to be repeated.
const REMEMBERED: usize = 100_000;
/// A `seq` is a short text; a longer one is remembered by its beginning.
const LONGEST: usize = 256;

#[derive(Default)]
pub(crate) struct Sequence {
    used: HashSet<String>,
    order: VecDeque<String>,
}

impl Sequence {
    /// Whether it was never used; it is from now on.
    pub(crate) fn is_new(&mut self, seq: &str) -> bool {
        let seq: String = seq.chars().take(LONGEST).collect();
        if !self.used.insert(seq.clone()) {
            return false;
        }
        self.order.push_back(seq);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.used.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_each_in_bounded_memory() {
        let mut sequence = Sequence::default();
        assert!(sequence.is_new("a"));
        assert!(!sequence.is_new("a"));
        for number in 0..REMEMBERED + 10 {
            assert!(sequence.is_new(&number.to_string()));
        }
        assert_eq!(sequence.used.len(), REMEMBERED);
        assert_eq!(sequence.order.len(), REMEMBERED);
    }
}
