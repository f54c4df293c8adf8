//! What a session of events needs of the engine: the gateway's address, a connection, a token, and words for what fails.

use super::{Call, Engine, Terms};
use crate::cancel::{Cancel, Interrupt};
use crate::catalog::{Method, Retry};
use crate::error::{Error, Result, Status};
use crate::observe::Tally;
use crate::platform::EventGateway;
use crate::redact::Redactor;
use crate::request::Prepared;
use crate::secret::Secret;
use crate::single_flight::Held;
use crate::token::Token;
use crate::transport::{BaseUrl, Bounds, Failure, Limits, Link};
use std::sync::Arc;
use std::time::{Duration, Instant};

impl Engine {
    /// The events of the platform; an error where it tells of none.
    pub(crate) fn event_gateway(&self) -> Result<&dyn EventGateway> {
        self.platform.event_gateway().ok_or_else(|| {
            Error::invalid_argument(format!("{} tells of no events; expected a client of hst", self.platform.name()))
        })
    }

    /// One session, which this and the end of the client cancel.
    pub(crate) fn event_session(&self, cancel: &Cancel) -> Interrupt {
        self.interrupt(Some(cancel))
    }

    /// The bounds of one step of a session.
    pub(crate) fn event_bounds<'c>(&self, session: &'c Interrupt) -> Bounds<'c> {
        let terms = Terms { limits: self.config.limits, facts: false, since: Instant::now() };
        self.bounds(terms, session)
    }

    /// Asks for the gateway's address.
    pub(crate) fn find_event_gateway(&self, app_id: &str, session: &Interrupt) -> Result<BaseUrl> {
        let gateway = self.event_gateway()?;
        let (url, signed) = gateway.request(app_id);
        self.for_events(session, |call| {
            self.ask_for_address(call, url, signed, |text| gateway.read(text))
                .map_err(|error| error.because("the event gateway's address could not be discovered"))
        })
    }

    /// A connection to the gateway.
    pub(crate) fn link_to_event_gateway<'c>(
        &self,
        gateway: &BaseUrl,
        bounds: Bounds<'c>,
    ) -> std::result::Result<Link<'c>, Failure> {
        self.transport.link(gateway, bounds)
    }

    /// The account's token; another one than the `dead` one.
    pub(crate) fn event_token(&self, dead: Option<&Held<Token>>, session: &Interrupt) -> Result<Arc<Held<Token>>> {
        self.for_events(session, |call| {
            self.token(call, dead)?.ok_or_else(|| Error::new(Status::Internal, "a session of events without a token"))
        })
    }

    /// Whether a token may be replaced that the gateway refused.
    pub(crate) fn may_replace_after_login(&self, refused: &Held<Token>) -> bool {
        self.credentials.as_ref().is_some_and(|credentials| credentials.may_replace_after_login(refused))
    }

    /// Notes how a login went. `is_replaced`: with a token that was brought after another one was refused.
    pub(crate) fn logged_in(&self, is_taken: bool, is_replaced: bool) {
        if let Some(credentials) = &self.credentials {
            credentials.logged_in(is_taken, is_replaced);
        }
    }

    /// For the client's log and statistics.
    pub(crate) fn events_connected(&self) {
        self.observer.events_connected();
    }

    pub(crate) fn events_lost(&self, error: &Error, pause: Duration) {
        self.observer.events_lost(error, pause);
    }

    /// Why something of a session failed, in words that may be shown.
    pub(crate) fn event_failure(&self, failure: &Failure) -> Error {
        let message = self.event_redactor(None).text(&failure.message);
        let mut error = Error::new(failure.status, message.to_string()).for_lack(failure.kind.is_lack);
        error.document_mut().retryable = matches!(failure.status, Status::Network | Status::Timeout);
        self.event_error(error)
    }

    /// Notes the platform.
    pub(crate) fn event_error(&self, mut error: Error) -> Error {
        error.document_mut().platform = Some(self.platform.name());
        error
    }

    /// What may be shown of what the gateway says.
    pub(crate) fn event_redactor(&self, token: Option<&str>) -> Redactor {
        let last = self.credentials.as_ref().and_then(|credentials| credentials.last_token());
        Redactor::new(self.config.secrets().into_iter().chain(token).chain(last.as_ref().map(Secret::reveal)))
    }

    pub(crate) fn event_limits(&self) -> Limits {
        self.config.limits
    }

    /// Does what a call does before its own request.
    fn for_events<T>(&self, session: &Interrupt, work: impl FnOnce(&Call<'_>) -> Result<T>) -> Result<T> {
        let prepared = Prepared::new(Method::Get, "", Retry::Safe);
        let mut tally = Tally::begin("events", Instant::now());
        let call = Call {
            prepared: &prepared,
            retry: Retry::Safe,
            bounds: self.event_bounds(session),
            tally: &mut tally,
            wants_facts: false,
            repeats: 0,
            is_ahead: true,
            offset_s: 0,
            fetches_token: false,
            secrets: Vec::new(),
        };
        work(&call).map_err(|error| error.of_call(self.platform.name(), None))
    }
}
