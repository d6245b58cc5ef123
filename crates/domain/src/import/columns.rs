//! The columns of files to import, as data: a column's name, what stands in it, how people call it in French, Dutch, German
//! and English, what it means, and the other headers it goes by, folded and separated by commas.

use super::field::{Field, Of};
use super::words::Closed;
use crate::change::RecordType;

macro_rules! columns {
    ($($column:ident = $name:literal: $of:expr, [$fr:literal, $nl:literal, $de:literal, $en:literal], $meaning:literal, $also:literal;)*) => {
        $(const $column: Field = Field {
            name: $name,
            of: $of,
            labels: [$fr, $nl, $de, $en],
            meaning: $meaning,
            also: $also,
        };)*
    };
}

// Of several kinds of record.
columns! {
    EXTERNAL = "externalId": Of::Text, ["Identifiant à la source", "Kenmerk bij de bron", "Kennung bei der Quelle", "Identifier at the source"],
        "The source's own identifier, lasting.",
        "externalid, identifiant, id externe, reference, ref, code, numero, no, nr, kenmerk, nummer, kennung, identifier, external id, key, cle";
    ID = "id": Of::Record(None), ["Identifiant ici", "Kenmerk hier", "Kennung hier", "Identifier here"],
        "The record's identifier on this platform, in a file that was exported from it: stands for the identifier that the source has for that record.",
        "";
    ORGANISATION = "organisationExternalId": Of::Text, ["Organisation (identifiant à la source)", "Organisatie (kenmerk bij de bron)", "Organisation (Kennung bei der Quelle)", "Organisation (identifier at the source)"],
        "Whose it is, by the source's own identifier of the organisation, which is known already.",
        "organisationexternalid, organisation, producteur, ferme, acheteur, id organisation, id producteur, organisatie, producent, koper, erzeuger, kaufer, producer, farm, buyer, fournisseur";
    ORGANISATION_ID = "organisationId": Of::Record(Some(RecordType::Organisation)), ["Organisation (identifiant ici)", "Organisatie (kenmerk hier)", "Organisation (Kennung hier)", "Organisation (identifier here)"],
        "Whose it is, by the organisation's identifier on this platform; one that the source names too.",
        "organisationid";
    TITLE = "title": Of::Text, ["Intitulé", "Titel", "Bezeichnung", "Title"],
        "What it is, in one's own words; the product's name unless given.",
        "titre, nom, libelle, designation, naam, benaming, name, article";
    DESCRIPTION = "description": Of::Text, ["Description", "Beschrijving", "Beschreibung", "Description"],
        "More about it.",
        "descriptif, details, remarque, remarques, commentaire, omschrijving, opmerking, bemerkung";
    PRODUCT = "productType": Of::Product, ["Produit", "Product", "Produkt", "Product"],
        "The product: its code in the taxonomy (productTypes), or its French or English name there.",
        "producttype, type de produit, code produit, categorie, productsoort, produktart, product type, denree";
    QUANTITY = "quantity.value": Of::Number, ["Quantité", "Hoeveelheid", "Menge", "Quantity"],
        "How much; empty where nobody has said, never 0 for that.",
        "qte, volume, quantite disponible, quantite souhaitee, aantal, anzahl, amount";
    QUANTITY_UNIT = "quantity.unit": Of::Word(Closed::Unit), ["Unité", "Eenheid", "Einheit", "Unit"],
        "What the quantity is counted in.",
        "unite de quantite, conditionnement unite, unit of quantity";
    MONTHS = "months": Of::Months, ["Mois", "Maanden", "Monate", "Months"],
        "The months of the year: numbers (1; 2; 3), names, ranges (mars-juin).",
        "saison, saisonnalite, periode de disponibilite, disponibilite, maand, seizoen, monat, season, month";
    ORGANIC = "organic": Of::Flag, ["Bio", "Bio", "Bio", "Organic"],
        "Whether it is organic.",
        "biologique, en bio, biologisch, agriculture biologique";
    COMMUNE = "communeNis": Of::Commune, ["Commune", "Gemeente", "Gemeinde", "Commune"],
        "The commune: its official (NIS) code, or its French name. The code of a merged commune stands for its successor.",
        "code ins, ins, nis, nis code, commune ins, code nis, localite, ville, gemeentecode, municipality, niscode, code commune";
    EXPIRES = "expiresAt": Of::Instant, ["Valable jusqu'au", "Geldig tot", "Gültig bis", "Valid until"],
        "Until when it holds; a day alone is its midnight (UTC).",
        "expiresat, expire le, expiration, validite, vervaldatum, ablaufdatum, expires, expiry";
    UPDATED = "sourceUpdatedAt": Of::Instant, ["Modifié à la source le", "Bij de bron gewijzigd op", "Bei der Quelle geändert am", "Changed at the source on"],
        "When the source last changed it: an older line than the last is STALE.",
        "sourceupdatedat, modifie le, mis a jour, mis a jour le, derniere modification, date de mise a jour, gewijzigd op, geandert am, last modified";
    REVISION = "sourceRevision": Of::Whole, ["Version à la source", "Versie bij de bron", "Fassung bei der Quelle", "Version at the source"],
        "The source's own number of this state, which rises: a lower one than the last is STALE.",
        "sourcerevision, numero de version";
}

// Of organisations.
columns! {
    NAME = "name": Of::Text, ["Nom", "Naam", "Name", "Name"],
        "Its name.",
        "denomination, raison sociale, organisation, producteur, ferme, organisatie, bedrijf, betrieb, nom de la ferme, nom du producteur";
    KINDS = "kinds": Of::Words(Closed::Kind), ["Types", "Soorten", "Arten", "Kinds"],
        "What it is; it may be several things.",
        "type, categorie, soort, art, kind, type d organisation, activite";
    ENTERPRISE_NUMBER = "enterpriseNumber": Of::EnterpriseNumber, ["Numéro d'entreprise", "Ondernemingsnummer", "Unternehmensnummer", "Enterprise number"],
        "Its enterprise number (BCE/KBO); an organisation known by it already is not made again.",
        "enterprisenumber, numbers, bce, kbo, numero bce, n bce, no bce, tva, numero de tva, n tva, btw, btw nummer, kbo nummer, mwst, vat, vat number, n entreprise";
    WEBSITE = "website": Of::Text, ["Site web", "Website", "Website", "Website"],
        "Its website.",
        "site, site internet, web, url, webseite, page web";
    ADDRESS_STREET = "address.street": Of::Text, ["Rue et numéro", "Straat en nummer", "Straße und Nummer", "Street and number"],
        "Street and number.",
        "rue, adresse, straat, adres, strasse, street, address, anschrift";
    ADDRESS_POSTCODE = "address.postcode": Of::Text, ["Code postal", "Postcode", "Postleitzahl", "Postcode"],
        "Post code.",
        "cp, c p, plz, postnummer, zip, postal code";
    ADDRESS_LOCALITY = "address.locality": Of::Text, ["Localité", "Plaats", "Ort", "Locality"],
        "Locality.",
        "ville, city, woonplaats, ortschaft, town";
    POINT_LAT = "point.lat": Of::Degrees, ["Latitude", "Breedtegraad", "Breitengrad", "Latitude"],
        "Latitude in degrees (WGS 84).",
        "lat, y";
    POINT_LON = "point.lon": Of::Degrees, ["Longitude", "Lengtegraad", "Längengrad", "Longitude"],
        "Longitude in degrees (WGS 84).",
        "lon, lng, long, x";
    ALIASES = "aliases": Of::Texts, ["Autres noms", "Andere namen", "Andere Namen", "Other names"],
        "Other names it is known by.",
        "alias, nom commercial, enseigne, handelsnaam, trade name";
}

// Of offers.
columns! {
    PRICE_AMOUNT = "price.amount": Of::Number, ["Prix", "Prijs", "Preis", "Price"],
        "What one unit costs, without VAT; empty where nobody has said, never 0 for that.",
        "prix unitaire, prix htva, prix ht, tarif, eenheidsprijs, einzelpreis, unit price";
    PRICE_CURRENCY = "price.currency": Of::Word(Closed::Currency), ["Monnaie", "Munt", "Währung", "Currency"],
        "The price's currency; euro unless given.",
        "devise, valuta";
    PRICE_PER = "price.per": Of::Word(Closed::Unit), ["Prix par", "Prijs per", "Preis pro", "Price per"],
        "For one of which unit the price is.",
        "unite de prix, unite du prix, prijseenheid, preiseinheit, price unit";
    AVAILABLE_FROM = "availableFrom": Of::Day, ["Disponible du", "Beschikbaar vanaf", "Verfügbar ab", "Available from"],
        "From which day it can be had.",
        "availablefrom, debut, date de debut, a partir du, van, vanaf, ab, from";
    AVAILABLE_TO = "availableTo": Of::Day, ["Disponible jusqu'au", "Beschikbaar tot", "Verfügbar bis", "Available to"],
        "Until which day it can be had.",
        "availableto, fin, date de fin, jusqu au, tot, bis, to, until";
    LABELS = "labels": Of::Words(Closed::Label), ["Labels", "Labels", "Gütezeichen", "Labels"],
        "Its quality labels.",
        "label, certification, certifications, signe de qualite, keurmerk, keurmerken";
    PACKAGING = "packaging": Of::Text, ["Emballage", "Verpakking", "Verpackung", "Packaging"],
        "How it is packed.",
        "conditionnement";
    DELIVERY_PICK_UP = "delivery.pickUp": Of::Flag, ["Enlèvement sur place", "Afhaling", "Abholung", "Pick-up"],
        "Whether it can be fetched.",
        "delivery pickup, enlevement, retrait, a emporter, afhalen, pickup";
    DELIVERY_RADIUS_KM = "delivery.radiusKm": Of::Kilometres, ["Rayon de livraison (km)", "Leveringsstraal (km)", "Lieferumkreis (km)", "Delivery radius (km)"],
        "How far it is brought.",
        "delivery radiuskm, rayon de livraison, livraison km, livraison, leveringsstraal, lieferumkreis, delivery radius";
    DELIVERY_HUB_ID = "delivery.hubId": Of::Record(Some(RecordType::Organisation)), ["Hub (identifiant ici)", "Hub (kenmerk hier)", "Hub (Kennung hier)", "Hub (identifier here)"],
        "The hub through which it goes, by its identifier on this platform.",
        "delivery hubid";
    DELIVERY_NOTE = "delivery.note": Of::Text, ["Remarque sur la livraison", "Opmerking over de levering", "Bemerkung zur Lieferung", "Delivery note"],
        "What else is to be said of its delivery.",
        "conditions de livraison, leveringsvoorwaarden, lieferbedingungen";
    MINIMUM_ORDER_VALUE = "minimumOrder.value": Of::Number, ["Commande minimale", "Minimale bestelling", "Mindestbestellung", "Minimum order"],
        "The least one can take.",
        "minimumorder value, minimum de commande, quantite minimale, minimum";
    MINIMUM_ORDER_UNIT = "minimumOrder.unit": Of::Word(Closed::Unit), ["Unité de la commande minimale", "Eenheid van de minimale bestelling", "Einheit der Mindestbestellung", "Unit of the minimum order"],
        "What the least is counted in.",
        "minimumorder unit";
    AUDIENCES = "audiences": Of::Words(Closed::Audience), ["Pour qui", "Voor wie", "Für wen", "For whom"],
        "Whom it is for.",
        "public, publics, clientele, debouches, doelgroep, zielgruppe, audience";
    OFFER_STATUS = "status": Of::Word(Closed::OfferStatus), ["État", "Status", "Status", "Status"],
        "Where it stands.",
        "statut, toestand, zustand, state";
}

// Of needs.
columns! {
    PERIOD = "period": Of::Word(Closed::Period), ["Par", "Per", "Pro", "Every"],
        "How often the quantity is needed.",
        "period, frequence, periodicite, frequentie, haufigkeit, frequency";
    NEEDED_FROM = "neededFrom": Of::Day, ["À partir du", "Vanaf", "Ab", "From"],
        "From which day it is needed.",
        "neededfrom, debut, date de debut, besoin du, nodig vanaf, benotigt ab, needed from";
    NEEDED_TO = "neededTo": Of::Day, ["Jusqu'au", "Tot", "Bis", "Until"],
        "Until which day it is needed.",
        "neededto, fin, date de fin, besoin jusqu au, nodig tot, benotigt bis, needed until";
    BUDGET_MIN = "budget.min": Of::Number, ["Budget minimum", "Minimumbudget", "Mindestbudget", "Least budget"],
        "The least that can be spent for one unit, without VAT.",
        "prix minimum, minimumprijs";
    BUDGET_MAX = "budget.max": Of::Number, ["Budget maximum", "Maximumbudget", "Höchstbudget", "Most budget"],
        "The most that can be spent for one unit, without VAT.",
        "budget, prix maximum, maximumprijs, hochstpreis, price limit";
    BUDGET_CURRENCY = "budget.currency": Of::Word(Closed::Currency), ["Monnaie du budget", "Munt van het budget", "Währung des Budgets", "Currency of the budget"],
        "The budget's currency; euro unless given.",
        "devise, monnaie, valuta, currency";
    BUDGET_PER = "budget.per": Of::Word(Closed::Unit), ["Budget par", "Budget per", "Budget pro", "Budget per"],
        "For one of which unit the budget is; empty where it is for the whole.",
        "unite du budget, budgeteenheid";
    LOCAL_RULE = "local.rule": Of::Word(Closed::LocalRule), ["Règle locale", "Lokale regel", "Lokale Regel", "Local rule"],
        "What \"local\" means here.",
        "local, origine, lokaal, herkomst, lokal, herkunft, origin";
    LOCAL_TERRITORY_ID = "local.territoryId": Of::Record(Some(RecordType::Territory)), ["Territoire local", "Lokaal gebied", "Lokales Gebiet", "Local territory"],
        "The territory, with the rule TERRITORY: its identifier here or its official code.",
        "local territoryid";
    LOCAL_RADIUS_KM = "local.radiusKm": Of::Kilometres, ["Rayon local (km)", "Lokale straal (km)", "Lokaler Umkreis (km)", "Local radius (km)"],
        "The distance, with the rule RADIUS.",
        "local radiuskm, rayon, distance, distance maximale, straal, umkreis, radius";
    REQUIRED_LABELS = "requiredLabels": Of::Words(Closed::Label), ["Labels exigés", "Vereiste labels", "Verlangte Gütezeichen", "Required labels"],
        "The quality labels of which it must have all.",
        "requiredlabels, labels, label, certification, keurmerk";
    DEADLINE = "deadline": Of::Day, ["Date limite", "Uiterste datum", "Frist", "Deadline"],
        "Until which day offers are awaited.",
        "echeance, offres avant le, einddatum";
    NEED_STATUS = "status": Of::Word(Closed::NeedStatus), ["État", "Status", "Status", "Status"],
        "Where it stands.",
        "statut, toestand, zustand, state";
    REASON = "reason": Of::Text, ["Raison de l'abandon", "Reden van opgave", "Grund der Aufgabe", "Reason for giving up"],
        "Why it was given up.",
        "raison, reden, grund, motif";
}

pub(super) const ORGANISATIONS: &[Field] = &[
    EXTERNAL,
    ID,
    NAME,
    KINDS,
    ENTERPRISE_NUMBER,
    WEBSITE,
    COMMUNE,
    ADDRESS_STREET,
    ADDRESS_POSTCODE,
    ADDRESS_LOCALITY,
    POINT_LAT,
    POINT_LON,
    ALIASES,
    UPDATED,
    REVISION,
];

pub(super) const OFFERS: &[Field] = &[
    EXTERNAL,
    ID,
    ORGANISATION,
    ORGANISATION_ID,
    TITLE,
    DESCRIPTION,
    PRODUCT,
    QUANTITY,
    QUANTITY_UNIT,
    PRICE_AMOUNT,
    PRICE_CURRENCY,
    PRICE_PER,
    MONTHS,
    AVAILABLE_FROM,
    AVAILABLE_TO,
    ORGANIC,
    LABELS,
    PACKAGING,
    DELIVERY_PICK_UP,
    DELIVERY_RADIUS_KM,
    DELIVERY_HUB_ID,
    DELIVERY_NOTE,
    MINIMUM_ORDER_VALUE,
    MINIMUM_ORDER_UNIT,
    AUDIENCES,
    COMMUNE,
    OFFER_STATUS,
    EXPIRES,
    UPDATED,
    REVISION,
];

pub(super) const NEEDS: &[Field] = &[
    EXTERNAL,
    ID,
    ORGANISATION,
    ORGANISATION_ID,
    TITLE,
    DESCRIPTION,
    PRODUCT,
    QUANTITY,
    QUANTITY_UNIT,
    PERIOD,
    MONTHS,
    NEEDED_FROM,
    NEEDED_TO,
    BUDGET_MIN,
    BUDGET_MAX,
    BUDGET_CURRENCY,
    BUDGET_PER,
    COMMUNE,
    LOCAL_RULE,
    LOCAL_TERRITORY_ID,
    LOCAL_RADIUS_KM,
    ORGANIC,
    REQUIRED_LABELS,
    DEADLINE,
    NEED_STATUS,
    REASON,
    EXPIRES,
    UPDATED,
    REVISION,
];
