//! Sends what waits in the outbox, one message after the other, until the server stops. What is due, and who of several
//! servers takes it, is the store's.

use std::time::Duration;

use domain::id::encode;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::response::Category;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use store::{Mail, Store};
use tokio::sync::watch;

/// How often the outbox is looked into.
const EVERY: Duration = Duration::from_secs(5);
/// How long one step of sending may take, and all of it: less than until another server may try.
const STEP: Duration = Duration::from_secs(15);
const WHOLE: Duration = Duration::from_secs(45);

/// The way to the mail server.
pub(crate) struct Sender {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why a message was not sent, and whether another attempt is of no use.
struct Failed {
    why: String,
    for_good: bool,
}

impl From<lettre::transport::smtp::Error> for Failed {
    fn from(error: lettre::transport::smtp::Error) -> Self {
        // That our own account there is refused (53x) says nothing of the message.
        let ours = error
            .status()
            .is_some_and(|code| code.category == Category::Unspecified3);
        Self {
            for_good: error.is_permanent() && !ours,
            why: error.to_string(),
        }
    }
}

impl Sender {
    /// By the mail server at this address, under this name.
    ///
    /// # Errors
    /// The address is none.
    pub(crate) fn new(url: &str, from: Mailbox) -> Result<Self, lettre::transport::smtp::Error> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?
            .timeout(Some(STEP))
            .build();
        Ok(Self { transport, from })
    }

    /// Sends what is due, again and again, until told to stop; what is under way then is finished.
    pub(crate) async fn run(self, store: Store, mut stopped: watch::Receiver<()>) {
        loop {
            // An error means that the other end is gone: the server stops.
            if stopped.has_changed().is_err() {
                return;
            }
            let sent = self.send_one(&store).await.unwrap_or_else(|error| {
                tracing::error!(%error, "the outbox cannot be read");
                false
            });
            if !sent {
                tokio::select! {
                    _ = stopped.changed() => return,
                    () = tokio::time::sleep(EVERY) => {}
                }
            }
        }
    }

    /// Whether there was something to send.
    async fn send_one(&self, store: &Store) -> store::Result<bool> {
        let Some(mail) = store.claim_mail().await? else {
            return Ok(false);
        };
        let (id, attempts) = (mail.id, mail.attempts);
        match self.deliver(mail).await {
            Ok(()) => {
                tracing::info!(mail = %id, attempts, "a message was sent");
                store.mail_sent(id).await?;
            }
            Err(Failed { why, for_good }) => {
                // What the mail server says can name a person: it stands in the outbox, not in the log.
                tracing::warn!(mail = %id, attempts, for_good, "a message could not be sent");
                store.mail_failed(id, &why, for_good).await?;
            }
        }
        Ok(true)
    }

    async fn deliver(&self, mail: Mail) -> Result<(), Failed> {
        let unfit = |why: String| Failed { why, for_good: true };
        let to: Address = mail
            .to
            .parse()
            .map_err(|error: lettre::address::AddressError| unfit(error.to_string()))?;
        // The same at every attempt, so that a message that arrives twice is known for one.
        let name = format!("<{}@{}>", encode(mail.id), self.from.email.domain());
        let message = Message::builder()
            .message_id(Some(name))
            .date(mail.made_at.into())
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.unwrap_or_default())
            .map_err(|error| unfit(error.to_string()))?;
        match tokio::time::timeout(WHOLE, self.transport.send(message)).await {
            Ok(sent) => sent.map(drop).map_err(Into::into),
            Err(_) => Err(Failed {
                why: "it took too long".to_owned(),
                for_good: false,
            }),
        }
    }
}
