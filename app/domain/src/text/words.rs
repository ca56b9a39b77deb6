//! The normalized words by which people, groups and applications are found; the search itself is the store's.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::email::EmailAddress;

const MOST_WORDS: usize = 24;
const MOST_CHARACTERS: usize = 40;

/// Lower-cased words without accents, each once, at most 24 and 40 characters each. An address gives its words and,
/// last and uncut, its key. What is stored and what is asked go through here alike.
pub fn words(text: &str) -> Vec<String> {
    let Ok(address) = EmailAddress::parse(text) else {
        return split(text, MOST_WORDS);
    };
    let readable = format!("{}@{}", address.local(), address.domain().unicode());
    let mut words = split(&readable, MOST_WORDS - 1);
    words.push(address.key().to_owned());
    words
}

fn split(text: &str, most: usize) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)) {
        for part in plain(word).split(|c: char| !c.is_alphanumeric()) {
            if words.len() == most {
                return words;
            }
            if !part.is_empty() && !words.iter().any(|known| known == part) {
                words.push(part.to_owned());
            }
        }
    }
    words
}

/// Decomposed, without marks, in lower case, cut; then the letters that have no decomposition.
fn plain(word: &str) -> String {
    let letters = word.nfkd().filter(|&c| !is_combining_mark(c)).flat_map(char::to_lowercase);
    let mut plain = String::new();
    for letter in letters.filter(|&c| !is_combining_mark(c)).take(MOST_CHARACTERS) {
        match letter {
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' => plain.push('d'),
            'ı' => plain.push('i'),
            other => plain.push(other),
        }
    }
    plain.chars().take(MOST_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_accents_and_case() {
        for (text, found) in [
            ("Ärzte-Haus Süd", &["arzte", "haus", "sud"][..]),
            ("Straße ŁÓDŹ, Øre", &["strasse", "lodz", "ore"]),
            ("İzmir izmir IZMIR", &["izmir"]),
            ("ﬁne ½ x²", &["fine", "1", "2", "x2"]),
            (" -- ", &[]),
        ] {
            assert_eq!(words(text), found, "{text}");
        }
    }

    #[test]
    fn an_address_gives_its_words_and_its_key() {
        let found = ["muller", "praxis", "nord", "de", "müller@praxis-nord.de"];
        assert_eq!(words("müller@praxis-nord.de"), found);
        assert_eq!(words("Jane@xn--mller-kva.de"), ["jane", "muller", "de", "jane@xn--mller-kva.de"]);
        assert_eq!(words("müller@praxis"), ["muller", "praxis"]);
    }

    #[test]
    fn words_are_bounded() {
        let many: Vec<_> = (0..100).map(|n| format!("w{n}")).collect();
        assert_eq!(words(&many.join(" ")).len(), 24);
        assert_eq!(words(&"ü".repeat(1_000)), ["u".repeat(40)]);
    }
}
