//! What is wrong with a value, said in each language.

use super::Invalid;
use crate::text::Lang;

impl Invalid {
    /// The sentence for a person.
    #[must_use]
    pub fn message(self, lang: Lang) -> String {
        let [fr, nl, de, en] = match self {
            Self::WebAddress => [
                "Ce n'est pas une adresse web. Exemple: https://exemple.be",
                "Dit is geen webadres. Voorbeeld: https://voorbeeld.be",
                "Das ist keine Webadresse. Beispiel: https://beispiel.be",
                "This is not a web address. Example: https://example.be",
            ],
            Self::Email => [
                "Ce n'est pas une adresse e-mail. Exemple: nom@exemple.be",
                "Dit is geen e-mailadres. Voorbeeld: naam@voorbeeld.be",
                "Das ist keine E-Mail-Adresse. Beispiel: name@beispiel.be",
                "This is not an e-mail address. Example: name@example.be",
            ],
            Self::Phone => [
                "Ce n'est pas un numéro de téléphone. Exemple: +32 81 12 34 56",
                "Dit is geen telefoonnummer. Voorbeeld: +32 81 12 34 56",
                "Das ist keine Telefonnummer. Beispiel: +32 81 12 34 56",
                "This is not a telephone number. Example: +32 81 12 34 56",
            ],
            Self::OfficialNumber => [
                "Ce numéro n'est pas bien formé: vérifiez ses chiffres.",
                "Dit nummer is niet goed gevormd: controleer de cijfers.",
                "Diese Nummer ist nicht richtig gebildet: prüfen Sie die Ziffern.",
                "This number is not well formed: check its digits.",
            ],
            Self::PeriodReversed => [
                "La fin précède le début.",
                "Het einde ligt voor het begin.",
                "Das Ende liegt vor dem Anfang.",
                "The end lies before the beginning.",
            ],
            Self::TooFarAhead => [
                "Cette date est à plus d'un an d'ici: dites ce qui a eu lieu, ou va avoir lieu bientôt.",
                "Deze datum ligt meer dan een jaar vooruit: zeg wat gebeurd is, of binnenkort gebeurt.",
                "Dieses Datum liegt mehr als ein Jahr voraus: sagen Sie, was geschehen ist oder bald geschieht.",
                "This date is more than a year ahead: say what has come about, or soon will.",
            ],
            Self::TimeOfDay => [
                "Ce n'est pas une heure. Exemple: 14:00",
                "Dit is geen uur. Voorbeeld: 14:00",
                "Das ist keine Uhrzeit. Beispiel: 14:00",
                "This is not a time of day. Example: 14:00",
            ],
            Self::Negative => [
                "Le montant ne peut pas être négatif.",
                "Het bedrag kan niet negatief zijn.",
                "Der Betrag kann nicht negativ sein.",
                "The amount cannot be negative.",
            ],
            Self::Amount => [
                "Un montant a deux décimales au plus.",
                "Een bedrag heeft hoogstens twee decimalen.",
                "Ein Betrag hat höchstens zwei Dezimalstellen.",
                "An amount has two decimals at most.",
            ],
            Self::LastAdministrator => [
                "C'est le dernier compte d'administration: donnez d'abord ce rôle à quelqu'un d'autre.",
                "Dit is de laatste beheerdersaccount: geef die rol eerst aan iemand anders.",
                "Das ist das letzte Verwaltungskonto: geben Sie diese Rolle zuerst jemand anderem.",
                "This is the last administrator's account: give that role to somebody else first.",
            ],
            Self::RequestName => [
                "Le nom d'une demande a de 1 à 100 caractères.",
                "De naam van een aanvraag telt 1 tot 100 tekens.",
                "Der Name einer Anfrage hat 1 bis 100 Zeichen.",
                "A request's name has 1 to 100 characters.",
            ],
            Self::CodeForm => [
                "Un code n'a que des minuscules sans accent, des chiffres et des tirets.",
                "Een code heeft enkel kleine letters zonder accent, cijfers en koppeltekens.",
                "Ein Code hat nur Kleinbuchstaben ohne Akzent, Ziffern und Bindestriche.",
                "A code has only plain lower-case letters, digits and hyphens.",
            ],
            Self::Point => [
                "Ce point n'est pas en Belgique ni à ses abords.",
                "Dit punt ligt niet in of bij België.",
                "Dieser Punkt liegt nicht in oder bei Belgien.",
                "This point is not in or near Belgium.",
            ],
            Self::Password => [
                "Au moins 12 caractères, et pas toujours les mêmes.",
                "Minstens 12 tekens, en niet steeds dezelfde.",
                "Mindestens 12 Zeichen, und nicht immer dieselben.",
                "At least 12 characters, and not always the same ones.",
            ],
            Self::WrongPassword => [
                "Ce n'est pas votre mot de passe actuel.",
                "Dit is niet uw huidige wachtwoord.",
                "Das ist nicht Ihr jetziges Passwort.",
                "This is not your present password.",
            ],
            Self::WrongCode => [
                "Ce code ne convient pas, ou a déjà servi: attendez le suivant.",
                "Deze code klopt niet of werd al gebruikt: wacht op de volgende.",
                "Dieser Code stimmt nicht oder wurde schon benutzt: warten Sie auf den nächsten.",
                "This code is not right, or was used already: wait for the next one.",
            ],
            Self::Reference => [
                "Ceci ne peut pas être lié ici.",
                "Dit kan hier niet gekoppeld worden.",
                "Das kann hier nicht verknüpft werden.",
                "This cannot be linked here.",
            ],
            Self::OfficialTerritory => [
                "Les territoires officiels gardent leurs données officielles.",
                "Officiële gebieden behouden hun officiële gegevens.",
                "Amtliche Gebiete behalten ihre amtlichen Angaben.",
                "Official territories keep their official facts.",
            ],
            Self::Owner => [
                "Indiquez un chantier ou un projet, pas les deux.",
                "Geef een chantier of een project op, niet beide.",
                "Geben Sie einen Chantier oder ein Projekt an, nicht beides.",
                "Give a chantier or a project, not both.",
            ],
            Self::ReasonMissing => [
                "Dites pourquoi: la raison est gardée avec le changement.",
                "Zeg waarom: de reden wordt bij de wijziging bewaard.",
                "Sagen Sie warum: der Grund wird mit der Änderung aufbewahrt.",
                "Say why: the reason is kept with the change.",
            ],
            Self::Number => [
                "Ce nombre a trop de décimales ou est trop grand.",
                "Dit getal heeft te veel decimalen of is te groot.",
                "Diese Zahl hat zu viele Dezimalstellen oder ist zu groß.",
                "This number has too many decimals or is too large.",
            ],
            Self::Month => [
                "Un mois est un nombre de 1 (janvier) à 12 (décembre).",
                "Een maand is een getal van 1 (januari) tot 12 (december).",
                "Ein Monat ist eine Zahl von 1 (Januar) bis 12 (Dezember).",
                "A month is a number from 1 (January) to 12 (December).",
            ],
            Self::BandReversed => [
                "Le maximum est plus petit que le minimum.",
                "Het maximum is kleiner dan het minimum.",
                "Das Höchste ist kleiner als das Niedrigste.",
                "The highest is smaller than the lowest.",
            ],
            Self::Distance => [
                "Une distance va de 1 à 500 kilomètres.",
                "Een afstand gaat van 1 tot 500 kilometer.",
                "Eine Entfernung reicht von 1 bis 500 Kilometer.",
                "A distance is 1 to 500 kilometres.",
            ],
            Self::Day => [
                "Une date se situe entre 1900 et 2200 et s'écrit 2026-11-25.",
                "Een datum ligt tussen 1900 en 2200 en wordt geschreven als 2026-11-25.",
                "Ein Datum liegt zwischen 1900 und 2200 und wird 2026-11-25 geschrieben.",
                "A date lies between 1900 and 2200 and is written 2026-11-25.",
            ],
            Self::Type => [
                "Cette valeur n'est pas du type attendu (texte, nombre, liste ou objet): voyez le schéma publié.",
                "Deze waarde heeft niet het verwachte type (tekst, getal, lijst of object): zie het gepubliceerde schema.",
                "Dieser Wert hat nicht den erwarteten Typ (Text, Zahl, Liste oder Objekt): siehe das veröffentlichte Schema.",
                "This value has not the expected type (text, number, list or object): see the published schema.",
            ],
            Self::Twice => [
                "Ce champ figure deux fois dans la ligne: n'en gardez qu'un.",
                "Dit veld staat twee keer in de rij: behoud er één.",
                "Dieses Feld steht zweimal in der Zeile: behalten Sie nur eines.",
                "This field stands twice in the row: keep one of them.",
            ],
            Self::UnknownField => [
                "Les lignes n'ont pas ce champ: voyez le schéma publié.",
                "Rijen hebben dit veld niet: zie het gepubliceerde schema.",
                "Zeilen haben dieses Feld nicht: siehe das veröffentlichte Schema.",
                "Rows have no such field: see the published schema.",
            ],
            Self::Utf8 => [
                "Cette ligne n'est pas en UTF-8: convertissez-la.",
                "Deze rij is niet in UTF-8: zet ze om.",
                "Diese Zeile ist nicht in UTF-8: wandeln Sie sie um.",
                "This row is not UTF-8: convert it.",
            ],
            Self::SourcePaused => [
                "Les envois de cette source sont suspendus. Écrivez à la Cellule.",
                "De leveringen van deze bron zijn opgeschort. Schrijf naar de Cel.",
                "Die Lieferungen dieser Quelle sind ausgesetzt. Schreiben Sie der Zelle.",
                "This source's pushes are suspended. Write to the cell.",
            ],
            Self::Word => [
                "Ce mot ne fait pas partie de la liste publiée.",
                "Dit woord staat niet in de gepubliceerde lijst.",
                "Dieses Wort steht nicht in der veröffentlichten Liste.",
                "This word is not in the published list.",
            ],
            Self::Pair => [
                "Indiquez un besoin, une offre, ou les deux.",
                "Geef een behoefte, een aanbod of beide op.",
                "Geben Sie einen Bedarf, ein Angebot oder beides an.",
                "Name a need, an offer, or both.",
            ],
            Self::Settled => [
                "Ceci ne change plus: faites plutôt une autre fiche.",
                "Dit verandert niet meer: maak liever een andere fiche.",
                "Das ändert sich nicht mehr: legen Sie lieber einen anderen Eintrag an.",
                "This does not change any more: make another record instead.",
            ],
            Self::Unencrypted => [
                "Les messages ne partent que chiffrés: écrivez https://…",
                "Berichten vertrekken enkel versleuteld: schrijf https://…",
                "Nachrichten gehen nur verschlüsselt ab: schreiben Sie https://…",
                "Messages leave encrypted only: write https://…",
            ],
            Self::PrivateAddress => [
                "Cette adresse est dans un réseau privé: donnez-en une qui se joint depuis internet.",
                "Dit adres ligt in een privénetwerk: geef er een dat vanaf het internet bereikbaar is.",
                "Diese Adresse liegt in einem privaten Netz: geben Sie eine an, die aus dem Internet erreichbar ist.",
                "This address lies in a private network: give one that can be reached from the internet.",
            ],
            Self::Stopped => [
                "Ce webhook est arrêté: remettez-le d'abord en service.",
                "Deze webhook is stopgezet: zet hem eerst weer aan.",
                "Dieser Webhook ist angehalten: schalten Sie ihn zuerst wieder ein.",
                "This webhook is stopped: take it back into use first.",
            ],
            Self::Itself => [
                "Une fiche ne fusionne pas avec elle-même: choisissez-en une autre.",
                "Een fiche wordt niet met zichzelf samengevoegd: kies een andere.",
                "Ein Eintrag wird nicht mit sich selbst zusammengeführt: wählen Sie einen anderen.",
                "A record is not merged into itself: choose another.",
            ],
            Self::NumberForm => [
                "Ce n'est pas un nombre tel que ce fichier les écrit: vérifiez le signe décimal (1234,5 ou 1234.5).",
                "Dit is geen getal zoals dit bestand ze schrijft: controleer het decimaalteken (1234,5 of 1234.5).",
                "Das ist keine Zahl, wie diese Datei sie schreibt: prüfen Sie das Dezimalzeichen (1234,5 oder 1234.5).",
                "This is not a number as this file writes them: check the decimal mark (1234,5 or 1234.5).",
            ],
            Self::YesNo => [
                "Ni oui ni non. Écrivez oui ou non, ou dites ce que ce mot signifie.",
                "Noch ja noch nee. Schrijf ja of nee, of zeg wat dit woord betekent.",
                "Weder ja noch nein. Schreiben Sie ja oder nein, oder sagen Sie, was dieses Wort bedeutet.",
                "Neither yes nor no. Write yes or no, or say what this word means.",
            ],
            Self::Separator => [
                "Un séparateur est un seul signe, ni lettre ni chiffre: ; , | /",
                "Een scheidingsteken is één teken, geen letter of cijfer: ; , | /",
                "Ein Trennzeichen ist ein einziges Zeichen, weder Buchstabe noch Ziffer: ; , | /",
                "A separator is one sign, neither letter nor digit: ; , | /",
            ],
            Self::Officer => [
                "Choisissez quelqu'un de la Cellule dont le compte est en service.",
                "Kies iemand van de Cel met een account in gebruik.",
                "Wählen Sie jemanden aus der Zelle, dessen Konto in Gebrauch ist.",
                "Choose somebody of the cell's staff whose account is in use.",
            ],
            Self::Substitute => [
                "Personne ne se remplace soi-même: choisissez quelqu'un d'autre.",
                "Niemand vervangt zichzelf: kies iemand anders.",
                "Niemand vertritt sich selbst: wählen Sie jemand anderen.",
                "Nobody stands in for themselves: choose somebody else.",
            ],
            Self::SameOwner => [
                "Cette question est déjà à cette personne: choisissez-en une autre.",
                "Deze vraag is al van die persoon: kies iemand anders.",
                "Diese Anfrage gehört schon dieser Person: wählen Sie eine andere.",
                "This request is theirs already: choose somebody else.",
            ],
            Self::Commune => [
                "Choisissez une des 261 communes de Wallonie.",
                "Kies een van de 261 gemeenten van Wallonië.",
                "Wählen Sie eine der 261 Gemeinden der Wallonie.",
                "Choose one of the 261 communes of Wallonia.",
            ],
            Self::Percent => [
                "Donnez une part de 1 à 100 %.",
                "Geef een aandeel van 1 tot 100 %.",
                "Geben Sie einen Anteil von 1 bis 100 % an.",
                "Give a share of 1 to 100 %.",
            ],
            Self::NotHeld => [
                "Les présences se notent quand la réunion a eu lieu: indiquez-le d'abord.",
                "Aanwezigheden noteert u als de vergadering plaatsvond: geef dat eerst aan.",
                "Anwesenheiten werden vermerkt, wenn die Sitzung stattgefunden hat: geben Sie das zuerst an.",
                "Who was there is noted once the meeting was held: say that first.",
            ],
            Self::Options => [
                "Un vote propose de 2 à 30 options.",
                "Een stemming heeft 2 tot 30 opties.",
                "Eine Abstimmung hat 2 bis 30 Möglichkeiten.",
                "A vote has 2 to 30 options.",
            ],
            Self::NoSeats => [
                "Aucun siège n'est en mandat aujourd'hui: personne ne pourrait voter.",
                "Vandaag loopt van geen enkele zetel het mandaat: niemand zou kunnen stemmen.",
                "Kein Sitz ist heute im Mandat: niemand könnte abstimmen.",
                "No seat is in mandate today: nobody could vote.",
            ],
            Self::TooEarly => [
                "La fin annoncée n'est pas atteinte et tous les sièges n'ont pas voté.",
                "Het aangekondigde einde is niet bereikt en niet alle zetels hebben gestemd.",
                "Das angekündigte Ende ist nicht erreicht, und nicht alle Sitze haben abgestimmt.",
                "The announced end has not come, and not every seat has voted.",
            ],
            Self::BallotsCast => [
                "Des bulletins ont été déposés: ce vote ne peut plus qu'être clôturé.",
                "Er zijn stemmen uitgebracht: deze stemming kan alleen nog gesloten worden.",
                "Es wurden Stimmen abgegeben: diese Abstimmung kann nur noch geschlossen werden.",
                "Ballots were cast: this vote can only be closed now.",
            ],
            Self::VoteNotOpen => [
                "Ce vote n'est pas ouvert, ou son délai est passé.",
                "Deze stemming is niet open, of de termijn is voorbij.",
                "Diese Abstimmung ist nicht offen, oder ihre Frist ist abgelaufen.",
                "This vote is not open, or its time is over.",
            ],
            Self::NotEntitled => [
                "Ce siège ne vote pas ici: il n'était pas en mandat à l'ouverture du vote.",
                "Deze zetel stemt hier niet: het mandaat liep niet bij de opening van de stemming.",
                "Dieser Sitz stimmt hier nicht ab: er war bei der Eröffnung nicht im Mandat.",
                "This seat has no vote here: it was not in mandate when the vote was opened.",
            ],
            Self::Ballot => [
                "Un bulletin nomme des options de ce vote, chacune une fois au plus.",
                "Een stembiljet noemt opties van deze stemming, elk hoogstens één keer.",
                "Ein Stimmzettel nennt Möglichkeiten dieser Abstimmung, jede höchstens einmal.",
                "A ballot names options of this vote, each at most once.",
            ],
            Self::FailureUnsaid => [
                "Dites ce qui a échoué et pourquoi, ou cochez que rien n'a échoué (pas les deux).",
                "Zeg wat mislukte en waarom, of vink aan dat niets mislukte (niet beide).",
                "Sagen Sie, was misslungen ist und warum, oder kreuzen Sie an, dass nichts misslungen ist (nicht beides).",
                "Say what failed and why, or tick that nothing failed (not both).",
            ],
            Self::Rating => [
                "Une note va de 1 (inutile) à 5 (très utile).",
                "Een cijfer gaat van 1 (nutteloos) tot 5 (zeer nuttig).",
                "Eine Note reicht von 1 (nutzlos) bis 5 (sehr nützlich).",
                "A rating goes from 1 (of no use) to 5 (of great use).",
            ],
            Self::NotBegun => [
                "Rien n'a encore commencé: donnez votre avis une fois la mise en relation acceptée.",
                "Er is nog niets begonnen: geef uw mening zodra de kennismaking aanvaard is.",
                "Noch hat nichts begonnen: sagen Sie Ihre Meinung, sobald die Vermittlung angenommen ist.",
                "Nothing has begun yet: say what you think once the introduction is accepted.",
            ],
            Self::Several => [
                "Il en faut au moins deux.",
                "Er zijn er minstens twee nodig.",
                "Es braucht mindestens zwei.",
                "At least two are needed.",
            ],
            Self::Closed => [
                "Cette fiche est close, en pause ou dépassée: choisissez-en une autre, ou rouvrez-la.",
                "Deze fiche is gesloten, gepauzeerd of voorbij: kies een andere, of open ze opnieuw.",
                "Dieser Eintrag ist geschlossen, pausiert oder vorbei: wählen Sie einen anderen, oder öffnen Sie ihn wieder.",
                "This record is closed, paused or over: choose another, or open it again.",
            ],
            Self::SecretLife => [
                "Un secret vaut jusqu'à un moment à venir, dans les 365 jours: choisissez une autre échéance.",
                "Een geheim geldt tot een moment in de komende 365 dagen: kies een andere einddatum.",
                "Ein Geheimnis gilt bis zu einem Zeitpunkt in den nächsten 365 Tagen: wählen Sie ein anderes Ende.",
                "A secret is good until a moment within the next 365 days: choose another end.",
            ],
        };
        match lang {
            Lang::Fr => fr,
            Lang::Nl => nl,
            Lang::De => de,
            Lang::En => en,
        }
        .to_owned()
    }
}
