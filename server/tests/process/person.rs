//! A person's browser at a real port: one connection for each request, and the cookies it was given.

use std::collections::BTreeMap;
use std::io::{Error, Read, Write};
use std::net::TcpStream;

use crate::house::PATIENCE;

#[derive(Debug, Clone)]
pub struct Person {
    pub port: u16,
    pub cookies: BTreeMap<String, String>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// A request whose end is still to be sent.
pub struct Begun {
    stream: TcpStream,
    rest: Vec<u8>,
}

impl Person {
    pub fn new(port: u16) -> Self {
        Self { port, cookies: BTreeMap::new() }
    }

    pub fn get(&mut self, path: &str) -> Answer {
        let answer = self.try_get(path).unwrap();
        self.keep(answer)
    }

    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.try_post(path, fields).unwrap();
        self.keep(answer)
    }

    /// # Errors
    /// Where no whole head of an answer came.
    pub fn try_get(&self, path: &str) -> Result<Answer, Error> {
        self.begin("GET", path, "", Vec::new())?.finish()
    }

    /// # Errors
    /// As [`Person::try_get`].
    pub fn try_post(&self, path: &str, fields: &[(&str, &str)]) -> Result<Answer, Error> {
        self.post_bytes(path, "application/x-www-form-urlencoded", encoded(fields).into_bytes())
    }

    /// # Errors
    /// As [`Person::try_get`].
    pub fn post_bytes(&self, path: &str, kind: &str, body: Vec<u8>) -> Result<Answer, Error> {
        self.begin("POST", path, kind, body)?.finish()
    }

    /// Sends the head and one byte of the body.
    ///
    /// # Errors
    /// Where nobody listens.
    pub fn begin(&self, method: &str, path: &str, kind: &str, mut body: Vec<u8>) -> Result<Begun, Error> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        // Of version 1.0, so that an answer ends with its connection.
        let mut head = format!(
            "{method} {path} HTTP/1.0\r\nHost: localhost:{}\r\nAccept: text/html\r\nSec-Fetch-Site: same-origin\r\n\
             Sec-Fetch-Dest: document\r\nCookie: {}\r\n",
            self.port,
            cookies.join("; ")
        );
        if method == "POST" {
            head += &format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
        }
        let rest = body.split_off(body.len().min(1));
        stream.write_all(format!("{head}\r\n").as_bytes())?;
        stream.write_all(&body)?;
        Ok(Begun { stream, rest })
    }

    fn keep(&mut self, answer: Answer) -> Answer {
        for line in answer.headers("set-cookie") {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }
}

impl Begun {
    /// # Errors
    /// As [`Person::try_get`].
    pub fn finish(mut self) -> Result<Answer, Error> {
        self.stream.write_all(&self.rest)?;
        let mut bytes = Vec::new();
        let read = self.stream.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            read?;
            return Err(Error::other("no whole answer"));
        };
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| Error::other("no status"))?;
        Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
    }
}

impl Answer {
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    #[track_caller]
    pub fn leads_to(&self) -> &str {
        self.headers("location").next().unwrap_or_else(|| panic!("{} leads nowhere: {}", self.head, self.body))
    }
}

fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
