//! youme: 游密 video REST (document 002). Read beside it, in its order.

use super::{Judgement, Route, Signed, Signing, envelope, message, plain_body, target};
use crate::catalog::{Operation, PlatformName};
use crate::config;
use crate::error::Result;
use crate::hex::hex;
use crate::json::{Kind, kind, whole_number};
use crate::random;
use crate::redact::Foreign;
use crate::request::Prepared;
use crate::secret::Secret;
use crate::transport::BaseUrl;
use sha1::{Digest, Sha1};
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) struct Platform {
    account: Arc<config::Youme>,
    /// Begins at random, so that no two processes use the same numbers.
    next_seq: AtomicU64,
}

impl Platform {
    pub(crate) fn new(account: Arc<config::Youme>) -> Result<Platform> {
        Ok(Platform { account, next_seq: AtomicU64::new(random::u64()?) })
    }
}

impl super::Platform for Platform {
    fn name(&self) -> PlatformName {
        PlatformName::Youme
    }

    fn base_url(&self) -> Option<&BaseUrl> {
        Some(&self.account.base_url)
    }

    /// With the configured version and service name (Y1, Y2).
    fn route(&self, operation: &'static Operation) -> Route {
        let (version, service) = (&self.account.api_version, &self.account.service_name);
        let path = match operation.path.strip_prefix(self.name().path_prefix()) {
            Some(command) => Cow::Owned(format!("/{version}/{service}{command}")),
            None => Cow::Borrowed(operation.path.as_str()),
        };
        Route { method: operation.method, path, carrier: operation.carrier }
    }

    fn own_parameters(&self) -> &'static [&'static str] {
        &["appkey", "identifier", "curtime", "checksum", "seq"]
    }

    /// 1.2: the body is never empty.
    fn empty_body(&self) -> Option<&'static str> {
        Some("{}")
    }

    /// 1.1: `?appkey=&identifier=&curtime=&checksum=&seq=`.
    fn sign<'a>(&self, prepared: &'a Prepared<'a>, signing: &Signing<'_>) -> Result<Signed<'a>> {
        let curtime = signing.unix_s.to_string();
        let account = &self.account;
        let checksum = checksum(account.app_secret.reveal(), account.rest_api_key.reveal(), &curtime);
        let seq = self.next_seq.fetch_add(1, Ordering::Relaxed).to_string();
        let own = [
            ("appkey", account.app_key.as_str()),
            ("identifier", &account.identifier),
            ("curtime", &curtime),
            ("checksum", &checksum),
            ("seq", &seq),
        ];
        Ok(Signed {
            method: prepared.method,
            target: target(&prepared.path, &own, &prepared.query),
            headers: Vec::new(),
            body: plain_body(&prepared.body, "application/json"),
            request_id: Some(seq),
            derived: Some(Secret::new(checksum)),
        })
    }

    fn signs_with_time(&self) -> bool {
        true
    }

    /// 1.4: success is `ErrorCode` 0 and the status word OK or absent. Calls of version 1 say `ActionStatus` (Y5).
    fn judge(&self, body: &str, _bare: bool) -> Judgement {
        const NAMES: [&str; 4] = ["Status", "ActionStatus", "ErrorCode", "ErrorInfo"];
        let [status, action_status, code, info] = match envelope(body, NAMES) {
            Ok(envelope) => envelope,
            Err(problem) => return Judgement::Unreadable(problem),
        };
        let Some(code) = code.and_then(whole_number) else {
            return Judgement::Unreadable("has no number \"ErrorCode\"".to_owned());
        };
        let word = [status, action_status].into_iter().flatten().find(|word| kind(word) != Kind::Null);
        match (code, message(word).as_ref().map(Foreign::as_str)) {
            (0, Some("OK") | None) => Judgement::Success,
            _ => Judgement::Failure { code, message: message(info) },
        }
    }
}

/// 1.1.2, in three parts (Y3): lower-case hex SHA-1 of appsecret, restapikey and curtime.
pub(crate) fn checksum(app_secret: &str, rest_api_key: &str, curtime: &str) -> String {
    joined_sha1([app_secret, rest_api_key, curtime])
}

/// The token of an end user of the media SDK (Y24): lower-case hex SHA-1 of appkey, restapikey and user id.
pub(crate) fn user_token(app_key: &str, rest_api_key: &str, user_id: &str) -> String {
    joined_sha1([app_key, rest_api_key, user_id])
}

fn joined_sha1(parts: [&str; 3]) -> String {
    let mut hash = Sha1::new();
    for part in parts {
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::{FormIn, Platform as _};

    fn platform() -> Platform {
        let text = r#"{"platform":"youme","app_key":"k","app_secret":"s","rest_api_key":"r"}"#;
        match config::Config::parse(text).unwrap().account {
            config::Account::Youme(account) => Platform::new(account).unwrap(),
            _ => unreachable!(),
        }
    }

    #[test]
    fn the_checksum_has_three_parts() {
        assert_eq!(checksum("appsecret", "restapikey", "1575962150"), "ce676fea59cd36616466e14f1d1abd337ae2e100");
    }

    #[test]
    fn success_is_code_0_and_no_word_against_it() {
        let judge = |text: &str| platform().judge(text, false);
        for success in [
            r#"{"Status":"OK","ErrorCode":0,"ErrorInfo":""}"#,
            r#"{"ActionStatus":"OK","ErrorCode":0}"#,
            r#"{"ErrorCode":0}"#,
        ] {
            assert_eq!(judge(success), Judgement::Success, "{success}");
        }
        for failure in [r#"{"Status":"FAIL","ErrorCode":0}"#, r#"{"Status":"OK","ErrorCode":6050030000}"#] {
            assert!(matches!(judge(failure), Judgement::Failure { .. }), "{failure}");
        }
        assert!(matches!(judge(r#"{"Status":"OK"}"#), Judgement::Unreadable(_)));
    }

    #[test]
    fn each_request_has_its_own_seq() {
        let platform = platform();
        let prepared = Prepared::new(crate::catalog::Method::Post, "/v2/video/x", crate::catalog::Retry::Safe);
        let signing = Signing { token: None, unix_ms: 0, unix_s: 1, form: FormIn::Body };
        let seq = || platform.sign(&prepared, &signing).unwrap().request_id.unwrap();
        assert_ne!(seq(), seq());
    }
}
