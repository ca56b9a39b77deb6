//! The client's address: from the socket, unless the peer is a trusted proxy; then from its one header.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;

use crate::config::Proxies;

/// Where a request comes from.
pub fn of(request: &Request, proxies: &Proxies) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>()?.0.ip();
    address(peer, request.headers(), proxies)
}

/// `None` is undetermined: a trusted proxy named no usable address.
fn address(peer: IpAddr, headers: &HeaderMap, proxies: &Proxies) -> Option<IpAddr> {
    let peer = peer.to_canonical();
    let trusted = |address: &IpAddr| proxies.trusted.iter().any(|net| net.contains(address));
    if !trusted(&peer) {
        return Some(peer);
    }
    let lines = headers.get_all(proxies.header.as_str());
    // All lines are one list; from the right, past our own proxies, stands the first one who is not ours.
    let joined: Option<Vec<&str>> = lines.iter().map(|line| line.to_str().ok()).collect();
    let joined = joined?.join(",");
    for part in joined.rsplit(',') {
        let address = parse(part.trim())?;
        if !trusted(&address) {
            return Some(address);
        }
    }
    None
}

/// An address, with or without a port.
fn parse(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, lines: &[&str]) -> Option<String> {
        let proxies = Proxies {
            trusted: vec!["10.0.0.0/24".parse().unwrap(), "::1/128".parse().unwrap()],
            header: "x-forwarded-for".to_owned(),
        };
        let mut headers = HeaderMap::new();
        headers.append("x-real-ip", "203.0.113.99".parse().unwrap());
        headers.append("forwarded", "for=203.0.113.98".parse().unwrap());
        for line in lines {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        address(peer.parse().unwrap(), &headers, &proxies).map(|address| address.to_string())
    }

    #[test]
    fn nobody_but_a_trusted_proxy_names_another_address() {
        assert_eq!(from("192.0.2.7", &["203.0.113.1"]).as_deref(), Some("192.0.2.7"));
        assert_eq!(from("::ffff:192.0.2.7", &[]).as_deref(), Some("192.0.2.7"));
    }

    #[test]
    fn from_a_trusted_proxy_the_first_stranger_from_the_right_counts() {
        for (lines, expected) in [
            (&["203.0.113.1"][..], Some("203.0.113.1")),
            (&["198.51.100.1, 203.0.113.1"], Some("203.0.113.1")),
            (&["198.51.100.1", "203.0.113.1, 10.0.0.3"], Some("203.0.113.1")),
            (&["203.0.113.1:4711"], Some("203.0.113.1")),
            (&["[2001:db8::1]:443"], Some("2001:db8::1")),
            (&["::ffff:203.0.113.1"], Some("203.0.113.1")),
        ] {
            assert_eq!(from("10.0.0.2", lines).as_deref(), expected, "{lines:?}");
        }
    }

    #[test]
    fn an_empty_malformed_or_wholly_trusted_list_is_undetermined() {
        for lines in
            [&[][..], &[""], &["unknown"], &["203.0.113.1, nonsense"], &["10.0.0.3, 10.0.0.4"], &["203.0.113.1,"]]
        {
            assert_eq!(from("10.0.0.2", lines), None, "{lines:?}");
        }
    }
}
