//! What can be set at start; the same structure is the command line.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use crate::faults::Fault;

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
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value_t = ANY_FREE_PORT)]
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
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: ANY_FREE_PORT,
            hst_dev_id: HST_DEV_ID.to_owned(),
            hst_dev_secret: HST_DEV_SECRET.to_owned(),
            hst_token_lifetime: TOKEN_LIFETIME_S,
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
            faults: Vec::new(),
            tls: false,
            tls_client_certificates: false,
            ca_file: None,
        }
    }
}

/// A lifetime in milliseconds; one that is too long to count never ends.
pub(crate) fn lifetime_ms(seconds: u64) -> i64 {
    i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX / 4)
}
