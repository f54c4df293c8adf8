//! One connection, request after request.

use crate::answers::Answers;
use crate::asking::{END_OF_HEAD, content_length, find};
use crate::wish::Wish;
use std::future::pending;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// What is read at once: an upload is long.
const ROOM: usize = 256 * 1024;

pub async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, answers: &Answers) -> io::Result<()> {
    let mut waiting = Vec::with_capacity(8192);
    loop {
        let Some(end) = find(&waiting, END_OF_HEAD) else {
            if stream.read_buf(&mut waiting).await? == 0 {
                return Ok(());
            }
            continue;
        };
        let head = waiting.drain(..end + END_OF_HEAD.len()).collect::<Vec<u8>>();
        drop_body(&mut stream, &mut waiting, content_length(&head).unwrap_or(0)).await?;
        let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line);
        let mut words = line.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (wish, answer) = answers.to(method, target);
        match wish {
            Wish::Delay(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
            Wish::Never => pending().await,
            Wish::Usual | Wish::Rows(_) | Wish::Text(_) => {}
        }
        stream.write_all(&answer).await?;
        stream.flush().await?;
    }
}

/// Reads on to the end of a body, and keeps nothing of it.
async fn drop_body(stream: &mut (impl AsyncRead + Unpin), waiting: &mut Vec<u8>, length: usize) -> io::Result<()> {
    let here = length.min(waiting.len());
    waiting.drain(..here);
    let mut left = length - here;
    let mut room = vec![0; ROOM.min(left)];
    while left > 0 {
        let most = room.len().min(left);
        match stream.read(room.get_mut(..most).unwrap_or_default()).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => left -= count,
        }
    }
    Ok(())
}
