//! What arrived in a test's mailbox.

use super::Lobby;

impl Lobby {
    /// The newest letter to an address, its text part; letters that wait leave first.
    pub async fn letter_to(&self, address: &str) -> Option<String> {
        self.letters_to(address).await.into_iter().next()
    }

    /// The newest code that went to an address.
    ///
    /// # Panics
    /// Where none did.
    pub async fn code_to(&self, address: &str) -> String {
        let letters = self.letters_to(address).await;
        letters.iter().find_map(|letter| code_in(letter)).unwrap_or_else(|| panic!("no code went to {address}"))
    }

    /// The newest first.
    async fn letters_to(&self, address: &str) -> Vec<String> {
        crate::delivery::deliver_due(&self.services).await.unwrap();
        let mut tx = self.services.store.read().await.unwrap();
        let letters = store::mailbox::newest(&mut tx).await.unwrap();
        letters.into_iter().filter(|letter| letter.recipient == address).map(|letter| letter.plain).collect()
    }
}

/// The eight digits of a letter, if it has a code.
pub fn code_in(letter: &str) -> Option<String> {
    let is_code = |line: &&str| line.len() == 8 && line.bytes().all(|byte| byte.is_ascii_digit());
    letter.lines().map(str::trim).find(is_code).map(str::to_owned)
}
