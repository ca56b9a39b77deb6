//! Logos and what is drawn where there is none: monograms of applications, initials of people.

use leptos::prelude::*;

use crate::routes;

/// Fills on which white text reads at 4.5:1 and better.
const FILLS: [&str; 10] =
    ["#3b5bdb", "#1f6f8b", "#0f7a5f", "#4d7c0f", "#a1600a", "#b4451f", "#b02a4c", "#9c36b5", "#6741d9", "#4a5a6a"];

/// The same name always has the same color.
fn fill(name: &str) -> &'static str {
    let sum = name.bytes().fold(5_381_u32, |sum, byte| sum.wrapping_mul(33) ^ u32::from(byte));
    FILLS[sum as usize % FILLS.len()]
}

/// The first letters of the first two words, else the first two letters.
fn initials(name: &str) -> String {
    let name = name.split('@').next().unwrap_or_default();
    let mut words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let (first, second) = (words.next().unwrap_or("?"), words.next());
    let letters: String = match second {
        Some(second) => first.chars().take(1).chain(second.chars().take(1)).collect(),
        None => first.chars().take(2).collect(),
    };
    letters.to_uppercase()
}

/// An application's picture, 64 px; its monogram where it has none.
#[component]
pub fn Logo(#[prop(into)] name: String, logo: Option<String>) -> impl IntoView {
    match logo {
        Some(digest) => view! {
            <img class="logo" src=routes::logo(&digest) alt="" width="64" height="64" loading="lazy" decoding="async"/>
        }
        .into_any(),
        None => view! {
            <svg class="monogram" viewBox="0 0 64 64" aria-hidden="true">
                <rect width="64" height="64" fill=fill(&name)></rect>
                <text x="32" y="32">{initials(&name)}</text>
            </svg>
        }
        .into_any(),
    }
}

/// A person's initials, 32 px.
#[component]
pub fn Avatar(#[prop(into)] name: String, #[prop(optional)] large: bool) -> impl IntoView {
    view! {
        <svg class=if large { "avatar large" } else { "avatar" } viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" fill=fill(&name)></rect>
            <text x="16" y="16">{initials(&name)}</text>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_two_letters_of_any_script() {
        for (name, expected) in [
            ("Ada Nord", "AN"),
            ("records", "RE"),
            ("ada@praxis.example", "AD"),
            ("Änne Öz", "ÄÖ"),
            ("", "?"),
            ("山田 太郎", "山太"),
        ] {
            assert_eq!(initials(name), expected, "{name}");
        }
    }
}
