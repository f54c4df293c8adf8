//! Random numbers from the operating system.

use crate::error::{Error, Result, Status};

pub(crate) fn u64() -> Result<u64> {
    let mut bytes = [0; 8];
    getrandom::getrandom(&mut bytes)
        .map_err(|error| Error::new(Status::Internal, format!("the system gave no random numbers: {error}")))?;
    Ok(u64::from_ne_bytes(bytes))
}

/// Not negative in 32 bits, as the platforms' own programs draw them.
pub(crate) fn u31() -> Result<u32> {
    Ok((u64()? & 0x7fff_ffff) as u32)
}

/// From 0 to 1, for jitter; in the middle where the system gives none.
pub(crate) fn fraction() -> f64 {
    u64().map_or(0.5, |random| random as f64 / u64::MAX as f64)
}
