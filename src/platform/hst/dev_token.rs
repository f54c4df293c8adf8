//! The developer token: made locally, by the algorithm of the vendor's TokenGenerator.

use crate::error::{Error, Result, Status};
use aes::Aes128;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
use serde::Serialize;

const VERSION: &str = "001";
const BLOCK: usize = 16;
const IV: [u8; BLOCK] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// The members of the plain text, in the order in which they must stand.
#[derive(Serialize)]
pub(crate) struct DevToken<'a> {
    /// Developer id or application id.
    pub(crate) aid: &'a str,
    /// Group, empty when unused.
    pub(crate) gid: &'a str,
    /// User, empty when unused.
    pub(crate) uid: &'a str,
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) et: i64,
    /// Milliseconds since 1970.
    pub(crate) ts: i64,
    /// Random, 31 bits.
    pub(crate) r: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(value: &i64) -> bool {
    *value == 0
}

impl DevToken<'_> {
    /// AES-128-CBC over the text padded with spaces, then base64 behind the version.
    pub(crate) fn encrypt(&self, secret: &str) -> Result<String> {
        let internal = |what: &str| Error::new(Status::Internal, format!("developer token: {what}"));
        let mut text = serde_json::to_vec(self).map_err(|error| internal(&error.to_string()))?;
        text.resize(text.len().next_multiple_of(BLOCK), b' ');
        let cipher = cbc::Encryptor::<Aes128>::new_from_slices(secret.as_bytes(), &IV)
            .map_err(|_| internal("the secret is not 16 bytes long"))?;
        let encrypted = cipher.encrypt_padded_vec::<NoPadding>(&text);
        Ok(format!("{VERSION}{}", STANDARD.encode(encrypted)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vector_that_the_vendors_decoder_accepts() {
        let token =
            DevToken { aid: "a92b622559266609176621caf44f5857", gid: "", uid: "", et: 0, ts: 1_575_962_150_000, r: 42 };
        assert_eq!(
            token.encrypt("1234567890123456").unwrap(),
            "001TrHQ/WOuaoaMBewkZc94v02ue+agbrF81F/ldnhAkRvs7b2cc4LvCZVX1MgbSi52+A/WzdIhKGJl5LSOMJoTnC+DY12lz1wZmTYSon5LQnTDnd6tyHXMvuOptio6h4pL"
        );
    }

    #[test]
    fn an_expiry_is_written_only_when_there_is_one() {
        let token = DevToken { aid: "a", gid: "g", uid: "u", et: 60, ts: 1, r: 2 };
        assert_eq!(serde_json::to_string(&token).unwrap(), r#"{"aid":"a","gid":"g","uid":"u","et":60,"ts":1,"r":2}"#);
    }

    #[test]
    fn a_secret_of_another_length_is_an_error() {
        let token = DevToken { aid: "a", gid: "", uid: "", et: 0, ts: 1, r: 2 };
        assert!(token.encrypt("short").is_err());
    }
}
