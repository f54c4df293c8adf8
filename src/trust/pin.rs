//! Pins: digests of a certificate's public key.

use super::certificate::Certificate;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
use ring::digest::{SHA256, digest};
use std::fmt;

/// The SHA-256 of the public key (SubjectPublicKeyInfo) of a server's own certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pin([u8; 32]);

impl Pin {
    /// As curl writes it, `sha256//` and Base64; or Base64 alone, or hexadecimal, with or without colons.
    pub(crate) fn parse(text: &str) -> Option<Pin> {
        let text = text.trim();
        let digest = text.strip_prefix("sha256//").unwrap_or(text);
        let bytes = match hexadecimal(&digest.replace(':', "")) {
            Some(bytes) => bytes,
            None if digest.ends_with('=') => BASE64_STANDARD.decode(digest).ok()?,
            None => BASE64_STANDARD_NO_PAD.decode(digest).ok()?,
        };
        bytes.try_into().ok().map(Pin)
    }

    /// `None` where it is no certificate.
    pub(super) fn of(certificate: &[u8]) -> Option<Pin> {
        let key = Certificate::read(certificate)?.public_key;
        digest(&SHA256, key).as_ref().try_into().ok().map(Pin)
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digit = |digit: &u8| char::from(*digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    };
    (text.len() == 64).then(|| text.as_bytes().chunks(2).map(pair).collect())?
}

/// To be pasted into `pin_sha256`.
impl fmt::Display for Pin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "sha256//{}", BASE64_STANDARD.encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pin_has_many_spellings() {
        let pin = Pin(digest(&SHA256, b"key").as_ref().try_into().unwrap());
        let hex = crate::hex::hex(&pin.0);
        let colons: Vec<&str> = (0..32).map(|at| &hex[at * 2..at * 2 + 2]).collect();
        let base64 = BASE64_STANDARD.encode(pin.0);
        let spellings = [
            pin.to_string(),
            base64.clone(),
            base64.trim_end_matches('=').to_owned(),
            hex.to_uppercase(),
            colons.join(":"),
            format!("sha256//{hex}"),
        ];
        for spelling in spellings {
            assert_eq!(Pin::parse(&spelling), Some(pin), "{spelling}");
        }
        for wrong in ["", "sha256//", "sha1//AAAA", &hex[1..], &base64[4..], "会议", &"g".repeat(64), &"é".repeat(32)]
        {
            assert_eq!(Pin::parse(wrong), None, "{wrong}");
        }
    }
}
