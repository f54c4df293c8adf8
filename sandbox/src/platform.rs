//! Whose call it is.

/// The three share no address: hst has `/access/token`, `/v1/…` (001), the discovery's `/server/address`, `/recording` and
/// `/event-gateway`, youme `/v2/video/…` (002), avd `/sdkapi/v2/…` and three places on the host root (004).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Platform {
    Hst,
    Youme,
    Avd,
}

impl Platform {
    pub(crate) fn of(path: &str, query: &str) -> Option<Self> {
        match path.split('/').nth(1).unwrap_or_default() {
            // youme's older calls are there too, with the credentials of the newer ones; none is among the six.
            "v1" if !is_of_hst(path) && is_signed_for_youme(query) => Some(Self::Youme),
            "access" | "event-gateway" | "recording" | "server" | "v1" => Some(Self::Hst),
            "v2" => Some(Self::Youme),
            "sdkapi" | "uploadfile" | "attachment" | "videoPlayer" => Some(Self::Avd),
            _ => None,
        }
    }
}

/// The places where hst's business calls are: four of 000, two of the vendor's later pages.
fn is_of_hst(path: &str) -> bool {
    matches!(path.split('/').nth(2).unwrap_or_default(), "app" | "consuming" | "kickout" | "live" | "online" | "record")
}

/// 002 L38-L60: youme's credentials are in the query, hst's in a header.
fn is_signed_for_youme(query: &str) -> bool {
    form_urlencoded::parse(query.as_bytes()).any(|(name, _)| matches!(&*name, "appkey" | "checksum"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_the_platform() {
        let of = |path| Platform::of(path, "");
        assert_eq!(of("/access/token"), Some(Platform::Hst));
        assert_eq!(of("/v1/app"), Some(Platform::Hst));
        assert_eq!(of("/server/address"), Some(Platform::Hst));
        assert_eq!(of("/event-gateway"), Some(Platform::Hst));
        assert_eq!(of("/v2/video/query_room_info"), Some(Platform::Youme));
        assert_eq!(of("/sdkapi/v2/room/read"), Some(Platform::Avd));
        assert_eq!(of("/uploadfile"), Some(Platform::Avd));
        assert_eq!(of("/"), None);
        assert_eq!(of("/v11/app"), None);
    }

    #[test]
    fn credentials_tell_it_where_the_path_does_not() {
        assert_eq!(Platform::of("/v1/im/query_im_msg", "appkey=a&checksum=b"), Some(Platform::Youme));
        assert_eq!(Platform::of("/v1/im/query_im_msg", "app_id=a"), Some(Platform::Hst));
        assert_eq!(Platform::of("/v1/app", "app_id=a&appkey=b"), Some(Platform::Hst));
    }
}
