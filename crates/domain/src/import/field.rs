//! The flat columns of what directories push: their names (those of the exports), what stands in them, how people call
//! them. Published as a Frictionless Table Schema.

use serde_json::{Value, json};

use super::words::Closed;
use crate::change::RecordType;
use crate::push::{EXTERNAL_ID, Pushed};
use crate::text::Lang;

/// What stands in the cells of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Text.
    Text,
    /// A record's identifier on this platform; of this kind, where it is not of the lines' own.
    Record(Option<RecordType>),
    /// A decimal number.
    Number,
    /// Degrees on the map.
    Degrees,
    /// A whole number.
    Whole,
    /// Kilometres, a whole number.
    Kilometres,
    /// Yes or no.
    Flag,
    /// A day.
    Day,
    /// An instant; a day alone is its midnight (UTC).
    Instant,
    /// Several texts.
    Texts,
    /// A word of a closed list.
    Word(Closed),
    /// Several words of a closed list.
    Words(Closed),
    /// Months of the year.
    Months,
    /// A product: its code in the taxonomy or its name.
    Product,
    /// A commune: its official code or its name.
    Commune,
    /// An enterprise number.
    EnterpriseNumber,
}

/// A column that can be imported.
#[derive(Debug)]
pub struct Field {
    /// Its name, the same as in the exports.
    pub name: &'static str,
    /// What stands in it.
    pub of: Of,
    /// How people call it, in French, Dutch, German and English.
    pub labels: [&'static str; 4],
    /// Other headers it goes by, folded.
    pub(super) also: &'static [&'static str],
    /// What it means, for the published schema.
    pub meaning: &'static str,
}

impl Field {
    /// How people call it, in a reader's language.
    #[must_use]
    pub const fn label(&self, lang: Lang) -> &'static str {
        let [fr, nl, de, en] = self.labels;
        match lang {
            Lang::Fr => fr,
            Lang::Nl => nl,
            Lang::De => de,
            Lang::En => en,
        }
    }

    /// Where it stands in a row as directories push it.
    #[must_use]
    pub fn path(&self) -> &'static str {
        match self.name {
            "communeNis" => "commune",
            name => name,
        }
    }

    /// As the Table Schema says it.
    fn schema(&self) -> Value {
        let list = |item: &str| json!({"type": "list", "delimiter": ";", "itemType": item});
        let mut field = match self.of {
            Of::Text | Of::Record(_) | Of::Product | Of::EnterpriseNumber => json!({"type": "string"}),
            Of::Commune => json!({"type": "string", "example": "92094"}),
            Of::Number => json!({"type": "number", "constraints": {"minimum": 0}}),
            Of::Degrees => json!({"type": "number", "unit": "degree"}),
            Of::Whole => json!({"type": "integer"}),
            Of::Kilometres => {
                json!({"type": "integer", "unit": "km", "constraints": {"minimum": 1, "maximum": 500}})
            }
            Of::Flag => json!({"type": "boolean"}),
            Of::Day => json!({"type": "date"}),
            Of::Instant => json!({"type": "datetime"}),
            Of::Texts | Of::Words(_) => list("string"),
            Of::Months => list("integer"),
            Of::Word(words) => json!({"type": "string", "constraints": {"enum": words.words()}}),
        };
        if let Of::Words(words) = self.of {
            field["itemConstraints"] = json!({"enum": words.words()});
        }
        if self.of == Of::Months {
            field["itemConstraints"] = json!({"minimum": 1, "maximum": 12});
        }
        if self.name == "externalId" {
            field["constraints"] = json!({"minLength": 1, "maxLength": EXTERNAL_ID});
        }
        field["name"] = json!(self.name);
        field["title"] = json!(self.label(Lang::Fr));
        field["description"] = json!(self.meaning);
        field
    }
}

/// The columns of a kind of record.
#[must_use]
pub const fn fields(what: Pushed) -> &'static [Field] {
    match what {
        Pushed::Organisation => ORGANISATIONS,
        Pushed::Offer => OFFERS,
        Pushed::Need => NEEDS,
    }
}

/// The column that a refusal of a row is about, by the refused field: `quantity.value`, `months.0`, `commune`.
#[must_use]
pub fn column_of(what: Pushed, path: &str) -> Option<&'static Field> {
    let holds = |field: &&Field| {
        let own = field.path();
        path == own || path.strip_prefix(own).is_some_and(|rest| rest.starts_with('.'))
    };
    // What is said of a whole ("point") is said of its first column.
    let part = |field: &&Field| {
        field
            .path()
            .strip_prefix(path)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    let all = fields(what).iter();
    all.clone().find(holds).or_else(|| all.clone().find(part))
}

/// The Frictionless Table Schema of a kind's files.
#[must_use]
pub fn table_schema(what: Pushed) -> Value {
    let fields: Vec<Value> = fields(what).iter().map(Field::schema).collect();
    json!({
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "name": what.plural(),
        "title": format!("Files of {} to import", what.plural()),
        "description": "Columns may have other headers: the import asks which is which and remembers it. Needed is only \
            externalId, or id in a file that was exported from here. An empty cell says nothing: what is known stays, \
            and it is never 0. The exports (/v1/exports) have the same columns by the same names.",
        "fields": fields,
        "primaryKey": ["externalId"],
        "missingValues": [""],
    })
}

const fn field(
    name: &'static str,
    of: Of,
    labels: [&'static str; 4],
    also: &'static [&'static str],
    meaning: &'static str,
) -> Field {
    Field {
        name,
        of,
        labels,
        also,
        meaning,
    }
}

const EXTERNAL: Field = field(
    "externalId",
    Of::Text,
    [
        "Identifiant à la source",
        "Kenmerk bij de bron",
        "Kennung bei der Quelle",
        "Identifier at the source",
    ],
    &[
        "externalid",
        "identifiant",
        "id externe",
        "reference",
        "ref",
        "code",
        "numero",
        "no",
        "nr",
        "kenmerk",
        "nummer",
        "kennung",
        "identifier",
        "external id",
        "key",
        "cle",
    ],
    "The source's own identifier, lasting.",
);
const ID: Field = field(
    "id",
    Of::Record(None),
    [
        "Identifiant ici",
        "Kenmerk hier",
        "Kennung hier",
        "Identifier here",
    ],
    &[],
    "The record's identifier on this platform, in a file that was exported from it: stands for the identifier that the \
     source has for that record.",
);
const ORGANISATION: Field = field(
    "organisationExternalId",
    Of::Text,
    [
        "Organisation (identifiant à la source)",
        "Organisatie (kenmerk bij de bron)",
        "Organisation (Kennung bei der Quelle)",
        "Organisation (identifier at the source)",
    ],
    &[
        "organisationexternalid",
        "organisation",
        "producteur",
        "ferme",
        "acheteur",
        "id organisation",
        "id producteur",
        "organisatie",
        "producent",
        "koper",
        "erzeuger",
        "kaufer",
        "producer",
        "farm",
        "buyer",
        "fournisseur",
    ],
    "Whose it is, by the source's own identifier of the organisation, which is known already.",
);
const ORGANISATION_ID: Field = field(
    "organisationId",
    Of::Record(Some(RecordType::Organisation)),
    [
        "Organisation (identifiant ici)",
        "Organisatie (kenmerk hier)",
        "Organisation (Kennung hier)",
        "Organisation (identifier here)",
    ],
    &["organisationid"],
    "Whose it is, by the organisation's identifier on this platform; one that the source names too.",
);
const TITLE: Field = field(
    "title",
    Of::Text,
    ["Intitulé", "Titel", "Bezeichnung", "Title"],
    &[
        "titre",
        "nom",
        "libelle",
        "designation",
        "naam",
        "benaming",
        "name",
        "article",
    ],
    "What it is, in one's own words; the product's name unless given.",
);
const DESCRIPTION: Field = field(
    "description",
    Of::Text,
    ["Description", "Beschrijving", "Beschreibung", "Description"],
    &[
        "descriptif",
        "details",
        "remarque",
        "remarques",
        "commentaire",
        "omschrijving",
        "opmerking",
        "bemerkung",
    ],
    "More about it.",
);
const PRODUCT: Field = field(
    "productType",
    Of::Product,
    ["Produit", "Product", "Produkt", "Product"],
    &[
        "producttype",
        "type de produit",
        "code produit",
        "categorie",
        "productsoort",
        "produktart",
        "product type",
        "denree",
    ],
    "The product: its code in the taxonomy (productTypes), or its French or English name there.",
);
const QUANTITY: Field = field(
    "quantity.value",
    Of::Number,
    ["Quantité", "Hoeveelheid", "Menge", "Quantity"],
    &[
        "qte",
        "volume",
        "quantite disponible",
        "quantite souhaitee",
        "aantal",
        "anzahl",
        "amount",
    ],
    "How much; empty where nobody has said, never 0 for that.",
);
const QUANTITY_UNIT: Field = field(
    "quantity.unit",
    Of::Word(Closed::Unit),
    ["Unité", "Eenheid", "Einheit", "Unit"],
    &["unite de quantite", "conditionnement unite", "unit of quantity"],
    "What the quantity is counted in.",
);
const MONTHS: Field = field(
    "months",
    Of::Months,
    ["Mois", "Maanden", "Monate", "Months"],
    &[
        "saison",
        "saisonnalite",
        "periode de disponibilite",
        "disponibilite",
        "maand",
        "seizoen",
        "monat",
        "season",
        "month",
    ],
    "The months of the year: numbers (1; 2; 3), names, ranges (mars-juin).",
);
const ORGANIC: Field = field(
    "organic",
    Of::Flag,
    ["Bio", "Bio", "Bio", "Organic"],
    &["biologique", "en bio", "biologisch", "agriculture biologique"],
    "Whether it is organic.",
);
const COMMUNE: Field = field(
    "communeNis",
    Of::Commune,
    ["Commune", "Gemeente", "Gemeinde", "Commune"],
    &[
        "code ins",
        "ins",
        "nis",
        "nis code",
        "commune ins",
        "code nis",
        "localite",
        "ville",
        "gemeentecode",
        "municipality",
        "niscode",
        "code commune",
    ],
    "The commune: its official (NIS) code, or its French name. The code of a merged commune stands for its successor.",
);
const EXPIRES: Field = field(
    "expiresAt",
    Of::Instant,
    ["Valable jusqu'au", "Geldig tot", "Gültig bis", "Valid until"],
    &[
        "expiresat",
        "expire le",
        "expiration",
        "validite",
        "vervaldatum",
        "ablaufdatum",
        "expires",
        "expiry",
    ],
    "Until when it holds; a day alone is its midnight (UTC).",
);
const UPDATED: Field = field(
    "sourceUpdatedAt",
    Of::Instant,
    [
        "Modifié à la source le",
        "Bij de bron gewijzigd op",
        "Bei der Quelle geändert am",
        "Changed at the source on",
    ],
    &[
        "sourceupdatedat",
        "modifie le",
        "mis a jour",
        "mis a jour le",
        "derniere modification",
        "date de mise a jour",
        "gewijzigd op",
        "geandert am",
        "last modified",
    ],
    "When the source last changed it: an older line than the last is STALE.",
);
const REVISION: Field = field(
    "sourceRevision",
    Of::Whole,
    [
        "Version à la source",
        "Versie bij de bron",
        "Fassung bei der Quelle",
        "Version at the source",
    ],
    &["sourcerevision", "numero de version"],
    "The source's own number of this state, which rises: a lower one than the last is STALE.",
);

const ORGANISATIONS: &[Field] = &[
    EXTERNAL,
    ID,
    field(
        "name",
        Of::Text,
        ["Nom", "Naam", "Name", "Name"],
        &[
            "denomination",
            "raison sociale",
            "organisation",
            "producteur",
            "ferme",
            "organisatie",
            "bedrijf",
            "betrieb",
            "nom de la ferme",
            "nom du producteur",
        ],
        "Its name.",
    ),
    field(
        "kinds",
        Of::Words(Closed::Kind),
        ["Types", "Soorten", "Arten", "Kinds"],
        &[
            "type",
            "categorie",
            "soort",
            "art",
            "kind",
            "type d organisation",
            "activite",
        ],
        "What it is; it may be several things.",
    ),
    field(
        "enterpriseNumber",
        Of::EnterpriseNumber,
        [
            "Numéro d'entreprise",
            "Ondernemingsnummer",
            "Unternehmensnummer",
            "Enterprise number",
        ],
        &[
            "enterprisenumber",
            "numbers",
            "bce",
            "kbo",
            "numero bce",
            "n bce",
            "no bce",
            "tva",
            "numero de tva",
            "n tva",
            "btw",
            "btw nummer",
            "kbo nummer",
            "mwst",
            "vat",
            "vat number",
            "n entreprise",
        ],
        "Its enterprise number (BCE/KBO); an organisation known by it already is not made again.",
    ),
    field(
        "website",
        Of::Text,
        ["Site web", "Website", "Website", "Website"],
        &["site", "site internet", "web", "url", "webseite", "page web"],
        "Its website.",
    ),
    COMMUNE,
    field(
        "address.street",
        Of::Text,
        [
            "Rue et numéro",
            "Straat en nummer",
            "Straße und Nummer",
            "Street and number",
        ],
        &[
            "rue",
            "adresse",
            "straat",
            "adres",
            "strasse",
            "street",
            "address",
            "anschrift",
        ],
        "Street and number.",
    ),
    field(
        "address.postcode",
        Of::Text,
        ["Code postal", "Postcode", "Postleitzahl", "Postcode"],
        &["cp", "c p", "plz", "postnummer", "zip", "postal code"],
        "Post code.",
    ),
    field(
        "address.locality",
        Of::Text,
        ["Localité", "Plaats", "Ort", "Locality"],
        &["ville", "city", "woonplaats", "ortschaft", "town"],
        "Locality.",
    ),
    field(
        "point.lat",
        Of::Degrees,
        ["Latitude", "Breedtegraad", "Breitengrad", "Latitude"],
        &["lat", "y"],
        "Latitude in degrees (WGS 84).",
    ),
    field(
        "point.lon",
        Of::Degrees,
        ["Longitude", "Lengtegraad", "Längengrad", "Longitude"],
        &["lon", "lng", "long", "x"],
        "Longitude in degrees (WGS 84).",
    ),
    field(
        "aliases",
        Of::Texts,
        ["Autres noms", "Andere namen", "Andere Namen", "Other names"],
        &["alias", "nom commercial", "enseigne", "handelsnaam", "trade name"],
        "Other names it is known by.",
    ),
    UPDATED,
    REVISION,
];

const OFFERS: &[Field] = &[
    EXTERNAL,
    ID,
    ORGANISATION,
    ORGANISATION_ID,
    TITLE,
    DESCRIPTION,
    PRODUCT,
    QUANTITY,
    QUANTITY_UNIT,
    field(
        "price.amount",
        Of::Number,
        ["Prix", "Prijs", "Preis", "Price"],
        &[
            "prix unitaire",
            "prix htva",
            "prix ht",
            "tarif",
            "eenheidsprijs",
            "einzelpreis",
            "unit price",
        ],
        "What one unit costs, without VAT; empty where nobody has said, never 0 for that.",
    ),
    field(
        "price.currency",
        Of::Word(Closed::Currency),
        ["Monnaie", "Munt", "Währung", "Currency"],
        &["devise", "valuta"],
        "The price's currency; euro unless given.",
    ),
    field(
        "price.per",
        Of::Word(Closed::Unit),
        ["Prix par", "Prijs per", "Preis pro", "Price per"],
        &[
            "unite de prix",
            "unite du prix",
            "prijseenheid",
            "preiseinheit",
            "price unit",
        ],
        "For one of which unit the price is.",
    ),
    MONTHS,
    field(
        "availableFrom",
        Of::Day,
        [
            "Disponible du",
            "Beschikbaar vanaf",
            "Verfügbar ab",
            "Available from",
        ],
        &[
            "availablefrom",
            "debut",
            "date de debut",
            "a partir du",
            "van",
            "vanaf",
            "ab",
            "from",
        ],
        "From which day it can be had.",
    ),
    field(
        "availableTo",
        Of::Day,
        [
            "Disponible jusqu'au",
            "Beschikbaar tot",
            "Verfügbar bis",
            "Available to",
        ],
        &[
            "availableto",
            "fin",
            "date de fin",
            "jusqu au",
            "tot",
            "bis",
            "to",
            "until",
        ],
        "Until which day it can be had.",
    ),
    ORGANIC,
    field(
        "labels",
        Of::Words(Closed::Label),
        ["Labels", "Labels", "Gütezeichen", "Labels"],
        &[
            "label",
            "certification",
            "certifications",
            "signe de qualite",
            "keurmerk",
            "keurmerken",
        ],
        "Its quality labels.",
    ),
    field(
        "packaging",
        Of::Text,
        ["Emballage", "Verpakking", "Verpackung", "Packaging"],
        &["conditionnement"],
        "How it is packed.",
    ),
    field(
        "delivery.pickUp",
        Of::Flag,
        ["Enlèvement sur place", "Afhaling", "Abholung", "Pick-up"],
        &[
            "delivery pickup",
            "enlevement",
            "retrait",
            "a emporter",
            "afhalen",
            "pickup",
        ],
        "Whether it can be fetched.",
    ),
    field(
        "delivery.radiusKm",
        Of::Kilometres,
        [
            "Rayon de livraison (km)",
            "Leveringsstraal (km)",
            "Lieferumkreis (km)",
            "Delivery radius (km)",
        ],
        &[
            "delivery radiuskm",
            "rayon de livraison",
            "livraison km",
            "livraison",
            "leveringsstraal",
            "lieferumkreis",
            "delivery radius",
        ],
        "How far it is brought.",
    ),
    field(
        "delivery.hubId",
        Of::Record(Some(RecordType::Organisation)),
        [
            "Hub (identifiant ici)",
            "Hub (kenmerk hier)",
            "Hub (Kennung hier)",
            "Hub (identifier here)",
        ],
        &["delivery hubid"],
        "The hub through which it goes, by its identifier on this platform.",
    ),
    field(
        "delivery.note",
        Of::Text,
        [
            "Remarque sur la livraison",
            "Opmerking over de levering",
            "Bemerkung zur Lieferung",
            "Delivery note",
        ],
        &[
            "conditions de livraison",
            "leveringsvoorwaarden",
            "lieferbedingungen",
        ],
        "What else is to be said of its delivery.",
    ),
    field(
        "minimumOrder.value",
        Of::Number,
        [
            "Commande minimale",
            "Minimale bestelling",
            "Mindestbestellung",
            "Minimum order",
        ],
        &[
            "minimumorder value",
            "minimum de commande",
            "quantite minimale",
            "minimum",
        ],
        "The least one can take.",
    ),
    field(
        "minimumOrder.unit",
        Of::Word(Closed::Unit),
        [
            "Unité de la commande minimale",
            "Eenheid van de minimale bestelling",
            "Einheit der Mindestbestellung",
            "Unit of the minimum order",
        ],
        &["minimumorder unit"],
        "What the least is counted in.",
    ),
    field(
        "audiences",
        Of::Words(Closed::Audience),
        ["Pour qui", "Voor wie", "Für wen", "For whom"],
        &[
            "public",
            "publics",
            "clientele",
            "debouches",
            "doelgroep",
            "zielgruppe",
            "audience",
        ],
        "Whom it is for.",
    ),
    COMMUNE,
    field(
        "status",
        Of::Word(Closed::OfferStatus),
        ["État", "Status", "Status", "Status"],
        &["statut", "toestand", "zustand", "state"],
        "Where it stands.",
    ),
    EXPIRES,
    UPDATED,
    REVISION,
];

const NEEDS: &[Field] = &[
    EXTERNAL,
    ID,
    ORGANISATION,
    ORGANISATION_ID,
    TITLE,
    DESCRIPTION,
    PRODUCT,
    QUANTITY,
    QUANTITY_UNIT,
    field(
        "period",
        Of::Word(Closed::Period),
        ["Par", "Per", "Pro", "Every"],
        &[
            "period",
            "frequence",
            "periodicite",
            "frequentie",
            "haufigkeit",
            "frequency",
        ],
        "How often the quantity is needed.",
    ),
    MONTHS,
    field(
        "neededFrom",
        Of::Day,
        ["À partir du", "Vanaf", "Ab", "From"],
        &[
            "neededfrom",
            "debut",
            "date de debut",
            "besoin du",
            "nodig vanaf",
            "benotigt ab",
            "needed from",
        ],
        "From which day it is needed.",
    ),
    field(
        "neededTo",
        Of::Day,
        ["Jusqu'au", "Tot", "Bis", "Until"],
        &[
            "neededto",
            "fin",
            "date de fin",
            "besoin jusqu au",
            "nodig tot",
            "benotigt bis",
            "needed until",
        ],
        "Until which day it is needed.",
    ),
    field(
        "budget.min",
        Of::Number,
        ["Budget minimum", "Minimumbudget", "Mindestbudget", "Least budget"],
        &["prix minimum", "minimumprijs"],
        "The least that can be spent for one unit, without VAT.",
    ),
    field(
        "budget.max",
        Of::Number,
        ["Budget maximum", "Maximumbudget", "Höchstbudget", "Most budget"],
        &[
            "budget",
            "prix maximum",
            "maximumprijs",
            "hochstpreis",
            "price limit",
        ],
        "The most that can be spent for one unit, without VAT.",
    ),
    field(
        "budget.currency",
        Of::Word(Closed::Currency),
        [
            "Monnaie du budget",
            "Munt van het budget",
            "Währung des Budgets",
            "Currency of the budget",
        ],
        &["devise", "monnaie", "valuta", "currency"],
        "The budget's currency; euro unless given.",
    ),
    field(
        "budget.per",
        Of::Word(Closed::Unit),
        ["Budget par", "Budget per", "Budget pro", "Budget per"],
        &["unite du budget", "budgeteenheid"],
        "For one of which unit the budget is; empty where it is for the whole.",
    ),
    COMMUNE,
    field(
        "local.rule",
        Of::Word(Closed::LocalRule),
        ["Règle locale", "Lokale regel", "Lokale Regel", "Local rule"],
        &[
            "local", "origine", "lokaal", "herkomst", "lokal", "herkunft", "origin",
        ],
        "What \"local\" means here.",
    ),
    field(
        "local.territoryId",
        Of::Record(Some(RecordType::Territory)),
        [
            "Territoire local",
            "Lokaal gebied",
            "Lokales Gebiet",
            "Local territory",
        ],
        &["local territoryid"],
        "The territory, with the rule TERRITORY: its identifier here or its official code.",
    ),
    field(
        "local.radiusKm",
        Of::Kilometres,
        [
            "Rayon local (km)",
            "Lokale straal (km)",
            "Lokaler Umkreis (km)",
            "Local radius (km)",
        ],
        &[
            "local radiuskm",
            "rayon",
            "distance",
            "distance maximale",
            "straal",
            "umkreis",
            "radius",
        ],
        "The distance, with the rule RADIUS.",
    ),
    ORGANIC,
    field(
        "requiredLabels",
        Of::Words(Closed::Label),
        [
            "Labels exigés",
            "Vereiste labels",
            "Verlangte Gütezeichen",
            "Required labels",
        ],
        &["requiredlabels", "labels", "label", "certification", "keurmerk"],
        "The quality labels of which it must have all.",
    ),
    field(
        "deadline",
        Of::Day,
        ["Date limite", "Uiterste datum", "Frist", "Deadline"],
        &["echeance", "offres avant le", "einddatum"],
        "Until which day offers are awaited.",
    ),
    field(
        "status",
        Of::Word(Closed::NeedStatus),
        ["État", "Status", "Status", "Status"],
        &["statut", "toestand", "zustand", "state"],
        "Where it stands.",
    ),
    field(
        "reason",
        Of::Text,
        [
            "Raison de l'abandon",
            "Reden van opgave",
            "Grund der Aufgabe",
            "Reason for giving up",
        ],
        &["raison", "reden", "grund", "motif"],
        "Why it was given up.",
    ),
    EXPIRES,
    UPDATED,
    REVISION,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::push::{NeedRow, OfferRow, OrganisationRow};
    use crate::text::fold;

    #[test]
    fn names_and_labels_are_each_once_and_other_headers_are_folded() {
        for what in Pushed::ALL {
            let mut names: Vec<&str> = fields(*what).iter().map(|field| field.name).collect();
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count);
            for field in fields(*what) {
                for also in field.also {
                    assert_eq!(fold(also), *also, "{}", field.name);
                }
            }
        }
    }

    /// Every field of a row has its column, and every column (but the identifiers here) its field.
    #[test]
    fn the_columns_are_the_fields_of_the_rows() {
        let told = |error: serde_json::Error| -> Vec<String> {
            let said = error.to_string();
            said.split('`').skip(3).step_by(2).map(str::to_owned).collect()
        };
        let unknown = json!({"externalId": "x", "no such field": 1});
        for (what, rows) in [
            (
                Pushed::Organisation,
                told(serde_json::from_value::<OrganisationRow>(unknown.clone()).unwrap_err()),
            ),
            (
                Pushed::Offer,
                told(serde_json::from_value::<OfferRow>(unknown.clone()).unwrap_err()),
            ),
            (
                Pushed::Need,
                told(serde_json::from_value::<NeedRow>(unknown).unwrap_err()),
            ),
        ] {
            assert!(rows.len() > 8, "{rows:?}");
            let own = |field: &Field| field.path().split('.').next().unwrap().to_owned();
            for row in &rows {
                assert!(
                    fields(what).iter().any(|field| own(field) == *row),
                    "{what}: {row}"
                );
            }
            for field in fields(what)
                .iter()
                .filter(|field| !matches!(field.name, "id" | "organisationId"))
            {
                assert!(rows.contains(&own(field)), "{what}: {}", field.name);
            }
        }
    }

    #[test]
    fn a_refusal_finds_its_column() {
        let name = |path: &str| column_of(Pushed::Offer, path).map(|field| field.name);
        assert_eq!(name("commune"), Some("communeNis"));
        assert_eq!(name("months.3"), Some("months"));
        assert_eq!(name("quantity.unit"), Some("quantity.unit"));
        assert_eq!(name("price"), Some("price.amount"));
        assert_eq!(name(""), None);
    }

    #[test]
    fn the_schema_says_what_stands_in_each_column() {
        let schema = table_schema(Pushed::Need);
        let fields = schema["fields"].as_array().unwrap();
        let of = |name: &str| fields.iter().find(|field| field["name"] == name).unwrap();
        assert_eq!(of("months")["itemConstraints"]["maximum"], 12);
        assert_eq!(of("period")["constraints"]["enum"][1], "WEEK");
        assert_eq!(of("local.radiusKm")["unit"], "km");
        assert_eq!(of("externalId")["constraints"]["maxLength"], 200);
    }
}
