//! avd tokens (004 L2516-L2555).

use super::call::Answer;
use super::params::Params;
use super::refusal::{Refusal, TOKEN_INVALID};
use super::settings::Settings;
use crate::clock::lifetime_ms;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::collections::HashMap;

/// A bound for callers that fetch a token for every call: the oldest dies.
const MOST: usize = 10_000;

/// The account and its live tokens. Whether a new token kills an old one is written nowhere: here several live
/// together.
pub(crate) struct Tokens {
    access_key: String,
    secret_key: String,
    lifetime_ms: i64,
    /// Token to the time of its death.
    live: HashMap<String, i64>,
    random: fastrand::Rng,
}

impl Tokens {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            access_key: settings.access_key.clone(),
            secret_key: settings.secret_key.clone(),
            lifetime_ms: lifetime_ms(settings.token_lifetime_s),
            live: HashMap::new(),
            random: fastrand::Rng::new(),
        }
    }

    /// `/app/get_token`. T61: a wrong key is `ret` 401 here, as 004 L2552 prints it; others have seen 40001.
    pub(crate) fn issue(&mut self, params: &Params, now_ms: i64) -> Answer {
        let access_key = params.required("access_key")?;
        let secret_key = params.required("secret_key")?;
        if access_key != self.access_key || secret_key != self.secret_key {
            return Err(Refusal::of(401));
        }
        self.make_room(now_ms);
        // The examples' tokens (004 L26) are base64 of 40 hexadecimal characters, so they end in `==`.
        let hex = format!("{:032x}{:08x}", self.random.u128(..), self.random.u32(..));
        let token = STANDARD.encode(hex);
        self.live.insert(token.clone(), now_ms.saturating_add(self.lifetime_ms));
        // 004 L2542: the success example has no `msg`.
        Ok(json!({"ret": 0, "token": token}))
    }

    /// Without a token an argument is missing (40002); one that is unknown or dead is invalid (40003).
    pub(crate) fn check(&self, params: &Params, now_ms: i64) -> Result<(), Refusal> {
        match self.live.get(params.required("token")?) {
            Some(dies_at) if now_ms < *dies_at => Ok(()),
            _ => Err(Refusal::of(TOKEN_INVALID)),
        }
    }

    /// How many live.
    pub(crate) fn live(&self, now_ms: i64) -> usize {
        self.live.values().filter(|dies_at| now_ms < **dies_at).count()
    }

    pub(crate) fn expire(&mut self) {
        self.live.clear();
    }

    fn make_room(&mut self, now_ms: i64) {
        if self.live.len() < MOST {
            return;
        }
        self.live.retain(|_, dies_at| now_ms < *dies_at);
        if self.live.len() >= MOST
            && let Some(oldest) = self.live.iter().min_by_key(|(_, dies_at)| **dies_at).map(|(token, _)| token.clone())
        {
            self.live.remove(&oldest);
        }
    }
}
