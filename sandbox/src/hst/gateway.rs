//! hst's event gateway: who is connected, logged in and subscribed, and what each is told. No document of the four has it; it is written from
//! the vendor's later pages. [?] marks what these leave open.

mod handshake;
mod picture;
mod request;

use super::refusal::Refusal;
use super::token::Tokens;
use super::world::World;
use super::world::groups::Groups;
use super::world::news::News;
pub(crate) use handshake::answer as shake_hands;
pub(crate) use picture::EVENTS;
use request::Kind;
pub(crate) use request::Request;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tokio::sync::{mpsc, oneshot};

/// [?] Discovery answers a whole address, and the pages print none of a gateway's. This path is the sandbox's own.
pub(crate) const PATH: &str = "/event-gateway";
/// 605030006, of the recording service, is the only number of hst's for "not logged in".
const NOT_LOGGED_IN: i64 = 605_030_006;

/// The names of all messages in faults, counts and the record.
pub(crate) fn messages() -> impl Iterator<Item = &'static str> {
    Kind::ALL.into_iter().map(|(_, _, name)| name).chain(EVENTS)
}

/// One message to a client.
#[derive(Debug)]
pub(crate) struct Outgoing {
    /// One of `messages`.
    pub(crate) name: &'static str,
    /// What the caller of `hear` gave, in the answers that its request got; none in an event.
    pub(crate) ticket: Option<u64>,
    pub(crate) text: String,
}

/// How the gateway ends a session.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The connection is closed, and nothing is said.
    Cut,
    /// With the status of RFC 6455, and the reason.
    Farewell(u16, String),
}

/// The gateway's side of a session, for whoever moves its messages.
pub(crate) struct Opened {
    pub(crate) outbox: mpsc::UnboundedReceiver<Outgoing>,
    pub(crate) end: oneshot::Receiver<Ending>,
}

#[derive(Default)]
pub(crate) struct Gateway {
    sessions: BTreeMap<u64, Session>,
}

struct Session {
    outbox: mpsc::UnboundedSender<Outgoing>,
    end: oneshot::Sender<Ending>,
    logged_in: bool,
    subscribed: BTreeSet<String>,
}

impl Session {
    fn send(&self, name: &'static str, ticket: Option<u64>, message: &Value) {
        // A session that has just ended takes nothing any more.
        let _ = self.outbox.send(Outgoing { name, ticket, text: message.to_string() });
    }
}

impl Gateway {
    pub(crate) fn open(&mut self, number: u64) -> Opened {
        let (outbox, received) = mpsc::unbounded_channel();
        let (end, ended) = oneshot::channel();
        self.sessions.insert(number, Session { outbox, end, logged_in: false, subscribed: BTreeSet::new() });
        Opened { outbox: received, end: ended }
    }

    pub(crate) fn close(&mut self, number: u64) {
        self.sessions.remove(&number);
    }

    /// Returns how many there were.
    pub(crate) fn cut_all(&mut self) -> usize {
        let sessions = std::mem::take(&mut self.sessions);
        let count = sessions.len();
        for session in sessions.into_values() {
            let _ = session.end.send(Ending::Cut);
        }
        count
    }

    /// Ends the sessions that have logged in: with the token that is dead now.
    pub(crate) fn end_logged_in(&mut self) {
        let (ended, others) =
            std::mem::take(&mut self.sessions).into_iter().partition(|(_, session)| session.logged_in);
        self.sessions = others;
        let ended: BTreeMap<u64, Session> = ended;
        for session in ended.into_values() {
            let _ = session.end.send(Ending::Farewell(1008, Refusal::token_dead().text.into_owned()));
        }
    }

    pub(crate) fn describe(&self) -> Vec<Value> {
        let describe = |(number, session): (&u64, &Session)| json!({"session": number, "logged_in": session.logged_in, "subscribed": session.subscribed});
        self.sessions.iter().map(describe).collect()
    }

    /// Tells each event to the sessions that have subscribed to its application.
    pub(crate) fn tell(&self, news: Vec<(String, News)>) {
        for (app_id, news) in news {
            let (name, message) = picture::event(&news);
            for session in self.sessions.values().filter(|session| session.subscribed.contains(&app_id)) {
                session.send(name, None, &message);
            }
        }
    }

    /// Answers a request into the session's outbox. Returns whether it was done.
    pub(crate) fn hear(
        &mut self,
        world: &World,
        tokens: &Tokens,
        now_ms: i64,
        number: u64,
        ticket: u64,
        request: &Request,
    ) -> bool {
        let Some(session) = self.sessions.get_mut(&number) else {
            return false;
        };
        let answers = answers(session, world, tokens, now_ms, request);
        let (answers, done) = match answers {
            Ok(answers) => {
                let done = answers.iter().all(|answer| answer.get("result").is_none_or(|result| *result == 0));
                (answers, done)
            }
            Err(refusal) => (vec![request.refusal(&refusal)], false),
        };
        for answer in answers {
            session.send(request.name, Some(ticket), &answer);
        }
        done
    }
}

fn answers(
    session: &mut Session,
    world: &World,
    tokens: &Tokens,
    now_ms: i64,
    request: &Request,
) -> Result<Vec<Value>, Refusal> {
    let members = request.members()?;
    if !session.logged_in && request.kind != Kind::Login {
        return Err(Refusal::with(NOT_LOGGED_IN, "Not logged in".to_owned()));
    }
    match request.kind {
        Kind::Login => {
            let (dev_id, token) = (members.required_string("dev_id")?, members.required_string("token")?);
            if !tokens.is_of(dev_id) {
                return Err(Refusal::auth_failed());
            }
            tokens.check_text(token, now_ms)?;
            session.logged_in = true;
            let done = [("result".to_owned(), json!(0)), ("message".to_owned(), json!("OK"))];
            return Ok(vec![request.answer(done.into_iter().collect())]);
        }
        Kind::Logout => {
            session.logged_in = false;
            session.subscribed.clear();
        }
        Kind::Subscribe => {
            let applications = Request::required_applications(&members)?;
            // All or none.
            for asked in &applications {
                groups(world, &asked.app_id)?;
            }
            session.subscribed.extend(applications.into_iter().map(|asked| asked.app_id));
        }
        Kind::Unsubscribe => match Request::applications(&members)? {
            None => session.subscribed.clear(),
            Some(applications) => {
                session.subscribed.retain(|app_id| !applications.iter().any(|asked| asked.app_id == *app_id));
            }
        },
        Kind::FullState => {
            let applications = Request::required_applications(&members)?;
            // One answer for each application.
            let state = |asked: &request::Asked| match groups(world, &asked.app_id) {
                Ok(groups) => request.answer(picture::full_state(&asked.app_id, groups, asked.group_ids.as_deref())),
                Err(refusal) => {
                    let mut answer = request.refusal(&refusal);
                    if let Some(members) = answer.as_object_mut() {
                        members.insert("app_id".to_owned(), json!(asked.app_id));
                    }
                    answer
                }
            };
            return Ok(applications.iter().map(state).collect());
        }
        Kind::Heartbeat => {}
    }
    Ok(vec![request.answer(Map::new())])
}

/// What the full state of an application is now, without a message around it.
pub(crate) fn full_state(app_id: &str, groups: &Groups) -> Value {
    Value::Object(picture::full_state(app_id, groups, None))
}

fn groups<'w>(world: &'w World, app_id: &str) -> Result<&'w Groups, Refusal> {
    let application = world.application(app_id);
    application.map(|application| &application.groups).ok_or_else(|| Refusal::wrong("no application has this app_id"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hst::world::recording::State;
    use crate::hst::world::seed;

    #[test]
    fn a_recording_changes() {
        let mut world = seed::world(1, 1_000_000);
        let app_id = world.applications[0].id.clone();
        let mut gateway = Gateway::default();
        let (mut listens, mut does_not) = (gateway.open(1), gateway.open(2));
        gateway.sessions.get_mut(&1).unwrap().subscribed.insert(app_id.clone());
        let before = world.applications[0].groups.version();
        // What was there at start is no news.
        gateway.tell(world.take_news());
        let id = "3b9e5f70c8d24a61b7f4e2d1a0c68593";
        world.recordings.enter(id, State::Suspended, 1_000_000);
        gateway.tell(world.take_news());
        let told = listens.outbox.try_recv().unwrap();
        assert_eq!((told.name, told.ticket), ("gateway.recording_changed", None));
        let expected = json!({
            "id": 20104,
            "group_id": "g2002",
            "record_id": id,
            "record_statue": 7,
            "record_msg": "{}",
        });
        assert_eq!(serde_json::from_str::<Value>(&told.text).unwrap(), expected);
        assert_eq!(world.applications[0].groups.version(), before);
        assert!(listens.outbox.try_recv().is_err() && does_not.outbox.try_recv().is_err());
    }
}
