//! One client of one platform: the one way in for everything.

mod account;
mod asynchronous;
mod events;
mod operation_names;
mod transfers;
mod waits;

use crate::asynchronous::Pool;
use crate::cancel::Cancel;
use crate::catalog::{self, Operation, PlatformName, table};
use crate::config::{self, Config};
use crate::engine::{Engine, Terms};
use crate::error::{Error, Result, Status};
use crate::identity::{self, Identity};
use crate::json::check::{Rules, check};
use crate::json::{Members, quoted};
pub use crate::observe::Level as LogLevel;
use crate::observe::Log;
use crate::platform;
use crate::process;
use crate::single_flight::OldValue;
use crate::token::Token;
pub(crate) use crate::token::{LONGEST_TOKEN, NoToken};
use crate::transport::Agent;
pub(crate) use crate::transport::Transfer;
pub(crate) use events::EventSession;
use events::Sessions;
use operation_names::Near;
use std::sync::Arc;
use std::time::{Duration, Instant};
pub(crate) use waits::undone_by;

/// How long the end of asynchronous calls is waited for.
const CLOSING: Duration = Duration::from_secs(1);

const OPTIONS: Rules = Rules { noun: "option", tolerant: false };

/// A client of one platform. Use it from any number of threads at once.
pub struct Client {
    engine: Arc<Engine>,
    platform: PlatformName,
    /// Runs the calls that nobody waits for on a thread of theirs.
    pool: Pool,
    sessions: Sessions,
    /// The process that made it: connections and locks do not survive a fork.
    process: Identity,
}

/// A token from a provider of the caller's. Not `Debug`: it is a secret.
pub struct ProvidedToken {
    pub token: String,
    /// How long it will live; `None` where that is not known.
    pub lifetime: Option<Duration>,
}

impl Client {
    /// Reads the JSON configuration. Sends nothing, and looks at the disk only for the folder of a token store and for
    /// the files that `tls` names.
    pub fn new(config: &str) -> Result<Client> {
        let config = Config::parse(config)?;
        let platform = platform::of(&config)?;
        let transport = Box::new(Agent::new(
            &config.user_agent,
            Arc::clone(&config.trust),
            config.network.clone(),
            config.max_idle_connections,
        ));
        let shared = process::current();
        let fetch_kills = platform.tokens().is_some_and(|tokens| tokens.fetch_kills_old());
        let old_value = if fetch_kills { OldValue::Dies } else { OldValue::Lives };
        let credentials = account::credentials(&config, old_value, &shared.accounts)?;
        Ok(Client {
            platform: config.platform(),
            pool: Pool::new(config.asynchronous),
            sessions: Sessions::default(),
            engine: Arc::new(Engine::new(config, platform, transport, credentials, &shared.clocks, &shared.addresses)),
            process: identity::own(),
        })
    }

    /// Calls an operation by its name, such as `avd.room.create`. The answer is the platform's own text.
    pub fn call(&self, operation: &str, params: &str) -> Result<String> {
        self.call_with(operation, params, "{}", None)
    }

    /// Calls an operation by its name, with options for this call alone. `cancel` ends it.
    pub fn call_with(&self, operation: &str, params: &str, options: &str, cancel: Option<&Cancel>) -> Result<String> {
        self.check_process()?;
        self.call_operation(find(operation, self.platform)?, params, options, cancel)
    }

    /// Calls an operation of the catalog.
    pub fn call_operation(
        &self,
        operation: &'static Operation,
        params: &str,
        options: &str,
        cancel: Option<&Cancel>,
    ) -> Result<String> {
        self.check_process()?;
        self.check_caller()?;
        let terms = self.terms(options)?;
        let params = Members::parse(params).map_err(|problem| Error::invalid_argument(format!("params: {problem}")))?;
        self.engine.call(operation, &params, terms, cancel, None)
    }

    /// Sends any request to the platform, signed and judged like an operation.
    pub fn raw_call(&self, request: &str) -> Result<String> {
        self.raw_call_with(request, "{}", None)
    }

    /// The same, with options for this call alone.
    pub fn raw_call_with(&self, request: &str, options: &str, cancel: Option<&Cancel>) -> Result<String> {
        self.check_process()?;
        self.check_caller()?;
        let terms = self.terms(options)?;
        let request =
            Members::parse(request).map_err(|problem| Error::invalid_argument(format!("request: {problem}")))?;
        self.engine.raw_call(&request, terms, cancel)
    }

    /// Ends the calls under way with [`Status::Cancelled`], and each call that begins after it. A token provider is not called any
    /// more; one that is at work is waited for. Asynchronous calls complete before it returns, unless that takes longer than a
    /// second, or it is called by a completion of this client: then they complete by themselves. So do sessions of events.
    pub fn close(&self) {
        self.pool.close();
        self.engine.close();
        let until = Instant::now() + CLOSING;
        self.pool.wait_for_end(CLOSING);
        self.sessions.wait_for_end(until);
    }

    /// Closes the connections that are kept for the next call, which then connects anew. One that a call uses now is closed
    /// when that call ends.
    pub fn close_idle(&self) -> Result<()> {
        self.check_process()?;
        self.engine.close_idle();
        Ok(())
    }

    /// What is known of the client, as one JSON object: its address, the age, expiry and generation of its token (never the
    /// token), the clock's offset, and a warning where there is one.
    pub fn info(&self) -> Result<String> {
        self.check_process()?;
        self.engine.info()
    }

    /// Replaces the fixed token of a client whose configuration has one.
    pub fn set_token(&self, token: &str) -> Result<()> {
        self.check_process()?;
        self.engine.credentials()?.set_token(token)
    }

    /// Sets where a client whose configuration says `"token_provider": true` gets its tokens. `provide` is called with the
    /// token that was refused, if one was (on hst it is dead, on avd it may live), by one thread at a time, and by the thread whose
    /// call needs the token. The error is the
    /// reason. Callers read it as `the token provider failed: …`, in one line, cut to 1024 bytes; a token of this client in it
    /// is masked.
    pub fn set_token_provider(
        &self,
        provide: impl Fn(Option<&str>) -> std::result::Result<ProvidedToken, String> + Send + Sync + 'static,
    ) -> Result<()> {
        self.set_provider(move |dead| provide(dead).map_err(NoToken::Reason))
    }

    /// The same for a provider that may do other things in place of giving a reason.
    pub(crate) fn set_provider(
        &self,
        provide: impl Fn(Option<&str>) -> std::result::Result<ProvidedToken, NoToken> + Send + Sync + 'static,
    ) -> Result<()> {
        self.check_process()?;
        let provide = move |dead: Option<&str>| {
            provide(dead).map(|ProvidedToken { token, lifetime }| (Token::new(token), lifetime))
        };
        self.engine.credentials()?.set_provider(Arc::new(provide))
    }

    /// Sets what is told of each attempt, call and token: `take` gets each event of this level, and of those that matter more, as
    /// one JSON object. It is called on the threads that call, with no lock held. It takes the place of the one before, which
    /// is not called any more when this returns.
    pub fn set_log(&self, level: LogLevel, take: impl Fn(LogLevel, &str) + Send + Sync + 'static) -> Result<()> {
        self.check_process()?;
        self.engine.set_log(Some(Log { level, take: Box::new(take) }))
    }

    /// No event is told any more.
    pub fn clear_log(&self) -> Result<()> {
        self.check_process()?;
        self.engine.set_log(None)
    }

    /// What the calls of this client came to so far, as one JSON object.
    pub fn stats(&self) -> Result<String> {
        self.check_process()?;
        self.engine.stats()
    }

    fn terms(&self, options: &str) -> Result<Terms> {
        let since = Instant::now();
        if options == "{}" {
            return Ok(Terms { limits: self.engine.limits(), facts: false, since });
        }
        let refuse = |problem| Error::invalid_argument(format!("options: {problem}"));
        let options = Members::parse(options).map_err(refuse)?;
        check(table::CALL_OPTIONS, &options, OPTIONS).map_err(refuse)?;
        let limits = config::limits(self.engine.limits(), &options);
        Ok(Terms { limits, facts: options.boolean("facts").unwrap_or(false), since })
    }

    /// Whether this is the process that made the client.
    pub fn is_own_process(&self) -> bool {
        self.process == identity::own()
    }

    /// A token provider that calls its own client would wait for itself.
    fn check_caller(&self) -> Result<()> {
        if self.engine.is_asking_this_thread() {
            return Err(Error::invalid_argument("a token provider must not call the client that asks it for a token"));
        }
        Ok(())
    }

    fn check_process(&self) -> Result<()> {
        if self.is_own_process() {
            return Ok(());
        }
        Err(Error::new(Status::Forked, "this client was made by the parent process; make a new one after fork"))
    }
}

fn find(name: &str, platform: PlatformName) -> Result<&'static Operation> {
    catalog::find(name).ok_or_else(|| {
        let name_shown = quoted(name);
        Error::invalid_argument(match operation_names::nearest(name, platform) {
            Near::One(near) => format!("unknown operation {name_shown}; did you mean \"{near}\"?"),
            Near::Group(group, names) => {
                format!("unknown operation {name_shown}; \"{group}\" has {}", names.join(", "))
            }
            Near::None => {
                format!("unknown operation {name_shown}; expected a name of the catalog such as \"{platform}.…\"")
            }
        })
    })
}
