//! The document around every page, its security headers, and the map of all pages.

use axum::http::header;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::components::{Outlet, ParentRoute, Route, Router, Routes};
use leptos_router::{MatchNestedRoutes, SsrMode, path};
use services::{Denied, Refusal};

use crate::scripts::BrowserScripts;
use crate::ssr;
use crate::ui::page;
use crate::{admin, door, owner, panel};

/// The whole HTML document.
pub fn shell() -> impl IntoView {
    let visit = ssr::visit().ok();
    // The demo's mailbox alone has a frame.
    let frames = if visit.as_ref().is_some_and(|visit| visit.services.demo) { "frame-src 'self'; " } else { "" };
    let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
    ssr::set_header(
        header::CONTENT_SECURITY_POLICY,
        &format!(
            "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
             img-src 'self' data:; connect-src 'self'; {frames}base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
        ),
    );
    let theme = visit.as_ref().and_then(|visit| visit.theme);
    let accent = visit.as_ref().map(|visit| crate::theme::href(&visit.services.tenant().organization.value.accent));
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <BrowserScripts/>
                {accent.map(|href| view! { <link rel="stylesheet" href=href/> })}
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// Every page of Lobby with its address.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let mode = SsrMode::Async;
    let lost = || page(async { Err(Refusal::Denied(Denied::NotFound)) });
    view! {
        <Router>
            <Routes fallback=lost>
                <Route path=path!("/") view=panel::apps::AppsPage ssr=mode.clone()/>
                <Route path=path!("/signin") view=door::signin::SignInPage ssr=mode.clone()/>
                <Route path=path!("/signin/code") view=door::code::CodePage ssr=mode.clone()/>
                <Route path=path!("/signin/ways") view=door::choose::WaysPage ssr=mode.clone()/>
                <Route path=path!("/redeem/:token") view=door::redeem::RedeemPage ssr=mode.clone()/>
                <Route path=path!("/invitation/add") view=door::add::AddInvitationPage ssr=mode.clone()/>
                <Route path=path!("/consent") view=door::consent::ConsentPage ssr=mode.clone()/>
                <Route path=path!("/lost") view=door::redeem::LostPage ssr=mode.clone()/>
                <Route path=path!("/lift") view=door::lift::LiftPage ssr=mode.clone()/>
                <Route path=path!("/first/:token") view=door::first::FirstPage ssr=mode.clone()/>
                <Route path=path!("/account") view=panel::account::AccountPage ssr=mode.clone()/>
                <Route path=path!("/account/address") view=panel::address::AddressPage ssr=mode.clone()/>
                <Route path=path!("/account/leave") view=panel::leave::LeavePage ssr=mode.clone()/>
                <Route path=path!("/account/prove") view=panel::prove::ProvePage ssr=mode.clone()/>
                <FactorRoutes/>
                <Route path=path!("/not-open/:app") view=panel::apps::NotOpenPage ssr=mode.clone()/>
                <Route path=path!("/admin") view=admin::overview::OverviewPage ssr=mode.clone()/>
                <Route path=path!("/admin/people") view=admin::people::PeoplePage ssr=mode.clone()/>
                <Route path=path!("/admin/people/new") view=admin::people::new::NewPersonPage ssr=mode.clone()/>
                <Route path=path!("/admin/people/:user") view=admin::people::person::PersonPage ssr=mode.clone()/>
                <Route path=path!("/admin/people/:user/delete") view=admin::people::delete::DeletePersonPage ssr=mode.clone()/>
                <Route path=path!("/admin/groups") view=admin::groups::GroupsPage ssr=mode.clone()/>
                <Route path=path!("/admin/groups/new") view=admin::groups::new::NewGroupPage ssr=mode.clone()/>
                <Route path=path!("/admin/groups/:group") view=admin::groups::group::GroupPage ssr=mode.clone()/>
                <Route path=path!("/admin/groups/:group/delete") view=admin::groups::delete::DeleteGroupPage ssr=mode.clone()/>
                <Route path=path!("/admin/applications") view=admin::applications::ApplicationsPage ssr=mode.clone()/>
                <Route path=path!("/admin/applications/new") view=admin::applications::new::NewApplicationPage ssr=mode.clone()/>
                <Route path=path!("/admin/applications/:app") view=admin::applications::application::ApplicationPage ssr=mode.clone()/>
                <Route path=path!("/admin/applications/:app/setup") view=admin::applications::setup::SetupPage ssr=mode.clone()/>
                <Route path=path!("/admin/applications/:app/assign/:group") view=admin::applications::AssignGroupPage ssr=mode.clone()/>
                <Route path=path!("/admin/applications/:app/delete") view=admin::applications::delete::DeleteApplicationPage ssr=mode.clone()/>
                <Route path=path!("/admin/partners") view=admin::partners::PartnersPage ssr=mode.clone()/>
                <Route path=path!("/admin/partners/new") view=admin::partners::new::NewPartnerPage ssr=mode.clone()/>
                <Route path=path!("/admin/partners/:partner") view=admin::partners::partner::PartnerPage ssr=mode.clone()/>
                <Route path=path!("/admin/partners/:partner/delete") view=admin::partners::delete::DeletePartnerPage ssr=mode.clone()/>
                <Route path=path!("/admin/collaboration") view=admin::collaboration::CollaborationPage ssr=mode.clone()/>
                <Route path=path!("/admin/collaboration/stop") view=admin::collaboration::StopInvitationsPage ssr=mode.clone()/>
                <Route path=path!("/admin/settings") view=admin::settings::SettingsPage ssr=mode.clone()/>
                <Route path=path!("/admin/letters") view=admin::letters::LettersPage ssr=mode.clone()/>
                <Route path=path!("/admin/blocks") view=admin::blocks::BlocksPage ssr=mode.clone()/>
                <Route path=path!("/admin/audit") view=admin::audit::AuditPage ssr=mode.clone()/>
                <Route path=path!("/access") view=door::access::AccessPage ssr=mode.clone()/>
                <Route path=path!("/access/:app") view=door::access::AccessToPage ssr=mode.clone()/>
                <SignInRoutes/>
                <Route path=path!("/mailbox") view=panel::mailbox::MailboxPage ssr=mode.clone()/>
                <Route path=path!("/groups/:group") view=panel::fellows::FellowsPage ssr=mode.clone()/>
                <AskRoutes/>
                <ProviderRoutes/>
                <AccessRoutes/>
                <OwnerRoutes/>
            </Routes>
        </Router>
    }
}

/// The pages that ask the policies without changing them. Coverage stands before any page of one policy.
#[component(transparent)]
fn AskRoutes() -> impl MatchNestedRoutes + Clone {
    let mode = SsrMode::Async;
    view! {
        <ParentRoute path=path!("") view=Outlet>
            <Route path=path!("/admin/what-if") view=admin::what_if::WhatIfPage ssr=mode.clone()/>
            <Route path=path!("/admin/policies/coverage") view=admin::access_checks::coverage::CoveragePage ssr=mode.clone()/>
            <Route path=path!("/admin/policies/:policy/replay") view=admin::access_checks::replay::ReplayPage ssr=mode/>
        </ParentRoute>
    }
    .into_inner()
}

/// The pages on which somebody enrols a second factor.
#[component(transparent)]
fn FactorRoutes() -> impl MatchNestedRoutes + Clone {
    let mode = SsrMode::Async;
    view! {
        <ParentRoute path=path!("") view=Outlet>
            <Route path=path!("/account/enrol") view=panel::enrol::EnrolPage ssr=mode.clone()/>
            <Route path=path!("/account/authenticator") view=panel::enrol::AuthenticatorPage ssr=mode.clone()/>
            <Route path=path!("/account/recovery") view=panel::enrol::RecoveryPage ssr=mode/>
        </ParentRoute>
    }
    .into_inner()
}

/// The sign-in log.
#[component(transparent)]
fn SignInRoutes() -> impl MatchNestedRoutes + Clone {
    let mode = SsrMode::Async;
    view! {
        <ParentRoute path=path!("") view=Outlet>
            <Route path=path!("/admin/sign-ins") view=admin::sign_ins::SignInsPage ssr=mode.clone()/>
            <Route path=path!("/admin/sign-ins/:sign_in") view=admin::sign_ins::SignInPage ssr=mode/>
        </ParentRoute>
    }
    .into_inner()
}

/// The pages about identity providers.
#[component(transparent)]
fn ProviderRoutes() -> impl MatchNestedRoutes + Clone {
    let mode = SsrMode::Async;
    view! {
        <ParentRoute path=path!("") view=Outlet>
            <Route path=path!("/admin/providers") view=admin::providers::ProvidersPage ssr=mode.clone()/>
            <Route path=path!("/admin/providers/new") view=admin::providers::new::NewProviderPage ssr=mode.clone()/>
            <Route path=path!("/admin/providers/:provider") view=admin::providers::provider::ProviderPage ssr=mode.clone()/>
            <Route path=path!("/admin/providers/:provider/test") view=admin::providers::trial::TestProviderPage ssr=mode.clone()/>
            <Route path=path!("/admin/providers/:provider/delete") view=admin::providers::delete::DeleteProviderPage ssr=mode/>
        </ParentRoute>
    }
    .into_inner()
}

/// The pages about conditional access.
#[component(transparent)]
fn AccessRoutes() -> impl MatchNestedRoutes + Clone {
    let mode = SsrMode::Async;
    view! {
        <ParentRoute path=path!("") view=Outlet>
            <Route path=path!("/admin/policies") view=admin::policies::PoliciesPage ssr=mode.clone()/>
            <Route path=path!("/admin/policies/new") view=admin::policies::pages::NewPolicyPage ssr=mode.clone()/>
            <Route path=path!("/admin/policies/settings") view=admin::policies::settings::AccessSettingsPage ssr=mode.clone()/>
            <Route path=path!("/admin/policies/:policy") view=admin::policies::pages::PolicyPage ssr=mode.clone()/>
            <Route path=path!("/admin/policies/:policy/delete") view=admin::policies::delete::DeletePolicyPage ssr=mode.clone()/>
            <Route path=path!("/admin/locations") view=admin::locations::LocationsPage ssr=mode.clone()/>
            <Route path=path!("/admin/locations/new") view=admin::locations::pages::NewLocationPage ssr=mode.clone()/>
            <Route path=path!("/admin/locations/:location") view=admin::locations::pages::LocationPage ssr=mode.clone()/>
            <Route path=path!("/admin/locations/:location/delete") view=admin::locations::delete::DeleteLocationPage ssr=mode.clone()/>
            <Route path=path!("/admin/terms") view=admin::terms::TermsListPage ssr=mode.clone()/>
            <Route path=path!("/admin/terms/new") view=admin::terms::pages::NewTermsPage ssr=mode.clone()/>
            <Route path=path!("/admin/terms/:terms") view=admin::terms::pages::TermsPage ssr=mode.clone()/>
            <Route path=path!("/admin/terms/:terms/delete") view=admin::terms::delete::DeleteTermsPage ssr=mode/>
        </ParentRoute>
    }
    .into_inner()
}

/// The pages of whoever manages a group, or invites.
#[component(transparent)]
fn OwnerRoutes() -> impl MatchNestedRoutes + Clone {
    let mode = SsrMode::Async;
    view! {
        <ParentRoute path=path!("") view=Outlet>
            <Route path=path!("/manage") view=owner::groups::ManagePage ssr=mode.clone()/>
            <Route path=path!("/manage/:group") view=owner::guests::GuestsPage ssr=mode.clone()/>
            <Route path=path!("/manage/:group/guests/remove") view=owner::several::RemovePage ssr=mode.clone()/>
            <Route path=path!("/manage/:group/guests/end") view=owner::several::EndPage ssr=mode.clone()/>
            <Route path=path!("/manage/:group/guests/:user") view=owner::guest::GuestPage ssr=mode.clone()/>
            <Route path=path!("/manage/:group/members/new") view=owner::add::AddPage ssr=mode.clone()/>
            <Route path=path!("/manage/:group/invite") view=owner::invite::InvitePage ssr=mode.clone()/>
            <Route path=path!("/manage/:group/invitations") view=owner::invitations::InvitationsPage ssr=mode.clone()/>
            <Route path=path!("/manage/:group/invitations/:invitation") view=owner::invitation::InvitationPage ssr=mode.clone()/>
            <Route path=path!("/manage/:group/invitations/:invitation/revoke") view=owner::invitation::RevokePage ssr=mode.clone()/>
            <Route path=path!("/manage/:group/rules") view=owner::rules::RulesPage ssr=mode.clone()/>
            <Route path=path!("/manage/:group/owners/:user/remove") view=owner::owners::RemoveOwnerPage ssr=mode.clone()/>
            <Route path=path!("/jobs/:job") view=owner::job::JobPage ssr=mode.clone()/>
            <Route path=path!("/invite") view=owner::invite::InvitePage ssr=mode/>
        </ParentRoute>
    }
    .into_inner()
}
