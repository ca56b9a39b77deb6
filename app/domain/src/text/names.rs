//! What reads as a link, a host, an address or a telephone number, and so has no place in a letter from a stranger.

use unicode_normalization::UnicodeNormalization;

use super::characters::{is_barred, is_hidden};
use super::domain_name::DomainName;
use super::telephone;

const MOST_NAME: usize = 64;
const MOST_SHOWN: usize = 80;
const SCHEMES: [&str; 12] =
    ["http", "https", "hxxp", "hxxps", "ftp", "ftps", "file", "mailto", "tel", "sms", "javascript", "data"];
/// Abbreviations of ordinary letters that end like a domain.
const ORDINARY: [&str; 6] = ["b.sc", "m.sc", "co.kg", "co.ltd", "dr.med", "dipl.ing"];

/// What a text was taken for, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspicion {
    pub kind: SuspicionKind,
    /// As written, but for compatibility forms; at most 80 characters.
    pub found: String,
    /// Counted from 1.
    pub line: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuspicionKind {
    Url,
    Host,
    Address,
    Telephone,
}

impl SuspicionKind {
    /// Stable, for messages and for forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::Url => "message_url",
            Self::Host => "message_host",
            Self::Address => "message_address",
            Self::Telephone => "message_telephone",
        }
    }
}

/// The name as a letter may show it; `None`: the address stands instead.
pub fn letter_name(name: &str) -> Option<String> {
    let name = name.trim();
    let fits = name.chars().take(MOST_NAME + 1).count() <= MOST_NAME;
    if !fits || name.chars().all(|c| is_hidden(c) || c.is_whitespace()) || name.chars().any(is_barred) {
        return None;
    }
    suspicious_text(name, &[]).is_none().then(|| name.nfc().collect())
}

/// The first thing in a text that a mail program or a reader would follow, unless it is one of the allowed hosts
/// (A-labels or Unicode, without a port).
pub fn suspicious_text(text: &str, allowed_hosts: &[String]) -> Option<Suspicion> {
    let allowed: Vec<String> = allowed_hosts.iter().map(|host| host.to_lowercase()).collect();
    (1..).zip(text.split('\n')).find_map(|(line, text)| {
        let text = legible(text);
        let (kind, found) = link_in(&text, &allowed)
            .or_else(|| telephone::find(&text).map(|found| (SuspicionKind::Telephone, found)))?;
        Some(Suspicion { kind, found: found.chars().take(MOST_SHOWN).collect(), line })
    })
}

/// As a reader sees it: nothing hidden, wide letters narrow, spelled-out dots and ats as such.
fn legible(line: &str) -> String {
    let mut text: String = line.chars().filter(|&c| !is_hidden(c) || c == '\t').nfkc().collect();
    text = text.replace(['。', '․'], ".");
    for (written, meant) in [("[.]", "."), ("(.)", "."), ("[dot]", "."), ("(dot)", "."), ("[at]", "@"), ("(at)", "@")] {
        text = text.replace(written, meant);
    }
    text
}

fn link_in(text: &str, allowed: &[String]) -> Option<(SuspicionKind, String)> {
    text.split_whitespace().find_map(|chunk| {
        let kind = link_kind(&without_allowed(&chunk.to_lowercase(), allowed))?;
        Some((kind, chunk.trim_matches(|c| matches!(c, '(' | ')' | '"' | '\'' | ',' | ';' | '.' | '!')).to_owned()))
    })
}

/// What a piece of lower-case text without white space would be followed as.
fn link_kind(chunk: &str) -> Option<SuspicionKind> {
    let has_scheme = chunk.match_indices(':').any(|(at, _)| {
        let word = chunk[..at].rsplit(|c: char| !c.is_alphanumeric()).next();
        at + 1 < chunk.len() && word.is_some_and(|word| SCHEMES.contains(&word))
    });
    let is_share = chunk.split_once("\\\\").is_some_and(|(_, host)| host.starts_with(char::is_alphanumeric));
    if has_scheme || is_share || chunk.contains("://") || chunk.contains("hxxp") {
        return Some(SuspicionKind::Url);
    }
    let is_address = chunk
        .match_indices('@')
        .any(|(at, _)| at > 0 && chunk[at + 1..].starts_with(|c: char| c.is_alphanumeric() || c == '['));
    if is_address {
        return Some(SuspicionKind::Address);
    }
    chunk.split(|c| !is_host_character(c)).any(is_host).then_some(SuspicionKind::Host)
}

fn is_host_character(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-')
}

/// Whether a run of host characters has a known public suffix somewhere after a dot: `evil.com.Then` does.
fn is_host(run: &str) -> bool {
    if run.strip_prefix("www.").is_some_and(|rest| !rest.is_empty()) {
        return true;
    }
    if run.matches('.').count() == 3 && run.split('.').all(|part| part.parse::<u8>().is_ok()) {
        return true;
    }
    let mut start = 0;
    let mut end = 0;
    for label in run.split('.') {
        let label_start = end;
        end += label.len();
        if label.is_empty() || label.starts_with('-') || label.ends_with('-') {
            start = end + 1;
        } else if start < label_start && is_known_host(&run[start..end]) {
            return true;
        }
        end += 1;
    }
    false
}

fn is_known_host(name: &str) -> bool {
    let known = |name: &str| psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known());
    !ORDINARY.contains(&name)
        && (known(name) || !name.is_ascii() && DomainName::parse(name).is_ok_and(|name| known(name.as_str())))
}

/// Leaves out each allowed host with its `https://` and its path, where nothing makes it part of another link.
fn without_allowed(chunk: &str, allowed: &[String]) -> String {
    let mut kept = String::new();
    let mut rest = chunk;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| !is_host_character(c)).unwrap_or(rest.len()).max(first.len_utf8());
        let (run, after) = rest.split_at(end);
        rest = after;
        let is_allowed = allowed.iter().any(|host| host == run.trim_end_matches('.'));
        let Some(path) = path_length(after).filter(|_| is_allowed) else {
            kept.push_str(run);
            continue;
        };
        let before = ["https://", "http://"].iter().find_map(|scheme| kept.strip_suffix(scheme)).unwrap_or(&kept);
        if !before.ends_with(char::is_alphanumeric) {
            kept.truncate(before.len());
        }
        kept.push(' ');
        rest = &after[path..];
    }
    kept
}

/// The bytes after a host that belong to its link; `None` if they make it something else.
fn path_length(after: &str) -> Option<usize> {
    let port = match after.strip_prefix(':') {
        Some(rest) => 1 + rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()),
        None => 0,
    };
    let rest = &after[port..];
    match rest.chars().next() {
        None => Some(port),
        Some('/' | '?' | '#') => {
            let path = rest.find(['<', '>', '"', '\'', '(', ')', '[', ']', '{', '}', '|', '\\']).unwrap_or(rest.len());
            let is_plain = !rest[..path].contains("://") && !rest[..path].contains('@');
            is_plain.then_some(port + path)
        }
        Some('@' | '\\' | '_' | '%') => None,
        Some(_) => Some(port),
    }
}

#[cfg(test)]
mod tests;
