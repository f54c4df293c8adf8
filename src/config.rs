//! The JSON configuration of a client, read strictly: what cannot be right is refused before anything is sent.

mod credential;
mod network;
mod tls;

pub(crate) use credential::{AvdKeys, Credential, HstKeys, StoreConfig};

use crate::asynchronous::PoolSize;
use crate::catalog::{Field, PlatformName, table};
use crate::error::{Error, Result};
use crate::json::check::{Rules, check};
use crate::json::{Kind, Members, kind, nearest, quoted};
use crate::secret::Secret;
use crate::transport::{BaseUrl, Limits, Network, UrlSource};
use crate::trust::Trust;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

const RULES: Rules = Rules { noun: "configuration key", tolerant: false };

#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) account: Account,
    pub(crate) limits: Limits,
    pub(crate) trust: Arc<Trust>,
    /// Proxy, source address and the like; `None` where the configuration names none of them.
    pub(crate) network: Option<Arc<Network>>,
    pub(crate) max_idle_connections: usize,
    /// Of fetching one token, within a call's own.
    pub(crate) token_timeout: Duration,
    pub(crate) validate: bool,
    pub(crate) user_agent: String,
    /// Of asynchronous calls.
    pub(crate) asynchronous: PoolSize,
}

/// What each platform wants to know of its caller.
#[derive(Debug)]
pub(crate) enum Account {
    Hst(Arc<Hst>),
    Youme(Arc<Youme>),
    Avd(Arc<Avd>),
}

#[derive(Debug)]
pub(crate) struct Hst {
    /// `None`: discovered on the first call.
    pub(crate) base_url: Option<BaseUrl>,
    pub(crate) credential: Credential<HstKeys>,
    pub(crate) discovery_url: BaseUrl,
    pub(crate) discovery_app_id: Option<String>,
    /// Where the address of the event gateway is asked for.
    #[cfg_attr(not(feature = "events"), expect(dead_code, reason = "without events it is only checked"))]
    pub(crate) events_discovery_url: BaseUrl,
}

#[derive(Debug)]
pub(crate) struct Youme {
    pub(crate) base_url: BaseUrl,
    pub(crate) app_key: String,
    pub(crate) app_secret: Secret,
    pub(crate) rest_api_key: Secret,
    pub(crate) identifier: String,
    pub(crate) api_version: String,
    pub(crate) service_name: String,
}

#[derive(Debug)]
pub(crate) struct Avd {
    pub(crate) base_url: BaseUrl,
    pub(crate) credential: Credential<AvdKeys>,
    pub(crate) http_method: HttpMethod,
    pub(crate) upload_token: bool,
}

/// How avd's parameters travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HttpMethod {
    Auto,
    Get,
    Post,
}

/// The bounds of a call with what the members (of a configuration, or of a call's options) say otherwise.
pub(crate) fn limits(mut limits: Limits, members: &Members<'_>) -> Limits {
    let milliseconds = |name| {
        let value = members.integer(name)?;
        Some(Duration::from_millis(u64::try_from(value).ok()?))
    };
    if let Some(timeout) = milliseconds("timeout_ms") {
        limits.timeout = timeout;
    }
    if let Some(timeout) = milliseconds("connect_timeout_ms") {
        limits.connect_timeout = timeout;
    }
    if let Some(timeout) = milliseconds("attempt_timeout_ms") {
        limits.attempt_timeout = Some(timeout);
    }
    if let Some(attempts) = members.integer("max_attempts").and_then(|attempts| u32::try_from(attempts).ok()) {
        limits.max_attempts = attempts;
    }
    if let Some(bytes) = members.integer("max_reply_bytes") {
        limits.max_reply_bytes = bytes.unsigned_abs();
    }
    limits
}

impl Config {
    pub(crate) fn parse(text: &str) -> Result<Config> {
        let refuse = |problem: String| {
            // Most name the key, and so the configuration.
            let is_named = problem.contains("configuration key");
            Error::invalid_config(if is_named { problem } else { format!("configuration: {problem}") })
        };
        let members =
            Members::parse(text).map_err(|problem| Error::invalid_argument(format!("configuration: {problem}")))?;
        let platform = platform(&members).map_err(refuse)?;
        check(keys(platform), &members, RULES).map_err(refuse)?;
        only_sendable_characters(&members).map_err(refuse)?;
        let reader = Reader { members: &members, keys: keys(platform) };
        Ok(Config {
            account: reader.account(platform).map_err(refuse)?,
            limits: limits(Limits::DEFAULT, &members),
            trust: Arc::new(tls::trust(&members).map_err(refuse)?),
            network: network::network(&members).map_err(refuse)?.map(Arc::new),
            max_idle_connections: usize::try_from(reader.number_or_default("max_idle_connections"))
                .unwrap_or(usize::MAX),
            token_timeout: Duration::from_millis(reader.number_or_default("token_timeout_ms")),
            validate: members.boolean("validate").unwrap_or(true),
            asynchronous: PoolSize {
                threads: reader.size_or_default("async_threads"),
                queue: reader.size_or_default("async_queue"),
            },
            user_agent: reader
                .text("user_agent")
                .unwrap_or_else(|| concat!("meetgate/", env!("CARGO_PKG_VERSION")).to_owned()),
        })
    }

    pub(crate) fn platform(&self) -> PlatformName {
        match self.account {
            Account::Hst(_) => PlatformName::Hst,
            Account::Youme(_) => PlatformName::Youme,
            Account::Avd(_) => PlatformName::Avd,
        }
    }

    /// How tokens are come by, with what makes the account's tokens its own in place of keys: platform, address, id and
    /// secret. `None` where the platform has no tokens.
    pub(crate) fn credential(&self) -> Option<Credential<Vec<Cow<'_, str>>>> {
        let name = Cow::Borrowed(self.platform().as_str());
        match &self.account {
            Account::Hst(hst) => Some(hst.credential.map(|keys| {
                let app_id = hst.discovery_app_id.as_deref().filter(|_| hst.base_url.is_none());
                let base_url = hst.base_url.as_ref().unwrap_or(&hst.discovery_url);
                let [dev_id, dev_secret] = [&keys.dev_id, keys.dev_secret.reveal()].map(Cow::Borrowed);
                let identity = [name, base_url.canonical().into(), dev_id, dev_secret];
                identity.into_iter().chain(app_id.map(Cow::Borrowed)).collect()
            })),
            Account::Youme(_) => None,
            Account::Avd(avd) => Some(avd.credential.map(|keys| {
                let [access_key, secret_key] = [&keys.access_key, keys.secret_key.reveal()].map(Cow::Borrowed);
                vec![name, avd.base_url.canonical().into(), access_key, secret_key]
            })),
        }
    }

    /// The values that must not appear in any error.
    pub(crate) fn secrets(&self) -> Vec<&str> {
        let mut secrets = match &self.account {
            Account::Hst(hst) => hst.credential.secret(|keys| &keys.dev_secret),
            Account::Youme(youme) => vec![youme.app_secret.reveal(), youme.rest_api_key.reveal()],
            Account::Avd(avd) => avd.credential.secret(|keys| &keys.secret_key),
        };
        secrets.extend(self.network.iter().flat_map(|network| network.secrets()));
        secrets
    }
}

/// The configuration keys of a platform.
const fn keys(platform: PlatformName) -> &'static [Field] {
    match platform {
        PlatformName::Hst => table::HST_CONFIG,
        PlatformName::Youme => table::YOUME_CONFIG,
        PlatformName::Avd => table::AVD_CONFIG,
    }
}

fn platform(members: &Members<'_>) -> std::result::Result<PlatformName, String> {
    let names = || PlatformName::ALL.into_iter().map(PlatformName::as_str);
    let expected = "expected one of hst, youme, avd";
    let Some(value) = members.get("platform") else {
        return Err(format!("required configuration key \"platform\" is missing: {expected}"));
    };
    let Some(name) = members.text("platform") else {
        let got = kind(value).described();
        return Err(format!("configuration key \"platform\": {expected}, got {got}"));
    };
    PlatformName::ALL.into_iter().find(|platform| platform.as_str() == name).ok_or_else(|| {
        match nearest(&name, names()) {
            Some(near) => format!("configuration key \"platform\": {expected}; did you mean \"{near}\"?"),
            None => format!("configuration key \"platform\": {expected}, got {}", quoted(&name)),
        }
    })
}

/// Values that travel in a header.
const HEADER_KEYS: [&str; 2] = ["dev_id", "user_agent"];

/// The longest text, in bytes. Servers refuse longer headers and addresses.
const LONGEST_TEXT: usize = 8191;
/// Of one that goes along with each request.
const LONGEST_USER_AGENT: usize = 1024;

/// Header and URL injection both need a control character; a header holds printable ASCII only, and not without end.
fn only_sendable_characters(members: &Members<'_>) -> std::result::Result<(), String> {
    for (name, value) in members.iter() {
        let text = if kind(value) == Kind::String { members.text(name).unwrap_or_default() } else { continue };
        if text.chars().any(char::is_control) {
            return Err(format!("configuration key \"{name}\" holds a control character"));
        }
        let longest = if name == "user_agent" { LONGEST_USER_AGENT } else { LONGEST_TEXT };
        if text.len() > longest {
            let got = text.len();
            return Err(format!("configuration key \"{name}\": expected at most {longest} bytes, got {got}"));
        }
        if HEADER_KEYS.contains(&name) && !text.is_ascii() {
            return Err(format!(
                "configuration key \"{name}\": expected ASCII characters, since it travels in a header"
            ));
        }
    }
    Ok(())
}

/// Reads members whose types have been checked.
struct Reader<'m, 'a> {
    members: &'m Members<'a>,
    keys: &'static [Field],
}

impl Reader<'_, '_> {
    fn text(&self, name: &str) -> Option<String> {
        self.members.text(name).map(|text| text.into_owned())
    }

    /// The key's value, or the default that the catalog documents.
    fn text_or_default(&self, name: &str) -> String {
        let default = self.keys.iter().find(|key| key.name == name).map_or("", |key| key.default.as_str());
        self.text(name).unwrap_or_else(|| default.to_owned())
    }

    /// The key's value, or the default that the catalog documents; 0 where the platform has no such key.
    fn number_or_default(&self, name: &str) -> u64 {
        let given = self.members.integer(name).and_then(|number| u64::try_from(number).ok());
        let default = || self.keys.iter().find(|key| key.name == name)?.default.parse().ok();
        given.or_else(default).unwrap_or_default()
    }

    /// A number of things in memory.
    fn size_or_default(&self, name: &str) -> usize {
        usize::try_from(self.number_or_default(name)).unwrap_or(usize::MAX)
    }

    /// A credential or name that would make a request meaningless if it were empty.
    fn filled(&self, name: &str) -> std::result::Result<String, String> {
        match self.text_or_default(name) {
            text if text.is_empty() => Err(format!("configuration key \"{name}\" is empty")),
            text => Ok(text),
        }
    }

    fn url(&self, name: &str) -> std::result::Result<BaseUrl, String> {
        BaseUrl::parse(&self.text_or_default(name))
            .map_err(|problem| format!("configuration key \"{name}\": {problem}"))
    }

    /// One segment of a path.
    fn segment(&self, name: &str) -> std::result::Result<String, String> {
        let text = self.filled(name)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if text.bytes().all(plain) && !matches!(text.as_str(), "." | "..") {
            Ok(text)
        } else {
            Err(format!("configuration key \"{name}\": expected one segment of a path, got {text:?}"))
        }
    }

    fn account(&self, platform: PlatformName) -> std::result::Result<Account, String> {
        Ok(match platform {
            PlatformName::Hst => {
                let base_url = match self.members.get("base_url") {
                    Some(_) => Some(self.url("base_url")?),
                    None => None,
                };
                let discovery_url = self.url("discovery_url")?.named_by(UrlSource::DiscoveryUrl);
                let is_asked_there = self.members.get("discovery_url").is_some();
                let events_discovery_url = match base_url.as_ref().filter(|_| !is_asked_there) {
                    Some(base) => BaseUrl::parse(&format!("http://{}:21000/server/address", base.host()))?
                        .named_by(UrlSource::DiscoveryUrl),
                    None => discovery_url.clone(),
                };
                Account::Hst(Arc::new(Hst {
                    base_url,
                    credential: self.hst_credential()?,
                    discovery_url,
                    discovery_app_id: self.text("discovery_app_id"),
                    events_discovery_url,
                }))
            }
            PlatformName::Youme => Account::Youme(Arc::new(Youme {
                base_url: self.url("base_url")?,
                app_key: self.filled("app_key")?,
                app_secret: Secret::new(self.filled("app_secret")?),
                rest_api_key: Secret::new(self.filled("rest_api_key")?),
                identifier: self.filled("identifier")?,
                api_version: self.segment("api_version")?,
                service_name: self.segment("service_name")?,
            })),
            PlatformName::Avd => Account::Avd(Arc::new(Avd {
                base_url: self.url("base_url")?.without_suffix(table::AVD_PREFIX),
                credential: self.avd_credential()?,
                http_method: match self.text("http_method").as_deref() {
                    Some("get") => HttpMethod::Get,
                    Some("post") => HttpMethod::Post,
                    _ => HttpMethod::Auto,
                },
                upload_token: self.members.boolean("upload_token").unwrap_or(true),
            })),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Status;

    const HST: &str =
        r#"{"platform":"hst","base_url":"http://10.0.0.5:28000","dev_id":"d","dev_secret":"0123456789abcdef"}"#;
    const YOUME: &str = r#"{"platform":"youme","app_key":"k","app_secret":"appsecret","rest_api_key":"restapikey"}"#;
    const AVD: &str =
        r#"{"platform":"avd","base_url":"https://10.0.0.5:9610","access_key":"a","secret_key":"very-secret"}"#;

    fn refused(text: &str, words: &[&str]) {
        let error = Config::parse(text).map(|_| ()).expect_err(text);
        assert_eq!(error.status(), Status::InvalidConfig);
        for word in words {
            assert!(error.to_string().contains(word), "{error} lacks {word:?}");
        }
    }

    #[test]
    fn the_documented_starts_are_enough() {
        for (text, platform) in [(HST, PlatformName::Hst), (YOUME, PlatformName::Youme), (AVD, PlatformName::Avd)] {
            let config = Config::parse(text).unwrap();
            assert_eq!(config.platform(), platform);
            assert_eq!(config.limits.timeout, Duration::from_secs(30));
            assert_eq!(config.limits.connect_timeout, Duration::from_secs(5));
        }
    }

    #[test]
    fn defaults_are_the_documented_ones() {
        let documented = |name: &str| table::AVD_CONFIG.iter().find(|key| key.name == name).unwrap().default.as_str();
        assert_eq!(Limits::DEFAULT.timeout.as_millis().to_string(), documented("timeout_ms"));
        assert_eq!(Limits::DEFAULT.connect_timeout.as_millis().to_string(), documented("connect_timeout_ms"));
        assert_eq!(Limits::DEFAULT.max_reply_bytes.to_string(), documented("max_reply_bytes"));
        let Account::Youme(youme) = Config::parse(YOUME).unwrap().account else { panic!() };
        assert_eq!(youme.base_url.as_str(), "https://api.youme.im");
        assert_eq!((youme.identifier.as_str(), youme.api_version.as_str()), ("admin", "v2"));
    }

    #[test]
    fn what_cannot_be_right_is_refused() {
        assert_eq!(Config::parse("[]").map(|_| ()).unwrap_err().status(), Status::InvalidArgument);
        refused("{}", &["\"platform\" is missing", "hst, youme, avd"]);
        refused(r#"{"platform":"avdd"}"#, &["did you mean \"avd\"?"]);
        refused(r#"{"platform":7}"#, &["got an integer"]);
        refused(&AVD.replace("base_url", "base_uri"), &["\"base_uri\"", "did you mean \"base_url\"?"]);
        refused(&HST.replace("89abcdef", "89"), &["dev_secret", "16 bytes", "10"]);
        refused(&HST.replace("http://", "ftp://"), &["base_url", "http or https"]);
        refused(&HST.replace("\"d\"", r#""a\r\nb""#), &["\"dev_id\"", "control character"]);
        refused(&HST.replace("\"d\"", "\"会\""), &["\"dev_id\"", "ASCII"]);
        refused(&HST.replace("\"d\"", "\"\""), &["\"dev_id\"", "empty"]);
        refused(r#"{"platform":"avd","base_url":"http://h"}"#, &["credentials are missing"]);
        refused(&AVD.replace("\"secret_key\"", "\"token\""), &["not both"]);
        refused(r#"{"platform":"avd","base_url":"http://h","access_key":"a"}"#, &["\"secret_key\" is missing"]);
        refused(
            &HST.replace("\"d\"", &format!("\"{}\"", "d".repeat(8192))),
            &["\"dev_id\"", "at most 8191 bytes, got 8192"],
        );
        let user_agent = |length| AVD.replace('}', &format!(r#","user_agent":"{}"}}"#, "x".repeat(length)));
        refused(&user_agent(1025), &["\"user_agent\"", "at most 1024 bytes, got 1025"]);
        Config::parse(&user_agent(1024)).unwrap();
        refused(&AVD.replace('}', r#","timeout_ms":0}"#), &["\"timeout_ms\"", "from 1 to"]);
        refused(&AVD.replace('}', r#","http_method":"put"}"#), &["one of auto, get, post"]);
        refused(&YOUME.replace('}', r#","api_version":"../x"}"#), &["api_version", "segment"]);
        refused(&YOUME.replace('}', r#","dev_id":"x"}"#), &["unknown configuration key \"dev_id\""]);
    }

    #[test]
    fn a_prefix_that_is_there_is_not_doubled() {
        for base in ["https://10.0.0.5:9610/sdkapi/v2", "https://10.0.0.5:9610/sdkapi/v2/", "https://10.0.0.5:9610/"] {
            let config = Config::parse(&AVD.replace("https://10.0.0.5:9610", base)).unwrap();
            let Account::Avd(avd) = config.account else { panic!() };
            assert_eq!(avd.base_url.as_str(), "https://10.0.0.5:9610");
        }
    }

    #[test]
    fn debug_output_holds_no_secret() {
        for (text, secret) in [(HST, "0123456789abcdef"), (YOUME, "appsecret"), (AVD, "very-secret")] {
            let shown = format!("{:?}", Config::parse(text).unwrap());
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
