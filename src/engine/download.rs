//! Fetching a file: from the platform or from where its answers point to, over as many attempts as it takes, each of which goes on
//! where the last one ended.

mod part;
mod place;
mod pouring;

use super::answer::{Outcome, is_transient};
use super::exchange::trace;
use super::retry::{self, Again};
use super::{Call, Engine, Terms, signing};
use crate::cancel::Cancel;
use crate::catalog::{Method, Retry};
use crate::error::{Error, Result, Status};
use crate::hex::hex;
use crate::observe::{Decimal, Done, Tally, micros, milliseconds};
use crate::platform::{FormIn, Signed, SignedBody};
use crate::random;
use crate::request::Prepared;
use crate::single_flight::Held;
use crate::token::{Token, digest};
use crate::transport::{Answer, Bounds, Failure, Request, Sink, Transfer};
use part::Part;
use place::Place;
use pouring::{Came, Hash, Pouring};
use serde::Serialize;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

const MOST_REDIRECTS: u32 = 5;
/// A download has no end of its own but the caller's.
const ENDLESS: Duration = Duration::from_secs(365 * 86_400);

/// What a caller wants to have.
pub(crate) struct Wanted<'w> {
    pub(crate) url: &'w str,
    pub(crate) file: &'w Path,
    /// With the account's token, to the platform's own origin.
    pub(crate) token: bool,
    pub(crate) resume: bool,
    pub(crate) overwrite: bool,
    pub(crate) max_bytes: Option<u64>,
    pub(crate) md5: Option<[u8; 16]>,
    /// Of the whole download, where it has a limit.
    pub(crate) timeout: Option<Duration>,
    pub(crate) stall: Duration,
    pub(crate) transfer: Transfer<'w>,
}

#[derive(Serialize)]
struct Downloaded<'d> {
    bytes: u64,
    resumed_from: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    md5: Option<String>,
    seconds: Option<Decimal>,
    attempts: u32,
}

impl Wanted<'_> {
    /// An error of the file on the disk.
    fn io(&self, what: &str, error: &io::Error) -> Error {
        Error::new(Status::Io, format!("the file {} {what}: {error}", self.file.display()))
    }

    fn check_file(&self) -> Result<()> {
        let refuse = |why: &str| Err(Error::new(Status::Io, format!("the file {} {why}", self.file.display())));
        let whole = self.file.as_os_str().as_encoded_bytes();
        // `a/` and `a/.` have the name of `a`, too.
        if !self.file.file_name().is_some_and(|name| whole.ends_with(name.as_encoded_bytes())) {
            return Err(Error::invalid_argument("file: expected the name of a file"));
        }
        // A link's own end counts: /dev/stdout is no file that is replaced.
        match self.file.metadata() {
            Ok(there) if there.is_dir() => return refuse("is a folder: expected the name of a file in it"),
            Ok(there) if !there.is_file() => return refuse("is no regular file, and is not replaced"),
            _ => {}
        }
        if !self.overwrite && self.file.symlink_metadata().is_ok() {
            return refuse("is there already, and overwrite is false");
        }
        Ok(())
    }
}

/// What is known of a download that goes on.
struct Way {
    place: Place,
    part: Part,
    /// What the part is of.
    of: String,
    hash: Option<Hash>,
    token: Option<std::sync::Arc<Held<Token>>>,
    is_renewed: bool,
    redirects: u32,
    /// In a row, none of which brought a byte.
    fruitless: u32,
    resumed_from: u64,
}

/// What comes after an attempt.
enum Then {
    Done {
        etag: Option<String>,
        md5: Option<[u8; 16]>,
    },
    /// At once, since it is another request.
    Another,
    /// After a pause, and not before the server said so.
    Again(Error, Option<Duration>),
}

impl Engine {
    /// Fetches a file: what came of it, as JSON.
    pub(crate) fn download(&self, wanted: &Wanted<'_>, terms: Terms, cancel: Option<&Cancel>) -> Result<String> {
        let named = |error: Error| error.of_call(self.config.platform(), Some("download"));
        self.watched("download", terms.since, |tally| {
            self.download_tallied(wanted, terms, cancel, tally).map_err(named)
        })
    }

    fn download_tallied(
        &self,
        wanted: &Wanted<'_>,
        terms: Terms,
        cancel: Option<&Cancel>,
        tally: &mut Tally,
    ) -> Result<String> {
        let own = self.platform.base_url();
        let refuse = |problem: String| Error::invalid_argument(format!("url_or_path: {problem}"));
        let place = Place::of(wanted.url, own).map_err(refuse)?;
        wanted.check_file()?;
        self.check_token(wanted, &place)?;
        let interrupt = self.interrupt(cancel);
        let mut terms = terms;
        terms.limits.timeout = wanted.timeout.unwrap_or(ENDLESS);
        let bounds = Bounds { stall: Some(wanted.stall), ..self.bounds(terms, &interrupt) };
        let mut prepared = Prepared::new(Method::Get, "/", Retry::Safe);
        (prepared.is_raw, prepared.bare_reply) = (true, true);
        let mut call = Call {
            prepared: &prepared,
            retry: Retry::Safe,
            bounds,
            tally,
            wants_facts: false,
            repeats: 0,
            is_ahead: false,
            offset_s: 0,
            fetches_token: false,
            secrets: Vec::new(),
        };
        let mut way = self.way(wanted, place, &call)?;
        loop {
            if interrupt.is_cancelled() {
                return Err(Error::cancelled().after_attempts(call.tally.attempts));
            }
            let before = way.part.length();
            match self.attempt_download(wanted, &mut way, &mut call)? {
                Then::Done { etag, md5 } => return finish(wanted, way, &call, etag, md5),
                Then::Another => {}
                Then::Again(error, asked_for) => {
                    // What cannot be gone on with is lost.
                    let is_fruitful = way.part.validator().is_some() && way.part.length() > before;
                    way.fruitless = if is_fruitful { 0 } else { way.fruitless + 1 };
                    let until = Instant::now() + retry::pause(way.fruitless, asked_for, random::fraction());
                    if way.fruitless >= bounds.limits.max_attempts || until >= bounds.deadline {
                        return Err(error);
                    }
                    let pause = until.saturating_duration_since(Instant::now());
                    self.observer.retried(call.tally, None, pause, Done::Failed(&error));
                    if interrupt.sleep_until(until) {
                        return Err(Error::cancelled().after_attempts(call.tally.attempts));
                    }
                }
            }
        }
    }

    fn check_token(&self, wanted: &Wanted<'_>, place: &Place) -> Result<()> {
        if !wanted.token {
            return Ok(());
        }
        if self.platform.tokens().is_none() {
            let message = format!("option \"token\": {} has none", self.platform.name());
            return Err(Error::invalid_argument(message));
        }
        if !place.is_own {
            return Err(Error::invalid_argument(
                "option \"token\": the URL leads to another origin (scheme, host and port) than base_url, and a token never \
                 leaves for another origin",
            ));
        }
        Ok(())
    }

    fn way(&self, wanted: &Wanted<'_>, place: Place, call: &Call<'_>) -> Result<Way> {
        let [base, target] = place.identity();
        let of = digest(&[&base, &target]);
        let part = Part::open(wanted.file, &of, wanted.resume)
            .map_err(|error| wanted.io("could not be opened for writing beside its name", &error))?;
        let token = if wanted.token { self.token(call, None)? } else { None };
        let resumed_from = part.length();
        let hash = wanted.md5.map(|_| Hash::default());
        Ok(Way { place, part, of, hash, token, is_renewed: false, redirects: 0, fruitless: 0, resumed_from })
    }

    /// One request, for what is not there yet.
    fn attempt_download(&self, wanted: &Wanted<'_>, way: &mut Way, call: &mut Call<'_>) -> Result<Then> {
        let token = way.token.clone().filter(|_| way.place.is_own);
        let value = token.as_ref().map(|held| held.value().reveal());
        let (pairs, mut headers) = self.credential(value)?;
        let validator = way.part.validator().map(str::to_owned);
        let offset = if validator.is_some() { way.part.length() } else { 0 };
        if let Some(validator) = validator {
            headers.extend([("Range", format!("bytes={offset}-")), ("If-Range", validator)]);
        }
        let target = way.place.with_query(&pairs);
        let signed =
            Signed { method: Method::Get, target, headers, body: SignedBody::Empty, request_id: None, derived: None };
        call.tally.attempts += 1;
        call.tally.token_generation = token.as_ref().map(|held| held.generation());
        let mut pouring = Pouring {
            part: &mut way.part,
            of: &way.of,
            wanted,
            hash: way.hash.as_mut(),
            offset,
            came: Came::Answer,
            total: None,
            etag: None,
            said_md5: None,
            failed: None,
        };
        let sent = self.fetch_from(&way.place, &signed, call.bounds, &mut pouring);
        let trace = trace(&sent);
        call.tally.http_status = sent.as_ref().ok().map(|answer| answer.http_status);
        call.tally.add(trace);
        if let Some(error) = pouring.failed.take() {
            return Err(self.not_taken(error, call, pouring));
        }
        match (sent, pouring.came) {
            (Ok(_), Came::File | Came::NothingMore) => self.taken(call, pouring),
            (_, Came::AnotherFile) => {
                self.file_attempted(call, Done::Refused { code: None });
                way.part.empty().map_err(|error| wanted.io("could not be begun anew", &error))?;
                way.resumed_from = 0;
                Ok(Then::Another)
            }
            (Err(failure), _) => {
                let again = retry::after_failure(failure.status, failure.kind, Retry::Safe);
                let error = match self.judged(call, value, signed, Err(failure)) {
                    Err(error) => error,
                    Ok(_) => Error::new(Status::Internal, "a failure was judged as an answer"),
                };
                self.file_attempted(call, Done::Failed(&error));
                match again {
                    None => Err(error),
                    Some(Again::AtOnce) => Ok(Then::Again(error, None)),
                    Some(Again::Later(pause)) => Ok(Then::Again(error, pause)),
                }
            }
            (Ok(answer), Came::Answer) => {
                let taken = self.other_answer(wanted, pouring, call, answer, signed, value)?;
                self.after_answer(way, call, taken)
            }
        }
    }

    /// An answer that is no file: a redirect, a refusal, or a short JSON that is the file all the same.
    fn other_answer(
        &self,
        wanted: &Wanted<'_>,
        mut pouring: Pouring<'_>,
        call: &mut Call<'_>,
        answer: Answer,
        signed: Signed<'_>,
        token: Option<&str>,
    ) -> Result<Other> {
        if let (300..400, Some(location)) = (answer.http_status, &answer.location) {
            self.file_attempted(call, Done::Refused { code: None });
            return Ok(Other::Redirect(location.clone()));
        }
        let is_whole = answer.http_status == 200;
        let body = if is_whole { answer.body.clone() } else { Vec::new() };
        let exchanged = self.judged(call, token, signed, Ok(answer))?;
        let answered = &exchanged.answered;
        if is_whole && !matches!(answered.outcome, Outcome::Failure { .. }) {
            if pouring.take_whole(&body).is_err() {
                let error = pouring.failed.take().unwrap_or_else(Error::cancelled);
                return Err(self.not_taken(error, call, pouring));
            }
            return self.taken(call, pouring).map(Other::File);
        }
        let is_dead = answered.said(self.platform.name()) == super::Said::TokenDead;
        let again = match answered.outcome {
            Outcome::Http if is_transient(answered.http_status) => Some(answered.retry_after),
            _ => retry::after_answer(answered, self.platform.name(), Retry::Safe).map(|again| match again {
                Again::AtOnce => None,
                Again::Later(pause) => pause,
            }),
        };
        let error = self.refused(call, &exchanged, token, false);
        self.file_attempted(call, Done::Failed(&error));
        _ = wanted;
        Ok(if is_dead && token.is_some() { Other::DeadToken(error) } else { Other::Refused(error, again) })
    }

    fn after_answer(&self, way: &mut Way, call: &Call<'_>, other: Other) -> Result<Then> {
        match other {
            Other::File(then) => Ok(then),
            Other::Redirect(_) if way.redirects >= MOST_REDIRECTS => {
                Err(Error::new(Status::Http, format!("the server redirected more than {MOST_REDIRECTS} times")))
            }
            Other::Redirect(location) => {
                way.redirects += 1;
                let problem = |problem| {
                    Error::new(Status::Http, format!("the server answered a redirect that is not followed: {problem}"))
                };
                way.place = way.place.redirected(&location, self.platform.base_url()).map_err(problem)?;
                Ok(Then::Another)
            }
            Other::DeadToken(error) if way.is_renewed => Err(error),
            Other::DeadToken(_) => {
                way.is_renewed = true;
                let dead = way.token.take();
                way.token = self.token(call, dead.as_deref())?;
                Ok(Then::Another)
            }
            Other::Refused(error, None) => Err(error),
            Other::Refused(error, Some(pause)) => Ok(Then::Again(error, pause)),
        }
    }

    /// The file's end came: whether it is whole.
    fn taken(&self, call: &Call<'_>, pouring: Pouring<'_>) -> Result<Then> {
        let (bytes, total) = (pouring.part.length(), pouring.total);
        if let Some(total) = total.filter(|total| *total != bytes) {
            let message = format!("the answer ended after {bytes} of {total} bytes");
            let error = Error::new(Status::Network, message).after_attempts(call.tally.attempts);
            self.file_attempted(call, Done::Failed(&error));
            return Ok(Then::Again(error, None));
        }
        self.file_attempted(call, Done::Well);
        if bytes == 0 || pouring.came == Came::NothingMore {
            let told = pouring.wanted.transfer.tell(bytes, bytes);
            told.map_err(|_| Error::cancelled().after_attempts(call.tally.attempts))?;
        }
        Ok(Then::Done { etag: pouring.etag, md5: pouring.said_md5 })
    }

    /// The download ends here: too large, or the disk refuses it.
    fn not_taken(&self, error: Error, call: &Call<'_>, pouring: Pouring<'_>) -> Error {
        if matches!(error.status(), Status::Limit | Status::Protocol) {
            _ = pouring.part.empty();
        }
        self.file_attempted(call, Done::Failed(&error));
        error.after_attempts(call.tally.attempts)
    }

    fn file_attempted(&self, call: &Call<'_>, done: Done<'_>) {
        self.observer.attempted(call.tally, None, None, done);
    }

    /// What a credential adds to a request: pairs of the query, encoded, and headers.
    fn credential(&self, token: Option<&str>) -> Result<(String, Vec<(&'static str, String)>)> {
        if token.is_none() {
            return Ok((String::new(), Vec::new()));
        }
        let mut nothing = Prepared::new(Method::Get, "/", Retry::Safe);
        nothing.is_raw = true;
        let Signed { target, headers, .. } = self.platform.sign(&nothing, &signing(token, 0, FormIn::Query))?;
        Ok((target.split_once('?').map(|(_, pairs)| pairs.to_owned()).unwrap_or_default(), headers))
    }

    fn fetch_from(
        &self,
        place: &Place,
        signed: &Signed<'_>,
        bounds: Bounds<'_>,
        sink: &mut dyn Sink,
    ) -> std::result::Result<Answer, Failure> {
        let url = place.base.join(&signed.target).map_err(Failure::of_argument)?;
        let body = signed.body.for_transport();
        let request =
            Request { method: signed.method, url, is_to_platform: place.is_own, headers: &signed.headers, body };
        self.transport.fetch(&request, &bounds, sink)
    }
}

/// An answer in place of a file, or the file.
enum Other {
    File(Then),
    Redirect(String),
    DeadToken(Error),
    /// It may be sent again, after such a pause, if there is one.
    Refused(Error, Option<Option<Duration>>),
}

/// Checks the whole file, and puts it in its place.
fn finish(
    wanted: &Wanted<'_>,
    mut way: Way,
    call: &Call<'_>,
    etag: Option<String>,
    said: Option<[u8; 16]>,
) -> Result<String> {
    let expected = wanted.md5.or(said);
    let md5 = match expected {
        None => None,
        Some(expected) => {
            let hash = way.hash.take().unwrap_or_default();
            let got = hash.of(&mut way.part).map_err(|error| wanted.io("could not be read again", &error))?;
            if got != expected {
                way.part.discard();
                let [expected, got] = [expected, got].map(|digest| hex(&digest));
                let message = format!("the file has the MD5 {got}; expected {expected}");
                return Err(Error::new(Status::Protocol, message).after_attempts(call.tally.attempts));
            }
            Some(hex(&got))
        }
    };
    let (bytes, resumed_from) = (way.part.length(), way.resumed_from);
    way.part
        .finish(wanted.overwrite)
        .map_err(|error| wanted.io("could not be put in its place", &error).after_attempts(call.tally.attempts))?;
    let downloaded = Downloaded {
        bytes,
        resumed_from,
        etag: etag.as_deref(),
        md5,
        seconds: milliseconds(micros(call.tally.began.elapsed()) / 1000),
        attempts: call.tally.attempts,
    };
    serde_json::to_string(&downloaded).map_err(|error| Error::new(Status::Internal, format!("JSON: {error}")))
}
