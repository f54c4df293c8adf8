//! The developer token that a client makes, and the one access token that it gets for it (001 L1-L52, platform notes on hst).

use super::refusal::Refusal;
use super::settings::Settings;
use crate::clock::lifetime_ms;
use crate::exchange::Received;
use aes::Aes128;
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// Platform notes, hst: the version in front of every token of the vendor's TokenGenerator.
const VERSION: &str = "001";
/// Platform notes, hst: bytes 00 01 02 … 0f.
const IV: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// The account, and its one live access token.
pub(crate) struct Tokens {
    dev_id: String,
    dev_secret: [u8; 16],
    lifetime_s: u64,
    live: Option<AccessToken>,
}

struct AccessToken {
    text: String,
    dies_at_ms: i64,
}

impl Tokens {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            dev_id: settings.dev_id.clone(),
            dev_secret: settings.dev_secret,
            lifetime_s: settings.token_lifetime_s,
            live: None,
        }
    }

    /// Whether this is the account's developer id.
    pub(crate) fn is_of(&self, dev_id: &str) -> bool {
        self.dev_id == dev_id
    }

    /// How many live: 1 or 0.
    pub(crate) fn live(&self, now_ms: i64) -> usize {
        usize::from(self.live.as_ref().is_some_and(|live| now_ms < live.dies_at_ms))
    }

    pub(crate) fn expire(&mut self) {
        self.live = None;
    }

    /// `GET /access/token` (001 L12-L52): `Authorization: <dev_id>.<dev_token>`.
    pub(crate) fn fetch(&mut self, received: &Received, now_ms: i64) -> Result<Value, Refusal> {
        let header = received.header("authorization").ok_or_else(Refusal::auth_failed)?;
        // Base64 has no dot, so the last one is the separator whatever the id looks like.
        let (dev_id, dev_token) = header.rsplit_once('.').ok_or_else(Refusal::auth_failed)?;
        if dev_id != self.dev_id || !self.opens(dev_token, now_ms) {
            return Err(Refusal::auth_failed());
        }
        // 001 L8: one live access token per account; each fetch overwrites the old one. 32 random characters.
        let hex = || char::from_digit(fastrand::u32(0..16), 16).unwrap_or('0');
        let text: String = (0..32).map(|_| hex()).collect();
        self.live =
            Some(AccessToken { text: text.clone(), dies_at_ms: now_ms.saturating_add(lifetime_ms(self.lifetime_s)) });
        Ok(json!({"timeout": self.lifetime_s, "access_token": text}))
    }

    /// Business calls carry the bare access token. A missing header is a failed authentication; a token that is not the
    /// live one is dead, whether it expired, was overwritten or never was (H25: they look the same).
    pub(crate) fn check(&self, received: &Received, now_ms: i64) -> Result<(), Refusal> {
        self.check_text(received.header("authorization").ok_or_else(Refusal::auth_failed)?, now_ms)
    }

    pub(crate) fn check_text(&self, given: &str, now_ms: i64) -> Result<(), Refusal> {
        match &self.live {
            Some(live) if live.text == given && now_ms < live.dies_at_ms => Ok(()),
            _ => Err(Refusal::token_dead()),
        }
    }

    /// Whether our secret made this token for our id, and it is not over. No document limits the age of `ts`, so it only
    /// has to be a number.
    fn opens(&self, dev_token: &str, now_ms: i64) -> bool {
        let Some(Value::Object(claims)) = decrypt(&self.dev_secret, dev_token) else {
            return false;
        };
        let aid = claims.get("aid").and_then(Value::as_str);
        let made_ms = claims.get("ts").and_then(Value::as_f64).map(|ts| ts as i64);
        aid == Some(self.dev_id.as_str()) && made_ms.is_some_and(|made_ms| lives(&claims, made_ms, now_ms))
    }
}

/// H29: `et` is when the developer token expires; 0, and none, is never. Its unit is printed nowhere, so every one that a
/// caller can mean is understood: milliseconds since 1970 as `ts` has them, seconds since 1970, and, where the number is
/// too small for a date of this century, seconds from `ts` on.
fn lives(claims: &Map<String, Value>, made_ms: i64, now_ms: i64) -> bool {
    const FIRST_DATE_S: i64 = 946_684_800;
    const FIRST_DATE_MS: i64 = FIRST_DATE_S * 1000;
    let expires_ms = match claims.get("et").map(Value::as_i64) {
        None | Some(Some(0)) => return true,
        Some(Some(et)) if et >= FIRST_DATE_MS => et,
        Some(Some(et)) if et >= FIRST_DATE_S => et * 1000,
        Some(Some(et)) if et > 0 => made_ms.saturating_add(et * 1000),
        Some(_) => return false,
    };
    now_ms < expires_ms
}

/// The JSON inside a developer token, if the key fits.
fn decrypt(key: &[u8; 16], dev_token: &str) -> Option<Value> {
    let sealed = STANDARD.decode(dev_token.strip_prefix(VERSION)?).ok()?;
    if sealed.is_empty() {
        return None;
    }
    let mut plain = sealed;
    cbc::Decryptor::<Aes128>::new(key.into(), &IV.into()).decrypt_padded::<NoPadding>(&mut plain).ok()?;
    // The padding is spaces, which JSON ignores.
    serde_json::from_slice(&plain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Platform notes, hst: openssl made it, the vendor's decoder accepts it.
    const VECTOR: &str = "001TrHQ/WOuaoaMBewkZc94v02ue+agbrF81F/ldnhAkRvs7b2cc4LvCZVX1MgbSi52+A/WzdIhKGJl5LSOMJoTnC+DY12lz1wZmTYSon5LQnTDnd6tyHXMvuOptio6h4pL";

    #[test]
    fn the_vendors_vector_opens() {
        let claims = decrypt(b"1234567890123456", VECTOR).unwrap();
        assert_eq!(
            claims,
            json!({"aid": "a92b622559266609176621caf44f5857", "gid": "", "uid": "", "ts": 1_575_962_150_000_i64, "r": 42})
        );
    }

    #[test]
    fn what_does_not_open() {
        let key = b"1234567890123456";
        let bare = &VECTOR[3..];
        for token in ["", "001", "001AAAA", bare, &VECTOR[..VECTOR.len() - 4], "001!!!!"] {
            assert_eq!(decrypt(key, token), None, "{token}");
        }
        assert_eq!(decrypt(b"6543210987654321", VECTOR), None);
    }

    #[test]
    fn an_expiry_in_any_unit() {
        let (made, now) = (1_700_000_000_000, 1_700_000_100_000);
        let lives_with = |et: Value| lives(json!({"et": et}).as_object().unwrap(), made, now);
        for et in [json!(0), json!(now + 1), json!(1_700_000_101), json!(101)] {
            assert!(lives_with(et.clone()), "{et}");
        }
        for et in [json!(now), json!(1_700_000_100), json!(100), json!(-1), json!("0"), json!(null)] {
            assert!(!lives_with(et.clone()), "{et}");
        }
        assert!(lives(&Map::new(), made, now));
    }
}
