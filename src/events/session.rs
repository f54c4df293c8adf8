//! One connection's way: log in, subscribe, a full state for each application, events. Pure: what comes is an argument, and so is
//! the time; what has to be done is the result.
//!
//! **Whose an event is.** The documents' table of events names a group and no application. With one application it is that one's.
//! With several it is the one that the event names, if it does, or else the one in whose full state the group stands. If there is
//! none, as for a group that is new, or if there are two, full states of all are asked for: they hold what the event told. Such
//! an event is told after them only if its application is known by then, and its version is higher than the state's.

use super::message::{self, Message};
use super::options::Options;
use super::picture::{Event, Picture};
use super::told::{self, CONNECTED, Mask, Reason};
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::{Duration, Instant};

/// So many events wait until it is known whose they are. What comes beyond that is in the next full states.
const MOST_STRAY: usize = 1024;

/// What has to be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Act {
    Send(String),
    /// The login went well.
    LoggedIn,
    Tell(String),
}

/// Why a connection is of no more use.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Broken {
    LoginRefused(Refusal),
    Refused(Refusal),
    /// The end of a sentence that begins with "a message of the event gateway".
    Unreadable(String),
    /// What was not answered in time.
    Unanswered(&'static str),
}

/// A number of the gateway's, and its words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// What it refused.
    pub(super) what: &'static str,
    pub(super) code: i64,
    pub(super) words: Option<String>,
}

pub(super) struct Session<'o> {
    options: &'o Options,
    mask: Mask,
    stage: Stage,
    /// How long an answer may take.
    patience: Duration,
    apps: Vec<App<'o>>,
    /// Events of groups that nobody knows, with what came.
    stray: Vec<(String, Event)>,
    /// How many events came.
    count: u64,
    /// How many full states were asked for.
    seq: u64,
    has_told_state: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Since then.
    LoggingIn(Instant),
    Subscribing(Instant),
    Running,
}

struct App<'o> {
    id: &'o str,
    picture: Picture,
    /// The groups of its full state.
    groups: BTreeSet<String>,
}

impl<'o> Session<'o> {
    /// It has asked to log in by now.
    pub(super) fn new(
        options: &'o Options,
        mask: Mask,
        reason: Reason,
        patience: Duration,
        now: Instant,
    ) -> Session<'o> {
        let app = |id: &'o String| App { id, picture: Picture::wanting(reason), groups: BTreeSet::new() };
        Session {
            options,
            mask,
            stage: Stage::LoggingIn(now),
            patience,
            apps: options.app_ids.iter().map(app).collect(),
            stray: Vec::new(),
            count: 0,
            seq: 0,
            has_told_state: false,
        }
    }

    pub(super) fn mask(&self) -> &Mask {
        &self.mask
    }

    /// Whether the reader has a full state of this connection's.
    pub(super) fn has_told_state(&self) -> bool {
        self.has_told_state
    }

    /// A message of the gateway's.
    pub(super) fn take(&mut self, text: &str, now: Instant) -> Result<Vec<Act>, Broken> {
        let message = message::read(text).map_err(Broken::Unreadable)?;
        match (message.id, self.stage) {
            (message::LOGGED_IN, Stage::LoggingIn(_)) => {
                match message.result {
                    Some(0) => {}
                    Some(_) => return Err(Broken::LoginRefused(refusal(&message, "the login"))),
                    None => return Err(Broken::Unreadable("answers the login without a \"result\"".to_owned())),
                }
                self.stage = Stage::Subscribing(now);
                Ok(vec![Act::LoggedIn, Act::Send(message::subscribe(&self.options.app_ids))])
            }
            (message::SUBSCRIBED, Stage::Subscribing(_)) => {
                check(&message, "the subscription")?;
                self.stage = Stage::Running;
                let mut acts = vec![Act::Tell(CONNECTED.to_owned())];
                acts.extend(self.on_time(now)?);
                Ok(acts)
            }
            (message::STATE, _) => self.take_state(&message),
            (message::LOGGED_IN | message::SUBSCRIBED | message::HEARTBEAT_ANSWERED, _) => Ok(Vec::new()),
            (id, _) if told::is_change(id) => Ok(self.take_change(&message)),
            (id, _) => Ok(self.pass(&message, id)),
        }
    }

    /// What is due; an error where an answer is overdue.
    pub(super) fn on_time(&mut self, now: Instant) -> Result<Vec<Act>, Broken> {
        let overdue = |since: Instant| now >= since + self.patience;
        match self.stage {
            Stage::LoggingIn(since) if overdue(since) => return Err(Broken::Unanswered("the login")),
            Stage::Subscribing(since) if overdue(since) => return Err(Broken::Unanswered("the subscription")),
            Stage::LoggingIn(_) | Stage::Subscribing(_) => return Ok(Vec::new()),
            Stage::Running => {}
        }
        if self.apps.iter().filter_map(|app| app.picture.asked_at()).any(overdue) {
            return Err(Broken::Unanswered("the request for a full state"));
        }
        let mut acts = Vec::new();
        for app in &mut self.apps {
            if app.picture.may_ask_at(now).is_some_and(|at| at <= now) {
                app.picture.asked(now);
                self.seq += 1;
                acts.push(Act::Send(message::full_state(self.seq, app.id, &self.options.groups)));
            }
        }
        Ok(acts)
    }

    /// When something is due next.
    pub(super) fn next_time(&self, now: Instant) -> Option<Instant> {
        match self.stage {
            Stage::LoggingIn(since) | Stage::Subscribing(since) => Some(since + self.patience),
            Stage::Running => {
                let overdue = |app: &App<'_>| app.picture.asked_at().map(|asked| asked + self.patience);
                self.apps.iter().filter_map(|app| app.picture.may_ask_at(now).or_else(|| overdue(app))).min()
            }
        }
    }

    /// The reader has lost events.
    pub(super) fn overflow(&mut self) {
        self.want_all(Reason::Overflow);
    }

    fn want_all(&mut self, reason: Reason) {
        self.apps.iter_mut().for_each(|app| app.picture.want(reason));
    }

    fn take_state(&mut self, message: &Message<'_>) -> Result<Vec<Act>, Broken> {
        check(message, "the request for a full state")?;
        let named = |app: &App<'_>| match &message.app_id {
            Some(id) => app.id == id.as_ref(),
            None => self.apps.len() == 1,
        };
        let Some(index) = self.apps.iter().position(named) else {
            return Err(Broken::Unreadable("holds the full state of no application that was asked for".to_owned()));
        };
        let Some(version) = message.version else {
            return Err(Broken::Unreadable("holds a full state without a \"version\"".to_owned()));
        };
        // With one application all groups are its own.
        if self.apps.len() > 1
            && let Some(app) = self.apps.get_mut(index)
        {
            app.groups = message.groups().into_iter().collect();
        }
        self.place_strays(index);
        let Some(app) = self.apps.get_mut(index) else { return Ok(Vec::new()) };
        let (reason, later) = app.picture.state(version);
        let state = self.mask.state(message, app.id, version, reason);
        self.has_told_state = true;
        Ok([state].into_iter().chain(later).map(Act::Tell).collect())
    }

    /// Gives an application the events of its groups that came before this was known.
    fn place_strays(&mut self, index: usize) {
        let mut rest = Vec::new();
        for (text, mut event) in std::mem::take(&mut self.stray) {
            let Ok(message) = message::read(&text) else { continue };
            match self.app_of(&message).filter(|owner| *owner == index).and_then(|owner| self.apps.get_mut(owner)) {
                Some(app) => {
                    event.told = Some(self.mask.event(&message, Some(app.id)));
                    app.picture.keep(event);
                }
                None => rest.push((text, event)),
            }
        }
        // The last of the full states that they wait for: what is unknown now was over before.
        let others = self.apps.iter().enumerate().filter(|(other, _)| *other != index);
        if others.clone().any(|(_, app)| app.picture.is_incomplete()) {
            self.stray = rest;
        }
    }

    /// The one application that a group stands in.
    fn owner(&self, group: &str) -> Option<usize> {
        let mut owners = self.apps.iter().enumerate().filter(|(_, app)| app.groups.contains(group));
        let (owner, _) = owners.next()?;
        owners.next().is_none().then_some(owner)
    }

    fn app_of(&self, message: &Message<'_>) -> Option<usize> {
        match (&message.app_id, self.apps.len()) {
            (Some(id), _) => self.apps.iter().position(|app| app.id == id.as_ref()),
            (None, 1) => Some(0),
            (None, _) => self.owner(message.group_id.as_deref()?),
        }
    }

    fn is_wanted(&self, message: &Message<'_>) -> bool {
        let groups = &self.options.groups;
        groups.is_empty() || message.group_id.as_deref().is_none_or(|group| groups.iter().any(|wanted| wanted == group))
    }

    fn take_change(&mut self, message: &Message<'_>) -> Vec<Act> {
        self.count += 1;
        let owner = self.app_of(message);
        let app_id = owner.and_then(|owner| self.apps.get(owner)).map(|app| app.id);
        let Some(version) = message.version else {
            // Nobody knows where it belongs: the full states do.
            self.want_all(Reason::Gap);
            return Vec::new();
        };
        let told = self.is_wanted(message).then(|| self.mask.event(message, app_id));
        let mut digest = DefaultHasher::new();
        message.text.hash(&mut digest);
        let event = Event { version, digest: digest.finish(), number: self.count, told };
        if let Some(app) = owner.and_then(|owner| self.apps.get_mut(owner)) {
            return app.picture.take(event).map(Act::Tell).into_iter().collect();
        }
        if message.app_id.is_none() {
            self.want_all(Reason::Gap);
            if self.stray.len() < MOST_STRAY {
                self.stray.push((message.text.to_owned(), event));
            }
            return Vec::new();
        }
        // Of an application that nobody asked for.
        event.told.map(Act::Tell).into_iter().collect()
    }

    /// What is no change of a full state is told at once: a recording's state, and what nobody knows.
    fn pass(&mut self, message: &Message<'_>, id: i64) -> Vec<Act> {
        let owner = if id == message::RECORDING { self.app_of(message) } else { None };
        let mut app_id = None;
        if let Some(app) = owner.and_then(|owner| self.apps.get_mut(owner)) {
            app_id = Some(app.id);
            if let Some(version) = message.version {
                app.picture.pass(version);
            }
        }
        if id == message::RECORDING && !self.is_wanted(message) {
            return Vec::new();
        }
        vec![Act::Tell(self.mask.event(message, app_id))]
    }
}

fn check(message: &Message<'_>, what: &'static str) -> Result<(), Broken> {
    match message.result {
        None | Some(0) => Ok(()),
        Some(_) => Err(Broken::Refused(refusal(message, what))),
    }
}

fn refusal(message: &Message<'_>, what: &'static str) -> Refusal {
    Refusal { what, code: message.result.unwrap_or_default(), words: message.words.as_deref().map(str::to_owned) }
}

#[cfg(test)]
mod tests;
