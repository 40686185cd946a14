//! Graceful shutdown: invocations in flight are answered before the process exits.
//!
//! Lambda sends `SIGTERM` if an extension is registered, and on Managed
//! Instances, and kills the process shortly after.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Tracks the invocations in flight: each one holds a receiver.
#[derive(Clone, Default)]
pub struct InFlight(watch::Sender<()>);

impl InFlight {
    /// Counts this call as in flight until it completes or is dropped.
    pub fn track<F: Future>(&self, call: F) -> impl Future<Output = F::Output> + use<F> {
        let in_flight = self.0.subscribe();
        async move {
            let response = call.await;
            drop(in_flight);
            response
        }
    }

    /// Waits for `SIGTERM`, and then until nothing is in flight.
    ///
    /// # Errors
    ///
    /// Returns an error if the signal handler cannot be installed.
    pub async fn terminated(&self) -> std::io::Result<()> {
        signal(SignalKind::terminate())?.recv().await;
        self.0.closed().await;
        Ok(())
    }
}
