//! From a configuration to the credentials of its account.

use crate::config::{Config, Credential, StoreConfig};
use crate::error::{Error, Result};
use crate::single_flight::OldValue;
#[cfg(feature = "redis")]
use crate::token::RedisStore;
use crate::token::{Accounts, Credentials, FileStore, Shared, Store, digest};
use std::sync::Arc;

/// The credentials for a configuration; `None` where the platform has no tokens. Does no I/O.
pub(super) fn credentials(
    config: &Config,
    old_value: OldValue,
    accounts: &Accounts,
) -> Result<Option<Arc<Credentials>>> {
    Ok(match config.credential() {
        None => None,
        Some(Credential::Token(token)) => Some(Arc::new(Credentials::fixed(token))),
        Some(Credential::Provider) => Some(Arc::new(Credentials::provided())),
        Some(Credential::Keys(identity, store)) => {
            let account = {
                // A token that was fetched where other certificates are trusted is another's.
                let trust = config.trust.canonical();
                let parts = identity.iter().map(AsRef::as_ref).chain([trust.as_str()]);
                digest(&parts.collect::<Vec<&str>>())
            };
            let settings = store.as_ref().map(settings).unwrap_or_default();
            let make = || {
                let shared = store.map(|store| open(store, &account, config)).transpose()?;
                Ok(Credentials::fetched(old_value, shared))
            };
            Some(accounts.share(&account, settings, make)?)
        }
    })
}

fn open(store: StoreConfig, account: &str, config: &Config) -> Result<Shared> {
    let (store, degrade): (Box<dyn Store>, bool) = match store {
        StoreConfig::File(folder) => (Box::new(FileStore::new(folder, account)), false),
        #[cfg(feature = "redis")]
        StoreConfig::Redis { url, prefix, degrade } => {
            let store = RedisStore::new(url.reveal(), &prefix, account, config.token_timeout, &config.trust)
                .map_err(|problem| Error::invalid_config(format!("configuration key \"token_store\": {problem}")))?;
            (Box::new(store), degrade)
        }
        #[cfg(not(feature = "redis"))]
        StoreConfig::Redis { .. } => {
            _ = config;
            return Err(Error::invalid_config(
                "configuration key \"token_store\": this library was built without redis",
            ));
        }
    };
    Ok(Shared::new(store, degrade))
}

/// A digest, since they may hold a password.
fn settings(store: &StoreConfig) -> String {
    match store {
        StoreConfig::File(folder) => digest(&["file", &folder.to_string_lossy()]),
        StoreConfig::Redis { url, prefix, degrade } => digest(&["redis", url.reveal(), prefix, &degrade.to_string()]),
    }
}
