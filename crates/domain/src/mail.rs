//! Messages to people: what they are about and how they read, in the reader's language. Keeping and sending them is
//! the server's.

use chrono::NaiveDate;

use crate::text::Lang;

choices! {
    /// What a message is about.
    pub enum Kind as "MailKind" {
        /// A link by which to choose a password.
        Invitation = "INVITATION",
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

#[cfg(test)]
mod tests {
    use super::*;

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
