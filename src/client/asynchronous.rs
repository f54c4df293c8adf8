//! Calls that nobody waits for: checked at once, made on the client's own threads.

use super::{Client, find};
use crate::asynchronous::{Refused, Turn};
use crate::cancel::Cancel;
use crate::catalog::Operation;
use crate::engine::Terms;
use crate::error::{Error, Result, Status};
use crate::json::Members;
use crate::transport::Limits;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// What is called, in its caller's words.
enum Call {
    Operation(&'static Operation, Box<str>),
    Raw(Box<str>),
}

impl Client {
    /// [`Client::call_with`] on a thread of the client's own. What cannot be right is refused at once; else `complete` is called once
    /// with the result, on that thread, whatever happens. The call's time counts from now.
    pub fn call_async(
        self: &Arc<Self>,
        operation: &str,
        params: &str,
        options: &str,
        cancel: Option<&Cancel>,
        complete: impl FnOnce(Result<String>) + Send + 'static,
    ) -> Result<()> {
        self.check_process()?;
        let operation = find(operation, self.platform)?;
        self.check_caller()?;
        let terms = self.terms(options)?;
        let members =
            Members::parse(params).map_err(|problem| Error::invalid_argument(format!("params: {problem}")))?;
        self.engine.check(operation, &members)?;
        self.submit(Call::Operation(operation, params.into()), terms, cancel, complete)
    }

    /// The same of [`Client::raw_call_with`].
    pub fn raw_call_async(
        self: &Arc<Self>,
        request: &str,
        options: &str,
        cancel: Option<&Cancel>,
        complete: impl FnOnce(Result<String>) + Send + 'static,
    ) -> Result<()> {
        self.check_process()?;
        self.check_caller()?;
        let terms = self.terms(options)?;
        let members =
            Members::parse(request).map_err(|problem| Error::invalid_argument(format!("request: {problem}")))?;
        self.engine.check_raw(&members)?;
        self.submit(Call::Raw(request.into()), terms, cancel, complete)
    }

    fn submit(
        self: &Arc<Self>,
        call: Call,
        terms: Terms,
        cancel: Option<&Cancel>,
        complete: impl FnOnce(Result<String>) + Send + 'static,
    ) -> Result<()> {
        let operation = call.operation();
        let (client, own_cancel) = (Arc::clone(self), cancel.cloned());
        let work = move |turn| {
            let called = || match turn {
                Turn::Begun => client.make(&call, terms, own_cancel.as_ref()),
                Turn::Cancelled => Err(client.not_made(&call, terms, Error::cancelled())),
                Turn::Late => Err(client.not_made(&call, terms, not_begun(terms.limits))),
            };
            let result = catch_unwind(AssertUnwindSafe(called)).unwrap_or_else(|_| Err(Error::panicked()));
            // Before its completion: the last thing that it frees may be the client.
            drop((call, own_cancel, client));
            complete(result);
        };
        self.pool
            .submit(terms.since + terms.limits.timeout, cancel, work)
            .map_err(|refused| self.of_call(why(refused), operation))
    }

    fn make(&self, call: &Call, terms: Terms, cancel: Option<&Cancel>) -> Result<String> {
        // It was read before.
        let read = |text| Members::parse(text).map_err(Error::invalid_argument);
        match call {
            Call::Operation(operation, params) => self.engine.call(operation, &read(params)?, terms, cancel, None),
            Call::Raw(request) => self.engine.raw_call(&read(request)?, terms, cancel),
        }
    }

    /// A call that was never begun is told of as any other.
    fn not_made(&self, call: &Call, terms: Terms, why: Error) -> Error {
        let error = self.of_call(why, call.operation());
        self.engine.never_began(call.operation(), terms, &error);
        error
    }

    fn of_call(&self, error: Error, operation: Option<&'static Operation>) -> Error {
        error.of_call(self.platform, operation.map(Operation::short_name))
    }
}

impl Call {
    fn operation(&self) -> Option<&'static Operation> {
        match self {
            Call::Operation(operation, _) => Some(operation),
            Call::Raw(_) => None,
        }
    }
}

fn not_begun(limits: Limits) -> Error {
    let waited = limits.timeout.as_millis();
    Error::new(
        Status::Timeout,
        format!(
            "the call was not begun within {waited} ms (timeout_ms): all threads of the client were at work (async_threads)"
        ),
    )
    .nothing_acted()
}

fn why(refused: Refused) -> Error {
    match refused {
        Refused::Full(size) => Error::new(
            Status::Limit,
            format!("{size} asynchronous calls are waiting for a thread, and no more may (async_queue)"),
        )
        .nothing_acted(),
        Refused::Closed => Error::new(Status::Cancelled, "the client is being freed, and takes no more calls"),
        Refused::NoThread(error) => Error::new(
            Status::Io,
            format!("no thread for an asynchronous call: the system gives this process no more threads: {error}"),
        )
        .nothing_acted()
        .for_lack(true),
    }
}
