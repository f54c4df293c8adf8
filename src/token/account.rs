//! Accounts: what tells them apart, and the credentials that all clients of one account in a process share.

use super::Credentials;
use crate::error::{Error, Result};
use crate::hex::hex;
use crate::lock::Mutex;
use ring::digest::{Context, SHA256};
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

/// A name that says everything and shows nothing: the SHA-256 of all parts, in hexadecimal. Where a part is a secret, a
/// wrong one never rides on another's token. Names an account's files and keys in a store.
pub(crate) fn digest(parts: &[&str]) -> String {
    let mut digest = Context::new(&SHA256);
    for part in parts {
        // With its length, so that no two lists run together; as wide on every machine, for the stores.
        digest.update(&(part.len() as u64).to_le_bytes());
        digest.update(part.as_bytes());
    }
    hex(digest.finish().as_ref())
}

/// The accounts that have clients, by their digests.
#[derive(Default)]
pub(crate) struct Accounts(Arc<Mutex<InUse>>);

/// A tree, which gives all memory back with its last entry.
type InUse = BTreeMap<String, Entry>;

struct Entry {
    /// The digest of the store's settings.
    store: String,
    credentials: Weak<Credentials>,
}

/// Leaves nothing behind of an account when its last client goes.
#[derive(Default)]
pub(super) struct Entered {
    accounts: Weak<Mutex<InUse>>,
    account: String,
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
            let known =
                accounts.get(account).and_then(|known| Some((known.credentials.upgrade()?, known.store == store)));
            match known {
                Some(shared) => shared,
                None => {
                    let entered = Entered { accounts: Arc::downgrade(&self.0), account: account.to_owned() };
                    let credentials = Arc::new(make()?.entered(entered));
                    let entry = Entry { store, credentials: Arc::downgrade(&credentials) };
                    accounts.insert(account.to_owned(), entry);
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
}

impl Entered {
    pub(super) fn forget_unused(&self) {
        let Some(accounts) = self.accounts.upgrade() else { return };
        let mut accounts = accounts.lock();
        // Another client may have made new ones meanwhile.
        if accounts.get(&self.account).is_some_and(|known| known.credentials.strong_count() == 0) {
            accounts.remove(&self.account);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::single_flight::OldValue;

    fn fetched() -> Result<Credentials> {
        Ok(Credentials::fetched(OldValue::Dies, None))
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
        assert_eq!(accounts.0.lock().len(), 1, "only the other is known");
        drop(other);
        assert!(accounts.0.lock().is_empty());
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
