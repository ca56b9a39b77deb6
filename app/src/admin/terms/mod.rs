//! Terms of use: the list of all documents.

pub mod delete;
mod form;
pub mod pages;

use domain::access::Terms;
use leptos::prelude::*;
use services::access::rows::Listed;
use services::access::terms;
use services::{Count, Page};

use crate::routes;
use crate::ssr::{Visit, refused, visit};
use crate::ui::{AdminFrame, Empty, Filters, Head, Icon, Notices, Pager, SortHead, When, list_ask, page};

#[component]
pub fn TermsListPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let reader = viewer.clone().reader()?;
        let found = terms::list(&visit.services, &reader, &list_ask(&visit)).await?;
        let problems = refused(&visit).await?;
        let may = viewer.administers_policies();
        let new = may.then(|| {
            view! { <a class="button primary" href=routes::NEW_TERMS><Icon name="plus"/> "New terms"</a> }
        });
        Ok(view! {
            <AdminFrame visit=visit.clone() name="Terms of use">
                <Head title="Terms of use" lead="Documents that an access policy asks people to accept, each in their language.">{new}</Head>
                <Notices visit=visit.clone() problems=problems/>
                <Filters visit=visit.clone() what="terms" placeholder="Name"/>
                {list(&visit, found, may)}
            </AdminFrame>
        }
        .into_any())
    })
}

/// The languages that it is written in.
fn languages(terms: &Terms) -> String {
    terms.texts.iter().map(|text| text.language.clone()).collect::<Vec<_>>().join(", ")
}

/// When people are asked again.
fn asked_again(terms: &Terms) -> String {
    match terms.days {
        None => "only when asked again".to_owned(),
        Some(1) => "every day".to_owned(),
        Some(days) => format!("every {days} days"),
    }
}

fn list(visit: &Visit, found: Page<Listed<Terms>>, may: bool) -> AnyView {
    if found.items.is_empty() && found.count == Count::Exactly(0) {
        return none(visit, may);
    }
    let rows = found.items.iter().map(|listed| row(visit, listed)).collect_view();
    view! {
        <div class="table">
            <table>
                <caption class="hidden">"Terms of use"</caption>
                <thead>
                    <tr>
                        <SortHead visit=visit.clone() name="name" label="Document" first=true/>
                        <th scope="col" class="number">"Version"</th>
                        <th scope="col">"Accepted again"</th>
                        <SortHead visit=visit.clone() name="created" label="Created" descending=true/>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <Pager visit=visit.clone() count=found.count next=found.next previous=found.previous one="document" many="documents"/>
    }
    .into_any()
}

fn row(visit: &Visit, listed: &Listed<Terms>) -> AnyView {
    let Some(terms) = &listed.value else {
        return view! {
            <tr><th scope="row">{listed.name.clone()} <small>"What is kept of it cannot be read."</small></th><td></td><td></td><td></td></tr>
        }
        .into_any();
    };
    view! {
        <tr>
            <th scope="row"><a href=routes::terms(terms.id)>{terms.name.to_string()}</a> <small>{languages(terms)}</small></th>
            <td data-label="Version" class="number">{terms.version}</td>
            <td data-label="Accepted again">{asked_again(terms)}</td>
            <td data-label="Created"><When visit=visit.clone() at=terms.created_at/></td>
        </tr>
    }
    .into_any()
}

fn none(visit: &Visit, may: bool) -> AnyView {
    let searched = visit.query.get("q").is_some();
    let (title, text) = if searched {
        ("No document matches", "Each word must begin a word of a name.")
    } else {
        ("No terms of use yet", "Write what people must accept before they open something, and name it in a policy.")
    };
    let next = if searched {
        view! { <a class="button" href=routes::TERMS>"Show all terms"</a> }.into_any()
    } else if may {
        view! { <a class="button primary" href=routes::NEW_TERMS>"New terms"</a> }.into_any()
    } else {
        ().into_any()
    };
    view! { <Empty icon="log" title text>{next}</Empty> }.into_any()
}
