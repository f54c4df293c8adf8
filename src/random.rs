//! Random numbers from the operating system.

use crate::error::{Error, Result, Status};

pub(crate) fn u64() -> Result<u64> {
    let mut bytes = [0; 8];
    getrandom::getrandom(&mut bytes)
        .map_err(|error| Error::new(Status::Internal, format!("the system gave no random numbers: {error}")))?;
    Ok(u64::from_ne_bytes(bytes))
}
