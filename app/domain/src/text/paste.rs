//! Lists of addresses as people paste them: from mail programs, tables and letters. Nothing pasted is lost silently.

use std::collections::HashSet;
use std::ops::Range;

use super::characters::is_hidden;
use super::email::{AddressError, EmailAddress};
use super::label::Label;
use super::names::letter_name;

mod tokens;

use tokens::{Token, Tokens};

const MOST_NAME: usize = 128;

/// One entry of a pasted list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pasted {
    /// As it stood in the list.
    pub raw: String,
    /// The name that stood before the address, one line of at most 128 characters.
    pub name: Option<String>,
    pub address: Result<EmailAddress, AddressError>,
    /// The same key stood earlier in this list.
    pub twice: bool,
}

/// Reads addresses apart from each other by any usual separator, in their order. Linear in the text's length, which
/// the caller bounds.
pub fn parse_list(text: &str) -> Vec<Pasted> {
    let mut list = List { text, ..List::default() };
    for (token, span) in Tokens::new(text) {
        list.take(token, span);
    }
    list.give_up_words();
    list.entries
}

#[derive(Default)]
struct List<'a> {
    text: &'a str,
    entries: Vec<Pasted>,
    seen: HashSet<String>,
    /// Words that may be the name of the next address.
    words: Option<Range<usize>>,
    /// A comma among them, as in `Last, First <a@example.com>`.
    has_comma: bool,
    /// The last thing read was an address; mail programs write it again in angle brackets.
    after_address: bool,
}

impl List<'_> {
    fn take(&mut self, token: Token<'_>, span: Range<usize>) {
        let was_after_address = std::mem::take(&mut self.after_address);
        match token {
            Token::Word(word) if word.contains('@') => {
                if self.has_comma || !self.words_read_as_name() {
                    self.give_up_words();
                }
                self.push(unwrap(word), span);
            }
            Token::Word(_) | Token::Quoted => {
                let start = self.words.as_ref().map_or(span.start, |words| words.start);
                self.words = Some(start..span.end);
            }
            Token::Angle(inner) => {
                let address = unwrap(inner);
                if !(was_after_address && self.is_last(address)) {
                    self.push(address, span);
                }
            }
            Token::Comma if !self.has_comma && self.words_read_as_name() => self.has_comma = self.words.is_some(),
            Token::Comma | Token::End => self.give_up_words(),
        }
    }

    fn words_read_as_name(&self) -> bool {
        self.words.clone().is_none_or(|words| letter_name(&on_one_line(&self.text[words])).is_some())
    }

    fn is_last(&self, address: &str) -> bool {
        let last = self.entries.last().and_then(|entry| entry.address.as_ref().ok());
        last.is_some() && last == EmailAddress::parse(address).ok().as_ref()
    }

    fn push(&mut self, address: &str, span: Range<usize>) {
        let words = self.words.take();
        self.has_comma = false;
        self.after_address = true;
        let start = words.as_ref().map_or(span.start, |words| words.start);
        let name = words.and_then(|words| name_in(&self.text[words]));
        let address = EmailAddress::parse(address);
        let twice = address.as_ref().is_ok_and(|address| !self.seen.insert(address.key().to_owned()));
        self.entries.push(Pasted { raw: self.text[start..span.end].to_owned(), name, address, twice });
    }

    /// Words that belong to no address are an entry that is none; bullets and dashes are nothing.
    fn give_up_words(&mut self) {
        self.has_comma = false;
        let Some(words) = self.words.take().map(|words| &self.text[words]) else {
            return;
        };
        if let (Err(error), true) = (EmailAddress::parse(words), words.contains(char::is_alphanumeric)) {
            self.entries.push(Pasted { raw: words.to_owned(), name: None, address: Err(error), twice: false });
        }
    }
}

/// A numbering (`1.`), a heading (`To:`) and an address are no names.
fn name_in(words: &str) -> Option<String> {
    let name = on_one_line(words).replace(['"', '\\'], "");
    let name = name.trim_matches(|c| c == '\'' || c == ' ' || is_hidden(c));
    let is_name = name.contains(char::is_alphabetic) && !name.ends_with(':') && !name.contains('@');
    let name = Label::<MOST_NAME>::parse(name).ok().filter(|_| is_name)?;
    Some(name.into())
}

fn on_one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The address without what stands around it in running text: brackets, quotes, marks of direction, `mailto:`.
fn unwrap(word: &str) -> &str {
    let mut word = trim(word);
    for (open, close) in [('\'', '\''), ('{', '}'), ('*', '*'), ('_', '_'), ('`', '`')] {
        let inner = word.strip_prefix(open).and_then(|word| word.strip_suffix(close));
        word = inner.map_or(word, trim);
    }
    match word.split_at_checked("mailto:".len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto:") => rest.split('?').next().unwrap_or(rest),
        _ => word,
    }
}

fn trim(word: &str) -> &str {
    let word = word.trim_matches(|c: char| c.is_whitespace() || is_hidden(c));
    let word = word.trim_start_matches(['(', '[', '“', '„', '”', '‘', '«', '»', '‹', '›', '•']);
    word.trim_end_matches([')', ']', '“', '”', '’', '«', '»', '‹', '›', '.', ':', '!', '?'])
}

#[cfg(test)]
mod tests;
