//! Everything that the connections share: the three platforms, the clock, the faults, the record.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::avd::Avd;
use crate::clock::Clock;
use crate::counts::Counts;
use crate::exchange::{Received, Reply};
use crate::faults::Faults;
use crate::hst::Hst;
use crate::options::Options;
use crate::record::Record;
use crate::tls::Tls;
use crate::wire::Lines;
use crate::youme::Youme;

pub struct Shared {
    pub options: Options,
    /// What clients call: scheme, host and port.
    pub base_url: String,
    pub tls: Option<Tls>,
    pub clock: Clock,
    pub hst: Mutex<Hst>,
    pub youme: Mutex<Youme>,
    pub avd: Mutex<Avd>,
    pub faults: Faults,
    pub record: Mutex<Record>,
    pub counts: Mutex<Counts>,
    pub lines: Arc<Lines>,
}

/// A lock that survives a panic of another holder: one broken call must not end the sandbox.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub fn new(options: Options, base_url: String, tls: Option<Tls>) -> Self {
        let clock = Clock::new(options.clock_offset_s);
        Self {
            hst: Mutex::new(Hst::new(&options, clock.clone())),
            youme: Mutex::new(Youme::new(&options, clock.clone())),
            avd: Mutex::new(Avd::new(&options, clock.clone(), base_url.clone())),
            faults: Faults::new(),
            record: Mutex::default(),
            counts: Mutex::default(),
            lines: Arc::default(),
            clock,
            options,
            base_url,
            tls,
        }
    }

    /// The platform's answer to a call that got through.
    pub fn perform(&self, received: &Received, operation: Option<&'static str>) -> Reply {
        let reply = match Platform::of(&received.path) {
            Some(Platform::Hst) => lock(&self.hst).answer(received),
            Some(Platform::Youme) => lock(&self.youme).answer(received),
            Some(Platform::Avd) => lock(&self.avd).answer(received),
            None => Reply::json_with_status(404, &json!({"error": "no platform has this path"}), None),
        };
        if reply.is_success() {
            lock(&self.counts).acted(operation);
        }
        reply
    }

    /// The platform's answer to a call that was told to fail.
    pub fn failure(path: &str, number: i64) -> Option<Reply> {
        Platform::of(path).map(|platform| match platform {
            Platform::Hst => Hst::failure(number),
            Platform::Youme => Youme::failure(number),
            Platform::Avd => Avd::failure(path, number),
        })
    }

    pub fn expire_tokens(&self) {
        lock(&self.hst).expire_token();
        lock(&self.avd).expire_tokens();
    }

    /// The world, the clock, the faults and the record, as they were at start.
    pub fn reset(&self) {
        self.clock.restart(self.options.clock_offset_s);
        *lock(&self.hst) = Hst::new(&self.options, self.clock.clone());
        *lock(&self.youme) = Youme::new(&self.options, self.clock.clone());
        *lock(&self.avd) = Avd::new(&self.options, self.clock.clone(), self.base_url.clone());
        lock(&self.record).clear();
        lock(&self.counts).clear();
        self.faults.clear();
        for fault in &self.options.faults {
            // They were taken at start, so they are taken now.
            let _ = self.faults.add(fault.clone());
        }
    }

    /// `{"hst":{…},"youme":{…},"avd":{…}}`, each member a complete client configuration.
    pub fn configurations(&self) -> Value {
        let (options, base_url) = (&self.options, &self.base_url);
        json!({
            "hst": {
                "platform": "hst",
                "base_url": base_url,
                "dev_id": options.hst_dev_id,
                "dev_secret": options.hst_dev_secret,
            },
            "youme": {
                "platform": "youme",
                "base_url": base_url,
                "app_key": options.youme_app_key,
                "app_secret": options.youme_app_secret,
                "rest_api_key": options.youme_rest_api_key,
            },
            "avd": {
                "platform": "avd",
                "base_url": base_url,
                "access_key": options.avd_access_key,
                "secret_key": options.avd_secret_key,
            },
        })
    }
}

/// Whose path it is. The three share no prefix: hst has `/access/token` and `/v1/…` (001), youme `/v2/video/…` (002),
/// avd `/sdkapi/v2/…` and three places on the host root (004).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Platform {
    Hst,
    Youme,
    Avd,
}

impl Platform {
    fn of(path: &str) -> Option<Self> {
        match path.split('/').nth(1).unwrap_or_default() {
            "access" | "v1" => Some(Self::Hst),
            "v2" => Some(Self::Youme),
            "sdkapi" | "uploadfile" | "attachment" | "videoPlayer" => Some(Self::Avd),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_the_platform() {
        assert_eq!(Platform::of("/access/token"), Some(Platform::Hst));
        assert_eq!(Platform::of("/v1/app"), Some(Platform::Hst));
        assert_eq!(Platform::of("/v2/video/query_room_info"), Some(Platform::Youme));
        assert_eq!(Platform::of("/sdkapi/v2/room/read"), Some(Platform::Avd));
        assert_eq!(Platform::of("/uploadfile"), Some(Platform::Avd));
        assert_eq!(Platform::of("/"), None);
        assert_eq!(Platform::of("/v11/app"), None);
    }
}
