//! How often somebody may try to sign in, and which address it is that tries.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use crate::problem::{Code, Fault};

/// The address that asks: the connection's, or what a trusted proxy in front says of it.
#[must_use]
pub fn address(headers: &HeaderMap, extensions: &Extensions, trust_forwarded: bool) -> IpAddr {
    let forwarded = || {
        // The last entry is the one that the nearest proxy wrote; those before it are whatever the client sent.
        let last = headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()?
            .to_str()
            .ok()?;
        last.rsplit(',').next()?.trim().parse().ok()
    };
    let connection = || {
        extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0.ip())
    };
    trust_forwarded
        .then(forwarded)
        .flatten()
        .or_else(connection)
        .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

/// How many wrong passwords in a row one address may try for one account.
const TRIES: usize = 10;
/// How many it may try for all accounts together: a house full of colleagues may, a list of guesses may not.
const TRIES_IN_ALL: usize = 50;
/// Within what time.
const WINDOW: TimeDelta = TimeDelta::minutes(10);
/// How many addresses, and pairs of address and account, are remembered at most.
const REMEMBERED: usize = 10_000;

/// Slows down whoever guesses passwords. In memory: each server counts for itself, and forgets when it stops.
#[derive(Debug, Default)]
pub struct Throttle {
    tries: Mutex<HashMap<[u8; 32], Vec<DateTime<Utc>>>>,
}

impl Throttle {
    /// Counts a try, before it is known whether it succeeds, so that tries at the same time count too.
    ///
    /// # Errors
    /// Too many lately: how long to wait.
    pub fn attempt(&self, address: IpAddr, email: &str, now: DateTime<Utc>) -> Result<(), Fault> {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let since = now - WINDOW;
        make_room(&mut tries, since);
        let counted = [(key(address, email), TRIES), (key(address, ""), TRIES_IN_ALL)];
        for (key, most) in counted {
            let times = tries.entry(key).or_default();
            times.retain(|time| *time > since);
            if times.len() >= most {
                let wait = times.first().map_or(WINDOW, |first| *first + WINDOW - now);
                let seconds = wait.num_seconds().max(1).unsigned_abs();
                return Err(Fault::new(Code::RateLimited).retry_after(seconds));
            }
        }
        for (key, _) in counted {
            tries.entry(key).or_default().push(now);
        }
        Ok(())
    }

    /// Forgets the tries of somebody who got in; of the address's others, only this last one, or an account of one's
    /// own would open the way to all.
    pub fn forget(&self, address: IpAddr, email: &str) {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        tries.remove(&key(address, email));
        if let Some(times) = tries.get_mut(&key(address, "")) {
            times.pop();
        }
    }
}

/// Room for one more address and pair: what is old is forgotten, and where that is not enough, who tried longest ago.
fn make_room(tries: &mut HashMap<[u8; 32], Vec<DateTime<Utc>>>, since: DateTime<Utc>) {
    let full = |tries: &HashMap<_, _>| tries.len() + 2 > REMEMBERED;
    if full(tries) {
        tries.retain(|_, times| times.last().is_some_and(|time| *time > since));
    }
    while full(tries) {
        let oldest = tries
            .iter()
            .min_by_key(|(_, times)| times.last().copied())
            .map(|(key, _)| *key);
        oldest.map(|key| tries.remove(&key));
    }
}

/// A digest, so that no address or e-mail is kept; without an e-mail, for all accounts.
fn key(address: IpAddr, email: &str) -> [u8; 32] {
    let from = neighbourhood(address);
    Sha256::digest(format!("{from} {}", email.trim().to_lowercase())).into()
}

/// What counts as one address: one subscriber has a whole IPv6 network of 64 bits.
#[must_use]
pub fn neighbourhood(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(four) => four.to_string(),
        IpAddr::V6(six) => format!("{:x?}", &six.segments()[..4]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn the_eleventh_try_within_ten_minutes_must_wait() {
        let throttle = Throttle::default();
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        for second in 0..10 {
            throttle.attempt(address, "a@x.be", at(second)).unwrap();
        }
        let fault = throttle.attempt(address, " A@x.be", at(10)).unwrap_err();
        assert_eq!(fault.wait(), Some(590));
        assert!(throttle.attempt(address, "b@x.be", at(10)).is_ok());
        assert!(
            throttle
                .attempt("192.0.2.2".parse().unwrap(), "a@x.be", at(10))
                .is_ok()
        );
        assert!(throttle.attempt(address, "a@x.be", at(601)).is_ok());
        throttle.forget(address, "a@x.be");
        assert!(throttle.attempt(address, "a@x.be", at(602)).is_ok());
    }

    #[test]
    fn an_address_that_goes_through_the_accounts_must_wait_too() {
        let throttle = Throttle::default();
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        for n in 0..TRIES_IN_ALL {
            // Its own account, with the right password, changes nothing of that.
            throttle.attempt(address, "own@x.be", at(0)).unwrap();
            throttle.forget(address, "own@x.be");
            throttle.attempt(address, &format!("{n}@x.be"), at(0)).unwrap();
        }
        let fault = throttle.attempt(address, "last@x.be", at(1)).unwrap_err();
        assert_eq!(fault.wait(), Some(599));
        let elsewhere = "192.0.2.2".parse().unwrap();
        assert!(throttle.attempt(elsewhere, "last@x.be", at(1)).is_ok());
        assert!(throttle.attempt(address, "last@x.be", at(601)).is_ok());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let throttle = Throttle::default();
        for n in 0..REMEMBERED + 50 {
            let address = IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(n).unwrap()));
            throttle.attempt(address, "a@x.be", at(0)).unwrap();
        }
        assert!(throttle.tries.lock().unwrap().len() <= REMEMBERED);
    }

    #[test]
    fn a_forwarded_address_counts_only_behind_a_trusted_proxy() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "203.0.113.9, 192.0.2.7".parse().unwrap());
        let nothing = Extensions::new();
        assert_eq!(
            address(&headers, &nothing, true),
            "192.0.2.7".parse::<IpAddr>().unwrap()
        );
        assert_eq!(
            address(&headers, &nothing, false),
            IpAddr::V4(Ipv4Addr::UNSPECIFIED)
        );
    }
}
