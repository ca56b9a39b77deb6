//! The fields of a provider, when it is added and when it is edited.

use domain::problem::Problem;
use leptos::prelude::*;
use services::providers::{Preset, ProviderForm};

use super::guide::{self, Guide};
use crate::ssr::Draft;
use crate::ui::{Choice, Field, Hidden, TextArea};

/// What is to be said beside the client secret, which no page ever shows again.
pub enum Secret {
    /// None is kept so far; `true` where one may have been typed into a form that was refused.
    First(bool),
    /// One is kept, or the provider goes without; `true` as above.
    Kept(bool),
    Without(bool),
}

impl Secret {
    pub fn first(problems: &[Problem]) -> Self {
        Self::First(!problems.is_empty())
    }

    pub fn known(has_secret: bool, problems: &[Problem]) -> Self {
        let back = !problems.is_empty();
        if has_secret { Self::Kept(back) } else { Self::Without(back) }
    }

    fn hint(&self, guide: &Guide) -> String {
        match self {
            Self::First(true) => format!("{} What was typed before is not kept: enter it again.", guide.secret),
            Self::First(false) => format!("{} It is kept encrypted and never shown again.", guide.secret),
            Self::Kept(true) => "One is kept. A new one that was typed before is not: enter it again.".to_owned(),
            Self::Kept(false) => "One is kept. Leave this empty to keep it; enter a new one to replace it.".to_owned(),
            Self::Without(true) => "None is kept. What was typed before is not kept: enter it again.".to_owned(),
            Self::Without(false) => format!("None is kept. {}", guide.secret),
        }
    }
}

/// All parts of the form but for what is special to adding.
pub fn parts<T>(preset: Preset, draft: &Draft<T>, typed: &ProviderForm, secret: Secret) -> impl IntoView + use<T> {
    let guide = guide::of(preset);
    view! {
        {connection(preset, &guide, draft, typed, &secret)}
        {people(preset, &guide, draft, typed)}
        {second_factor(preset, draft, typed)}
        {claims(preset, draft, typed)}
    }
}

fn connection<T>(
    preset: Preset,
    guide: &Guide,
    draft: &Draft<T>,
    typed: &ProviderForm,
    secret: &Secret,
) -> impl IntoView + use<T> {
    let typed = typed.clone();
    view! {
        <section class="part">
            <header><h2>"Connection"</h2><p>"How Lobby reaches the provider, and what the provider knows Lobby by."</p></header>
            <div class="form">
                <Field
                    name="form[name]"
                    label="Name"
                    value=typed.name.clone()
                    problem=draft.problem("name")
                    hint="People read it on the button: “Continue with …”."
                />
                {addresses(preset, guide, draft, &typed)}
                <Field
                    name="form[client_id]"
                    label="Client id"
                    value=typed.client_id
                    problem=draft.problem("client_id")
                    hint=guide.client_id.to_owned()
                    autocomplete="off"
                />
                <Field
                    name="form[client_secret]"
                    label="Client secret"
                    kind="password"
                    problem=draft.problem("client_secret")
                    hint=secret.hint(guide)
                    autocomplete="new-password"
                    optional=true
                />
                <Field
                    name="form[secret_ends]"
                    label="Last day of the secret"
                    kind="date"
                    value=typed.secret_ends
                    problem=draft.problem("secret_ends")
                    hint="A warning stands on the overview from 30 days before."
                    optional=true
                />
                <Field
                    name="form[scopes]"
                    label="Scopes"
                    value=typed.scopes
                    problem=draft.problem("scopes")
                    hint="With spaces between."
                    optional=true
                />
            </div>
        </section>
    }
}

fn addresses<T>(preset: Preset, guide: &Guide, draft: &Draft<T>, typed: &ProviderForm) -> AnyView {
    let typed = typed.clone();
    if preset.is_open_id() {
        let tenants = (preset == Preset::EntraMany).then(|| {
            view! {
                <TextArea
                    name="form[tenants]"
                    label="Pinned tenants"
                    value=typed.tenants
                    problem=draft.problem("tenants")
                    hint="One a line: tenant id, comma, domain. Nobody of another tenant comes in."
                    rows=3
                    optional=true
                />
            }
        });
        return view! {
            <Field
                name="form[issuer]"
                label="Issuer"
                kind="url"
                value=typed.issuer
                problem=draft.problem("issuer")
                hint=guide.issuer.to_owned()
                placeholder="https://login.praxis.example"
            />
            {tenants}
        }
        .into_any();
    }
    view! {
        <Field name="form[authorize]" label="Authorization address" kind="url" value=typed.authorize problem=draft.problem("authorize")/>
        <Field name="form[token]" label="Token address" kind="url" value=typed.token problem=draft.problem("token")/>
        <Field
            name="form[user]"
            label="User address"
            kind="url"
            value=typed.user
            problem=draft.problem("user")
            hint="Tells, as JSON, who signed in."
        />
        <Field
            name="form[emails]"
            label="Mailbox list address"
            kind="url"
            value=typed.emails
            problem=draft.problem("emails")
            hint="Where the mailboxes of the person are listed apart, with their verification, as GitHub does."
            optional=true
        />
    }
    .into_any()
}

fn people<T>(preset: Preset, guide: &Guide, draft: &Draft<T>, typed: &ProviderForm) -> impl IntoView + use<T> {
    let typed = typed.clone();
    let by_passcode = preset.is_open_id().then(|| {
        view! {
            <Choice
                name="form[also_by_passcode]"
                value="true"
                label="People of its domains may also come by a code to their mailbox"
                hint="Without it they come by this provider alone: whoever loses the account there has no way in here.".to_owned()
                checked=typed.also_by_passcode
            />
        }
    });
    view! {
        <section class="part">
            <header><h2>"People"</h2><p>"Who is led to it, and what its word about an address is worth."</p></header>
            <div class="form">
                <TextArea
                    name="form[domains]"
                    label="Domains it speaks for"
                    value=typed.domains
                    problem=draft.problem("domains")
                    hint=guide.domains.to_owned()
                    rows=3
                    optional=true
                />
                <div class="choices">
                    {by_passcode}
                    <Choice
                        name="form[offered]"
                        value="true"
                        label="Offered to everybody on the sign-in page"
                        hint="Not only to the people of its domains.".to_owned()
                        checked=typed.offered
                    />
                    <Choice
                        name="form[verified_counts]"
                        value="true"
                        label="Its verified addresses count for every domain without a provider"
                        hint="Without it, somebody whose domain it does not speak for also types a code that is sent to the address. \
                              Leave it off unless you trust how the provider verifies.".to_owned()
                        checked=typed.verified_counts
                    />
                </div>
                <Field
                    name="form[position]"
                    label="Place among those offered"
                    kind="number"
                    size="short"
                    value=typed.position
                    problem=draft.problem("position")
                    hint="The smallest number comes first."
                />
            </div>
        </section>
    }
}

fn second_factor<T>(preset: Preset, draft: &Draft<T>, typed: &ProviderForm) -> Option<impl IntoView + use<T>> {
    let typed = typed.clone();
    preset.is_open_id().then(|| {
        view! {
            <section class="part">
                <header>
                    <h2>"Second factor"</h2>
                    <p>"Whether what the provider says of a second factor counts here."</p>
                </header>
                <div class="form">
                    <Choice
                        name="form[trusts_second_factor]"
                        value="true"
                        label="Trust the provider's second factor"
                        hint="A sign-in counts as multifactor if the provider says one of the words below.".to_owned()
                        checked=typed.trusts_second_factor
                    />
                    <div class="fields">
                        <Field
                            name="form[amr]"
                            label="Methods (amr)"
                            value=typed.amr
                            problem=draft.problem("amr")
                            optional=true
                        />
                        <Field
                            name="form[acr]"
                            label="Classes (acr)"
                            value=typed.acr
                            problem=draft.problem("acr")
                            optional=true
                        />
                    </div>
                </div>
            </section>
        }
    })
}

fn claims<T>(preset: Preset, draft: &Draft<T>, typed: &ProviderForm) -> impl IntoView + use<T> {
    let typed = typed.clone();
    let wrong = draft.problems.iter().any(|problem| problem.field.starts_with("claim_"));
    // Where there is no standard to go by, the names are a question and not a detail.
    let open = wrong || preset == Preset::OAuth2;
    let lead = if preset.is_open_id() {
        "Those of the standard fit nearly every provider."
    } else {
        "The names of the fields in what the user address answers."
    };
    // OpenID Connect has one name for it, which logout tokens use too.
    let subject = match preset.is_open_id() {
        true => view! { <Hidden name="form[claim_subject]" value="sub"/> }.into_any(),
        false => view! {
            <Field name="form[claim_subject]" label="Id" value=typed.claim_subject problem=draft.problem("claim_subject")/>
        }
        .into_any(),
    };
    view! {
        <section class="part">
            <header><h2>"Claims"</h2><p>"Under which names the provider tells the facts."</p></header>
            <details class="more" open=open>
                <summary>"Names of claims"</summary>
                <div class="stack">
                    <p class="hint">{lead}</p>
                    <div class="fields">
                        {subject}
                        <Field name="form[claim_address]" label="E-mail address" value=typed.claim_address problem=draft.problem("claim_address")/>
                        <Field name="form[claim_verified]" label="Address is verified" value=typed.claim_verified problem=draft.problem("claim_verified")/>
                        <Field name="form[claim_name]" label="Person's name" value=typed.claim_name problem=draft.problem("claim_name")/>
                    </div>
                </div>
            </details>
        </section>
    }
}
