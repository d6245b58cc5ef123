//! Every way the application says no, with its code, its field and its sentence in four languages. The server
//! and the browser speak from this one list.

mod sentences;

use crate::text::Lang;

/// A word outside a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of the known values")]
pub struct UnknownWord;

choices! {
    /// Why something was not done; clients must tolerate new values.
    pub enum Code as "RefusalCode" {
        /// The field must be filled in.
        Required = "REQUIRED",
        /// The text is longer than allowed.
        TooLong = "TOO_LONG",
        /// The list has more entries than allowed.
        TooMany = "TOO_MANY",
        /// The value has not the form or meaning it needs.
        Invalid = "INVALID",
        /// What the field names does not exist.
        UnknownReference = "UNKNOWN_REFERENCE",
        /// Another record has this value already.
        Duplicate = "DUPLICATE",
        /// Other records still use this one.
        InUse = "IN_USE",
        /// Somebody changed the record in between; the payload holds its present state.
        StaleRevision = "STALE_REVISION",
        /// There is no such record, or it is not yours to see.
        NotFound = "NOT_FOUND",
        /// The account may not do this.
        Forbidden = "FORBIDDEN",
        /// Sign in first.
        Unauthenticated = "UNAUTHENTICATED",
        /// The step from the present state to that one does not exist.
        Transition = "TRANSITION",
        /// A step would come to depend on itself.
        Cycle = "CYCLE",
        /// The fields were changed again since: undoing would lose that.
        UndoConflict = "UNDO_CONFLICT",
        /// The link or token is used, expired or unknown.
        LinkExpired = "LINK_EXPIRED",
        /// The retry differs from the first request with the same key.
        KeyReused = "KEY_REUSED",
        /// Closing the run would remove more than a tenth of the source's records.
        MassDeletion = "MASS_DELETION",
        /// Somebody removed the record here; the source's rows do not bring it back.
        RemovedHere = "REMOVED_HERE",
        /// What the dry run found no longer holds.
        PlanMoved = "PLAN_MOVED",
        /// The record does not lie, or did not lie, in the territories that the client is limited to.
        OutsideTerritory = "OUTSIDE_TERRITORY",
    }
}

choices! {
    /// What is wrong with a value.
    pub enum Invalid as "InvalidReason" {
        /// Not a web address.
        WebAddress = "WEB_ADDRESS",
        /// Not an e-mail address.
        Email = "EMAIL",
        /// Not a telephone number.
        Phone = "PHONE",
        /// An official number whose digits do not agree with its check, or of another length.
        OfficialNumber = "OFFICIAL_NUMBER",
        /// The end lies before the beginning.
        PeriodReversed = "PERIOD_REVERSED",
        /// More than a year ahead of what is said to have come about.
        TooFarAhead = "TOO_FAR_AHEAD",
        /// Not a time of day (14:00).
        TimeOfDay = "TIME_OF_DAY",
        /// A negative amount.
        Negative = "NEGATIVE",
        /// An amount with more than two decimals, or beyond all reason.
        Amount = "AMOUNT",
        /// The last administrator in use must stay one.
        LastAdministrator = "LAST_ADMINISTRATOR",
        /// A name for a request of 1 to 100 characters.
        RequestName = "REQUEST_NAME",
        /// Not a code: lower-case letters, digits and hyphens.
        CodeForm = "CODE_FORM",
        /// Not a point in or near Wallonia.
        Point = "POINT",
        /// A password of less than twelve characters, or too plain.
        Password = "PASSWORD",
        /// Not the password that the account has now.
        WrongPassword = "WRONG_PASSWORD",
        /// Not the authenticator's present code, or one that was used already.
        WrongCode = "WRONG_CODE",
        /// Not a place where this can be.
        Reference = "REFERENCE",
        /// An official territory keeps its official facts.
        OfficialTerritory = "OFFICIAL_TERRITORY",
        /// Exactly one of the owners must be given.
        Owner = "OWNER",
        /// A reason is needed for this.
        ReasonMissing = "REASON_MISSING",
        /// A number with more decimals than make sense, or beyond all reason.
        Number = "NUMBER",
        /// Not a month from 1 to 12.
        Month = "MONTH",
        /// The highest lies below the lowest.
        BandReversed = "BAND_REVERSED",
        /// A distance of 1 to 500 kilometres.
        Distance = "DISTANCE",
        /// A day or an instant between 1900 and 2200.
        Day = "DAY",
        /// Not of the expected type: text, number, list, object.
        Type = "TYPE",
        /// Not one of the words of a closed list.
        Word = "WORD",
        /// A source whose pushes are refused for now, or that is no more.
        SourcePaused = "SOURCE_PAUSED",
        /// A field that rows do not have.
        UnknownField = "UNKNOWN_FIELD",
        /// A field that stands twice in a row.
        Twice = "TWICE",
        /// Bytes that are not UTF-8.
        Utf8 = "UTF8",
        /// A need, an offer, or both must be named.
        Pair = "PAIR",
        /// It stays as it was first given.
        Settled = "SETTLED",
        /// Messages go encrypted: an address of `https`.
        Unencrypted = "UNENCRYPTED",
        /// An address inside a private network, which the server does not reach into.
        PrivateAddress = "PRIVATE_ADDRESS",
        /// A webhook to which nothing is sent, because its owner or the server stopped it.
        Stopped = "STOPPED",
        /// Two different records are needed.
        Itself = "ITSELF",
        /// Not a number as the file writes them.
        NumberForm = "NUMBER_FORM",
        /// Neither yes nor no.
        YesNo = "YES_NO",
        /// Not one sign that can stand between values.
        Separator = "SEPARATOR",
        /// Not somebody of the cell's staff whose account is in use.
        Officer = "OFFICER",
        /// Nobody stands in for themselves.
        Substitute = "SUBSTITUTE",
        /// The request is theirs already.
        SameOwner = "SAME_OWNER",
        /// Not one of the communes of Wallonia.
        Commune = "COMMUNE",
        /// Not a share of 1 to 100 percent.
        Percent = "PERCENT",
        /// Only of a meeting that was held can be said who was there.
        NotHeld = "NOT_HELD",
        /// A vote has 2 to 30 options.
        Options = "OPTIONS",
        /// A vote without a seat in mandate that could take part.
        NoSeats = "NO_SEATS",
        /// The vote's announced end has not come, and not every seat has voted.
        TooEarly = "TOO_EARLY",
        /// Ballots were cast already.
        BallotsCast = "BALLOTS_CAST",
        /// The vote is not open, or its time is over.
        VoteNotOpen = "VOTE_NOT_OPEN",
        /// A seat that has no vote here.
        NotEntitled = "NOT_ENTITLED",
        /// A ballot names options of its vote, each at most once.
        Ballot = "BALLOT",
        /// What failed must be said, or that nothing did.
        FailureUnsaid = "FAILURE_UNSAID",
        /// A rating from 1 to 5.
        Rating = "RATING",
        /// Nothing was begun yet of which to say what one thinks.
        NotBegun = "NOT_BEGUN",
        /// At least two are needed.
        Several = "SEVERAL",
        /// What is closed, paused or over.
        Closed = "CLOSED",
        /// A secret is good until a day within the next year.
        SecretLife = "SECRET_LIFE",
    }
}

/// The application says no.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, thiserror::Error)]
#[error("{}", self.message(Lang::En))]
#[expect(
    missing_docs,
    reason = "the fields are those of the sentence: field path, limit, count"
)]
pub enum Refusal {
    /// See [`Code::Required`].
    Required { field: String },
    /// See [`Code::TooLong`].
    TooLong { field: String, most: usize },
    /// See [`Code::TooMany`].
    TooMany { field: String, most: usize },
    /// See [`Code::Invalid`].
    Invalid { field: String, why: Invalid },
    /// See [`Code::UnknownReference`].
    UnknownReference { field: String },
    /// See [`Code::Duplicate`].
    Duplicate { field: String },
    /// See [`Code::InUse`].
    InUse { count: u64 },
    /// See [`Code::StaleRevision`].
    StaleRevision { current: i32 },
    /// See [`Code::NotFound`].
    NotFound,
    /// See [`Code::Forbidden`].
    Forbidden,
    /// See [`Code::Unauthenticated`].
    Unauthenticated,
    /// See [`Code::Transition`].
    Transition { field: String, from: String, to: String },
    /// See [`Code::Cycle`].
    Cycle { field: String },
    /// See [`Code::UndoConflict`].
    UndoConflict { fields: Vec<String> },
    /// See [`Code::LinkExpired`].
    LinkExpired,
    /// See [`Code::KeyReused`].
    KeyReused,
    /// See [`Code::MassDeletion`].
    MassDeletion { gone: u64, of: u64 },
    /// See [`Code::RemovedHere`].
    RemovedHere,
    /// See [`Code::PlanMoved`].
    PlanMoved,
    /// See [`Code::OutsideTerritory`].
    OutsideTerritory { field: String },
}

impl Refusal {
    /// Its code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Required { .. } => Code::Required,
            Self::TooLong { .. } => Code::TooLong,
            Self::TooMany { .. } => Code::TooMany,
            Self::Invalid { .. } => Code::Invalid,
            Self::UnknownReference { .. } => Code::UnknownReference,
            Self::Duplicate { .. } => Code::Duplicate,
            Self::InUse { .. } => Code::InUse,
            Self::StaleRevision { .. } => Code::StaleRevision,
            Self::NotFound => Code::NotFound,
            Self::Forbidden => Code::Forbidden,
            Self::Unauthenticated => Code::Unauthenticated,
            Self::Transition { .. } => Code::Transition,
            Self::Cycle { .. } => Code::Cycle,
            Self::UndoConflict { .. } => Code::UndoConflict,
            Self::LinkExpired => Code::LinkExpired,
            Self::KeyReused => Code::KeyReused,
            Self::MassDeletion { .. } => Code::MassDeletion,
            Self::RemovedHere => Code::RemovedHere,
            Self::PlanMoved => Code::PlanMoved,
            Self::OutsideTerritory { .. } => Code::OutsideTerritory,
        }
    }

    /// The field it is about, as a path with dots; empty where it is about the whole.
    #[must_use]
    pub fn field(&self) -> &str {
        match self {
            Self::Required { field }
            | Self::TooLong { field, .. }
            | Self::TooMany { field, .. }
            | Self::Invalid { field, .. }
            | Self::UnknownReference { field }
            | Self::Duplicate { field }
            | Self::OutsideTerritory { field }
            | Self::Transition { field, .. }
            | Self::Cycle { field } => field,
            Self::StaleRevision { .. } => "expectedRevision",
            Self::InUse { .. }
            | Self::NotFound
            | Self::Forbidden
            | Self::Unauthenticated
            | Self::UndoConflict { .. }
            | Self::LinkExpired
            | Self::KeyReused
            | Self::MassDeletion { .. }
            | Self::RemovedHere
            | Self::PlanMoved => "",
        }
    }

    /// The sentence for a person: what is wrong and what to do.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        let say = |fr: &str, nl: &str, de: &str, en: &str| {
            match lang {
                Lang::Fr => fr,
                Lang::Nl => nl,
                Lang::De => de,
                Lang::En => en,
            }
            .to_owned()
        };
        match self {
            Self::Required { .. } => say(
                "Ce champ est obligatoire.",
                "Dit veld is verplicht.",
                "Dieses Feld muss ausgefüllt werden.",
                "This field must be filled in.",
            ),
            Self::TooLong { most, .. } => say(
                &format!("Texte trop long: {most} caractères au plus."),
                &format!("Te lange tekst: hoogstens {most} tekens."),
                &format!("Zu langer Text: höchstens {most} Zeichen."),
                &format!("Too long: {most} characters at most."),
            ),
            Self::TooMany { most, .. } => say(
                &format!("Trop d'éléments: {most} au plus."),
                &format!("Te veel elementen: hoogstens {most}."),
                &format!("Zu viele Einträge: höchstens {most}."),
                &format!("Too many entries: {most} at most."),
            ),
            Self::Invalid { why, .. } => why.message(lang),
            Self::UnknownReference { .. } => say(
                "Ce que ce champ désigne n'existe pas (ou plus). Choisissez dans la liste.",
                "Wat dit veld aanduidt, bestaat niet (meer). Kies uit de lijst.",
                "Was dieses Feld nennt, gibt es nicht (mehr). Wählen Sie aus der Liste.",
                "What this field names does not exist (any more). Choose from the list.",
            ),
            Self::Duplicate { .. } => say(
                "Cette valeur existe déjà. Ouvrez la fiche existante ou choisissez-en une autre.",
                "Deze waarde bestaat al. Open de bestaande fiche of kies een andere.",
                "Diesen Wert gibt es schon. Öffnen Sie den bestehenden Eintrag oder wählen Sie einen anderen.",
                "This value exists already. Open the existing record or choose another.",
            ),
            Self::InUse { count } => say(
                &format!("Encore utilisé par {count} autre(s) fiche(s): retirez-le d'abord de celles-ci."),
                &format!("Nog gebruikt door {count} andere fiche(s): haal het daar eerst weg."),
                &format!("Noch von {count} anderen Einträgen benutzt: entfernen Sie es zuerst dort."),
                &format!("Still used by {count} other record(s): remove it there first."),
            ),
            Self::StaleRevision { current } => say(
                &format!(
                    "Quelqu'un a modifié cette fiche entre-temps (révision {current}). Comparez les deux versions, puis enregistrez."
                ),
                &format!(
                    "Iemand heeft deze fiche intussen gewijzigd (revisie {current}). Vergelijk beide versies en bewaar dan."
                ),
                &format!(
                    "Jemand hat diesen Eintrag inzwischen geändert (Revision {current}). Vergleichen Sie beide Fassungen und speichern Sie dann."
                ),
                &format!(
                    "Somebody changed this record in between (revision {current}). Compare both versions, then save."
                ),
            ),
            Self::NotFound => say(
                "Fiche introuvable.",
                "Fiche niet gevonden.",
                "Eintrag nicht gefunden.",
                "There is no such record.",
            ),
            Self::Forbidden => say(
                "Votre compte ne permet pas cette action. Demandez-la à un·e responsable de la Cellule.",
                "Uw account laat dit niet toe. Vraag het aan een verantwoordelijke van de Cel.",
                "Ihr Konto erlaubt das nicht. Wenden Sie sich an eine verantwortliche Person der Zelle.",
                "Your account may not do this. Ask the cell's staff.",
            ),
            Self::Unauthenticated => say(
                "Connectez-vous d'abord.",
                "Meld u eerst aan.",
                "Melden Sie sich zuerst an.",
                "Sign in first.",
            ),
            Self::Transition { from, to, .. } => say(
                &format!("Le passage de {from} à {to} n'est pas prévu."),
                &format!("De overgang van {from} naar {to} bestaat niet."),
                &format!("Der Übergang von {from} zu {to} ist nicht vorgesehen."),
                &format!("There is no step from {from} to {to}."),
            ),
            Self::Cycle { .. } => say(
                "Une étape ne peut pas dépendre d'elle-même, même par d'autres.",
                "Een stap kan niet van zichzelf afhangen, ook niet via andere.",
                "Ein Schritt kann nicht von sich selbst abhängen, auch nicht über andere.",
                "A step cannot depend on itself, not through others either.",
            ),
            Self::UndoConflict { fields } => {
                let fields = fields.join(", ");
                say(
                    &format!(
                        "Modifié depuis: {fields}. Annuler effacerait ces changements; corrigez plutôt la fiche."
                    ),
                    &format!(
                        "Sindsdien gewijzigd: {fields}. Ongedaan maken zou dat wissen; pas de fiche zelf aan."
                    ),
                    &format!(
                        "Seither geändert: {fields}. Rückgängigmachen würde das löschen; ändern Sie den Eintrag selbst."
                    ),
                    &format!("Changed since: {fields}. Undoing would lose that; edit the record instead."),
                )
            }
            Self::LinkExpired => say(
                "Ce lien a déjà servi ou a expiré. Demandez-en un nouveau.",
                "Deze link is al gebruikt of verlopen. Vraag een nieuwe.",
                "Dieser Link wurde schon benutzt oder ist abgelaufen. Bitten Sie um einen neuen.",
                "This link was used already or has expired. Ask for a new one.",
            ),
            Self::KeyReused => say(
                "Cette clé a déjà servi pour une autre demande.",
                "Deze sleutel diende al voor een andere aanvraag.",
                "Dieser Schlüssel diente schon für eine andere Anfrage.",
                "This key was used already for another request.",
            ),
            Self::RemovedHere => say(
                "Quelqu'un a retiré cette fiche ici. Envoyez d'abord sa suppression, ou demandez à la Cellule de la rétablir.",
                "Iemand heeft deze fiche hier verwijderd. Stuur eerst haar verwijdering, of vraag de Cel om ze terug te zetten.",
                "Jemand hat diesen Eintrag hier entfernt. Senden Sie zuerst seine Löschung, oder bitten Sie die Zelle, ihn wiederherzustellen.",
                "Somebody removed this record here. Send its deletion first, or ask the cell to bring it back.",
            ),
            Self::PlanMoved => say(
                "La situation a changé depuis l'essai à blanc: refaites-le et comparez.",
                "De toestand is veranderd sinds de proefrun: doe die opnieuw en vergelijk.",
                "Der Stand hat sich seit dem Probelauf geändert: wiederholen Sie ihn und vergleichen Sie.",
                "Things have moved since the dry run: run it again and compare.",
            ),
            Self::OutsideTerritory { .. } => say(
                "Cette fiche n'est pas, ou n'était pas, dans les territoires de ce client: vérifiez sa commune, ou demandez à la Cellule d'étendre l'accès.",
                "Deze fiche ligt of lag niet in de gebieden van deze client: controleer haar gemeente, of vraag de Cel om de toegang uit te breiden.",
                "Dieser Eintrag liegt oder lag nicht in den Gebieten dieses Clients: prüfen Sie seine Gemeinde, oder bitten Sie die Zelle, den Zugang zu erweitern.",
                "This record does not lie, or did not lie, in this client's territories: check its commune, or ask the cell to widen the access.",
            ),
            Self::MassDeletion { gone, of } => say(
                &format!(
                    "Clore cet envoi supprimerait {gone} fiches sur {of}: plus d'un dixième. Vérifiez que l'envoi est complet, ou confirmez en nommant la source."
                ),
                &format!(
                    "Dit afsluiten zou {gone} van {of} fiches verwijderen: meer dan een tiende. Controleer of de levering volledig is, of bevestig met de naam van de bron."
                ),
                &format!(
                    "Dieser Abschluss würde {gone} von {of} Einträgen entfernen: mehr als ein Zehntel. Prüfen Sie, ob die Lieferung vollständig ist, oder bestätigen Sie mit dem Namen der Quelle."
                ),
                &format!(
                    "Closing this run would remove {gone} of {of} records: more than a tenth. Check that the run is complete, or confirm by naming the source."
                ),
            ),
        }
    }
}
