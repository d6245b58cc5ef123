//! A mail server for tests: takes every message and keeps it in memory.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A mail server of a test's own.
#[derive(Debug)]
pub struct Postbox {
    address: String,
    caught: Arc<Mutex<Vec<Caught>>>,
    serving: JoinHandle<()>,
}

/// A message that arrived.
#[derive(Clone, Debug, Default)]
pub struct Caught {
    /// Whom it is for, as the envelope says.
    pub to: Vec<String>,
    /// Its headers and its text, as sent, with the soft line breaks of quoted-printable taken out.
    pub data: String,
}

impl Postbox {
    /// Opens one on a free port.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("a bound socket has an address");
        let caught = Arc::new(Mutex::default());
        let serving = tokio::spawn({
            let caught = Arc::clone(&caught);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(converse(stream, Arc::clone(&caught)));
                }
            }
        });
        Self {
            address: format!("smtp://{address}"),
            caught,
            serving,
        }
    }

    /// Its address, as the server's setting wants it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.address
    }

    /// What has arrived.
    #[must_use]
    pub fn caught(&self) -> Vec<Caught> {
        self.caught.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for so many messages.
    ///
    /// # Panics
    /// Where they do not come within half a minute.
    pub async fn wait_for(&self, count: usize) -> Vec<Caught> {
        for _ in 0..300 {
            let caught = self.caught();
            if caught.len() >= count {
                return caught;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{} of {count} messages arrived", self.caught().len());
    }
}

impl Drop for Postbox {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// One conversation, as far as a client that sends plain text leads it.
async fn converse(mut stream: TcpStream, caught: Arc<Mutex<Vec<Caught>>>) -> std::io::Result<()> {
    let (reader, mut writer) = stream.split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 postbox\r\n").await?;
    let mut message = Caught::default();
    while let Some(line) = lines.next_line().await? {
        let word = line.get(..4).unwrap_or(&line).to_ascii_uppercase();
        let answer = match word.as_str() {
            "RCPT" => {
                let to = line.split(['<', '>']).nth(1).unwrap_or_default();
                message.to.push(to.to_owned());
                "250 ok"
            }
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    // A line that began with a point was sent with two.
                    let line = line.strip_prefix('.').unwrap_or(&line);
                    message.data.push_str(line);
                    message.data.push('\n');
                }
                message.data = message.data.replace("=\n", "");
                let whole = std::mem::take(&mut message);
                caught.lock().unwrap_or_else(PoisonError::into_inner).push(whole);
                "250 kept"
            }
            "QUIT" => {
                writer.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "250 ok",
        };
        writer.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}
