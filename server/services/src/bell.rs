//! The bell that tells the workers of this node that something waits. No ring is lost on one who was busy.

use tokio::sync::watch;

#[derive(Debug)]
pub struct Bell(watch::Sender<()>);

/// Hears each ring since it last listened, several as one.
#[derive(Debug, Clone)]
pub struct Listener(watch::Receiver<()>);

impl Default for Bell {
    fn default() -> Self {
        Self(watch::Sender::new(()))
    }
}

impl Bell {
    pub fn ring(&self) {
        self.0.send_replace(());
    }

    /// What rang before this call is not heard.
    pub fn listen(&self) -> Listener {
        Listener(self.0.subscribe())
    }
}

impl Listener {
    /// Waits for a ring; comes back at once where one was missed.
    pub async fn heard(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending().await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_ring_while_nobody_waits_is_heard_afterwards() {
        let bell = Bell::default();
        let mut listener = bell.listen();
        bell.ring();
        bell.ring();
        listener.heard().await;
        let again = tokio::time::timeout(std::time::Duration::from_millis(20), listener.heard()).await;
        assert!(again.is_err(), "two rings are heard as one");
    }
}
