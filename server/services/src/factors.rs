pub(crate) async fn has_any(tx: &mut store::Tx, user: domain::id::UserId) -> crate::Verb<bool> {
    Ok(store::passkeys::has_any(tx, user).await?)
}
