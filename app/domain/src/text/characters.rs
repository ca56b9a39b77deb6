//! Characters that nobody sees but that change what is read: which they are, not where they are allowed.

/// Controls, direction marks, line separators, private use and everything that is drawn as nothing.
///
/// Close to `Default_Ignorable_Code_Point`, `Cc` and `Cf` of the Unicode character database, with the blank
/// letters that it calls visible.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}'
            | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffc}' | '\u{fffe}' | '\u{ffff}' | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..)
}

/// Hidden, and no part of ordinary writing either: Persian and emoji need the joiners and the two common selectors.
pub(super) fn is_barred(c: char) -> bool {
    is_hidden(c) && !matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}')
}

/// The first character for which the question is answered yes, and its position, counted in characters from 1.
pub(super) fn position_of(text: &str, asked: impl Fn(char) -> bool) -> Option<(char, usize)> {
    text.chars().zip(1..).find(|&(c, _)| asked(c))
}
