//! Inviting: the verdicts, the guest and the place that are made, and the limits.

use super::*;

#[tokio::test]
async fn each_address_of_a_list_gets_its_verdict_before_anything_is_sent() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let guest = lobby.guest("in@praxis.example").await;
        lobby.join(owner.group().id, &guest).await;
        lobby.guest("known@praxis.example").await;
        lobby.member("colleague@lindenhof.example").await;
        let off = lobby.guest("off@praxis.example").await;
        let admin = lobby.user_admin().await;
        people::disable(&lobby.services, &admin, off.id).await.unwrap();
        let waiting = invited(&lobby, &owner, "waiting@praxis.example").await;
        let list = "New Person <new@praxis.example>, in@praxis.example; known@praxis.example\ncolleague@lindenhof.example \
            off@praxis.example waiting@praxis.example NEW@praxis.example ada..b@praxis.example x@1indenhof.example";
        let by = inviting(&lobby, &owner);
        let lines = invitations::verdicts(&lobby.services, &by, list).await.unwrap();
        let verdicts: Vec<Verdict> = lines.iter().map(|line| line.verdict.clone()).collect();
        assert_eq!(
            verdicts,
            [
                Verdict::WillBeInvited,
                Verdict::AlreadyIn,
                Verdict::WillBeAdded,
                Verdict::MemberWillBeAdded,
                Verdict::AskAnAdministrator,
                Verdict::InvitedAlready { invitation: waiting.id, at: NOON },
                Verdict::TwiceInThisList,
                Verdict::Malformed { code: "address_dot".to_owned(), position: Some(5) },
                Verdict::Confirm { like: Some("lindenhof.example".to_owned()) },
            ]
        );
        assert_eq!(lines[0].name.as_deref(), Some("New Person"));
        assert_eq!(letters(&lobby).await.len(), 1, "only the letter that was sent before");
    }
}

#[tokio::test]
async fn who_invites_by_role_adds_neither_themselves_nor_who_holds_one() {
    for lobby in testing::both().await {
        let group = lobby.group_with_owner().await.group().id;
        let (people, chief) = (lobby.user_admin().await, lobby.admin().await.viewer().clone());
        let list = format!("{} {}", people.viewer().user.address, chief.user.address);
        let as_manager = async |viewer: &services::Viewer| {
            let by = inviting(&lobby, &viewer.clone().owner_of(&lobby.services, group).await.unwrap());
            let lines = invitations::verdicts(&lobby.services, &by, &list).await.unwrap();
            lines.into_iter().map(|line| line.verdict).collect::<Vec<_>>()
        };
        assert_eq!(as_manager(people.viewer()).await, [Verdict::AskAnAdministrator, Verdict::AskAnAdministrator]);
        assert_eq!(as_manager(&chief).await, [Verdict::MemberWillBeAdded, Verdict::MemberWillBeAdded]);
    }
}

#[tokio::test]
async fn an_invitation_makes_a_pending_guest_with_a_place_held_and_a_letter() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let known = lobby.guest("known@praxis.example").await;
        let colleague = lobby.member("colleague@lindenhof.example").await;
        let list = "Ada L <ada@praxis.example>, known@praxis.example, colleague@lindenhof.example";
        let verdicts = ask(&lobby, &owner, list).await;
        assert_eq!(verdicts, [Verdict::WillBeInvited, Verdict::WillBeAdded, Verdict::MemberWillBeAdded]);
        let invitation = newest(&lobby, &owner).await;
        let ada = lobby.user(invitation.user).await.value;
        assert_eq!((ada.shown_name(), ada.invited_by), ("Ada L", Some(owner.viewer().user.id)));
        assert_eq!(ada.external, Some(ExternalState::PendingAcceptance { since: NOON }));
        let held = membership(&lobby, &owner, &ada).await.unwrap();
        assert_eq!((held.held_for, held.counts(NOON)), (Some(invitation.id), false));
        for user in [&known, &colleague] {
            assert!(membership(&lobby, &owner, user).await.unwrap().counts(NOON));
        }
        let (group, by) = (owner.group().id, owner.viewer().user.id);
        let mut left = letters(&lobby).await;
        for letter in [
            Letter::Invitation { invitation: invitation.id },
            Letter::Added { group, user: known.id, by },
            Letter::Added { group, user: colleague.id, by },
        ] {
            let at = left.iter().position(|sent| *sent == (Lane::Single, letter)).unwrap();
            left.remove(at);
        }
        assert_eq!(left, []);
        let events: Vec<Action> = lobby.events().await.into_iter().map(|event| event.action).collect();
        for action in [Action::UserCreated, Action::InvitationCreated, Action::MemberAdded] {
            assert!(events.contains(&action), "{action}");
        }
        assert_eq!(ask(&lobby, &owner, list).await.iter().filter(|verdict| verdict.goes()).count(), 0);
    }
}

#[tokio::test]
async fn an_owner_sends_a_hundred_in_an_hour_and_is_told_when_there_are_more() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let list: Vec<String> = (0..101).map(|number| format!("guest{number}@praxis.example")).collect();
        let verdicts = ask(&lobby, &owner, &list.join("\n")).await;
        assert!(verdicts[..100].iter().all(Verdict::goes));
        let until = NOON + Span::hours(1);
        assert_eq!(verdicts[100], Verdict::OverYourLimit { until });
        assert!(lobby.events().await.iter().any(|event| event.action == Action::LimitHit));
        lobby.clock.advance(Span::hours(1));
        assert_eq!(ask(&lobby, &owner, "guest100@praxis.example").await, [Verdict::WillBeInvited]);
    }
}

#[tokio::test]
async fn one_mailbox_gets_three_letters_a_day_from_all_groups_together() {
    for lobby in testing::both().await {
        for tag in 0..3 {
            let owner = lobby.group_with_owner().await;
            invited(&lobby, &owner, &format!("ada+{tag}@praxis.example")).await;
        }
        let owner = lobby.group_with_owner().await;
        let until = NOON + Span::days(1);
        assert_eq!(ask(&lobby, &owner, "ada@praxis.example").await, [Verdict::TooManyLetters { until }]);
        lobby.clock.advance(Span::days(1));
        assert_eq!(ask(&lobby, &owner, "ada@praxis.example").await, [Verdict::WillBeInvited]);
    }
}

#[tokio::test]
async fn a_further_letter_leaves_only_when_the_first_has_left_and_within_limits() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let again = async || invitations::resend(&lobby.services, &owner, invitation.id).await;
        assert_eq!(refused(again().await), "letter_waiting");
        for _ in 0..2 {
            sent(&lobby, invitation.id).await;
            again().await.unwrap();
        }
        assert_eq!(letters(&lobby).await.len(), 3);
        sent(&lobby, invitation.id).await;
        assert!(matches!(again().await, Err(Refusal::TooMany { until }) if until == NOON + Span::days(1)));
        let stranger = lobby.group_with_owner().await;
        assert_eq!(refused(invitations::resend(&lobby.services, &stranger, invitation.id).await), "not_found");
        let admin = lobby.user_admin().await;
        assert_eq!(refused(invitations::resend(&lobby.services, &admin, invitation.id).await), "too_many");
        let stopped = Collaboration { allow_invites_from: AllowInvitesFrom::None, ..Collaboration::default() };
        lobby.clock.advance(Span::days(2));
        collaborate(&lobby, stopped).await;
        assert_eq!(refused(again().await), "invitations_stopped");
        assert_eq!(refused(invitations::resend(&lobby.services, &admin, invitation.id).await), "invitations_stopped");
    }
}

#[tokio::test]
async fn nobody_invites_when_inviting_is_stopped_and_all_that_is_pending_can_be_revoked() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let early = inviting(&lobby, &owner);
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let token = link(&lobby, invitation.id).await;
        let stopped = Collaboration { allow_invites_from: AllowInvitesFrom::None, ..Collaboration::default() };
        collaborate(&lobby, stopped).await;
        assert_eq!(refused(Inviting::to_group(&lobby.services, owner.clone())), "invitations_stopped");
        // A page that was open before is stopped, too.
        let late = invite(&lobby.services, &early, NewInvitations::of("eve@praxis.example", "en")).await;
        assert_eq!(refused(late), "invitations_stopped");
        let admin = lobby.admin().await;
        assert_eq!(refused(Inviting::into_directory(&lobby.services, admin.viewer())), "invitations_stopped");
        assert_eq!(invitations::revoke_all_pending(&lobby.services, &admin).await.unwrap(), 1);
        assert_eq!(refused(redemption::look(&lobby.services, &token).await), "invitation_revoked");
    }
}

#[tokio::test]
async fn who_may_invite_into_the_directory_follows_the_setting() {
    for lobby in testing::both().await {
        let member = lobby.member("ida@lindenhof.example").await;
        let viewer = lobby.viewer(member.id).await;
        assert_eq!(refused(Inviting::into_directory(&lobby.services, &viewer)), "forbidden");
        let everyone = Collaboration { allow_invites_from: AllowInvitesFrom::Everyone, ..Collaboration::default() };
        collaborate(&lobby, everyone).await;
        lobby.guest("known@praxis.example").await;
        let by = Inviting::into_directory(&lobby.services, &viewer).unwrap();
        assert_eq!(verdict(&lobby, &by, "known@praxis.example").await, Verdict::AlreadyIn);
        let guest = lobby.guest("gast@praxis.example").await;
        let by = Inviting::into_directory(&lobby.services, &lobby.viewer(guest.id).await).unwrap();
        // A guest may not list the directory: nobody is known to them, and nothing leaves for those who are.
        let list = "known@praxis.example ida@lindenhof.example new@praxis.example";
        for _ in 0..2 {
            let lines = invitations::verdicts(&lobby.services, &by, list).await.unwrap();
            assert!(lines.iter().all(|line| line.verdict == Verdict::WillBeInvited), "{lines:?}");
        }
        let sent = invite(&lobby.services, &by, NewInvitations::of(list, "en")).await.unwrap();
        assert!(sent.lines.iter().all(|line| line.verdict == Verdict::WillBeInvited));
        assert_eq!(letters(&lobby).await.len(), 1);
        let lines = invitations::verdicts(&lobby.services, &by, "a@x.example b@x.example c@x.example").await.unwrap();
        let until = NOON + Span::hours(1);
        assert_eq!(lines[2].verdict, Verdict::OverYourLimit { until }, "a guest invites five in an hour");
    }
}

#[tokio::test]
async fn a_date_that_was_asked_for_holds_whenever_the_stay_begins() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        narrow(&lobby, &owner, Narrowing { longest_stay_days: Some(60), ..Narrowing::default() }).await;
        let asked =
            |until: &str, at: &str| NewInvitations { until: Some(until.to_owned()), ..NewInvitations::of(at, "en") };
        let by = inviting(&lobby, &owner);
        let past = invite(&lobby.services, &by, asked("2026-05-31", "ada@praxis.example")).await;
        assert_eq!(beside(past), ("until".to_owned(), "until_past".to_owned()));
        invite(&lobby.services, &by, asked("2026-06-20", "ada@praxis.example")).await.unwrap();
        let short = newest(&lobby, &owner).await;
        assert_eq!(short.expires_at, Zone::utc().end_of_day("2026-06-20").unwrap());
        invite(&lobby.services, &by, asked("2027-06-20", "eve@praxis.example")).await.unwrap();
        let long = newest(&lobby, &owner).await;
        lobby.clock.advance(Span::days(10));
        for (invitation, last_day) in [(&short, "2026-06-20"), (&long, "2026-08-10")] {
            let user = take(&lobby, invitation.address.as_str(), &[invitation.id]).await.unwrap();
            let ends_at = membership(&lobby, &owner, &user).await.unwrap().ends_at;
            assert_eq!(Zone::utc().last_day(ends_at), last_day);
        }
    }
}

#[tokio::test]
async fn what_reads_as_a_link_stays_out_of_a_message_but_for_the_applications_own_host() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let application = lobby.application().await;
        lobby.assign(application.id, owner.group().id).await;
        let saying = |text: &str| {
            let message = Some(Message::parse(text).unwrap());
            NewInvitations { message, ..NewInvitations::of("ada@praxis.example", "en") }
        };
        let by = inviting(&lobby, &owner);
        let refused = invite(&lobby.services, &by, saying("See evil.com/login first")).await;
        assert_eq!(beside(refused), ("message".to_owned(), "message_host".to_owned()));
        let own = format!("It is at {}", application.launch_url.as_str());
        invite(&lobby.services, &by, saying(&own)).await.unwrap();
        let landing = NewInvitations {
            landing: Some(lobby.application().await.id),
            ..NewInvitations::of("b@praxis.example", "en")
        };
        let refused = invite(&lobby.services, &by, landing).await;
        assert_eq!(beside(refused), ("landing".to_owned(), "landing_not_opened".to_owned()));
        let admin = lobby.user_admin().await.viewer().clone();
        let by = admin.owner_of(&lobby.services, owner.group().id).await.unwrap();
        let freely = NewInvitations { list: domain::text::parse_list("eve@praxis.example"), ..saying("See evil.com") };
        invite(&lobby.services, &inviting(&lobby, &by), freely).await.unwrap();
    }
}

#[tokio::test]
async fn a_copy_goes_with_each_invitation_within_what_one_mailbox_gets() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let to =
            |list: &str| NewInvitations { cc: Some(address("cc@praxis.example")), ..NewInvitations::of(list, "en") };
        let by = inviting(&lobby, &owner);
        let many = invite(&lobby.services, &by, to("a@x.example b@x.example c@x.example d@x.example")).await;
        assert_eq!(beside(many), ("cc".to_owned(), "cc_too_many_letters".to_owned()));
        invite(&lobby.services, &by, to("a@x.example b@x.example")).await.unwrap();
        let letters = letters(&lobby).await;
        let copies = letters.iter().filter(|(_, letter)| matches!(letter, Letter::InvitationCopy { .. }));
        assert_eq!((letters.len(), copies.count()), (4, 2));
    }
}

#[tokio::test]
async fn who_left_by_themselves_returns_by_invitation_without_former_memberships() {
    for lobby in testing::both().await {
        let (owner, former) = (lobby.group_with_owner().await, lobby.group_with_owner().await);
        let guest = lobby.guest("ada@praxis.example").await;
        lobby.join(former.group().id, &guest).await;
        let mut tx = lobby.services.store.begin().await.unwrap();
        let gone = store::users::get(&mut tx, guest.id).await.unwrap().unwrap();
        let gone = gone.try_with(|user| user.delete(DeletedBy::Themselves, NOON)).unwrap();
        store::users::save(&mut tx, &gone).await.unwrap();
        tx.commit().await.unwrap();
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        assert_eq!(invitation.user, guest.id);
        let back = lobby.user(guest.id).await.value;
        assert_eq!((back.standing, back.may_enter(NOON)), (Standing::Enabled, Err(Barred::NotAccepted)));
        assert_eq!(membership(&lobby, &former, &guest).await, None);
        take(&lobby, "ada@praxis.example", &[invitation.id]).await.unwrap();
        assert!(membership(&lobby, &owner, &guest).await.unwrap().counts(NOON));
    }
}
