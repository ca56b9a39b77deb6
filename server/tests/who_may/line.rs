//! One line of `who_may.txt`: a request, what each actor is answered, and where it is made.

use std::fmt;

/// The columns, in order.
pub const ACTORS: [&str; 10] =
    ["nobody", "guest", "inviter", "other", "owner", "reader", "people", "policies", "bycode", "admin"];
/// An Administrator who used no second factor.
pub const BY_CODE: usize = 8;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub number: usize,
    pub method: String,
    /// With names of things in braces.
    pub path: String,
    pub answers: Vec<String>,
    /// In a Lobby in demo mode.
    pub demo: bool,
    /// The form that is sent, with names of things in braces.
    pub form: Option<String>,
}

impl Line {
    fn parse(number: usize, text: &str) -> Self {
        let (text, form) = match text.split_once(" with ") {
            Some((text, form)) => (text, Some(form.trim().to_owned())),
            None => (text, None),
        };
        let (text, demo) = match text.trim_end().strip_suffix(" in demo") {
            Some(text) => (text, true),
            None => (text, false),
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        assert_eq!(
            words.len(),
            2 + ACTORS.len(),
            "line {number}: a method, a path and one answer for each actor: {text}"
        );
        let answers = words[2..].iter().map(|word| (*word).to_owned()).collect();
        Self { number, method: words[0].to_owned(), path: words[1].to_owned(), answers, demo, form }
    }

    /// Is it about a thing that does not exist?
    pub fn is_about_nothing(&self) -> bool {
        self.path.contains("{none}") || self.form.as_deref().is_some_and(|form| form.contains("{none}"))
    }

    /// Is it about a thing at all, and not only about what stands there once?
    pub fn is_about_something(&self) -> bool {
        let names = |text: &str| text.split('{').skip(1).any(|name| !name.starts_with("version-of-"));
        names(&self.path) || self.form.as_deref().is_some_and(names)
    }

    pub fn changes_something(&self) -> bool {
        self.method != "GET" || self.path.contains("{proved-invitation}")
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<4} {:<57}", self.method, self.path)?;
        for (answer, actor) in self.answers.iter().zip(ACTORS) {
            write!(f, " {answer:<width$}", width = actor.len())?;
        }
        f.write_str(if self.demo { " in demo" } else { "" })?;
        self.form.iter().try_for_each(|form| write!(f, " with {form}"))
    }
}

/// The lines of the file; what begins with # is for people.
pub fn read(file: &str) -> Vec<Line> {
    let lines = file.lines().enumerate().map(|(at, text)| (at + 1, text));
    let lines = lines.filter(|(_, text)| !text.starts_with('#') && !text.trim().is_empty());
    lines.map(|(number, text)| Line::parse(number, text)).collect()
}
