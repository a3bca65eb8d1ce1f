//! Whose request this is when proxies stand between. Only what proxies of ours added is believed.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::http::header::{HeaderMap, HeaderName};
use ipnet::IpNet;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The caller's address: the connection's, unless that is a trusted proxy; then the last one in `X-Forwarded-For` that
/// is none of ours. `None` when all are ours. A header that cannot be read counts for who sent it.
pub(super) fn caller(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Option<IpAddr> {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
    let mut last = peer.to_canonical();
    if !is_trusted(last) {
        return Some(network_of(last));
    }
    let values: Vec<_> = headers.get_all(X_FORWARDED_FOR).map(|value| value.to_str().unwrap_or("unreadable")).collect();
    for text in values.iter().rev().flat_map(|value| value.rsplit(',')) {
        match text.trim().parse::<IpAddr>() {
            Ok(address) => last = address.to_canonical(),
            Err(_) => return Some(network_of(last)),
        }
        if !is_trusted(last) {
            return Some(network_of(last));
        }
    }
    None
}

/// Whoever has one address of an IPv6 network of 64 bits has them all.
fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn of(peer: &str, forwarded: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_str(value).unwrap());
        }
        let trusted = ["127.0.0.0/8", "10.0.0.0/8"].map(|network| network.parse().unwrap());
        caller(peer.parse().unwrap(), &headers, &trusted).map(|address| address.to_string())
    }

    #[test]
    fn only_trusted_proxies_say_for_whom_they_come() {
        let some = |address: &str| Some(address.to_owned());
        assert_eq!(of("203.0.113.9", &[]), some("203.0.113.9"));
        assert_eq!(of("203.0.113.9", &["198.51.100.1"]), some("203.0.113.9"), "anybody can write a header");
        assert_eq!(of("127.0.0.1", &["198.51.100.1"]), some("198.51.100.1"));
        assert_eq!(of("::ffff:127.0.0.1", &["198.51.100.1"]), some("198.51.100.1"));
        assert_eq!(
            of("127.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.2"]),
            some("198.51.100.1"),
            "the last that is not ours"
        );
        assert_eq!(of("127.0.0.1", &["1.1.1.1", "198.51.100.1"]), some("198.51.100.1"));
        assert_eq!(of("127.0.0.1", &["198.51.100.1, rubbish"]), some("127.0.0.1"));
        assert_eq!(of("127.0.0.1", &[]), None);
        assert_eq!(of("127.0.0.1", &["10.0.0.2"]), None);
    }

    #[test]
    fn an_ipv6_address_stands_for_its_network() {
        assert_eq!(of("2001:db8:1:2:3:4:5:6", &[]).as_deref(), Some("2001:db8:1:2::"));
    }
}
