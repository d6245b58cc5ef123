//! The keys that sign access tokens, from the command line.

use domain::Actor;
use store::Store;

use super::Stop;
use crate::config::Key;

/// Lists the keys that sign access tokens, makes another one, or takes one away.
pub(super) async fn keep(store: &Store, asked: Key) -> Result<String, Stop> {
    let failed = |error: store::Error| Stop::new("signing keys", &error);
    let made = match asked {
        Key::List => None,
        Key::Renew => Some(store.renew_signing_key(&Actor::System).await.map_err(failed)?),
        Key::Revoke { kid } => {
            let made = store.revoke_signing_key(&Actor::System, &kid).await;
            Some(made.map_err(|error| Stop::new(&format!("the key {kid}"), &error))?)
        }
    };
    if let Some(key) = made {
        return Ok(format!("{} signs from now on.\n", key.kid));
    }
    let now = store.mint().now();
    let keys = store.signing_keys().await.map_err(failed)?;
    let signs = keys.iter().rposition(|key| key.signs_from <= now);
    let lines = keys.iter().enumerate().map(|(place, key)| {
        let since = key.signs_from.format("%Y-%m-%d %H:%M UTC");
        match signs {
            Some(one) if place == one => format!("{}  signs since {since}\n", key.kid),
            Some(one) if place < one => format!("{}  signed since {since}; still read\n", key.kid),
            Some(_) | None => format!("{}  signs from {since} on\n", key.kid),
        }
    });
    Ok(lines.collect())
}
