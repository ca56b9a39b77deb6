//! Reads what a request tells about its device: platform and browser, from the user agent and the client hint.

use std::net::IpAddr;

use domain::session::{Origin, Platform};

/// `hint` is `Sec-CH-UA-Platform` as sent, with its quotes.
pub fn read(address: Option<IpAddr>, user_agent: Option<&str>, hint: Option<&str>) -> Origin {
    let text = user_agent.unwrap_or_default();
    let parsed = woothee::parser::Parser::new().parse(text);
    let client = parsed.as_ref().map_or_else(String::new, |found| {
        let version = found.version.split('.').next().unwrap_or_default();
        if found.name == "UNKNOWN" { String::new() } else { format!("{} {version}", found.name).trim().to_owned() }
    });
    let by_agent = match parsed.as_ref().map(|found| found.os) {
        _ if text.is_empty() => Platform::Undetermined,
        Some("Android") => Platform::Android,
        Some("iPhone" | "iPad" | "iPod" | "iOS") => Platform::Ios,
        Some("Mac OSX" | "Mac OS Classic") => Platform::MacOs,
        Some("Linux") => Platform::Linux,
        Some("ChromeOS") => Platform::ChromeOs,
        Some(os) if os.starts_with("Windows") => Platform::Windows,
        _ => Platform::Unknown,
    };
    let platform = match hint.map(|hint| hint.trim().trim_matches('"')) {
        None | Some("") => by_agent,
        Some(hint) => {
            let by_hint = match hint {
                "Android" => Platform::Android,
                "iOS" => Platform::Ios,
                "macOS" => Platform::MacOs,
                "Windows" => Platform::Windows,
                "Linux" => Platform::Linux,
                "Chrome OS" | "Chromium OS" => Platform::ChromeOs,
                _ => Platform::Unknown,
            };
            // Where the two contradict each other, neither is believed.
            if by_hint == by_agent { by_hint } else { Platform::Undetermined }
        }
    };
    let cut = |text: &str, most| text.chars().filter(|c| !c.is_control()).take(most).collect::<String>();
    Origin {
        address: address.map(|address| address.to_canonical()),
        platform,
        client: cut(&client, 60),
        user_agent: cut(text, 300),
        platform_hint: hint.map(|hint| cut(hint, 40)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOWS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
    const ANDROID: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36";
    const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
    const MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15";
    const LINUX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    const CHROMEBOOK: &str = "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

    #[test]
    fn the_platform_comes_from_the_user_agent_and_the_hint_must_agree() {
        for (agent, hint, platform) in [
            (Some(WINDOWS), None, Platform::Windows),
            (Some(WINDOWS), Some("\"Windows\""), Platform::Windows),
            (Some(WINDOWS), Some("\"Linux\""), Platform::Undetermined),
            (Some(ANDROID), Some("\"Android\""), Platform::Android),
            (Some(IPHONE), None, Platform::Ios),
            (Some(MAC), Some("\"macOS\""), Platform::MacOs),
            (Some(LINUX), None, Platform::Linux),
            (Some(CHROMEBOOK), Some("\"Chrome OS\""), Platform::ChromeOs),
            (Some("curl/8.5.0"), None, Platform::Unknown),
            (Some(""), None, Platform::Undetermined),
            (None, None, Platform::Undetermined),
            (None, Some("\"Windows\""), Platform::Undetermined),
        ] {
            assert_eq!(read(None, agent, hint).platform, platform, "{agent:?} {hint:?}");
        }
    }

    #[test]
    fn a_v4_address_in_v6_clothes_is_the_v4_one() {
        let origin = read("::ffff:192.0.2.7".parse().ok(), Some(LINUX), None);
        assert_eq!(origin.address, "192.0.2.7".parse().ok());
        assert_eq!(origin.client, "Firefox 140");
    }
}
