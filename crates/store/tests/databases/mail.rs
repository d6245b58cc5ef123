//! The outbox: written with what causes it, claimed by one server at a time, attempted again, forgotten in time.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use chrono::TimeDelta;
use domain::page::Page;
use domain::person::{NewPerson, Person};
use serde_json::json;
use store::{FIRST_WAIT, Invitation, Mail, Store};
use testing::{administrator, both_engines, editor, input, kept, refused, visitor};

const SITE: &str = "https://chantiers.example/";

async fn invite(store: &Store, email: &str) -> (Person, Invitation) {
    let new: NewPerson =
        input(json!({"name": "Anne Dubois", "email": email, "role": "OFFICER", "language": "NL"}));
    kept(store.invite(&administrator(), new, SITE).await)
}

async fn mails(store: &Store) -> Vec<Mail> {
    let page = kept(store.mails(&administrator(), None, &Page::first(50)).await);
    page.edges.into_iter().map(|edge| edge.node).collect()
}

testing::both! {
    async fn an_invitation_is_written_with_its_link_in_the_person_s_language(store: Store) {
        let (_, invitation) = invite(&store, "anne@cellule.be").await;
        let [mail] = <[Mail; 1]>::try_from(mails(&store).await).unwrap();
        assert_eq!((mail.to.as_str(), mail.attempts, mail.sent_at), ("anne@cellule.be", 0, None));
        let text = mail.text.unwrap();
        assert!(text.contains(&format!("https://chantiers.example/invitation/{}", invitation.token)), "{text}");
        assert!(mail.subject.contains("uitnodiging"), "{}", mail.subject);
    }
}

testing::both! {
    async fn what_is_refused_writes_nothing(store: Store) {
        let new = |email: &str| input::<NewPerson>(json!({"name": "Anne", "email": email, "role": "OFFICER"}));
        kept(store.invite(&administrator(), new("a@b.be"), SITE).await);
        assert_eq!(refused(store.invite(&administrator(), new("a@b.be"), SITE).await), ["DUPLICATE email"]);
        assert_eq!(refused(store.invite(&editor(), new("c@b.be"), SITE).await), ["FORBIDDEN"]);
        assert_eq!(mails(&store).await.len(), 1);
    }
}

testing::both! {
    async fn a_new_link_takes_the_place_of_the_one_that_waits(store: Store) {
        let (person, _) = invite(&store, "anne@cellule.be").await;
        let second = kept(store.invite_again(&administrator(), person.id, SITE).await);
        let [mail] = <[Mail; 1]>::try_from(mails(&store).await).unwrap();
        assert!(mail.text.unwrap().contains(&second.token));
        kept(store.mail_sent(kept(store.claim_mail().await).unwrap().id).await);
        kept(store.invite_again(&administrator(), person.id, SITE).await);
        assert_eq!(mails(&store).await.len(), 2, "what was sent stays told");
        kept(store.remove::<Person>(&administrator(), person.id, 1).await);
        assert!(mails(&store).await.is_empty(), "and goes with the account");
    }
}

testing::both! {
    async fn a_message_is_claimed_by_one_of_many_servers(store: Store) {
        for n in 0..5 {
            invite(&store, &format!("p{n}@cellule.be")).await;
        }
        let claims = futures::future::join_all((0..12).map(|_| store.claim_mail())).await;
        let mut claimed: Vec<_> = claims.into_iter().filter_map(kept).map(|mail| mail.id).collect();
        claimed.sort_unstable();
        claimed.dedup();
        assert_eq!(claimed.len(), 5);
        assert!(kept(store.claim_mail().await).is_none());
    }
}

testing::both! {
    async fn what_was_sent_has_no_text_and_is_not_claimed_again(store: Store) {
        invite(&store, "anne@cellule.be").await;
        let mail = kept(store.claim_mail().await).unwrap();
        assert!(mail.text.is_some());
        kept(store.mail_sent(mail.id).await);
        let [mail] = <[Mail; 1]>::try_from(mails(&store).await).unwrap();
        assert!(mail.sent_at.is_some() && mail.text.is_none() && mail.next_attempt.is_none());
        assert!(kept(store.claim_mail().await).is_none());
        let count = async |waiting| kept(store.count_mails(&administrator(), waiting).await);
        assert_eq!((count(None).await, count(Some(true)).await, count(Some(false)).await), (1, 0, 1));
    }
}

testing::both! {
    async fn only_an_administrator_reads_the_outbox(store: Store) {
        let page = Page::first(5);
        assert_eq!(refused(store.mails(&editor(), None, &page).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.mails(&visitor(), None, &page).await), ["UNAUTHENTICATED"]);
        assert_eq!(refused(store.count_mails(&editor(), None).await), ["FORBIDDEN"]);
    }
}

testing::both! {
    async fn the_outbox_is_read_page_by_page(store: Store) {
        for n in 0..5 {
            invite(&store, &format!("p{n}@cellule.be")).await;
        }
        let first = kept(store.mails(&administrator(), Some(true), &Page::first(3)).await);
        assert!(first.has_next && first.edges[0].node.to == "p4@cellule.be");
        let next = Page::from_arguments(Some(3), Some(first.edges[2].cursor.clone()), None, None).unwrap();
        let rest = kept(store.mails(&administrator(), Some(true), &next).await);
        let to: Vec<&str> = rest.edges.iter().map(|edge| edge.node.to.as_str()).collect();
        assert_eq!(to, ["p1@cellule.be", "p0@cellule.be"]);
        assert!(matches!(store.mails(&administrator(), None, &next).await, Err(store::Error::Cursor)));
    }
}

#[tokio::test]
async fn what_failed_is_attempted_again_later_and_given_up_in_the_end() {
    let [one, other] = both_engines().await;
    for database in [&one, &other] {
        let store = database.store();
        invite(&store, "anne@cellule.be").await;
        let mail = kept(store.claim_mail().await).unwrap();
        kept(store.mail_failed(mail.id, "the mail server is away", false).await);
        assert!(kept(store.claim_mail().await).is_none(), "not at once");
        database.mint().pass(FIRST_WAIT);
        assert_eq!(kept(store.claim_mail().await).unwrap().attempts, 2);
        database.mint().pass(FIRST_WAIT);
        assert!(kept(store.claim_mail().await).is_none(), "the wait doubles");
        let mut attempts = 2;
        for _ in 0..50 {
            database.mint().pass(TimeDelta::hours(7));
            attempts += i32::from(kept(store.claim_mail().await).is_some());
        }
        assert_eq!(attempts, 20);
        let [mail] = <[Mail; 1]>::try_from(mails(&store).await).unwrap();
        assert_eq!(mail.last_error.as_deref(), Some("the mail server is away"));
        assert!(mail.sent_at.is_none() && mail.next_attempt.is_none());

        invite(&store, "nobody@cellule.be").await;
        let mail = kept(store.claim_mail().await).unwrap();
        kept(store.mail_failed(mail.id, "no such mailbox", true).await);
        database.mint().pass(TimeDelta::days(2));
        assert!(kept(store.claim_mail().await).is_none(), "refused for good");
    }
    let [_, other] = [one, other];
    other.close().await;
}

#[tokio::test]
async fn what_was_sent_long_ago_is_forgotten() {
    let [one, other] = both_engines().await;
    for database in [&one, &other] {
        let store = database.store();
        for email in ["a@cellule.be", "b@cellule.be"] {
            invite(&store, email).await;
            kept(store.mail_sent(kept(store.claim_mail().await).unwrap().id).await);
            database.mint().pass(TimeDelta::days(91));
        }
        let left: Vec<String> = mails(&store).await.into_iter().map(|mail| mail.to).collect();
        assert_eq!(left, ["b@cellule.be"]);
    }
    let [_, other] = [one, other];
    other.close().await;
}
