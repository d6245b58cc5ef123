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
        /// A link by which to choose another password.
        PasswordReset = "PASSWORD_RESET",
        /// That another password was chosen by a link.
        PasswordChanged = "PASSWORD_CHANGED",
        /// A webhook to which nothing is sent any more.
        WebhookDisabled = "WEBHOOK_DISABLED",
        /// A request that the person has to see to.
        RequestToAnswer = "REQUEST_TO_ANSWER",
        /// An answer to what the person asked, or what came of it.
        RequestAnswered = "REQUEST_ANSWERED",
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

/// The link by which to choose another password, within the hour.
#[must_use]
pub fn password_reset(name: &str, link: &str, lang: Lang) -> Letter {
    let (subject, text) = match lang {
        Lang::Fr => (
            "Choisir un autre mot de passe",
            format!(
                "Bonjour {name},\n\nQuelqu'un, sans doute vous, a demandé à choisir un autre mot de passe sur Chantiers \
                 communs. Faites-le ici, dans l'heure:\n\n{link}\n\nCe lien ne sert qu'une fois. Si ce n'était pas \
                 vous, ne faites rien: votre mot de passe reste le même.\n"
            ),
        ),
        Lang::Nl => (
            "Een ander wachtwoord kiezen",
            format!(
                "Dag {name},\n\nIemand, wellicht u, vroeg om een ander wachtwoord te kiezen bij Chantiers communs. Doe \
                 dat hier, binnen het uur:\n\n{link}\n\nDeze link werkt één keer. Was u het niet, doe dan niets: uw \
                 wachtwoord blijft hetzelfde.\n"
            ),
        ),
        Lang::De => (
            "Ein anderes Passwort wählen",
            format!(
                "Guten Tag {name},\n\njemand, wohl Sie selbst, möchte bei Chantiers communs ein anderes Passwort \
                 wählen. Das geht hier, innerhalb einer Stunde:\n\n{link}\n\nDieser Link gilt einmal. Waren Sie es \
                 nicht, tun Sie nichts: Ihr Passwort bleibt dasselbe.\n"
            ),
        ),
        Lang::En => (
            "Choose another password",
            format!(
                "Hello {name},\n\nSomebody, probably you, asked to choose another password on Chantiers communs. Do so \
                 here, within the hour:\n\n{link}\n\nThis link works once. If it was not you, do nothing: your password \
                 stays the same.\n"
            ),
        ),
    };
    Letter {
        subject: subject.to_owned(),
        text,
    }
}

/// That another password was chosen by a link, and what to do where it was somebody else.
#[must_use]
pub fn password_changed(name: &str, sign_in: &str, lang: Lang) -> Letter {
    let (subject, text) = match lang {
        Lang::Fr => (
            "Votre mot de passe a changé",
            format!(
                "Bonjour {name},\n\nUn autre mot de passe vient d'être choisi pour votre compte sur Chantiers communs, \
                 par le lien envoyé à cette adresse. Toutes vos sessions sont fermées.\n\nSi ce n'était pas vous, \
                 demandez tout de suite un autre lien ici et prévenez la Cellule:\n\n{sign_in}\n"
            ),
        ),
        Lang::Nl => (
            "Uw wachtwoord is gewijzigd",
            format!(
                "Dag {name},\n\nEr is zonet een ander wachtwoord gekozen voor uw account bij Chantiers communs, met de \
                 link die naar dit adres ging. Al uw sessies zijn afgesloten.\n\nWas u het niet, vraag dan meteen hier \
                 een andere link aan en verwittig de Cel:\n\n{sign_in}\n"
            ),
        ),
        Lang::De => (
            "Ihr Passwort wurde geändert",
            format!(
                "Guten Tag {name},\n\nfür Ihr Konto bei Chantiers communs wurde soeben ein anderes Passwort gewählt, mit \
                 dem Link, der an diese Adresse ging. Alle Ihre Sitzungen sind beendet.\n\nWaren Sie es nicht, fordern \
                 Sie hier sofort einen anderen Link an und verständigen Sie die Zelle:\n\n{sign_in}\n"
            ),
        ),
        Lang::En => (
            "Your password was changed",
            format!(
                "Hello {name},\n\nAnother password was just chosen for your account on Chantiers communs, by the link \
                 that went to this address. All your sessions have ended.\n\nIf it was not you, ask for another link \
                 here at once, and tell the cell:\n\n{sign_in}\n"
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

/// That a request waits for the person's answer until a day, with its link where there is one to give.
#[must_use]
pub fn request_to_answer(
    name: &str,
    title: &str,
    due: Option<NaiveDate>,
    link: Option<&str>,
    lang: Lang,
) -> Letter {
    let day = due.map(|due| spelt(due, lang));
    let until = day.map_or_else(String::new, |day| match lang {
        Lang::Fr => format!(" Une réponse est attendue pour le {day}."),
        Lang::Nl => format!(" Een antwoord wordt verwacht tegen {day}."),
        Lang::De => format!(" Eine Antwort wird bis zum {day} erwartet."),
        Lang::En => format!(" An answer is awaited by {day}."),
    });
    let place = link.map_or_else(String::new, |link| format!("\n\n{link}"));
    let (subject, text) = match lang {
        Lang::Fr => (
            format!("À répondre: {title}"),
            format!(
                "Bonjour {name},\n\nUne question vous attend sur Chantiers communs: «\u{a0}{title}\u{a0}».{until}{place}\n"
            ),
        ),
        Lang::Nl => (
            format!("Te beantwoorden: {title}"),
            format!(
                "Dag {name},\n\nEr wacht een vraag op u bij Chantiers communs: \"{title}\".{until}{place}\n"
            ),
        ),
        Lang::De => (
            format!("Zu beantworten: {title}"),
            format!(
                "Guten Tag {name},\n\nbei Chantiers communs wartet eine Anfrage auf Sie: „{title}“.{until}{place}\n"
            ),
        ),
        Lang::En => (
            format!("To answer: {title}"),
            format!(
                "Hello {name},\n\nA request is waiting for you on Chantiers communs: \"{title}\".{until}{place}\n"
            ),
        ),
    };
    Letter { subject, text }
}

/// That what the person asked was answered or closed, with the link to it.
#[must_use]
pub fn request_answered(name: &str, title: &str, link: &str, lang: Lang) -> Letter {
    let (subject, text) = match lang {
        Lang::Fr => (
            format!("Réponse: {title}"),
            format!(
                "Bonjour {name},\n\nVotre question «\u{a0}{title}\u{a0}» a reçu une réponse sur Chantiers communs:\n\n{link}\n"
            ),
        ),
        Lang::Nl => (
            format!("Antwoord: {title}"),
            format!(
                "Dag {name},\n\nUw vraag \"{title}\" kreeg een antwoord bij Chantiers communs:\n\n{link}\n"
            ),
        ),
        Lang::De => (
            format!("Antwort: {title}"),
            format!(
                "Guten Tag {name},\n\nIhre Anfrage „{title}“ wurde bei Chantiers communs beantwortet:\n\n{link}\n"
            ),
        ),
        Lang::En => (
            format!("Answer: {title}"),
            format!(
                "Hello {name},\n\nYour request \"{title}\" was answered on Chantiers communs:\n\n{link}\n"
            ),
        ),
    };
    Letter { subject, text }
}

/// A day as it is written in a language.
fn spelt(day: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::Fr | Lang::Nl => day.format("%d/%m/%Y"),
        Lang::De => day.format("%d.%m.%Y"),
        Lang::En => day.format("%-d %B %Y"),
    }
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_announced_with_its_title_its_day_and_its_link_in_every_language() {
        let (title, link) = ("Un abattoir?", "https://chantiers.example/questions/request_x");
        let due = NaiveDate::from_ymd_opt(2026, 12, 9);
        let mut said = Vec::new();
        for lang in Lang::ALL {
            let told = request_to_answer("Anne", title, due, Some(link), *lang);
            assert!(told.text.contains("Anne") && told.text.contains(title) && told.text.contains("2026"));
            let bare = request_to_answer("Anne", title, None, None, *lang);
            assert!(!bare.text.contains("2026") && !bare.text.contains("https://"));
            let answered = request_answered("Anne", title, link, *lang);
            for letter in [&told, &answered] {
                assert!(letter.text.lines().any(|line| line == link) && letter.subject.contains(title));
            }
            said.extend([told.text, answered.text, bare.subject, answered.subject]);
        }
        said.sort_unstable();
        said.dedup();
        assert_eq!(said.len(), 4 * Lang::ALL.len());
    }

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
    fn another_password_is_spoken_of_with_its_link_on_a_line_of_its_own_in_every_language() {
        let link = "https://chantiers.example/mot-de-passe/x";
        let mut said = Vec::new();
        for lang in Lang::ALL {
            for letter in [
                password_reset("Anne", link, *lang),
                password_changed("Anne", link, *lang),
            ] {
                assert!(letter.text.lines().any(|line| line == link) && letter.text.contains("Anne"));
                said.extend([letter.subject, letter.text]);
            }
        }
        said.sort_unstable();
        said.dedup();
        assert_eq!(said.len(), 4 * Lang::ALL.len());
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
