//! The query's credentials (002 L38-L60, and the platform notes on youme).

use super::refusal::{Cause, Refusal};
use super::sequence::Sequence;
use super::settings::Settings;
use crate::exchange::Received;
use sha1::{Digest, Sha1};

/// 002 L58: a checksum lives five minutes. A clock that is ahead is treated like one that is behind.
const LIFETIME_S: u64 = 300;

/// The account, and what its callers have used up.
pub(crate) struct Credentials {
    app_key: String,
    app_secret: String,
    rest_api_key: String,
    sequence: Sequence,
}

impl Credentials {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            app_key: settings.app_key.clone(),
            app_secret: settings.app_secret.clone(),
            rest_api_key: settings.rest_api_key.clone(),
            sequence: Sequence::default(),
        }
    }

    /// `appkey`, `identifier`, `curtime` and `checksum` are required; `seq` may be missing (Y7: no vendor client sends it)
    /// but must not come twice. A `seq` counts as used only by a call whose credentials were right.
    pub(crate) fn check(&mut self, received: &Received, now_ms: i64) -> Result<(), Refusal> {
        let pairs = received.query_pairs();
        let get = |name: &str| {
            let pair = pairs.iter().find(|(key, value)| key == name && !value.is_empty());
            pair.map(|(_, value)| value.as_str())
        };
        let required = |name: &str| {
            get(name).ok_or_else(|| Refusal::new(Cause::Arguments, format!("{name} is missing in the query")))
        };
        let appkey = required("appkey")?;
        required("identifier")?;
        let curtime = required("curtime")?;
        let checksum = required("checksum")?;
        let refused = |text: &str| Err(Refusal::new(Cause::Credentials, text));
        if appkey != self.app_key {
            return refused("appkey is unknown");
        }
        // Checked before the time: to a caller who cannot sign, the server's clock is nobody's business.
        if checksum != of(&self.app_secret, &self.rest_api_key, curtime) {
            return refused("checksum is wrong");
        }
        let Some(signed_at) = seconds(curtime) else {
            return refused("curtime is not a number of seconds");
        };
        if signed_at.abs_diff(now_ms / 1000) > LIFETIME_S {
            return refused("checksum has expired");
        }
        match get("seq") {
            Some(seq) if !self.sequence.is_new(seq) => Err(Refusal::new(Cause::Repeated, "seq was used before")),
            _ => Ok(()),
        }
    }
}

/// Y23: one of the vendor's own SDKs sends a fraction (`1575962150.23`). The checksum is made of the text as it came; of
/// the time the whole seconds count.
fn seconds(curtime: &str) -> Option<i64> {
    let (whole, fraction) = curtime.split_once('.').unwrap_or((curtime, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if digits(whole.strip_prefix('-').unwrap_or(whole)) && digits(fraction) { whole.parse().ok() } else { None }
}

/// Lower-case hex SHA-1 of three parts. Y3: the document's "两个参数" is left over from v1.
fn of(app_secret: &str, rest_api_key: &str, curtime: &str) -> String {
    let mut hash = Sha1::new();
    for part in [app_secret, rest_api_key, curtime] {
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vector_of_facts() {
        assert_eq!(of("appsecret", "restapikey", "1575962150"), "ce676fea59cd36616466e14f1d1abd337ae2e100");
    }

    #[test]
    fn a_fraction_of_a_second() {
        assert_eq!(seconds("1575962150"), Some(1_575_962_150));
        assert_eq!(seconds("1575962150.23"), Some(1_575_962_150));
        for text in ["", ".", "1.", ".5", "1.2.3", "1e9", "0x1", "+1", "1,5", "99999999999999999999"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
