//! Two organisations that turn out to be one: what the one that stays takes over of the other.

use super::{Organisation, State};

impl Organisation {
    /// What this one lacks, the other gives; nothing that is said here is replaced.
    pub fn fill(&mut self, other: &Self) {
        let Self {
            id: _,
            revision: _,
            created_at: _,
            updated_at: _,
            name: _,
            acronym,
            aliases,
            kinds,
            role,
            numbers,
            website,
            commune_id,
            address,
            point,
            territory_ids,
            state,
            state_since,
            note,
        } = other.clone();
        self.acronym = self.acronym.take().or(acronym);
        fill_list(&mut self.aliases, aliases);
        fill_list(&mut self.kinds, kinds);
        self.role = self.role.take().or(role);
        fill_list(&mut self.numbers, numbers);
        self.website = self.website.take().or(website);
        self.commune_id = self.commune_id.or(commune_id);
        self.address = self.address.take().or(address);
        self.point = self.point.or(point);
        fill_list(&mut self.territory_ids, territory_ids);
        if self.state == State::Unknown {
            (self.state, self.state_since) = (state, state_since);
        }
        self.note = self.note.take().or(note);
    }

    /// Takes in one that turned out to be the same: it is found by the other's names and numbers too.
    pub fn take_in(&mut self, other: &Self) {
        self.fill(other);
        let names = std::iter::once(&other.name)
            .chain(&other.acronym)
            .chain(&other.aliases);
        for name in names {
            let is_known =
                self.name == *name || self.acronym.as_ref() == Some(name) || self.aliases.contains(name);
            if !is_known {
                self.aliases.push(name.clone());
            }
        }
        for number in &other.numbers {
            if !self.numbers.contains(number) {
                self.numbers.push(number.clone());
            }
        }
    }
}

fn fill_list<T>(list: &mut Vec<T>, given: Vec<T>) {
    if list.is_empty() {
        *list = given;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::OrganisationId;

    fn organisation(mut more: Value) -> Organisation {
        let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        more["id"] = json!(OrganisationId(uuid::Uuid::nil()));
        more["revision"] = json!(1);
        more["createdAt"] = json!(now);
        more["updatedAt"] = json!(now);
        more["state"] = more.get("state").cloned().unwrap_or_else(|| json!("UNKNOWN"));
        serde_json::from_value(more).unwrap()
    }

    #[test]
    fn what_is_there_stays_and_what_lacks_is_filled() {
        let mut stays = organisation(
            json!({"name": "Ferme du Bois", "website": "https://bois.be", "kinds": ["PRODUCER"]}),
        );
        let goes = organisation(json!({
            "name": "La Ferme du Bois", "website": "https://fermedubois.be", "kinds": ["HUB"], "note": "Visites",
            "state": "ACTIVE", "stateSince": "2003",
        }));
        stays.take_in(&goes);
        assert_eq!(
            (stays.name.as_str(), stays.website.as_deref()),
            ("Ferme du Bois", Some("https://bois.be"))
        );
        assert_eq!((stays.kinds.len(), stays.note.as_deref()), (1, Some("Visites")));
        assert_eq!(
            (stays.state, stays.state_since),
            (State::Active, goes.state_since)
        );
    }

    #[test]
    fn it_is_found_by_both_names_and_all_numbers_each_once() {
        let number = |value: &str| json!({"scheme": "ENTERPRISE", "value": value});
        let mut stays = organisation(json!({
            "name": "Bois", "aliases": ["Le Bois"], "numbers": [number("0403019261")],
        }));
        let goes = organisation(json!({
            "name": "Ferme du Bois", "acronym": "FDB", "aliases": ["Bois", "Le Bois"],
            "numbers": [number("0403019261"), number("0428759497")],
        }));
        stays.take_in(&goes);
        assert_eq!(stays.acronym.as_deref(), Some("FDB"));
        assert_eq!(stays.aliases, ["Le Bois", "Ferme du Bois"]);
        assert_eq!(stays.numbers.len(), 2);
    }
}
