//! Ids of a run: markers of requests and request ids of invocations.

use std::cell::Cell;

use fastrand::Rng;

/// The markers of a run. Each is given out once.
#[derive(Debug)]
pub(crate) struct Ids {
    prefix: String,
    count: Cell<u64>,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { prefix: format!("soak-{seed:x}-"), count: Cell::new(0) }
    }

    pub(crate) fn marker(&self) -> String {
        self.count.set(self.count.get() + 1);
        format!("{}{}", self.prefix, self.count.get())
    }

    /// The id of the customer with this number.
    pub(crate) fn customer(&self, number: u32) -> String {
        format!("{}{number}", self.customer_prefix())
    }

    /// The beginning of the id of every customer who asks more than once.
    pub(crate) fn customer_prefix(&self) -> String {
        format!("{}customer-", self.prefix)
    }

    /// The beginning of every marker.
    pub(crate) fn marker_prefix(&self) -> &str {
        &self.prefix
    }
}

/// A random request id of an invocation.
pub(crate) fn request_id(rng: &mut Rng) -> String {
    format!("{:032x}", rng.u128(..))
}
