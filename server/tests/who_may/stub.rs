//! A service on this machine that people can sign in by with OAuth 2: whoever comes is the same person.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::OnceLock;

/// `http://127.0.0.1:PORT`; it answers as long as the tests run.
pub fn address() -> &'static str {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    ADDRESS.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| drop(answer(stream))));
        address
    })
}

/// A token to whoever brings a code, and who it is to whoever brings a token.
fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut asked, mut line, mut length) = (String::new(), String::new(), 0);
    reader.read_line(&mut asked)?;
    while reader.read_line(&mut line)? > 2 {
        let header = line.to_ascii_lowercase();
        length = header.strip_prefix("content-length:").and_then(|length| length.trim().parse().ok()).unwrap_or(length);
        line.clear();
    }
    reader.take(length).read_to_end(&mut Vec::new())?;
    let body = if asked.starts_with("POST") {
        r#"{"access_token":"a-token","token_type":"Bearer"}"#
    } else {
        r#"{"sub":"7","email":"pending@praxis.example","email_verified":true}"#
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}
