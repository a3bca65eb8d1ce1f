//! What is called and what is not, against a server of our own on this machine.

use std::io::{Read, Write};
use std::net::TcpListener;

use super::*;

/// A server that answers every connection with this text, after reading a request; gives its port.
fn server(answer: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else { continue };
            let _ = connection.read(&mut [0; 4096]);
            let _ = connection.write_all(answer.as_bytes());
            if answer.is_empty() {
                std::thread::sleep(Duration::from_secs(2));
            }
        }
    });
    port
}

fn outbound(networks: &[&str]) -> Outbound {
    let allow_networks = networks.iter().map(|network| network.parse().unwrap()).collect();
    let settings = config::Outbound { extra_ca: None, allow_networks };
    Outbound::with_patience(&settings, Duration::from_millis(500)).unwrap()
}

fn get(outbound: &Outbound, url: &str) -> Result<Fetched, OutboundError> {
    block_on(outbound.get(&Url::parse(url).unwrap())).unwrap()
}

const GOOD: &str =
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nCache-Control: public, max-age=60\r\nConnection: close\r\n\r\n{}";

#[test]
fn nothing_on_this_machine_is_called_however_it_is_written() {
    let port = server(GOOD);
    let careful = outbound(&[]);
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "169.254.169.254"] {
        assert_eq!(get(&careful, &format!("https://{host}:{port}/")), Err(OutboundError::Address), "{host}");
        assert_eq!(get(&careful, &format!("http://{host}:{port}/")), Err(OutboundError::Scheme), "{host}");
    }
    let elsewhere = outbound(&["192.0.2.0/24"]);
    assert_eq!(get(&elsewhere, &format!("http://localhost:{port}/")), Err(OutboundError::Address));
    assert_eq!(get(&elsewhere, "http://1.1.1.1/"), Err(OutboundError::Address), "http only to allowed networks");
    assert_eq!(get(&elsewhere, "file:///etc/passwd"), Err(OutboundError::Scheme));
}

#[test]
fn an_allowed_network_is_called_by_http_too() {
    let port = server(GOOD);
    let allowing = outbound(&["127.0.0.0/8"]);
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
        let fetched = get(&allowing, &format!("http://{host}:{port}/keys?a=b")).unwrap();
        assert_eq!(fetched, Fetched { body: b"{}".to_vec(), max_age: Some(Duration::from_mins(1)) }, "{host}");
    }
    let url = Url::parse(&format!("http://localhost:{port}/logout")).unwrap();
    assert_eq!(block_on(allowing.post_form(&url, &[("logout_token", "x")])).unwrap(), Ok(()));
}

#[test]
fn a_redirect_is_an_answer_that_is_not_followed() {
    let port = server("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(get(&outbound(&["127.0.0.0/8"]), &format!("http://localhost:{port}/")), Err(OutboundError::Status(302)));
}

#[test]
fn an_answer_without_end_or_without_beginning_is_given_up() {
    let long: &'static str = Box::leak(
        format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", "x".repeat(SIZE_LIMIT + 1)).into_boxed_str(),
    );
    let allowing = outbound(&["127.0.0.0/8"]);
    assert_eq!(get(&allowing, &format!("http://127.0.0.1:{}/", server(long))), Err(OutboundError::TooLarge));
    assert_eq!(get(&allowing, &format!("http://127.0.0.1:{}/", server(""))), Err(OutboundError::TooSlow));
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_not_trusted() {
    let port = server("not TLS at all");
    let answer = get(&outbound(&["127.0.0.0/8"]), &format!("https://localhost:{port}/"));
    assert!(matches!(answer, Err(OutboundError::Unreachable(_))), "{answer:?}");
}

#[test]
fn how_long_an_answer_may_be_kept_is_read() {
    for (header, expected) in [
        ("max-age=60", Some(60)),
        ("public, Max-Age=\"5\"", Some(5)),
        ("max-age=60, no-cache", Some(0)),
        ("no-store", Some(0)),
        ("public", None),
        ("max-age=-1", None),
    ] {
        assert_eq!(max_age(header), expected.map(Duration::from_secs), "{header}");
    }
}
