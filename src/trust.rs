//! Whom a client trusts over TLS, and what it shows of itself there.
//!
//! What a handshake takes is made with the first connection: most deployments have none.

mod certificate;
mod client_certificate;
mod pem;
mod pin;
mod provider;
mod reason;
mod system;
mod verifier;
mod words;

pub(crate) use client_certificate::{ClientCertificate, Wrong};
pub(crate) use pem::Authorities;
pub(crate) use pin::Pin;

use crate::hex::hex;
use client_certificate::Shown;
use once_cell::sync::OnceCell;
use provider::provider;
use ring::digest::{SHA256, digest};
use rustls::pki_types::ServerName;
use rustls::version::TLS13;
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use serde::Serialize;
use std::fmt;
use std::sync::Arc;
use verifier::Verifier;

/// What the key `tls` says; the default is what holds without it.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) roots: Roots,
    /// Authorities beside the roots.
    pub(crate) authorities: Authorities,
    /// One of them must be that of the server's own certificate; no pin where there are none.
    pub(crate) pins: Vec<Pin>,
    /// In place of the host of the URL.
    pub(crate) server_name: Option<ServerName<'static>>,
    pub(crate) client_certificate: Option<ClientCertificate>,
    pub(crate) only_tls13: bool,
    /// Why no certificate is verified.
    pub(crate) insecure_reason: Option<String>,
}

/// The authorities that are trusted before the configuration names any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Roots {
    #[cfg(feature = "bundled-roots")]
    Bundled,
    System,
    None,
}

impl Roots {
    #[cfg(feature = "bundled-roots")]
    const DEFAULT: Roots = Roots::Bundled;
    #[cfg(not(feature = "bundled-roots"))]
    const DEFAULT: Roots = Roots::System;

    /// By its name in a configuration; `None` where this library was built without it.
    pub(crate) fn named(name: &str) -> Option<Roots> {
        match name {
            #[cfg(feature = "bundled-roots")]
            "bundled" => Some(Roots::Bundled),
            "system" => Some(Roots::System),
            "none" => Some(Roots::None),
            _ => None,
        }
    }
}

impl Default for Roots {
    fn default() -> Roots {
        Roots::DEFAULT
    }
}

/// Whom a client trusts.
pub(crate) struct Trust {
    /// `None` where all is as it is by default.
    settings: Option<Box<Settings>>,
    made: OnceCell<Box<Made>>,
}

/// What the first connection needs.
struct Made {
    config: Arc<ClientConfig>,
    shown: Arc<Shown>,
    /// How many authorities the roots have.
    roots: usize,
}

/// What `meetgate_client_info` tells of it.
#[derive(Serialize)]
pub(crate) struct Facts<'t> {
    roots: Roots,
    authorities: usize,
    pins: usize,
    client_certificate: bool,
    min_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    insecure: Option<&'t str>,
}

impl Trust {
    pub(crate) fn new(mut settings: Settings) -> Trust {
        settings.pins.sort_unstable();
        settings.pins.dedup();
        Trust { settings: Some(Box::new(settings)), made: OnceCell::new() }
    }

    /// As it is without the key `tls`.
    pub(crate) fn by_default() -> Trust {
        Trust { settings: None, made: OnceCell::new() }
    }

    fn settings(&self) -> &Settings {
        static DEFAULT: Settings = Settings {
            roots: Roots::DEFAULT,
            authorities: Authorities::NONE,
            pins: Vec::new(),
            server_name: None,
            client_certificate: None,
            only_tls13: false,
            insecure_reason: None,
        };
        self.settings.as_deref().unwrap_or(&DEFAULT)
    }

    /// Why this client's connections are not secure: the reason that the configuration gives for verifying nothing.
    pub(crate) fn insecure_reason(&self) -> Option<&str> {
        self.settings.as_ref()?.insecure_reason.as_deref()
    }

    pub(crate) fn facts(&self) -> Facts<'_> {
        let settings = self.settings();
        Facts {
            roots: settings.roots,
            authorities: settings.authorities.count(),
            pins: settings.pins.len(),
            client_certificate: settings.client_certificate.is_some(),
            min_version: if settings.only_tls13 { "1.3" } else { "1.2" },
            server_name: settings.server_name.as_ref().map(|name| name.to_str().into_owned()),
            insecure: self.insecure_reason(),
        }
    }

    /// What makes an account of it: the same however it is written. The least version is no part of it, since it names nobody.
    pub(crate) fn canonical(&self) -> String {
        let settings = self.settings();
        let mut parts = match (&settings.insecure_reason, settings.roots) {
            (Some(_), _) => vec!["unverified".to_owned()],
            #[cfg(feature = "bundled-roots")]
            (None, Roots::Bundled) => vec!["built-in public roots".to_owned()],
            (None, Roots::System) => vec!["system roots".to_owned()],
            (None, Roots::None) => vec!["no roots".to_owned()],
        };
        let digests = settings.authorities.iter().map(|certificate| hex(digest(&SHA256, certificate).as_ref()));
        let mut digests: Vec<String> = digests.collect();
        digests.sort_unstable();
        parts.extend(digests);
        parts.extend(settings.pins.iter().map(ToString::to_string));
        parts.extend(settings.server_name.as_ref().map(|name| format!("named {}", name.to_str().to_ascii_lowercase())));
        parts.extend(settings.client_certificate.as_ref().map(|own| format!("shows {}", own.digest())));
        parts.join(" ")
    }

    /// What went wrong with a handshake, or after it, in words. `host` is the name that was checked for.
    pub(crate) fn words(&self, error: &rustls::Error, host: &str, address: &str) -> String {
        words::words(self, error, host, address)
    }

    /// A session of its own, for an https connection to this host.
    pub(crate) fn https_session(&self, host: &str) -> Result<Box<ClientConnection>, rustls::Error> {
        match &self.settings().server_name {
            Some(name) => self.session(name.clone()),
            None => self.session_with(host),
        }
    }

    /// The same for any other protocol: `server_name` is that of the platform.
    pub(crate) fn session_with(&self, host: &str) -> Result<Box<ClientConnection>, rustls::Error> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        self.session(ServerName::try_from(host.to_owned()).map_err(|_| rustls::Error::UnsupportedNameType)?)
    }

    /// A session is large: nobody else's stack has room for a copy of it, least of all that of the handshake, where a call
    /// needs the most.
    #[inline(never)]
    fn session(&self, name: ServerName<'static>) -> Result<Box<ClientConnection>, rustls::Error> {
        let made = self.made.get_or_try_init(|| self.make())?;
        ClientConnection::new(Arc::clone(&made.config), name).map(Box::new)
    }

    /// An error where the system has no roots; the next connection looks again.
    #[inline(never)]
    fn make(&self) -> Result<Box<Made>, rustls::Error> {
        let settings = self.settings();
        let provider = Arc::new(provider());
        let (store, roots) = self.roots()?;
        let verifier = Verifier::new(settings, store, &provider);
        let shown = Arc::new(Shown::new(settings.client_certificate.as_ref()));
        let builder = ClientConfig::builder_with_provider(provider);
        let builder = if settings.only_tls13 {
            builder.with_protocol_versions(&[&TLS13])?
        } else {
            builder.with_safe_default_protocol_versions()?
        };
        // Sessions are kept with this configuration, and resumed only with the verifier and the client certificate of their first
        // handshake. So the pin of a resumed session was checked then: no certificate comes again.
        let config = builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_client_cert_resolver(Arc::clone(&shown) as Arc<dyn rustls::client::ResolvesClientCert>);
        Ok(Box::new(Made { config: Arc::new(config), shown, roots }))
    }

    /// All authorities, and how many of them are the roots.
    fn roots(&self) -> Result<(RootCertStore, usize), rustls::Error> {
        let settings = self.settings();
        let mut store = RootCertStore::empty();
        if settings.insecure_reason.is_some() {
            return Ok((store, 0));
        }
        match settings.roots {
            #[cfg(feature = "bundled-roots")]
            Roots::Bundled => store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Roots::System => {
                // Where nobody asked for them, a machine without any is as good, once the configuration names authorities.
                let may_lack = Roots::DEFAULT == Roots::System && settings.authorities.count() > 0;
                system::add_to(&mut store, may_lack)?;
            }
            Roots::None => {}
        }
        let roots = store.len();
        for certificate in settings.authorities.iter() {
            store.add(certificate.clone())?;
        }
        Ok((store, roots))
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Trust({})", self.canonical())
    }
}
