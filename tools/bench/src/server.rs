//! The two servers as processes, each killed when it is done with.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::load::{Call, Connection, Target};

const EMAIL: &str = "mesure@chantiers.test";
const PASSWORD: &str = "correct horse battery staple";

/// A server under measure.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn free() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

impl Server {
    /// Starts the product on this database, with as many connections as the floor has.
    pub(crate) async fn product(binary: &Path, database: &str, folder: &Path) -> Result<Self> {
        let address = free()?;
        let child = Command::new(binary)
            .arg("serve")
            .env("CHANTIERS_DATA_DIR", folder)
            .env("CHANTIERS_DATABASE_URL", database)
            .env("CHANTIERS_LISTEN", address.to_string())
            .env("CHANTIERS_LOG", "warn")
            // One client asks for all of it: more than its share.
            .env("CHANTIERS_COST_PER_SECOND", "10000000")
            .env("CHANTIERS_ADMIN_EMAIL", EMAIL)
            .env("CHANTIERS_ADMIN_PASSWORD", PASSWORD)
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("{} (make build)", binary.display()))?;
        Self { child, address }.ready("/health/ready").await
    }

    /// Starts the floor.
    pub(crate) async fn floor(database: &str) -> Result<Self> {
        let address = free()?;
        let child = Command::new(std::env::current_exe()?)
            .args(["floor", database, &address.to_string()])
            .stdout(Stdio::null())
            .spawn()?;
        Self { child, address }.ready("/one/0").await
    }

    async fn ready(self, path: &str) -> Result<Self> {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(120) {
            if let Ok(mut connection) = Connection::open(self.address, None).await
                && connection.ask(&Call::get(path)).await.is_ok()
            {
                return Ok(self);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bail!("a server did not get ready")
    }

    /// Its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn target(&self, token: Option<String>) -> Target {
        Target {
            address: self.address,
            token,
        }
    }

    /// Signs in; a token is good for some minutes.
    pub(crate) async fn token(&self) -> Result<String> {
        let mut connection = Connection::open(self.address, None).await?;
        let body = json!({ "email": EMAIL, "password": PASSWORD }).to_string();
        let answer: Value = serde_json::from_slice(
            &connection
                .ask(&Call::post("/v1/session", "application/json", body))
                .await?,
        )?;
        Ok(answer["accessToken"].as_str().context("a token")?.to_owned())
    }

    /// Asks over GraphQL, signed in.
    pub(crate) async fn ask(&self, query: &str, variables: &Value) -> Result<Value> {
        let mut connection = Connection::open(self.address, Some(self.token().await?)).await?;
        let body = json!({ "query": query, "variables": variables }).to_string();
        let answer = connection
            .ask(&Call::post("/graphql", "application/json", body))
            .await?;
        Ok(serde_json::from_slice::<Value>(&answer)?["data"].take())
    }
}
