//! Sessions of events.

use super::Client;
#[cfg(not(feature = "events"))]
use crate::error::Error;
use crate::error::Result;
use std::sync::Arc;
#[cfg(feature = "events")]
use std::sync::Weak;
#[cfg(feature = "events")]
use std::time::Instant;

#[cfg(feature = "events")]
pub(crate) use crate::events::Session as EventSession;

/// The sessions of one client, as long as somebody has them.
#[derive(Default)]
pub(super) struct Sessions {
    #[cfg(feature = "events")]
    open: crate::lock::Mutex<Vec<Weak<EventSession>>>,
}

impl Client {
    /// A session of events, which begins with [`EventSession::start`]. `tell` gets each event, as JSON, on the session's thread,
    /// and says whether its reader has all that came before.
    pub(crate) fn events(
        &self,
        options: &str,
        tell: impl FnMut(String) -> bool + Send + 'static,
    ) -> Result<Arc<EventSession>> {
        self.check_process()?;
        self.check_caller()?;
        self.sessions.add(self, options, tell)
    }
}

#[cfg(feature = "events")]
impl Sessions {
    fn add(
        &self,
        client: &Client,
        options: &str,
        tell: impl FnMut(String) -> bool + Send + 'static,
    ) -> Result<Arc<EventSession>> {
        let session = EventSession::new(&client.engine, options, Box::new(tell))?;
        let mut open = self.open.lock();
        open.retain(|other| other.strong_count() > 0);
        open.push(Arc::downgrade(&session));
        Ok(session)
    }

    /// Waits until none of them tells anything any more, no longer than this. Their client has been closed.
    pub(super) fn wait_for_end(&self, until: Instant) {
        let open = std::mem::take(&mut *self.open.lock());
        open.iter().filter_map(Weak::upgrade).for_each(|session| session.wait_for_end(Some(until)));
    }
}

/// There is none.
#[cfg(not(feature = "events"))]
pub(crate) struct EventSession(std::convert::Infallible);

#[cfg(not(feature = "events"))]
impl EventSession {
    pub(crate) fn start(&self) -> Result<()> {
        match self.0 {}
    }

    pub(crate) fn close(&self) {
        match self.0 {}
    }

    pub(crate) fn is_own_process(&self) -> bool {
        match self.0 {}
    }
}

#[cfg(not(feature = "events"))]
impl Sessions {
    fn add(&self, _: &Client, _: &str, _: impl FnMut(String) -> bool + Send + 'static) -> Result<Arc<EventSession>> {
        Err(Error::invalid_argument("this library was built without events (cargo feature \"events\")"))
    }

    pub(super) fn wait_for_end(&self, _: std::time::Instant) {}
}

#[cfg(all(test, not(feature = "events")))]
mod tests {
    use super::Client;

    #[test]
    fn a_library_without_events_says_so() {
        let client = Client::new(r#"{"platform":"hst","base_url":"http://10.0.0.5","token":"t"}"#).unwrap();
        let error = client.events("{}", |_| true).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("cargo feature \"events\""), "{error}");
    }
}
