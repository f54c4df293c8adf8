//! Where a file comes from.

use crate::transport::{BaseUrl, UrlSource};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What platforms write into their URLs as it is, and what no URL may hold: it is encoded, as browsers do. A percent sign stays.
const AS_BROWSERS: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');

/// An origin, and the path and query there.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) base: BaseUrl,
    pub(super) target: String,
    /// It is the platform's own address.
    pub(super) is_own: bool,
}

impl Place {
    /// Of an absolute URL, or of a path below the platform's address. The error is the end of a sentence that begins with the
    /// name of the argument; it quotes nothing, since there may be a secret in a URL.
    pub(super) fn of(text: &str, own: Option<&BaseUrl>) -> Result<Place, String> {
        if text.chars().any(char::is_control) {
            return Err("expected a URL without control characters".to_owned());
        }
        if text.contains('#') {
            return Err("expected a URL without a fragment: write a # of a file's name as %23".to_owned());
        }
        if text.starts_with('/') {
            let own = own.ok_or("a path needs a base_url in the configuration: give the whole URL")?;
            return Ok(Place { base: own.clone(), target: encoded(text), is_own: true });
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err("expected a URL that begins with http:// or https://, or a path that begins with /".to_owned());
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let base = BaseUrl::parse(&format!("{scheme}://{authority}"))?.named_by(UrlSource::Given);
        let target = if target.starts_with('/') { encoded(target) } else { format!("/{}", encoded(target)) };
        let is_own = own.is_some_and(|own| own.is_same_origin(&base));
        Ok(Place { base, target, is_own })
    }

    /// Where a redirect leads to.
    pub(super) fn redirected(&self, location: &str, own: Option<&BaseUrl>) -> Result<Place, String> {
        let place = match location.strip_prefix("//") {
            Some(rest) => Place::of(&format!("{}://{rest}", self.base.scheme()), own),
            // A path counts from the host's root here, whatever prefix base_url has.
            None if location.starts_with('/') => Place::of(&format!("{}{location}", self.base.origin()), own),
            None => Place::of(location, own),
        }?;
        if self.base.is_https() && !place.base.is_https() {
            return Err("it leads from https to http".to_owned());
        }
        Ok(place)
    }

    /// With the pairs of a credential.
    pub(super) fn with_query(&self, pairs: &str) -> String {
        if pairs.is_empty() {
            return self.target.clone();
        }
        let joint = if self.target.contains('?') { '&' } else { '?' };
        format!("{}{joint}{pairs}", self.target)
    }

    /// What tells it from other files.
    pub(super) fn identity(&self) -> [String; 2] {
        [self.base.canonical(), self.target.clone()]
    }
}

fn encoded(target: &str) -> String {
    utf8_percent_encode(target, AS_BROWSERS).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> BaseUrl {
        BaseUrl::parse("https://10.0.0.5:9610/gate").unwrap()
    }

    #[test]
    fn a_url_and_a_path_lead_somewhere() {
        let of = |text: &str| {
            let place = Place::of(text, Some(&own())).unwrap();
            (place.base.canonical(), place.target, place.is_own)
        };
        let place = |base: &str, target: &str, is_own| (base.to_owned(), target.to_owned(), is_own);
        assert_eq!(of("/a b?file=/x"), place("https://10.0.0.5:9610/gate", "/a%20b?file=/x", true));
        assert_eq!(of("https://10.0.0.5:9610/a?b"), place("https://10.0.0.5:9610", "/a?b", true));
        assert_eq!(of("http://10.0.0.5:9610/a"), place("http://10.0.0.5:9610", "/a", false));
        assert_eq!(of("https://10.0.0.5/a"), place("https://10.0.0.5", "/a", false));
        assert_eq!(of("http://H?x=会%20"), place("http://h", "/?x=%E4%BC%9A%20", false));
        for wrong in ["", "a", "ftp://h/a", "http://u:p@h/a", "http://h/a#b", "http://h/a\nb", "://", "http:///a"] {
            assert!(Place::of(wrong, Some(&own())).is_err(), "{wrong}");
        }
        assert!(Place::of("/a", None).unwrap_err().contains("base_url"));
    }

    #[test]
    fn a_redirect_never_leads_from_https_to_http() {
        let from = Place::of("https://h/a/b", None).unwrap();
        let to = |location: &str| {
            from.redirected(location, None).map(|place| format!("{}{}", place.base.canonical(), place.target))
        };
        assert_eq!(to("/c").unwrap(), "https://h/c");
        assert_eq!(to("//i/c").unwrap(), "https://i/c");
        assert_eq!(to("https://i/c").unwrap(), "https://i/c");
        assert!(to("http://h/c").unwrap_err().contains("https to http"));
        assert!(to("c").is_err() && to("javascript:x").is_err());
    }
}
