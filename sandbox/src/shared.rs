//! Everything that the connections share: the three platforms, the clock, the faults, the record.

use crate::avd::Avd;
use crate::clock::Clock;
use crate::counts::Counts;
use crate::exchange::{Received, Reply};
use crate::faults::Faults;
use crate::hst::{DISCOVERY, Hst};
use crate::lock::lock;
use crate::options::Options;
use crate::platform::Platform;
use crate::record::Record;
use crate::tls::Tls;
use crate::youme::Youme;
use serde_json::{Value, json};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

pub(crate) struct Shared {
    pub(crate) options: Options,
    /// What clients call: scheme, host and port.
    pub(crate) base_url: String,
    /// Which start of the sandbox this is, drawn.
    pub(crate) run: String,
    pub(crate) tls: Option<Tls>,
    pub(crate) clock: Clock,
    pub(crate) hst: Mutex<Hst>,
    pub(crate) youme: Mutex<Youme>,
    pub(crate) avd: Mutex<Avd>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) record: Mutex<Record>,
    pub(crate) counts: Mutex<Counts>,
    /// The number of the last websocket. It goes on over a reset.
    pub(crate) last_session: AtomicU64,
}

impl Shared {
    pub(crate) fn new(options: Options, base_url: String, tls: Option<Tls>) -> Self {
        let clock = Clock::new(options.clock_offset_s);
        Self {
            hst: Mutex::new(Hst::new(&options.hst(), clock.clone(), base_url.clone())),
            youme: Mutex::new(Youme::new(&options.youme(clock.now_ms()), clock.clone())),
            avd: Mutex::new(Avd::new(&options.avd(), clock.clone(), base_url.clone())),
            faults: Arc::new(Faults::new()),
            record: Mutex::default(),
            counts: Mutex::default(),
            last_session: AtomicU64::new(0),
            clock,
            options,
            base_url,
            run: format!("{:016x}", fastrand::u64(..)),
            tls,
        }
    }

    /// The platform's answer to a call that got through.
    pub(crate) fn perform(&self, received: &Received, operation: Option<&'static str>) -> Reply {
        let reply = match Platform::of(&received.path, &received.query) {
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
    pub(crate) fn failure(received: &Received, number: i64) -> Option<Reply> {
        Platform::of(&received.path, &received.query).map(|platform| match platform {
            Platform::Hst => Hst::failure(&received.path, number),
            Platform::Youme => Youme::failure(number),
            Platform::Avd => Avd::failure(&received.path, number),
        })
    }

    pub(crate) fn expire_tokens(&self) {
        lock(&self.hst).expire_token();
        lock(&self.avd).expire_tokens();
    }

    /// The world, the clock, the faults and the record, as they were at start.
    pub(crate) fn reset(&self) {
        self.clock.restart(self.options.clock_offset_s);
        let (options, clock) = (&self.options, &self.clock);
        *lock(&self.hst) = Hst::new(&options.hst(), clock.clone(), self.base_url.clone());
        *lock(&self.youme) = Youme::new(&options.youme(clock.now_ms()), clock.clone());
        *lock(&self.avd) = Avd::new(&options.avd(), clock.clone(), self.base_url.clone());
        lock(&self.record).clear();
        lock(&self.counts).clear();
        self.faults.clear();
        for fault in &self.options.faults {
            // They were taken at start, so they are taken now.
            let _ = self.faults.add(fault.clone());
        }
    }

    /// `{"hst":{…},"youme":{…},"avd":{…}}`, each member a complete client configuration.
    pub(crate) fn configurations(&self) -> Value {
        let (options, base_url) = (&self.options, &self.base_url);
        json!({
            "hst": {
                "platform": "hst",
                "base_url": base_url,
                "dev_id": options.hst_dev_id,
                "dev_secret": options.hst_dev_secret,
                // Where its event gateway is asked for: a private one has a port of its own for that.
                "discovery_url": format!("{base_url}{DISCOVERY}"),
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
