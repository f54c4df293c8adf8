//! The store for several machines: a redis server.
//!
//! One key for the token, one for the lock of whoever fetches. The lock has an owner and an expiry, so that the death of
//! its holder blocks nobody for long; a token is written only over one of an older generation, so that a holder who was
//! held up until after the expiry overwrites nothing. Generations come from redis' own clock.

use super::{Entry, Holder, Lock, Store};
use crate::error::{Error, Result, Status};
use crate::random;
use crate::secret::Secret;
use crate::unix_time::millis;
use ::redis::{Client, Cmd, Connection, FromRedisValue, IntoConnectionInfo as _, RedisError, cmd};
use parking_lot::Mutex;
use std::time::{Duration, Instant};

/// For connecting, and for each answer, at most.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long the lock outlives the time limit of a fetch, where that is short.
const GRACE: Duration = Duration::from_secs(1);
/// How long a process that died may hold the others up. A fetch that takes longer costs a second one at worst, since a
/// late writer overwrites nothing.
const LONGEST_LOCK: Duration = Duration::from_secs(5);
/// How long a token of unstated lifetime is kept, in milliseconds: 30 days.
const KEPT_MS: u64 = 30 * 86_400_000;

/// Answers the generation for a new token, or the present holder.
const TAKE: &str = "\
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[1] then return {0, holder} end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
local last = 0
if redis.call('TYPE', KEYS[1]).ok == 'hash' then last = tonumber(redis.call('HGET', KEYS[1], 'generation') or 0) or 0 end
local now = redis.call('TIME')
local milliseconds = now[1] * 1000 + math.floor(now[2] / 1000)
return {1, string.format('%.0f', math.max(milliseconds, last + 1))}";

/// Only over an older generation; what is not ours goes.
const WRITE: &str = "\
local last = 0
if redis.call('TYPE', KEYS[1]).ok == 'hash' then last = tonumber(redis.call('HGET', KEYS[1], 'generation') or 0) or 0 end
if last >= tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'generation', ARGV[1], 'token', ARGV[2], 'lifetime_ms', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1";

const READ: &str = "\
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return {false, false, false, -2} end
local found = redis.call('HMGET', KEYS[1], 'generation', 'token', 'lifetime_ms')
return {found[1], found[2], found[3], redis.call('PTTL', KEYS[1])}";

/// Only by its owner.
const RELEASE: &str = "\
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0";

pub(crate) struct RedisStore {
    client: Client,
    /// Host and port, for errors: the URL holds a password.
    server: String,
    connection: Mutex<Option<Connection>>,
    token: String,
    lock: String,
    lock_lifetime: Duration,
}

impl RedisStore {
    /// Does no I/O.
    pub(crate) fn new(
        url: &str,
        prefix: &str,
        account: &str,
        fetch_limit: Duration,
    ) -> std::result::Result<Self, String> {
        // What redis says of a URL could quote it, and with it the password.
        let refuse = |_| "is not the URL of a redis server".to_owned();
        let info = url.into_connection_info().map_err(refuse)?;
        // No word of the library's name: a round trip less when connecting.
        let settings = info.redis_settings().clone().set_skip_set_lib_name();
        let client = Client::open(info.set_redis_settings(settings)).map_err(refuse)?;
        let server = client.get_connection_info().addr().to_string();
        Ok(RedisStore {
            client,
            server,
            connection: Mutex::new(None),
            // The braces keep both keys on one node of a cluster.
            token: format!("{prefix}:{{{account}}}:token"),
            lock: format!("{prefix}:{{{account}}}:lock"),
            lock_lifetime: (fetch_limit + GRACE).min(LONGEST_LOCK),
        })
    }

    /// Runs a command. Where the connection that is there fails, whatever the reason, it is tried over a new one: the server
    /// may have become a replica. Every script here can be run twice.
    fn run<T: FromRedisValue>(&self, command: &Cmd, deadline: Instant) -> Result<T> {
        let mut connection = self.connection.lock();
        let over = |mut open: Connection| query(command, &mut open, deadline).map(|answer| (answer, open));
        let done = match connection.take().map(over) {
            Some(Ok(done)) => Ok(done),
            _ => self.client.get_connection_with_timeout(patience(deadline)).and_then(over),
        };
        let (answer, open) = done.map_err(|error| self.failed(&error))?;
        *connection = Some(open);
        Ok(answer)
    }

    /// [`RedisStore::run`] for a call that goes on only if there is time: a call's end is no failure of the store.
    fn run_in_time<T: FromRedisValue>(&self, command: &Cmd, deadline: Instant) -> Result<T> {
        let late = || {
            let message = format!("the token store (redis at {}) did not answer within the call's time", self.server);
            Error::new(Status::Timeout, message).nothing_acted()
        };
        if Instant::now() >= deadline {
            return Err(late());
        }
        self.run(command, deadline).map_err(|error| if Instant::now() >= deadline { late() } else { error })
    }

    fn failed(&self, error: &RedisError) -> Error {
        Error::new(Status::Store, format!("the token store (redis at {}): {}", self.server, words(error)))
            .nothing_acted()
    }
}

impl Store for RedisStore {
    fn name(&self) -> &'static str {
        "redis"
    }

    fn read(&self, deadline: Instant) -> Result<Option<Entry>> {
        // As text, so that what is not ours is no token rather than an error.
        let (generation, token, lifetime_ms, left_ms): (Option<String>, Option<String>, Option<String>, i64) =
            self.run_in_time(&script(READ, &[&self.token], &[]), deadline)?;
        let number = |text: Option<String>| text.and_then(|text| text.parse().ok());
        let (Some(generation), Some(token), Some(lifetime_ms), Ok(left_ms)) =
            (number(generation), token.map(Secret::new), number(lifetime_ms), u64::try_from(left_ms))
        else {
            return Ok(None);
        };
        let kept_ms = if lifetime_ms == 0 { KEPT_MS } else { lifetime_ms };
        Ok(super::super::is_token(token.reveal()).then_some(Entry {
            generation,
            token,
            age: Duration::from_millis(kept_ms.saturating_sub(left_ms)),
            lifetime: (lifetime_ms > 0).then(|| Duration::from_millis(lifetime_ms)),
        }))
    }

    fn try_lock(&self, deadline: Instant) -> Result<std::result::Result<Box<dyn Lock + '_>, Holder>> {
        let owner = format!("number {} ({:016x})", std::process::id(), random::u64()?);
        let lifetime_ms = self.lock_lifetime.as_millis().to_string();
        let command = script(TAKE, &[&self.token, &self.lock], &[&owner, &lifetime_ms]);
        let (taken, answer): (bool, String) = self.run_in_time(&command, deadline)?;
        if !taken {
            return Ok(Err(Holder(answer)));
        }
        let lock = RedisLock { store: self, owner, generation: answer.parse().unwrap_or_default() };
        Ok(Ok(Box::new(lock)))
    }
}

struct RedisLock<'s> {
    store: &'s RedisStore,
    owner: String,
    generation: u64,
}

impl Lock for RedisLock<'_> {
    fn generation(&self, last: u64) -> u64 {
        self.generation.max(last + 1)
    }

    fn write(&self, entry: &Entry) -> Result<bool> {
        let lifetime_ms = entry.lifetime.map_or(0, millis);
        let kept_ms = if lifetime_ms == 0 { KEPT_MS } else { lifetime_ms };
        let arguments = [entry.generation, lifetime_ms, kept_ms.saturating_sub(millis(entry.age)).max(1)];
        let [generation, lifetime_ms, left_ms] = arguments.map(|number| number.to_string());
        let arguments = [generation.as_str(), entry.token.reveal(), &lifetime_ms, &left_ms];
        // Whatever time the call has left: the others wait for this token.
        self.store.run(&script(WRITE, &[&self.store.token], &arguments), Instant::now() + PATIENCE)
    }
}

impl Drop for RedisLock<'_> {
    fn drop(&mut self) {
        // A lock that cannot be given back expires.
        let release = script(RELEASE, &[&self.store.lock], &[&self.owner]);
        _ = self.store.run::<i64>(&release, Instant::now() + PATIENCE);
    }
}

/// What went wrong, without the server's own words and values: a token or the password may stand in them.
fn words(error: &RedisError) -> String {
    match error.code().filter(|code| is_word(code)) {
        Some(code) => format!("it answered {code}"),
        // This machine's words.
        None if error.is_io_error() => error.to_string(),
        None => error.category().to_owned(),
    }
}

/// `NOAUTH`, `READONLY`: the first word of an error of the protocol.
fn is_word(code: &str) -> bool {
    code.len() <= 20 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn query<T: FromRedisValue>(
    command: &Cmd,
    connection: &mut Connection,
    deadline: Instant,
) -> std::result::Result<T, RedisError> {
    connection.set_read_timeout(Some(patience(deadline)))?;
    connection.set_write_timeout(Some(patience(deadline)))?;
    command.query(connection)
}

/// How long to wait for redis; never nothing, which would mean for ever.
fn patience(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now()).clamp(Duration::from_millis(1), PATIENCE)
}

fn script(text: &str, keys: &[&str], arguments: &[&str]) -> Cmd {
    let mut command = cmd("EVAL");
    command.arg(text).arg(keys.len()).arg(keys).arg(arguments);
    command
}

#[cfg(test)]
#[path = "../../../tests/redis/mod.rs"]
mod server;

#[cfg(test)]
mod tests {
    use super::server::Redis;
    use super::*;

    fn store(url: &str) -> RedisStore {
        RedisStore::new(url, "test", "account", Duration::from_secs(10)).unwrap()
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(10)
    }

    fn locked(store: &RedisStore) -> Box<dyn Lock + '_> {
        store.try_lock(soon()).unwrap().unwrap_or_else(|_| panic!("the lock is free"))
    }

    fn entry(generation: u64, token: &str, lifetime: Option<Duration>) -> Entry {
        Entry { generation, token: Secret::new(token), age: Duration::ZERO, lifetime }
    }

    fn token(store: &RedisStore) -> Option<(u64, String)> {
        store.read(soon()).unwrap().map(|entry| (entry.generation, entry.token.reveal().to_owned()))
    }

    #[test]
    fn a_late_writer_never_overwrites_a_newer_token() {
        let Some(redis) = Redis::start() else { return };
        let store = store(&redis.url());
        let late = locked(&store);
        let older = late.generation(0);
        // Its lock expires.
        assert_eq!(redis.ask(&["DEL", &store.lock]), "1");
        let next = locked(&store);
        let newer = next.generation(0);
        assert!(newer > older);
        assert!(next.write(&entry(newer, "newer", None)).unwrap());
        assert!(!late.write(&entry(older, "older", None)).unwrap());
        assert_eq!(token(&store), Some((newer, "newer".to_owned())));
        drop(late);
        assert!(store.try_lock(soon()).unwrap().is_err(), "only its owner gives a lock back");
        drop(next);
        assert_eq!(redis.ask(&["EXISTS", &store.lock]), "0");
    }

    #[test]
    fn a_token_and_a_lock_end_with_their_lifetimes() {
        let Some(redis) = Redis::start() else { return };
        let hasty = RedisStore::new(&redis.url(), "hasty", "account", Duration::from_millis(500)).unwrap();
        let store = store(&redis.url());
        let (lock, hasty_lock) = (locked(&store), locked(&hasty));
        let left = |key: &str| redis.ask(&["PTTL", key]).parse::<i64>().unwrap();
        assert!((4_000..=5_000).contains(&left(&store.lock)), "{}", left(&store.lock));
        assert!((500..=1_500).contains(&left(&hasty.lock)), "{}", left(&hasty.lock));
        drop(hasty_lock);
        lock.write(&entry(1, "token", Some(Duration::from_secs(60)))).unwrap();
        assert!((50_000..=60_000).contains(&left(&store.token)));
        let found = store.read(soon()).unwrap().unwrap();
        assert_eq!(found.lifetime, Some(Duration::from_secs(60)));
        assert!(found.age < Duration::from_secs(10));
        lock.write(&entry(2, "unstated", None)).unwrap();
        assert_eq!(store.read(soon()).unwrap().unwrap().lifetime, None);
        assert!(left(&store.token) > 0, "nothing stays for ever");
    }

    #[test]
    fn generations_rise_when_redis_has_forgotten_all() {
        let Some(mut redis) = Redis::start() else { return };
        let store = store(&redis.url());
        let first = locked(&store).generation(0);
        redis.stop();
        let error = store.read(soon()).map(|_| ()).unwrap_err();
        assert_eq!(error.status(), Status::Store);
        assert!(error.to_string().contains(redis.address()), "{error}");
        redis.start_again();
        assert!(token(&store).is_none());
        assert!(locked(&store).generation(0) > first);
        assert_eq!(locked(&store).generation(u64::MAX / 2), u64::MAX / 2 + 1, "greater than what a process holds");
    }

    #[test]
    fn a_redis_that_says_nothing_takes_no_more_than_the_calls_time() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let store = store(&format!("redis://{}/0", silent.local_addr().unwrap()));
        for (time, most, status) in [(50, 900, Status::Timeout), (60_000, 5_000, Status::Store)] {
            let start = Instant::now();
            let error = store.read(start + Duration::from_millis(time)).map(|_| ()).unwrap_err();
            assert_eq!(error.status(), status, "{error}");
            assert!(start.elapsed() < Duration::from_millis(most), "{:?}", start.elapsed());
        }
    }

    #[test]
    fn what_is_not_ours_is_no_token() {
        let Some(redis) = Redis::start() else { return };
        let store = store(&redis.url());
        for command in [
            &["HSET", &store.token, "generation", "x", "token", "t", "lifetime_ms", "0"][..],
            &["HSET", &store.token, "generation", "1", "token", "two words", "lifetime_ms", "0"],
            &["HSET", &store.token, "generation", "1"],
            &["HSET", &store.token, "token", "t"],
            &["SET", &store.token, "text"],
        ] {
            redis.ask(&["DEL", &store.token]);
            redis.ask(command);
            assert!(token(&store).is_none(), "{command:?}");
            let lock = locked(&store);
            assert!(lock.write(&entry(lock.generation(0), "ours", None)).unwrap(), "{command:?}");
            drop(lock);
            assert!(token(&store).is_some_and(|(_, token)| token == "ours"), "{command:?}");
        }
    }

    #[test]
    fn a_connection_to_what_became_a_replica_is_given_up() {
        let Some(redis) = Redis::start() else { return };
        let store = store(&redis.url());
        drop(locked(&store));
        assert!(store.connection.lock().is_some());
        redis.ask(&["REPLICAOF", "127.0.0.1", "1"]);
        assert!(store.try_lock(soon()).is_err(), "a replica takes no lock");
        assert!(store.connection.lock().is_none(), "the next try may reach another server");
        redis.ask(&["REPLICAOF", "NO", "ONE"]);
        drop(locked(&store));
    }

    #[test]
    fn a_password_opens_the_door() {
        let Some(redis) = Redis::start() else { return };
        redis.ask(&["CONFIG", "SET", "requirepass", "very-secret"]);
        drop(locked(&store(&format!("redis://:very-secret@{}/3", redis.address()))));
    }

    #[test]
    fn a_password_is_in_no_error() {
        let Some(redis) = Redis::start() else { return };
        let store = store(&format!("redis://user:very-secret@{}/0", redis.address()));
        let error = store.read(soon()).map(|_| ()).unwrap_err();
        assert_eq!(error.status(), Status::Store);
        assert!(!format!("{error:?} {}", error.to_json()).contains("very-secret"), "{error}");
        let refused =
            RedisStore::new("redis://user:very-secret@h:x", "p", "a", Duration::ZERO).map(|_| ()).unwrap_err();
        assert!(!refused.contains("very-secret"), "{refused}");
    }
}
