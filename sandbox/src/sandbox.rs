//! The running sandbox: starts on its own thread, stops on drop.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::avd::Avd;
use crate::clock::Clock;
use crate::faults::Planned;
use crate::hst::Hst;
use crate::options::Options;
use crate::record::{Exchange, Record};
use crate::server::{self, Shared, lock};
use crate::youme::Youme;

/// Why a sandbox did not start.
#[derive(Debug)]
pub enum StartError {
    /// The hst developer secret is an AES-128 key, so it has 16 bytes.
    DevSecretLength(usize),
    /// A credential is empty: nobody could sign with it. Names the option.
    EmptyCredential(&'static str),
    /// The address cannot be listened on.
    Listen(SocketAddr, std::io::Error),
    /// No thread or no event loop could be had.
    Runtime(std::io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DevSecretLength(bytes) => {
                write!(f, "the hst developer secret must have 16 bytes, this one has {bytes}")
            }
            Self::EmptyCredential(option) => write!(f, "{option} must not be empty"),
            Self::Listen(address, error) => write!(f, "cannot listen on {address}: {error}"),
            Self::Runtime(error) => write!(f, "cannot start the server: {error}"),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Listen(_, error) | Self::Runtime(error) => Some(error),
            Self::DevSecretLength(_) | Self::EmptyCredential(_) => None,
        }
    }
}

/// The three platforms, running. Dropping it stops them at once.
pub struct Sandbox {
    address: SocketAddr,
    options: Options,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Listens, seeds a fresh world and serves. When this returns, connections are accepted.
    pub fn start(options: Options) -> Result<Self, StartError> {
        check(&options)?;
        let cannot_listen = |error| StartError::Listen(options.listen, error);
        let listener = TcpListener::bind(options.listen).map_err(cannot_listen)?;
        let address = listener.local_addr().map_err(cannot_listen)?;
        listener.set_nonblocking(true).map_err(cannot_listen)?;
        // One thread serves everything: calls are short and the worlds are behind locks anyway.
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Runtime)?;

        let clock = Clock::new(options.clock_offset_s);
        let shared = Arc::new(Shared {
            verbose: options.verbose,
            hst: Mutex::new(Hst::new(&options, clock.clone())),
            youme: Mutex::new(Youme::new(&options, clock.clone())),
            avd: Mutex::new(Avd::new(&options, clock.clone(), base_url(address))),
            planned: Mutex::new(Planned::default()),
            record: Mutex::new(Record::default()),
            clock,
        });
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("meetgate-sandbox".to_owned())
            .spawn(move || {
                runtime.block_on(async move {
                    let listener = match tokio::net::TcpListener::from_std(listener) {
                        Ok(listener) => listener,
                        Err(_) => return,
                    };
                    tokio::select! {
                        _ = server::serve(listener, serving) => {}
                        _ = stopped => {}
                    }
                });
                // Dropping the runtime drops the open connections with it: no waiting for idle keep-alives.
            })
            .map_err(StartError::Runtime)?;
        Ok(Self { address, options, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `{"hst":{…},"youme":{…},"avd":{…}}`, each member a complete client configuration.
    pub fn configurations(&self) -> Value {
        let base_url = base_url(self.address);
        let options = &self.options;
        json!({
            "hst": {
                "platform": "hst",
                "base_url": base_url,
                "dev_id": options.hst_dev_id,
                "dev_secret": options.hst_dev_secret,
            },
            "youme": {
                "platform": "youme",
                "base_url": base_url,
                "app_key": options.youme_app_key,
                "app_secret": options.youme_app_secret,
                "rest_api_key": options.youme_rest_api_key,
            },
            "avd": {
                "platform": "avd",
                "base_url": base_url,
                "access_key": options.avd_access_key,
                "secret_key": options.avd_secret_key,
            },
        })
    }

    /// The last 1000 exchanges, in the order in which they were answered. An answer that has arrived is in the record.
    pub fn exchanges(&self) -> Vec<Exchange> {
        lock(&self.shared.record).all()
    }

    /// Forgets the exchanges so far.
    pub fn clear_exchanges(&self) {
        lock(&self.shared.record).clear();
    }

    /// All live hst and avd tokens die now.
    pub fn expire_tokens(&self) {
        lock(&self.shared.hst).expire_token();
        lock(&self.shared.avd).expire_tokens();
    }

    /// Stops the sandbox's clock, so that only `advance_clock` moves it: what takes a second then takes no real one.
    pub fn hold_clock(&self) {
        self.shared.clock.hold();
    }

    /// Moves the sandbox's clock on: tokens age, ringing devices answer, conversions finish.
    pub fn advance_clock(&self, by: Duration) {
        self.shared.clock.advance(by);
    }

    /// The next `times` calls of `path` (whole, from the host root) fail with this number of the path's platform, in the
    /// envelope of that operation, and change nothing.
    pub fn fail_next(&self, path: &str, number: i64, times: u32) {
        lock(&self.shared.planned).fail_next(path, number, times);
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn check(options: &Options) -> Result<(), StartError> {
    if options.hst_dev_secret.len() != 16 {
        return Err(StartError::DevSecretLength(options.hst_dev_secret.len()));
    }
    let credentials = [
        ("--hst-dev-id", &options.hst_dev_id),
        ("--youme-app-key", &options.youme_app_key),
        ("--youme-app-secret", &options.youme_app_secret),
        ("--youme-rest-api-key", &options.youme_rest_api_key),
        ("--avd-access-key", &options.avd_access_key),
        ("--avd-secret-key", &options.avd_secret_key),
    ];
    match credentials.iter().find(|(_, value)| value.is_empty()) {
        Some((option, _)) => Err(StartError::EmptyCredential(option)),
        None => Ok(()),
    }
}

/// The address that a client on this machine uses: one that stands for all interfaces is reached by loopback.
fn base_url(address: SocketAddr) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}
