//! The running sandbox: starts on its own thread, stops on drop.

mod control_methods;

use crate::control;
use crate::faults::FaultError;
use crate::options::Options;
use crate::server;
use crate::shared::Shared;
use crate::tls::{Ports, Tls, TlsError};
use crate::wire::{Front, House};
use serde_json::Value;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// Why a sandbox did not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The hst developer secret is an AES-128 key, so it has 16 bytes.
    DevSecretLength(usize),
    /// A credential is empty: nobody could sign with it. Names the option.
    EmptyCredential(&'static str),
    /// The address cannot be listened on.
    Listen(SocketAddr, std::io::Error),
    /// No thread or no event loop could be had.
    Runtime(std::io::Error),
    /// A planned fault makes no sense.
    Fault(FaultError),
    /// No certificates could be made.
    Tls(TlsError),
    /// The CA's certificate cannot be written there.
    CaFile(PathBuf, std::io::Error),
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
            Self::Fault(error) => write!(f, "{error}"),
            Self::Tls(error) => write!(f, "cannot set up TLS: {error}"),
            Self::CaFile(path, error) => write!(f, "cannot write {}: {error}", path.display()),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Listen(_, error) | Self::Runtime(error) | Self::CaFile(_, error) => Some(error),
            Self::Fault(error) => Some(error),
            Self::Tls(error) => Some(error.as_ref()),
            Self::DevSecretLength(_) | Self::EmptyCredential(_) => None,
        }
    }
}

/// The three platforms, running. Dropping it stops them at once.
pub struct Sandbox {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Listens, seeds a fresh world and serves. When this returns, connections are accepted.
    pub fn start(options: Options) -> Result<Self, StartError> {
        check(&options)?;
        let (listener, address) = listen(options.listen)?;
        let doors = if options.speaks_tls() { Some(SecureDoors::open(&options, address)?) } else { None };
        // One thread serves everything: calls are short and the worlds are behind locks anyway.
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Runtime)?;

        let scheme = if doors.is_some() { "https" } else { "http" };
        let tls = doors.as_ref().map(|doors| doors.facts.clone());
        let shared = Arc::new(Shared::new(options, base_url(scheme, address), tls));
        for fault in &shared.options.faults {
            shared.faults.add(fault.clone()).map_err(StartError::Fault)?;
        }
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("meetgate-sandbox".to_owned())
            .spawn(move || {
                runtime.block_on(async move {
                    tokio::select! {
                        _ = serve(listener, doors, serving) => {}
                        _ = stopped => {}
                    }
                });
                // Dropping the runtime drops the open connections with it: no waiting for idle keep-alives.
            })
            .map_err(StartError::Runtime)?;
        Ok(Self { address, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `{"hst":{…},"youme":{…},"avd":{…}}`, each member a complete client configuration.
    pub fn configurations(&self) -> Value {
        self.shared.configurations()
    }

    /// The address of the console, when the sandbox serves it.
    pub fn console_url(&self) -> Option<String> {
        self.shared.options.console.then(|| format!("{}{}{}", self.shared.base_url, control::PREFIX, control::CONSOLE))
    }

    /// The private CA, the ports with wrong certificates and a client's certificate, when the sandbox speaks TLS.
    pub fn tls(&self) -> Option<&Tls> {
        self.shared.tls.as_ref()
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

/// The three ports of a sandbox that speaks TLS.
struct SecureDoors {
    ports: Ports,
    wrong_host: TcpListener,
    expired: TcpListener,
    facts: Tls,
}

impl SecureDoors {
    fn open(options: &Options, address: SocketAddr) -> Result<Self, StartError> {
        let ports = Ports::new(address.ip(), options.tls_client_certificates).map_err(StartError::Tls)?;
        if let Some(path) = &options.ca_file {
            std::fs::write(path, &ports.ca_pem).map_err(|error| StartError::CaFile(path.clone(), error))?;
        }
        let any_port = SocketAddr::new(address.ip(), 0);
        let (wrong_host, wrong_host_address) = listen(any_port)?;
        let (expired, expired_address) = listen(any_port)?;
        let facts = Tls {
            ca_pem: ports.ca_pem.clone(),
            wrong_host: base_url("https", wrong_host_address),
            expired: base_url("https", expired_address),
            client_certificate_pem: ports.client.certificate_pem(),
            client_key_pem: ports.client.key_pem(),
        };
        Ok(Self { ports, wrong_host, expired, facts })
    }
}

/// Serves at every door until it is dropped.
async fn serve(listener: TcpListener, doors: Option<SecureDoors>, shared: Arc<Shared>) -> std::io::Result<()> {
    let options = &shared.options;
    let house = House::new(&shared.faults, options.opens_control().then_some(control::PREFIX), options.verbose);
    let Some(SecureDoors { ports, wrong_host, expired, .. }) = doors else {
        return server::serve(Front::new(listener, house, None, true)?, shared).await;
    };
    let door = |listener, tls, can_refuse| Front::new(listener, Arc::clone(&house), Some(tls), can_refuse);
    tokio::try_join!(
        server::serve(door(listener, ports.main, true)?, Arc::clone(&shared)),
        server::serve(door(wrong_host, ports.wrong_host, false)?, Arc::clone(&shared)),
        server::serve(door(expired, ports.expired, false)?, Arc::clone(&shared)),
    )?;
    Ok(())
}

fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let cannot_listen = |error| StartError::Listen(address, error);
    let listener = TcpListener::bind(address).map_err(cannot_listen)?;
    let bound = listener.local_addr().map_err(cannot_listen)?;
    listener.set_nonblocking(true).map_err(cannot_listen)?;
    Ok((listener, bound))
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
fn base_url(scheme: &str, address: SocketAddr) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("{scheme}://{}", SocketAddr::new(ip, address.port()))
}
