//! Lists: which page is asked for, sortable headers, search and filters, count and pager.

use leptos::prelude::*;
use services::{Count, PageAsk};

use super::Icon;
use crate::ssr::Visit;

const ROWS: usize = 50;

/// Reads `q`, `sort` (`-name` reverses), `after` and `before`.
pub fn list_ask(visit: &Visit) -> PageAsk {
    let get = |name: &str| visit.query.get(name).map(str::to_owned);
    let sort = get("sort").unwrap_or_default();
    PageAsk {
        reverse: sort.starts_with('-'),
        sort: sort.trim_start_matches('-').to_owned(),
        after: get("after"),
        before: get("before"),
        size: ROWS,
        words: get("q").map(|q| domain::text::words(&q)).unwrap_or_default(),
    }
}

/// A header that sorts: a second click turns the order round.
#[component]
pub fn SortHead(
    visit: Visit,
    /// The name of the order, as `store` lists it.
    name: &'static str,
    #[prop(into)] label: String,
    /// The list is sorted so where the address says nothing.
    #[prop(optional)]
    first: bool,
    /// Newest or greatest first, where it is not turned round.
    #[prop(optional)]
    descending: bool,
) -> impl IntoView {
    let sort = visit.query.get("sort").unwrap_or_default();
    let current = sort.trim_start_matches('-') == name || (sort.is_empty() && first);
    let reversed = current && sort.starts_with('-');
    let direction = current.then_some(if descending != reversed { "descending" } else { "ascending" });
    let next = if current && !reversed { format!("-{name}") } else { name.to_owned() };
    view! { <th scope="col" aria-sort=direction><a href=visit.query.with(&visit.path, "sort", &next)>{label}</a></th> }
}

/// A filter with its values; the first, empty one means all.
pub struct FilterChip {
    pub name: &'static str,
    pub label: &'static str,
    /// (value, what it says)
    pub values: Vec<(String, String)>,
}

/// Search and filters over a list: a plain GET form.
#[component]
pub fn Filters(
    visit: Visit,
    /// What is searched, for the label: "people".
    #[prop(into)]
    what: String,
    #[prop(optional, into)] placeholder: Option<String>,
    #[prop(optional)] chips: Vec<FilterChip>,
    /// No search, filters alone.
    #[prop(optional)]
    no_search: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let any = visit.query.get("q").is_some() || chips.iter().any(|chip| visit.query.get(chip.name).is_some());
    let sort = visit.query.get("sort").map(|sort| view! { <input type="hidden" name="sort" value=sort.to_owned()/> });
    let query = visit.query.get("q").unwrap_or_default().to_owned();
    let label = format!("Search {what}");
    let search = (!no_search).then(|| {
        view! {
            <label class="search">
                <Icon name="search"/>
                <span class="hidden">{label.clone()}</span>
                <input type="search" name="q" value=query placeholder=placeholder.unwrap_or(label)/>
            </label>
        }
    });
    let path = visit.path.clone();
    let chips = chips
        .into_iter()
        .map(|chip| {
            let chosen = visit.query.get(chip.name).unwrap_or_default().to_owned();
            let said = chip
                .values
                .iter()
                .find(|(value, _)| *value == chosen && !chosen.is_empty())
                .map(|(_, said)| said.clone());
            let summary = match said {
                Some(said) => view! { {chip.label} ": " <b>{said}</b> }.into_any(),
                None => view! { {chip.label} }.into_any(),
            };
            let all = (String::new(), "Any".to_owned());
            let values = std::iter::once(all)
                .chain(chip.values)
                .map(|(value, said)| {
                    let checked = value == chosen;
                    view! {
                        <label class="choice">
                            <input type="radio" name=chip.name value=value checked=checked/>
                            <span>{said}</span>
                        </label>
                    }
                })
                .collect_view();
            view! {
                <details class="menu chip" name="filter">
                    <summary>{summary}</summary>
                    <div>{values}<button class="button small primary">"Apply"</button></div>
                </details>
            }
        })
        .collect_view();
    view! {
        <form class="filters" role="search" aria-label=format!("Filter {what}") action=visit.path.clone()>
            {search}
            {chips}
            {children.map(|children| children())}
            {sort}
            {any.then(|| view! { <a class="button quiet small" href=path>"Clear"</a> })}
            <button class="button unscripted">"Apply"</button>
        </form>
    }
}

/// The count, and the pages on either side.
#[component]
pub fn Pager(
    visit: Visit,
    count: Count,
    next: Option<String>,
    previous: Option<String>,
    one: &'static str,
    many: &'static str,
) -> impl IntoView {
    let link = |to: Option<String>, name: &'static str, rel: &'static str, said: &'static str| {
        to.map(|cursor| {
            let href = visit.query.with(&visit.path, name, &cursor);
            view! { <a class="button small" rel=rel href=href>{said}</a> }
        })
    };
    view! {
        <nav class="pager" aria-label="Pages">
            <p>{crate::say::count(count, one, many)}</p>
            {link(previous, "before", "prev", "Previous")}
            {link(next, "after", "next", "Next")}
        </nav>
    }
}
