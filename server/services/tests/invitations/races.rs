//! Two at once.

use super::*;

#[tokio::test]
async fn of_two_accepts_at_once_exactly_one_wins() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let listed = [invitation.id];
        let tries = (0..6).map(|_| take(&lobby, "ada@praxis.example", &listed));
        let done = join(tries).await;
        assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1, "{:?}", lobby.engine);
        for refusal in done.into_iter().filter_map(Result::err) {
            assert!(matches!(refusal, Refusal::Redeem(RedeemError::AlreadyAccepted(_))), "{refusal:?}");
        }
    }
}

#[tokio::test]
async fn the_last_places_of_a_group_are_given_once_whichever_owners_ask() {
    for lobby in testing::both().await {
        let mut owners = vec![lobby.group_with_owner().await];
        let group = owners[0].group().id;
        narrow(&lobby, &owners[0], Narrowing { most_guests: Some(3), ..Narrowing::default() }).await;
        for number in 1..8 {
            let owner = lobby.member(&format!("o{number}@lindenhof.example")).await;
            lobby.give_to_owner(group, owner.id).await;
            owners.push(lobby.viewer(owner.id).await.owner_of(&lobby.services, group).await.unwrap());
        }
        let at: Vec<String> = (0..8).map(|number| format!("g{number}@praxis.example")).collect();
        let verdicts = join(owners.iter().zip(&at).map(|(owner, at)| ask(&lobby, owner, at))).await.concat();
        assert_eq!(verdicts.iter().filter(|verdict| verdict.goes()).count(), 3, "{:?}", lobby.engine);
        let full = verdicts.iter().filter(|verdict| **verdict == Verdict::GroupFull { most: 3 });
        assert_eq!(full.count(), 5);
    }
}

#[tokio::test]
async fn a_new_address_invited_by_two_groups_at_once_is_one_guest() {
    for lobby in testing::both().await {
        let mut owners = Vec::new();
        for _ in 0..3 {
            owners.push(lobby.group_with_owner().await);
        }
        let verdicts = join(owners.iter().map(|owner| ask(&lobby, owner, "ada@praxis.example"))).await.concat();
        assert_eq!(verdicts, vec![Verdict::WillBeInvited; 3], "{:?}", lobby.engine);
        let pending = redemption::pending_for(&lobby.services, &lobby.proved("ada@praxis.example")).await.unwrap();
        assert_eq!(pending.len(), 3);
        assert!(pending.iter().all(|opened| opened.invitation.user == pending[0].invitation.user));
    }
}
