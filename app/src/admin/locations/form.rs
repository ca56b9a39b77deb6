//! The form of a location.

use domain::problem::Problem;
use leptos::prelude::*;
use services::access::parts::LocationForm;

use crate::ui::{Choice, Field, Notice, TextArea, Tone};

pub(super) fn fields(typed: &LocationForm, problems: &[Problem], country_data: bool) -> impl IntoView + use<> {
    let problem = |field: &str| problems.iter().find(|problem| problem.field == field).map(crate::say::problem);
    let LocationForm { name, kind, ranges, trusted, countries, include_unknown } = typed.clone();
    let by_country = kind == "countries";
    let kinds = problem("kind").map(|said| view! { <p class="problem">{said}</p> });
    let no_data = (!country_data).then(|| {
        view! {
            <Notice tone=Tone::Caution>
                <b>"There are no country data on this server"</b>
                <p>"A policy that names countries cannot be turned on without. `lobby check` says how to get them."</p>
            </Notice>
        }
    });
    view! {
        <Field name="form[name]" label="Name" value=name problem=problem("name") hint="As policies name it: “Trusted clinics”."/>
        <fieldset class="choices">
            <legend>"Kind"</legend>
            <Choice name="form[kind]" value="ranges" label="Address ranges" checked=!by_country radio=true/>
            <Choice name="form[kind]" value="countries" label="Countries" checked=by_country radio=true/>
            {kinds}
        </fieldset>
        <fieldset class="stack">
            <legend>"Address ranges"</legend>
            <TextArea
                name="form[ranges]"
                label="Ranges"
                value=ranges
                problem=problem("ranges")
                hint="Paste them, one on each line: 192.0.2.0/24, 2001:db8::/32, or an address alone. What follows # is a remark and is not kept. At most 2,000."
                rows=8
                optional=true
            />
            <Choice name="form[trusted]" value="true" label="Trusted" hint="It counts as one of all trusted locations." checked=trusted/>
        </fieldset>
        <fieldset class="stack">
            <legend>"Countries"</legend>
            {no_data}
            <TextArea
                name="form[countries]"
                label="Country codes"
                value=countries
                problem=problem("countries")
                hint="Two letters each, as in CH DE AT."
                rows=2
                optional=true
            />
            <Choice
                name="form[include_unknown]"
                value="true"
                label="Include unknown"
                hint="Addresses that no country is known for, private ones among them."
                checked=include_unknown
            />
        </fieldset>
    }
}
