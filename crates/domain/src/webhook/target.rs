//! Which addresses messages may be sent to: those of the public internet. A server that sends wherever it is told would
//! otherwise reach into the network it stands in. Names are resolved by whoever sends, who asks again for what they
//! resolve to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::refusal::Invalid;

/// The address, where it is one of the web at a host, without a name, a password or a fragment.
#[must_use]
pub fn parse(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none();
    plain.then_some(url)
}

/// Why an address is not of the public internet, as far as it shows before its name is resolved.
///
/// # Errors
/// It is not encrypted, or lies in a private network by its own words.
pub fn public(url: &Url) -> Result<(), Invalid> {
    let is_public = match url.host() {
        Some(Host::Ipv4(address)) => is_public(address.into()),
        Some(Host::Ipv6(address)) => is_public(address.into()),
        Some(Host::Domain(name)) => is_public_name(name),
        None => false,
    };
    if !is_public {
        Err(Invalid::PrivateAddress)
    } else if url.scheme() != "https" {
        Err(Invalid::Unencrypted)
    } else {
        Ok(())
    }
}

/// Names that are never of the public internet.
fn is_public_name(name: &str) -> bool {
    const PRIVATE: [&str; 6] = ["localhost", "local", "internal", "intranet", "lan", "home.arpa"];
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let inside = |zone: &str| name == zone || name.strip_suffix(zone).is_some_and(|rest| rest.ends_with('.'));
    name.contains('.') && !PRIVATE.iter().any(|zone| inside(zone))
}

/// Whether an address is of the public internet.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// The networks of version 4 that are not (IANA's special-purpose registry), with the length of their prefix.
const SPECIAL_V4: [(Ipv4Addr, u32); 16] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 52, 193, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Multicast, what is reserved, and broadcast.
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let inside = |(network, length): &(Ipv4Addr, u32)| {
        let mask = u32::MAX << (32 - length);
        address.to_bits() & mask == network.to_bits()
    };
    !SPECIAL_V4.iter().any(inside)
}

/// The networks of version 6 inside 2000::/3 that are not, with the length of their prefix. Outside it nothing is.
const SPECIAL_V6: [(Ipv6Addr, u32); 4] = [
    // Protocols' own, Teredo, benchmarks, ORCHID.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    // 6to4: an address of version 4 in disguise.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    // 64:ff9b::/96 stands for an address of version 4 where a network has no other way to it.
    let [high @ .., c, d] = address.segments();
    if high == [0x64, 0xff9b, 0, 0, 0, 0] {
        return is_public_v4(Ipv4Addr::from_bits(u32::from(c) << 16 | u32::from(d)));
    }
    let inside = |(network, length): &(Ipv6Addr, u32)| {
        let mask = u128::MAX << (128 - length);
        address.to_bits() & mask == network.to_bits()
    };
    address.segments()[0] >> 13 == 1 && !SPECIAL_V6.iter().any(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Result<(), Invalid> {
        public(&parse(text).unwrap())
    }

    #[test]
    fn what_lies_in_a_private_network_is_refused_however_it_is_written() {
        for private in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://0.0.0.0/",
            "https://10.1.2.3/",
            "https://172.16.0.1/",
            "https://172.31.255.255/",
            "https://192.168.0.1/",
            "https://169.254.169.254/",
            "https://100.64.0.1/",
            "https://192.0.2.1/",
            "https://198.18.0.1/",
            "https://198.51.100.7/",
            "https://203.0.113.7/",
            "https://224.0.0.1/",
            "https://240.0.0.1/",
            "https://255.255.255.255/",
            "https://192.88.99.1/",
            "https://[::]/",
            "https://[::1]/",
            "https://[fe80::1]/",
            "https://[fc00::1]/",
            "https://[fd12::1]/",
            "https://[ff02::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[::10.0.0.1]/",
            "https://[64:ff9b::10.0.0.1]/",
            "https://[64:ff9b:1::1]/",
            "https://[2002:a00:1::]/",
            "https://[2001:db8::1]/",
            "https://[2001:0:1::]/",
            "https://[100::1]/",
            "https://[3fff::1]/",
            "https://[fec0::1]/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://x.localhost/",
            "https://db/",
            "https://printer.local/",
            "https://x.internal/",
            "https://router.home.arpa/",
        ] {
            assert_eq!(told(private), Err(Invalid::PrivateAddress), "{private}");
        }
    }

    #[test]
    fn what_is_of_the_internet_is_not_and_goes_encrypted() {
        for right in [
            "https://ferme.be/hook",
            "https://93.184.216.34:8443/",
            "https://[2606:2800:220:1::1]/",
            "https://172.32.0.1/",
            "https://100.63.0.1/",
            "https://[64:ff9b::93.184.216.34]/",
            "https://[::ffff:93.184.216.34]/",
            "https://localhost.be/",
        ] {
            assert_eq!(told(right), Ok(()), "{right}");
        }
        assert_eq!(told("http://ferme.be/"), Err(Invalid::Unencrypted));
        assert_eq!(told("http://127.0.0.1/"), Err(Invalid::PrivateAddress));
    }
}
