//! The whole map of addresses on one screen.

use app::routes;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Router, middleware};
use leptos::prelude::provide_context;
use leptos_axum::{LeptosRoutes, generate_route_list};

use crate::layers::{gate, log, visit};
use crate::state::AppState;
use crate::{assets, demo, exports, files, health, launch, mailbox, passkeys, secrets, signin, uploads};

/// Every form but an upload; pasted lists of 10,000 addresses fit.
const BODY_LIMIT: usize = 2 * 1024 * 1024;

pub fn router(state: AppState) -> Router {
    let pages = generate_route_list(app::shell::App);
    let browser = assets::names();
    let context = move || provide_context(browser.clone());
    let fn_context = || ();
    let answer = DefaultBodyLimit::max(passkeys::BODY_LIMIT);
    let upload = DefaultBodyLimit::max(uploads::BODY_LIMIT);
    let visited = Router::new()
        .leptos_routes_with_context(&state, pages, context.clone(), app::shell::shell)
        .route("/fn/{*endpoint}", post(move |request| leptos_axum::handle_server_fns_with_context(fn_context, request)))
        .route("/launch/{app}", get(launch::launch))
        .route("/go/{app}", get(launch::go_on))
        .route("/signin/go/{attempt}", get(signin::go))
        .route("/signin/callback/{provider}", get(signin::callback))
        .route("/signin/backchannel/{provider}", post(signin::back_channel))
        .route("/passkey/sign-in/begin", post(passkeys::begin_sign_in))
        .route("/passkey/sign-in", post(passkeys::sign_in).layer(answer))
        .route("/passkey/add/begin", post(passkeys::begin_adding))
        .route("/passkey/add", post(passkeys::add).layer(answer))
        .route("/passkey/prove/begin", post(passkeys::begin_proof))
        .route("/passkey/prove", post(passkeys::prove).layer(answer))
        .route("/upload/application-logo/{app}", post(uploads::application_logo).layer(upload))
        .route("/upload/provider-logo/{provider}", post(uploads::provider_logo).layer(upload))
        .route("/upload/organization-logo", post(uploads::organization_logo).layer(upload))
        .route(routes::MY_DATA, get(exports::my_data))
        .route(routes::AUDIT_CSV, get(exports::log))
        .route(routes::AUDIT_JSON, get(exports::log))
        .route(routes::SIGN_INS_CSV, get(exports::log))
        .route(routes::SIGN_INS_JSON, get(exports::log))
        .route("/admin/terms/{terms}/acceptances.csv", get(exports::acceptances))
        .route("/invitation-link", post(secrets::invitation_link))
        .route(routes::ENROLMENT_PASS, post(secrets::enrolment_pass))
        .route(routes::GUEST_ENROLMENT_PASS, post(secrets::guest_enrolment_pass))
        .route(routes::RECOVERY_CODES, post(secrets::recovery_codes))
        .route("/mailbox/{letter}/letter", get(mailbox::letter))
        .route("/demo/{name}", get(demo::application))
        .fallback(leptos_axum::render_app_async_with_context(context.clone(), app::shell::shell))
        .layer(middleware::from_fn_with_state(state.clone(), visit::visits));
    let plain = Router::new()
        .route("/logo/{digest}", get(files::logo))
        .route("/theme/{file}", get(files::theme))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready));
    visited
        .merge(plain)
        .merge(assets::routes())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(state.clone(), gate::same_origin))
        .layer(middleware::from_fn_with_state(state.clone(), gate::host))
        .layer(middleware::from_fn_with_state(state.clone(), gate::headers))
        .layer(middleware::from_fn_with_state(state.clone(), log::requests))
        .with_state(state)
}
