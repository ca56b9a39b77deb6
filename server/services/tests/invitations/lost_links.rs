//! Lost links: sent again, within limits, and alike for the known and the unknown.

use super::*;

#[tokio::test]
async fn a_lost_link_is_sent_again_once_in_a_quarter_of_an_hour() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let lost = async |at: &str| {
            redemption::lost(&lobby.services, address(at), origin(), lobby.correlation()).await.unwrap();
        };
        let found = async || {
            let letter = (Lane::Single, Letter::LostLink { invitation: invitation.id });
            letters(&lobby).await.iter().filter(|sent| **sent == letter).count()
        };
        lost("ADA@praxis.example").await;
        lost("ada@praxis.example").await;
        assert_eq!(found().await, 1);
        for _ in 0..4 {
            lobby.clock.advance(Span::minutes(15));
            lost("ada@praxis.example").await;
        }
        assert_eq!(found().await, 3, "three a day");
        lobby.clock.advance(Span::days(30));
        lost("ada@praxis.example").await;
        let asked = Letter::RenewalAsked { invitation: invitation.id, to: owner.viewer().user.id };
        for _ in 0..200 {
            if letters(&lobby).await.contains(&(Lane::Single, asked)) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert!(letters(&lobby).await.contains(&(Lane::Single, asked)));
        assert_eq!(found().await, 3, "an expired invitation has no link any more");
    }
}

#[tokio::test]
async fn one_client_asks_for_twenty_lost_links_in_an_hour_and_none_under_none() {
    for lobby in testing::both().await {
        let lost =
            async |at: String| redemption::lost(&lobby.services, address(&at), origin(), lobby.correlation()).await;
        for number in 0..20 {
            lost(format!("g{number}@praxis.example")).await.unwrap();
        }
        assert!(matches!(lost("x@praxis.example".to_owned()).await, Err(Refusal::TooMany { .. })));
        lobby.clock.advance(Span::hours(1));
        let stopped = Collaboration { allow_invites_from: AllowInvitesFrom::None, ..Collaboration::default() };
        collaborate(&lobby, stopped).await;
        assert_eq!(refused(lost("x@praxis.example".to_owned()).await), "invitations_stopped");
    }
}
