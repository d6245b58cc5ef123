//! Passwords: hashed and compared a few at a time, off the threads that serve.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use domain::Mint;
use tokio::sync::Semaphore;

use super::internal;
use crate::problem::Fault;

/// How many passwords are hashed at once: each takes a core and 19 MiB.
const AT_ONCE: usize = 4;

/// The hash of a password that nobody has, made with the same costs as all others: comparing with it takes the
/// same time, so that the answer's delay does not tell whether an address has an account.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlzLg$O4W+ZZklqAvGRQwjAsLToZTl9YFcJD3ihuon947XNLw";

/// Hashes and compares passwords, a few at a time and off the threads that serve.
#[derive(Debug)]
pub struct Passwords {
    permits: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            permits: Semaphore::new(AT_ONCE),
        }
    }
}

impl Passwords {
    /// The hash to keep for a password.
    ///
    /// # Errors
    /// A fault of ours.
    pub async fn hash(&self, password: String, mint: &dyn Mint) -> Result<String, Fault> {
        let salt = mint.secret();
        self.off_thread(move || {
            let salt = SaltString::encode_b64(&salt[..16]).ok()?;
            Some(
                Argon2::default()
                    .hash_password(password.as_bytes(), &salt)
                    .ok()?
                    .to_string(),
            )
        })
        .await?
        .ok_or_else(|| internal("a password could not be hashed"))
    }

    /// Whether the password is the one of this hash; it takes as long where there is no hash.
    ///
    /// # Errors
    /// A fault of ours.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Fault> {
        self.off_thread(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
            let same = PasswordHash::new(&hash).is_ok_and(|hash| {
                Argon2::default()
                    .verify_password(password.as_bytes(), &hash)
                    .is_ok()
            });
            same && known
        })
        .await
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let _permit = self
            .permits
            .acquire()
            .await
            .map_err(|_| internal("no permit for hashing"))?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| internal("hashing panicked"))
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use uuid::Uuid;

    use super::*;

    struct Fixed;

    impl Mint for Fixed {
        fn now(&self) -> DateTime<Utc> {
            DateTime::UNIX_EPOCH
        }

        fn uuid(&self) -> Uuid {
            Uuid::nil()
        }

        fn secret(&self) -> [u8; 32] {
            [7; 32]
        }
    }

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let passwords = Passwords::default();
        let hash = passwords.hash("une ceinture verte".into(), &Fixed).await.unwrap();
        assert!(
            passwords
                .verify("une ceinture verte".into(), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify("une ceinture bleue".into(), Some(hash))
                .await
                .unwrap()
        );
        assert!(!passwords.verify("une ceinture verte".into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_costs_as_much_as_somebody() {
        let made = Passwords::default().hash("x".into(), &Fixed).await.unwrap();
        let (made, nobody) = (
            PasswordHash::new(&made).unwrap(),
            PasswordHash::new(NOBODY).unwrap(),
        );
        assert_eq!(
            (
                made.algorithm,
                made.version,
                made.params.clone(),
                made.hash.unwrap().len()
            ),
            (
                nobody.algorithm,
                nobody.version,
                nobody.params.clone(),
                nobody.hash.unwrap().len()
            )
        );
    }
}
