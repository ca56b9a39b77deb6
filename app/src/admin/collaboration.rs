//! The external collaboration settings: in force at once, for everybody.

use std::ops::RangeInclusive;

use domain::problem::{Problem, Problems};
use domain::settings::{AllowInvitesFrom, Collaboration, GuestAccess};
use domain::text::{DomainList, DomainRules};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::invitations::{self, Showing};
use services::{Admin, PageAsk, Refusal, Stored, Verb, organization};

use crate::admin::{Edited, conflict, problems_of, whole};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Draft, Next, Visit, doorway, draft_or, keep_draft, visit};
use crate::ui::{AdminFrame, Choice, Field, Head, Hidden, Notices, Select, SelectOption, TextArea, page};

/// [`Collaboration`] as a form sends it: `rule` is `any`, `deny` or `allow`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CollaborationForm {
    pub allow_invites_from: String,
    pub owners_may_invite: bool,
    pub rule: String,
    pub domains: String,
    pub guest_access: String,
    pub guests_may_leave: bool,
    pub invitation_days: String,
    pub provider_word_days: String,
    pub mailbox_word_days: String,
}

impl CollaborationForm {
    fn of(settings: &Collaboration) -> Self {
        let (rule, domains) = match &settings.domains {
            DomainRules::Any => ("any", String::new()),
            DomainRules::Deny(list) => ("deny", list.to_text()),
            DomainRules::AllowOnly(list) => ("allow", list.to_text()),
        };
        Self {
            allow_invites_from: settings.allow_invites_from.as_str().to_owned(),
            owners_may_invite: settings.owners_may_invite,
            rule: rule.to_owned(),
            domains,
            guest_access: settings.guest_access.as_str().to_owned(),
            guests_may_leave: settings.guests_may_leave,
            invitation_days: settings.invitation_days.to_string(),
            provider_word_days: settings.provider_word_days.to_string(),
            mailbox_word_days: settings.mailbox_word_days.to_string(),
        }
    }

    /// # Errors
    /// Every field that is wrong.
    fn parse(&self) -> Result<Collaboration, Vec<Problem>> {
        let mut problems = Problems::default();
        let from = AllowInvitesFrom::parse(&self.allow_invites_from);
        if from.is_none() {
            problems.add(Problem::new("allow_invites_from", "choice"));
        }
        let access = GuestAccess::parse(&self.guest_access);
        if access.is_none() {
            problems.add(Problem::new("guest_access", "choice"));
        }
        let mut days = |field: &str, text: &str, bounds| days(&mut problems, field, text, &bounds);
        let invitation = days("invitation_days", &self.invitation_days, Collaboration::INVITATION_DAYS);
        let provider = days("provider_word_days", &self.provider_word_days, Collaboration::PROVIDER_WORD_DAYS);
        let mailbox = days("mailbox_word_days", &self.mailbox_word_days, Collaboration::MAILBOX_WORD_DAYS);
        let domains = self.rules(&mut problems);
        let read = from.zip(access).zip(invitation.zip(provider.zip(mailbox))).zip(domains);
        problems.done(read.map(|(((allow_invites_from, guest_access), days), domains)| {
            let (invitation_days, (provider_word_days, mailbox_word_days)) = days;
            Collaboration {
                allow_invites_from,
                owners_may_invite: self.owners_may_invite,
                domains,
                guest_access,
                guests_may_leave: self.guests_may_leave,
                invitation_days,
                provider_word_days,
                mailbox_word_days,
            }
        }))
    }

    fn rules(&self, problems: &mut Problems) -> Option<DomainRules> {
        if !matches!(self.rule.as_str(), "deny" | "allow") {
            return Some(DomainRules::Any);
        }
        let list = problems.take("domains", DomainList::parse(&self.domains))?;
        if list.is_empty() {
            problems.add(Problem::new("domains", "domains_empty"));
        }
        Some(if self.rule == "deny" { DomainRules::Deny(list) } else { DomainRules::AllowOnly(list) })
    }
}

fn days(problems: &mut Problems, field: &str, text: &str, bounds: &RangeInclusive<u32>) -> Option<u32> {
    let days = text.trim().parse().ok().filter(|days| bounds.contains(days));
    if days.is_none() {
        let fact = format!("{} to {}", bounds.start(), bounds.end());
        problems.add(Problem::because(field, "number_range", fact));
    }
    days
}

#[server(prefix = "/fn", endpoint = "collaboration/save")]
pub async fn save_collaboration(
    #[server(default)] version: i64,
    #[server(default)] form: CollaborationForm,
) -> Result<(), AppError> {
    doorway(Edited { form: form.clone(), version }, routes::COLLABORATION, async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let admin = viewer.clone().administrator()?;
        let new = form.parse()?;
        let stops = new.invitations_stopped() && !visit.services.tenant().collaboration.value.invitations_stopped();
        if stops && pending(&visit).await? != services::Count::Exactly(0) {
            // Asked on a page of its own, which finds the form in the draft.
            let draft = keep_draft(&visit, "edited", &Draft::fresh(Edited { form, version })).await?;
            return Ok(Next::to(routes::drafted(routes::STOP_INVITATIONS, draft)));
        }
        save(&visit, &admin, new, version).await
    })
    .await
}

async fn save(visit: &Visit, admin: &Admin, new: Collaboration, version: i64) -> Verb<Next> {
    organization::save_collaboration(&visit.services, admin, new, version).await?;
    Ok(Next::to(routes::COLLABORATION).done("saved"))
}

/// How many invitations wait to be accepted.
async fn pending(visit: &Visit) -> Verb<services::Count> {
    let by = visit.viewer()?.user_administrator()?;
    let ask = PageAsk { size: 1, ..PageAsk::default() };
    Ok(invitations::directory_page(&visit.services, &by, &ask, Showing::Pending).await?.count)
}

/// Saves that nobody invites any more; `pending` is `revoke` or `keep`.
#[server(prefix = "/fn", endpoint = "collaboration/stop")]
pub async fn stop_invitations(
    #[server(default)] version: i64,
    #[server(default)] pending: String,
    #[server(default)] form: CollaborationForm,
) -> Result<(), AppError> {
    doorway(Edited { form: form.clone(), version }, routes::COLLABORATION, async move {
        let visit = visit()?;
        let admin = visit.viewer()?.administrator()?;
        let new = form.parse()?;
        if !new.invitations_stopped() {
            return Err(Refusal::field("allow_invites_from", "choice"));
        }
        let next = save(&visit, &admin, new, version).await?;
        if pending == "revoke" {
            invitations::revoke_all_pending(&visit.services, &admin).await?;
            return Ok(Next::to(routes::COLLABORATION).done("stopped-revoked"));
        }
        Ok(next)
    })
    .await
}

#[component]
pub fn CollaborationPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        visit.viewer()?.administrator()?;
        let Stored { value, version } = visit.services.tenant().collaboration.clone();
        let draft = draft_or(&visit, Edited { form: CollaborationForm::of(&value), version }).await?;
        let problems = problems_of(&visit, vec![whole(&draft)]).await?;
        let conflict = conflict(&draft, routes::COLLABORATION.to_owned());
        let form = form(&visit, version, &draft);
        Ok(view! {
            <AdminFrame visit=visit.clone() name="External collaboration">
                <Head title="External collaboration" lead="In force at once, for everybody. Every change is in the audit log."/>
                <Notices visit=visit.clone() problems=problems/>
                {conflict}
                {form}
            </AdminFrame>
        }
        .into_any())
    })
}

fn form(visit: &Visit, now: i64, draft: &Draft<Edited<CollaborationForm>>) -> impl IntoView + use<> {
    let version = Edited::version_to_send(draft, now);
    view! {
        <form class="parts" method="post" action=SaveCollaboration::PATH>
            <Hidden name="version" value=version.to_string()/>
            {who(draft)}
            {domains(draft)}
            {guests(visit, draft)}
            {anchors(draft)}
            <div class="actions">
                <button class="button primary">"Save settings"</button>
                <a class="button quiet" href=routes::COLLABORATION>"Discard"</a>
            </div>
        </form>
    }
}

fn from_said(from: AllowInvitesFrom) -> (&'static str, &'static str) {
    match from {
        AllowInvitesFrom::Everyone => ("Everybody, guests too", "Guests can bring further guests into the directory."),
        AllowInvitesFrom::AdminsGuestInvitersAndAllMembers => (
            "Administrators, guest inviters and all members",
            "Every member of your organization can invite into the directory.",
        ),
        AllowInvitesFrom::AdminsAndGuestInviters => (
            "Administrators and guest inviters",
            "The default. Others can invite where they own a group, if owners may.",
        ),
        AllowInvitesFrom::None => {
            ("Nobody", "Stops administrators and owners too: no letter, no second letter, no lost link.")
        }
    }
}

fn who(draft: &Draft<Edited<CollaborationForm>>) -> impl IntoView + use<> {
    let typed = draft.typed.form.clone();
    let choices = AllowInvitesFrom::ALL
        .iter()
        .map(|from| {
            let (label, hint) = from_said(*from);
            let checked = typed.allow_invites_from == from.as_str();
            view! { <Choice radio=true name="form[allow_invites_from]" value=from.as_str() label hint=hint.to_owned() checked/> }
        })
        .collect_view();
    let problem = draft.problem("allow_invites_from").map(|problem| view! { <p class="problem">{problem}</p> });
    view! {
        <section class="part">
            <header><h2>"Invitations"</h2><p>"Who may invite into the directory, and whether owners invite to their own groups."</p></header>
            <div class="form">
                <fieldset class="choices"><legend>"Who may invite"</legend>{choices}{problem}</fieldset>
                <Choice
                    name="form[owners_may_invite]"
                    value="true"
                    label="Owners may invite to their groups"
                    hint="Holds under every value above but “Nobody”.".to_owned()
                    checked=typed.owners_may_invite
                />
                <Field
                    name="form[invitation_days]"
                    label="Days until an invitation expires"
                    kind="number"
                    size="short"
                    value=typed.invitation_days
                    problem=draft.problem("invitation_days")
                    hint="1 to 90. Holds for invitations sent from now on."
                />
            </div>
        </section>
    }
}

fn domains(draft: &Draft<Edited<CollaborationForm>>) -> impl IntoView + use<> {
    let typed = draft.typed.form.clone();
    let rules = [("any", "Allow any"), ("deny", "Deny these"), ("allow", "Allow only these")]
        .map(|(value, said)| {
            let checked = typed.rule == value;
            view! { <label><input type="radio" name="form[rule]" value=value checked=checked/> {said}</label> }
        })
        .into_iter()
        .collect_view();
    view! {
        <section class="part">
            <header>
                <h2>"Domains"</h2>
                <p>"One list, never both. Who has accepted stays; who is pending from a closed domain is refused when they accept."</p>
            </header>
            <div class="form">
                <fieldset class="segments"><legend>"Rule"</legend>{rules}</fieldset>
                <TextArea
                    name="form[domains]"
                    label="Domains"
                    value=typed.domains
                    problem=draft.problem("domains")
                    hint="One on each line. *.example.com covers subdomains, but not example.com itself."
                    rows=6
                    optional=true
                />
            </div>
        </section>
    }
}

fn access_said(access: GuestAccess) -> &'static str {
    match access {
        GuestAccess::SameAsMembers => "The same as members: they can list the directory",
        GuestAccess::Limited => "Limited: names of people in their own groups",
        GuestAccess::Restricted => "Restricted: only themselves",
    }
}

fn guests(visit: &Visit, draft: &Draft<Edited<CollaborationForm>>) -> impl IntoView + use<> {
    let typed = draft.typed.form.clone();
    let options = GuestAccess::ALL.iter().map(|access| SelectOption::new(access, access_said(*access))).collect();
    let contact = visit.services.tenant().organization.value.privacy_contact.is_some();
    let hint = if contact {
        "Their access ends at once, and they are erased after 30 days."
    } else {
        "Takes effect once the organization names a privacy contact."
    };
    let link = (!contact).then(|| view! { <p class="hint"><a href=routes::SETTINGS>"Name a privacy contact"</a></p> });
    view! {
        <section class="part">
            <header><h2>"Guests"</h2><p>"What they see of others, and whether they can leave without asking."</p></header>
            <div class="form">
                <Select
                    name="form[guest_access]"
                    label="What guests see"
                    options=options
                    value=typed.guest_access
                    problem=draft.problem("guest_access")
                />
                <div>
                    <Choice
                        name="form[guests_may_leave]"
                        value="true"
                        label="Guests may leave by themselves"
                        hint=hint.to_owned()
                        checked=typed.guests_may_leave
                    />
                    {link}
                </div>
            </div>
        </section>
    }
}

/// How long a guest may come by other ways before whoever vouched for them is asked again.
fn anchors(draft: &Draft<Edited<CollaborationForm>>) -> impl IntoView + use<> {
    let typed = draft.typed.form.clone();
    view! {
        <section class="part">
            <header>
                <h2>"Whose word a guest comes by"</h2>
                <p>
                    "A guest first came by a provider or a mailbox. Passkeys and further accounts are their whole sign-in only for so long \
                    after that vouched for them: whoever is gone there is out here by then."
                </p>
            </header>
            <div class="form">
                <Field
                    name="form[provider_word_days]"
                    label="Days after a provider vouched"
                    kind="number"
                    size="short"
                    value=typed.provider_word_days
                    problem=draft.problem("provider_word_days")
                    hint="0 to 30. With 0 they come by the provider each time."
                />
                <Field
                    name="form[mailbox_word_days]"
                    label="Days after a mailbox was proved"
                    kind="number"
                    size="short"
                    value=typed.mailbox_word_days
                    problem=draft.problem("mailbox_word_days")
                    hint="1 to 90. Fewer days end the access of people who left their organization sooner."
                />
            </div>
        </section>
    }
}

/// Asks what becomes of the pending invitations when all inviting stops.
#[component]
pub fn StopInvitationsPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        visit.viewer()?.administrator()?;
        let Stored { value, version } = visit.services.tenant().collaboration.clone();
        let fresh = CollaborationForm {
            allow_invites_from: AllowInvitesFrom::None.as_str().to_owned(),
            ..CollaborationForm::of(&value)
        };
        let Edited { form, version } = draft_or(&visit, Edited { form: fresh, version }).await?.typed;
        let said = crate::say::count(pending(&visit).await?, "invitation is pending", "invitations are pending");
        let fields = hidden(form, version);
        Ok(view! {
            <AdminFrame visit=visit.clone() name="Stop all invitations" narrow=true>
                <section class="card confirm">
                    <h1>"Stop all invitations?"</h1>
                    <p>{said} ". Nobody will be able to invite, not even administrators, and no letter about an invitation leaves."</p>
                    <ul>
                        <li>"Kept, the pending ones can be accepted until they expire by those who have their letter."</li>
                        <li>"Revoked, their links open nothing any more. This cannot be undone."</li>
                    </ul>
                    <form method="post" action=StopInvitations::PATH>
                        {fields}
                        <div class="actions">
                            <button class="button primary" name="pending" value="keep">"Stop, keep pending ones"</button>
                            <button class="button danger" name="pending" value="revoke">"Stop and revoke pending ones"</button>
                            <a class="button quiet" href=routes::COLLABORATION>"Cancel"</a>
                        </div>
                    </form>
                </section>
            </AdminFrame>
        }
        .into_any())
    })
}

fn hidden(form: CollaborationForm, version: i64) -> impl IntoView {
    let flag = |name: &'static str, on: bool| on.then(|| view! { <Hidden name value="true"/> });
    view! {
        <Hidden name="version" value=version.to_string()/>
        <Hidden name="form[allow_invites_from]" value=form.allow_invites_from/>
        {flag("form[owners_may_invite]", form.owners_may_invite)}
        <Hidden name="form[rule]" value=form.rule/>
        <textarea name="form[domains]" hidden>{format!("\n{}", form.domains)}</textarea>
        <Hidden name="form[guest_access]" value=form.guest_access/>
        {flag("form[guests_may_leave]", form.guests_may_leave)}
        <Hidden name="form[invitation_days]" value=form.invitation_days/>
        <Hidden name="form[provider_word_days]" value=form.provider_word_days/>
        <Hidden name="form[mailbox_word_days]" value=form.mailbox_word_days/>
    }
}
