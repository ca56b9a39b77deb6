//! One guest of a group: who they are here, until when, how they came, and why they do not get in.

mod attempts;
mod trial;

use domain::id::{GroupId, UserId};
use domain::invitation::Invitation;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::OwnerOf;
use services::groups::{self, Guest};
use services::people;

use super::frame::crumbs;
use super::several::{EndForm, end_form};
use super::{owner, param, parsed, words};
use crate::admin::people::card::give_pass;
use crate::error::AppError;
use crate::organization;
use crate::routes;
use crate::ssr::{Draft, Next, NothingTyped, Visit, doorway, draft_or, refused, visit};
use crate::ui::{Avatar, Badge, Head, Hidden, Icon, Notices, PanelFrame, When, page};

#[component]
pub fn GuestPage() -> impl IntoView {
    let (group, user) = (param("group"), param("user"));
    page(async move {
        let visit = visit()?;
        let owner = owner(&visit, &group).await?;
        let guest = groups::member(&visit.services, &owner, parsed::<UserId>(&user)?).await?;
        let until = guest.membership.ends_at.before_never().map(|end| visit.zone().last_day(end));
        let ids = vec![guest.user.id.to_string()];
        let fresh = EndForm { ids, until: until.unwrap_or_default(), on_guest: true, ..EndForm::default() };
        let draft = draft_or(&visit, fresh).await?;
        let mut problems = refused(&visit).await?;
        problems.extend(draft.whole());
        let entering = match attempts::found(&visit, &owner, &guest).await? {
            Some(found) => {
                let trial = trial::section(&visit, &owner, &guest).await?;
                view! { {attempts::section(&visit, &owner, &guest, found)} {trial} }.into_any()
            }
            None => attempts::hint_alone(&visit, &owner, &guest).into_any(),
        };
        Ok(one(visit, &owner, guest, draft, problems, entering).into_any())
    })
}

fn one(
    visit: Visit,
    owner: &OwnerOf<domain::group::Group>,
    guest: Guest,
    draft: Draft<EndForm>,
    problems: Vec<String>,
    entering: AnyView,
) -> impl IntoView + use<> {
    let group = owner.group().id;
    let (user, membership) = (&guest.user, &guest.membership);
    let name = user.shown_name().to_owned();
    let (tone, state) = words::member(user, membership, visit.now());
    let who = if user.is_guest() { "Guest" } else { "Member" };
    let lead = std::iter::once(who.to_owned()).chain(organization::name(guest.partner.as_ref(), user));
    let lead = lead.collect::<Vec<_>>().join(" · ");
    let organization = organization::view(&visit, guest.partner.as_ref(), user)
        .map(|name| view! { <div><dt>"Organization"</dt><dd>{name}</dd></div> });
    let sponsors: Vec<String> = guest.sponsors.iter().map(|sponsor| sponsor.shown_name().to_owned()).collect();
    let sponsors =
        (!sponsors.is_empty()).then(|| view! { <div><dt>"Sponsors"</dt><dd>{words::all_of(&sponsors)}</dd></div> });
    let opens: Vec<String> = guest.opens.iter().map(|opened| opened.name.clone()).collect();
    let opens = (!opens.is_empty()).then(|| view! { <div><dt>"Opens"</dt><dd>{words::all_of(&opens)}</dd></div> });
    let whole = owner.by_role.then(|| view! { <a class="button" href=routes::person(user.id)>"In the directory"</a> });
    let stay = match membership.held_for {
        Some(invitation) => view! {
            <p>"The stay begins when the invitation is accepted. Until then nothing opens."</p>
            <div class="actions"><a class="button" href=routes::invitation(group, invitation)>"See the invitation"</a></div>
        }
        .into_any(),
        None => end_form(&visit, group, owner.group().narrowing.longest_stay_days.filter(|_| user.is_guest()), &draft).into_any(),
    };
    let invitations = invitations(&visit, group, &guest.invitations);
    let facts = view! {
        <dl class="facts">
            <div><dt>"E-mail address"</dt><dd class="wrap">{user.address.shown()}</dd></div>
            {organization}
            <div><dt>"Last sign-in"</dt><dd>{words::last_seen(&visit, user)}</dd></div>
            <div><dt>"Ends"</dt><dd>{words::stay(&visit, membership)}</dd></div>
            {opens}
            <div>
                <dt>"Added"</dt>
                <dd><When visit=visit.clone() at=membership.added_at/> " by " {guest.added_by.clone()}</dd>
            </div>
            {sponsors}
        </dl>
    };
    let pass = guest.may_reset.then(|| {
        view! {
            <section class="card">
                <header><h2>"Second factor"</h2></header>
                <p>"For somebody who cannot set one up by themselves, or has lost theirs."</p>
                {give_pass(user.id, Some(group))}
            </section>
        }
    });
    let reset = guest.may_reset.then(|| reset(group, user.id));
    let above = crumbs(group, owner.group().name.as_str());
    let remove = routes::remove_members(group, &[user.id]);
    view! {
        <PanelFrame visit=visit.clone() name=name.clone()>
            <Head
                title=name.clone()
                lead=lead
                crumbs=above
                picture=view! { <Avatar name=name large=true/> }.into_any()
                badge=view! { <Badge tone=tone text=state/> }.into_any()
            >
                {whole}
                <a class="button danger" href=remove>"Remove…"</a>
            </Head>
            <Notices visit=visit.clone() problems=problems/>
            <div class="cards">
                <section class="card">
                    <header><h2>"In this group"</h2></header>
                    {facts}
                </section>
                <section class="card">
                    <header><h2>"Access"</h2></header>
                    {stay}
                </section>
            </div>
            {entering}
            {invitations}
            {pass}
            {reset}
        </PanelFrame>
    }
}

#[server(prefix = "/fn", endpoint = "guests/reset")]
pub async fn reset_guest(#[server(default)] group: String, #[server(default)] user: String) -> Result<(), AppError> {
    let back = match (group.parse(), user.parse()) {
        (Ok(group), Ok(user)) => routes::guest(group, user),
        _ => routes::MANAGE.to_owned(),
    };
    doorway(NothingTyped, back.clone(), async move {
        let visit = visit()?;
        let owner = owner(&visit, &group).await?;
        people::reset_by_owner(&visit.services, &owner, parsed::<UserId>(&user)?).await?;
        Ok(Next::to(back).done("reset"))
    })
    .await
}

fn reset(group: GroupId, user: UserId) -> impl IntoView {
    view! {
        <section class="card">
            <header><h2>"Reset how they sign in"</h2></header>
            <p>
                "For a lost account or a changed provider. Memberships stay. Sessions end now, linked identities go, and a new \
                invitation goes to the same address."
            </p>
            <details class="more">
                <summary>"Reset…"</summary>
                <form class="form" method="post" action=ResetGuest::PATH>
                    <Hidden name="group" value=group.to_string()/>
                    <Hidden name="user" value=user.to_string()/>
                    <div class="actions"><button class="button danger">"Reset how they sign in"</button></div>
                </form>
            </details>
        </section>
    }
}

fn invitations(visit: &Visit, group: GroupId, invitations: &[Invitation]) -> impl IntoView + use<> {
    let rows = invitations
        .iter()
        .map(|invitation| {
            let (tone, state) = words::invitation(invitation.state_at(visit.now()));
            view! {
                <li>
                    <Icon name="letter"/>
                    <div>
                        <b>
                            <a href=routes::invitation(group, invitation.id)>
                                "Invited " <When visit=visit.clone() at=invitation.created_at/>
                            </a>
                        </b>
                        " "
                        <Badge tone=tone text=state/>
                        <small>"Letter: " {words::letter(visit, invitation)}</small>
                    </div>
                </li>
            }
        })
        .collect::<Vec<_>>();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="card">
                <header><h2>"Invitations to this group"</h2></header>
                <ul class="rows">{rows}</ul>
            </section>
        }
    })
}
