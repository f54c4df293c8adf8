//! Real, small media files, made when they are asked for: their length follows from format and duration alone.

/// What a made file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Mp3,
    Wav,
    Mp4,
    /// The vendor's own recording source (004 L863). Nothing is published of its inside.
    Tms,
}

/// MPEG 2.5 layer III, 8 kbit/s, 8 kHz, mono: the smallest that there is. 72 bytes and 72 ms a frame.
const MP3_FRAME: usize = 72;
const MP3_HEADER: [u8; 4] = [0xFF, 0xE3, 0x18, 0xC4];
/// 8 kHz, 8 bit, mono: one byte a sample.
const WAV_BYTES_PER_S: i64 = 8000;
const WAV_HEADER: usize = 44;
/// Sound files stop growing here: a recording that was forgotten for a week must not fill the memory when it is listed.
const LONGEST_MS: i64 = 3_600_000;

impl Format {
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Mp3 => "mp3",
            Self::Wav => "wav",
            Self::Mp4 => "mp4",
            Self::Tms => "tms",
        }
    }

    pub(crate) fn is_audio(self) -> bool {
        matches!(self, Self::Mp3 | Self::Wav)
    }

    pub(crate) fn bytes(self, duration_ms: i64) -> Vec<u8> {
        match self {
            Self::Mp3 => mp3(duration_ms),
            Self::Wav => wav(duration_ms),
            Self::Mp4 => mp4(duration_ms),
            Self::Tms => tms(duration_ms),
        }
    }

    /// The length of `bytes`, without making them where they can be long.
    pub(crate) fn length(self, duration_ms: i64) -> usize {
        match self {
            Self::Mp3 => mp3_frames(duration_ms) * MP3_FRAME,
            Self::Wav => WAV_HEADER + wav_samples(duration_ms),
            Self::Mp4 | Self::Tms => self.bytes(duration_ms).len(),
        }
    }
}

fn mp3_frames(duration_ms: i64) -> usize {
    usize::try_from(duration_ms.min(LONGEST_MS) / 72).unwrap_or(0).max(1)
}

/// Silence: frames whose side information says that there are no bits of sound.
fn mp3(duration_ms: i64) -> Vec<u8> {
    let mut frame = [0; MP3_FRAME];
    for (byte, header) in frame.iter_mut().zip(MP3_HEADER) {
        *byte = header;
    }
    frame.repeat(mp3_frames(duration_ms))
}

fn wav_samples(duration_ms: i64) -> usize {
    usize::try_from(duration_ms.min(LONGEST_MS) * WAV_BYTES_PER_S / 1000).unwrap_or(0)
}

fn wav(duration_ms: i64) -> Vec<u8> {
    let samples = wav_samples(duration_ms);
    let length = u32::try_from(samples).unwrap_or(u32::MAX);
    let mut out = Vec::with_capacity(WAV_HEADER + samples);
    out.extend_from_slice(b"RIFF");
    out.extend_from_slice(&length.saturating_add(36).to_le_bytes());
    out.extend_from_slice(b"WAVEfmt ");
    out.extend_from_slice(&16_u32.to_le_bytes());
    out.extend_from_slice(&1_u16.to_le_bytes()); // PCM
    out.extend_from_slice(&1_u16.to_le_bytes()); // mono
    out.extend_from_slice(&8000_u32.to_le_bytes()); // samples a second
    out.extend_from_slice(&8000_u32.to_le_bytes()); // bytes a second
    out.extend_from_slice(&1_u16.to_le_bytes()); // bytes a sample
    out.extend_from_slice(&8_u16.to_le_bytes()); // bits a sample
    out.extend_from_slice(b"data");
    out.extend_from_slice(&length.to_le_bytes());
    // The middle of the unsigned range is silence.
    out.resize(WAV_HEADER + samples, 0x80);
    out
}

fn tms(duration_ms: i64) -> Vec<u8> {
    format!("sandbox recording source, {duration_ms} ms\n").into_bytes()
}

/// Width and height of the one picture.
const WIDTH: u16 = 128;
const HEIGHT: u16 = 96;
/// H.264 baseline parameter sets for 128 by 96, without the start code.
const SPS: [u8; 7] = [0x67, 0x42, 0x00, 0x0A, 0xF8, 0x41, 0xA2];
const PPS: [u8; 4] = [0x68, 0xCE, 0x38, 0x80];

/// An MP4 of one H.264 picture that is shown for the whole duration.
fn mp4(duration_ms: i64) -> Vec<u8> {
    let duration = u32::try_from(duration_ms).unwrap_or(u32::MAX).max(1);
    let sample = picture();
    let ftyp = boxed(b"ftyp", &[b"isom", &512_u32.to_be_bytes(), b"isomiso2avc1mp41"]);
    // The offset of the picture depends on the length of `moov`, which does not depend on the offset.
    let before = ftyp.len() + moov(duration, sample.len(), 0).len() + 8;
    let moov = moov(duration, sample.len(), u32::try_from(before).unwrap_or(0));
    [ftyp, moov, boxed(b"mdat", &[&sample])].concat()
}

/// One IDR slice in which every macroblock is stored as plain samples (I_PCM): nothing to compress, nothing to get wrong.
fn picture() -> Vec<u8> {
    let (columns, rows) = (usize::from(WIDTH / 16), usize::from(HEIGHT / 16));
    // Slice header and the first macroblock's type, then for each later one its type again, aligned to bytes.
    let mut slice = vec![0x65, 0x88, 0x84, 0x08, 0x68];
    for block in 0..columns * rows {
        if block > 0 {
            slice.extend_from_slice(&[0x0D, 0x00]);
        }
        // A grey ramp. The values stay clear of 0, so that no start code can arise inside.
        let luma = u8::try_from(40 + block * 3).unwrap_or(200);
        slice.extend_from_slice(&[luma; 256]);
        slice.extend_from_slice(&[128; 128]);
    }
    slice.push(0x80);
    let length = u32::try_from(slice.len()).unwrap_or(0).to_be_bytes();
    [length.as_slice(), &slice].concat()
}

fn moov(duration: u32, sample_length: usize, offset: u32) -> Vec<u8> {
    let ms = 1000_u32.to_be_bytes();
    let long = duration.to_be_bytes();
    let one = 1_u32.to_be_bytes();
    let zeros = [0_u8; 64];
    let zero = |n: usize| zeros.get(..n).unwrap_or_default();
    let unit = 0x0001_0000_u32.to_be_bytes();
    let matrix: Vec<u8> =
        [1, 0, 0, 0, 1, 0, 0, 0, 0x4000].iter().flat_map(|entry: &u32| (entry << 16).to_be_bytes()).collect();
    let width = (u32::from(WIDTH) << 16).to_be_bytes();
    let height = (u32::from(HEIGHT) << 16).to_be_bytes();
    let length = u32::try_from(sample_length).unwrap_or(0).to_be_bytes();

    let mvhd =
        boxed(b"mvhd", &[zero(12), &ms, &long, &unit, &[1, 0], zero(10), &matrix, zero(24), &2_u32.to_be_bytes()]);
    let tkhd = boxed(b"tkhd", &[&[0, 0, 0, 7], zero(8), &one, zero(4), &long, zero(16), &matrix, &width, &height]);
    // 0x55C4: language "und".
    let mdhd = boxed(b"mdhd", &[zero(12), &ms, &long, &[0x55, 0xC4, 0, 0]]);
    let hdlr = boxed(b"hdlr", &[zero(8), b"vide", zero(12), b"sandbox\0"]);
    let vmhd = boxed(b"vmhd", &[&[0, 0, 0, 1], zero(8)]);
    let url = boxed(b"url ", &[&[0, 0, 0, 1]]);
    let dinf = boxed(b"dinf", &[&boxed(b"dref", &[zero(4), &one, &url])]);
    let (profile, sps_length, pps_length) = ([1, 0x42, 0x00, 0x0A, 0xFF, 0xE1], [0, 7], [1, 0, 4]);
    let avcc = boxed(b"avcC", &[&profile, &sps_length, &SPS, &pps_length, &PPS]);
    let resolution = 0x0048_0000_u32.to_be_bytes();
    let size = [WIDTH.to_be_bytes(), HEIGHT.to_be_bytes()].concat();
    let entry = [
        zero(6),
        &[0, 1],
        zero(16),
        &size,
        &resolution,
        &resolution,
        zero(4),
        &[0, 1],
        zero(32),
        &[0, 24, 0xFF, 0xFF],
        &avcc,
    ];
    let stsd = boxed(b"stsd", &[zero(4), &one, &boxed(b"avc1", &entry)]);
    let stts = boxed(b"stts", &[zero(4), &one, &one, &long]);
    let stsc = boxed(b"stsc", &[zero(4), &one, &one, &one, &one]);
    let stsz = boxed(b"stsz", &[zero(4), &length, &one]);
    let stco = boxed(b"stco", &[zero(4), &one, &offset.to_be_bytes()]);
    let stbl = boxed(b"stbl", &[&stsd, &stts, &stsc, &stsz, &stco]);
    let minf = boxed(b"minf", &[&vmhd, &dinf, &stbl]);
    let mdia = boxed(b"mdia", &[&mdhd, &hdlr, &minf]);
    boxed(b"moov", &[&mvhd, &boxed(b"trak", &[&tkhd, &mdia])])
}

fn boxed(kind: &[u8; 4], content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    let length = u32::try_from(content.len() + 8).unwrap_or(u32::MAX).to_be_bytes();
    [length.as_slice(), kind, &content].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_true() {
        for format in [Format::Mp3, Format::Wav, Format::Mp4, Format::Tms] {
            for duration in [0, 1, 1500, 1_200_000, i64::MAX] {
                assert_eq!(format.length(duration), format.bytes(duration).len(), "{format:?} {duration}");
            }
        }
    }

    /// Walks the boxes of an MP4 and finds the picture where `stco` says that it is.
    #[test]
    fn the_picture_is_where_the_table_says() {
        let file = mp4(1500);
        let at = file.windows(4).position(|kind| kind == b"stco").unwrap();
        let offset = u32::from_be_bytes(file[at + 12..at + 16].try_into().unwrap()) as usize;
        let length = u32::from_be_bytes(file[offset..offset + 4].try_into().unwrap()) as usize;
        assert_eq!(&file[offset - 4..offset], b"mdat");
        assert_eq!(offset + 4 + length, file.len());
        assert_eq!(file[offset + 4], 0x65);
        let mut at = 0;
        let mut kinds = Vec::new();
        while at < file.len() {
            kinds.push(file[at + 4..at + 8].to_vec());
            at += u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
        }
        assert_eq!(kinds, [b"ftyp".to_vec(), b"moov".to_vec(), b"mdat".to_vec()]);
    }

    #[test]
    fn every_mp3_frame_has_its_header() {
        let file = mp3(1000);
        assert_eq!(file.len(), 13 * MP3_FRAME);
        assert!(file.chunks(MP3_FRAME).all(|frame| frame.starts_with(&MP3_HEADER)));
    }
}
