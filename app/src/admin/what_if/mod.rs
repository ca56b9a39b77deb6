//! What-If: what the policies would say of somebody, from somewhere, on some device. Nothing is written.

mod answer;
mod form;
mod matrix;

use domain::access::Target;
use leptos::prelude::*;
use services::access::whatif;
use services::logs::whom;
use services::{Reader, Verb};

use crate::ssr::{Visit, visit};
use crate::ui::{AdminFrame, Head, Notices, page};
use form::{Choices, Typed};

#[component]
pub fn WhatIfPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let reader = visit.viewer()?.reader()?;
        let typed = Typed::of(&visit);
        let choices = choices(&visit, &reader, &typed).await?;
        let (problems, answer) = if typed.asks() {
            match typed.read(&visit, &reader, &choices).await? {
                Ok(question) if typed.matrix => {
                    let (places, rows) = whatif::matrix(&visit.services, &reader, question).await?;
                    (Vec::new(), Some(matrix::view(&visit, &typed, &choices, &places, &rows).into_any()))
                }
                Ok(question) => {
                    let asked = whatif::ask(&visit.services, &reader, question).await?;
                    (Vec::new(), Some(answer::view(&typed, &choices, &asked).into_any()))
                }
                Err(problems) => (problems, None),
            }
        } else {
            (Vec::new(), None)
        };
        let form = form::view(&typed, &choices, &problems);
        Ok(view! {
            <AdminFrame visit=visit.clone() name="What-If">
                <Head title="What-If" lead="What the access policies would say of somebody, from somewhere, on some device. Asking changes nothing and is not written to the log."/>
                <Notices visit=visit.clone()/>
                {form}
                {answer}
            </AdminFrame>
        }
        .into_any())
    })
}

/// What the form offers; the application that was asked about is among it though it is not of the first by name.
async fn choices(visit: &Visit, reader: &Reader, typed: &Typed) -> Verb<Choices> {
    let mut applications = whom::applications(&visit.services, reader).await?;
    if let Some(Target::App(id)) = form::target(&typed.app)
        && !applications.iter().any(|(known, _)| *known == id)
        && let Some(name) = whatif::application(&visit.services, reader, id).await?
    {
        applications.push((id, name));
    }
    let set = visit.services.policies();
    let locations = set.locations.values().map(|location| (location.id, location.name.to_string())).collect();
    Ok(Choices { applications, locations })
}
