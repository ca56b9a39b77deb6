//! A real mail server that can be told to misbehave.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use domain::samples::address;
use domain::text::Label;
use serde::Deserialize;

use crate::mail::{SmtpSettings, Tls};

pub const CURE: &str = "The tests of letters need a mail server: see what end2end/smtp/start.sh says above";

/// One letter as the mail server kept it.
#[derive(Debug, Clone, Deserialize)]
pub struct Kept {
    pub to: Vec<String>,
    pub headers: HashMap<String, String>,
    pub plain: String,
    pub html: String,
    /// The port it came from: another one is another connection.
    pub connection: u16,
    pub encrypted: bool,
    pub login: Option<String>,
}

/// Ends with the value.
pub struct MailServer {
    pub port: u16,
    pub folder: tempfile::TempDir,
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl MailServer {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    pub fn start_with(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../end2end/smtp/start.sh");
        let mut command = Command::new(script);
        command.arg("--letters").arg(folder.path().join("letters"));
        command.arg("--certificates").arg(folder.path()).args(options);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect(CURE);
        let (input, output) = (child.stdin.take(), child.stdout.take().expect(CURE));
        let mut server = Self { port: 0, folder, child, input, output: BufReader::new(output) };
        server.port = server.line().parse().expect(CURE);
        server
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect(CURE);
        line.trim().to_owned()
    }

    /// `accept`, `refuse`, `busy`, `stall`, `swallow` or `hold`, from the next command on.
    pub fn be(&mut self, manner: &str) {
        writeln!(self.input.as_mut().unwrap(), "{manner}").unwrap();
        assert_eq!(self.line(), manner);
    }

    pub fn letters(&self) -> Vec<Kept> {
        let text = std::fs::read_to_string(self.folder.path().join("letters")).unwrap_or_default();
        // The last line may be half written.
        let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        whole.map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The only letter there is.
    pub fn letter(&self) -> Kept {
        let letters = self.letters();
        assert_eq!(letters.len(), 1, "{letters:#?}");
        letters[0].clone()
    }

    pub async fn wait_for(&self, many: usize) {
        for _ in 0..200 {
            if self.letters().len() >= many {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{many} letters did not come: {:#?}", self.letters());
    }

    pub fn settings(&self) -> SmtpSettings {
        settings(self.port)
    }

    pub fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

pub fn settings(port: u16) -> SmtpSettings {
    let timeout = Duration::from_secs(5);
    let sender_name = Some(Label::parse("Lindenhof").unwrap());
    SmtpSettings {
        port,
        sender_name,
        timeout,
        ..SmtpSettings::new("localhost", Tls::None, address("lobby@lindenhof.example"))
    }
}
