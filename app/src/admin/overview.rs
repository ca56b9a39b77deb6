//! Where administration begins: what waits for somebody, with links; a reader goes straight to the logs.

use leptos::prelude::*;
use services::invitations::Showing;
use services::providers::{self, Warning};
use services::{Count, Denied, PageAsk, UserAdmin, Verb, groups, invitations, letters, people};

use crate::routes;
use crate::ssr::{Visit, refused, visit};
use crate::ui::{AdminFrame, DemoRule, Empty, Head, Icon, Notices, page, until};

#[component]
pub fn OverviewPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        if !viewer.sees_admin() {
            return Err(Denied::Forbidden.into());
        }
        if !viewer.administers_users() {
            crate::ssr::redirect(routes::SIGN_INS);
            return Ok(().into_any());
        }
        let mut rows = waiting(&visit, &viewer.clone().user_administrator()?).await?;
        if let Ok(admin) = viewer.administrator() {
            let warnings = providers::warnings(&visit.services, &admin).await?;
            rows.extend(warnings.into_iter().map(|warning| of_provider(&visit, warning)));
        }
        let waits = if rows.is_empty() {
            view! { <Empty icon="check" title="Nothing waits" text="No letter is stuck, no invitation is pending, and every group has an owner."/> }.into_any()
        } else {
            view! { <section class="card"><h2 class="hidden">"Waiting"</h2><ul class="rows">{rows}</ul></section> }
                .into_any()
        };
        let problems = refused(&visit).await?;
        Ok(view! {
            <AdminFrame visit=visit.clone() name="Administration">
                <Head title="Administration" lead="What waits for somebody."/>
                <Notices visit=visit.clone() problems=problems/>
                <DemoRule visit=visit.clone()/>
                {waits}
                <section class="stack">
                    <h2>"Begin here"</h2>
                    <div class="actions">
                        <a class="button" href=routes::NEW_APPLICATION>"Add application"</a>
                        <a class="button" href=routes::NEW_GROUP>"Create group"</a>
                        <a class="button" href=routes::NEW_PERSON>"Create member"</a>
                        <a class="button" href=routes::DIRECTORY_INVITE>"Invite guests"</a>
                    </div>
                </section>
            </AdminFrame>
        }
        .into_any())
    })
}

/// One row for each kind of thing that waits, with how many there are.
async fn waiting(visit: &Visit, by: &UserAdmin) -> Verb<Vec<AnyView>> {
    let services = &visit.services;
    let ask = PageAsk { size: 1, ..PageAsk::default() };
    let mail = letters::counts(services, by).await?;
    let refused = invitations::directory_page(services, by, &ask, Showing::Refused).await?.count;
    let pending = invitations::directory_page(services, by, &ask, Showing::Pending).await?.count;
    let suspended = invitations::directory_page(services, by, &ask, Showing::Suspended).await?.count;
    let orphans = groups::list(services, by, true, &ask).await?.count;
    let people = people::list(services, by, people::Show::Pending, None, &ask).await?.count;
    let pending_people = || routes::with(routes::PEOPLE, "show", "pending");
    let kinds = [
        Kind {
            icon: "warning",
            count: Count::Exactly(mail.stuck),
            said: ("letter is stuck", "letters are stuck"),
            why: "The mail server does not take them.".to_owned(),
            href: routes::with(routes::LETTERS, "state", "stuck"),
        },
        Kind {
            icon: "letter",
            count: Count::Exactly(mail.waiting),
            said: ("letter waits", "letters wait"),
            why: "They leave as soon as the mail server takes them.".to_owned(),
            href: routes::with(routes::LETTERS, "state", "waiting"),
        },
        Kind {
            icon: "warning",
            count: refused,
            said: ("invitation was refused by a mail server", "invitations were refused by a mail server"),
            why: "The address may be wrong. It is corrected on the invitation's page.".to_owned(),
            href: pending_people(),
        },
        Kind {
            icon: "clock",
            count: suspended,
            said: ("invitation is suspended", "invitations are suspended"),
            why: "Who sent them may not invite any more. Another owner can adopt them.".to_owned(),
            href: pending_people(),
        },
        Kind {
            icon: "group",
            count: orphans,
            said: ("group has no owner", "groups have no owner"),
            why: "Nobody who can come in answers for their guests.".to_owned(),
            href: routes::with(routes::GROUPS, "show", "orphans"),
        },
        Kind {
            icon: "clock",
            count: pending,
            said: ("invitation is pending", "invitations are pending"),
            why: crate::say::count(people, "guest has not accepted yet.", "guests have not accepted yet."),
            href: pending_people(),
        },
    ];
    Ok(kinds.into_iter().filter(|kind| kind.count != Count::Exactly(0)).map(Kind::row).collect())
}

/// An identity provider that wants a hand.
fn of_provider(visit: &Visit, warning: Warning) -> AnyView {
    let (zone, now) = (visit.zone(), visit.now());
    let (provider, said, why) = match warning {
        Warning::SecretEnded(provider, end) => {
            let said = format!("The client secret of {} ended on {}", provider.name, until(&zone, end, now));
            (provider, said, "Nobody comes in by this provider until a new one is entered.")
        }
        Warning::SecretEnds(provider, end) => {
            let said = format!("The client secret of {} ends on {}", provider.name, until(&zone, end, now));
            (provider, said, "Make a new one at the provider and enter it before that day is over.")
        }
        Warning::CertificateEnded(provider, end) => {
            let said = format!("The certificate of {} ended on {}", provider.name, until(&zone, end, now));
            (
                provider,
                said,
                "That is the one it showed last. If it shows no newer one, nobody comes in by this provider.",
            )
        }
        Warning::CertificateEnds(provider, end) => {
            let said = format!("The certificate of {} ends on {}", provider.name, until(&zone, end, now));
            (provider, said, "Whoever runs the provider must renew it, or nobody comes in by it after that day.")
        }
        Warning::PasscodesUntil(provider, end) => {
            let said = format!("Codes stand in for {} until {}", provider.name, zone.format(end, "%-d %b, %H:%M"));
            (provider, said, "Its people come in by their mailbox. Shut it as soon as the provider is back.")
        }
    };
    view! {
        <li>
            <Icon name="warning"/>
            <div><b>{said}</b><small>{why}</small></div>
            <a class="button small" href=routes::provider(provider.id)>"Show"</a>
        </li>
    }
    .into_any()
}

/// One kind of thing that may wait.
struct Kind {
    icon: &'static str,
    count: Count,
    said: (&'static str, &'static str),
    why: String,
    href: String,
}

impl Kind {
    fn row(self) -> AnyView {
        let said = crate::say::count(self.count, self.said.0, self.said.1);
        view! {
            <li>
                <Icon name=self.icon/>
                <div><b>{said}</b><small>{self.why}</small></div>
                <a class="button small" href=self.href>"Show"</a>
            </li>
        }
        .into_any()
    }
}
