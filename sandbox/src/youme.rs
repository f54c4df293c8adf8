//! youme: 游密 video REST, six operations (002). All of them are POST, all answers come with HTTP 200.

mod arguments;
mod checksum;
mod commands;
mod figures;
mod overview;
mod records;
mod refusal;
mod sequence;
mod settings;
mod world;

use crate::clock::Clock;
use crate::exchange::{Received, Reply};
use arguments::Body;
use axum::http::Method;
use checksum::Credentials;
use commands::Command;
pub(crate) use commands::{COMMANDS, PREFIX};
use refusal::{Answer, Cause, Refusal};
use serde_json::{Map, Value, json};
pub(crate) use settings::Settings;
use world::World;

/// One youme account and its world of calls.
pub(crate) struct Youme {
    clock: Clock,
    credentials: Credentials,
    /// The error numbers, one per cause, drawn at each start: since none is documented, nobody must come to rely on one.
    numbers: [i64; 4],
    world: World,
}

impl Youme {
    pub(crate) fn new(settings: &Settings, clock: Clock) -> Self {
        Self {
            credentials: Credentials::new(settings),
            numbers: draw_numbers(),
            world: World::generate(settings.seed, settings.world_ends),
            clock,
        }
    }

    /// What there is, for somebody who looks on.
    pub(crate) fn overview(&self) -> Value {
        overview::overview(&self.world)
    }

    pub(crate) fn answer(&mut self, received: &Received) -> Reply {
        let Some(command) = Command::find(&received.path) else {
            return no_such_command(&received.path);
        };
        match self.perform(command, received) {
            Ok(members) => Reply::json(&envelope(0, "", members), 0),
            Err(refusal) => {
                let number = self.number(refusal.cause);
                Reply::json(&envelope(number, &refusal.text, Map::new()), number)
            }
        }
    }

    /// The answer of a call that was told to fail.
    pub(crate) fn failure(number: i64) -> Reply {
        Reply::json(&envelope(number, "failed", Map::new()), number)
    }

    fn perform(&mut self, command: Command, received: &Received) -> Answer {
        // 002 L64: only POST.
        if received.method != Method::POST {
            return Err(Refusal::new(Cause::Arguments, "only POST is supported"));
        }
        self.credentials.check(received, self.clock.now_ms())?;
        let body = Body::read(received)?;
        match command {
            Command::InstanceRecords => records::of_instance(&self.world, &body),
            Command::RoomInfo => records::of_room(&self.world, &body),
            Command::AllInstances => records::of_everybody(&self.world, &body),
            Command::TotalVolume => figures::total_volume(&self.world, &body),
            Command::DistributedVolume => figures::distributed_volume(&self.world, &body),
            Command::Quality => figures::quality(&self.world, &body),
        }
    }

    fn number(&self, cause: Cause) -> i64 {
        let [credentials, repeated, arguments, no_such_room] = self.numbers;
        match cause {
            Cause::Credentials => credentials,
            Cause::Repeated => repeated,
            Cause::Arguments => arguments,
            Cause::NoSuchRoom => no_such_room,
        }
    }
}

/// 002 L73-L87.
fn envelope(number: i64, text: &str, mut members: Map<String, Value>) -> Value {
    members.insert("Status".into(), json!(if number == 0 { "OK" } else { "FAIL" }));
    members.insert("ErrorCode".into(), json!(number));
    members.insert("ErrorInfo".into(), json!(text));
    Value::Object(members)
}

/// Not documented. Chosen: the HTTP status says it, and so does the envelope; that of the older calls has another word (Y5).
fn no_such_command(path: &str) -> Reply {
    let mut body = envelope(404, "no such command", Map::new());
    if let Some(members) = body.as_object_mut().filter(|_| path.starts_with("/v1"))
        && let Some(status) = members.remove("Status")
    {
        members.insert("ActionStatus".into(), status);
    }
    Reply::json_with_status(404, &body, Some(404))
}

/// Four numbers, none of them 0, no two alike: each from a range of its own.
fn draw_numbers() -> [i64; 4] {
    let mut numbers = [0, 1, 2, 3].map(|block: i64| 10_000 * (block + 1) + fastrand::i64(0..10_000));
    fastrand::shuffle(&mut numbers);
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_differ_and_are_never_zero() {
        for _ in 0..200 {
            let numbers = draw_numbers();
            assert!(numbers.iter().all(|number| *number != 0));
            assert!((1..4).all(|i| !numbers[..i].contains(&numbers[i])));
        }
    }
}
