//! What can be set at start; the same structure is the command line.

use crate::faults::Fault;
use crate::{avd, hst, youme};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Every default credential is invented here and opens nothing but a sandbox.
const HST_DEV_ID: &str = "5a6d626f78686f73742d646576656c6f";
const HST_DEV_SECRET: &str = "sandbox-dev-key!";
const YOUME_APP_KEY: &str = "SANDBOXYOUMEAPPKEY01";
const YOUME_APP_SECRET: &str = "sandbox-youme-app-secret";
const YOUME_REST_API_KEY: &str = "sandbox-youme-rest-api-key";
const AVD_ACCESS_KEY: &str = "meetgate-sandbox";
const AVD_SECRET_KEY: &str = "sandbox-avd-secret-key";
/// 001:42: `"timeout": 7200`. avd names no lifetime (platform notes, avd), so the same is taken.
const TOKEN_LIFETIME_S: u64 = 7200;
const ANY_FREE_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The sandbox's settings. `Options::default()` listens on a free loopback port with invented credentials.
#[derive(Clone, clap::Args)]
pub struct Options {
    /// Address and port to listen on, or a port of 127.0.0.1 alone; port 0 takes a free one.
    #[arg(long, value_name = "[ADDRESS:]PORT", default_value_t = ANY_FREE_PORT, value_parser = read_address)]
    pub listen: SocketAddr,
    /// hst: developer id.
    #[arg(long, value_name = "ID", default_value = HST_DEV_ID)]
    pub hst_dev_id: String,
    /// hst: developer secret, exactly 16 bytes.
    #[arg(long, value_name = "SECRET", default_value = HST_DEV_SECRET)]
    pub hst_dev_secret: String,
    /// hst: how long an access token lives.
    #[arg(long, value_name = "SECONDS", default_value_t = TOKEN_LIFETIME_S)]
    pub hst_token_lifetime: u64,
    /// hst: end the sessions of the event gateway when a new access token is fetched, and when tokens are expired.
    ///
    /// Whether the platform does so is unknown. By default a session stays.
    #[arg(long)]
    pub hst_replaced_token_ends_sessions: bool,
    /// youme: app key.
    #[arg(long, value_name = "KEY", default_value = YOUME_APP_KEY)]
    pub youme_app_key: String,
    /// youme: app secret.
    #[arg(long, value_name = "SECRET", default_value = YOUME_APP_SECRET)]
    pub youme_app_secret: String,
    /// youme: REST API key, the third part of the checksum.
    #[arg(long, value_name = "KEY", default_value = YOUME_REST_API_KEY)]
    pub youme_rest_api_key: String,
    /// avd: access key.
    #[arg(long, value_name = "KEY", default_value = AVD_ACCESS_KEY)]
    pub avd_access_key: String,
    /// avd: secret key.
    #[arg(long, value_name = "KEY", default_value = AVD_SECRET_KEY)]
    pub avd_secret_key: String,
    /// avd: how long a token lives.
    #[arg(long, value_name = "SECONDS", default_value_t = TOKEN_LIFETIME_S)]
    pub avd_token_lifetime: u64,
    /// What the generated part of the world is drawn from; the same seed gives the same world.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// Log each request on standard error, one line each, secrets masked.
    #[arg(long)]
    pub verbose: bool,
    /// Seconds by which the sandbox's clock is ahead of the machine's; negative, behind.
    ///
    /// The Date header shows that clock, and the youme checksum is checked against it.
    #[arg(long = "clock-offset", value_name = "SECONDS", default_value_t = 0, allow_negative_numbers = true,
          value_parser = clap::value_parser!(i64).range(-10_000_000_000..=10_000_000_000))]
    pub clock_offset_s: i64,
    /// Open the control interface under /_sandbox: faults, clock, tokens, people, the record of calls. See below.
    #[arg(long)]
    pub control: bool,
    /// Serve the console, a page that shows the worlds and the calls and plans faults, at /_sandbox/console; implies --control.
    /// Its address is printed on standard error.
    #[arg(long)]
    pub console: bool,
    /// Faults that are planned from the start, and again after a reset. On the command line: --faults.
    #[arg(skip)]
    pub faults: Vec<Fault>,
    /// Speak HTTPS, with a private CA made at start; a second line on standard output shows it.
    #[arg(long)]
    pub tls: bool,
    /// Demand a client certificate of the private CA; implies --tls. The second line shows one.
    #[arg(long)]
    pub tls_client_certificates: bool,
    /// Write the private CA's certificate to this file (PEM); implies --tls.
    #[arg(long, value_name = "PATH")]
    pub ca_file: Option<PathBuf>,
}

impl Options {
    pub(crate) fn speaks_tls(&self) -> bool {
        self.tls || self.tls_client_certificates || self.ca_file.is_some()
    }

    pub(crate) fn opens_control(&self) -> bool {
        self.control || self.console
    }

    pub(crate) fn hst(&self) -> hst::Settings {
        hst::Settings {
            dev_id: self.hst_dev_id.clone(),
            // `Sandbox::start` has checked the length; a secret of another length would simply match no token.
            dev_secret: <[u8; 16]>::try_from(self.hst_dev_secret.as_bytes()).unwrap_or_default(),
            token_lifetime_s: self.hst_token_lifetime,
            replaced_token_ends_sessions: self.hst_replaced_token_ends_sessions,
            seed: self.seed,
        }
    }

    /// The world of calls ends at start-up by the machine's clock: a wrong clock of the server makes no calls of the
    /// future.
    pub(crate) fn youme(&self, now_ms: i64) -> youme::Settings {
        youme::Settings {
            app_key: self.youme_app_key.clone(),
            app_secret: self.youme_app_secret.clone(),
            rest_api_key: self.youme_rest_api_key.clone(),
            seed: self.seed,
            world_ends: now_ms / 1000 - self.clock_offset_s,
        }
    }

    pub(crate) fn avd(&self) -> avd::Settings {
        avd::Settings {
            access_key: self.avd_access_key.clone(),
            secret_key: self.avd_secret_key.clone(),
            token_lifetime_s: self.avd_token_lifetime,
            seed: self.seed,
        }
    }
}

/// `8800`, `127.0.0.1:8800`, `[::1]:8800`.
fn read_address(text: &str) -> Result<SocketAddr, String> {
    let is_number = text.bytes().all(|b| b.is_ascii_digit());
    if let Some(port) = text.parse().ok().filter(|_| is_number) {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    text.parse().map_err(|_| "expected a port (0 to 65535), or an IP address and a port: 127.0.0.1:8800".to_owned())
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: ANY_FREE_PORT,
            hst_dev_id: HST_DEV_ID.to_owned(),
            hst_dev_secret: HST_DEV_SECRET.to_owned(),
            hst_token_lifetime: TOKEN_LIFETIME_S,
            hst_replaced_token_ends_sessions: false,
            youme_app_key: YOUME_APP_KEY.to_owned(),
            youme_app_secret: YOUME_APP_SECRET.to_owned(),
            youme_rest_api_key: YOUME_REST_API_KEY.to_owned(),
            avd_access_key: AVD_ACCESS_KEY.to_owned(),
            avd_secret_key: AVD_SECRET_KEY.to_owned(),
            avd_token_lifetime: TOKEN_LIFETIME_S,
            seed: 1,
            verbose: false,
            clock_offset_s: 0,
            control: false,
            console: false,
            faults: Vec::new(),
            tls: false,
            tls_client_certificates: false,
            ca_file: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let read = |text| read_address(text).map(|address| address.to_string()).ok();
        assert_eq!(read("8800").as_deref(), Some("127.0.0.1:8800"));
        assert_eq!(read("0").as_deref(), Some("127.0.0.1:0"));
        assert_eq!(read("0.0.0.0:8800").as_deref(), Some("0.0.0.0:8800"));
        assert_eq!(read("[::1]:0").as_deref(), Some("[::1]:0"));
        for text in ["", "65536", "-1", "localhost:8800", "127.0.0.1", ":8800", "+80"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
