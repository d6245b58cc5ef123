//! Messages to people: what they are about and how they read, in the reader's language. Keeping and sending them is
//! the server's.

use chrono::NaiveDate;

use crate::text::Lang;
use crate::webhook::Disabled;

choices! {
    /// What a message is about.
    pub enum Kind as "MailKind" {
        /// A link by which to choose a password.
        Invitation = "INVITATION",
        /// A webhook to which nothing is sent any more.
        WebhookDisabled = "WEBHOOK_DISABLED",
        /// New matches of needs and offers of expertise.
        ExpertiseMatches = "EXPERTISE_MATCHES",
        /// An introduction was proposed, accepted or refused.
        Introduction = "INTRODUCTION",
        /// Nothing moves in an introduction.
        IntroductionReminder = "INTRODUCTION_REMINDER",
    }
}

/// What stands in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its subject.
    pub subject: String,
    /// Its text, in lines.
    pub text: String,
}

/// The invitation to an account, with the link by which to choose a password until the end of that day.
#[must_use]
pub fn invitation(name: &str, link: &str, until: NaiveDate, lang: Lang) -> Letter {
    let slashes = until.format("%d/%m/%Y");
    let (subject, text) = match lang {
        Lang::Fr => (
            "Votre invitation aux Chantiers communs",
            format!(
                "Bonjour {name},\n\nUn compte vous attend sur Chantiers communs. Choisissez votre mot de passe ici, avant \
                 le {slashes} :\n\n{link}\n\nCe lien ne sert qu'une fois. S'il ne sert plus, demandez-en un nouveau à \
                 la personne qui vous a invité·e.\n"
            ),
        ),
        Lang::Nl => (
            "Uw uitnodiging voor Chantiers communs",
            format!(
                "Dag {name},\n\nEr wacht een account op u bij Chantiers communs. Kies hier uw wachtwoord, vóór \
                 {slashes}:\n\n{link}\n\nDeze link werkt één keer. Werkt hij niet meer, vraag dan een nieuwe aan wie \
                 u uitnodigde.\n"
            ),
        ),
        Lang::De => (
            "Ihre Einladung zu Chantiers communs",
            format!(
                "Guten Tag {name},\n\nbei Chantiers communs wartet ein Konto auf Sie. Wählen Sie Ihr Passwort hier, vor \
                 dem {}:\n\n{link}\n\nDieser Link gilt einmal. Gilt er nicht mehr, bitten Sie die Person, die Sie \
                 eingeladen hat, um einen neuen.\n",
                until.format("%d.%m.%Y")
            ),
        ),
        Lang::En => (
            "Your invitation to Chantiers communs",
            format!(
                "Hello {name},\n\nAn account is waiting for you on Chantiers communs. Choose your password here, before \
                 {}:\n\n{link}\n\nThis link works once. Should it no longer work, ask whoever invited you for a new \
                 one.\n",
                until.format("%-d %B %Y")
            ),
        ),
    };
    Letter {
        subject: subject.to_owned(),
        text,
    }
}

/// That nothing is sent to a webhook any more, why, and how it goes on.
#[must_use]
pub fn webhook_disabled(name: &str, address: &str, reason: Disabled, lang: Lang) -> Letter {
    let why = match (reason, lang) {
        (Disabled::Gone, Lang::Fr) => "elle a répondu qu'elle n'existe plus (410)",
        (Disabled::Gone, Lang::Nl) => "het antwoordde dat het niet meer bestaat (410)",
        (Disabled::Gone, Lang::De) => "sie hat geantwortet, dass es sie nicht mehr gibt (410)",
        (Disabled::Gone, Lang::En) => "it answered that it is gone (410)",
        (Disabled::Failing, Lang::Fr) => "aucun message n'y arrive depuis cinq jours",
        (Disabled::Failing, Lang::Nl) => "er komt al vijf dagen geen bericht aan",
        (Disabled::Failing, Lang::De) => "seit fünf Tagen kommt dort keine Nachricht an",
        (Disabled::Failing, Lang::En) => "no message has arrived there for five days",
    };
    let (subject, text) = match lang {
        Lang::Fr => (
            "Votre webhook est arrêté",
            format!(
                "Bonjour {name},\n\nChantiers communs n'envoie plus de messages à cette adresse de votre organisation: \
                 {why}.\n\n{address}\n\nRien n'est perdu: le flux des changements dit tout. Une fois l'adresse \
                 rétablie, remettez le webhook en service (webhookUpdate, state: ACTIVE): les messages reprennent là où ils se \
                 sont arrêtés.\n"
            ),
        ),
        Lang::Nl => (
            "Uw webhook is stopgezet",
            format!(
                "Dag {name},\n\nChantiers communs stuurt geen berichten meer naar dit adres van uw organisatie: \
                 {why}.\n\n{address}\n\nEr gaat niets verloren: de wijzigingsfeed vertelt alles. Werkt het adres \
                 weer, zet dan de webhook weer aan (webhookUpdate, state: ACTIVE): de berichten gaan verder waar ze \
                 stopten.\n"
            ),
        ),
        Lang::De => (
            "Ihr Webhook ist angehalten",
            format!(
                "Guten Tag {name},\n\nChantiers communs sendet keine Nachrichten mehr an diese Adresse Ihrer \
                 Organisation: {why}.\n\n{address}\n\nEs geht nichts verloren: der Änderungsfeed sagt alles. Ist die \
                 Adresse wieder da, schalten Sie den Webhook wieder ein (webhookUpdate, state: ACTIVE): die Nachrichten \
                 gehen dort weiter, wo sie aufgehört haben.\n"
            ),
        ),
        Lang::En => (
            "Your webhook has been stopped",
            format!(
                "Hello {name},\n\nChantiers communs no longer sends messages to this address of your organisation: \
                 {why}.\n\n{address}\n\nNothing is lost: the change feed tells everything. Once the address works \
                 again, take the webhook back into use (webhookUpdate, state: ACTIVE): the messages go on where they \
                 stopped.\n"
            ),
        ),
    };
    Letter {
        subject: subject.to_owned(),
        text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_a_webhook_was_stopped_is_said_with_its_address_and_why_in_every_language() {
        let mut said = Vec::new();
        for lang in Lang::ALL {
            for reason in Disabled::ALL {
                let letter = webhook_disabled("Anne", "https://ferme.be/hook", *reason, *lang);
                assert!(letter.text.lines().any(|line| line == "https://ferme.be/hook"));
                said.push(letter.text);
            }
        }
        said.sort_unstable();
        said.dedup();
        assert_eq!(said.len(), Lang::ALL.len() * Disabled::ALL.len());
    }

    #[test]
    fn an_invitation_holds_its_link_on_a_line_of_its_own_in_every_language() {
        let until = NaiveDate::from_ymd_opt(2026, 12, 9).unwrap();
        let link = "https://chantiers.example/invitation/x";
        let mut subjects = Vec::new();
        for lang in Lang::ALL {
            let letter = invitation("Anne", link, until, *lang);
            assert!(letter.text.lines().any(|line| line == link), "{}", letter.text);
            assert!(letter.text.contains("Anne") && letter.text.contains("2026"));
            subjects.push(letter.subject);
        }
        subjects.sort_unstable();
        subjects.dedup();
        assert_eq!(subjects.len(), Lang::ALL.len());
    }
}
