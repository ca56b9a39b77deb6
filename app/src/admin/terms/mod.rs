//! Terms of use: the list of all documents.

pub mod delete;
mod form;
pub mod pages;

use domain::access::Terms;
use leptos::prelude::*;
use services::Page;
use services::access::rows::Listed;
use services::access::terms;

use crate::admin::groups::many;
use crate::routes;
use crate::ssr::{Visit, refused, visit};
use crate::ui::{Icon, ListPage, ListTable, Nothing, Paging, SortHead, When, is_empty, list_ask, page};

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
            view! { <a class="button primary" href=routes::NEW_TERMS><Icon name="plus"/> "New terms"</a> }.into_any()
        });
        Ok(view! {
            <ListPage
                visit=visit.clone()
                title="Terms of use"
                lead="Documents that an access policy asks people to accept, each in their language."
                problems=problems
                what="terms"
                placeholder="Name"
                add=new
            >
                {list(visit, found, may)}
            </ListPage>
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

fn list(visit: Visit, found: Page<Listed<Terms>>, may: bool) -> AnyView {
    if is_empty(&found) {
        return none(&visit, may);
    }
    let rows = found.items.iter().map(|listed| row(&visit, listed)).collect_view();
    let (rows, paging) = (rows.into_any(), Paging::of(&found));
    view! {
        <ListTable visit=visit.clone() caption="Terms of use" rows paging one="document" many="documents">
            <SortHead visit=visit.clone() name="name" label="Document" first=true/>
            <th scope="col" class="number">"Version"</th>
            <th scope="col">"Accepted again"</th>
            <SortHead visit=visit.clone() name="created" label="Created" descending=true/>
        </ListTable>
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
    let add = may.then_some((routes::NEW_TERMS, "New terms"));
    view! { <Nothing icon="log" title text narrowed=searched all=(routes::TERMS, "Show all terms") add/> }.into_any()
}

/// How often it was accepted.
fn times(accepted: i64) -> String {
    match accepted {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        n => format!("{} times", many(n)),
    }
}
