//! One websocket of hst's event gateway: what is planned for its messages, the gateway, the record.

use crate::call::PORTAL;
use crate::faults::{FaultKind, Met, Ordeal, Scene};
use crate::hst::{Ending, GatewayRequest, Opened, Outgoing};
use crate::lock::lock;
use crate::log;
use crate::operation;
use crate::record::{Outcome, Said};
use crate::shared::Shared;
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

/// Longer than any list of groups that somebody asks for.
const LARGEST_MESSAGE: usize = 1024 * 1024;
/// How long the other side may take to say goodbye.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it is looked whether time alone has changed something, such as a recording that was encoded.
const TICK: Duration = Duration::from_millis(200);

/// From the upgrade on, until one side ends it.
pub(crate) async fn serve(shared: Arc<Shared>, upgrade: OnUpgrade) {
    let Ok(upgraded) = upgrade.await else {
        return;
    };
    let config = WebSocketConfig::default().max_message_size(Some(LARGEST_MESSAGE));
    let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
    let number = shared.last_session.fetch_add(1, Ordering::Relaxed) + 1;
    let Opened { outbox, end } = lock(&shared.hst).open_session(number);
    let _open = Open { shared: &shared, number };
    let mut session =
        Session { shared: &shared, number, socket, outbox, last_ticket: 0, ordeals: HashMap::new(), held: Vec::new() };
    let ending = tokio::select! {
        biased;
        // The gateway has ended it, or there is a new world after a reset.
        ending = end => Over::By(ending.unwrap_or(Ending::Cut)),
        over = session.converse() => over,
    };
    if let Over::By(Ending::Farewell(code, reason)) = ending {
        session.say_goodbye(code, reason).await;
    }
}

/// The gateway knows of the session; until it is over.
struct Open<'a> {
    shared: &'a Shared,
    number: u64,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        lock(&self.shared.hst).close_session(self.number);
    }
}

/// Why a session is over.
enum Over {
    /// The client has gone.
    Gone,
    By(Ending),
}

impl Over {
    fn by_cut() -> Self {
        Self::By(Ending::Cut)
    }

    fn by_farewell(code: u16, reason: impl ToString) -> Self {
        Self::By(Ending::Farewell(code, reason.to_string()))
    }
}

struct Session<'a> {
    shared: &'a Shared,
    number: u64,
    socket: WebSocketStream<TokioIo<Upgraded>>,
    outbox: mpsc::UnboundedReceiver<Outgoing>,
    last_ticket: u64,
    /// What the answers to the requests of these tickets are in for.
    ordeals: HashMap<u64, Ordeal>,
    /// Messages that are to be overtaken, each with the number of those that have to go out before.
    held: Vec<(u32, Outgoing)>,
}

impl Session<'_> {
    async fn converse(&mut self) -> Over {
        loop {
            if let Err(over) = self.step().await {
                return over;
            }
        }
    }

    /// One message, in whichever direction. What waits to go out goes first, so that answers do not overtake it.
    async fn step(&mut self) -> Result<(), Over> {
        tokio::select! {
            biased;
            outgoing = self.outbox.recv() => match outgoing {
                Some(outgoing) => self.deliver(outgoing).await,
                // The gateway has ended the session, and says elsewhere how.
                None => std::future::pending().await,
            },
            heard = self.socket.next() => match heard {
                Some(Ok(Message::Text(text))) => self.hear(&text).await,
                Some(Ok(Message::Binary(_))) => Err(Over::by_farewell(1003, "messages are JSON texts")),
                // A ping is answered below; after a goodbye comes the end.
                Some(Ok(_)) => Ok(()),
                Some(Err(Error::Capacity(why))) => Err(Over::by_farewell(1009, why)),
                Some(Err(Error::Utf8(why))) => Err(Over::by_farewell(1007, why)),
                Some(Err(_)) | None => Err(Over::Gone),
            },
            () = tokio::time::sleep(TICK) => {
                lock(&self.shared.hst).pass_time();
                Ok(())
            }
        }
    }

    async fn hear(&mut self, text: &str) -> Result<(), Over> {
        let request = GatewayRequest::read(text);
        let name = request.as_ref().ok().and_then(|request| operation::of_message(request.name));
        self.note(Said::Message(text.as_bytes()), name, text, true, &[]);
        let request = request.map_err(|why| Over::by_farewell(1007, why))?;
        lock(&self.shared.counts).arrived(name);
        let mut ordeal = self.shared.faults.meet_in(Scene::Request, name);
        tokio::time::sleep(std::mem::take(&mut ordeal.before)).await;
        self.last_ticket += 1;
        let ticket = self.last_ticket;
        let unanswered = |text: String| Outgoing { name: request.name, ticket: Some(ticket), text };
        match &ordeal.met {
            Some(Met { kind: FaultKind::Number { code }, .. }) => {
                let failure = unanswered(request.failure(*code));
                tokio::time::sleep(ordeal.after).await;
                self.send(&failure, &failure.text, &ordeal.names).await
            }
            // Nothing is known of an answer, so the message stands for itself where its place is taken.
            Some(Met { acts: false, .. }) => self.spoil(unanswered(String::new()), ordeal).await,
            _ => {
                self.ordeals.insert(ticket, ordeal);
                if lock(&self.shared.hst).hear(self.number, ticket, &request) {
                    lock(&self.shared.counts).acted(name);
                }
                Ok(())
            }
        }
    }

    /// Something of the gateway's is to go out. A fault of a request meets the first of its answers.
    async fn deliver(&mut self, outgoing: Outgoing) -> Result<(), Over> {
        let ordeal = match outgoing.ticket {
            Some(ticket) => self.ordeals.remove(&ticket).unwrap_or_default(),
            None => self.shared.faults.meet_in(Scene::Event, operation::of_message(outgoing.name)),
        };
        self.spoil(outgoing, ordeal).await
    }

    async fn spoil(&mut self, outgoing: Outgoing, ordeal: Ordeal) -> Result<(), Over> {
        // An event has no before: both waits are the same to it.
        tokio::time::sleep(ordeal.before.saturating_add(ordeal.after)).await;
        let Some(met) = ordeal.met else {
            return self.send(&outgoing, &outgoing.text, &ordeal.names).await;
        };
        match met.kind {
            FaultKind::Drop => {
                self.note_sent(&outgoing, &outgoing.text, false, &ordeal.names);
                Ok(())
            }
            FaultKind::Cut => {
                self.note_sent(&outgoing, &outgoing.text, false, &ordeal.names);
                Err(Over::by_cut())
            }
            FaultKind::Duplicate => {
                self.send(&outgoing, &outgoing.text, &ordeal.names).await?;
                self.send(&outgoing, &outgoing.text, &ordeal.names).await
            }
            FaultKind::Reorder { by } => {
                self.held.push((by, outgoing));
                Ok(())
            }
            FaultKind::Text { body } => {
                let body = body.unwrap_or_else(|| PORTAL.to_owned());
                self.send(&outgoing, &body, &ordeal.names).await
            }
            FaultKind::Silence { lasting } => {
                self.note_sent(&outgoing, &outgoing.text, false, &ordeal.names);
                self.keep_silent(met.id, lasting).await;
                Err(Over::by_cut())
            }
            // These meet no message: see `Scene::takes`. A number is dealt with where the request is heard.
            _ => self.send(&outgoing, &outgoing.text, &ordeal.names).await,
        }
    }

    /// Sends this text, and then those that it was to overtake.
    async fn send(&mut self, outgoing: &Outgoing, text: &str, faults: &[String]) -> Result<(), Over> {
        self.put(outgoing, text, faults).await?;
        for (by, _) in &mut self.held {
            *by = by.saturating_sub(1);
        }
        let (due, held) = std::mem::take(&mut self.held).into_iter().partition(|(by, _)| *by == 0);
        self.held = held;
        let due: Vec<(u32, Outgoing)> = due;
        for (_, late) in &due {
            self.put(late, &late.text, &["reorder".to_owned()]).await?;
        }
        Ok(())
    }

    async fn put(&mut self, outgoing: &Outgoing, text: &str, faults: &[String]) -> Result<(), Over> {
        // Before it goes out, so that whoever has it finds it in the record.
        self.note_sent(outgoing, text, true, faults);
        self.socket.send(Message::text(text)).await.map_err(|_| Over::Gone)
    }

    /// Takes whatever comes and says nothing, not even to a ping, until the fault is over or the client has gone.
    async fn keep_silent(&mut self, id: u64, lasting: Option<Duration>) {
        let line = self.socket.get_mut();
        let gone = async {
            let mut bytes = [0; 1024];
            while line.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
        };
        tokio::select! {
            () = self.shared.faults.keep_silent(id, lasting) => {}
            () = gone => {}
        }
    }

    async fn say_goodbye(&mut self, code: u16, reason: String) {
        // A reason has at most 123 bytes.
        let reason: String = reason.chars().take(60).collect();
        let reason = if reason.len() > 123 { String::new() } else { reason };
        let goodbye = async {
            let frame = CloseFrame { code: code.into(), reason: reason.into() };
            if self.socket.close(Some(frame)).await.is_ok() {
                while let Some(Ok(_)) = self.socket.next().await {}
            }
        };
        let _ = tokio::time::timeout(PATIENCE, goodbye).await;
    }

    fn note_sent(&self, outgoing: &Outgoing, text: &str, sent: bool, faults: &[String]) {
        let bytes = text.as_bytes();
        let said = match outgoing.ticket {
            Some(_) => Said::Answer { text: bytes, sent },
            None => Said::Event { text: bytes, sent },
        };
        self.note(said, operation::of_message(outgoing.name), text, sent, faults);
    }

    fn note(&self, said: Said, name: Option<&'static str>, text: &str, sent: bool, faults: &[String]) {
        let outcome = Outcome { at_ms: self.shared.clock.now_ms(), faults: faults.to_vec(), ..Outcome::default() };
        lock(&self.shared.record).note_message(&said, name, self.number, outcome);
        if self.shared.options.verbose {
            log::message(self.number, name, text, sent, faults);
        }
    }
}
