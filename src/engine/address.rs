//! The address of a platform that is asked for it (hst without a `base_url`).

use super::{Call, Engine, exchange};
use crate::catalog::Retry;
use crate::error::{Error, Result, Status};
use crate::lock::Mutex;
use crate::observe::Tally;
use crate::platform::Signed;
use crate::single_flight::{Caller, Cell, Fetched, Flight, OldValue};
use crate::transport::{Answer, BaseUrl, Bounds, Failure};
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// A younger address is not asked for again: then it is not the address that is wrong.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// The addresses that clients of this process ask for, by the place and what it is asked.
#[derive(Default)]
pub(crate) struct Addresses(Arc<Mutex<InUse>>);

/// A tree, which gives all memory back with its last entry.
type InUse = BTreeMap<String, Entry>;

struct Entry {
    address: Arc<Cell<BaseUrl>>,
    users: usize,
}

/// A client's address. Nothing is left of it when the last client goes that asks the same place.
pub(super) struct Address {
    cell: Arc<Cell<BaseUrl>>,
    name: String,
    in_use: Weak<Mutex<InUse>>,
}

impl Addresses {
    /// What all clients share that ask this place; of a client that asks nowhere, its own.
    pub(super) fn of(&self, asked: Option<(&BaseUrl, &str)>) -> Address {
        let new = || Entry { address: Arc::new(Cell::new(OldValue::Lives)), users: 0 };
        let Some((place, target)) = asked else {
            return Address { cell: new().address, name: String::new(), in_use: Weak::new() };
        };
        let name = format!("{}{target}", place.canonical());
        let mut in_use = self.0.lock();
        let entry = in_use.entry(name.clone()).or_insert_with(new);
        entry.users += 1;
        Address { cell: Arc::clone(&entry.address), name, in_use: Arc::downgrade(&self.0) }
    }
}

impl Drop for Address {
    fn drop(&mut self) {
        let Some(in_use) = self.in_use.upgrade() else { return };
        let mut in_use = in_use.lock();
        if let Some(entry) = in_use.get_mut(&self.name) {
            entry.users -= 1;
            if entry.users == 0 {
                in_use.remove(&self.name);
            }
        }
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
        // What a witness is told of is the token.
        let caller = Caller { fetch_time: call.bounds.limits.timeout, witness: None, ..self.caller(call.bounds) };
        let discover = |flight: &Flight<'_, _>| Ok(Fetched::lasting(self.discover(call)?, flight.need()));
        let known = self.address.cell.get(None, caller, discover)?;
        let failure = match self.send(known.value(), signed, call.bounds) {
            Err(failure) if failure.kind.nothing_sent && failure.status != Status::InvalidArgument => failure,
            done => return Ok(done),
        };
        if known.age(Instant::now()) < LOOK_AGAIN {
            return Ok(Err(failure));
        }
        Ok(match self.address.cell.newer(&known, caller, discover) {
            Ok(newer) if newer.value() != known.value() => self.send(newer.value(), signed, call.bounds),
            _ => Err(failure),
        })
    }

    /// Asks for the platform's address.
    fn discover(&self, call: &Call<'_>) -> Result<BaseUrl> {
        let discovery =
            self.platform.discovery().ok_or_else(|| Error::new(Status::Internal, "no address to discover"))?;
        let (url, signed) = discovery.request();
        let found = self.ask_for_address(call, url, signed, |text| discovery.read(text));
        found.map_err(|error| error.because("the platform's address could not be discovered"))
    }

    /// Asks for an address. The request carries no credential. Its answer is judged as any other.
    pub(super) fn ask_for_address(
        &self,
        call: &Call<'_>,
        url: &BaseUrl,
        signed: Signed<'static>,
        read: impl FnOnce(&str) -> std::result::Result<BaseUrl, String>,
    ) -> Result<BaseUrl> {
        let bounds = Bounds { limits: self.fetch_limits(call.bounds.limits), ..call.bounds };
        let mut tally = Tally::begin(call.tally.name, Instant::now());
        tally.attempts = 1;
        let mut call = Call {
            retry: Retry::Safe,
            is_ahead: true,
            fetches_token: false,
            bounds,
            tally: &mut tally,
            secrets: Vec::new(),
            ..*call
        };
        let sent = self.send_to(url, &signed, call.bounds, false);
        let trace = exchange::trace(&sent);
        let exchanged = self.judged(&call, None, signed, sent);
        self.attempted(&mut call, trace, &exchanged);
        self.observer.went_ahead(call.tally);
        exchanged.and_then(|mut exchanged| self.read(&call, &mut exchanged, read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_of_an_address_when_its_last_client_goes() {
        let addresses = Addresses::default();
        let place = BaseUrl::parse("https://H:443/address/").unwrap();
        let of = |target| addresses.of(Some((&place, target)));
        let (first, second, other) = (of("?appType=10"), of("?appType=10"), of("?appType=11"));
        assert!(Arc::ptr_eq(&first.cell, &second.cell) && !Arc::ptr_eq(&first.cell, &other.cell));
        drop(first);
        assert!(Arc::ptr_eq(&second.cell, &of("?appType=10").cell));
        drop((second, other));
        assert!(addresses.0.lock().is_empty());
        drop(addresses.of(None));
        assert!(addresses.0.lock().is_empty());
    }
}
