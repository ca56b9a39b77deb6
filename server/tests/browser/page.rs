//! An answer read as a person reads it: words, fields, and what is wrong beside them.

use super::Answer;

impl Answer {
    /// Does the page say this, whatever its markup?
    #[track_caller]
    pub fn says(&self, words: &str) -> bool {
        self.words().contains(words)
    }

    /// What a person reads: the text of the page on one line.
    pub fn words(&self) -> String {
        let html = self.text();
        words(html.split_once("<body").map_or(html.as_str(), |(_, body)| body))
    }

    /// What a field holds, by its name: of an input its value, of a text area its text.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        let html = self.text();
        let (tag, after) = control(&html, name).unwrap_or_else(|| panic!("no field {name} in {html}"));
        if tag.starts_with("textarea") {
            let text = after.split("</textarea").next().unwrap();
            // A parser drops one line break after the tag.
            return unescaped(text.strip_prefix('\n').unwrap_or(text));
        }
        unescaped(attribute(tag, "value").unwrap_or_default())
    }

    /// The sentence beside a field that says what is wrong with it, tied to it for who cannot see where it stands.
    #[track_caller]
    pub fn problem(&self, name: &str) -> Option<String> {
        let html = self.text();
        let (tag, _) = control(&html, name).unwrap_or_else(|| panic!("no field {name} in {html}"));
        let described = attribute(tag, "aria-describedby").unwrap_or_default();
        let id = described.split(' ').find(|id| id.ends_with("-problem"))?;
        assert_eq!(attribute(tag, "aria-invalid"), Some("true"), "{tag}");
        let (_, after) = html.split_once(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no {id} in {html}"));
        Some(words(after.split_once('>').unwrap().1.split("</p").next().unwrap()))
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// The tag of the control with this name, and what stands after it.
fn control<'a>(html: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let named = format!(" name=\"{name}\"");
    let at = html.find(&named)?;
    let begin = html[..at].rfind('<')? + 1;
    let (tag, after) = html[begin..].split_once('>')?;
    Some((tag, after))
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

fn words(html: &str) -> String {
    let (mut words, mut rest) = (String::new(), html);
    while let Some((text, tag)) = rest.split_once('<') {
        words.push_str(text);
        let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
        if !is_inline(tag) {
            words.push(' ');
        }
        rest = after;
    }
    words.push_str(rest);
    unescaped(&words).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unescaped(html: &str) -> String {
    let text = html.replace("&quot;", "\"").replace("&#x27;", "'").replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&amp;", "&")
}

/// Comments too: Leptos marks by them where text begins and ends.
fn is_inline(tag: &str) -> bool {
    let name = tag.trim_start_matches('/').split([' ', '>']).next().unwrap_or_default();
    matches!(name, "b" | "i" | "a" | "span" | "code" | "small" | "time") || name.starts_with('!')
}
