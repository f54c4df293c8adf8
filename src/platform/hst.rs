//! hst: 好视通 FSP business gateway (documents 000 and 001).
//!
//! One access token lives per account: fetching a new one kills the old one at once, and a token that was killed looks
//! exactly like one that expired (H25).

mod dev_token;

use super::{Judgement, Signed, SignedBody, Signing, envelope, message, number, plain_body, target};
use crate::catalog::{Method, PlatformName, table};
use crate::config::{self, HstKeys};
use crate::error::{Error, Result, Status};
use crate::random;
use crate::request::Prepared;
use crate::secret::Secret;
use crate::token::{Token, is_token};
use crate::transport::BaseUrl;
pub(crate) use dev_token::DevToken;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;
use std::time::Duration;

/// 000 L25.
const JSON: &str = "application/json;charset=UTF-8";

pub(crate) struct Platform {
    account: Arc<config::Hst>,
}

impl Platform {
    pub(crate) fn new(account: Arc<config::Hst>) -> Platform {
        Platform { account }
    }
}

impl super::Platform for Platform {
    fn name(&self) -> PlatformName {
        PlatformName::Hst
    }

    fn base_url(&self) -> Option<&BaseUrl> {
        self.account.base_url.as_ref()
    }

    /// 001 L8.
    fn fetch_kills_token(&self) -> bool {
        true
    }

    /// The bare token, without `Bearer`.
    fn sign<'a>(&self, prepared: &'a Prepared<'a>, signing: &Signing<'_>) -> Result<Signed<'a>> {
        let token = signing.token.unwrap_or_default().to_owned();
        Ok(Signed {
            method: prepared.method,
            target: target(&prepared.path, &[], &prepared.query),
            headers: vec![("Authorization", token)],
            body: plain_body(&prepared.body, JSON),
            request_id: None,
        })
    }

    /// 001 L28: `Authorization: <dev_id>.<dev_token>`, nothing in the query.
    fn sign_token_request(&self, signing: &Signing<'_>) -> Result<Signed<'static>> {
        let Some(HstKeys { dev_id, dev_secret }) = self.account.credential.keys() else {
            return Err(Error::new(Status::Internal, "a token that was given is not fetched"));
        };
        let dev_token = DevToken { aid: dev_id, gid: "", uid: "", et: 0, ts: signing.unix_ms, r: random::u31()? };
        let dev_token = dev_token.encrypt(dev_secret.reveal())?;
        Ok(Signed {
            method: Method::Get,
            target: table::HST_ACCESS_TOKEN.path.to_owned(),
            headers: vec![("Authorization", format!("{dev_id}.{dev_token}"))],
            body: SignedBody::Empty,
            request_id: None,
        })
    }

    fn judge(&self, body: &[u8]) -> Judgement {
        #[derive(Deserialize)]
        struct Envelope<'a> {
            #[serde(borrow)]
            code: Option<&'a RawValue>,
            #[serde(borrow)]
            msg: Option<&'a RawValue>,
            #[serde(borrow)]
            message: Option<&'a RawValue>,
        }
        let envelope: Envelope<'_> = match envelope(body) {
            Ok(envelope) => envelope,
            Err(problem) => return Judgement::Unreadable(problem),
        };
        match envelope.code.and_then(number) {
            Some(0) => Judgement::Success,
            Some(code) => Judgement::Failure { code, message: message(envelope.msg.or(envelope.message)) },
            None => Judgement::Unreadable("has no number \"code\"".to_owned()),
        }
    }

    /// In `result`, else at the top level (H5). `timeout` is its lifetime in seconds, never a constant of ours.
    fn read_token(&self, body: &[u8]) -> std::result::Result<(Token, Option<Duration>), String> {
        #[derive(Deserialize)]
        struct Members<'a> {
            access_token: Option<String>,
            #[serde(borrow)]
            timeout: Option<&'a RawValue>,
        }
        #[derive(Deserialize)]
        struct Envelope<'a> {
            #[serde(borrow)]
            result: Option<Members<'a>>,
            access_token: Option<String>,
            #[serde(borrow)]
            timeout: Option<&'a RawValue>,
        }
        let Envelope { result, access_token, timeout } =
            envelope(body).map_err(|problem| format!("the answer {problem}"))?;
        let top = Members { access_token, timeout };
        let found = result.filter(|result| result.access_token.is_some()).unwrap_or(top);
        let lifetime = found.timeout.and_then(number).and_then(|seconds| u64::try_from(seconds).ok());
        match found.access_token {
            Some(token) if is_token(&token) => {
                Ok((Secret::new(token), lifetime.filter(|seconds| *seconds > 0).map(Duration::from_secs)))
            }
            _ => Err("the platform's answer holds no access_token".to_owned()),
        }
    }

    fn discovery(&self) -> Result<(&BaseUrl, Signed<'static>)> {
        let app_id = self.account.discovery_app_id.as_deref().map(|app_id| ("app_id", app_id));
        let query: Vec<(&str, &str)> = [("appType", "10")].into_iter().chain(app_id).collect();
        let target = target("", &query, &[]);
        let signed =
            Signed { method: Method::Get, target, headers: Vec::new(), body: SignedBody::Empty, request_id: None };
        Ok((&self.account.discovery_url, signed))
    }

    /// `{"code":0,"message":"OK","result":"https://…"}`; spaces and a trailing `;` or `/` are trimmed.
    fn read_address(&self, body: &[u8]) -> std::result::Result<BaseUrl, String> {
        #[derive(Deserialize)]
        struct Envelope {
            result: Option<String>,
        }
        if let Judgement::Failure { code, .. } = self.judge(body) {
            return Err(format!("the server answered {code}"));
        }
        let envelope: Envelope = envelope(body).map_err(|problem| format!("the answer {problem}"))?;
        let address = envelope.result.ok_or("the answer holds no address")?;
        let base = BaseUrl::parse(address.trim_matches([' ', '\t', '\r', '\n', ';', '/']))?;
        if base.is_https() { Ok(base) } else { Err("the answer's address is not https".to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Platform as _;

    fn platform() -> Platform {
        let text = r#"{"platform":"hst","dev_id":"d","dev_secret":"0123456789abcdef","discovery_app_id":"a b"}"#;
        match config::Config::parse(text).unwrap().account {
            config::Account::Hst(account) => Platform::new(account),
            _ => unreachable!(),
        }
    }

    #[test]
    fn the_discovered_address_is_trimmed_and_must_be_https() {
        let read = |text: &str| platform().read_address(text.as_bytes()).map(|base| base.as_str().to_owned());
        for text in ["https://gw.example.com", " https://gw.example.com/; ", "https://gw.example.com;"] {
            let body = format!(r#"{{"code":0,"message":"OK","result":"{text}"}}"#);
            assert_eq!(read(&body).unwrap(), "https://gw.example.com");
        }
        assert!(read(r#"{"code":0,"result":"http://gw.example.com"}"#).unwrap_err().contains("not https"));
        assert!(read(r#"{"code":1,"message":"no"}"#).unwrap_err().contains("answered 1"));
        assert!(read(r#"{"code":0}"#).unwrap_err().contains("no address"));
        assert!(read("<html>").is_err());
    }

    #[test]
    fn the_discovery_request_carries_no_credential() {
        let platform = platform();
        let (url, signed) = platform.discovery().unwrap();
        assert_eq!(
            url.join(&signed.target).unwrap(),
            "https://access.paas.hst.com/server/address?appType=10&app_id=a%20b"
        );
        assert!(signed.headers.is_empty());
    }

    #[test]
    fn numbers_wider_than_32_bits_are_read() {
        let expected = Judgement::Failure { code: 6_050_030_000, message: Some("x".to_owned()) };
        assert_eq!(platform().judge(br#"{"code":6050030000,"msg":"x"}"#), expected);
        assert_eq!(platform().judge(br#"{"code":0,"msg":"OK"}"#), Judgement::Success);
        assert!(matches!(platform().judge(br#"{"msg":"OK"}"#), Judgement::Unreadable(_)));
    }

    #[test]
    fn the_token_is_found_nested_and_flat_with_its_lifetime() {
        let read = |text: &str| {
            let (token, lifetime) = platform().read_token(text.as_bytes())?;
            Ok::<_, String>((token.reveal().to_owned(), lifetime.map(|lifetime| lifetime.as_secs())))
        };
        let found = |token: &str, lifetime| Ok((token.to_owned(), lifetime));
        assert_eq!(read(r#"{"code":0,"result":{"timeout":7200,"access_token":"t1"}}"#), found("t1", Some(7200)));
        assert_eq!(read(r#"{"code":0,"timeout":"60","access_token":"t2"}"#), found("t2", Some(60)));
        for unstated in ["null", "0", "-1", "\"soon\"", "{}"] {
            let text = format!(r#"{{"code":0,"result":{{"timeout":{unstated},"access_token":"t3"}}}}"#);
            assert_eq!(read(&text), found("t3", None), "{unstated}");
        }
        assert!(read(r#"{"code":0,"result":{"access_token":"a\r\nb"}}"#).is_err());
        assert!(read(r#"{"code":0,"result":{}}"#).is_err());
    }
}
