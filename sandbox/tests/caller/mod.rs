//! A plain HTTP client for the tests, with its own signing. Never our library: a bug must not fit on both sides.

// Each test target uses its own part of this.
#![allow(dead_code)]

pub mod signing;

use meetgate_sandbox::{Options, Sandbox};
use serde_json::Value;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use ureq::http::Request;

pub const QUIET: &str = "12345123456";
pub const BUSY: &str = "98765432100";

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {:?}", String::from_utf8_lossy(&self.body)))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// Sends one request and takes any answer, whatever its status.
pub fn send(agent: &ureq::Agent, method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = if body.is_empty() && method != "POST" {
        agent.run(request.body(()).unwrap())
    } else {
        agent.run(request.body(body).unwrap())
    };
    let response = response.unwrap_or_else(|error| panic!("{method} {url}: {error}"));
    let (head, mut body) = response.into_parts();
    let text = |value: &ureq::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Answer {
        status: head.status.as_u16(),
        headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: body.with_config().limit(100_000_000).read_to_vec().unwrap(),
    }
}

pub fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(Duration::from_secs(20)));
    config.build().into()
}

/// One for tests of thousands of calls: a timeout costs a thread for each, which looks the address up.
pub fn patient_agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into()
}

/// `a=1&b=%E5`, every value percent-encoded.
pub fn encode(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A caller of one sandbox, with the credentials of its first line.
pub struct Caller {
    pub sandbox: Sandbox,
    pub agent: ureq::Agent,
    pub configurations: Value,
    avd_token: Option<String>,
    hst_token: Option<String>,
}

static SEQ: AtomicU64 = AtomicU64::new(1);

impl Caller {
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        let sandbox = Sandbox::start(options).unwrap();
        let configurations = sandbox.configurations();
        Self { sandbox, agent: agent(), configurations, avd_token: None, hst_token: None }
    }

    pub fn setting(&self, platform: &str, name: &str) -> String {
        self.configurations[platform][name].as_str().unwrap().to_owned()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.sandbox.address())
    }

    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        send(&self.agent, method, &self.url(path), headers, body)
    }

    // hst

    pub fn hst_authorization(&self) -> String {
        let (id, secret) = (self.setting("hst", "dev_id"), self.setting("hst", "dev_secret"));
        format!("{id}.{}", signing::dev_token(&id, secret.as_bytes(), now_ms()))
    }

    pub fn hst_fetch_token(&self) -> String {
        let answer = self.send("GET", "/access/token", &[("Authorization", &self.hst_authorization())], b"");
        answer.json()["result"]["access_token"].as_str().unwrap().to_owned()
    }

    fn hst_token(&mut self) -> String {
        let fetched = self.hst_token.take().unwrap_or_else(|| self.hst_fetch_token());
        self.hst_token = Some(fetched.clone());
        fetched
    }

    pub fn hst_json(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let token = self.hst_token();
        self.hst_json_with(&token, method, path, &body.to_string())
    }

    pub fn hst_json_with(&self, token: &str, method: &str, path: &str, body: &str) -> Value {
        let headers = [("Authorization", token), ("Content-Type", "application/json;charset=UTF-8")];
        let answer = self.send(method, path, &headers, body.as_bytes());
        assert_eq!(answer.status, 200);
        answer.json()
    }

    pub fn hst_query(&mut self, method: &str, path: &str, pairs: &[(&str, &str)]) -> Value {
        let token = self.hst_token();
        let answer = self.send(method, &format!("{path}?{}", encode(pairs)), &[("Authorization", &token)], b"");
        assert_eq!(answer.status, 200);
        answer.json()
    }

    // youme

    pub fn youme_query(&self, curtime: &str, seq: Option<&str>) -> String {
        let checksum =
            signing::checksum(&self.setting("youme", "app_secret"), &self.setting("youme", "rest_api_key"), curtime);
        let key = self.setting("youme", "app_key");
        let mut pairs = vec![("appkey", key.as_str()), ("identifier", "admin"), ("curtime", curtime)];
        pairs.push(("checksum", &checksum));
        pairs.extend(seq.map(|seq| ("seq", seq)));
        encode(&pairs)
    }

    pub fn youme(&self, command: &str, body: &Value) -> Value {
        let seq = SEQ.fetch_add(1, Ordering::Relaxed).to_string();
        let query = self.youme_query(&(now_ms() / 1000).to_string(), Some(&seq));
        self.youme_with(command, &query, &body.to_string())
    }

    pub fn youme_with(&self, command: &str, query: &str, body: &str) -> Value {
        let path = format!("/v2/video/{command}?{query}");
        let answer = self.send("POST", &path, &[("Content-Type", "application/json")], body.as_bytes());
        assert_eq!(answer.status, 200);
        answer.json()
    }

    // avd

    pub fn avd_fetch_token(&self) -> Value {
        let (access, secret) = (self.setting("avd", "access_key"), self.setting("avd", "secret_key"));
        self.avd_get("/sdkapi/v2/app/get_token", &[("access_key", &access), ("secret_key", &secret)])
    }

    pub fn avd_token(&mut self) -> String {
        let fetch = |caller: &Self| caller.avd_fetch_token()["token"].as_str().unwrap().to_owned();
        let token = self.avd_token.take().unwrap_or_else(|| fetch(self));
        self.avd_token = Some(token.clone());
        token
    }

    /// GET with a query and without a token.
    pub fn avd_get(&self, path: &str, pairs: &[(&str, &str)]) -> Value {
        let answer = self.send("GET", &format!("{path}?{}", encode(pairs)), &[], b"");
        assert_eq!(answer.status, 200, "{path}");
        answer.json()
    }

    /// GET below `/sdkapi/v2`, with a token.
    pub fn avd(&mut self, address: &str, pairs: &[(&str, &str)]) -> Value {
        let token = self.avd_token();
        let pairs = [&[("token", token.as_str())], pairs].concat();
        self.avd_get(&format!("/sdkapi/v2{address}"), &pairs)
    }

    /// POST of a form below `/sdkapi/v2`, with a token in it.
    pub fn avd_form(&mut self, address: &str, pairs: &[(&str, &str)]) -> Value {
        let token = self.avd_token();
        let form = encode(&[&[("token", token.as_str())], pairs].concat());
        let kind = [("Content-Type", "application/x-www-form-urlencoded")];
        let answer = self.send("POST", &format!("/sdkapi/v2{address}"), &kind, form.as_bytes());
        assert_eq!(answer.status, 200, "{address}");
        answer.json()
    }

    /// A multipart upload as curl sends it.
    pub fn upload(&self, query: &str, field: &str, file_name: &str, content: &[u8]) -> Answer {
        let boundary = "------------------------d74496d66958873e";
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{file_name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        let body = [head.as_bytes(), content, format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
        let kind = format!("multipart/form-data; boundary={boundary}");
        let path = if query.is_empty() { "/uploadfile".to_owned() } else { format!("/uploadfile?{query}") };
        self.send("POST", &path, &[("Content-Type", &kind)], &body)
    }

    /// Downloads a URL that an answer named.
    pub fn download(&self, url: &str, headers: &[(&str, &str)]) -> Answer {
        send(&self.agent, "GET", url, headers, b"")
    }
}

pub fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}
