//! A multipart body whose file is streamed from the disk.

use std::fs::File;
use std::io::{self, Chain, Cursor, Read};
use std::path::{Path, PathBuf};

/// One file to send as the part `file` of a multipart body.
#[derive(Debug)]
pub(crate) struct Upload {
    path: PathBuf,
    file_length: u64,
    boundary: String,
    head: String,
}

impl Upload {
    /// Looks at the file; it is opened when it is sent.
    pub(crate) fn of(path: &str, content_type: &str, boundary: String) -> io::Result<Upload> {
        let path = PathBuf::from(path);
        let metadata = File::open(&path)?.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // As browsers write it (HTML, multipart/form-data).
        let name = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {content_type}\r\n\r\n"
        );
        Ok(Upload { path, file_length: metadata.len(), boundary, head })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn file_length(&self) -> u64 {
        self.file_length
    }

    pub(crate) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    fn tail(&self) -> String {
        format!("\r\n--{}--\r\n", self.boundary)
    }

    /// Of the whole body.
    pub(crate) fn length(&self) -> u64 {
        self.head.len() as u64 + self.file_length + self.tail().len() as u64
    }

    /// The whole body, from its beginning.
    pub(super) fn reader(&self) -> io::Result<impl Read> {
        let file = WholeFile { file: File::open(&self.path).map_err(FileBroke::wrap)?, left: self.file_length };
        let head = Cursor::new(self.head.clone());
        let tail = Cursor::new(self.tail());
        let body: Chain<Chain<_, _>, _> = head.chain(file).chain(tail);
        Ok(body)
    }
}

/// Reads exactly the length that was announced. A file that shrank meanwhile is an error: the peer would wait for the
/// rest for ever, and so would we.
struct WholeFile {
    file: File,
    left: u64,
}

impl Read for WholeFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 || buffer.is_empty() {
            return Ok(0);
        }
        let count = Read::by_ref(&mut self.file).take(self.left).read(buffer).map_err(FileBroke::wrap)?;
        if count == 0 {
            let shrank = io::Error::new(io::ErrorKind::UnexpectedEof, "the file became shorter while it was sent");
            return Err(FileBroke::wrap(shrank));
        }
        self.left -= count as u64;
        Ok(count)
    }
}

/// Marks an error of the local file, so that it is not taken for the network's.
#[derive(Debug)]
pub(super) struct FileBroke(io::Error);

impl FileBroke {
    fn wrap(error: io::Error) -> io::Error {
        io::Error::new(error.kind(), FileBroke(error))
    }
}

impl std::fmt::Display for FileBroke {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

impl std::error::Error for FileBroke {}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, content: &[u8]) -> String {
        let path = std::env::temp_dir().join(format!("meetgate-{}-{name}", std::process::id()));
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    #[test]
    fn the_body_is_as_long_as_announced() {
        let path = file("a\"b.png", b"content");
        let upload = Upload::of(&path, "image/png", "B".to_owned()).unwrap();
        let mut body = String::new();
        upload.reader().unwrap().read_to_string(&mut body).unwrap();
        assert_eq!(body.len() as u64, upload.length());
        assert!(body.starts_with("--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"meetgate-"));
        assert!(body.contains("a%22b.png\"\r\nContent-Type: image/png\r\n\r\ncontent\r\n--B--\r\n"));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_file_that_shrinks_is_an_error_and_not_an_endless_wait() {
        let path = file("shrinks.png", b"0123456789");
        let upload = Upload::of(&path, "image/png", "B".to_owned()).unwrap();
        std::fs::write(&path, b"01234").unwrap();
        let error = upload.reader().unwrap().read_to_end(&mut Vec::new()).unwrap_err();
        assert!(error.get_ref().is_some_and(|inner| inner.is::<FileBroke>()));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_folder_is_no_file() {
        assert!(Upload::of("/", "image/png", "B".to_owned()).is_err());
    }
}
