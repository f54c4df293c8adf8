//! The thread of a session: it connects, again and again, until the session is closed or its client goes.

use super::Tell;
use super::connection::{Came, Connection};
use super::message;
use super::options::Options;
use super::session::{Act, Broken, Refusal, Session};
use super::told::{self, Mask, Reason};
use crate::cancel::{Cancel, Interrupt};
use crate::catalog::{ErrorClass, PlatformName};
use crate::engine::Engine;
use crate::error::{Error, Status};
use crate::random;
use crate::redact::Foreign;
use crate::single_flight::Held;
use crate::token::Token;
use crate::transport::BaseUrl;
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A failure that asks for a longer pause than the longest that an option can be is not believed.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// A read waits at least so long: after a reader that was slow, what came meanwhile is looked at before the gateway is called
/// silent.
const SHORTEST_READ: Duration = Duration::from_millis(50);

pub(super) fn run(engine: &Engine, options: &Options, cancel: &Cancel, tell: Tell) {
    let interrupt = engine.event_session(cancel);
    let (gateway, has_state, since) = (options.url.clone(), false, None);
    let mut course = Course { engine, options, interrupt: &interrupt, tell, gateway, has_state, since };
    let mut failures = 0;
    while !interrupt.is_cancelled() {
        course.since = None;
        let error = catch_unwind(AssertUnwindSafe(|| course.attend())).unwrap_or_else(|_| Error::panicked());
        if interrupt.is_cancelled() {
            break;
        }
        failures = options.pauses.count(failures, course.since.map_or(Duration::ZERO, |since| since.elapsed()));
        let asked_for = Duration::from_millis(error.document().retry_after_ms.unwrap_or_default()).min(LONGEST_PAUSE);
        let pause = options.pauses.after(failures, asked_for, random::fraction());
        engine.events_lost(&error, pause);
        (course.tell)(told::disconnected(&error, pause));
        if interrupt.sleep_until(Instant::now() + pause) {
            break;
        }
    }
    // The client went, and nobody else has told the reader.
    if !cancel.is_triggered() {
        (course.tell)(told::CLOSED.to_owned());
    }
}

struct Course<'s> {
    engine: &'s Engine,
    options: &'s Options,
    interrupt: &'s Interrupt,
    tell: Tell,
    /// Where the gateway is, as far as that is known.
    gateway: Option<BaseUrl>,
    /// The reader has had a full state.
    has_state: bool,
    /// Since when this connection is logged in.
    since: Option<Instant>,
}

/// How a connection ended.
enum Ended {
    Lost(Error),
    /// The login was refused, which may be the token's fault.
    LoginRefused(Arc<Held<Token>>, Error),
}

impl From<Error> for Ended {
    fn from(error: Error) -> Ended {
        Ended::Lost(error)
    }
}

impl<'s> Course<'s> {
    /// Connects, and tells what comes, to the end of the connection: why it ended. A login that is refused is tried once more,
    /// with another token.
    fn attend(&mut self) -> Error {
        let (refused, mut error) = match self.visit(None) {
            Ended::Lost(error) => return error,
            Ended::LoginRefused(refused, error) => (refused, error),
        };
        if !self.engine.may_replace_after_login(&refused) {
            return error;
        }
        let other = match self.engine.event_token(Some(&refused), self.interrupt) {
            Ok(other) if other.generation() != refused.generation() => other,
            Ok(_) => return error,
            Err(why) => {
                let document = error.document_mut();
                document.message = format!("{} (no other token to try: {why})", document.message);
                document.retry_after_ms = why.document().retry_after_ms;
                return error;
            }
        };
        drop(refused);
        match self.visit(Some(other)) {
            Ended::Lost(error) => error,
            Ended::LoginRefused(_, error) => {
                self.engine.logged_in(false, true);
                error
            }
        }
    }

    fn visit(&mut self, token: Option<Arc<Held<Token>>>) -> Ended {
        match self.stay(token) {
            Ok(never) => match never {},
            Err(ended) => ended,
        }
    }

    /// One connection, to its end.
    fn stay(&mut self, token: Option<Arc<Held<Token>>>) -> Result<Infallible, Ended> {
        let (engine, options) = (self.engine, self.options);
        let mut connection = self.connect()?;
        let is_replaced = token.is_some();
        let token = match token {
            Some(token) => token,
            None => engine.event_token(None, self.interrupt)?,
        };
        let secret = token.value().clone();
        connection.send(message::login(&options.dev_id, secret.reveal()))?;
        // Until the login is answered, and no longer: whoever renews the token waits for those who use it.
        let mut token = Some(token);
        let redactor = engine.event_redactor(Some(secret.reveal()));
        let reason = if self.has_state { Reason::Reconnected } else { Reason::Opened };
        let patience = engine.event_limits().timeout;
        let mut beat = Beat { every: options.heartbeat, sent: Instant::now() };
        let mut session = Session::new(options, Mask::new(secret, redactor), reason, patience, beat.sent);
        let mut is_idle = false;
        loop {
            let now = Instant::now();
            let acts = session.on_time(now).map_err(|broken| self.broken(broken, session.mask(), &mut token))?;
            self.perform(acts, &mut connection, &mut session, &mut token, is_replaced)?;
            if now >= beat.due() {
                if is_idle && connection.last_came() < beat.sent {
                    return Err(self.silent().into());
                }
                connection.send(message::heartbeat())?;
                beat.sent = Instant::now();
            }
            let due = session.next_time(now).map_or(beat.due(), |time| time.min(beat.due()));
            let came = connection.read(due.max(Instant::now() + SHORTEST_READ))?;
            is_idle = matches!(came, Came::Nothing);
            if let Came::Text(text) = came {
                let acts = session
                    .take(&text, Instant::now())
                    .map_err(|broken| self.broken(broken, session.mask(), &mut token))?;
                self.perform(acts, &mut connection, &mut session, &mut token, is_replaced)?;
            }
        }
    }

    fn connect(&mut self) -> Result<Connection<'s>, Error> {
        let engine = self.engine;
        let gateway = match self.gateway.clone() {
            Some(known) => known,
            None => {
                let app_id = self.options.app_ids.first().map_or("", String::as_str);
                let found = engine.find_event_gateway(app_id, self.interrupt)?;
                self.gateway = Some(found.clone());
                found
            }
        };
        Connection::open(engine, &gateway, self.interrupt).inspect_err(|_| {
            // It may have moved.
            self.gateway = self.options.url.clone();
        })
    }

    fn perform(
        &mut self,
        acts: Vec<Act>,
        connection: &mut Connection<'_>,
        session: &mut Session<'_>,
        token: &mut Option<Arc<Held<Token>>>,
        is_replaced: bool,
    ) -> Result<(), Error> {
        for act in acts {
            // A reader that has closed gets nothing more.
            if self.interrupt.is_cancelled() {
                return Err(Error::cancelled());
            }
            match act {
                Act::Send(text) => connection.send(text)?,
                Act::LoggedIn => {
                    *token = None;
                    self.since = Some(Instant::now());
                    self.engine.logged_in(true, is_replaced);
                    self.engine.events_connected();
                }
                Act::Tell(text) => {
                    if !(self.tell)(text) {
                        session.overflow();
                    }
                }
            }
        }
        self.has_state |= session.has_told_state();
        Ok(())
    }

    fn broken(&self, broken: Broken, mask: &Mask, token: &mut Option<Arc<Held<Token>>>) -> Ended {
        let error = match broken {
            Broken::LoginRefused(refusal) => {
                let known = PlatformName::Hst.error(refusal.code);
                let is_of_token =
                    known.is_none_or(|known| matches!(known.class, ErrorClass::Auth | ErrorClass::TokenDead));
                let error = self.refused(Status::Auth, refusal, mask);
                match token.take() {
                    Some(token) if is_of_token => return Ended::LoginRefused(token, error),
                    _ => error,
                }
            }
            Broken::Refused(refusal) => self.refused(Status::Api, refusal, mask),
            Broken::Unreadable(problem) => {
                Error::new(Status::Protocol, format!("a message of the event gateway {problem}"))
            }
            Broken::Unanswered(what) => {
                let ms = self.engine.event_limits().timeout.as_millis();
                Error::new(
                    Status::Timeout,
                    format!("the event gateway did not answer {what} within {ms} ms (timeout_ms)"),
                )
                .nothing_acted()
            }
        };
        Ended::Lost(self.engine.event_error(error))
    }

    fn refused(&self, status: Status, refusal: Refusal, mask: &Mask) -> Error {
        let Refusal { what, code, words } = refusal;
        let known = PlatformName::Hst.error(code);
        let words = words.map(|words| mask.redactor().text(&Foreign::from(words))).filter(|words| !words.is_empty());
        let mut sentence = format!("the event gateway answered {what} with {code}");
        if let Some(meaning) = known.and_then(|known| known.meaning.get()).or(words.as_deref()) {
            sentence.extend([": ", meaning]);
        }
        let mut error = Error::new(status, sentence).with_number(code, known);
        error.document_mut().platform_message = words;
        self.engine.event_error(error)
    }

    fn silent(&self) -> Error {
        let seconds = self.options.heartbeat.as_secs();
        self.engine.event_error(
            Error::new(
                Status::Timeout,
                format!("nothing came from the event gateway within {seconds} s of a heartbeat (heartbeat_s)"),
            )
            .nothing_acted(),
        )
    }
}

/// The last heartbeat, or the login.
struct Beat {
    every: Duration,
    sent: Instant,
}

impl Beat {
    fn due(&self) -> Instant {
        self.sent + self.every
    }
}
