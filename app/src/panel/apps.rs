//! The apps page: where can I go, until when, whom do I ask.

use domain::access::Outcome;
use domain::id::AppId;
use domain::time::{Span, Timestamp};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use services::applications::{self, Door, Tile};
use services::{Denied, Refusal};

use crate::islands::SearchTiles;
use crate::routes;
use crate::ssr::{Visit, visit};
use crate::ui::{Empty, Icon, Logo, Notices, PanelFrame, page, until};

/// From here on the end of a stay is shown in the color of caution.
const SOON: Span = Span::days(14);
/// So many of the applications used last stand first.
const RECENT: usize = 4;
/// With fewer tiles than this, nobody searches and nothing stands out as recent.
const MANY: usize = 8;

#[component]
pub fn AppsPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let tiles = applications::tiles(&visit.services, &viewer).await?;
        Ok(apps(visit, tiles).into_any())
    })
}

fn greeting(visit: &Visit) -> String {
    let hour = visit.zone().hour(visit.now());
    let part = match hour {
        5..=11 => "Good morning",
        12..=17 => "Good afternoon",
        _ => "Good evening",
    };
    let name = visit.viewer.as_ref().and_then(|viewer| viewer.user.name.as_ref()).map(|name| format!(", {name}"));
    format!("{part}{}.", name.unwrap_or_default())
}

fn apps(visit: Visit, tiles: Vec<Door>) -> impl IntoView + use<> {
    let searched = visit.query.get("q").unwrap_or_default().to_owned();
    let words = domain::text::words(&searched);
    let found: Vec<&Door> = tiles.iter().filter(|door| matches(&door.tile, &words)).collect();
    let head = view! {
        <header class="head">
            <div><h1>{greeting(&visit)}</h1></div>
            {(tiles.len() >= MANY).then(|| {
                view! {
                    <form class="search" role="search" aria-label="Your apps">
                        <Icon name="search"/>
                        <SearchTiles value=searched.clone()/>
                        <button class="button unscripted">"Search"</button>
                    </form>
                }
            })}
        </header>
    };
    let body = if tiles.is_empty() {
        none(&visit).into_any()
    } else if found.is_empty() {
        view! {
            <Empty icon="search" title="No application matches" text=format!("Nothing here begins with “{searched}”.")>
                <a class="button" href=routes::APPS>"Show all"</a>
            </Empty>
        }
        .into_any()
    } else {
        let mut recent: Vec<&Door> = found.iter().copied().filter(|door| door.tile.used_at.is_some()).collect();
        recent.sort_by_key(|door| std::cmp::Reverse(door.tile.used_at));
        recent.truncate(RECENT);
        let all = found.iter().map(|one| door(&visit, one)).collect_view();
        if tiles.len() >= MANY && words.is_empty() && !recent.is_empty() {
            let recent = recent.iter().map(|one| door(&visit, one)).collect_view();
            view! {
                <section class="stack"><h2>"Recently used"</h2><ul class="tiles">{recent}</ul></section>
                <section class="stack"><h2>"All applications"</h2><ul class="tiles">{all}</ul></section>
            }
            .into_any()
        } else {
            view! {
                <section class="stack"><h2 class="hidden">"Your applications"</h2><ul class="tiles">{all}</ul></section>
            }
            .into_any()
        }
    };
    view! {
        <PanelFrame visit=visit.clone() name="Apps">
            {head}
            <Notices visit=visit.clone()/>
            {body}
        </PanelFrame>
    }
}

fn matches(tile: &Tile, words: &[String]) -> bool {
    let of_tile = domain::text::words(&format!("{} {}", tile.name, tile.description));
    words.iter().all(|word| of_tile.iter().any(|of_tile| of_tile.starts_with(word.as_str())))
}

fn ends(visit: &Visit, end: Timestamp) -> impl IntoView + use<> {
    let said = format!("until {}", until(&visit.zone(), end, visit.now()));
    if end - visit.now() <= SOON {
        view! { <span class="tone caution">{said}</span> }.into_any()
    } else {
        view! { <span>{said}</span> }.into_any()
    }
}

/// A tile: the whole of it is the link. One that does not open from here keeps its place, and leads to why.
pub fn door(visit: &Visit, door: &Door) -> impl IntoView + use<> {
    let Door { tile, outcome } = door;
    let contact = tile.contact.clone().map(|contact| view! { <span class="muted">"Ask " {contact}</span> });
    let both = tile.ends_at.is_some() && contact.is_some();
    let said = match outcome {
        Outcome::Granted => None,
        Outcome::Demanded(_) => Some(view! { <span class="tone caution">"asks for one more step"</span> }),
        Outcome::Blocked => Some(view! { <span class="tone caution">"not from here: why?"</span> }),
    };
    let said_and_more = said.is_some() && (tile.ends_at.is_some() || contact.is_some());
    let closed = *outcome == Outcome::Blocked;
    // Why is a page of ours, and stays in this window.
    let link = if closed {
        view! { <a href=routes::access(tile.id)>{tile.name.clone()}</a> }.into_any()
    } else {
        view! { <a href=routes::launch(tile.id) target="_blank" rel="noopener">{tile.name.clone()}</a> }.into_any()
    };
    view! {
        <li class="tile" data-closed=closed.then_some("")>
            <Logo name=tile.name.clone() logo=tile.logo.clone()/>
            <h3>{link}</h3>
            <p>{tile.description.clone()}</p>
            <footer>
                {said} {said_and_more.then_some(" · ")} {tile.ends_at.map(|end| ends(visit, end))} {both.then_some(" · ")}
                {contact}
            </footer>
        </li>
    }
}

fn none(visit: &Visit) -> impl IntoView + use<> {
    let viewer = visit.viewer.as_ref();
    let text = if viewer.is_some_and(|viewer| viewer.user.is_guest()) {
        "None of your invitations opens an application at present. Ask whoever invited you, or look for a newer invitation in your mail."
    } else {
        "No application is assigned to you yet. Ask an administrator, or the owner of the application you need."
    };
    let admin = viewer.is_some_and(services::Viewer::administers_users);
    view! {
        <Empty icon="apps" title="No applications yet" text=text>
            {admin.then(|| view! { <a class="button primary" href=routes::NEW_APPLICATION>"Add an application"</a> })}
        </Empty>
    }
}

/// Where a launch ends that does not open: the same for what is not there, not assigned and switched off.
#[component]
pub fn NotOpenPage() -> impl IntoView {
    let app = use_params_map().get_untracked().get("app").unwrap_or_default();
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let app: AppId = app.parse().map_err(|_| Refusal::Denied(Denied::NotFound))?;
        let tiles = applications::tiles(&visit.services, &viewer).await?;
        if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
            response.set_status(axum::http::StatusCode::NOT_FOUND);
        }
        let again = routes::launch(app);
        let open = tiles.iter().map(|one| door(&visit, one)).collect_view();
        let others = (!tiles.is_empty()).then(|| {
            view! { <section class="stack"><h2>"What opens for you"</h2><ul class="tiles">{open}</ul></section> }
        });
        let at = visit.zone().format(visit.now(), "%-d %B %Y, %H:%M:%S %Z");
        Ok(view! {
            <PanelFrame visit=visit.clone() name="Not open to you" class="problem">
                <Icon name="block"/>
                <h1>"This application is not open to you"</h1>
                <p class="lead">
                    "It may be switched off, your access to it may have ended, or it was never given to you. Ask whoever invited you."
                </p>
                <div class="actions">
                    <a class="button primary" href=again>"Try again"</a>
                    <a class="button" href=routes::APPS>"Go to your apps"</a>
                </div>
                {others}
                <dl class="small-print">
                    <div><dt>"Request"</dt><dd><code>{visit.correlation.to_string()}</code></dd></div>
                    <div><dt>"Application"</dt><dd><code>{app.to_string()}</code></dd></div>
                    <div><dt>"Time"</dt><dd>{at}</dd></div>
                </dl>
            </PanelFrame>
        }
        .into_any())
    })
}
