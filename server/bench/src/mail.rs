//! A mail server that takes every letter and keeps none.

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Listens until this program ends; says on which port.
pub async fn sink() -> anyhow::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("no port for a mail server")?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream));
        }
    });
    Ok(port)
}

/// The server's part of RFC 5321.
async fn converse(stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 sink\r\n").await?;
    let (mut line, mut in_letter) = (Vec::new(), false);
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let answer: &[u8] = match line.get(..4).map(<[u8]>::to_ascii_uppercase).as_deref() {
            _ if in_letter && line == b".\r\n" => {
                in_letter = false;
                b"250 taken\r\n"
            }
            _ if in_letter => continue,
            Some(b"DATA") => {
                in_letter = true;
                b"354 go on\r\n"
            }
            Some(b"QUIT") => {
                return stream.write_all(b"221 bye\r\n").await;
            }
            _ => b"250 fine\r\n",
        };
        stream.write_all(answer).await?;
    }
}
