//! The pieces of a pasted list. Every character is looked at a bounded number of times.

use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Word(&'a str),
    /// A quoted string that is a name.
    Quoted,
    /// What stands between `<` and `>`.
    Angle(&'a str),
    /// Between two entries, or between a last and a first name.
    Comma,
    /// Between two entries.
    End,
}

pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    /// Quotation marks before this byte count as white space: they have no partner, or stand around addresses.
    blank_quotes_until: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, blank_quotes_until: 0 }
    }

    /// A quoted name, the quoted local part of an address, or nothing but its mark.
    fn quoted(&mut self) -> Option<(Token<'a>, Range<usize>)> {
        let start = self.at;
        self.at += 1;
        if start < self.blank_quotes_until {
            return None;
        }
        let line = &self.text[self.at..];
        let close = match closing_quote(line) {
            Ok(length) => self.at + length,
            Err(length) => {
                self.blank_quotes_until = self.at + length;
                return None;
            }
        };
        let after = &self.text[close + 1..];
        if after.starts_with('@') {
            return Some(self.word(start, close + 1));
        }
        let is_name = after.trim_start_matches([' ', '\t']).starts_with('<');
        if !is_name && self.text[self.at..close].contains('@') {
            self.blank_quotes_until = close + 1;
            return None;
        }
        self.at = close + 1;
        Some((Token::Quoted, start..self.at))
    }

    /// The address in angle brackets, or nothing but the bracket.
    fn angle(&mut self) -> Option<(Token<'a>, Range<usize>)> {
        let start = self.at;
        self.at += 1;
        let length = self.text[self.at..].find(|c| is_separator(c) || matches!(c, '<' | '>' | '"'))?;
        let (inner, after) = self.text[self.at..].split_at(length);
        if !after.starts_with('>') {
            return None;
        }
        self.at += length + 1;
        Some((Token::Angle(inner), start..self.at))
    }

    fn word(&mut self, start: usize, from: usize) -> (Token<'a>, Range<usize>) {
        let rest = &self.text[from..];
        let is_end = |c: char| is_separator(c) || c.is_whitespace() || matches!(c, '<' | '>' | '"');
        self.at = from + rest.find(is_end).unwrap_or(rest.len());
        (Token::Word(&self.text[start..self.at]), start..self.at)
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (Token<'a>, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(c) = self.text[self.at..].chars().next() {
            let start = self.at;
            let read = match c {
                '"' => self.quoted(),
                '<' => self.angle(),
                ',' | '，' | '、' => self.sign(Token::Comma, c),
                _ if is_separator(c) => self.sign(Token::End, c),
                _ if c == '>' || c.is_whitespace() => {
                    self.at += c.len_utf8();
                    None
                }
                _ => Some(self.word(start, start)),
            };
            if read.is_some() {
                return read;
            }
        }
        None
    }
}

impl<'a> Tokens<'a> {
    fn sign(&mut self, token: Token<'a>, sign: char) -> Option<(Token<'a>, Range<usize>)> {
        let start = self.at;
        self.at += sign.len_utf8();
        Some((token, start..self.at))
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, ',' | '，' | '、' | ';' | '；' | '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// How far the partner of a quotation mark is, or else the end of the line.
fn closing_quote(line: &str) -> Result<usize, usize> {
    let mut is_escaped = false;
    for (at, c) in line.char_indices() {
        match c {
            '\n' | '\r' => return Err(at),
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return Ok(at),
            _ => {}
        }
    }
    Err(line.len())
}
