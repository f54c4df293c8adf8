//! A connection that stays, for what is no request and answer: dialled as any other, and then its user's own.
//!
//! Each read and each write is an attempt of its own, so that the connection may be used for days.

use super::attempt;
use super::connection::Stream;
use super::dialer::Dialer;
use super::network::{Header, Network};
use super::pool::Pool;
use super::trouble::{Limit, Trouble};
use super::{BaseUrl, Bounds, Failure, Trace, Url, UrlSource};
use crate::cancel::Waking;
use crate::trust::Trust;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;
use std::time::Instant;
use ureq::Error as E;
use ureq::http::{HeaderValue, Request, header};

/// A connection, with what its first request begins with. `'c`: the session that it is made for, and that ends it.
pub(crate) struct Link<'c> {
    stream: Stream,
    route: Arc<Route>,
    bounds: Bounds<'c>,
    /// Until then a read waits.
    reads_until: Instant,
    /// When something came last.
    last_came: Instant,
    _waking: Waking,
}

/// Where a link leads, for the words of its failures.
pub(crate) struct Route {
    url: Url,
    user_agent: Option<HeaderValue>,
    trust: Arc<Trust>,
    network: Option<Arc<Network>>,
}

impl Route {
    pub(super) fn new(
        base: &BaseUrl,
        user_agent: Option<HeaderValue>,
        trust: &Arc<Trust>,
        network: Option<&Arc<Network>>,
    ) -> Result<Route, Failure> {
        let url = base.whole().map_err(Failure::of_argument)?;
        let (trust, network) = (Arc::clone(trust), network.map(Arc::clone));
        Ok(Route { url, user_agent, trust, network })
    }

    /// Why there is no link, or why it is no more.
    pub(crate) fn failure(&self, error: io::Error, bounds: &Bounds<'_>) -> Failure {
        let settings = (&*self.trust, self.network.as_deref());
        Failure::of(E::Io(error), &self.url, settings, bounds, Trace::default())
    }

    /// What to look at where it leads to nothing of use.
    pub(crate) fn source(&self) -> UrlSource {
        self.url.source
    }

    /// The time of these bounds is over.
    pub(crate) fn late(&self, bounds: &Bounds<'_>) -> Failure {
        self.failure(Trouble::Late(Limit::Call).into_io(), bounds)
    }

    /// A request to it, with the headers of every request of the client's.
    pub(crate) fn request(&self) -> Request<()> {
        let mut request = Request::new(());
        *request.uri_mut() = self.url.uri.clone();
        let headers = request.headers_mut();
        headers.insert(header::HOST, self.url.host.clone());
        if let Some(user_agent) = &self.user_agent {
            headers.insert(header::USER_AGENT, user_agent.clone());
        }
        for Header { name, value } in self.network.as_deref().map_or(&[][..], |network| &network.headers) {
            headers.insert(name.clone(), value.clone());
        }
        request
    }
}

impl<'c> Link<'c> {
    /// Dials, within the time of these bounds, which are also those of each write.
    pub(super) fn open(route: Route, pool: &Arc<Pool>, bounds: Bounds<'c>) -> Result<Link<'c>, Failure> {
        let route = Arc::new(route);
        let dialer = Dialer::new(Arc::clone(&route.trust), route.network.clone(), Arc::clone(pool));
        let dial = || {
            let authority = route.url.uri.authority().ok_or_else(|| io::Error::other("a URL without a host"))?;
            let stream = dialer.dial(route.url.uri.scheme_str() == Some("https"), authority)?;
            let waking = stream.socket().waking()?;
            Ok((stream, waking))
        };
        match attempt::run(&bounds, dial).0 {
            Ok((mut stream, waking)) => {
                stream.begin();
                Ok(Link {
                    stream,
                    route,
                    bounds,
                    reads_until: bounds.deadline,
                    last_came: Instant::now(),
                    _waking: waking,
                })
            }
            Err(error) => Err(route.failure(error, &bounds)),
        }
    }

    pub(crate) fn route(&self) -> Arc<Route> {
        Arc::clone(&self.route)
    }

    /// When anything came last: a byte is enough.
    pub(crate) fn last_came(&self) -> Instant {
        self.last_came
    }

    pub(crate) fn read_until(&mut self, until: Instant) {
        self.reads_until = until;
    }
}

/// What came by then; [`ErrorKind::WouldBlock`] where nothing did.
impl Read for Link<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let bounds = Bounds { deadline: self.reads_until, ..self.bounds };
        match attempt::run(&bounds, || self.stream.read(room, false)).0 {
            Err(error) if matches!(Trouble::of(&error), Some(Trouble::Late(Limit::Call))) => {
                Err(ErrorKind::WouldBlock.into())
            }
            done => {
                self.last_came = Instant::now();
                done
            }
        }
    }
}

impl Write for Link<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let bounds = Bounds { deadline: Instant::now() + self.bounds.limits.timeout, ..self.bounds };
        attempt::run(&bounds, || self.stream.write_all(bytes)).0.map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
