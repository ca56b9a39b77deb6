//! What every handler may ask for.

use axum::extract::FromRef;
use leptos::prelude::LeptosOptions;
use services::Services;

use crate::config::Proxies;

#[derive(Clone)]
pub struct AppState {
    pub services: Services,
    pub proxies: std::sync::Arc<Proxies>,
    pub leptos: LeptosOptions,
}

impl AppState {
    pub fn new(services: Services, proxies: Proxies) -> Self {
        let leptos = LeptosOptions::builder().output_name("client").build();
        Self { services, proxies: std::sync::Arc::new(proxies), leptos }
    }

    /// The `Host` that requests carry: the port only where it is not the scheme's own.
    pub fn authority(&self) -> String {
        let url = &self.services.public_url;
        let host = url.host_str().unwrap_or_default();
        url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}
