//! hst: 好视通 FSP business gateway (documents 000 and 001).
//!
//! One access token lives per account: fetching a new one kills the old one at once, and a token that was killed looks
//! exactly like one that expired (H25).

mod dev_token;
#[cfg(feature = "events")]
mod events;

#[cfg(feature = "events")]
use super::EventGateway;
use super::{Discovery, Judgement, Signed, SignedBody, Signing, Tokens, envelope, message, plain_body, target, token};
use crate::catalog::{Method, PlatformName, table};
use crate::config::{self, HstKeys};
use crate::error::{Error, Result, Status};
use crate::json::{Kind, kind, string, whole_number};
use crate::random;
use crate::request::Prepared;
use crate::secret::Secret;
use crate::token::Token;
use crate::transport::{BaseUrl, UrlSource};
pub(crate) use dev_token::DevToken;
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

    /// The bare token, without `Bearer`.
    fn sign<'a>(&self, prepared: &'a Prepared<'a>, signing: &Signing<'_>) -> Result<Signed<'a>> {
        let token = signing.token.unwrap_or_default().to_owned();
        Ok(Signed {
            method: prepared.method,
            target: target(&prepared.path, &[], &prepared.query),
            headers: vec![("Authorization", token)],
            body: plain_body(&prepared.body, JSON),
            request_id: None,
            derived: None,
        })
    }

    fn judge(&self, body: &str, _bare: bool) -> Judgement {
        let [code, msg, message_member] = match envelope(body, ["code", "msg", "message"]) {
            Ok(envelope) => envelope,
            Err(problem) => return Judgement::Unreadable(problem),
        };
        match code.and_then(whole_number) {
            Some(0) => Judgement::Success,
            Some(code) => Judgement::Failure { code, message: message(msg.or(message_member)) },
            None => Judgement::Unreadable("has no number \"code\"".to_owned()),
        }
    }

    fn tokens(&self) -> Option<&dyn Tokens> {
        Some(self)
    }

    fn discovery(&self) -> Option<&dyn Discovery> {
        Some(self)
    }

    #[cfg(feature = "events")]
    fn event_gateway(&self) -> Option<&dyn EventGateway> {
        Some(self)
    }
}

impl Tokens for Platform {
    /// 001 L28: `Authorization: <dev_id>.<dev_token>`, nothing in the query.
    fn sign_request(&self, signing: &Signing<'_>) -> Result<Signed<'static>> {
        let Some(HstKeys { dev_id, dev_secret }) = self.account.credential.keys() else {
            return Err(Error::new(Status::Internal, "a token that was given is not fetched"));
        };
        let dev_token = DevToken { aid: dev_id, gid: "", uid: "", et: 0, ts: signing.unix_ms, r: random::u31()? };
        let dev_token = dev_token.encrypt(dev_secret.reveal())?;
        Ok(Signed {
            method: Method::Get,
            target: table::HST_ACCESS_TOKEN.path.to_string(),
            headers: vec![("Authorization", format!("{dev_id}.{dev_token}"))],
            body: SignedBody::Empty,
            request_id: None,
            derived: Some(Secret::new(dev_token)),
        })
    }

    /// In `result`, else at the top level (H5). `timeout` is its lifetime in seconds, never a constant of ours.
    fn read(&self, body: &str) -> std::result::Result<(Token, Option<Duration>), String> {
        const NAMES: [&str; 2] = ["access_token", "timeout"];
        let [result, flat, flat_timeout] = envelope(body, ["result", "access_token", "timeout"])?;
        let nested = match result {
            Some(result) if kind(result) == Kind::Object => envelope(result.get(), NAMES)?,
            _ => [None; 2],
        };
        let [found, timeout] = if nested[0].is_some() { nested } else { [flat, flat_timeout] };
        let lifetime = timeout.and_then(whole_number).and_then(|seconds| u64::try_from(seconds).ok());
        let lifetime = lifetime.filter(|seconds| *seconds > 0).map(Duration::from_secs);
        Ok((token(found, "access_token")?, lifetime))
    }

    /// 001 L8.
    fn fetch_kills_old(&self) -> bool {
        true
    }

    fn dead_is_ambiguous(&self) -> bool {
        false
    }
}

impl Discovery for Platform {
    fn request(&self) -> (&BaseUrl, Signed<'static>) {
        let app_id = self.account.discovery_app_id.as_deref().map(|app_id| ("app_id", app_id));
        let query: Vec<(&str, &str)> = [("appType", "10")].into_iter().chain(app_id).collect();
        let target = target("", &query, &[]);
        let signed = Signed {
            method: Method::Get,
            target,
            headers: Vec::new(),
            body: SignedBody::Empty,
            request_id: None,
            derived: None,
        };
        (&self.account.discovery_url, signed)
    }

    /// `{"code":0,"message":"OK","result":"https://…"}`; spaces and a trailing `;` or `/` are trimmed.
    fn read(&self, body: &str) -> std::result::Result<BaseUrl, String> {
        let [result] = envelope(body, ["result"])?;
        let base =
            BaseUrl::parse(&address_in(result)?).map_err(|problem| format!("holds no usable address: {problem}"))?;
        let base = base.named_by(UrlSource::Discovered);
        // A token must not travel in the open because somebody on the way says so.
        match base.is_https() || !self.account.discovery_url.is_https() {
            true => Ok(base),
            false => Err("holds an address that is not https".to_owned()),
        }
    }
}

/// An answer's address, trimmed.
fn address_in(result: Option<&RawValue>) -> std::result::Result<String, String> {
    let address = result.and_then(string).ok_or("holds no address")?;
    Ok(address.trim_matches([' ', '\t', '\r', '\n', ';', '/']).to_owned())
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
        let read = |text: &str| Discovery::read(&platform(), text).map(|base| base.as_str().to_owned());
        for text in ["https://gw.example.com", " https://gw.example.com/; ", "https://gw.example.com;"] {
            let body = format!(r#"{{"code":0,"message":"OK","result":"{text}"}}"#);
            assert_eq!(read(&body).unwrap(), "https://gw.example.com");
        }
        assert!(read(r#"{"code":0,"result":"http://gw.example.com"}"#).unwrap_err().contains("not https"));
        assert!(read(r#"{"code":0}"#).unwrap_err().contains("no address"));
        assert!(read("<html>").is_err());
    }

    #[test]
    fn the_discovery_request_carries_no_credential() {
        let platform = platform();
        let (url, signed) = Discovery::request(&platform);
        assert_eq!(
            url.join(&signed.target).ok().unwrap().text(),
            "https://access.paas.hst.com/server/address?appType=10&app_id=a%20b"
        );
        assert!(signed.headers.is_empty());
    }

    #[test]
    fn numbers_wider_than_32_bits_are_read() {
        let expected = Judgement::Failure { code: 6_050_030_000, message: Some("x".into()) };
        assert_eq!(platform().judge(r#"{"code":6050030000,"msg":"x"}"#, false), expected);
        assert_eq!(platform().judge(r#"{"code":0,"msg":"OK"}"#, false), Judgement::Success);
        assert!(matches!(platform().judge(r#"{"msg":"OK"}"#, false), Judgement::Unreadable(_)));
    }

    #[test]
    fn the_token_is_found_nested_and_flat_with_its_lifetime() {
        let read = |text: &str| {
            let (token, lifetime) = Tokens::read(&platform(), text)?;
            Ok::<_, String>((token.reveal().to_owned(), lifetime.map(|lifetime| lifetime.as_secs())))
        };
        let found = |token: &str, lifetime| Ok((token.to_owned(), lifetime));
        assert_eq!(read(r#"{"code":0,"result":{"timeout":7200,"access_token":"t1"}}"#), found("t1", Some(7200)));
        assert_eq!(read(r#"{"code":0,"timeout":"60","access_token":"t2"}"#), found("t2", Some(60)));
        assert_eq!(read(r#"{"code":0,"result":{"timeout":7200.0,"access_token":"t"}}"#), found("t", Some(7200)));
        for unstated in ["null", "0", "-1", "\"soon\"", "{}"] {
            let text = format!(r#"{{"code":0,"result":{{"timeout":{unstated},"access_token":"t3"}}}}"#);
            assert_eq!(read(&text), found("t3", None), "{unstated}");
        }
        assert!(read(r#"{"code":0,"result":{"access_token":"a\r\nb"}}"#).is_err());
        assert!(read(r#"{"code":0,"result":{}}"#).is_err());
    }
}
