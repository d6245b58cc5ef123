//! How two sources overlap: what is one record, what seems to be one, and in what that contradicts itself.

use domain::push::OrganisationRow;
use domain::source::{NewSource, Source};
use serde_json::{Value, json};
use store::{Overlap, Push, Store};
use testing::{editor, input, kept};

async fn source(store: &Store, code: &str, organisations: Value) -> Source {
    let new = input::<NewSource>(json!({"code": code, "name": code}));
    let source = kept(store.create::<Source>(&editor(), new).await);
    let rows: Vec<OrganisationRow> = input(organisations);
    let push = Push {
        source: code.into(),
        organisations: rows.into_iter().map(Into::into).collect(),
        digest: code.into(),
        ..Push::default()
    };
    kept(store.push(&editor(), push).await);
    source
}

testing::both! {
    async fn two_sources_share_hold_alone_and_contradict(store: Store) {
        kept(store.load_reference().await);
        let one = source(&store, "un", json!([
            {"externalId": "1", "name": "Cantine du Lac", "commune": "92094", "enterpriseNumber": "0403.170.701"},
            {"externalId": "2", "name": "Ferme du Bois", "commune": "92101", "website": "https://fermedubois.be"},
            {"externalId": "3", "name": "Ferme d'en Haut", "commune": "92101", "website": "https://enhaut.be"},
            {"externalId": "4", "name": "Seul au monde", "commune": "92094"},
        ])).await;
        let other = source(&store, "deux", json!([
            {"externalId": "a", "name": "La Cantine", "commune": "92094", "enterpriseNumber": "0403170701"},
            {"externalId": "b", "name": "FERME du bois", "commune": "92101", "website": "http://www.fermedubois.be/contact"},
            {"externalId": "c", "name": "Ferme d’en haut", "commune": "92101", "website": "https://autre.be"},
            {"externalId": "d", "name": "Seul au monde", "commune": "81001"},
            {"externalId": "e", "name": "Ailleurs", "commune": "81001"},
        ])).await;
        let found = kept(store.overlap(&one, &other).await);
        let Overlap { first, second, joined, first_alike, second_alike, contradicting, contradictions } = found;
        assert_eq!((first, second), (4, 5));
        assert_eq!((joined, first_alike, second_alike), (1, 2, 2), "by number, by name and commune; not by name alone");
        assert_eq!(contradicting, 1);
        let fields: Vec<_> = contradictions.iter().map(|it| it.fields.clone()).collect();
        assert_eq!(fields, [["website"]]);

        let turned = kept(store.overlap(&other, &one).await);
        assert_eq!((turned.first, turned.joined, turned.contradictions[0].first), (5, 1, contradictions[0].second));
        let empty = source(&store, "vide", json!([])).await;
        assert_eq!(kept(store.overlap(&one, &empty).await), Overlap { first: 4, ..Overlap::default() });
    }
}
