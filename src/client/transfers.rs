//! Files that go to a platform, and files that come from one.

use super::{Client, OPTIONS, find};
use crate::cancel::Cancel;
use crate::catalog::table;
use crate::config;
use crate::engine::{Source, Terms, Wanted};
use crate::error::{Error, Result};
use crate::json::Members;
use crate::json::check::check;
use crate::transport::{Progress, ReadAt};
use std::path::Path;
use std::time::Duration;

/// Is told how many bytes are there, and how many there will be (0 where that is not known). False ends the transfer.
pub type Told<'t> = dyn Fn(u64, u64) -> bool + 't;

/// A file that the program reads: so many bytes.
pub struct FileSource<'s> {
    /// Reads at an offset: how many bytes, 0 at the end. A request that goes out again reads from 0.
    pub read: &'s ReadAt<'s>,
    pub length: u64,
}

/// What is as the catalog says where the options say nothing.
const STALL: Duration = Duration::from_secs(30);

impl Client {
    /// Calls an operation that sends a file, as [`Client::call_with`] does: from the path that the parameters name, or from a
    /// source, whose name they say.
    pub fn upload(
        &self,
        operation: &str,
        params: &str,
        options: &str,
        source: Option<FileSource<'_>>,
        progress: Option<&Told<'_>>,
        cancel: Option<&Cancel>,
    ) -> Result<String> {
        self.check_process()?;
        self.check_caller()?;
        let operation = find(operation, self.platform)?;
        let params = Members::parse(params).map_err(|problem| Error::invalid_argument(format!("params: {problem}")))?;
        let source = source.map(|FileSource { read, length }| Source { read, length });
        let progress = progress.map(Progress::new);
        let terms = Terms { source: source.as_ref(), progress: progress.as_ref(), ..self.terms(options)? };
        self.engine.call(operation, &params, terms, cancel)
    }

    /// Fetches a file: a recording, from the URL that an answer has, or from a path of the platform. Gives what came of it, as one JSON
    /// object.
    pub fn download(
        &self,
        url_or_path: &str,
        file: &Path,
        options: &str,
        progress: Option<&Told<'_>>,
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
        };
        let progress = progress.map(Progress::new);
        let limits = config::limits(self.engine.limits(), &options);
        let terms = Terms { limits, facts: false, source: None, progress: progress.as_ref() };
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
