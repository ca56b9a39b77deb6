//! The outbox on both engines.

use domain::id::LetterId;
use domain::letter::{Lane, Letter};
use services::delivery::deliver_due;
use services::testing::{Lobby, both};
use store::outbox::OutboxState;

async fn story(lobby: Lobby) {
    let member = lobby.member("new@lindenhof.example").await;
    let services = &lobby.services;
    let ids: Vec<LetterId> = (0..3).map(|_| services.ids.next(services.now())).collect();
    let mut tx = services.store.begin().await.unwrap();
    let letters = ids.iter().map(|id| (*id, Lane::Bulk, Letter::Welcome { user: member.id }));
    store::outbox::push(&mut tx, letters, services.now()).await.unwrap();
    tx.commit().await.unwrap();

    // Two workers at once: each letter is taken by one of them.
    let (one, other) = tokio::join!(deliver_due(services), deliver_due(services));
    assert_eq!(one.unwrap() + other.unwrap(), 3, "{:?}", lobby.engine);
    let mut tx = services.store.read().await.unwrap();
    assert_eq!(store::mailbox::newest(&mut tx).await.unwrap().len(), 3);
    for id in ids {
        assert_eq!(store::outbox::get(&mut tx, id).await.unwrap().unwrap().value.state, OutboxState::Sent);
    }
}

#[tokio::test]
async fn two_workers_share_the_outbox() {
    for lobby in both().await {
        story(lobby).await;
    }
}
