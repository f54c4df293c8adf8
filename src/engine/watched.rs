//! What the observer of a client is told of its calls.

use super::exchange::Exchanged;
use super::{Call, Engine, Terms};
use crate::catalog::Operation;
use crate::error::{Error, Result};
use crate::observe::{Ahead, Done, Level, Tally, with_facts};
use crate::transport::Trace;
use std::time::{Duration, Instant};

impl Engine {
    /// A whole call, which is told of when it is over.
    pub(super) fn watched(
        &self,
        name: &'static str,
        since: Instant,
        call: impl FnOnce(&mut Tally) -> Result<String>,
    ) -> Result<String> {
        let mut tally = Tally::begin(name, since);
        let done = call(&mut tally);
        self.observer.called(&tally, done.as_ref().map(drop));
        done
    }

    /// A call ended before it began.
    pub(crate) fn never_began(&self, operation: Option<&'static Operation>, terms: Terms, error: &Error) {
        let name = operation.map_or("raw", |operation| operation.name.as_str());
        self.observer.called(&Tally::begin(name, terms.since), Err(error));
    }

    /// An attempt is over: what it was like, and what came of it.
    pub(super) fn attempted(&self, call: &mut Call<'_>, trace: Trace, done: &Result<Exchanged<'_>>) {
        call.tally.add(trace);
        call.tally.http_status = done.as_ref().ok().map(|exchanged| exchanged.answered.http_status);
        if self.observer.is_logged(Level::Debug) {
            let request_id = done
                .as_ref()
                .map_or_else(|error| error.document().request_id.as_deref(), |exchanged| exchanged.request_id());
            self.observer.attempted(call.tally, call.ahead(), request_id, told(done));
        }
    }

    /// A request will go out again.
    pub(super) fn retried(&self, call: &Call<'_>, pause: Duration, done: &Result<Exchanged<'_>>) {
        self.observer.retried(call.tally, call.ahead(), pause, told(done));
    }

    /// What the caller gets of an answer that is a success.
    pub(super) fn answer(&self, call: &Call<'_>, exchanged: Exchanged<'_>) -> Result<String> {
        if !call.wants_facts {
            return Ok(exchanged.answered.text.into_string());
        }
        with_facts(exchanged.answered.text.as_str(), call.tally, exchanged.request_id())
    }
}

impl Call<'_> {
    fn ahead(&self) -> Option<Ahead> {
        self.is_ahead.then_some(if self.fetches_token { Ahead::Token } else { Ahead::Address })
    }
}

fn told<'d>(done: &'d Result<Exchanged<'_>>) -> Done<'d> {
    match done {
        Ok(exchanged) => exchanged.answered.done(),
        Err(error) => Done::Failed(error),
    }
}
