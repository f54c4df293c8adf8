//! How a client comes by its tokens: keys, a fixed token or a provider; and where they are shared.

use super::Reader;
use crate::json::{Members, string};
use crate::secret::Secret;
use crate::token::{TOKEN_EXPECTED, is_token};
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub(crate) struct HstKeys {
    pub(crate) dev_id: String,
    pub(crate) dev_secret: Secret,
}

#[derive(Debug)]
pub(crate) struct AvdKeys {
    pub(crate) access_key: String,
    pub(crate) secret_key: Secret,
}

/// How a client comes by its tokens.
#[derive(Debug)]
pub(crate) enum Credential<K> {
    /// Fetched with keys, and perhaps shared with other processes.
    Keys(K, Option<StoreConfig>),
    /// Given.
    Token(Secret),
    /// From the caller's own callback.
    Provider,
}

/// Where a token is shared.
#[derive(Debug, Clone)]
pub(crate) enum StoreConfig {
    File(PathBuf),
    Redis { url: Secret, prefix: String, degrade: bool },
}

impl<K> Credential<K> {
    pub(crate) fn keys(&self) -> Option<&K> {
        match self {
            Credential::Keys(keys, _) => Some(keys),
            _ => None,
        }
    }

    /// The same with something else in place of the keys.
    pub(super) fn map<'c, I>(&'c self, of_keys: impl FnOnce(&'c K) -> I) -> Credential<I> {
        match self {
            Credential::Keys(keys, store) => Credential::Keys(of_keys(keys), store.clone()),
            Credential::Token(token) => Credential::Token(token.clone()),
            Credential::Provider => Credential::Provider,
        }
    }

    /// Its secret: the given token, or the one of the keys.
    pub(super) fn secret<'c>(&'c self, of_keys: impl FnOnce(&'c K) -> &'c Secret) -> Vec<&'c str> {
        match self {
            Credential::Keys(keys, store) => {
                let store = match store {
                    Some(StoreConfig::Redis { url, .. }) => Some(url.reveal()),
                    _ => None,
                };
                let password = store.and_then(password);
                [of_keys(keys).reveal()].into_iter().chain(store).chain(password).collect()
            }
            Credential::Token(token) => vec![token.reveal()],
            Credential::Provider => Vec::new(),
        }
    }
}

impl Reader<'_, '_> {
    pub(super) fn hst_credential(&self) -> Result<Credential<HstKeys>, String> {
        self.credential(["dev_id", "dev_secret"], || {
            Ok(HstKeys { dev_id: self.filled("dev_id")?, dev_secret: self.dev_secret()? })
        })
    }

    pub(super) fn avd_credential(&self) -> Result<Credential<AvdKeys>, String> {
        self.credential(["access_key", "secret_key"], || {
            let (access_key, secret_key) = (self.filled("access_key")?, self.filled("secret_key")?);
            Ok(AvdKeys { access_key, secret_key: Secret::new(secret_key) })
        })
    }

    fn dev_secret(&self) -> Result<Secret, String> {
        let secret = self.filled("dev_secret")?;
        match secret.len() {
            16 => Ok(Secret::new(secret)),
            other => Err(format!("configuration key \"dev_secret\": expected exactly 16 bytes, got {other}")),
        }
    }

    /// Keys, a fixed token or a provider: one of them.
    fn credential<K>(
        &self,
        names: [&str; 2],
        keys: impl FnOnce() -> Result<K, String>,
    ) -> Result<Credential<K>, String> {
        let [id, secret] = names;
        let has = |name| self.members.get(name).is_some();
        let provider = self.members.boolean("token_provider").unwrap_or(false);
        match (has(id) || has(secret), has("token"), provider) {
            (true, false, false) => match names.into_iter().find(|name| !has(name)) {
                Some(missing) => Err(format!("required configuration key \"{missing}\" is missing")),
                None => Ok(Credential::Keys(keys()?, self.store()?)),
            },
            (false, true, false) => self.without_store(Credential::Token(self.fixed_token()?)),
            (false, false, true) => self.without_store(Credential::Provider),
            (false, false, false) => Err(format!(
                "credentials are missing: expected \"{id}\" and \"{secret}\", or \"token\", or \"token_provider\": true"
            )),
            _ => Err(format!(
                "give either \"{id}\" and \"{secret}\", or \"token\", or \"token_provider\": true, not both"
            )),
        }
    }

    fn fixed_token(&self) -> Result<Secret, String> {
        let token = self.filled("token")?;
        if is_token(&token) {
            return Ok(Secret::new(token));
        }
        Err(format!("configuration key \"token\": expected {TOKEN_EXPECTED}"))
    }

    fn without_store<K>(&self, credential: Credential<K>) -> Result<Credential<K>, String> {
        match self.members.get("token_store") {
            Some(_) => {
                Err("configuration key \"token_store\": only tokens that are fetched with keys are shared".to_owned())
            }
            None => Ok(credential),
        }
    }

    fn store(&self) -> Result<Option<StoreConfig>, String> {
        let refuse = |problem: &str| Err(format!("configuration key \"token_store\": {problem}"));
        let Some(value) = self.members.get("token_store") else { return Ok(None) };
        let store = Members::of(value)?;
        if store
            .iter()
            .any(|(_, value)| string(value).is_some_and(|text| text.is_empty() || text.chars().any(char::is_control)))
        {
            return refuse("a member is empty or holds a control character");
        }
        match (store.text("file"), store.text("redis")) {
            (Some(folder), None) => match ["prefix", "degrade"].into_iter().find(|name| store.get(name).is_some()) {
                Some(name) => refuse(&format!("\"{name}\" goes with \"redis\" only")),
                // Not quoted: it may be redis' address, with its password.
                None if folder.contains("://") => refuse("\"file\": expected a folder, got a URL"),
                None => match canonical(Path::new(folder.as_ref())) {
                    Ok(folder) => Ok(Some(StoreConfig::File(folder))),
                    Err(error) => refuse(&format!("\"file\": {folder}: {error}")),
                },
            },
            (None, Some(url)) => {
                if !["redis://", "rediss://"].iter().any(|scheme| url.starts_with(scheme)) {
                    return refuse("\"redis\": expected a URL that begins with redis:// or rediss://");
                }
                if !cfg!(feature = "redis") {
                    return refuse("this library was built without redis (cargo feature \"redis\")");
                }
                Ok(Some(StoreConfig::Redis {
                    url: Secret::new(url),
                    prefix: store.text("prefix").map_or_else(|| "meetgate".to_owned(), |prefix| prefix.into_owned()),
                    degrade: store.boolean("degrade").unwrap_or(false),
                }))
            }
            _ => refuse("expected either \"file\" or \"redis\""),
        }
    }
}

/// The password in a URL, as it stands there.
fn password(url: &str) -> Option<&str> {
    let (user, _) = url.split_once("://")?.1.rsplit_once('@')?;
    Some(user.split_once(':')?.1)
}

/// The one way to write a folder that may not exist yet: absolute, so that the program may change its own folder, and
/// without links, `.` and `..`, so that two spellings are one store.
fn canonical(folder: &Path) -> io::Result<PathBuf> {
    match folder.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        done => return done,
    }
    let absolute = std::path::absolute(folder)?;
    match (absolute.parent(), absolute.file_name()) {
        (Some(parent), Some(name)) => Ok(canonical(parent)?.join(name)),
        // It ends in "..", and what is before that does not exist.
        _ => Err(io::Error::from(io::ErrorKind::NotFound)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_folder_is_one() {
        let here = std::env::current_dir().unwrap().canonicalize().unwrap();
        for (spelling, expected) in [
            ("src", here.join("src")),
            ("./src/", here.join("src")),
            ("src/../src/./config", here.join("src/config")),
            ("no-such-folder", here.join("no-such-folder")),
            ("./no-such-folder/./deeper/", here.join("no-such-folder/deeper")),
            ("src/../no-such-folder", here.join("no-such-folder")),
        ] {
            assert_eq!(canonical(Path::new(spelling)).unwrap(), expected, "{spelling}");
        }
        assert!(canonical(Path::new("no-such-folder/..")).is_err());
    }

    #[cfg(not(feature = "redis"))]
    #[test]
    fn a_library_without_redis_says_so() {
        let config = r#"{"platform":"hst","dev_id":"d","dev_secret":"sixteen_bytes_ab","token_store":{"redis":"redis://:hush@h"}}"#;
        let error = crate::Client::new(config).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("cargo feature \"redis\"") && !error.contains("hush"), "{error}");
    }
}
