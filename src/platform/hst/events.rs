//! Where the event gateway is found.

use super::Platform;
use crate::catalog::Method;
use crate::platform::{EventGateway, Signed, SignedBody, envelope, target};
use crate::transport::{BaseUrl, UrlSource};

impl EventGateway for Platform {
    fn request(&self, app_id: &str) -> (&BaseUrl, Signed<'static>) {
        let app_id = self.account.discovery_app_id.as_deref().unwrap_or(app_id);
        let signed = Signed {
            method: Method::Get,
            target: target("", &[("appType", "8"), ("app_id", app_id)], &[]),
            headers: Vec::new(),
            body: SignedBody::Empty,
            request_id: None,
            derived: None,
        };
        (&self.account.events_discovery_url, signed)
    }

    /// `{"code":0,"message":"OK","result":"wss://…"}`, trimmed as the address of the platform itself.
    fn read(&self, body: &str) -> Result<BaseUrl, String> {
        let [result] = envelope(body, ["result"])?;
        let base = BaseUrl::of_websocket(&super::address_in(result)?)
            .map_err(|problem| format!("holds no usable address: {problem}"))?
            .named_by(UrlSource::DiscoveredGateway);
        // As with the platform's own address.
        match base.is_https() || !self.account.events_discovery_url.is_https() {
            true => Ok(base),
            false => {
                Err("holds an address that is not wss; give the address as \"url\" if it is to be used".to_owned())
            }
        }
    }

    fn login_id(&self) -> Option<&str> {
        self.account.credential.keys().map(|keys| keys.dev_id.as_str())
    }

    fn app_id(&self) -> Option<&str> {
        self.account.discovery_app_id.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    fn platform(more: &str) -> Platform {
        let text = format!(r#"{{"platform":"hst","dev_id":"d","dev_secret":"0123456789abcdef"{more}}}"#);
        match config::Config::parse(&text).unwrap().account {
            config::Account::Hst(account) => Platform::new(account),
            _ => unreachable!(),
        }
    }

    #[test]
    fn the_address_is_asked_for_where_the_client_belongs() {
        for (more, expected) in [
            ("", "https://access.paas.hst.com/server/address?appType=8&app_id=app%201"),
            (r#","discovery_url":"http://h/x""#, "http://h/x?appType=8&app_id=app%201"),
            (
                r#","base_url":"http://10.0.0.5:28000/y""#,
                "http://10.0.0.5:21000/server/address?appType=8&app_id=app%201",
            ),
            (r#","base_url":"https://[::1]:28000""#, "http://[::1]:21000/server/address?appType=8&app_id=app%201"),
            (r#","base_url":"http://h","discovery_url":"https://d/z""#, "https://d/z?appType=8&app_id=app%201"),
            (r#","discovery_app_id":"own""#, "https://access.paas.hst.com/server/address?appType=8&app_id=own"),
        ] {
            let platform = platform(more);
            let (url, signed) = EventGateway::request(&platform, "app 1");
            assert_eq!(url.join(&signed.target).ok().unwrap().text(), expected);
            assert!(signed.headers.is_empty());
        }
    }

    #[test]
    fn an_answer_holds_an_address_of_a_websocket() {
        let read = |more: &str, result: &str| {
            let body = format!(r#"{{"code":0,"message":"OK","result":"{result}"}}"#);
            EventGateway::read(&platform(more), &body).map(|base| base.as_str().to_owned())
        };
        assert_eq!(read("", " wss://e.example:8443/egw; ").unwrap(), "https://e.example:8443/egw");
        assert!(read("", "ws://e.example").unwrap_err().contains("not wss"));
        assert_eq!(read(r#","base_url":"http://10.0.0.5""#, "ws://10.0.0.5:6000/").unwrap(), "http://10.0.0.5:6000");
        assert!(read("", "https://e.example").unwrap_err().contains("wss"));
    }
}
