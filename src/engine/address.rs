//! The address of a platform that is asked for it (hst without a `base_url`).

use super::{Call, Engine};
use crate::catalog::Retry;
use crate::error::{Error, Result, Status};
use crate::platform::Signed;
use crate::single_flight::{Fetched, Flight};
use crate::transport::{Answer, BaseUrl, Failure};
use std::time::{Duration, Instant};

/// A younger address is not asked for again: then it is not the address that is wrong.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

impl Engine {
    /// Sends a request to the discovered address. Where nothing could be sent there, the platform may have moved: the
    /// address is asked for again, and a new one is tried.
    pub(super) fn send_to_discovered(
        &self,
        call: &Call<'_>,
        signed: &Signed<'_>,
    ) -> Result<std::result::Result<Answer, Failure>> {
        let deadline = call.bounds.deadline;
        let discover = |flight: &Flight<'_, _>| Ok(Fetched::lasting(self.discover(call)?, flight.need()));
        let known = self.address.get(None, deadline, discover)?;
        let failure = match self.send(known.value(), signed, call.bounds) {
            Err(failure) if failure.nothing_sent && failure.status != Status::InvalidArgument => failure,
            done => return Ok(done),
        };
        if known.age(Instant::now()) < LOOK_AGAIN {
            return Ok(Err(failure));
        }
        Ok(match self.address.newer(&known, deadline, discover) {
            Ok(newer) if newer.value() != known.value() => self.send(newer.value(), signed, call.bounds),
            _ => Err(failure),
        })
    }

    /// Asks for the platform's address. The request carries no credential. Its answer is judged as any other.
    fn discover(&self, call: &Call<'_>) -> Result<BaseUrl> {
        let discovery =
            self.platform.discovery().ok_or_else(|| Error::new(Status::Internal, "no address to discover"))?;
        let (url, signed) = discovery.request();
        let call = Call { retry: Retry::Safe, is_ahead: true, secrets: Vec::new(), ..*call };
        let sent = self.send(url, &signed, call.bounds);
        let exchanged = self.judged(&call, None, signed, sent);
        let found = exchanged.and_then(|mut exchanged| self.read(&call, &mut exchanged, |text| discovery.read(text)));
        found.map_err(|error| error.because("the platform's address could not be discovered"))
    }
}
