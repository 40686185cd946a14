//! Rate limits.

use std::sync::Mutex;
use std::time::Instant;

use crate::lock::lock;
use crate::options::Rate;

/// A token bucket: full at first, refilled at the rate, emptied by requests.
#[derive(Debug)]
pub(crate) struct TokenBucket {
    rate: Option<Rate>,
    level: Mutex<(f64, Instant)>,
}

impl TokenBucket {
    /// A bucket for a rate limit; without one, every request gets a token.
    pub(crate) fn new(rate: Option<Rate>) -> Self {
        let full = rate.map_or(0.0, |rate| f64::from(rate.burst));
        Self { rate, level: Mutex::new((full, Instant::now())) }
    }

    /// Takes a token. Returns false if there is none.
    pub(crate) fn take(&self) -> bool {
        self.take_at(Instant::now())
    }

    fn take_at(&self, now: Instant) -> bool {
        let Some(rate) = self.rate else { return true };
        let mut level = lock(&self.level);
        let gained = now.saturating_duration_since(level.1).as_secs_f64() * rate.per_second;
        let tokens = (level.0 + gained).min(f64::from(rate.burst));
        let enough = tokens >= 1.0;
        *level = (if enough { tokens - 1.0 } else { tokens }, now);
        enough
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn taken(bucket: &TokenBucket, tries: usize, at: Instant) -> usize {
        (0..tries).filter(|_| bucket.take_at(at)).count()
    }

    #[test]
    fn a_burst_is_followed_by_the_rate() {
        let bucket = TokenBucket::new(Some(Rate::new(5.0, 8)));
        let start = Instant::now();
        assert_eq!(taken(&bucket, 20, start), 8);
        assert_eq!(taken(&bucket, 20, start + Duration::from_millis(1010)), 5);
        assert_eq!(taken(&bucket, 20, start + Duration::from_secs(100)), 8);
    }

    #[test]
    fn there_is_no_limit_without_a_rate() {
        assert_eq!(taken(&TokenBucket::new(None), 1000, Instant::now()), 1000);
    }
}
