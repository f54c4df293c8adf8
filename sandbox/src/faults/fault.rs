//! What a bad day looks like: the value that the faults file, the control interface and the library all speak of.

use crate::operation;
use std::fmt;
use std::time::Duration;

/// Something that goes wrong, with which calls and how often.
///
/// ```
/// use meetgate_sandbox::{CloseWhen, Fault, FaultKind};
///
/// // The room is created, and the answer is lost on its way, once.
/// let fault = Fault::new("avd.room.create", FaultKind::Close { when: CloseWhen::InHead }).times(1).acted(true);
/// # assert!(fault.check().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// `avd.room.read`, `avd.*`, or `*` for every call.
    pub operation: String,
    /// How many calls it meets; without, it stays until it is removed.
    pub times: Option<u32>,
    /// Whether the platform acts on the call before its answer is lost or spoiled. Without: see `Fault::acts`.
    pub acted: Option<bool>,
    /// How many calls that fit get through before the first that it meets.
    pub skip: Option<u32>,
    /// Of the others it meets each with this probability, 1 to 100; without, all.
    pub percent: Option<u8>,
    /// What `percent` is drawn from: the same seed, the same calls. Without, another one each time.
    pub seed: Option<u64>,
    pub kind: FaultKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// The answer comes late: by `least`, and by up to `jitter` more. Several that fit a call add up, and one of another
    /// kind may come on top.
    Latency { least: Duration, jitter: Duration },
    /// Takes the call and says nothing: for this long, else until the fault is removed or the caller hangs up. Then the
    /// connection is closed.
    Silence { lasting: Option<Duration> },
    /// Closes the connection instead of finishing the answer.
    Close { when: CloseWhen },
    /// `Content-Length` is wrong by this many bytes; after the body the connection is closed.
    Length { by: i64 },
    /// The answer comes in pieces of `bytes`, with a pause of `every` between them.
    Drip { bytes: usize, every: Duration },
    /// HTTP 200, and a body that is no JSON: by default the page of some portal.
    Text { body: Option<String> },
    /// An HTTP status from 400 to 599; by default with a page such as a proxy writes.
    Http { status: u16, retry_after_s: Option<u64>, body: Option<String> },
    /// The platform's own number, in the envelope of the operation.
    Number { code: i64 },
    /// Nobody listens any more, the operating system refuses connections, and open ones are closed. When the time is
    /// over, the sandbox listens on the same port again.
    Refuse { lasting: Duration },
    /// Connections are accepted and reset at once. `times` counts connections.
    Reset,
    /// A message of hst's event gateway does not go out; so for the three below.
    Drop,
    /// It goes out twice.
    Duplicate,
    /// It goes out after so many later messages of its session.
    Reorder { by: u32 },
    /// Instead of sending it the gateway closes the connection, without a farewell.
    Cut,
}

/// How far the answer comes before the connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseWhen {
    /// Nothing is sent.
    BeforeHead,
    /// Half of the head.
    InHead,
    /// The head, and nothing of the body that it promises.
    AfterHead,
    /// Half of the body.
    InBody,
}

/// What is wrong with a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultError(pub(crate) String);

impl fmt::Display for FaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FaultError {}

/// Longer than any test waits, and short enough to be counted.
const LONGEST: Duration = Duration::from_secs(86_400);
/// Spoiled answers are kept in memory.
const LARGEST_TEXT: usize = 1024 * 1024;

impl Fault {
    pub fn new(operation: impl Into<String>, kind: FaultKind) -> Self {
        Self { operation: operation.into(), times: None, acted: None, skip: None, percent: None, seed: None, kind }
    }

    /// Meets the next `times` calls only.
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Lets the first `skip` calls through.
    pub fn skip(self, skip: u32) -> Self {
        Self { skip: Some(skip), ..self }
    }

    /// Meets each call with this probability, drawn from this seed.
    pub fn percent(self, percent: u8, seed: u64) -> Self {
        Self { percent: Some(percent), seed: Some(seed), ..self }
    }

    /// See `Fault::acted`.
    pub fn acted(self, acted: bool) -> Self {
        Self { acted: Some(acted), ..self }
    }

    /// Whether the platform acts before the answer is spoiled. Where the fault takes the answer away, it does not, unless
    /// told so; where the answer is the platform's own, late or dripping or of a wrong length, it does.
    pub fn acts(&self) -> bool {
        let own_answer = matches!(
            self.kind,
            FaultKind::Latency { .. }
                | FaultKind::Length { .. }
                | FaultKind::Drip { .. }
                | FaultKind::Duplicate
                | FaultKind::Reorder { .. }
        );
        self.acted.unwrap_or(own_answer)
    }

    /// Whether the sandbox can do this.
    pub fn check(&self) -> Result<(), FaultError> {
        let wrong = |why: String| Err(FaultError(why));
        let kind = self.kind.name();
        if !operation::names_something(&self.operation) {
            return wrong(operation::unknown(&self.operation));
        }
        if self.times == Some(0) {
            return wrong("`times` starts at 1; leave it out for a fault that stays".to_owned());
        }
        if !matches!(self.percent, None | Some(1..=100)) {
            return wrong("`percent` is from 1 to 100".to_owned());
        }
        if self.seed.is_some() && self.percent.is_none() {
            return wrong("`seed` is for `percent`, which is missing".to_owned());
        }
        if self.kind.is_about_connections() {
            if self.skip.is_some() || self.percent.is_some() {
                return wrong(format!("{kind} meets connections as they come: there is no `skip` and no `percent`"));
            }
            if self.operation != "*" {
                return wrong(format!(
                    "{kind} meets connections, before any operation is known: `operation` must be *"
                ));
            }
            if self.acted.is_some() {
                return wrong(format!("{kind} meets connections: no platform ever sees them, so there is no `acted`"));
            }
        }
        self.check_where()?;
        match &self.kind {
            FaultKind::Reorder { by: 0 } => wrong("`by` starts at 1".to_owned()),
            FaultKind::Length { .. } | FaultKind::Drip { .. } | FaultKind::Duplicate | FaultKind::Reorder { .. }
                if self.acted == Some(false) =>
            {
                wrong(format!("{kind} spoils the platform's own answer, so the platform has always acted"))
            }
            FaultKind::Length { by: 0 } => wrong("`by` must not be 0: that is the right length".to_owned()),
            FaultKind::Length { by } if by.unsigned_abs() > 1 << 40 => wrong("`by` is too large".to_owned()),
            FaultKind::Drip { bytes: 0, .. } => wrong("`bytes` starts at 1".to_owned()),
            FaultKind::Http { status, .. } if !(400..=599).contains(status) => {
                wrong(format!("`status` must be from 400 to 599, not {status}"))
            }
            FaultKind::Http { body: Some(body), .. } | FaultKind::Text { body: Some(body) }
                if body.len() > LARGEST_TEXT =>
            {
                wrong("`body` is longer than a mebibyte".to_owned())
            }
            FaultKind::Number { code: 0 } => wrong("`code` must not be 0: that means success".to_owned()),
            FaultKind::Refuse { .. } if self.times.is_some() => {
                wrong("refuse has no `times`: what the operating system refuses nobody can count; see reset".to_owned())
            }
            kind if kind.longest() > LONGEST => wrong("a fault lasts a day at most".to_owned()),
            _ => Ok(()),
        }
    }

    /// Whether there is anything that it can meet.
    fn check_where(&self) -> Result<(), FaultError> {
        let pattern = self.operation.as_str();
        let (calls, messages) = (operation::fits_a_call(pattern), operation::fits_a_message(pattern));
        let requests = operation::fits_a_request(pattern);
        let kind = self.kind.name();
        if !(calls && self.kind.meets_calls() || messages && self.kind.meets_messages()) {
            let whom = if calls { "messages of hst's event gateway" } else { "calls over HTTP" };
            return Err(FaultError(format!("{kind} meets {whom}: `{pattern}` has none")));
        }
        if messages && !calls && !requests {
            if matches!(self.kind, FaultKind::Number { .. }) {
                return Err(FaultError(format!("an event has no number: `{pattern}` names no request")));
            }
            if self.acted.is_some() {
                return Err(FaultError(format!("nobody asks for an event, so `{pattern}` has no `acted`")));
            }
        }
        Ok(())
    }
}

impl FaultKind {
    /// The word for it in JSON and TOML.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Latency { .. } => "latency",
            Self::Silence { .. } => "silence",
            Self::Close { .. } => "close",
            Self::Length { .. } => "length",
            Self::Drip { .. } => "drip",
            Self::Text { .. } => "text",
            Self::Http { .. } => "http",
            Self::Number { .. } => "number",
            Self::Refuse { .. } => "refuse",
            Self::Reset => "reset",
            Self::Drop => "drop",
            Self::Duplicate => "duplicate",
            Self::Reorder { .. } => "reorder",
            Self::Cut => "cut",
        }
    }

    pub(crate) fn is_about_connections(&self) -> bool {
        matches!(self, Self::Refuse { .. } | Self::Reset)
    }

    /// Whether it can spoil the answer to a call over HTTP.
    pub(crate) fn meets_calls(&self) -> bool {
        !matches!(self, Self::Drop | Self::Duplicate | Self::Reorder { .. } | Self::Cut)
    }

    /// Whether it can spoil a message of the event gateway.
    pub(crate) fn meets_messages(&self) -> bool {
        matches!(
            self,
            Self::Latency { .. }
                | Self::Silence { .. }
                | Self::Text { .. }
                | Self::Number { .. }
                | Self::Drop
                | Self::Duplicate
                | Self::Reorder { .. }
                | Self::Cut
        )
    }

    fn longest(&self) -> Duration {
        match self {
            Self::Latency { least, jitter } => *least.max(jitter),
            Self::Silence { lasting } => lasting.unwrap_or_default(),
            Self::Drip { every, .. } => *every,
            Self::Refuse { lasting } => *lasting,
            _ => Duration::ZERO,
        }
    }
}

impl CloseWhen {
    pub(crate) const ALL: [(&str, Self); 4] = [
        ("before_head", Self::BeforeHead),
        ("in_head", Self::InHead),
        ("after_head", Self::AfterHead),
        ("in_body", Self::InBody),
    ];

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, when)| *when == self).map_or("", |(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_sandbox_cannot_do() {
        let ms = Duration::from_millis;
        let http = |status| FaultKind::Http { status, retry_after_s: None, body: None };
        for fault in [
            Fault::new("avd.nothing", http(502)),
            Fault::new("*", http(200)),
            Fault::new("*", http(502)).times(0),
            Fault::new("*", FaultKind::Length { by: 0 }),
            Fault::new("*", FaultKind::Length { by: 5 }).acted(false),
            Fault::new("*", FaultKind::Drip { bytes: 0, every: ms(1) }),
            Fault::new("*", FaultKind::Number { code: 0 }),
            Fault::new("avd.*", FaultKind::Reset),
            Fault::new("*", FaultKind::Reset).acted(true),
            Fault::new("*", FaultKind::Refuse { lasting: ms(1) }).times(1),
            Fault::new("*", FaultKind::Silence { lasting: Some(Duration::from_secs(100_000)) }),
            Fault::new("*", http(502)).percent(0, 1),
            Fault::new("*", http(502)).percent(101, 1),
            Fault { seed: Some(1), ..Fault::new("*", http(502)) },
            Fault::new("*", FaultKind::Reset).skip(1),
            Fault::new("hst.gateway.login", http(502)),
            Fault::new("hst.kickout", FaultKind::Drop),
            Fault::new("hst.gateway.*", FaultKind::Reorder { by: 0 }),
            Fault::new("hst.gateway.login", FaultKind::Duplicate).acted(false),
            Fault::new("hst.gateway.user_left", FaultKind::Number { code: 1 }),
            Fault::new("hst.gateway.user_left", FaultKind::Drop).acted(true),
        ] {
            assert!(fault.check().is_err(), "{fault:?}");
        }
    }
}
