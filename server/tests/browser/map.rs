//! Every door that the real router has: pages, server functions and plain endpoints, as `METHOD path`.

use std::collections::{BTreeMap, BTreeSet};

use services::testing::Lobby;
use store::Engine;

use super::doors;

/// A method and a path, with what varies in braces.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Door {
    pub method: String,
    pub path: String,
}

pub async fn all() -> BTreeSet<Door> {
    let lobby = Lobby::open(Engine::Sqlite).await;
    let routes = routes(&format!("{:?}", doors(&lobby)));
    let pages = leptos_axum::generate_route_list(app::shell::App).into_iter().map(|page| page.path().to_owned());
    let functions = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned());
    for path in pages.chain(functions) {
        assert!(
            routes.iter().any(|door| door.path == path),
            "the router is read wrongly: {path} is not among {routes:?}"
        );
    }
    // Each server function stands there by itself too.
    routes.into_iter().filter(|door| !is_file(&door.path) && door.path != "/fn/{*endpoint}").collect()
}

/// The packed files of the build, such as `/favicon.svg`: there for everybody, and some builds have none.
fn is_file(path: &str) -> bool {
    path.starts_with("/pkg/") || (path.rfind('/') == Some(0) && path.contains('.'))
}

/// What axum prints of a router names every route with the methods that it allows: nothing is listed by hand, so nothing
/// can be forgotten.
fn routes(printed: &str) -> Vec<Door> {
    let printed = printed.split("fallback_router").next().unwrap_or_default();
    let (mut methods, mut paths) = (BTreeMap::new(), BTreeMap::new());
    for route in printed.split("RouteId(").skip(1) {
        let (id, route) = route.split_once("): ").unwrap();
        match route.strip_prefix('"') {
            Some(path) => paths.insert(id, path.split('"').next().unwrap()),
            None => {
                methods.insert(id, route.split("allow_header: Bytes(b\"").nth(1).unwrap().split('"').next().unwrap())
            }
        };
    }
    let of_path = |(id, path): (&&str, &&str)| {
        let allowed = methods[*id].split(',').filter(|method| *method != "HEAD");
        allowed.map(|method| Door { method: method.to_owned(), path: (*path).to_owned() }).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}
