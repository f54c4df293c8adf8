//! Files that go to a platform, and files that come from one.

use super::{Client, OPTIONS, find};
use crate::cancel::Cancel;
use crate::catalog::{Type, table};
use crate::config;
use crate::engine::{Terms, Wanted};
use crate::error::{Error, Result};
use crate::json::Members;
use crate::json::check::check;
use crate::transport::Transfer;
use std::path::Path;
use std::time::{Duration, Instant};

/// What is as the catalog says where the options say nothing.
const STALL: Duration = Duration::from_secs(30);

impl Client {
    /// Calls an operation that takes a file, as [`Client::call_with`]. `read`: how the file is read at an offset, and its length; the
    /// parameter of the file is a name then. `progress` is told how many bytes of how many the system has, and ends the transfer by
    /// `false`. Both run on this thread.
    pub(crate) fn upload(
        &self,
        operation: &str,
        params: &str,
        options: &str,
        cancel: Option<&Cancel>,
        transfer: &Transfer<'_>,
    ) -> Result<String> {
        self.check_process()?;
        self.check_caller()?;
        let operation = find(operation, self.platform)?;
        if !operation.params.iter().any(|field| field.kind == Type::File) {
            return Err(Error::invalid_argument(format!(
                "{} takes no file; call it by meetgate_call_with",
                operation.name
            )));
        }
        let terms = self.terms(options)?;
        let params = Members::parse(params).map_err(|problem| Error::invalid_argument(format!("params: {problem}")))?;
        self.engine.call(operation, &params, terms, cancel, Some(transfer))
    }

    /// Fetches a file, such as a recording: from the URL that an answer has, or from a path of the platform. `progress` is told how many
    /// bytes of how many are there (0: not known), and ends the download by `false`. Gives what came of it, as one JSON object.
    pub fn download(
        &self,
        url_or_path: &str,
        file: &Path,
        options: &str,
        progress: Option<&dyn Fn(u64, u64) -> bool>,
        cancel: Option<&Cancel>,
    ) -> Result<String> {
        self.check_process()?;
        self.check_caller()?;
        let refuse = |problem| Error::invalid_argument(format!("options: {problem}"));
        let options = Members::parse(options).map_err(refuse)?;
        check(table::DOWNLOAD_OPTIONS, &options, OPTIONS).map_err(refuse)?;
        let milliseconds = |name| options.integer(name).map(|ms| Duration::from_millis(ms.unsigned_abs()));
        let flag = |name, otherwise| options.boolean(name).unwrap_or(otherwise);
        let wanted = Wanted {
            url: url_or_path,
            file,
            token: flag("token", false),
            resume: flag("resume", true),
            overwrite: flag("overwrite", true),
            max_bytes: options.integer("max_bytes").map(i64::unsigned_abs),
            md5: options.text("md5").map(|text| md5(&text)).transpose().map_err(refuse)?,
            timeout: milliseconds("timeout_ms"),
            stall: milliseconds("stall_timeout_ms").unwrap_or(STALL),
            transfer: Transfer::new(None, progress),
        };
        let terms =
            Terms { limits: config::limits(self.engine.limits(), &options), facts: false, since: Instant::now() };
        self.engine.download(&wanted, terms, cancel)
    }
}

fn md5(text: &str) -> std::result::Result<[u8; 16], String> {
    let expected = || "option \"md5\": expected 32 hexadecimal digits".to_owned();
    if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(expected());
    }
    let number = u128::from_str_radix(text, 16).map_err(|_| expected())?;
    Ok(number.to_be_bytes())
}
