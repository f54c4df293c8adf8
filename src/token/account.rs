//! Accounts: what tells them apart, and the credentials that all clients of one account in a process share.

use super::renewal::Shared;
#[cfg(feature = "redis")]
use super::store::RedisStore;
use super::store::{FileStore, Store};
use super::{Credentials, Window};
use crate::config::{Config, Credential, StoreConfig};
use crate::error::{Error, Result};
use crate::process;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use std::sync::{Arc, Weak};

/// What the trust in the platform's certificates is set to: a token that was fetched under other settings is another's.
const TLS_TRUST: &str = "built-in public roots";

/// The credentials for a configuration; `None` where the platform has no tokens. Does no I/O.
pub(crate) fn credentials(config: &Config, window: Window) -> Result<Option<Arc<Credentials>>> {
    Ok(match config.credential() {
        None => None,
        Some(Credential::Token(token)) => Some(Arc::new(Credentials::fixed(token))),
        Some(Credential::Provider) => Some(Arc::new(Credentials::provided())),
        Some(Credential::Keys((), store)) => {
            let account = digest(&[&config.identity()[..], &[TLS_TRUST]].concat());
            let settings = store.as_ref().map(settings).unwrap_or_default();
            let make = || {
                let shared = store.map(|store| open(store, &account, config)).transpose()?;
                Ok(Credentials::fetched(window, shared))
            };
            Some(process::current().accounts.share(&account, settings, make)?)
        }
    })
}

fn open(store: StoreConfig, account: &str, config: &Config) -> Result<Shared> {
    let (store, degrade): (Box<dyn Store>, bool) = match store {
        StoreConfig::File(folder) => (Box::new(FileStore::new(folder, account)), false),
        #[cfg(feature = "redis")]
        StoreConfig::Redis { url, prefix, degrade } => {
            let store = RedisStore::new(url.reveal(), &prefix, account, config.token_timeout)
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

/// A name that says everything and shows nothing: the SHA-256 of all parts, in hexadecimal. Where a part is a secret, a
/// wrong one never rides on another's token. Names an account's files and keys in a store.
pub(crate) fn digest(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        // With its length, so that no two lists run together; as wide on every machine, for the stores.
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part.as_bytes());
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The accounts that have clients.
#[derive(Default)]
pub(crate) struct Accounts(Mutex<Vec<InUse>>);

struct InUse {
    /// The account's digest.
    account: String,
    /// The digest of the store's settings.
    store: String,
    credentials: Weak<Credentials>,
}

impl Accounts {
    /// The credentials that the account's clients share; made by the first of them, gone with the last.
    pub(crate) fn share(
        &self,
        account: &str,
        store: String,
        make: impl FnOnce() -> Result<Credentials>,
    ) -> Result<Arc<Credentials>> {
        let (credentials, agrees) = {
            let mut accounts = self.0.lock();
            let known = accounts.iter().filter(|known| known.account == account);
            match known.filter_map(|known| Some((known.credentials.upgrade()?, known.store == store))).next() {
                Some(shared) => shared,
                None => {
                    let credentials = Arc::new(make()?);
                    let (account, credentials_of) = (account.to_owned(), Arc::downgrade(&credentials));
                    accounts.push(InUse { account, store, credentials: credentials_of });
                    (credentials, true)
                }
            }
        };
        // Not while the lock is held: these may be the last credentials of the account by now, which then forget it.
        match agrees {
            true => Ok(credentials),
            // They would fight over the token.
            false => Err(Error::invalid_config(
                "configuration key \"token_store\": another client of this account in this process says otherwise; \
                 they share one token, so give both the same",
            )),
        }
    }

    /// Leaves nothing behind of accounts without clients.
    pub(super) fn forget_unused(&self) {
        let mut accounts = self.0.lock();
        accounts.retain(|known| known.credentials.strong_count() > 0);
        accounts.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::Window;

    fn fetched() -> Result<Credentials> {
        Ok(Credentials::fetched(Window::Mandatory, None))
    }

    #[test]
    fn a_digest_tells_all_lists_apart_and_is_the_same_everywhere() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_ne!(digest(&["ab"]), digest(&["ab", ""]));
        // From Python: hashlib.sha256(b"\x02" + b"\0" * 7 + b"ab").hexdigest()
        assert_eq!(digest(&["ab"]), "5dff2b3fa79721a8181b9beb1db6bcce93b482f9aa3a5c9b864fc4429e31d5f2");
    }

    #[test]
    fn clients_of_one_account_share_until_the_last_is_gone() {
        let accounts = Accounts::default();
        let share = |account| accounts.share(account, String::new(), fetched).unwrap();
        let (first, second, other) = (share("a"), share("a"), share("b"));
        assert!(Arc::ptr_eq(&first, &second) && !Arc::ptr_eq(&first, &other));
        let gone = Arc::downgrade(&first);
        drop((first, second));
        assert!(gone.upgrade().is_none(), "nothing else keeps it");
        accounts.forget_unused();
        assert_eq!(accounts.0.lock().len(), 1, "only the other is known");
        drop(other);
        accounts.forget_unused();
        assert_eq!(accounts.0.lock().capacity(), 0);
    }

    #[test]
    fn clients_that_disagree_on_the_store_are_refused() {
        let accounts = Accounts::default();
        let first = accounts.share("a", "file /x".to_owned(), fetched).unwrap();
        let error = accounts.share("a", String::new(), fetched).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("token_store"), "{error}");
        drop(first);
        accounts.share("a", String::new(), fetched).unwrap();
    }
}
