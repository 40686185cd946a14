//! Samples and their statistics.

use std::time::Duration;

/// Repeated measurements of one quantity.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample(Vec<f64>);

impl Sample {
    /// Adds a measurement.
    pub(crate) fn add(&mut self, value: f64) {
        let place = self.0.partition_point(|other| *other < value);
        self.0.insert(place, value);
    }

    /// Adds a time, in milliseconds.
    pub(crate) fn add_time(&mut self, time: Duration) {
        self.add(time.as_secs_f64() * 1_000.0);
    }

    /// Returns true if there are no measurements.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A percentile (nearest rank); NaN without measurements.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0.get(rank - 1).copied().unwrap_or(f64::NAN)
    }

    /// The median; NaN without measurements.
    pub(crate) fn median(&self) -> f64 {
        self.percentile(50)
    }

    /// The median and the range, as `median (least–most)`.
    pub(crate) fn range(&self) -> String {
        let (least, most) = (self.percentile(0), self.percentile(100));
        format!("{} ({}–{})", figure(self.median()), figure(least), figure(most))
    }
}

/// A number with three significant digits.
pub(crate) fn figure(value: f64) -> String {
    match value.abs() {
        _ if value.is_nan() => "–".to_owned(),
        small if small < 10.0 => format!("{value:.2}"),
        middling if middling < 100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let mut sample = Sample::default();
        for value in [5.0, 1.0, 4.0, 2.0, 3.0] {
            sample.add(value);
        }
        let ranks = [0, 1, 20, 21, 50, 99, 100].map(|percent| sample.percentile(percent));
        assert_eq!(ranks.map(figure), [1.0, 1.0, 1.0, 2.0, 3.0, 5.0, 5.0].map(figure));
        assert_eq!(sample.range(), "3.00 (1.00–5.00)");
        assert!(Sample::default().median().is_nan());
    }

    #[test]
    fn figures_have_three_significant_digits() {
        let shown = [0.123, 9.99, 12.34, 1234.5].map(figure);
        assert_eq!(shown, ["0.12", "9.99", "12.3", "1234"]);
    }
}
