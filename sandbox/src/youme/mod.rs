//! youme: 游密 video REST, six operations (002). All of them are POST, all answers come with HTTP 200.

mod arguments;
mod checksum;
mod figures;
mod records;
mod sequence;
mod world;

use axum::http::Method;
use serde_json::{Map, Value, json};

use crate::clock::Clock;
use crate::exchange::{Received, Reply};
use crate::options::Options;
use arguments::Body;
use sequence::Sequence;
use world::World;

/// Where the commands live. Y1, Y2: the document's "ver is v1, servicename is test" is wrong against its own URLs.
pub const PREFIX: &str = "/v2/video/";

/// The names of the commands, as `Command::find` takes them.
pub const COMMANDS: [&str; 6] = [
    "query_instance_all_records_by_time",
    "query_room_info",
    "query_all_instance_by_time",
    "count_business_total_volume_by_day",
    "count_business_distribute_volume_by_day",
    "count_qos_by_day",
];

/// Why a call fails. The error table is empty (002 L117-L122), so none of these has a documented number.
#[derive(Clone, Copy, Debug)]
enum Cause {
    /// Wrong app key or checksum, or a checksum older than five minutes.
    Credentials,
    /// A `seq` that was there before.
    Repeated,
    /// A parameter or the body.
    Arguments,
    /// A room that never was.
    NoSuchRoom,
}

#[derive(Debug)]
struct Refusal {
    cause: Cause,
    text: String,
}

impl Refusal {
    fn new(cause: Cause, text: impl Into<String>) -> Self {
        Self { cause, text: text.into() }
    }
}

/// The members of an answer beside the envelope.
type Answer = Result<Map<String, Value>, Refusal>;

/// One youme account and its world of calls.
pub struct Youme {
    clock: Clock,
    app_key: String,
    app_secret: String,
    rest_api_key: String,
    sequence: Sequence,
    /// The error numbers, one per cause, drawn at each start: since none is documented, nobody must come to rely on one.
    numbers: [i64; 4],
    world: World,
}

impl Youme {
    pub fn new(options: &Options, clock: Clock) -> Self {
        // The world ends at start-up by the machine's clock: a wrong clock of the server makes no calls of the future.
        let started_at = clock.now_ms() / 1000 - options.clock_offset_s;
        Self {
            app_key: options.youme_app_key.clone(),
            app_secret: options.youme_app_secret.clone(),
            rest_api_key: options.youme_rest_api_key.clone(),
            sequence: Sequence::default(),
            numbers: draw_numbers(),
            world: World::generate(options.seed, started_at),
            clock,
        }
    }

    pub fn answer(&mut self, received: &Received) -> Reply {
        let Some(command) = Command::find(&received.path) else {
            // Not documented. Chosen: the HTTP status says it, and so does the envelope.
            let body = envelope(404, "no such command", Map::new());
            return Reply::json_with_status(404, &body, Some(404));
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
    pub fn failure(number: i64) -> Reply {
        Reply::json(&envelope(number, "failed", Map::new()), number)
    }

    fn perform(&mut self, command: Command, received: &Received) -> Answer {
        // 002 L64: only POST.
        if received.method != Method::POST {
            return Err(Refusal::new(Cause::Arguments, "only POST is supported"));
        }
        self.check_credentials(received)?;
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

enum Command {
    InstanceRecords,
    RoomInfo,
    AllInstances,
    TotalVolume,
    DistributedVolume,
    Quality,
}

impl Command {
    fn find(path: &str) -> Option<Self> {
        match path.strip_prefix(PREFIX)? {
            "query_instance_all_records_by_time" => Some(Self::InstanceRecords),
            "query_room_info" => Some(Self::RoomInfo),
            "query_all_instance_by_time" => Some(Self::AllInstances),
            "count_business_total_volume_by_day" => Some(Self::TotalVolume),
            "count_business_distribute_volume_by_day" => Some(Self::DistributedVolume),
            "count_qos_by_day" => Some(Self::Quality),
            _ => None,
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
