//! The proxy directory: mobile numbers and e-mail addresses that lead to accounts.

mod proxy;

pub use proxy::{Proxy, ProxyError, ProxyKind};
