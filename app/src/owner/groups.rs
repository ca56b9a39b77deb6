//! The groups that the viewer owns: what each opens, and how many are in it.

use leptos::prelude::*;
use services::applications::{self, Owned};

use super::frame::counted;
use crate::routes;
use crate::ssr::{Visit, visit};
use crate::ui::{DemoRule, Empty, Head, Icon, Logo, Notices, PanelFrame, page};

#[component]
pub fn ManagePage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?.managing()?;
        let owned = applications::owned(&visit.services, &viewer).await?;
        Ok(manage(visit, owned).into_any())
    })
}

fn manage(visit: Visit, owned: Vec<Owned>) -> impl IntoView + use<> {
    let viewer = visit.viewer.as_ref();
    let admin = viewer.is_some_and(services::Viewer::administers_users);
    let tenant = visit.services.tenant();
    let may =
        |viewer: &services::Viewer| tenant.collaboration.value.lets_invite(viewer.user.user_type, viewer.user.roles);
    let directory = viewer.is_some_and(may).then(|| {
        view! { <a class="button" href=routes::DIRECTORY_INVITE>"Invite into the directory"</a> }
    });
    let body = if owned.is_empty() {
        let text = "Owners of a group invite guests to its applications. An administrator makes you an owner.";
        view! {
            <Empty icon="manage" title="You own no group" text=text>
                {admin.then(|| view! { <a class="button primary" href=routes::GROUPS>"See all groups"</a> })}
            </Empty>
        }
        .into_any()
    } else {
        view! { <div class="cards">{owned.into_iter().map(one).collect_view()}</div> }.into_any()
    };
    view! {
        <PanelFrame visit=visit.clone() name="Manage">
            <Head title="Manage" lead="The groups you own, and what they open.">{directory}</Head>
            <Notices visit=visit.clone()/>
            <DemoRule visit=visit.clone()/>
            {body}
        </PanelFrame>
    }
}

fn one(owned: Owned) -> impl IntoView {
    let Owned { group, opens, grants, counts } = owned;
    let id = group.id;
    let first = opens.first();
    let picture = first.map_or_else(|| group.name.to_string(), |opened| opened.name.clone());
    let logo = first.and_then(|opened| opened.logo.clone());
    let names: Vec<String> = opens.iter().map(|opened| opened.name.clone()).collect();
    let opened = if names.is_empty() {
        "Opens no application".to_owned()
    } else {
        format!("Opens {}", super::words::all_of(&names))
    };
    let granted: Vec<String> =
        grants.iter().map(|app| app.name.to_string()).filter(|name| !names.contains(name)).collect();
    let granted = (!granted.is_empty()).then(|| {
        view! { <p class="muted">{format!("Grants {}, which is not assigned to it yet.", super::words::all_of(&granted))}</p> }
    });
    let pending = routes::with(&routes::invitations(id), "show", "pending");
    let ending = routes::with(&routes::guests(id), "show", "ending");
    let actions = if group.owners_manage {
        view! {
            <footer class="actions">
                <a class="button small primary" href=routes::invite(id)><Icon name="plus"/> "Invite"</a>
                <a class="button small" href=routes::guests(id)>"Guests"</a>
            </footer>
        }
        .into_any()
    } else {
        view! { <footer><span class="muted">"Administrators manage the members of this group."</span></footer> }
            .into_any()
    };
    let name = group.name.to_string();
    let title = if group.owners_manage {
        view! { <a href=routes::guests(id)>{name}</a> }.into_any()
    } else {
        view! { {name} }.into_any()
    };
    view! {
        <section class="card">
            <div class="head">
                <Logo name=picture logo=logo/>
                <div>
                    <h2>{title}</h2>
                    <p class="muted">{opened}</p>
                </div>
            </div>
            {granted}
            <ul class="counts">
                <li><b>{counted(counts.guests)}</b> {if counts.guests == 1 { " guest" } else { " guests" }}</li>
                <li><a href=pending><b>{counted(counts.pending)}</b> " pending"</a></li>
                {(counts.ending > 0).then(|| view! {
                    <li><a href=ending><b>{counted(counts.ending)}</b> " ending soon"</a></li>
                })}
            </ul>
            {actions}
        </section>
    }
}
