//! The paper letters are written on: one description, from which the HTML and the text part are made.

use super::{Content, House, words};
use domain::text::EmailAddress;

/// One letter in the making, from top to bottom.
pub(super) struct Paper<'a> {
    house: &'a House,
    blocks: Vec<Block>,
}

enum Block {
    Caution(String),
    Heading(String),
    Text(String),
    /// Label and value, each a line.
    Facts(Vec<(&'static str, String)>),
    Quote {
        intro: String,
        lines: Vec<String>,
    },
    Button {
        label: &'static str,
        href: String,
        beside: String,
    },
    Code(String),
    Small {
        text: String,
        link: Option<(String, String)>,
    },
}

impl<'a> Paper<'a> {
    pub(super) fn of(house: &'a House) -> Self {
        Self { house, blocks: Vec::new() }
    }

    fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    pub(super) fn caution(self, text: impl Into<String>) -> Self {
        self.with(Block::Caution(text.into()))
    }

    pub(super) fn heading(self, text: impl Into<String>) -> Self {
        self.with(Block::Heading(text.into()))
    }

    pub(super) fn text(self, text: impl Into<String>) -> Self {
        self.with(Block::Text(text.into()))
    }

    pub(super) fn facts(self, facts: Vec<(&'static str, String)>) -> Self {
        self.with(Block::Facts(facts))
    }

    pub(super) fn quote<'l>(self, intro: String, lines: impl Iterator<Item = &'l str>) -> Self {
        self.with(Block::Quote { intro, lines: lines.map(str::to_owned).collect() })
    }

    /// With the host it opens beside it.
    pub(super) fn button(self, label: &'static str, href: String) -> Self {
        let beside = words::opens(&self.house.host);
        self.with(Block::Button { label, href, beside })
    }

    pub(super) fn code(self, code: &str) -> Self {
        self.with(Block::Code(code.to_owned()))
    }

    pub(super) fn small(self, text: impl Into<String>) -> Self {
        self.with(Block::Small { text: text.into(), link: None })
    }

    /// A small line that ends in a link.
    pub(super) fn small_link(self, text: impl Into<String>, label: &str, href: String) -> Self {
        self.with(Block::Small { text: text.into(), link: Some((label.to_owned(), href)) })
    }

    /// Who answers for the data, and which house wrote.
    fn foot(mut self) -> Self {
        let house = self.house;
        if let Some(statement) = &house.privacy_statement {
            self = self.small_link(words::privacy_statement(&house.name), statement, statement.clone());
        }
        if let Some(contact) = &house.privacy_contact {
            self = self.small_link(words::privacy_contact(&house.name), &contact.shown(), format!("mailto:{contact}"));
        }
        self.small(words::sent_by(&house.name, &house.host))
    }

    pub(super) fn seal(self, to: EmailAddress, reply_to: Option<EmailAddress>, subject: String) -> Content {
        let paper = self.foot();
        let html = paper.html(&subject);
        let plain = paper.plain();
        Content { to, reply_to, subject, html, plain }
    }

    fn html(&self, subject: &str) -> String {
        let rows: String = self.blocks.iter().map(|block| block.html(self.house)).collect();
        format!(
            r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>{}</title><style>{DARK}</style></head>
<body class="ground" style="margin:0;padding:0;background-color:#f3f4f5">
<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:#f3f4f5"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" class="sheet" width="560" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:560px;background-color:#ffffff;border:1px solid #d9dce0;border-radius:10px;font-family:{FONTS};font-size:15px;line-height:1.5;color:#1b1f24">
<tr><td style="height:12px;font-size:0">&nbsp;</td></tr>
{rows}<tr><td style="height:12px;font-size:0">&nbsp;</td></tr>
</table></td></tr></table></body></html>
"#,
            escape(subject)
        )
    }

    fn plain(&self) -> String {
        let parts: Vec<String> = self.blocks.iter().map(Block::plain).collect();
        format!("{}\n", parts.join("\n\n"))
    }
}

const FONTS: &str = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";

/// What mail programs that know dark mode take instead; the others keep the inline light.
const DARK: &str = "@media (prefers-color-scheme: dark) {\
.ground { background-color: #15181b !important } \
.sheet { background-color: #1e2226 !important; border-color: #373d43 !important; color: #e8eaec !important } \
.quiet { color: #a9b0b7 !important } \
.quote { border-color: #4b535a !important; color: #e8eaec !important } \
.caution { background-color: #3a3120 !important; color: #f3dfae !important } \
.code { background-color: #2a2f34 !important; color: #ffffff !important } \
.link { color: #8ab4f8 !important } }";

const ROW: &str = "padding:8px 24px";

impl Block {
    fn html(&self, house: &House) -> String {
        match self {
            Self::Caution(text) => row(&format!(
                r#"<div class="caution" style="background-color:#fdf4dc;color:#5c4300;border-radius:6px;padding:8px 12px;font-size:13px">{}</div>"#,
                escape(text)
            )),
            Self::Heading(text) => row(&format!(
                r#"<h1 style="margin:8px 0 0;font-size:22px;line-height:1.3;font-weight:650">{}</h1>"#,
                escape(text)
            )),
            Self::Text(text) => row(&escape(text)),
            Self::Facts(facts) => {
                let cell = |(label, value): &(&str, String)| {
                    format!(
                        r#"<tr><td class="quiet" valign="top" style="padding:3px 16px 3px 0;color:#5c646d;white-space:nowrap">{}</td><td valign="top" style="padding:3px 0;word-break:break-word">{}</td></tr>"#,
                        escape(label),
                        escape(value)
                    )
                };
                let cells: String = facts.iter().map(cell).collect();
                row(&format!(
                    r#"<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="font-size:15px;line-height:1.5">{cells}</table>"#
                ))
            }
            Self::Quote { intro, lines } => {
                let lines: Vec<String> = lines.iter().map(|line| escape(line)).collect();
                row(&format!(
                    r#"<div class="quiet" style="color:#5c646d">{}</div><blockquote class="quote" style="margin:4px 0 0;padding:4px 0 4px 14px;border-left:3px solid #c3c8ce;word-break:break-word">{}</blockquote>"#,
                    escape(intro),
                    lines.join("<br>")
                ))
            }
            Self::Button { label, href, beside } => {
                let (ground, ink) = (house.accent.as_str(), house.accent.text_on());
                row(&format!(
                    r#"<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr><td bgcolor="{ground}" style="background-color:{ground};border-radius:6px"><a href="{}" style="display:inline-block;padding:10px 18px;color:{ink};font-weight:650;text-decoration:none">{}</a></td><td class="quiet" style="padding-left:12px;font-size:13px;color:#5c646d">{}</td></tr></table>"#,
                    escape(href),
                    escape(label),
                    escape(beside)
                ))
            }
            Self::Code(code) => row(&format!(
                r#"<div class="code" style="background-color:#eef0f2;border-radius:6px;padding:12px 16px;font-size:28px;line-height:1.2;letter-spacing:4px;font-family:ui-monospace,Menlo,Consolas,monospace">{}</div>"#,
                escape(code)
            )),
            Self::Small { text, link } => {
                let link = link.as_ref().map_or_else(String::new, |(label, href)| {
                    format!(
                        r#" <a class="link" href="{}" style="color:#1a56a8;word-break:break-all">{}</a>"#,
                        escape(href),
                        escape(label)
                    )
                });
                format!(
                    "<tr><td class=\"quiet\" style=\"padding:4px 24px;font-size:13px;color:#5c646d\">{}{link}</td></tr>\n",
                    escape(text)
                )
            }
        }
    }

    fn plain(&self) -> String {
        match self {
            Self::Caution(text) | Self::Heading(text) | Self::Text(text) | Self::Small { text, link: None } => {
                text.clone()
            }
            Self::Facts(facts) => {
                let lines: Vec<String> = facts.iter().map(|(label, value)| format!("{label}: {value}")).collect();
                lines.join("\n")
            }
            Self::Quote { intro, lines } => {
                let lines: Vec<String> = lines.iter().map(|line| format!("> {line}")).collect();
                format!("{intro}\n{}", lines.join("\n"))
            }
            Self::Button { label, href, beside } => format!("{label} ({beside}):\n{href}"),
            Self::Code(code) => format!("    {code}"),
            Self::Small { text, link: Some((label, href)) } => match href.strip_prefix("mailto:") {
                Some(address) => format!("{text}\n{address}"),
                None if label == href => format!("{text}\n{href}"),
                None => format!("{text} {label}:\n{href}"),
            },
        }
    }
}

fn row(inner: &str) -> String {
    format!("<tr><td style=\"{ROW}\">{inner}</td></tr>\n")
}

/// Text that stays text, between tags and in quoted attributes alike.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
