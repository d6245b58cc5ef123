//! What a deprecation promises: what to use instead, and until when the old one stays. It is written in one form:
//! ``… use `isLate`; removed after 2027-06-30``.

use chrono::NaiveDate;

use crate::member::Contract;

/// What is read of a deprecation.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Farewell {
    /// The coordinate to use instead.
    pub(crate) replacement: String,
    /// The last day on which it must be there.
    pub(crate) until: NaiveDate,
}

const FORM: &str = "write its reason as \"use `replacement`; removed after 2027-06-30\"";

/// Reads the reason of a deprecation.
pub(crate) fn read(contract: &Contract, coordinate: &str, reason: &str) -> Result<Farewell, String> {
    let wrong = |what: &str| format!("{coordinate} is deprecated, but {what}: {FORM}");
    let (before, day) = reason
        .trim_end_matches('.')
        .rsplit_once("; removed after ")
        .ok_or_else(|| wrong("does not say when it is removed"))?;
    let until = day
        .parse()
        .map_err(|_| wrong(&format!("\"{day}\" is no day to remove it on")))?;
    let named = before
        .rsplit_once("se `")
        .and_then(|(_, after)| after.split_once('`'))
        .map(|(name, _)| name)
        .ok_or_else(|| wrong("does not say what to use instead"))?;
    // A name alone is a sibling's.
    let owner = contract
        .get(coordinate)
        .and_then(|member| member.owner.as_deref())
        .unwrap_or_default();
    let sibling = format!("{owner}.{named}");
    let replacement = [named.to_owned(), sibling, format!("{owner}({named}:)")]
        .into_iter()
        .find(|name| {
            contract
                .get(name)
                .is_some_and(|member| member.deprecated.is_none())
        })
        .ok_or_else(|| {
            wrong(&format!(
                "`{named}`, which is to be used instead, is not in use itself"
            ))
        })?;
    Ok(Farewell { replacement, until })
}

/// What is wrong with the deprecations of a contract.
pub(crate) fn check(contract: &Contract) -> Vec<String> {
    let deprecated = contract
        .iter()
        .filter_map(|(coordinate, member)| Some((coordinate, member.deprecated.as_ref()?)));
    deprecated
        .filter_map(|(coordinate, reason)| read(contract, coordinate, reason).err())
        .collect()
}
