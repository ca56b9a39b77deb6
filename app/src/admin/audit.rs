//! The audit log: every change, with actor, target, old and new value.

use domain::event::{Action, TargetKind};
use domain::time::{Span, Timestamp, Zone};
use leptos::prelude::*;
use services::logs::{self, AuditAsk, AuditEntry, AuditEvent, whom};
use services::{Page, Reader, Refusal, Verb};

use super::changes::changes;
use crate::routes;
use crate::ssr::{Visit, visit};
use crate::ui::{
    AdminFrame, Empty, FilterChip, Filters, Head, Hidden, Icon, ListTable, Notices, Paging, SortHead, is_empty,
    list_ask, page,
};

/// Which events the address of a page or of an export asks for.
pub fn audit_ask(visit: &Visit) -> AuditAsk {
    let (since, until) = dates(visit);
    AuditAsk {
        actor: visit.query.get("actor").and_then(|id| id.parse().ok()),
        action: visit.query.get("action").and_then(Action::parse),
        target: visit.query.get("target").map(str::to_owned),
        since,
        until,
    }
}

/// The first moment of the day `from`, and the last of the day `until`; a date that is none asks for nothing.
pub(super) fn dates(visit: &Visit) -> (Option<Timestamp>, Option<Timestamp>) {
    let zone = visit.zone();
    let day = |name: &str| visit.query.get(name).and_then(|day| zone.end_of_day(day).ok());
    (day("from").and_then(|end| start_of_day(&zone, end)), day("until"))
}

/// The start of the day that ends at `end`: the end of the day before, whatever the clocks did.
fn start_of_day(zone: &Zone, end: Timestamp) -> Option<Timestamp> {
    zone.end_of_day(&zone.last_day(end - Span::hours(36))).ok()
}

/// An export of what the page shows, without its place in the list.
pub(super) fn export(visit: &Visit, path: &str) -> String {
    visit.query.with(path, "sort", "")
}

/// Turns an address that was typed into the id by which logs are filtered. `Some` is the page to go to.
pub(super) async fn resolve_who(visit: &Visit, by: &Reader, name: &str) -> Verb<Option<String>> {
    let Some(typed) = visit.query.get("who") else { return Ok(None) };
    let address = domain::text::EmailAddress::parse(typed).map_err(|error| Refusal::field("who", error.code()))?;
    let found = whom::person(&visit.services, by, &address).await?;
    let id = found.ok_or_else(|| Refusal::field("who", "person_unknown"))?;
    let rest = visit.query.0.iter().filter(|(key, _)| key != "who").cloned().collect();
    Ok(Some(crate::ssr::Query(rest).with(&visit.path, name, &id.to_string())))
}

/// What a typed address was refused for, as the page says it.
pub(super) fn who_refused(resolved: Verb<Option<String>>) -> Verb<Result<Option<String>, String>> {
    match resolved {
        Ok(page) => Ok(Ok(page)),
        Err(Refusal::Invalid(problems)) => {
            Ok(Err(problems.iter().map(crate::say::problem).collect::<Vec<_>>().join(" ")))
        }
        Err(refusal) => Err(refusal),
    }
}

#[component]
pub fn AuditPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let reader = visit.viewer()?.reader()?;
        let who = who_refused(resolve_who(&visit, &reader, "actor").await)?;
        if let Ok(Some(page)) = &who {
            crate::ssr::redirect(page);
            return Ok(().into_any());
        }
        let ask = audit_ask(&visit);
        let found = logs::audit(&visit.services, &reader, &ask, &list_ask(&visit)).await?;
        let actor = match ask.actor {
            Some(id) => whom::name(&visit.services, &reader, id).await?.or(Some(id.to_string())),
            None => None,
        };
        let about = ask.target.as_ref().map(|target| {
            let named = found
                .items
                .iter()
                .find(|entry| entry.event.target.id == *target && !entry.event.target.name.is_empty());
            named.map_or_else(|| target.clone(), |entry| entry.event.target.name.clone())
        });
        let set = vec![("actor", "By", actor), ("target", "About", about)];
        let values = Action::ALL
            .iter()
            .map(|action| (action.as_str().to_owned(), crate::say::action(*action).to_owned()))
            .collect();
        let chips = vec![FilterChip { name: "action", label: "Event", values }];
        let exports = exports(&visit, routes::AUDIT_CSV, routes::AUDIT_JSON);
        let more = more_filters(&visit, set, "Done by, an address");
        Ok(view! {
            <AdminFrame visit=visit.clone() name="Audit log">
                <Head title="Audit log" lead="Every change, every refusal and every export. Nothing here can be altered.">{exports}</Head>
                <Notices visit=visit.clone() problems=who.err().into_iter().collect()/>
                <Filters visit=visit.clone() what="audit log" chips=chips no_search=true>{more}</Filters>
                {list(visit, found)}
            </AdminFrame>
        }
        .into_any())
    })
}

/// Both files of what is shown.
pub(super) fn exports(visit: &Visit, csv: &str, json: &str) -> impl IntoView + use<> {
    view! {
        <a class="button" href=export(visit, csv) download><Icon name="download"/> "CSV"</a>
        <a class="button" href=export(visit, json) download><Icon name="download"/> "JSON"</a>
    }
}

/// Filters beyond a few values: what was chosen by a click in the list, who (by address), and between which days.
pub(super) fn more_filters(
    visit: &Visit,
    set: Vec<(&'static str, &'static str, Option<String>)>,
    placeholder: &'static str,
) -> AnyView {
    let any = set.iter().any(|(_, _, value)| value.is_some())
        || visit.query.get("from").is_some()
        || visit.query.get("until").is_some();
    let set = set
        .into_iter()
        .filter_map(|(name, label, said)| {
            let value = visit.query.get(name)?.to_owned();
            let without = visit.query.with(&visit.path, name, "");
            Some(view! {
                <Hidden name value/>
                <a class="chip" href=without>{label} ": " <b>{said}</b> " " <Icon name="close"/> <span class="hidden">"remove"</span></a>
            })
        })
        .collect_view();
    let get = |name: &str| visit.query.get(name).unwrap_or_default().to_owned();
    let (from, until, who) = (get("from"), get("until"), get("who"));
    let days = match (from.as_str(), until.as_str()) {
        ("", "") => view! { "Days" }.into_any(),
        (from, "") => view! { "Days: " <b>{format!("from {from}")}</b> }.into_any(),
        ("", until) => view! { "Days: " <b>{format!("until {until}")}</b> }.into_any(),
        (from, until) => view! { "Days: " <b>{format!("{from} to {until}")}</b> }.into_any(),
    };
    let clear = any.then(|| view! { <a class="button quiet small" href=visit.path.clone()>"Clear all"</a> });
    view! {
        <label class="search">
            <Icon name="search"/>
            <span class="hidden">{placeholder}</span>
            <input type="search" name="who" value=who placeholder=placeholder/>
        </label>
        {set}
        <details class="menu chip" name="filter">
            <summary>{days}</summary>
            <div>
                <div class="field"><label for="from">"From"</label><input id="from" type="date" name="from" value=from/></div>
                <div class="field"><label for="until">"Until"</label><input id="until" type="date" name="until" value=until/></div>
                <button class="button small primary">"Apply"</button>
            </div>
        </details>
        {clear}
    }
    .into_any()
}

/// The moment to the second, for logs.
pub(super) fn moment(visit: &Visit, at: Timestamp) -> impl IntoView + use<> {
    let zone = visit.zone();
    let title = format!("{} {}", zone.format(at, "%A %-d %B %Y, %H:%M:%S"), zone.name());
    view! { <time datetime=zone.format(at, "%Y-%m-%dT%H:%M:%S%:z") title=title>{zone.format(at, "%-d %b %Y, %H:%M:%S")}</time> }
}

fn list(visit: Visit, found: Page<AuditEntry>) -> AnyView {
    if is_empty(&found) {
        return view! {
            <Empty icon="log" title="No event fits" text="Nothing happened that fits these filters.">
                <a class="button" href=routes::AUDIT>"Show everything"</a>
            </Empty>
        }
        .into_any();
    }
    let rows = found.items.iter().map(|entry| row(&visit, entry)).collect_view().into_any();
    let (sort, paging) = (visit.clone(), Paging::of(&found));
    view! {
        <ListTable visit caption="Audit log" rows paging one="event" many="events" dense=true>
            <SortHead visit=sort name="time" label="Time" first=true descending=true/>
            <th scope="col">"Who"</th>
            <th scope="col">"Event"</th>
            <th scope="col">"About"</th>
            <th scope="col">"From"</th>
        </ListTable>
    }
    .into_any()
}

fn row(visit: &Visit, entry: &AuditEntry) -> impl IntoView + use<> {
    let event = &entry.event;
    let actor = match event.actor.id {
        Some(id) => {
            view! { <a href=visit.query.with(&visit.path, "actor", &id.to_string())>{event.actor.name.clone()}</a> }
                .into_any()
        }
        None => event.actor.name.clone().into_any(),
    };
    let about = about(visit, event);
    let changed = changes(visit, event.old.as_deref(), event.new.as_deref(), &entry.about);
    let facts = small_print(visit, event);
    view! {
        <tr>
            <td data-label="Time">{moment(visit, event.at)}</td>
            <td data-label="Who">{actor}</td>
            <td class="main">
                <details class="more"><summary>{crate::say::action(event.action)}</summary>{changed} {facts}</details>
            </td>
            <td data-label="About" class="wrap">{about}</td>
            <td data-label="From">{event.address.clone().map(|address| view! { <code>{address}</code> })}</td>
        </tr>
    }
}

/// What an event is about, as a filter; pages that were refused are filtered by their path's code, so they stand plain.
fn about(visit: &Visit, event: &AuditEvent) -> AnyView {
    let target = &event.target;
    let name = if target.name.is_empty() { target.id.clone() } else { target.name.clone() };
    if matches!(target.kind, TargetKind::Path) {
        return view! { <span>{name} " " <small>{target.id.clone()}</small></span> }.into_any();
    }
    view! {
        <span>
            <a href=visit.query.with(&visit.path, "target", &target.id)>{name}</a>
            " " <small>{crate::say::target(target.kind)}</small>
        </span>
    }
    .into_any()
}

fn small_print(visit: &Visit, event: &AuditEvent) -> impl IntoView + use<> {
    // A reader of the logs alone may not open what they are about.
    let may = visit.viewer.as_ref().is_some_and(services::Viewer::administers_users);
    let open = match event.target.kind {
        TargetKind::User => event.target.id.parse().ok().map(routes::person),
        TargetKind::Group => event.target.id.parse().ok().map(routes::group),
        TargetKind::Application => event.target.id.parse().ok().map(routes::application),
        _ => None,
    };
    let open = open.filter(|_| may).map(|href| view! { <div><dt>"Page"</dt><dd><a href=href>"Open"</a></dd></div> });
    view! {
        <dl class="small-print">
            <div><dt>"Code"</dt><dd><code>{event.action.as_str()}</code></dd></div>
            <div><dt>"Target"</dt><dd><code>{event.target.id.clone()}</code></dd></div>
            <div><dt>"Request"</dt><dd><code>{event.correlation.to_string()}</code></dd></div>
            <div><dt>"Event"</dt><dd><code>{event.id.to_string()}</code></dd></div>
            {open}
        </dl>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_starts_where_the_one_before_it_ends_whatever_the_clocks_do() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        for (day, before) in [
            ("2026-03-29", "2026-03-28"),
            ("2026-10-25", "2026-10-24"),
            ("2026-03-30", "2026-03-29"),
            ("2026-01-01", "2025-12-31"),
        ] {
            let end = berlin.end_of_day(day).unwrap();
            assert_eq!(start_of_day(&berlin, end), berlin.end_of_day(before).ok(), "{day}");
        }
    }
}
