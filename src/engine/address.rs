//! The address of a platform that is asked for it (hst without a `base_url`).

use super::{Call, Engine};
use crate::catalog::Retry;
use crate::error::{Error, Result, Status};
use crate::platform::Signed;
use crate::single_flight::{Caller, Cell, Fetched, Flight, OldValue};
use crate::transport::{Answer, BaseUrl, Bounds, Failure};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// A younger address is not asked for again: then it is not the address that is wrong.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// The addresses that clients of this process have asked for, by the place and what it was asked.
#[derive(Default)]
pub(crate) struct Addresses(Mutex<HashMap<String, Weak<Cell<BaseUrl>>>>);

impl Addresses {
    /// What all clients share that ask this place; of a client that asks nowhere, its own.
    pub(super) fn of(&self, asked: Option<(&BaseUrl, &String)>) -> Arc<Cell<BaseUrl>> {
        let new = || Arc::new(Cell::new(OldValue::Lives));
        let Some((place, target)) = asked else { return new() };
        let mut addresses = self.0.lock();
        addresses.retain(|_, address| address.strong_count() > 0);
        let name = format!("{}{target}", place.canonical());
        if let Some(shared) = addresses.get(&name).and_then(Weak::upgrade) {
            return shared;
        }
        let address = new();
        addresses.insert(name, Arc::downgrade(&address));
        address
    }
}

impl Engine {
    /// Sends a request to the discovered address. Where nothing could be sent there, the platform may have moved: the
    /// address is asked for again, and a new one is tried.
    pub(super) fn send_to_discovered(
        &self,
        call: &Call<'_>,
        signed: &Signed<'_>,
    ) -> Result<std::result::Result<Answer, Failure>> {
        // Looking for the address has the call's own time.
        let caller = Caller { fetch_time: call.bounds.limits.timeout, ..self.caller(call.bounds) };
        let discover = |flight: &Flight<'_, _>| Ok(Fetched::lasting(self.discover(call)?, flight.need()));
        let known = self.address.get(None, caller, discover)?;
        let failure = match self.send(known.value(), signed, call.bounds) {
            Err(failure) if failure.nothing_sent && failure.status != Status::InvalidArgument => failure,
            done => return Ok(done),
        };
        if known.age(Instant::now()) < LOOK_AGAIN {
            return Ok(Err(failure));
        }
        Ok(match self.address.newer(&known, caller, discover) {
            Ok(newer) if newer.value() != known.value() => self.send(newer.value(), signed, call.bounds),
            _ => Err(failure),
        })
    }

    /// Asks for the platform's address. The request carries no credential. Its answer is judged as any other.
    fn discover(&self, call: &Call<'_>) -> Result<BaseUrl> {
        let discovery =
            self.platform.discovery().ok_or_else(|| Error::new(Status::Internal, "no address to discover"))?;
        let (url, signed) = discovery.request();
        let bounds = Bounds { limits: self.fetch_limits(call.bounds.limits), ..call.bounds };
        let call = Call { retry: Retry::Safe, is_ahead: true, bounds, ..*call };
        let sent = self.send(url, &signed, call.bounds);
        let exchanged = self.judged(&call, None, signed, sent);
        let found = exchanged.and_then(|mut exchanged| self.read(&call, &mut exchanged, |text| discovery.read(text)));
        found.map_err(|error| error.because("the platform's address could not be discovered"))
    }
}
