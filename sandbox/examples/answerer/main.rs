//! The sandbox's answers to a few calls, from a server that does nothing else: what a bench puts at the other end.
//!
//! ```text
//! cargo run --release -p meetgate-sandbox --example answerer
//! ```
//! Asks a sandbox once for each answer. Then it answers every such request with these very bytes, so that what is measured is
//! the caller. A request without its credential is answered 400, so that a caller who does less work is not measured. One
//! thread serves all connections: with one for each, callers would differ by the core that the system has put theirs on, and
//! a call by five times.
//!
//! The first segment of a path may ask for another answer: [`wish::Wish`]. Its first line is
//! `{"base_url":…,"tls_url":…,"ca_pem":…,"token":…,"room_id":…,"youme":{…}}`; it ends with its standard input.

mod answers;
mod asking;
mod connection;
mod identity;
mod wish;

use answers::Answers;
use serde_json::json;
use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::process;
use std::rc::Rc;
use std::thread;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let answers = Rc::new(Answers::of_sandbox()?);
    let (ca_pem, tls) = identity::server()?;
    let acceptor = TlsAcceptor::from(tls);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
    let (plain, secured) = runtime
        .block_on(async { tokio::try_join!(TcpListener::bind("127.0.0.1:0"), TcpListener::bind("127.0.0.1:0")) })?;
    println!(
        "{}",
        json!({
            "base_url": format!("http://{}", plain.local_addr()?),
            "tls_url": format!("https://{}", secured.local_addr()?),
            "ca_pem": ca_pem,
            "token": answers.token,
            "room_id": answers::ROOM,
            "youme": answers.youme,
        })
    );
    thread::spawn(|| {
        _ = io::copy(&mut io::stdin(), &mut io::sink());
        process::exit(0);
    });
    let both = async { tokio::try_join!(serve_plain(&plain, &answers), serve_tls(&secured, &acceptor, &answers)) };
    tokio::task::LocalSet::new().block_on(&runtime, both)?;
    Ok(())
}

/// A connection that fails is gone; its caller notices.
async fn serve_plain(listener: &TcpListener, answers: &Rc<Answers>) -> io::Result<Infallible> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let answers = Rc::clone(answers);
        tokio::task::spawn_local(async move { connection::serve(stream, &answers).await });
    }
}

async fn serve_tls(listener: &TcpListener, acceptor: &TlsAcceptor, answers: &Rc<Answers>) -> io::Result<Infallible> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (answers, acceptor) = (Rc::clone(answers), acceptor.clone());
        tokio::task::spawn_local(async move { connection::serve(acceptor.accept(stream).await?, &answers).await });
    }
}
