//! Long lists, worked off as jobs.

use super::*;

async fn administrator_of(lobby: &Lobby, owner: &OwnerOf<Group>) -> (UserAdmin, Inviting) {
    let admin = lobby.user_admin().await;
    let by_role = admin.viewer().clone().owner_of(&lobby.services, owner.group().id).await.unwrap();
    let by = inviting(lobby, &by_role);
    (admin, by)
}

#[tokio::test]
async fn a_long_list_is_worked_off_as_a_job_that_can_be_watched_and_stopped() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let (admin, by) = administrator_of(&lobby, &owner).await;
        let mut list: Vec<String> = (0..2_500).map(|number| format!("guest{number}@praxis.example")).collect();
        list.extend(["guest1@praxis.example".to_owned(), "no..dots@praxis.example".to_owned()]);
        let new = || NewInvitations::of(&list.join("\n"), "en");
        let sent = invite(&lobby.services, &by, new()).await.unwrap();
        let job = sent.job.unwrap();
        let progress = async |job| jobs::progress(&lobby.services, admin.viewer(), job).await.unwrap();
        let at_first = progress(job).await;
        assert_eq!((at_first.total, at_first.done, at_first.unsent.len()), (2_502, 2, 2));
        assert!(jobs::run_next(&lobby.services).await.unwrap());
        let then = progress(job).await;
        assert_eq!((then.done, then.state, then.counts["will_be_invited"]), (1_002, JobState::Running, 1_000));
        // As after a crash: whoever comes next goes on from there.
        while jobs::run_next(&lobby.services).await.unwrap() {}
        let done = progress(job).await;
        assert_eq!((done.done, done.state, done.counts["will_be_invited"]), (2_502, JobState::Done, 2_500));
        assert_eq!((done.counts["twice_in_this_list"], done.counts["malformed"]), (1, 1));
        let mut tx = lobby.services.store.read().await.unwrap();
        let (waiting, _) = store::outbox::counts(&mut tx).await.unwrap();
        assert_eq!(waiting, 2_500);
        assert!(letters(&lobby).await.iter().all(|(lane, _)| *lane == Lane::Bulk));
        assert!(!store::jobs::get(&mut tx, job).await.unwrap().unwrap().value.input.contains("guest7"));
        drop(tx);
        assert_eq!(refused(jobs::progress(&lobby.services, owner.viewer(), job).await), "not_found");

        let other = lobby.group_with_owner().await;
        let (_, by) = administrator_of(&lobby, &other).await;
        let job = invite(&lobby.services, &by, new()).await.unwrap().job.unwrap();
        assert!(jobs::run_next(&lobby.services).await.unwrap());
        jobs::stop(&lobby.services, admin.viewer(), job).await.unwrap();
        assert!(!jobs::run_next(&lobby.services).await.unwrap());
        let stopped = progress(job).await;
        assert_eq!((stopped.done, stopped.state), (1_002, JobState::Stopped));
        assert_eq!(refused(jobs::stop(&lobby.services, admin.viewer(), job).await), "job_ended");
    }
}

#[tokio::test]
async fn a_job_adds_no_administrator_whom_a_policy_would_keep_out_and_all_the_others() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let by = lobby.admin().await;
        let second = lobby.admin().await.viewer().user.clone();
        let form = services::access::form::PolicyForm {
            name: "Staff".to_owned(),
            state: "on".to_owned(),
            users: vec![format!("group:{}", owner.group().id)],
            applications: vec!["lobby".to_owned()],
            grant: "block".to_owned(),
            ..services::access::form::PolicyForm::empty()
        };
        let policies = by.viewer().clone().policy_administrator().unwrap();
        let policy = form.read(&lobby.services, &policies, None).await.unwrap();
        services::access::policies::create(&lobby.services, &policies, policy).await.unwrap();
        let manager = by.viewer().clone().owner_of(&lobby.services, owner.group().id).await.unwrap();
        let mut list: Vec<String> = (0..1_200).map(|number| format!("guest{number}@praxis.example")).collect();
        list.push(second.address.to_string());
        list.push(lobby.member("colleague@lindenhof.example").await.address.to_string());
        let new = NewInvitations::of(&list.join("\n"), "en");
        let job = invite(&lobby.services, &inviting(&lobby, &manager), new).await.unwrap().job.unwrap();
        while jobs::run_next(&lobby.services).await.unwrap() {}
        assert_eq!(store_job(&lobby, job).await.state, JobState::Done);
        assert!(membership(&lobby, &owner, &second).await.is_none());
        let done = jobs::progress(&lobby.services, by.viewer(), job).await.unwrap();
        assert_eq!((done.counts["member_will_be_added"], done.unsent.len()), (1, 1));
    }
}

#[tokio::test]
async fn a_job_ends_when_nobody_may_send_the_rest_and_two_workers_send_nothing_twice() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let (_, by) = administrator_of(&lobby, &owner).await;
        let list: Vec<String> = (0..1_500).map(|number| format!("guest{number}@praxis.example")).collect();
        let job = invite(&lobby.services, &by, NewInvitations::of(&list.join("\n"), "en")).await.unwrap().job.unwrap();
        let workers = join((0..3).map(|_| jobs::run_next(&lobby.services))).await;
        assert!(workers.iter().all(Result::is_ok), "{workers:?}");
        let mut tx = lobby.services.store.read().await.unwrap();
        assert_eq!(store::outbox::counts(&mut tx).await.unwrap().0, 1_500);
        drop(tx);
        let ended = store_job(&lobby, job).await;
        assert_eq!((ended.state, ended.done), (JobState::Done, 1_500));
        let again = lobby.group_with_owner().await;
        let (admin, by) = administrator_of(&lobby, &again).await;
        let job = invite(&lobby.services, &by, NewInvitations::of(&list.join("\n"), "en")).await.unwrap().job.unwrap();
        let chief = lobby.admin().await.viewer().clone().user_administrator().unwrap();
        let starter = admin.viewer().user.id;
        let mut tx = lobby.services.store.begin().await.unwrap();
        let user = store::users::get(&mut tx, starter).await.unwrap().unwrap();
        store::users::save(&mut tx, &user.with(|user| User { roles: domain::role::Roles::NONE, ..user }))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        while jobs::run_next(&lobby.services).await.unwrap() {}
        assert_eq!(store_job(&lobby, job).await.state, JobState::Stopped);
        assert_eq!(jobs::progress(&lobby.services, chief.viewer(), job).await.unwrap().done, 0);
    }
}

async fn store_job(lobby: &Lobby, job: domain::id::JobId) -> store::jobs::Job {
    let mut tx = lobby.services.store.read().await.unwrap();
    store::jobs::get(&mut tx, job).await.unwrap().unwrap().value
}
