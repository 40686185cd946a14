//! An orderly end: what is in flight is answered before the process goes.
//!
//! Lambda sends `SIGTERM` where an extension is registered and on Managed
//! Instances, and kills the process shortly after.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use lambda_runtime::tower::{Layer, Service};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Counts the invocations in flight, from their arrival until Lambda has
/// their answer.
#[derive(Clone)]
pub struct InFlight {
    count: Arc<watch::Sender<usize>>,
}

impl InFlight {
    /// None in flight.
    #[must_use]
    pub fn new() -> Self {
        Self {
            count: Arc::new(watch::Sender::new(0)),
        }
    }

    /// Waits for `SIGTERM`, and then until nothing is in flight.
    ///
    /// # Errors
    ///
    /// Where the signal cannot be listened for.
    pub async fn ended(&self) -> std::io::Result<()> {
        signal(SignalKind::terminate())?.recv().await;
        let mut count = self.count.subscribe();
        // An error says that the sender is gone: so is all that was in flight.
        drop(count.wait_for(|count| *count == 0).await);
        Ok(())
    }
}

impl Default for InFlight {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Layer<S> for InFlight {
    type Service = Counted<S>;

    fn layer(&self, inner: S) -> Counted<S> {
        Counted {
            inner,
            in_flight: self.clone(),
        }
    }
}

/// A service whose calls are counted.
#[derive(Clone)]
pub struct Counted<S> {
    inner: S,
    in_flight: InFlight,
}

/// One call in flight, until it is dropped.
struct Flight(Arc<watch::Sender<usize>>);

impl Flight {
    fn new(in_flight: &InFlight) -> Self {
        in_flight.count.send_modify(|count| *count += 1);
        Self(Arc::clone(&in_flight.count))
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl<S, Request> Service<Request> for Counted<S>
where
    S: Service<Request>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let flight = Flight::new(&self.in_flight);
        let call = self.inner.call(request);
        Box::pin(async move {
            let answer = call.await;
            drop(flight);
            answer
        })
    }
}
