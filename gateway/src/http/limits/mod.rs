//! Who may come how often: residents' browsers by their address, relying parties by their name.
//!
//! A page counts for the address that asked for it. What a relying party calls counts for itself once it has
//! authenticated, however many machines it has; as long as it has not, for the address, so that nobody uses up the share
//! of a client by naming it.

mod address;
mod bucket;

use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use identity::oidc::client::ClientId;
use ipnet::IpNet;

use self::bucket::Buckets;
use crate::config;

/// The limits of this process.
pub struct Limits {
    addresses: Option<Mutex<Buckets<IpAddr>>>,
    clients: Option<Mutex<Buckets<ClientId>>>,
    trusted_proxies: Vec<IpNet>,
    began: Instant,
}

impl Limits {
    /// Limits under these settings.
    pub fn new(settings: &config::Limits) -> Self {
        Self {
            addresses: buckets(settings.per_address, settings.address_burst),
            clients: buckets(settings.per_client, settings.client_burst),
            trusted_proxies: settings.trusted_proxies.clone(),
            began: Instant::now(),
        }
    }

    /// The address that a request counts for: an IPv6 address stands for its network. `None` when it comes from a
    /// trusted machine itself, such as a monitor beside this program: then it is not limited.
    pub fn address(&self, request: &HttpRequest) -> Option<IpAddr> {
        address::caller(request.peer_addr()?.ip(), request.headers(), &self.trusted_proxies)
    }

    /// How many seconds this address has to wait, if it has to.
    pub fn wait_of_address(&self, address: IpAddr) -> Option<u64> {
        wait(self.addresses.as_ref(), &address, self.began.elapsed())
    }

    /// Counts a request for an address.
    pub fn charge_address(&self, address: IpAddr) {
        charge(self.addresses.as_ref(), address, self.began.elapsed());
    }

    /// How many seconds this relying party has to wait, if it has to.
    pub fn wait_of_client(&self, client: &ClientId) -> Option<u64> {
        wait(self.clients.as_ref(), client, self.began.elapsed())
    }

    /// Counts a request for a relying party.
    pub fn charge_client(&self, client: ClientId) {
        charge(self.clients.as_ref(), client, self.began.elapsed());
    }
}

fn buckets<K: Eq + Hash>(per_second: u32, burst: u32) -> Option<Mutex<Buckets<K>>> {
    (per_second > 0).then(|| Mutex::new(Buckets::new(per_second, burst)))
}

fn wait<K: Eq + Hash>(buckets: Option<&Mutex<Buckets<K>>>, caller: &K, now: Duration) -> Option<u64> {
    let wait = buckets?.lock().unwrap_or_else(PoisonError::into_inner).wait(caller, now)?;
    Some(wait.as_secs() + 1) // rounded up
}

fn charge<K: Eq + Hash>(buckets: Option<&Mutex<Buckets<K>>>, caller: K, now: Duration) {
    if let Some(buckets) = buckets {
        buckets.lock().unwrap_or_else(PoisonError::into_inner).charge(caller, now);
    }
}
