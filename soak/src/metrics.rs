//! Counts and latencies of a run.

use std::time::Duration;

/// How long invocations took, in microseconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Latencies(Vec<u32>);

impl Latencies {
    pub(crate) fn record(&mut self, latency: Duration) {
        self.0.push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The latencies of these percentiles (nearest rank); zero if there are none.
    pub(crate) fn percentiles<const N: usize>(&self, percents: [usize; N]) -> [Duration; N] {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        percents.map(|percent| {
            let rank = (sorted.len() * percent).div_ceil(100).max(1);
            let micros = sorted.get(rank - 1).copied().unwrap_or_default();
            Duration::from_micros(micros.into())
        })
    }
}

/// Counts and latencies of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) invocations: usize,
    pub(crate) requests: usize,
    pub(crate) rejected: usize,
    pub(crate) redeliveries: usize,
    pub(crate) given_up: usize,
    /// Invocations that were killed at their deadline.
    pub(crate) timed_out: usize,
    pub(crate) latencies: Latencies,
    /// Latencies while Amazon Connect did not fail.
    pub(crate) fault_free_latencies: Latencies,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let mut latencies = Latencies::default();
        for millis in (1..=1_000).rev() {
            latencies.record(Duration::from_millis(millis));
        }
        let expected = [1, 10, 500, 990, 1_000].map(Duration::from_millis);
        assert_eq!(latencies.percentiles([0, 1, 50, 99, 100]), expected);
        assert_eq!(latencies.count(), 1_000);
        assert_eq!(Latencies::default().percentiles([50]), [Duration::ZERO]);
    }
}
