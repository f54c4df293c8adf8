//! The store for several machines: a redis server.
//!
//! One key for the token, one for the lock of whoever fetches. The lock has an owner and an expiry, so that the death of
//! its holder blocks nobody for long; a token is written only over one of an older generation, so that a holder who was
//! held up until after the expiry overwrites nothing. Generations come from redis' own clock.

mod link;

use super::worker::Worker;
use super::{Entry, Holder, LARGEST_GENERATION, Lock, Store};
use crate::blocking::Gone;
use crate::error::{Error, Result, Status, is_lack};
use crate::lock::Mutex;
use crate::random;
use crate::secret::Secret;
use crate::trust::Trust;
use crate::unix_time::millis;
use ::redis::{
    Cmd, ConnectionAddr, FromRedisValue, IntoConnectionInfo as _, RedisConnectionInfo, RedisError, RedisResult, cmd,
};
use link::Link;
use std::error::Error as _;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// For an answer over one connection, connecting included.
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
if holder and holder ~= ARGV[1] then return {0, string.sub(holder, 1, 100)} end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
local last = 0
if redis.call('TYPE', KEYS[1]).ok == 'hash' then last = tonumber(redis.call('HGET', KEYS[1], 'generation') or 0) or 0 end
if not (last < 9007199254740992) then last = 0 end
local now = redis.call('TIME')
local milliseconds = now[1] * 1000 + math.floor(now[2] / 1000)
return {1, string.format('%.0f', math.max(milliseconds, last + 1))}";

/// Only over an older generation; what is not ours goes.
const WRITE: &str = "\
local last = 0
if redis.call('TYPE', KEYS[1]).ok == 'hash' then last = tonumber(redis.call('HGET', KEYS[1], 'generation') or 0) or 0 end
if not (last < 9007199254740992) then last = 0 end
if last >= tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'generation', ARGV[1], 'token', ARGV[2], 'lifetime_ms', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1";

/// With the lock's key beside the token's, only while nobody holds the lock.
const READ: &str = "\
if KEYS[2] and redis.call('EXISTS', KEYS[2]) == 1 then return {false, false, false, -2} end
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return {false, false, false, -2} end
local found = redis.call('HMGET', KEYS[1], 'generation', 'token', 'lifetime_ms')
for index = 1, 3 do if #(found[index] or '') > 8191 then return {false, false, false, -2} end end
return {found[1], found[2], found[3], redis.call('PTTL', KEYS[1])}";

/// Only by its owner.
const RELEASE: &str = "\
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0";

pub(crate) struct RedisStore {
    server: Arc<Server>,
    worker: Worker,
    lock_lifetime: Duration,
}

/// The server, and what is ours there.
struct Server {
    address: ConnectionAddr,
    login: RedisConnectionInfo,
    /// Host and port, for errors: the URL holds a password.
    name: String,
    trust: Arc<Trust>,
    link: Mutex<Option<Link>>,
    token: String,
    lock: String,
}

impl RedisStore {
    /// Does no I/O.
    pub(crate) fn new(
        url: &str,
        prefix: &str,
        account: &str,
        fetch_limit: Duration,
        trust: &Arc<Trust>,
    ) -> std::result::Result<Self, String> {
        // What redis says of a URL could quote it, and with it the password.
        let refuse = |_| "is not the URL of a redis server".to_owned();
        let info = url.into_connection_info().map_err(refuse)?;
        if matches!(info.addr(), ConnectionAddr::TcpTls { insecure: true, .. }) {
            return Err("asks for TLS without a look at the certificate, which is not done".to_owned());
        }
        let server = Server {
            name: info.addr().to_string(),
            address: info.addr().clone(),
            login: info.redis_settings().clone(),
            trust: Arc::clone(trust),
            link: Mutex::new(None),
            // The braces keep both keys on one node of a cluster.
            token: format!("{prefix}:{{{account}}}:token"),
            lock: format!("{prefix}:{{{account}}}:lock"),
        };
        let lock_lifetime = (fetch_limit + GRACE).min(LONGEST_LOCK);
        Ok(RedisStore { server: Arc::new(server), worker: Worker::default(), lock_lifetime })
    }

    fn entry(&self, keys: &[&str], deadline: Instant) -> Result<Option<Entry>> {
        // As text, so that what is not ours is no token rather than an error.
        let (generation, token, lifetime_ms, left_ms): (Option<String>, Option<String>, Option<String>, i64) =
            self.run(script(READ, keys, &[]), deadline)?;
        let number = |text: Option<String>| text.and_then(|text| text.parse().ok());
        let (Some(generation), Some(token), Some(lifetime_ms), Ok(left_ms)) =
            (number(generation), token.map(Secret::new), number(lifetime_ms), u64::try_from(left_ms))
        else {
            return Ok(None);
        };
        let kept_ms = if lifetime_ms == 0 { KEPT_MS } else { lifetime_ms };
        let is_ours = generation <= LARGEST_GENERATION && super::super::is_token(token.reveal());
        Ok(is_ours.then_some(Entry {
            generation,
            token,
            age: Duration::from_millis(kept_ms.saturating_sub(left_ms)),
            lifetime: (lifetime_ms > 0).then(|| Duration::from_millis(lifetime_ms)),
        }))
    }

    /// Runs a command for a call that goes on only if there is time: a call's end is no failure of the store.
    fn run<T: FromRedisValue + Send + 'static>(&self, command: Cmd, deadline: Instant) -> Result<T> {
        let late = || {
            let message =
                format!("the token store (redis at {}) did not answer within the call's time", self.server.name);
            Error::new(Status::Timeout, message).nothing_acted()
        };
        if Instant::now() >= deadline {
            return Err(late());
        }
        let server = Arc::clone(&self.server);
        match self.worker.run(deadline, move || server.run(&command, deadline)) {
            Ok(Err(_)) | Err(Gone::Late) if Instant::now() >= deadline => Err(late()),
            Ok(done) => done.map_err(|error| self.broken(&error)),
            Err(Gone::Late | Gone::Cancelled) => Err(late()),
            Err(Gone::NotBegun(error)) => Err(self.failed(&format!("no thread for it: {error}")).for_lack(true)),
            Err(Gone::Panicked) => Err(self.failed("it panicked")),
        }
    }

    fn broken(&self, error: &RedisError) -> Error {
        self.failed(&self.server.words(error)).for_lack(of_system(error).is_some_and(is_lack))
    }

    fn failed(&self, problem: &str) -> Error {
        Error::new(Status::Store, format!("the token store (redis at {}): {problem}", self.server.name)).nothing_acted()
    }
}

impl Server {
    /// Runs a command. Where the connection that is there fails, whatever the reason, it is tried over a new one: the server
    /// may have become a replica. Every script here can be run twice.
    fn run<T: FromRedisValue>(&self, command: &Cmd, deadline: Instant) -> RedisResult<T> {
        let mut place = self.link.lock();
        let end = || deadline.min(Instant::now() + PATIENCE);
        let over = |mut link: Link, end| link.ask(command, end).map(|answer| (answer, link));
        let done = match place.take().map(|link| over(link, end())) {
            Some(Ok(done)) => Ok(done),
            _ => {
                let end = end();
                Link::open(&self.address, &self.login, &self.trust, end).and_then(|link| over(link, end))
            }
        };
        let (answer, link) = done?;
        *place = Some(link);
        Ok(T::from_redis_value(answer)?)
    }

    /// What went wrong, without the server's own words and values: a token or the password may stand in them.
    fn words(&self, error: &RedisError) -> String {
        if let (Some(error), ConnectionAddr::TcpTls { host, .. }) = (of_tls(error), &self.address) {
            return self.trust.words(error, host, &self.name);
        }
        match error.code().filter(|code| is_word(code)) {
            Some(code) => format!("it answered {code}"),
            // This machine's words.
            None if error.is_io_error() => error.to_string(),
            None => error.category().to_owned(),
        }
    }
}

impl Store for RedisStore {
    fn name(&self) -> &'static str {
        "redis"
    }

    fn read(&self, deadline: Instant) -> Result<Option<Entry>> {
        self.entry(&[&self.server.token], deadline)
    }

    fn read_settled(&self, deadline: Instant) -> Result<Option<Entry>> {
        self.entry(&[&self.server.token, &self.server.lock], deadline)
    }

    fn try_lock(&self, deadline: Instant) -> Result<std::result::Result<Box<dyn Lock + '_>, Holder>> {
        let owner = format!("number {} ({:016x})", std::process::id(), random::u64()?);
        let lifetime_ms = self.lock_lifetime.as_millis().to_string();
        let command = script(TAKE, &[&self.server.token, &self.server.lock], &[&owner, &lifetime_ms]);
        let (taken, answer): (bool, String) = self.run(command, deadline)?;
        if !taken {
            return Ok(Err(Holder(answer)));
        }
        let held = Arc::new(Held { server: Arc::clone(&self.server), owner });
        let generation = answer.parse().unwrap_or_default();
        Ok(Ok(Box::new(RedisLock { store: self, held: Some(held), generation, deadline })))
    }
}

struct RedisLock<'s> {
    store: &'s RedisStore,
    /// `None` once it is given back.
    held: Option<Arc<Held>>,
    generation: u64,
    deadline: Instant,
}

/// The lock itself. It is given back when the last one goes who works with it.
struct Held {
    server: Arc<Server>,
    owner: String,
}

impl Lock for RedisLock<'_> {
    fn generation(&self, last: u64) -> u64 {
        self.generation.max(last.saturating_add(1))
    }

    fn write(&self, entry: &Entry) -> Result<bool> {
        let lifetime_ms = entry.lifetime.map_or(0, millis);
        let kept_ms = if lifetime_ms == 0 { KEPT_MS } else { lifetime_ms };
        let arguments = [entry.generation, lifetime_ms, kept_ms.saturating_sub(millis(entry.age)).max(1)];
        let [generation, lifetime_ms, left_ms] = arguments.map(|number| number.to_string());
        let arguments = [generation.as_str(), entry.token.reveal(), &lifetime_ms, &left_ms];
        let command = script(WRITE, &[&self.store.server.token], &arguments);
        let Some(held) = self.held.clone() else { return Ok(false) };
        // It goes on when the call's time is over: the others wait for this token.
        let write = move || held.server.run(&command, Instant::now() + 2 * PATIENCE);
        match self.store.worker.run(self.deadline, write) {
            Ok(done) => done.map_err(|error| self.store.broken(&error)),
            Err(Gone::Late | Gone::Cancelled) => Err(self.store.failed("no answer within the call's time")),
            Err(Gone::NotBegun(error)) => Err(self.store.failed(&format!("no thread for it: {error}")).for_lack(true)),
            Err(Gone::Panicked) => Err(self.store.failed("it panicked")),
        }
    }
}

impl Drop for RedisLock<'_> {
    fn drop(&mut self) {
        let held = self.held.take();
        _ = self.store.worker.run(self.deadline, move || drop(held));
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // A lock that cannot be given back expires.
        let release = script(RELEASE, &[&self.server.lock], &[&self.owner]);
        _ = self.server.run::<i64>(&release, Instant::now() + PATIENCE);
    }
}

/// The error of this machine's that is behind it. The client keeps it behind a pointer, which is its own kind of error.
fn of_system(error: &RedisError) -> Option<&io::Error> {
    error.source()?.downcast_ref::<Arc<dyn std::error::Error + Send + Sync>>()?.downcast_ref()
}

/// The error of TLS that is behind it.
fn of_tls(error: &RedisError) -> Option<&rustls::Error> {
    of_system(error)?.get_ref()?.downcast_ref()
}

/// `NOAUTH`, `READONLY`: the first word of an error of the protocol.
fn is_word(code: &str) -> bool {
    code.len() <= 20 && code.bytes().all(|byte| byte.is_ascii_uppercase())
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
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::thread;

    fn by_default() -> Arc<Trust> {
        Arc::new(Trust::by_default())
    }

    fn store(url: &str) -> RedisStore {
        RedisStore::new(url, "test", "account", Duration::from_secs(10), &by_default()).unwrap()
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
        assert_eq!(redis.ask(&["DEL", &store.server.lock]), "1");
        let next = locked(&store);
        let newer = next.generation(0);
        assert!(newer > older);
        assert!(next.write(&entry(newer, "newer", None)).unwrap());
        assert!(!late.write(&entry(older, "older", None)).unwrap());
        assert_eq!(token(&store), Some((newer, "newer".to_owned())));
        drop(late);
        assert!(store.try_lock(soon()).unwrap().is_err(), "only its owner gives a lock back");
        drop(next);
        assert_eq!(redis.ask(&["EXISTS", &store.server.lock]), "0");
    }

    #[test]
    fn a_token_is_settled_while_nobody_holds_the_lock() {
        let Some(redis) = Redis::start() else { return };
        let store = store(&redis.url());
        let settled = || store.read_settled(soon()).unwrap().map(|entry| entry.generation);
        let lock = locked(&store);
        assert!(lock.write(&entry(1, "token", None)).unwrap());
        assert_eq!((token(&store).map(|(generation, _)| generation), settled()), (Some(1), None));
        drop(lock);
        assert_eq!(settled(), Some(1));
    }

    #[test]
    fn a_token_and_a_lock_end_with_their_lifetimes() {
        let Some(redis) = Redis::start() else { return };
        let hasty =
            RedisStore::new(&redis.url(), "hasty", "account", Duration::from_millis(500), &by_default()).unwrap();
        let store = store(&redis.url());
        let (lock, hasty_lock) = (locked(&store), locked(&hasty));
        let left = |key: &str| redis.ask(&["PTTL", key]).parse::<i64>().unwrap();
        assert!((4_000..=5_000).contains(&left(&store.server.lock)), "{}", left(&store.server.lock));
        assert!((500..=1_500).contains(&left(&hasty.server.lock)), "{}", left(&hasty.server.lock));
        drop(hasty_lock);
        lock.write(&entry(1, "token", Some(Duration::from_secs(60)))).unwrap();
        assert!((50_000..=60_000).contains(&left(&store.server.token)));
        let found = store.read(soon()).unwrap().unwrap();
        assert_eq!(found.lifetime, Some(Duration::from_secs(60)));
        assert!(found.age < Duration::from_secs(10));
        lock.write(&entry(2, "unstated", None)).unwrap();
        assert_eq!(store.read(soon()).unwrap().unwrap().lifetime, None);
        assert!(left(&store.server.token) > 0, "nothing stays for ever");
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

    /// A server of one's own make: `answer` gets each connection when the first bytes have come.
    fn fake(answer: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> RedisStore {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answer = Arc::new(answer);
        thread::spawn(move || {
            for mut connection in listener.incoming().flatten() {
                let answer = Arc::clone(&answer);
                thread::spawn(move || {
                    _ = connection.read(&mut [0; 4096]);
                    answer(&mut connection);
                });
            }
        });
        store(&format!("redis://:very-secret@{address}/0"))
    }

    /// What reading takes, and how it ends.
    fn reading(store: &RedisStore, time: u64) -> (Duration, Error) {
        let start = Instant::now();
        let error = store.read(start + Duration::from_millis(time)).map(|_| ()).unwrap_err();
        (start.elapsed(), error)
    }

    #[test]
    fn a_drip_of_bytes_takes_no_more_than_the_calls_time() {
        let drip = |connection: &mut TcpStream| {
            while connection.write_all(b"1").is_ok() {
                thread::sleep(Duration::from_millis(50));
            }
        };
        let store = fake(drip);
        for (time, most, status) in [(200, 1_500, Status::Timeout), (60_000, 5_000, Status::Store)] {
            let (took, error) = reading(&store, time);
            assert_eq!(error.status(), status, "{error}");
            assert!(took < Duration::from_millis(most), "{took:?}");
        }
    }

    #[test]
    fn an_answer_without_end_is_not_read() {
        for start in ["$400000000\r\n", "+", "-ERR very-secret and "] {
            let store = fake(move |connection| {
                _ = connection.write_all(start.as_bytes());
                while connection.write_all(&[b'x'; 4096]).is_ok() {}
            });
            let (took, error) = reading(&store, 60_000);
            assert_eq!(error.status(), Status::Store, "{error}");
            assert!(took < Duration::from_secs(5), "{took:?}");
            assert!(error.to_string().ends_with("the answer is longer than 64 KB"), "{error}");
        }
    }

    #[test]
    fn the_words_of_a_server_are_not_shown() {
        for answer in ["-ERR very-secret\r\n", "-VERY-SECRET x\r\n", "$11\r\nvery-secret\r\n", "?very-secret\r\n"] {
            let (_, error) = reading(&fake(move |connection| _ = connection.write_all(answer.as_bytes())), 10_000);
            assert_eq!(error.status(), Status::Store);
            assert!(!error.to_json().to_lowercase().contains("very-secret"), "{error}");
        }
    }

    #[test]
    fn a_server_that_speaks_no_tls_is_named() {
        let store = fake(|connection| _ = connection.write_all(b"+OK\r\n"));
        let tls =
            RedisStore::new(&format!("rediss://{}/0", store.server.name), "p", "a", Duration::ZERO, &by_default())
                .unwrap();
        let (_, error) = reading(&tls, 10_000);
        assert_eq!(error.status(), Status::Store);
        assert!(error.to_string().contains(&tls.server.name), "{error}");
        let unchecked = RedisStore::new("rediss://very-secret@h/0#insecure", "p", "a", Duration::ZERO, &by_default());
        assert!(unchecked.map(|_| ()).unwrap_err().contains("certificate"));
    }

    #[test]
    fn a_server_that_hangs_when_it_is_written_to_takes_no_more_than_the_calls_time() {
        let store = fake(|connection| {
            // The password, the lock; and then nothing.
            _ = connection.write_all(b"+OK\r\n");
            _ = connection.read(&mut [0; 4096]);
            _ = connection.write_all(b"*2\r\n:1\r\n$1\r\n5\r\n");
            thread::sleep(Duration::from_secs(30));
        });
        let start = Instant::now();
        let Ok(lock) = store.try_lock(start + Duration::from_millis(500)).unwrap() else { panic!("the lock is free") };
        assert_eq!(lock.generation(0), 5);
        let error = lock.write(&entry(5, "token", None)).unwrap_err();
        assert_eq!(error.status(), Status::Store, "{error}");
        drop(lock);
        assert!(start.elapsed() < Duration::from_millis(1_500), "{:?}", start.elapsed());
    }

    #[test]
    fn what_is_not_ours_is_no_token() {
        let Some(redis) = Redis::start() else { return };
        let store = store(&redis.url());
        let long = "x".repeat(100_000);
        for command in [
            &["HSET", &store.server.token, "generation", "x", "token", "t", "lifetime_ms", "0"][..],
            &["HSET", &store.server.token, "generation", "1", "token", "two words", "lifetime_ms", "0"],
            &["HSET", &store.server.token, "generation", "1"],
            &["HSET", &store.server.token, "token", "t"],
            &["HSET", &store.server.token, "generation", "9007199254740993", "token", "t", "lifetime_ms", "0"],
            &["HSET", &store.server.token, "generation", "18446744073709551615", "token", "t", "lifetime_ms", "0"],
            &["HSET", &store.server.token, "generation", "1e300", "token", "t", "lifetime_ms", "0"],
            &["HSET", &store.server.token, "generation", "nan", "token", "t", "lifetime_ms", "0"],
            &["HSET", &store.server.token, "generation", "inf", "token", "t", "lifetime_ms", "0"],
            &["HSET", &store.server.token, "generation", "1", "token", &long, "lifetime_ms", "0"],
            &["SET", &store.server.token, "text"],
        ] {
            redis.ask(&["DEL", &store.server.token]);
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
        assert!(store.server.link.lock().is_some());
        redis.ask(&["REPLICAOF", "127.0.0.1", "1"]);
        assert!(store.try_lock(soon()).is_err(), "a replica takes no lock");
        assert!(store.server.link.lock().is_none(), "the next try may reach another server");
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
    fn what_this_machine_lacks_is_known_behind_the_clients_error() {
        let store = store("redis://127.0.0.1:1");
        let failure = |number| store.broken(&io::Error::from_raw_os_error(number).into());
        assert!(failure(libc::EMFILE).is_lack());
        assert!(!failure(libc::ECONNREFUSED).is_lack());
    }

    #[test]
    fn a_password_is_in_no_error() {
        let Some(redis) = Redis::start() else { return };
        let store = store(&format!("redis://user:very-secret@{}/0", redis.address()));
        let error = store.read(soon()).map(|_| ()).unwrap_err();
        assert_eq!(error.status(), Status::Store);
        assert!(!format!("{error:?} {}", error.to_json()).contains("very-secret"), "{error}");
        let refused = RedisStore::new("redis://user:very-secret@h:x", "p", "a", Duration::ZERO, &by_default())
            .map(|_| ())
            .unwrap_err();
        assert!(!refused.contains("very-secret"), "{refused}");
    }
}
