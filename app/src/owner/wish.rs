//! Somebody who opened an invitation asks to be invited by another account: said on its page, done by one click.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::invitations::Details;

use super::invitation::CorrectInvitation;
use crate::ui::{Hidden, Notice, Tone};

/// The group stands in the form: it says whose permission is asked for.
pub fn notice(group: domain::id::GroupId, details: &Details) -> impl IntoView + use<> {
    let account = details.wished_by.clone()?;
    let invitation = &details.listed.invitation;
    let (address, invited) = (account.address.shown(), invitation.address.shown());
    let id = invitation.id.to_string();
    Some(view! {
        <Notice tone=Tone::Info>
            <b>{format!("Whoever opened this invitation asks to be invited as {address} instead.")}</b>
            <p>
                {format!(
                    "They are signed in by that account, but have not shown that {invited} is theirs: ask there first. Then this \
                     invitation is revoked, and the same is given to {address}.",
                )}
            </p>
            <form class="actions" method="post" action=CorrectInvitation::PATH>
                <Hidden name="form[group]" value=group.to_string()/>
                <Hidden name="form[id]" value=id/>
                <Hidden name="form[address]" value=account.address.as_str()/>
                <Hidden name="form[confirmed]" value="true"/>
                <button class="button">{format!("Invite {address} instead")}</button>
            </form>
        </Notice>
    })
}
