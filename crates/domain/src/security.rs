//! What is kept of who signs in from where: the kind of device, the network coarsely, and what the security log tells
//! of. Never a secret, never a whole address.

use std::net::{IpAddr, Ipv6Addr};

choices! {
    /// What the security log tells of; clients must tolerate new values.
    pub enum Event as "SecurityEventKind" {
        /// Somebody signed in.
        SignedIn = "SIGNED_IN",
        /// An address and a password that do not belong together, or an address without an account.
        SignInRefused = "SIGN_IN_REFUSED",
        /// Somebody signed out.
        SignedOut = "SIGNED_OUT",
        /// A session was ended from another one, or by an administrator.
        SessionEnded = "SESSION_ENDED",
        /// A refresh token was used a second time: somebody has a copy, so its session was closed.
        RefreshReused = "REFRESH_REUSED",
        /// An invitation was taken up.
        InvitationAccepted = "INVITATION_ACCEPTED",
        /// Somebody changed their password.
        PasswordChanged = "PASSWORD_CHANGED",
        /// A link by which to choose another password was asked for.
        ResetRequested = "RESET_REQUESTED",
        /// Another password was chosen by such a link.
        PasswordReset = "PASSWORD_RESET",
        /// Signing in needs a second step from now on.
        SecondStepOn = "SECOND_STEP_ON",
        /// Signing in needs no second step any more: its owner or an administrator took it away.
        SecondStepOff = "SECOND_STEP_OFF",
        /// The password was right, the code was not.
        SecondStepRefused = "SECOND_STEP_REFUSED",
        /// A recovery code was used in place of the authenticator.
        RecoveryCodeUsed = "RECOVERY_CODE_USED",
        /// An account was bound to an identity at the outside provider, at the first sign-in through it.
        IdentityBound = "IDENTITY_BOUND",
        /// An account was bound to no identity at an outside provider any more: an administrator took that away.
        IdentityUnbound = "IDENTITY_UNBOUND",
    }
}

/// From where somebody speaks, as far as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The kind of device, as it says itself: `Firefox, Linux`.
    pub device: Option<String>,
    /// The network, coarsely: `198.51.0.0/16`.
    pub network: Option<String>,
    /// Through which outside provider they sign in, by the name it had then; none where they do not.
    pub through: Option<String>,
}

impl Origin {
    /// What is kept of a request.
    #[must_use]
    pub fn of(agent: Option<&str>, address: IpAddr) -> Self {
        Self {
            device: agent.and_then(device),
            network: network(address),
            through: None,
        }
    }

    /// The same, of somebody who signs in through an outside provider.
    #[must_use]
    pub fn through(&self, provider: &str) -> Self {
        Self {
            through: Some(provider.to_owned()),
            ..self.clone()
        }
    }
}

/// How programs name themselves, those first whose names hold others' too.
const BROWSERS: [(&str, &str); 8] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];
/// The longest name of a program that is none of the browsers.
const PROGRAM: usize = 30;

/// The kind of device in a few words; nothing where it does not say.
#[must_use]
pub fn device(agent: &str) -> Option<String> {
    let named = |list: &[(&str, &'static str)]| {
        let found = list.iter().find(|(sign, _)| agent.contains(sign));
        found.map(|(_, name)| *name)
    };
    let words: Vec<&str> = [named(&BROWSERS), named(&SYSTEMS)]
        .into_iter()
        .flatten()
        .collect();
    if !words.is_empty() {
        return Some(words.join(", "));
    }
    let is_plain = |sign: &char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '.');
    let program: String = agent.chars().take_while(is_plain).take(PROGRAM).collect();
    (!program.is_empty()).then_some(program)
}

/// The network, so coarsely that many share it: the first half of an IPv4 address, the first quarter of an IPv6 one.
#[must_use]
pub fn network(address: IpAddr) -> Option<String> {
    if address.is_unspecified() {
        return None;
    }
    Some(match address.to_canonical() {
        IpAddr::V4(four) => {
            let [a, b, ..] = four.octets();
            format!("{a}.{b}.0.0/16")
        }
        IpAddr::V6(six) => {
            let [a, b, ..] = six.segments();
            format!("{}/32", Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_told_in_a_few_words() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0";
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
        let chrome = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36";
        assert_eq!(device(firefox).as_deref(), Some("Firefox, Linux"));
        assert_eq!(device(edge).as_deref(), Some("Edge, Windows"));
        assert_eq!(device(safari).as_deref(), Some("Safari, iPhone"));
        assert_eq!(device(chrome).as_deref(), Some("Chrome, Android"));
        assert_eq!(device("curl/8.5.0").as_deref(), Some("curl"));
        assert_eq!(device("<b>x</b>"), None);
        assert_eq!(device(&"a".repeat(500)).map(|name| name.len()), Some(PROGRAM));
    }

    #[test]
    fn a_network_says_only_roughly_where_from() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("198.51.100.7").as_deref(), Some("198.51.0.0/16"));
        assert_eq!(of("::ffff:198.51.100.7").as_deref(), Some("198.51.0.0/16"));
        assert_eq!(of("2001:db8:1:2::7").as_deref(), Some("2001:db8::/32"));
        assert_eq!(of("0.0.0.0"), None);
    }
}
