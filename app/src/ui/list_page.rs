//! The frame of a page that lists everything of a kind for administrators: head, search, filters, table, pager.

use leptos::prelude::*;
use services::{Count, Page};

use super::{AdminFrame, Empty, FilterChip, Filters, Head, Notices, Pager};
use crate::ssr::Visit;

/// Everything around the list itself, which is the child.
#[component]
pub fn ListPage(
    visit: Visit,
    title: &'static str,
    lead: &'static str,
    /// What was refused before this page was shown.
    problems: Vec<String>,
    /// What is searched, for the label: "people".
    what: &'static str,
    placeholder: &'static str,
    #[prop(optional)] chips: Vec<FilterChip>,
    /// The buttons of the head: one that adds, where the reader may.
    #[prop(optional_no_strip)]
    add: Option<AnyView>,
    /// What stands over the filters.
    #[prop(optional_no_strip)]
    above: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    view! {
        <AdminFrame visit=visit.clone() name=title>
            <Head title lead>{add}</Head>
            <Notices visit=visit.clone() problems=problems/>
            {above}
            <Filters visit=visit.clone() what placeholder=placeholder chips/>
            {children()}
        </AdminFrame>
    }
}

/// How many there are, and where the pages on either side begin.
pub struct Paging {
    count: Count,
    next: Option<String>,
    previous: Option<String>,
}

impl Paging {
    pub fn of<T>(page: &Page<T>) -> Self {
        Self { count: page.count, next: page.next.clone(), previous: page.previous.clone() }
    }
}

/// Is there nothing at all to list, so that something else stands in the table's place?
pub fn is_empty<T>(page: &Page<T>) -> bool {
    page.items.is_empty() && page.count == Count::Exactly(0)
}

/// What stands in the place of an empty list: the way to all of it where it was narrowed down, else to the first.
#[component]
pub fn Nothing(
    icon: &'static str,
    title: &'static str,
    text: &'static str,
    /// Searched or filtered.
    narrowed: bool,
    /// (address, words) of the list without search and filters.
    all: (&'static str, &'static str),
    /// (address, words) of the page that adds one, where the reader may.
    #[prop(optional_no_strip)]
    add: Option<(&'static str, &'static str)>,
) -> impl IntoView {
    let next = match (narrowed, add) {
        (true, _) => view! { <a class="button" href=all.0>{all.1}</a> }.into_any(),
        (false, Some((href, said))) => view! { <a class="button primary" href=href>{said}</a> }.into_any(),
        (false, None) => ().into_any(),
    };
    view! { <Empty icon title text>{next}</Empty> }
}

/// One page of a list: the children are the cells of its header row.
#[component]
pub fn ListTable(
    visit: Visit,
    caption: &'static str,
    rows: AnyView,
    paging: Paging,
    one: &'static str,
    many: &'static str,
    /// Rows of a log.
    #[prop(optional)]
    dense: bool,
    /// What stands between the rows and the pager.
    #[prop(optional)]
    under: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    let Paging { count, next, previous } = paging;
    view! {
        <div class="table" class:dense=dense>
            <table>
                <caption class="hidden">{caption}</caption>
                <thead>
                    <tr>{children()}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {under}
        <Pager visit count next previous one many/>
    }
}
