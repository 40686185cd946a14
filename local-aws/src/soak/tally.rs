//! What is counted and measured on the way.

use std::collections::BTreeMap;
use std::time::Duration;

/// How long things took, to about 3 %, in little memory however many they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Durations {
    counts: BTreeMap<u64, u64>,
    longest: u64,
}

impl Durations {
    pub(super) fn note(&mut self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let shift = (u64::BITS - micros.leading_zeros()).saturating_sub(5);
        *self.counts.entry((micros >> shift) << shift).or_default() += 1;
        self.longest = self.longest.max(micros);
    }

    /// What so many of a hundred did not take longer than.
    pub(super) fn percentile(&self, percent: u64) -> Duration {
        let all: u64 = self.counts.values().sum();
        let rank = (all * percent).div_ceil(100);
        let mut passed = 0;
        for (micros, count) in &self.counts {
            passed += count;
            if passed >= rank {
                return Duration::from_micros(*micros);
            }
        }
        self.longest()
    }

    pub(super) fn longest(&self) -> Duration {
        Duration::from_micros(self.longest)
    }

    pub(super) fn count(&self) -> u64 {
        self.counts.values().sum()
    }
}

/// What is counted on the way.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) invocations: usize,
    pub(super) requests: usize,
    pub(super) refused: usize,
    pub(super) redeliveries: usize,
    pub(super) given_up: usize,
    pub(super) killed: usize,
    pub(super) all: Durations,
    pub(super) calm: Durations,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles() {
        let mut durations = Durations::default();
        for millis in 1..=1_000 {
            durations.note(Duration::from_millis(millis));
        }
        for (percent, millis) in [(50, 500.0), (99, 990.0)] {
            let found = durations.percentile(percent).as_secs_f64() * 1_000.0;
            assert!((found / millis - 1.0_f64).abs() < 0.07, "{percent}: {found}");
        }
        assert_eq!(durations.longest(), Duration::from_secs(1));
        assert_eq!(durations.count(), 1_000);
    }
}
