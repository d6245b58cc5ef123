//! How often somebody is told of new matches, and what the messages of the catalogue say.

use super::introduction::{Refused, Stage};
use crate::mail::Letter;
use crate::text::Lang;

choices! {
    /// How often somebody is told of new matches of their needs and offers of expertise.
    pub enum Frequency as "ExpertiseNoticeFrequency" default Weekly {
        /// At once.
        AtOnce = "AT_ONCE",
        /// Once a day at most.
        Daily = "DAILY",
        /// Once a week at most.
        Weekly = "WEEKLY",
        /// Never.
        Never = "NEVER",
    }
}

impl Frequency {
    /// How much time lies between two messages at least; none where there is never one.
    #[must_use]
    pub const fn least(self) -> Option<chrono::TimeDelta> {
        match self {
            Self::AtOnce => Some(chrono::TimeDelta::zero()),
            Self::Daily => Some(chrono::TimeDelta::days(1)),
            Self::Weekly => Some(chrono::TimeDelta::days(7)),
            Self::Never => None,
        }
    }
}

/// A new match as a message tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The need's title.
    pub need: String,
    /// The offer's title.
    pub expertise: String,
    /// Where it is on the site.
    pub link: String,
}

/// The path of a need on the screen.
#[must_use]
pub fn need_path(id: crate::id::ExpertiseNeedId) -> String {
    format!("besoins-expertise/{id}")
}

/// The path of an offer on the screen.
#[must_use]
pub fn expertise_path(id: crate::id::ExpertiseId) -> String {
    format!("expertises/{id}")
}

/// The path of one's introductions on the screen.
pub const INTRODUCTIONS: &str = "mises-en-relation";

fn one_of(lang: Lang, [fr, nl, de, en]: [String; 4]) -> String {
    match lang {
        Lang::Fr => fr,
        Lang::Nl => nl,
        Lang::De => de,
        Lang::En => en,
    }
}

fn letter(lang: Lang, subject: [&str; 4], text: [String; 4]) -> Letter {
    Letter {
        subject: one_of(lang, subject.map(str::to_owned)),
        text: one_of(lang, text),
    }
}

/// The new matches of somebody's needs and offers; `more` is how many others there are.
#[must_use]
pub fn matches(name: &str, told: &[Told], more: usize, lang: Lang) -> Letter {
    let mut lines = String::new();
    for Told {
        need,
        expertise,
        link,
    } in told
    {
        lines.push_str(&format!("- {need} ↔ {expertise}\n  {link}\n"));
    }
    if more > 0 {
        lines.push_str(&one_of(
            lang,
            [
                format!("… et {more} autre(s)\n"),
                format!("… en nog {more}\n"),
                format!("… und {more} weitere\n"),
                format!("… and {more} more\n"),
            ],
        ));
    }
    letter(
        lang,
        [
            "Expertise: de nouvelles correspondances",
            "Expertise: nieuwe overeenkomsten",
            "Fachwissen: neue Übereinstimmungen",
            "Expertise: new matches",
        ],
        [
            format!(
                "Bonjour {name},\n\nCes besoins et offres d'expertise pourraient aller ensemble:\n\n{lines}\nVous choisissez \
                 dans « Ma semaine » à quelle fréquence ces messages vous arrivent.\n"
            ),
            format!(
                "Dag {name},\n\nDeze behoeften en dit aanbod aan expertise kunnen bij elkaar passen:\n\n{lines}\nIn \"Mijn \
                 week\" kiest u hoe vaak u deze berichten krijgt.\n"
            ),
            format!(
                "Guten Tag {name},\n\ndiese Bedarfe und Angebote an Fachwissen könnten zusammenpassen:\n\n{lines}\nIn „Meine \
                 Woche“ wählen Sie, wie oft Sie diese Nachrichten erhalten.\n"
            ),
            format!(
                "Hello {name},\n\nThese needs and offers of expertise could go together:\n\n{lines}\nIn \"My week\" you choose \
                 how often these messages reach you.\n"
            ),
        ],
    )
}

/// What happened to an introduction, for the other side: proposed, accepted, refused and why.
#[must_use]
pub fn moved(
    name: &str,
    (need, expertise): (&str, &str),
    stage: Stage,
    refused: Option<Refused>,
    link: &str,
    lang: Lang,
) -> Letter {
    let why = refused.map_or_else(String::new, |why| format!(" ({})", why.told(lang)));
    let happened = match stage {
        Stage::Proposed => [
            "a été proposée: acceptez-la ou refusez-la",
            "werd voorgesteld: aanvaard of weiger ze",
            "wurde vorgeschlagen: nehmen Sie sie an oder lehnen Sie sie ab",
            "was proposed: accept or refuse it",
        ],
        Stage::Accepted => [
            "a été acceptée",
            "werd aanvaard",
            "wurde angenommen",
            "was accepted",
        ],
        Stage::Refused => [
            "a été refusée",
            "werd geweigerd",
            "wurde abgelehnt",
            "was refused",
        ],
        Stage::UnderWay => ["est en cours", "is bezig", "ist im Gang", "is under way"],
        Stage::Done => ["a abouti", "is geslaagd", "ist abgeschlossen", "is done"],
        Stage::WithoutResult => [
            "s'est terminée sans résultat",
            "eindigde zonder resultaat",
            "endete ohne Ergebnis",
            "ended without result",
        ],
    };
    let [fr, nl, de, en] = happened;
    letter(
        lang,
        [
            "Une mise en relation avance",
            "Een kennismaking gaat verder",
            "Eine Vermittlung geht weiter",
            "An introduction has moved",
        ],
        [
            format!(
                "Bonjour {name},\n\nLa mise en relation entre « {need} » et « {expertise} » {fr}{why}.\n\n{link}\n"
            ),
            format!(
                "Dag {name},\n\nDe kennismaking tussen \"{need}\" en \"{expertise}\" {nl}{why}.\n\n{link}\n"
            ),
            format!(
                "Guten Tag {name},\n\ndie Vermittlung zwischen „{need}“ und „{expertise}“ {de}{why}.\n\n{link}\n"
            ),
            format!(
                "Hello {name},\n\nThe introduction of \"{need}\" and \"{expertise}\" {en}{why}.\n\n{link}\n"
            ),
        ],
    )
}

/// That nothing has moved in an introduction for so many days.
#[must_use]
pub fn reminder(name: &str, (need, expertise): (&str, &str), days: i64, link: &str, lang: Lang) -> Letter {
    letter(
        lang,
        [
            "Une mise en relation attend",
            "Een kennismaking wacht",
            "Eine Vermittlung wartet",
            "An introduction is waiting",
        ],
        [
            format!(
                "Bonjour {name},\n\nRien n'a bougé depuis {days} jours dans la mise en relation entre « {need} » et \
                 « {expertise} ». Où en est-elle?\n\n{link}\n"
            ),
            format!(
                "Dag {name},\n\nSinds {days} dagen bewoog er niets in de kennismaking tussen \"{need}\" en \"{expertise}\". Hoe \
                 ver staat het?\n\n{link}\n"
            ),
            format!(
                "Guten Tag {name},\n\nseit {days} Tagen hat sich in der Vermittlung zwischen „{need}“ und „{expertise}“ nichts \
                 bewegt. Wie steht es damit?\n\n{link}\n"
            ),
            format!(
                "Hello {name},\n\nNothing has moved for {days} days in the introduction of \"{need}\" and \"{expertise}\". How \
                 does it stand?\n\n{link}\n"
            ),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_names_both_and_holds_its_link_on_a_line_of_its_own_in_every_language() {
        let link = "https://chantiers.example/mises-en-relation";
        let both = ("Rédiger un marché", "Atelier clauses");
        let told = [Told {
            need: both.0.into(),
            expertise: both.1.into(),
            link: link.into(),
        }];
        let mut texts = std::collections::HashSet::new();
        for lang in Lang::ALL {
            let mut letters = vec![
                matches("Anne", &told, 3, *lang),
                reminder("Anne", both, 7, link, *lang),
            ];
            letters.extend(
                Stage::ALL
                    .iter()
                    .map(|stage| moved("Anne", both, *stage, None, link, *lang)),
            );
            for letter in letters {
                assert!(letter.text.contains(both.0) && letter.text.contains(both.1));
                assert!(
                    letter.text.lines().any(|line| line.trim() == link),
                    "{}",
                    letter.text
                );
                assert!(texts.insert(letter.text));
            }
        }
        let refused = moved(
            "Anne",
            both,
            Stage::Refused,
            Some(Refused::TooFar),
            link,
            Lang::Nl,
        );
        assert!(refused.text.contains("(te ver)"));
    }
}
