//! The events of hst: a session with its event gateway, over a websocket.
//!
//! ```text
//!   thread       one for each session: connects, again and again, until somebody closes it
//!     connection    the websocket, over a connection of the transport
//!     session       log in -> subscribe -> a full state for each application -> events; pure
//!       picture        what a reader knows of one application: its version, and what waits for a full state; pure
//!       message        what goes over the wire, as far as it has to be understood
//!       told           what the reader gets
//!     pauses        before a connection is made anew
//! ```

mod connection;
mod message;
mod options;
mod pauses;
mod picture;
mod session;
mod thread;
mod told;

use crate::cancel::Cancel;
use crate::engine::Engine;
use crate::error::{Error, Result, Status};
use crate::identity::{self, Identity};
use crate::lock::{Condition, Mutex};
use crate::thread::start as start_thread;
use options::Options;
use std::cell::Cell;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

/// As of an asynchronous call: most of it is for the program's own code.
const STACK: usize = 1 << 20;

/// Takes one event, as JSON. False: its reader has lost some, and wants full states.
pub(crate) type Tell = Box<dyn FnMut(String) -> bool + Send>;

thread_local! {
    /// The session whose thread this is. Not by the thread's own identity: that leaves memory behind in the threads of a program.
    static TELLS_FOR: Cell<usize> = const { Cell::new(0) };
}

/// A session, until it is closed.
pub(crate) struct Session {
    engine: Arc<Engine>,
    options: Options,
    cancel: Cancel,
    state: Mutex<State>,
    ended: Condition,
    /// The process that made it.
    process: Identity,
}

#[derive(Default)]
struct State {
    /// Until it begins.
    tell: Option<Tell>,
    thread: Option<JoinHandle<()>>,
    /// The thread tells something, or will.
    is_telling: bool,
}

impl Session {
    /// Checks the options. Nothing runs yet.
    pub(crate) fn new(engine: &Arc<Engine>, options: &str, tell: Tell) -> Result<Arc<Session>> {
        let options = options::read(options, engine.event_gateway()?)?;
        Ok(Arc::new(Session {
            engine: Arc::clone(engine),
            options,
            cancel: Cancel::new(),
            state: Mutex::new(State { tell: Some(tell), ..State::default() }),
            ended: Condition::default(),
            process: identity::own(),
        }))
    }

    /// Makes the thread.
    pub(crate) fn start(self: &Arc<Self>) -> Result<()> {
        let mut state = self.state.lock();
        let Some(tell) = state.tell.take() else { return Ok(()) };
        let session = Arc::clone(self);
        let body = move || {
            _ = TELLS_FOR.try_with(|tells_for| tells_for.set(session.address()));
            thread::run(&session.engine, &session.options, &session.cancel, tell);
            session.state.lock().is_telling = false;
            session.ended.notify_all();
        };
        match start_thread("meetgate-events", Some(STACK), Box::new(body)) {
            Ok(thread) => {
                state.thread = Some(thread);
                state.is_telling = true;
                Ok(())
            }
            Err(error) => {
                let problem = format!("no thread for events: the system gives this process no more threads: {error}");
                Err(Error::new(Status::Io, problem).nothing_acted().for_lack(true))
            }
        }
    }

    /// Ends the session, and waits until nothing is told any more; not on the session's own thread, whose telling is the
    /// last one then.
    pub(crate) fn close(&self) {
        self.cancel.trigger();
        self.wait_for_end(None);
    }

    /// Waits until nothing is told any more, no longer than this; not at all on the session's own thread.
    pub(crate) fn wait_for_end(&self, until: Option<Instant>) {
        if TELLS_FOR.try_with(Cell::get) == Ok(self.address()) {
            return;
        }
        let mut state = self.state.lock();
        while state.is_telling {
            let Some(until) = until else {
                state = self.ended.wait(state);
                continue;
            };
            let is_over;
            (state, is_over) = self.ended.wait_until(state, until);
            if is_over && state.is_telling {
                return;
            }
        }
        let thread = state.thread.take();
        drop(state);
        // It is about to go.
        thread.map(JoinHandle::join);
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    pub(crate) fn is_own_process(&self) -> bool {
        self.process == identity::own()
    }
}
