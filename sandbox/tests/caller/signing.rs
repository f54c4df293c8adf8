//! Signing, written from the documents and apart from the server's modules: CBC by hand over single AES blocks.

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use base64::Engine;
use sha1::{Digest, Sha1};

/// An hst developer token: the JSON's keys in the vendor's order, padded with spaces, AES-128-CBC with IV 00..0f, base64
/// behind `001`.
pub fn dev_token(dev_id: &str, secret: &[u8], ts_ms: i64) -> String {
    seal(secret, &format!(r#"{{"aid":"{dev_id}","gid":"","uid":"","ts":{ts_ms},"r":42}}"#))
}

/// Any plain text in the vendor's wrapping.
pub fn seal(secret: &[u8], plain: &str) -> String {
    let mut padded = plain.as_bytes().to_vec();
    while !padded.len().is_multiple_of(16) {
        padded.push(b' ');
    }
    let cipher = Aes128::new_from_slice(secret).expect("16 bytes");
    let mut previous: [u8; 16] = std::array::from_fn(|index| index as u8);
    let mut sealed = Vec::new();
    for chunk in padded.chunks(16) {
        let mixed: [u8; 16] = std::array::from_fn(|index| chunk[index] ^ previous[index]);
        let mut block = mixed.into();
        cipher.encrypt_block(&mut block);
        previous = block.into();
        sealed.extend_from_slice(&previous);
    }
    format!("001{}", base64::engine::general_purpose::STANDARD.encode(sealed))
}

/// A youme checksum: lower-case hex SHA-1 over app secret, REST API key, time.
pub fn checksum(app_secret: &str, rest_api_key: &str, curtime: &str) -> String {
    let digest = Sha1::digest(format!("{app_secret}{rest_api_key}{curtime}"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The vectors that the vendors' own code accepts.
pub fn check_vectors() {
    assert_eq!(
        dev_token("a92b622559266609176621caf44f5857", b"1234567890123456", 1_575_962_150_000),
        "001TrHQ/WOuaoaMBewkZc94v02ue+agbrF81F/ldnhAkRvs7b2cc4LvCZVX1MgbSi52+A/WzdIhKGJl5LSOMJoTnC+DY12lz1wZmTYSon5LQnTDnd6tyHXMvuOptio6h4pL"
    );
    assert_eq!(checksum("appsecret", "restapikey", "1575962150"), "ce676fea59cd36616466e14f1d1abd337ae2e100");
}
