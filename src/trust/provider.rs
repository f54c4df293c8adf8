//! What the library encrypts with.

/// All that `ring` has.
#[cfg(feature = "chacha20")]
pub(super) use rustls::crypto::ring::default_provider as provider;
#[cfg(not(feature = "chacha20"))]
pub(super) use without_chacha20::provider;

/// AES-GCM alone, which each server of TLS 1.3 has (RFC 8446, 9.1). A processor with instructions for AES is no faster with
/// ChaCha20, whose code is 3 % of the library. All of it is put together here: `ring`'s own provider would link that code, too.
#[cfg(any(test, not(feature = "chacha20")))]
mod without_chacha20 {
    use ring::rand::{SecureRandom as _, SystemRandom};
    use rustls::crypto::ring::cipher_suite as suite;
    use rustls::crypto::ring::{DEFAULT_KX_GROUPS, sign};
    use rustls::crypto::{CryptoProvider, GetRandomFailed, KeyProvider, SecureRandom, WebPkiSupportedAlgorithms};
    use rustls::pki_types::PrivateKeyDer;
    use rustls::sign::SigningKey;
    use rustls::{Error, SignatureScheme as Scheme};
    use std::sync::Arc;
    use webpki::ring as algorithm;

    pub(in crate::trust) fn provider() -> CryptoProvider {
        CryptoProvider {
            cipher_suites: vec![
                suite::TLS13_AES_256_GCM_SHA384,
                suite::TLS13_AES_128_GCM_SHA256,
                suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
                suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            ],
            kx_groups: DEFAULT_KX_GROUPS.to_vec(),
            signature_verification_algorithms: ALGORITHMS,
            secure_random: &Ring,
            key_provider: &Ring,
        }
    }

    const ALGORITHMS: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
        all: &[
            algorithm::ECDSA_P256_SHA256,
            algorithm::ECDSA_P256_SHA384,
            algorithm::ECDSA_P384_SHA256,
            algorithm::ECDSA_P384_SHA384,
            algorithm::ED25519,
            algorithm::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
            algorithm::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
            algorithm::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
            algorithm::RSA_PKCS1_2048_8192_SHA256,
            algorithm::RSA_PKCS1_2048_8192_SHA384,
            algorithm::RSA_PKCS1_2048_8192_SHA512,
            algorithm::RSA_PKCS1_2048_8192_SHA256_ABSENT_PARAMS,
            algorithm::RSA_PKCS1_2048_8192_SHA384_ABSENT_PARAMS,
            algorithm::RSA_PKCS1_2048_8192_SHA512_ABSENT_PARAMS,
        ],
        mapping: &[
            // TLS 1.2 leaves the curve open.
            (Scheme::ECDSA_NISTP384_SHA384, &[algorithm::ECDSA_P384_SHA384, algorithm::ECDSA_P256_SHA384]),
            (Scheme::ECDSA_NISTP256_SHA256, &[algorithm::ECDSA_P256_SHA256, algorithm::ECDSA_P384_SHA256]),
            (Scheme::ED25519, &[algorithm::ED25519]),
            (Scheme::RSA_PSS_SHA512, &[algorithm::RSA_PSS_2048_8192_SHA512_LEGACY_KEY]),
            (Scheme::RSA_PSS_SHA384, &[algorithm::RSA_PSS_2048_8192_SHA384_LEGACY_KEY]),
            (Scheme::RSA_PSS_SHA256, &[algorithm::RSA_PSS_2048_8192_SHA256_LEGACY_KEY]),
            (Scheme::RSA_PKCS1_SHA512, &[algorithm::RSA_PKCS1_2048_8192_SHA512]),
            (Scheme::RSA_PKCS1_SHA384, &[algorithm::RSA_PKCS1_2048_8192_SHA384]),
            (Scheme::RSA_PKCS1_SHA256, &[algorithm::RSA_PKCS1_2048_8192_SHA256]),
        ],
    };

    #[derive(Debug)]
    struct Ring;

    impl SecureRandom for Ring {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), GetRandomFailed> {
            SystemRandom::new().fill(bytes).map_err(|_| GetRandomFailed)
        }
    }

    impl KeyProvider for Ring {
        fn load_private_key(&self, key: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, Error> {
            sign::any_supported_type(&key)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::without_chacha20;
    use rustls::crypto::ring::default_provider;

    #[test]
    fn without_chacha20_all_else_is_as_ring_has_it() {
        let (less, all) = (without_chacha20::provider(), default_provider());
        let suites = all.cipher_suites.iter().copied().filter(|suite| !format!("{suite:?}").contains("CHACHA20"));
        assert_eq!(less.cipher_suites, suites.collect::<Vec<_>>());
        assert!(less.cipher_suites.len() < all.cipher_suites.len());
        let groups = |of: &rustls::crypto::CryptoProvider| of.kx_groups.iter().map(|it| it.name()).collect::<Vec<_>>();
        assert_eq!(groups(&less), groups(&all));
        let (less, all) = (less.signature_verification_algorithms, all.signature_verification_algorithms);
        assert_eq!(format!("{less:?}"), format!("{all:?}"));
        assert_eq!(less.supported_schemes(), all.supported_schemes());
        let ids = |of: rustls::crypto::WebPkiSupportedAlgorithms| {
            of.all.iter().map(|it| (it.public_key_alg_id(), it.signature_alg_id())).collect::<Vec<_>>()
        };
        assert_eq!(ids(less), ids(all));
    }
}
