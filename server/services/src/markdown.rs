//! Markdown of administrators as HTML for everybody: no raw HTML, no pictures, links to the web and to mail alone.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// The level at which headings begin.
const TOP: usize = 3;

/// HTML that is safe to stand in a page.
pub fn render(text: &str) -> String {
    let parser = Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let parsed: Vec<Event<'_>> = parser.collect();
    let level =
        |event: &Event<'_>| if let Event::Start(Tag::Heading { level, .. }) = event { Some(*level) } else { None };
    // The page and the document have titles of their own: the highest heading, whichever it is, begins under them.
    let highest = parsed.iter().filter_map(level).min().unwrap_or(HeadingLevel::H1);
    let under = |level: HeadingLevel| {
        HeadingLevel::try_from(level as usize - highest as usize + TOP).unwrap_or(HeadingLevel::H6)
    };
    let events = parsed.into_iter().filter_map(|event| match event {
        // What was meant as HTML is shown as it was typed.
        Event::Html(raw) | Event::InlineHtml(raw) => Some(Event::Text(raw)),
        // The words of a picture stay, the picture goes.
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = if leads_out(&dest_url) { dest_url } else { "#".into() };
            Some(Event::Start(Tag::Link { link_type, dest_url, title, id }))
        }
        Event::Start(Tag::Heading { level, id, classes, attrs }) => {
            Some(Event::Start(Tag::Heading { level: under(level), id, classes, attrs }))
        }
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(under(level)))),
        other => Some(other),
    });
    let mut out = String::with_capacity(text.len() * 2);
    html::push_html(&mut out, events);
    out
}

fn leads_out(address: &str) -> bool {
    let scheme = address.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("https" | "http" | "mailto"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_begin_under_those_of_the_page() {
        assert_eq!(render("# One\n## Two"), "<h3>One</h3>\n<h4>Two</h4>\n");
        assert_eq!(render("## One\n### Two"), "<h3>One</h3>\n<h4>Two</h4>\n");
        assert_eq!(render("# One\n##### Five"), "<h3>One</h3>\n<h6>Five</h6>\n");
    }

    #[test]
    fn nothing_that_runs_or_loads_comes_out_of_a_document() {
        for hostile in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](data:text/html,<script>alert(1)</script>)",
            "![x](https://tracker.example/p.png)",
            "<a href=\"javascript:alert(1)\">x</a>",
            "[x]: javascript:alert(1)\n\n[x]",
            "<javascript:alert(1)>",
            "[x](https://a.example/\"onmouseover=\"alert(1))",
        ] {
            let html = render(hostile).to_ascii_lowercase();
            for barred in ["<script", "<img", "href=\"javascript", "href=\"data", " onerror=", "\"onmouseover=\""] {
                let inside_a_tag = html
                    .split('<')
                    .skip(1)
                    .filter_map(|part| part.split_once('>'))
                    .any(|(tag, _)| format!("<{tag}").contains(barred));
                assert!(!inside_a_tag, "{hostile}: {html}");
            }
        }
    }

    #[test]
    fn headings_lists_and_links_to_the_web_are_kept() {
        let html = render("## Use\n\n- one\n- [two](https://a.example/)\n");
        assert!(html.contains("<h3>Use</h3>") && html.contains("<li>one</li>"), "{html}");
        assert!(html.contains("href=\"https://a.example/\""), "{html}");
    }
}
