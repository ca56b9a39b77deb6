//! Style sheets without what only their writers need: comments and white space.

/// The same rules in fewer bytes. White space that could mean something (between selectors, inside of `calc()`, after
/// an escape) stays, as one space; strings and bare `url(…)` stay as they are.
pub fn without_padding(sheet: &str) -> String {
    let mut out = Out::default();
    let mut rest = sheet;
    while let Some(next) = rest.chars().next() {
        let taken = match next {
            '/' if rest.starts_with("/*") => {
                out.comment();
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            }
            '"' | '\'' => out.verbatim(rest, string(rest)),
            '\\' => out.verbatim(rest, escape(rest)),
            _ if bare_url(rest) => out.verbatim(rest, rest.find(')').unwrap_or(rest.len())),
            _ if next.is_ascii_whitespace() => {
                out.space = true;
                1
            }
            _ => {
                out.symbol(next);
                next.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    out.text
}

#[derive(Default)]
struct Out {
    text: String,
    space: bool,
    comment: bool,
}

impl Out {
    fn symbol(&mut self, symbol: char) {
        if symbol == '}' && !self.pending_matters() && self.text.ends_with(';') {
            self.text.pop();
        }
        self.settle(matches!(symbol, '{' | '}' | ';' | ','));
        self.text.push(symbol);
    }

    /// Takes the first `length` bytes of `rest` as they are.
    fn verbatim(&mut self, rest: &str, length: usize) -> usize {
        self.settle(false);
        self.text.push_str(&rest[..length]);
        length
    }

    fn comment(&mut self) {
        self.comment = true;
    }

    /// Between `a` and `b`, a comment parts two words without being white space.
    fn pending_matters(&self) -> bool {
        (self.space || self.comment) && !self.text.is_empty() && !self.text.ends_with(['{', '}', ';', ',', ':'])
    }

    /// Writes what the white space and the comments before the next symbol mean.
    fn settle(&mut self, before_delimiter: bool) {
        if self.pending_matters() && !before_delimiter {
            self.text.push_str(if self.space { " " } else { "/**/" });
        }
        (self.space, self.comment) = (false, false);
    }
}

/// The length of the string that `rest` begins with, its quotes included.
fn string(rest: &str) -> usize {
    let quote = &rest[..1];
    let mut escaped = false;
    for (at, symbol) in rest.char_indices().skip(1) {
        if !escaped && rest[at..].starts_with(quote) {
            return at + 1;
        }
        escaped = !escaped && symbol == '\\';
    }
    rest.len()
}

/// The length of the escape that `rest` begins with. The white space after a code point is a part of it.
fn escape(rest: &str) -> usize {
    let digits = rest[1..].bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
    let after = &rest[1 + digits..];
    let more = match after.chars().next() {
        Some(symbol) if digits == 0 || symbol.is_ascii_whitespace() => symbol.len_utf8(),
        _ => 0,
    };
    1 + digits + more
}

fn bare_url(rest: &str) -> bool {
    let opens = rest.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("url("));
    opens && !rest[4..].trim_start().starts_with(['"', '\''])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_lose_their_padding() {
        let sheet =
            "/* The door. */\n@layer base, kit ;\nmain > p ,\nmain > h1 {\n  color: red;\n  margin: 0 auto ;\n}\n\n";
        assert_eq!(without_padding(sheet), "@layer base,kit;main > p,main > h1{color:red;margin:0 auto}");
    }

    #[test]
    fn white_space_that_means_something_stays() {
        for sheet in [
            "a :hover{width:calc(1rem + 2px)}",
            "@media (width >= 40rem) and (hover){a{b:c}}",
            ".a .b{margin:0 -1px}",
            "a{color:red !important}",
            ".\\31 0{a:b}",
            ".\\31  .b{a:b}",
            "@container card (inline-size > 20rem){a{b:c}}",
        ] {
            assert_eq!(without_padding(sheet), sheet);
        }
    }

    #[test]
    fn strings_and_addresses_stay_as_they_are() {
        for sheet in [
            "a::after{content:\"  /* no ; comment */ { \\\" } \"}",
            "a::after{content:'it\\'s ; { }'}",
            "a{background:url( data:image/svg+xml;,/* )}",
            "a{background:url(\"a  b.png\")}",
            "a::before{content:\"é → 漢字  \"}",
        ] {
            assert_eq!(without_padding(sheet), sheet);
        }
    }

    #[test]
    fn a_comment_that_parts_two_words_leaves_its_trace() {
        assert_eq!(without_padding("a/* no space */.b{c:d}"), "a/**/.b{c:d}");
        assert_eq!(without_padding("a{b:/* c */ d;/* e */}/* f"), "a{b:d}");
    }

    #[test]
    fn a_sheet_that_ends_too_early_ends_there() {
        for sheet in ["a{b:\"", "a{b:url(", "a{\\", "a{b:'\\", "a{b:\\3"] {
            assert_eq!(without_padding(sheet), sheet);
        }
    }
}
