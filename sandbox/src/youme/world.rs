//! The world of calls that all six answers are computed from, so that they agree with each other.
//!
//! It is generated day by day: each UTC+8 day has its own stream of random numbers, drawn from the seed and the day, so the
//! same day looks the same whenever the sandbox starts. A call never crosses midnight, which keeps daily sums exact.

use crate::calendar::{DAY_S, day_start};

/// 2019-12-10, the documents' example day (002 L8).
const EXAMPLE_DAY: i64 = 1_575_907_200;
/// How many days before start-up there is anything to see.
const RECENT_DAYS: i64 = 7;
const USERS: usize = 12;
const ROOMS: [&str; 3] = ["weekly-review", "board", "客户服务"];
/// The room of the documents' own sample calls (002 L285), its life (L323-L325) and who was in it; on the example day.
const SAMPLE_ROOM: &str = "123456789";
const SAMPLE_LIFE: [i64; 2] = [1_575_961_850, 1_575_963_822];
const SAMPLE_USERS: [&str; 3] = ["123456789", "aaaaa", "bbbbb"];

/// Where and how a terminal is connected.
pub(crate) struct Terminal {
    pub(crate) id: String,
    pub(crate) country: &'static str,
    pub(crate) province: &'static str,
    pub(crate) city: &'static str,
    pub(crate) network: &'static str,
}

/// One stay of one user in one room.
pub(crate) struct Call {
    pub(crate) terminal: usize,
    /// Index into `World::meetings`.
    pub(crate) meeting: usize,
    pub(crate) enter: i64,
    pub(crate) leave: i64,
    pub(crate) audio_s: i64,
    pub(crate) video_s: i64,
    /// How often entering failed before it succeeded.
    pub(crate) failed_joins: i64,
    pub(crate) audio_loss: f64,
    pub(crate) video_loss: f64,
    pub(crate) audio_delay: f64,
    pub(crate) video_delay: f64,
}

/// One life of a room: rooms come into being when the first enters and go when the last leaves.
pub(crate) struct Meeting {
    pub(crate) room: &'static str,
    pub(crate) created: i64,
    pub(crate) destroyed: i64,
}

pub(crate) struct World {
    pub(crate) terminals: Vec<Terminal>,
    pub(crate) meetings: Vec<Meeting>,
    /// In order of entering.
    pub(crate) calls: Vec<Call>,
    /// Nothing happens after this.
    pub(crate) ends: i64,
}

impl World {
    pub(crate) fn generate(seed: u64, ends: i64) -> Self {
        let mut world = Self { terminals: terminals(), meetings: Vec::new(), calls: Vec::new(), ends };
        let today = day_start(ends);
        let recent = (0..=RECENT_DAYS).rev().map(|back| today - back * DAY_S);
        let example = std::iter::once(EXAMPLE_DAY).filter(|day| *day < today - RECENT_DAYS * DAY_S);
        for day in example.chain(recent) {
            world.add_day(seed, day);
        }
        world.add_sample(seed);
        world.calls.sort_by_key(|call| (call.enter, call.terminal));
        world
    }

    /// The calls whose stay touches the range.
    pub(crate) fn calls_between(&self, begin: i64, end: i64) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(move |call| call.enter <= end && call.leave >= begin)
    }

    pub(crate) fn has_room(&self, room: &str) -> bool {
        ROOMS.contains(&room) || room == SAMPLE_ROOM
    }

    fn add_sample(&mut self, seed: u64) {
        let [created, destroyed] = SAMPLE_LIFE;
        let meeting = self.meetings.len();
        self.meetings.push(Meeting { room: SAMPLE_ROOM, created, destroyed });
        let mut random = fastrand::Rng::with_seed(seed);
        for terminal in USERS..USERS + SAMPLE_USERS.len() {
            self.calls.push(stay(&mut random, terminal, meeting, created, destroyed));
        }
    }

    fn add_day(&mut self, seed: u64, day: i64) {
        let mut random = fastrand::Rng::with_seed(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ day.unsigned_abs());
        for room in ROOMS {
            // Between 08:00 and 20:00, one meeting after the other.
            let mut free_from = day + 8 * 3600 + random.i64(0..3600);
            for number in 0..random.usize(2..=4) {
                let length = random.i64(900..=5400);
                if free_from + length > day + 20 * 3600 {
                    break;
                }
                let regular = room == "weekly-review" && number == 0;
                self.add_meeting(&mut random, room, free_from, length, regular);
                free_from += length + random.i64(600..7200);
            }
        }
    }

    fn add_meeting(&mut self, random: &mut fastrand::Rng, room: &'static str, from: i64, length: i64, regular: bool) {
        let mut chosen: Vec<usize> = (0..USERS).collect();
        random.shuffle(&mut chosen);
        chosen.truncate(random.usize(2..=7));
        // terminal-001 is in weekly-review every day, and more than once.
        if regular && !chosen.contains(&0) {
            chosen.push(0);
        }
        let meeting = self.meetings.len();
        let mut stays = Vec::new();
        for terminal in chosen {
            let visits = if regular && terminal == 0 { 2 } else { random.i64(1..=2) };
            let slot = length / visits;
            for visit in 0..visits {
                let enter = from + visit * slot + random.i64(0..slot / 4);
                let leave = enter + random.i64(slot / 3..=slot * 3 / 4);
                stays.push(stay(random, terminal, meeting, enter, leave));
            }
        }
        let created = stays.iter().map(|call| call.enter).min().unwrap_or(from);
        let destroyed = stays.iter().map(|call| call.leave).max().unwrap_or(from);
        // The world ends at start-up: a meeting that would still go on has not begun.
        if destroyed <= self.ends {
            self.meetings.push(Meeting { room, created, destroyed });
            self.calls.append(&mut stays);
        }
    }
}

fn stay(random: &mut fastrand::Rng, terminal: usize, meeting: usize, enter: i64, leave: i64) -> Call {
    let length = leave - enter;
    let audio_s = random.i64(length / 2..=length);
    let mut figure = |from: i64, to: i64| random.i64(from..to) as f64 / 1000.0;
    let (audio_loss, video_loss) = (figure(0, 4000), figure(0, 9000));
    let (audio_delay, video_delay) = (figure(20_000, 120_000), figure(30_000, 180_000));
    Call {
        terminal,
        meeting,
        enter,
        leave,
        audio_s,
        video_s: random.i64(0..=audio_s),
        failed_joins: i64::from(random.u8(0..10) == 0),
        audio_loss,
        video_loss,
        audio_delay,
        video_delay,
    }
}

fn terminals() -> Vec<Terminal> {
    let places = [
        ("中国", "四川", "成都"),
        ("中国", "广东", "深圳"),
        ("中国", "广东", "广州"),
        ("中国", "北京", "北京"),
        ("中国", "上海", "上海"),
        ("新加坡", "新加坡", "新加坡"),
    ];
    let networks = ["wifi", "4g", "ethernet"];
    let connected = places.iter().cycle().zip(networks.iter().cycle());
    let ids = (1..=USERS).map(|number| format!("terminal-{number:03}"));
    ids.chain(SAMPLE_USERS.map(str::to_owned))
        .zip(connected)
        .map(|(id, ((country, province, city), network))| Terminal { id, country, province, city, network })
        .collect()
}

impl World {
    pub(crate) fn terminal_id(&self, call: &Call) -> &str {
        self.terminals.get(call.terminal).map_or("", |terminal| terminal.id.as_str())
    }

    pub(crate) fn meeting(&self, call: &Call) -> Option<&Meeting> {
        self.meetings.get(call.meeting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::LocalTime;

    #[test]
    fn the_example_day_is_as_promised() {
        for seed in 0..50 {
            let world = World::generate(seed, 1_700_000_000);
            let of_the_day = world.calls_between(1_575_907_200, 1_575_993_599);
            let visits = of_the_day.filter(|call| {
                world.terminal_id(call) == "terminal-001"
                    && world.meeting(call).is_some_and(|meeting| meeting.room == "weekly-review")
            });
            assert!(visits.count() >= 2, "seed {seed}");
        }
    }

    #[test]
    fn nothing_impossible() {
        let world = World::generate(7, 1_700_000_000);
        assert!(world.calls.len() > 100);
        for call in &world.calls {
            let meeting = world.meeting(call).unwrap();
            assert!(meeting.created <= call.enter && call.enter < call.leave && call.leave <= meeting.destroyed);
            assert!(call.audio_s <= call.leave - call.enter && call.video_s <= call.audio_s);
            assert_eq!(LocalTime::at(call.enter).compact_date(), LocalTime::at(call.leave).compact_date());
            assert!(call.leave <= world.ends);
        }
        // Nobody is in one room twice at once.
        for (index, call) in world.calls.iter().enumerate() {
            for other in &world.calls[index + 1..] {
                let same = call.terminal == other.terminal && call.meeting == other.meeting;
                assert!(!same || call.leave <= other.enter || other.leave <= call.enter);
            }
        }
    }

    #[test]
    fn a_day_is_the_same_whenever_the_sandbox_starts() {
        let calls_of = |ends| {
            let world = World::generate(3, ends);
            world.calls_between(EXAMPLE_DAY, EXAMPLE_DAY + DAY_S - 1).map(|call| call.enter).collect::<Vec<_>>()
        };
        assert_eq!(calls_of(1_700_000_000), calls_of(1_790_000_000));
    }
}
