//! From a host to its addresses: only when a connection is made, and not again for each.

use super::attempt;
use super::trouble::Trouble;
use crate::cancel::Wake;
use crate::error::is_lack;
use crate::lock::{Condition, Mutex};
use crate::thread;
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a name's addresses are used. After a connection that failed they are looked up again at once.
const FRESH: Duration = Duration::from_secs(30);

pub(super) type Found = Arc<[SocketAddr]>;
type Ask = dyn Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync;

/// The names of the hosts that a client talks to.
pub(super) struct Names {
    known: Mutex<HashMap<String, Entry>>,
    ask: Arc<Ask>,
}

#[derive(Clone)]
enum Entry {
    Known(Found, Instant),
    Asked(Arc<Question>),
}

/// A look-up under way, which nothing can interrupt: on a thread of its own, for all who wait for it.
#[derive(Default)]
struct Question {
    answer: Mutex<Option<Result<Found, Lacking>>>,
    is_answered: Condition,
}

/// Why there is no address: the number of a lack of this machine's, if that is why.
type Lacking = Option<i32>;

impl Wake for Question {
    fn wake(&self) {
        drop(self.answer.lock());
        self.is_answered.notify_all();
    }
}

impl Default for Names {
    fn default() -> Names {
        Names::asking(|host, port| (host, port).to_socket_addrs().map(Iterator::collect))
    }
}

impl Names {
    pub(super) fn asking(ask: impl Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync + 'static) -> Names {
        Names { known: Mutex::default(), ask: Arc::new(ask) }
    }

    /// The addresses of a host, within the attempt's time. One that is written as an address needs no look-up.
    pub(super) fn look_up(&self, host: &str, port: u16) -> io::Result<Found> {
        if let Ok(address) = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            return Ok(Arc::new([SocketAddr::new(address, port)]));
        }
        let name = format!("{host}:{port}");
        let question = match self.entry(&name, host, port)? {
            Entry::Known(found, _) => return Ok(found),
            Entry::Asked(question) => question,
        };
        let answer = question.wait()?;
        let mut known = self.known.lock();
        let is_ours = matches!(known.get(&name), Some(Entry::Asked(asked)) if Arc::ptr_eq(asked, &question));
        match answer {
            Ok(found) => {
                if is_ours {
                    known.insert(name, Entry::Known(Arc::clone(&found), Instant::now()));
                }
                Ok(found)
            }
            Err(lacking) => {
                if is_ours {
                    known.remove(&name);
                }
                Err(match lacking {
                    Some(number) => Trouble::Lack(io::Error::from_raw_os_error(number)),
                    None => Trouble::NoAddress,
                }
                .into_io())
            }
        }
    }

    /// No connection could be made to these addresses.
    pub(super) fn forget(&self, host: &str, port: u16, failed: &Found) {
        let name = format!("{host}:{port}");
        let mut known = self.known.lock();
        if matches!(known.get(&name), Some(Entry::Known(found, _)) if Arc::ptr_eq(found, failed)) {
            known.remove(&name);
        }
    }

    fn entry(&self, name: &str, host: &str, port: u16) -> io::Result<Entry> {
        let mut known = self.known.lock();
        match known.get(name) {
            Some(Entry::Known(_, since)) if since.elapsed() > FRESH => {}
            Some(entry) => return Ok(entry.clone()),
            None => {}
        }
        let question = Arc::new(Question::default());
        question.ask(Arc::clone(&self.ask), host.to_owned(), port)?;
        known.insert(name.to_owned(), Entry::Asked(Arc::clone(&question)));
        Ok(Entry::Asked(question))
    }
}

impl Question {
    fn ask(self: &Arc<Self>, ask: Arc<Ask>, host: String, port: u16) -> io::Result<()> {
        let question = Arc::clone(self);
        let look = move || {
            let answer = match ask(&host, port) {
                Ok(found) if !found.is_empty() => Ok(found.into()),
                Ok(_) => Err(None),
                Err(error) => Err(lacking(&error)),
            };
            *question.answer.lock() = Some(answer);
            question.is_answered.notify_all();
        };
        let thread = thread::start("meetgate names", None, Box::new(look));
        thread.map(drop).map_err(|error| Trouble::NoThread(error).into_io())
    }

    fn wait(self: &Arc<Self>) -> io::Result<Result<Found, Lacking>> {
        let _waking = attempt::waking(Arc::clone(self) as _)?;
        let mut answer = self.answer.lock();
        loop {
            if let Some(answer) = &*answer {
                return Ok(answer.clone());
            }
            let until = Instant::now() + attempt::left_to_connect()?;
            (answer, _) = self.is_answered.wait_until(answer, until);
        }
    }
}

/// A look-up that fails is an error of no particular kind. One that had no descriptor to ask with says no more.
fn lacking(error: &io::Error) -> Lacking {
    let socket = UdpSocket::bind("127.0.0.1:0").err();
    [Some(error), socket.as_ref()].into_iter().flatten().find(|error| is_lack(error)).and_then(io::Error::raw_os_error)
}
