//! An observer of the requests.

use std::fmt;
use std::sync::Arc;

/// A function that is called with one line per request; none by default.
#[derive(Clone, Default)]
pub struct Observer(Option<Callback>);

type Callback = Arc<dyn Fn(&str) + Send + Sync>;

impl Observer {
    pub(crate) fn new(callback: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(callback)))
    }

    /// Calls the function with a line that is made only if there is one.
    pub(crate) fn notify(&self, line: impl FnOnce() -> String) {
        if let Some(callback) = &self.0 {
            callback(&line());
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Observer(set)" } else { "Observer(none)" })
    }
}
