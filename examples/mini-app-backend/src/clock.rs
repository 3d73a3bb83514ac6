//! The clock, which the library asks its host for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use countersign::time::UnixTime;

/// The system's clock, or one that whoever made it puts ahead. No route of the backend holds it.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    ahead_millis: Arc<AtomicU64>,
}

impl Clock {
    /// What time it is.
    #[must_use]
    pub fn now(&self) -> UnixTime {
        let ahead = self.ahead_millis.load(Ordering::SeqCst);
        example_host::now().saturating_add(Duration::from_millis(ahead))
    }

    /// Puts it ahead, for a test that will not wait for two minutes.
    pub fn advance(&self, by: Duration) {
        let millis = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.ahead_millis.fetch_add(millis, Ordering::SeqCst);
    }
}
