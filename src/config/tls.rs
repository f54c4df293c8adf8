//! Whom a client trusts over TLS: the key `tls`.

use crate::json::{Members, elements, quoted, string};
use crate::trust::{Authorities, ClientCertificate, Pin, Roots, Settings, Trust, Wrong};
use rustls::pki_types::ServerName;
use std::fs::File;
use std::io::{self, Read as _};
use zeroize::Zeroizing;

/// The bundles of whole systems have a quarter of a megabyte.
const LARGEST: u64 = 4 << 20;
/// A reason goes along with each event of a log.
const LONGEST_REASON: usize = 256;

pub(super) fn trust(members: &Members<'_>) -> Result<Trust, String> {
    let Some(value) = members.get("tls") else { return Ok(Trust::by_default()) };
    let tls = Members::of(value).map_err(|problem| format!("configuration key \"tls\": {problem}"))?;
    if tls.iter().next().is_none() {
        return Ok(Trust::by_default());
    }
    let reader = Reader { tls: &tls };
    let settings = Settings {
        roots: reader.roots()?,
        authorities: reader.authorities()?,
        pins: reader.pins()?,
        server_name: reader.server_name()?,
        client_certificate: reader.client_certificate()?,
        only_tls13: tls.text("min_version").as_deref() == Some("1.3"),
        insecure_reason: reader.insecure_reason()?,
    };
    let is_insecure = settings.insecure_reason.is_some();
    if is_insecure && settings.authorities.count() > 0 {
        return Err("configuration key \"tls.insecure\": nothing is verified then, so that \"tls.ca_file\" and \"tls.ca_pem\" would \
                    mean nothing: leave one or the other out"
            .to_owned());
    }
    if settings.roots == Roots::None && settings.authorities.count() == 0 && settings.pins.is_empty() && !is_insecure {
        return Err(
            "configuration key \"tls.roots\": with \"none\" nobody is trusted: expected \"ca_file\", \"ca_pem\" or \
                    \"pin_sha256\" beside it"
                .to_owned(),
        );
    }
    Ok(Trust::new(settings))
}

struct Reader<'m, 'a> {
    tls: &'m Members<'a>,
}

/// A PEM text, and how a sentence about it begins.
struct Pem {
    text: Zeroizing<Vec<u8>>,
    named: String,
}

impl Pem {
    fn wrong(&self, problem: &str) -> String {
        format!("{} {problem}", self.named)
    }
}

impl Reader<'_, '_> {
    fn file(&self, key: &str) -> Result<Option<Pem>, String> {
        let Some(path) = self.tls.text(key) else { return Ok(None) };
        let named = format!("configuration key \"tls.{key}\":");
        if path.is_empty() || path.contains(char::is_control) {
            return Err(format!("{named} expected the path of a file, got {}", quoted(&path)));
        }
        let named = format!("{named} {path}");
        match read(&path) {
            Ok(text) => Ok(Some(Pem { text, named })),
            Err(error) => Err(format!("{named} cannot be read: {error}")),
        }
    }

    fn pem(&self, key: &str) -> Option<Pem> {
        let text = self.tls.text(key)?;
        let text = Zeroizing::new(text.as_bytes().to_vec());
        Some(Pem { text, named: format!("configuration key \"tls.{key}\": the text") })
    }

    fn roots(&self) -> Result<Roots, String> {
        let Some(name) = self.tls.text("roots") else { return Ok(Roots::default()) };
        // That it is one of the names has been checked.
        Roots::named(&name).ok_or_else(|| {
            "configuration key \"tls.roots\": this library was built without the authorities of the public web (cargo feature \
             \"bundled-roots\"): expected \"system\", or \"none\" with \"ca_file\", \"ca_pem\" or \"pin_sha256\""
                .to_owned()
        })
    }

    fn authorities(&self) -> Result<Authorities, String> {
        let mut all = Vec::new();
        for pem in [self.file("ca_file")?, self.pem("ca_pem")].into_iter().flatten() {
            all.extend(Authorities::read(&pem.text).map_err(|problem| pem.wrong(&problem))?);
        }
        Ok(Authorities::new(all))
    }

    /// The text of a key that may be given as a file or as itself.
    fn either(&self, name: &str) -> Result<Option<Pem>, String> {
        let (file, pem) = (format!("{name}_file"), format!("{name}_pem"));
        match (self.tls.get(&file), self.tls.get(&pem)) {
            (Some(_), Some(_)) => {
                Err(format!("configuration key \"tls.{pem}\": expected it or \"tls.{file}\", not both"))
            }
            (Some(_), None) => self.file(&file),
            _ => Ok(self.pem(&pem)),
        }
    }

    fn client_certificate(&self) -> Result<Option<ClientCertificate>, String> {
        let lacks = |is: &str, name: &str| {
            format!("configuration key \"tls\": {is} is missing: expected \"{name}_file\" or \"{name}_pem\"")
        };
        match (self.either("client_cert")?, self.either("client_key")?) {
            (None, None) => Ok(None),
            (Some(_), None) => Err(lacks("the key of the client certificate", "client_key")),
            (None, Some(_)) => Err(lacks("the certificate of the client key", "client_cert")),
            (Some(certificate), Some(key)) => match ClientCertificate::read(&certificate.text, &key.text) {
                Ok(own) => Ok(Some(own)),
                Err(Wrong::Certificate(problem)) => Err(certificate.wrong(&problem)),
                Err(Wrong::Key(problem)) => Err(key.wrong(&problem)),
            },
        }
    }

    fn pins(&self) -> Result<Vec<Pin>, String> {
        let Some(pins) = self.tls.get("pin_sha256").and_then(elements) else { return Ok(Vec::new()) };
        if pins.is_empty() {
            return Err(
                "configuration key \"tls.pin_sha256\": the list is empty, so that it would pin nothing".to_owned()
            );
        }
        let read = |(index, pin)| {
            let text = string(pin).unwrap_or_default();
            Pin::parse(&text).ok_or_else(|| {
                format!(
                    "configuration key \"tls.pin_sha256[{index}]\": expected a SHA-256 as sha256//… in Base64, as Base64 alone or in \
                     hexadecimal, got {}",
                    quoted(&text)
                )
            })
        };
        pins.into_iter().enumerate().map(read).collect()
    }

    fn server_name(&self) -> Result<Option<ServerName<'static>>, String> {
        let Some(text) = self.tls.text("server_name") else { return Ok(None) };
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(&text);
        ServerName::try_from(bare.to_owned()).map(Some).map_err(|_| {
            format!(
                "configuration key \"tls.server_name\": expected the name of a host or an IP address, without scheme and port, got {}",
                quoted(&text)
            )
        })
    }

    fn insecure_reason(&self) -> Result<Option<String>, String> {
        let key = "configuration key \"tls.insecure_reason\"";
        match (self.tls.boolean("insecure").unwrap_or(false), self.tls.text("insecure_reason")) {
            (false, None) => Ok(None),
            (false, Some(_)) => Err(format!("{key}: it has no meaning without \"insecure\": true")),
            (true, None) => Err(format!(
                "{key} is missing: \"insecure\" switches the verification of certificates off, and needs a reason that log events \
                 and meetgate_client_info tell"
            )),
            (true, Some(reason)) if reason.trim().is_empty() => {
                Err(format!("{key}: expected a reason, got an empty text"))
            }
            (true, Some(reason)) if reason.contains(char::is_control) => {
                Err(format!("{key} holds a control character"))
            }
            (true, Some(reason)) if reason.len() > LONGEST_REASON => {
                Err(format!("{key}: expected at most {LONGEST_REASON} bytes, got {}", reason.len()))
            }
            (true, Some(reason)) => Ok(Some(reason.trim().to_owned())),
        }
    }
}

fn read(path: &str) -> io::Result<Zeroizing<Vec<u8>>> {
    // Looked at before it is opened: what is no file may never end, or never begin.
    let found = std::fs::metadata(path)?;
    if !found.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    // Room for all of it at once: what a text leaves behind when it moves is not zeroed.
    let room = found.len().min(LARGEST) as usize + 2;
    let mut text = Zeroizing::new(Vec::with_capacity(room));
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut text)?;
    if text.len() as u64 > LARGEST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is longer than 4 MiB"));
    }
    Ok(text)
}
