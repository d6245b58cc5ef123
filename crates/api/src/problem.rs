//! How the JSON routes say no: RFC 9457 documents, with the same codes as GraphQL, in the reader's language.
//! A handler answers a [`Fault`]; the outermost layer, which knows the language and the request, writes it.

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::{Lang, Refusal};

/// A sentence in French, Dutch, German and English.
pub type Sentence = [&'static str; 4];

/// The sentence in one of its languages.
#[must_use]
pub fn say(sentence: &Sentence, lang: Lang) -> &'static str {
    let [fr, nl, de, en] = sentence;
    match lang {
        Lang::Fr => fr,
        Lang::Nl => nl,
        Lang::De => de,
        Lang::En => en,
    }
}

/// In how many seconds a database that is away is asked again.
const AWAY: u64 = 5;

const OVERSIZED: Sentence = [
    "Ce filtre a trop de valeurs ou un texte trop long: au plus 100 valeurs par liste et 1000 octets par texte.",
    "Deze filter heeft te veel waarden of een te lange tekst: hoogstens 100 waarden per lijst en 1000 bytes per tekst.",
    "Dieser Filter hat zu viele Werte oder einen zu langen Text: höchstens 100 Werte je Liste und 1000 Bytes je Text.",
    "This filter has too many values or too long a text: at most 100 values in a list and 1000 bytes in a text.",
];
const YEAR: Sentence = [
    "Une date de filtre a une année de 0 à 9999.",
    "Een datum in een filter heeft een jaar van 0 tot 9999.",
    "Ein Datum in einem Filter hat ein Jahr von 0 bis 9999.",
    "A date in a filter has a year from 0 to 9999.",
];

/// What can be wrong with a request itself: the closed list of top-level codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The request cannot be read.
    BadRequest,
    /// A document is named that the server does not know.
    DocumentUnknown,
    /// No, a wrong or an expired token; a wrong password.
    Unauthenticated,
    /// Not allowed, or from another site's page.
    Forbidden,
    /// There is nothing here.
    NotFound,
    /// Another method is needed.
    MethodNotAllowed,
    /// None of the accepted forms can be written.
    NotAcceptable,
    /// The body is too large.
    PayloadTooLarge,
    /// The body's form is not accepted.
    UnsupportedMediaType,
    /// A cursor that is not ours, or of another order or filter.
    CursorInvalid,
    /// A cursor of the feed that is too old.
    CursorExpired,
    /// The operation is too deep or asks for too much at once.
    CostExceeded,
    /// Too many attempts.
    RateLimited,
    /// It took too long.
    Timeout,
    /// The database does not answer now.
    Unavailable,
    /// There is no room left for what was sent.
    StorageFull,
    /// A fault of ours.
    Internal,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 17] = [
        Self::BadRequest,
        Self::DocumentUnknown,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::NotAcceptable,
        Self::PayloadTooLarge,
        Self::UnsupportedMediaType,
        Self::CursorInvalid,
        Self::CursorExpired,
        Self::CostExceeded,
        Self::RateLimited,
        Self::Timeout,
        Self::Unavailable,
        Self::StorageFull,
        Self::Internal,
    ];

    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::BadRequest => "BAD_REQUEST",
            Self::DocumentUnknown => "DOCUMENT_UNKNOWN",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::NotAcceptable => "NOT_ACCEPTABLE",
            Self::PayloadTooLarge => "PAYLOAD_TOO_LARGE",
            Self::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Self::CursorInvalid => "CURSOR_INVALID",
            Self::CursorExpired => "CURSOR_EXPIRED",
            Self::CostExceeded => "COST_EXCEEDED",
            Self::RateLimited => "RATE_LIMITED",
            Self::Timeout => "TIMEOUT",
            Self::Unavailable => "UNAVAILABLE",
            Self::StorageFull => "STORAGE_FULL",
            Self::Internal => "INTERNAL",
        }
    }

    /// The HTTP status that goes with it.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest | Self::DocumentUnknown | Self::CursorInvalid | Self::CostExceeded => {
                StatusCode::BAD_REQUEST
            }
            Self::CursorExpired => StatusCode::GONE,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Timeout | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What it means, in one sentence.
    #[must_use]
    pub const fn sentence(self) -> Sentence {
        match self {
            Self::BadRequest => [
                "La demande ne peut pas être lue.",
                "De aanvraag kan niet gelezen worden.",
                "Die Anfrage kann nicht gelesen werden.",
                "The request cannot be read.",
            ],
            Self::DocumentUnknown => [
                "Ce documentId n'est pas connu ici: enregistrez le document, ou envoyez son texte.",
                "Deze documentId is hier niet bekend: registreer het document, of stuur de tekst ervan.",
                "Diese documentId ist hier nicht bekannt: Hinterlegen Sie das Dokument, oder senden Sie seinen Text.",
                "This documentId is not known here: register the document, or send its text.",
            ],
            Self::Unauthenticated => [
                "Connectez-vous (à nouveau).",
                "Meld u (opnieuw) aan.",
                "Melden Sie sich (erneut) an.",
                "Sign in (again).",
            ],
            Self::Forbidden => [
                "Ceci n'est pas permis.",
                "Dit is niet toegelaten.",
                "Das ist nicht erlaubt.",
                "This is not allowed.",
            ],
            Self::NotFound => [
                "Il n'y a rien à cette adresse.",
                "Op dit adres is er niets.",
                "Unter dieser Adresse gibt es nichts.",
                "There is nothing at this address.",
            ],
            Self::MethodNotAllowed => [
                "Cette adresse attend une autre méthode.",
                "Dit adres verwacht een andere methode.",
                "Diese Adresse erwartet eine andere Methode.",
                "This address wants another method.",
            ],
            Self::NotAcceptable => [
                "Aucune des formes acceptées n'est proposée ici.",
                "Geen van de aanvaarde vormen bestaat hier.",
                "Keine der akzeptierten Formen gibt es hier.",
                "None of the accepted forms is offered here.",
            ],
            Self::PayloadTooLarge => [
                "Le contenu envoyé est trop grand.",
                "De verzonden inhoud is te groot.",
                "Der gesendete Inhalt ist zu groß.",
                "The body is too large.",
            ],
            Self::UnsupportedMediaType => [
                "Envoyez du JSON (Content-Type: application/json).",
                "Stuur JSON (Content-Type: application/json).",
                "Senden Sie JSON (Content-Type: application/json).",
                "Send JSON (Content-Type: application/json).",
            ],
            Self::CursorInvalid => [
                "Ce curseur appartient à une autre liste, un autre ordre ou un autre filtre.",
                "Deze cursor hoort bij een andere lijst, volgorde of filter.",
                "Dieser Cursor gehört zu einer anderen Liste, Ordnung oder Filterung.",
                "This cursor belongs to another list, order or filter.",
            ],
            Self::CursorExpired => [
                "Ce curseur est trop ancien. Rechargez un export et suivez le flux depuis son curseur (en-tête Feed-Cursor), ou recommencez sans curseur.",
                "Deze cursor is te oud. Laad opnieuw een export en volg de feed vanaf zijn cursor (header Feed-Cursor), of begin opnieuw zonder cursor.",
                "Dieser Cursor ist zu alt. Laden Sie wieder einen Export und folgen Sie dem Feed ab dessen Cursor (Kopfzeile Feed-Cursor), oder beginnen Sie neu ohne Cursor.",
                "This cursor is too old. Load an export again and follow the feed from its cursor (header Feed-Cursor), or begin again without a cursor.",
            ],
            Self::CostExceeded => [
                "L'opération est trop profonde ou demande trop à la fois.",
                "De bewerking is te diep of vraagt te veel tegelijk.",
                "Die Operation ist zu tief oder verlangt zu viel auf einmal.",
                "The operation is too deep or asks for too much at once.",
            ],
            Self::RateLimited => [
                "Trop d'essais. Réessayez plus tard.",
                "Te veel pogingen. Probeer later opnieuw.",
                "Zu viele Versuche. Versuchen Sie es später wieder.",
                "Too many attempts. Try again later.",
            ],
            Self::Timeout => [
                "Cela a pris trop de temps. Réessayez.",
                "Dit duurde te lang. Probeer opnieuw.",
                "Das hat zu lange gedauert. Versuchen Sie es noch einmal.",
                "It took too long. Try again.",
            ],
            Self::Unavailable => [
                "La base de données ne répond pas pour le moment : réessayez dans quelques secondes.",
                "De databank antwoordt op dit ogenblik niet: probeer over enkele seconden opnieuw.",
                "Die Datenbank antwortet zurzeit nicht: Versuchen Sie es in einigen Sekunden erneut.",
                "The database does not answer at the moment: try again in a few seconds.",
            ],
            Self::StorageFull => [
                "Le serveur n'a plus de place : rien n'a été modifié. Prévenez son hébergeur, puis réessayez.",
                "De server heeft geen plaats meer: er is niets gewijzigd. Verwittig de beheerder en probeer daarna opnieuw.",
                "Der Server hat keinen Platz mehr: Es wurde nichts geändert. Benachrichtigen Sie den Betreiber, und versuchen Sie es dann erneut.",
                "The server has no room left: nothing was changed. Tell its host, then try again.",
            ],
            Self::Internal => [
                "Une erreur de notre côté. Si elle revient, donnez-nous ce numéro.",
                "Een fout aan onze kant. Geef ons dit nummer als ze terugkomt.",
                "Ein Fehler auf unserer Seite. Nennen Sie uns diese Nummer, wenn er wiederkommt.",
                "A fault of ours. Should it come back, give us this number.",
            ],
        }
    }
}

/// Why a request was not served.
#[derive(Clone, Debug)]
pub struct Fault {
    why: Why,
    detail: Option<Detail>,
    retry_after: Option<u64>,
}

#[derive(Clone, Debug)]
enum Why {
    Request(Code),
    Refused(Vec<Refusal>),
}

#[derive(Clone, Debug)]
enum Detail {
    Known(Sentence),
    Technical(String),
}

impl Fault {
    /// A fault in the request itself.
    #[must_use]
    pub const fn new(code: Code) -> Self {
        Self {
            why: Why::Request(code),
            detail: None,
            retry_after: None,
        }
    }

    /// The application says no.
    #[must_use]
    pub const fn refused(refusals: Vec<Refusal>) -> Self {
        Self {
            why: Why::Refused(refusals),
            detail: None,
            retry_after: None,
        }
    }

    /// With a sentence for this very case.
    #[must_use]
    pub fn because(mut self, sentence: Sentence) -> Self {
        self.detail = Some(Detail::Known(sentence));
        self
    }

    /// With what a parser says, in English.
    #[must_use]
    pub fn technically(mut self, detail: String) -> Self {
        self.detail = Some(Detail::Technical(detail));
        self
    }

    /// With the seconds to wait.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match &self.why {
            Why::Request(code) => code.status(),
            Why::Refused(refusals) => refusals
                .first()
                .map_or(StatusCode::UNPROCESSABLE_ENTITY, status_of),
        }
    }

    /// The code's word.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.why {
            Why::Request(code) => code.word(),
            Why::Refused(refusals) => refusals
                .first()
                .map_or(Code::BadRequest.word(), |refusal| refusal.code().word()),
        }
    }

    /// What it means, for a reader of this language.
    #[must_use]
    pub fn title(&self, lang: Lang) -> String {
        match &self.why {
            Why::Request(code) => say(&code.sentence(), lang).to_owned(),
            Why::Refused(refusals) => refusals.first().map_or_else(
                || say(&Code::BadRequest.sentence(), lang).to_owned(),
                |refusal| refusal.message(lang),
            ),
        }
    }

    /// What is to be said of this very case.
    #[must_use]
    pub fn detail(&self, lang: Lang) -> Option<String> {
        self.detail.as_ref().map(|detail| match detail {
            Detail::Known(sentence) => say(sentence, lang).to_owned(),
            Detail::Technical(text) => text.clone(),
        })
    }

    /// The one sentence for where there is room for no more: of this very case, or what it means with what the parser
    /// says.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        match &self.detail {
            None => self.title(lang),
            Some(Detail::Known(sentence)) => say(sentence, lang).to_owned(),
            Some(Detail::Technical(text)) => format!("{} ({text})", self.title(lang)),
        }
    }

    /// The seconds to wait, where waiting helps.
    #[must_use]
    pub const fn wait(&self) -> Option<u64> {
        self.retry_after
    }

    /// The document.
    #[must_use]
    pub fn document(&self, lang: Lang, request_id: &str) -> Problem {
        let errors = match &self.why {
            Why::Request(_) => Vec::new(),
            Why::Refused(refusals) => refusals
                .iter()
                .map(|refusal| ProblemField {
                    code: refusal.code().word(),
                    field: Some(refusal.field().to_owned()).filter(|field| !field.is_empty()),
                    message: refusal.message(lang),
                })
                .collect(),
        };
        Problem {
            kind: format!("/v1/docs#{}", self.code()),
            title: self.title(lang),
            status: self.status().as_u16(),
            detail: self.detail(lang),
            code: self.code(),
            request_id: request_id.to_owned(),
            errors,
        }
    }

    /// Writes the document into the response that stands for it, which keeps its headers.
    pub fn write(&self, response: &mut Response, lang: Lang, request_id: &str) {
        let document = serde_json::to_vec(&self.document(lang, request_id)).unwrap_or_default();
        *response.body_mut() = Body::from(document);
        let headers = response.headers_mut();
        headers.remove(CONTENT_LENGTH);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    }
}

const fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::Required { .. }
        | Refusal::TooLong { .. }
        | Refusal::TooMany { .. }
        | Refusal::Invalid { .. }
        | Refusal::UnknownReference { .. }
        | Refusal::Transition { .. }
        | Refusal::OutsideTerritory { .. }
        | Refusal::Cycle { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::Duplicate { .. }
        | Refusal::InUse { .. }
        | Refusal::StaleRevision { .. }
        | Refusal::UndoConflict { .. }
        | Refusal::KeyReused
        | Refusal::MassDeletion { .. }
        | Refusal::RemovedHere
        | Refusal::PlanMoved => StatusCode::CONFLICT,
        Refusal::NotFound => StatusCode::NOT_FOUND,
        Refusal::Forbidden => StatusCode::FORBIDDEN,
        Refusal::Unauthenticated => StatusCode::UNAUTHORIZED,
        Refusal::LinkExpired => StatusCode::GONE,
    }
}

impl From<&store::Error> for Fault {
    /// A refusal is for the caller; anything else is ours, logged here and nowhere else.
    fn from(error: &store::Error) -> Self {
        match error {
            store::Error::Refused(refusals) => Self::refused(refusals.clone()),
            store::Error::Cursor => Self::new(Code::CursorInvalid),
            store::Error::CursorExpired => Self::new(Code::CursorExpired),
            store::Error::TooOften(seconds) => Self::new(Code::RateLimited).retry_after(*seconds),
            store::Error::Oversized => Self::new(Code::BadRequest).because(OVERSIZED),
            store::Error::Year => Self::new(Code::BadRequest).because(YEAR),
            store::Error::Unavailable(_) => {
                tracing::warn!(%error, "the database is away");
                Self::new(Code::Unavailable).retry_after(AWAY)
            }
            store::Error::Full(_) => {
                tracing::error!(%error, "the disk is full");
                Self::new(Code::StorageFull)
            }
            store::Error::Database(_) | store::Error::Corrupt(_) => {
                tracing::error!(%error, "the store failed");
                Self::new(Code::Internal)
            }
        }
    }
}

impl From<store::Error> for Fault {
    fn from(error: store::Error) -> Self {
        Self::from(&error)
    }
}

impl IntoResponse for Fault {
    /// An empty response with the fault beside it: [`Fault::write`] fills it.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if self.status() == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Why a request was not served (RFC 9457).
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Where this code is explained.
    #[serde(rename = "type")]
    #[schema(example = "/v1/docs#NOT_FOUND")]
    pub kind: String,
    /// What the code means, in the language of Accept-Language.
    pub title: String,
    /// The HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// What is to be said of this very case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The code, for programs; clients must tolerate new values.
    #[schema(value_type = String, example = "NOT_FOUND")]
    pub code: &'static str,
    /// The number of this request, also in the x-request-id header and in the server's log.
    pub request_id: String,
    /// What is wrong with each field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemField>,
}

/// What is wrong with one field.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ProblemField {
    /// The code, for programs.
    #[schema(value_type = String, example = "REQUIRED")]
    pub code: &'static str,
    /// The field, as a path with dots.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The sentence for a person, in the language of Accept-Language.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_carries_its_code_its_fields_and_its_status() {
        let fault = Fault::refused(vec![
            Refusal::Required {
                field: "email".into(),
            },
            Refusal::NotFound,
        ]);
        let document = fault.document(Lang::Nl, "r1");
        assert_eq!(document.status, 422);
        assert_eq!(document.code, "REQUIRED");
        assert_eq!(document.errors[0].field.as_deref(), Some("email"));
        assert_eq!(document.errors[0].message, "Dit veld is verplicht.");
        assert_eq!(document.errors[1].field, None);
    }

    #[test]
    fn what_a_parser_says_stands_behind_a_sentence_in_the_reader_s_language() {
        let fault = Fault::new(Code::BadRequest).technically("expected }".into());
        assert_eq!(
            fault.message(Lang::De),
            "Die Anfrage kann nicht gelesen werden. (expected })"
        );
        assert_eq!(
            Fault::new(Code::BadRequest).because(YEAR).message(Lang::Nl),
            YEAR[1]
        );
    }

    #[test]
    fn a_fault_of_ours_says_nothing_of_its_cause() {
        let fault = Fault::from(store::Error::Corrupt("table person".into()));
        let document = serde_json::to_string(&fault.document(Lang::En, "r1")).unwrap();
        assert!(!document.contains("person"));
        assert!(document.contains("\"requestId\":\"r1\""));
    }
}
