//! The status numbers as C sees them.

use crate::error::Status;

/// How a call ended. The numbers never change and are never reused; new ones may come.
#[repr(C)]
#[allow(non_camel_case_types)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum meetgate_status {
    /// The platform did what was asked.
    MEETGATE_OK = 0,
    /// An argument cannot be right: NULL, not UTF-8, not JSON, an unknown operation, a parameter that is missing, unknown,
    /// mistyped or out of range. Nothing was sent.
    MEETGATE_INVALID_ARGUMENT = 1,
    /// The configuration cannot be right.
    MEETGATE_INVALID_CONFIG = 2,
    /// The platform refused the credentials.
    MEETGATE_AUTH = 3,
    /// The platform answered with an error number of its own: see "code" and "meaning".
    MEETGATE_API = 4,
    /// No connection, or it broke.
    MEETGATE_NETWORK = 5,
    /// TLS: a certificate that is not trusted, or a handshake that failed.
    MEETGATE_TLS = 6,
    /// The call's time is over.
    MEETGATE_TIMEOUT = 7,
    /// An HTTP status that says failure, without an answer of the platform's own.
    MEETGATE_HTTP = 8,
    /// The answer is not the JSON that the platform documents.
    MEETGATE_PROTOCOL = 9,
    /// A local file could not be read.
    MEETGATE_IO = 10,
    /// The call was cancelled.
    MEETGATE_CANCELLED = 11,
    /// A limit of this library was exceeded, such as the size of an answer. The message names the configuration key.
    MEETGATE_LIMIT = 12,
    /// A shared token store failed.
    MEETGATE_STORE = 13,
    /// The client belongs to the parent process.
    MEETGATE_FORKED = 14,
    /// A defect of this library, contained.
    MEETGATE_INTERNAL = 15,
    /// There is no such value. Of meetgate_json_get and meetgate_json_length only.
    MEETGATE_ABSENT = 16,
    /// No status. It makes the type as wide as an int: else a C++ compiler may assume that no other number ever comes, and
    /// leave out what a program does about one that a newer library gives.
    MEETGATE_STATUS_WIDEST = 0x7fff_ffff,
}

impl From<Status> for meetgate_status {
    fn from(status: Status) -> Self {
        match status {
            Status::InvalidArgument => Self::MEETGATE_INVALID_ARGUMENT,
            Status::InvalidConfig => Self::MEETGATE_INVALID_CONFIG,
            Status::Auth => Self::MEETGATE_AUTH,
            Status::Api => Self::MEETGATE_API,
            Status::Network => Self::MEETGATE_NETWORK,
            Status::Tls => Self::MEETGATE_TLS,
            Status::Timeout => Self::MEETGATE_TIMEOUT,
            Status::Http => Self::MEETGATE_HTTP,
            Status::Protocol => Self::MEETGATE_PROTOCOL,
            Status::Io => Self::MEETGATE_IO,
            Status::Cancelled => Self::MEETGATE_CANCELLED,
            Status::Limit => Self::MEETGATE_LIMIT,
            Status::Store => Self::MEETGATE_STORE,
            Status::Forked => Self::MEETGATE_FORKED,
            Status::Internal => Self::MEETGATE_INTERNAL,
        }
    }
}

impl meetgate_status {
    const NAMES: [&'static std::ffi::CStr; 17] = [
        c"OK",
        c"INVALID_ARGUMENT",
        c"INVALID_CONFIG",
        c"AUTH",
        c"API",
        c"NETWORK",
        c"TLS",
        c"TIMEOUT",
        c"HTTP",
        c"PROTOCOL",
        c"IO",
        c"CANCELLED",
        c"LIMIT",
        c"STORE",
        c"FORKED",
        c"INTERNAL",
        c"ABSENT",
    ];

    /// The word of the error document; `UNKNOWN` for a number that does not exist.
    pub(super) fn name(number: i32) -> &'static std::ffi::CStr {
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        Self::NAMES.get(index).copied().unwrap_or(c"UNKNOWN")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_status_is_the_word_of_the_error_document() {
        let all = [
            Status::InvalidArgument,
            Status::InvalidConfig,
            Status::Auth,
            Status::Api,
            Status::Network,
            Status::Tls,
            Status::Timeout,
            Status::Http,
            Status::Protocol,
            Status::Io,
            Status::Cancelled,
            Status::Limit,
            Status::Store,
            Status::Forked,
            Status::Internal,
        ];
        for (index, status) in all.into_iter().enumerate() {
            let number = meetgate_status::from(status) as i32;
            assert_eq!(number, i32::try_from(index).unwrap() + 1);
            let word = serde_json::to_string(&status).unwrap();
            assert_eq!(meetgate_status::name(number).to_str().unwrap(), word.trim_matches('"'));
        }
        assert_eq!(meetgate_status::name(0), c"OK");
        assert_eq!(meetgate_status::name(meetgate_status::MEETGATE_ABSENT as i32), c"ABSENT");
        for number in [-1, 17, i32::MIN, i32::MAX] {
            assert_eq!(meetgate_status::name(number), c"UNKNOWN");
        }
    }
}
