//! What is read of a certificate where rustls tells nothing: of one that it refuses, or does not look at.

/// The longest name that is shown, in characters.
const LONGEST_NAME: usize = 80;
/// The last parts of the object identifiers 2.5.4.3 and 2.5.4.10.
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const ORGANISATION: &[u8] = &[0x55, 4, 10];

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;
const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const BMP_STRING: u8 = 0x1e;

/// Parts of a certificate (RFC 5280, 4.1), as they are encoded.
pub(super) struct Certificate<'d> {
    /// Of the first version, without extensions.
    pub(super) is_v1: bool,
    issuer: &'d [u8],
    subject: &'d [u8],
    /// In seconds since 1970.
    pub(super) not_before: i64,
    pub(super) not_after: i64,
    /// The SubjectPublicKeyInfo, as a whole.
    pub(super) public_key: &'d [u8],
}

impl<'d> Certificate<'d> {
    pub(super) fn read(bytes: &'d [u8]) -> Option<Certificate<'d>> {
        let mut certificate = Der(Der(bytes).take(SEQUENCE)?.content);
        let mut fields = Der(certificate.take(SEQUENCE)?.content);
        let is_v1 = fields.take(VERSION).is_none();
        fields.take(INTEGER)?;
        fields.take(SEQUENCE)?;
        let issuer = fields.take(SEQUENCE)?.content;
        let mut validity = Der(fields.take(SEQUENCE)?.content);
        let subject = fields.take(SEQUENCE)?.content;
        let public_key = fields.take(SEQUENCE)?.whole;
        let [not_before, not_after] = [time(validity.next()?)?, time(validity.next()?)?];
        Some(Certificate { is_v1, issuer, subject, not_before, not_after, public_key })
    }

    pub(super) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// Its issuer's common name, or its organisation.
    pub(super) fn issuer(&self) -> String {
        let name = name(self.issuer, COMMON_NAME).or_else(|| name(self.issuer, ORGANISATION));
        name.unwrap_or_else(|| "(without a name)".to_owned())
    }
}

/// The value of a part of a name, shown as text from outside is.
fn name(names: &[u8], kind: &[u8]) -> Option<String> {
    let mut names = Der(names);
    while let Some(set) = names.take(SET) {
        let mut pair = Der(Der(set.content).take(SEQUENCE)?.content);
        if pair.next()?.content == kind {
            let Element { tag, content, .. } = pair.next()?;
            return Some(shown(&match tag {
                BMP_STRING => {
                    let units = content
                        .chunks_exact(2)
                        .map(|pair| pair.iter().fold(0, |unit, byte| unit << 8 | u16::from(*byte)));
                    String::from_utf16_lossy(&units.collect::<Vec<u16>>())
                }
                _ => String::from_utf8_lossy(content).into_owned(),
            }));
        }
    }
    None
}

/// Text of a certificate's: so much of it, and nothing that moves a cursor or turns a line around.
pub(super) fn shown(text: &str) -> String {
    let is_plain = |character: char| !character.is_control() && !is_mark(character);
    let mut shown: String =
        text.chars().take(LONGEST_NAME).map(|character| if is_plain(character) { character } else { '?' }).collect();
    if text.chars().nth(LONGEST_NAME).is_some() {
        shown.push('…');
    }
    shown
}

/// Characters that are not seen, and those that change the direction of a line.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`.
fn time(element: Element<'_>) -> Option<i64> {
    let text = std::str::from_utf8(element.content).ok()?.strip_suffix('Z')?;
    let (year, rest) = match element.tag {
        UTC_TIME => (two(text.get(..2)?)?, text.get(2..)?),
        GENERALIZED_TIME => (two(text.get(..2)?)? * 100 + two(text.get(2..4)?)?, text.get(4..)?),
        _ => return None,
    };
    let year = match element.tag {
        UTC_TIME if year < 50 => 2000 + year,
        UTC_TIME => 1900 + year,
        _ => year,
    };
    if rest.len() != 10 {
        return None;
    }
    let part = |at: usize| two(rest.get(at..at + 2)?);
    let days = crate::unix_time::days(year, part(0)?, part(2)?);
    Some(((days * 24 + part(4)?) * 60 + part(6)?) * 60 + part(8)?)
}

fn two(digits: &str) -> Option<i64> {
    digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// One element after another, in DER.
struct Der<'d>(&'d [u8]);

struct Element<'d> {
    tag: u8,
    content: &'d [u8],
    whole: &'d [u8],
}

impl<'d> Der<'d> {
    fn next(&mut self) -> Option<Element<'d>> {
        let [tag, first, rest @ ..] = self.0 else { return None };
        let (length, head) = match first {
            0..=0x7f => (usize::from(*first), 2),
            // No certificate is longer than what four bytes count.
            0x81..=0x84 => {
                let count = usize::from(first & 0x7f);
                (rest.get(..count)?.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), 2 + count)
            }
            _ => return None,
        };
        let end = head.checked_add(length)?;
        let element = Element { tag: *tag, content: self.0.get(head..end)?, whole: self.0.get(..end)? };
        self.0 = self.0.get(end..)?;
        Some(element)
    }

    /// The next one, if it is of this kind.
    fn take(&mut self, tag: u8) -> Option<Element<'d>> {
        if self.0.first() == Some(&tag) { self.next() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

    fn made(common_name: &str) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["h".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, common_name);
        params.not_before = date_time_ymd(1999, 12, 31);
        params.not_after = date_time_ymd(2100, 3, 1);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn names_dates_and_key_are_read() {
        let der = made("会议 authority");
        let read = Certificate::read(&der).unwrap();
        assert_eq!(read.issuer(), "会议 authority");
        assert!(read.is_self_issued() && !read.is_v1);
        assert_eq!((read.not_before, read.not_after), (946_598_400, 4_107_542_400));
        assert!(der.windows(read.public_key.len()).any(|part| part == read.public_key));
    }

    #[test]
    fn a_name_from_outside_is_bounded_and_cleaned() {
        let shown = Certificate::read(&made(&format!("a\u{1b}[31m\n\u{202e}{}", "x".repeat(500)))).unwrap().issuer();
        assert!(shown.starts_with("a?[31m??xxx") && shown.ends_with("x…"), "{shown}");
        assert_eq!(shown.chars().count(), LONGEST_NAME + 1);
    }

    #[test]
    fn what_is_cut_or_changed_is_read_without_harm() {
        let der = made("authority");
        for end in 0..der.len() {
            assert!(Certificate::read(&der[..end]).is_none(), "{end}");
        }
        for at in 0..der.len() {
            for byte in [0, 0x7f, 0x80, 0x84, 0xff] {
                let mut changed = der.clone();
                changed[at] = byte;
                _ = Certificate::read(&changed).map(|read| read.issuer());
            }
        }
    }
}
