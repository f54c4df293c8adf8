//! The query's credentials (002 L38-L60, and the platform notes on youme).

use sha1::{Digest, Sha1};

use super::{Cause, Refusal, Youme};
use crate::exchange::Received;

/// 002 L58: a checksum lives five minutes. A clock that is ahead is treated like one that is behind.
const LIFETIME_S: u64 = 300;

impl Youme {
    /// `appkey`, `identifier`, `curtime` and `checksum` are required; `seq` may be missing (Y7: no vendor client sends it)
    /// but must not come twice. A `seq` counts as used only by a call whose credentials were right.
    pub(super) fn check_credentials(&mut self, received: &Received) -> Result<(), Refusal> {
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
        let Ok(signed_at) = curtime.parse::<i64>() else {
            return refused("curtime is not a number of seconds");
        };
        if signed_at.abs_diff(self.clock.now_ms() / 1000) > LIFETIME_S {
            return refused("checksum has expired");
        }
        match get("seq") {
            Some(seq) if !self.sequence.is_new(seq) => Err(Refusal::new(Cause::Repeated, "seq was used before")),
            _ => Ok(()),
        }
    }
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
}
