//! What is done to several members at once: removing them, which asks first, and setting one end.

use domain::group::Membership;
use domain::id::{GroupId, UserId};
use domain::problem::{Explained, Problem};
use domain::time::Timestamp;
use domain::user::User;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::groups::{self, Details};
use services::{Denied, Refusal, Verb, memberships};

use super::frame::crumbs;
use super::{back, owner, param, words};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{self, Draft, Kept, Next, NothingTyped, Visit, doorway, draft_or, refused, visit};
use crate::ui::{Empty, Field, Head, Hidden, Notices, PanelFrame, page};

/// As many as a page of the list has, and some.
const MOST: usize = 100;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EndForm {
    pub group: String,
    pub ids: Vec<String>,
    /// `2026-01-31`; empty is without end.
    pub until: String,
    /// The form stands on the page of one guest.
    pub on_guest: bool,
}

impl Kept for EndForm {
    const FORM: &'static str = "end";
}

fn ids(chosen: &[String]) -> Vec<UserId> {
    let mut ids: Vec<UserId> = chosen.iter().filter_map(|id| id.parse().ok()).take(MOST).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// An end date as a form sends it, in the viewer's zone.
pub fn end_date(visit: &Visit, field: &str, text: &str) -> Verb<Option<Timestamp>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let end = visit.zone().end_of_day(text).map_err(|error| Refusal::field(field, error.code()))?;
    if end <= visit.now() { Err(Refusal::field(field, "date_past")) } else { Ok(Some(end)) }
}

/// Problems of verbs on memberships, beside the fields of our forms.
pub fn renamed(refusal: Refusal, names: &[(&str, &str)]) -> Refusal {
    let Refusal::Invalid(problems) = refusal else { return refusal };
    let name = |field: &str| names.iter().find(|(from, _)| *from == field).map_or(field, |(_, to)| to).to_owned();
    Refusal::Invalid(problems.into_iter().map(|problem| Problem { field: name(&problem.field), ..problem }).collect())
}

/// For whom it was not done, and why: a sentence for each.
struct Refused<'a> {
    visit: &'a Visit,
    problems: Vec<Problem>,
    done: usize,
}

impl<'a> Refused<'a> {
    fn new(visit: &'a Visit) -> Self {
        Self { visit, problems: Vec::new(), done: 0 }
    }

    fn note(&mut self, who: &User, outcome: Verb<()>) -> Verb<()> {
        let refusal = match outcome {
            Ok(()) => {
                self.done += 1;
                return Ok(());
            }
            Err(refusal @ Refusal::Broken(_)) => return Err(refusal),
            Err(refusal) => refusal,
        };
        let why = match &refusal {
            Refusal::Invalid(problems) => problems.iter().map(crate::say::problem).collect::<Vec<_>>().join(" "),
            refusal => crate::say::problem(&ssr::as_problem(self.visit, refusal)),
        };
        self.problems.push(Problem::because("", "not_done_for", format!("{}: {why}", who.shown_name())));
        Ok(())
    }

    async fn lead(self, path: String, done: &str) -> Verb<Next> {
        if self.problems.is_empty() && self.done == 0 {
            return Err(Denied::NotFound.into());
        }
        if self.problems.is_empty() {
            return Ok(Next::to(path).done(done));
        }
        if self.done == 0 {
            return Err(Refusal::Invalid(self.problems));
        }
        let draft = Draft { typed: NothingTyped, problems: self.problems };
        let draft = ssr::keep_draft(self.visit, NothingTyped::FORM, &draft).await?;
        Ok(Next::to(routes::drafted(&path, draft)).done(done))
    }
}

#[server(prefix = "/fn", endpoint = "guests/remove")]
pub async fn remove_guests(
    #[server(default)] group: String,
    #[server(default)] ids: Vec<String>,
) -> Result<(), AppError> {
    let ids = self::ids(&ids);
    let to = back(&group, |group| routes::remove_members(group, &ids));
    doorway(NothingTyped, to, async move {
        let visit = visit()?;
        let owner = owner(&visit, &group).await?;
        let chosen = groups::several(&visit.services, &owner, &ids).await?;
        let mut refused = Refused::new(&visit);
        // One deed for each: what cannot be done for one is done for the others all the same.
        for (user, _) in &chosen {
            let outcome = memberships::remove(&visit.services, &owner, user.id).await;
            refused.note(user, outcome)?;
        }
        refused.lead(routes::guests(owner.group().id), "removed").await
    })
    .await
}

#[server(prefix = "/fn", endpoint = "guests/end")]
pub async fn end_guests(#[server(default)] form: EndForm) -> Result<(), AppError> {
    let ids = self::ids(&form.ids);
    let to = back(&form.group, |group| match ids.as_slice() {
        [one] if form.on_guest => routes::guest(group, *one),
        ids => routes::end_members(group, ids),
    });
    doorway(form.clone(), to.clone(), async move {
        let visit = visit()?;
        let owner = owner(&visit, &form.group).await?;
        let end = end_date(&visit, "until", &form.until)?;
        let chosen = groups::several(&visit.services, &owner, &ids).await?;
        let mut refused = Refused::new(&visit);
        for (user, _) in &chosen {
            match memberships::set_end(&visit.services, &owner, user.id, end).await {
                // The date is wrong for one as for all.
                Err(refusal @ Refusal::Invalid(_)) if refused.done == 0 => {
                    return Err(renamed(refusal, &[("ends_at", "until"), ("user", "")]));
                }
                outcome => refused.note(user, outcome)?,
            }
        }
        let to = if form.on_guest { to } else { routes::guests(owner.group().id) };
        refused.lead(to, "saved").await
    })
    .await
}

struct Chosen {
    details: Details,
    people: Vec<(User, Membership)>,
}

async fn chosen(visit: &Visit, group: &str) -> Verb<Chosen> {
    let owner = owner(visit, group).await?;
    let asked: Vec<String> =
        visit.query.0.iter().filter(|(name, _)| name == "id").map(|(_, value)| value.clone()).collect();
    let mut people = groups::several(&visit.services, &owner, &ids(&asked)).await?;
    if people.is_empty() && !asked.is_empty() {
        return Err(Denied::NotFound.into());
    }
    people.sort_by_key(|(user, _)| user.shown_name().to_lowercase());
    let details = groups::get(&visit.services, &owner).await?;
    Ok(Chosen { details, people })
}

fn hidden(name: &'static str, people: &[(User, Membership)]) -> impl IntoView + use<> {
    people.iter().map(|(user, _)| view! { <Hidden name=name value=user.id.to_string()/> }).collect_view()
}

fn names(people: &[(User, Membership)]) -> impl IntoView + use<> {
    people
        .iter()
        .map(|(user, membership)| {
            let held = membership.held_for.map(|_| view! { <small>"The pending invitation is revoked."</small> });
            view! { <li><b>{user.shown_name().to_owned()}</b> " " <small>{user.address.shown()}</small> " " {held}</li> }
        })
        .collect_view()
}

fn none(visit: Visit, group: GroupId) -> AnyView {
    view! {
        <PanelFrame visit=visit name="Nobody is chosen" narrow=true>
            <Empty icon="people" title="Nobody is chosen" text="Choose people in the list first.">
                <a class="button" href=routes::guests(group)>"Go to the list"</a>
            </Empty>
        </PanelFrame>
    }
    .into_any()
}

#[component]
pub fn RemovePage() -> impl IntoView {
    let group = param("group");
    page(async move {
        let visit = visit()?;
        let Chosen { details, people } = chosen(&visit, &group).await?;
        let group = details.group.value.id;
        if people.is_empty() {
            return Ok(none(visit, group));
        }
        let problems = refused(&visit).await?;
        let of = details.group.value.name.to_string();
        let who = match people.as_slice() {
            [(one, _)] => one.shown_name().to_owned(),
            many => format!("{} people", many.len()),
        };
        let title = format!("Remove {who} from {of}?");
        let opens: Vec<String> = details.opens.iter().map(|opened| opened.name.clone()).collect();
        let lost = if opens.is_empty() {
            "They leave the group at once.".to_owned()
        } else {
            format!("They lose {} at once, unless another group opens it for them.", words::all_of(&opens))
        };
        let keep = match people.as_slice() {
            [(one, _)] => routes::guest(group, one.id),
            _ => routes::guests(group),
        };
        Ok(view! {
            <PanelFrame visit=visit.clone() name=title.clone() narrow=true>
                <Notices visit=visit.clone() problems=problems/>
                <section class="card confirm">
                    <h1>{title}</h1>
                    <p>{lost} " They stay in the directory, and no letter tells them."</p>
                    <ul>{names(&people)}</ul>
                    <form method="post" action=RemoveGuests::PATH>
                        <Hidden name="group" value=group.to_string()/>
                        {hidden("ids[]", &people)}
                        <div class="actions">
                            <button class="button danger primary">{format!("Remove {who}")}</button>
                            <a class="button quiet" href=keep>"Keep"</a>
                        </div>
                    </form>
                </section>
            </PanelFrame>
        }
        .into_any())
    })
}

/// The form that sets or clears the end of one stay or several.
pub fn end_form(visit: &Visit, group: GroupId, longest: Option<u32>, draft: &Draft<EndForm>) -> impl IntoView + use<> {
    let hint = match longest {
        Some(days) => {
            format!("The last day, in {}. Guests of this group stay {days} days at most.", visit.zone().name())
        }
        None => format!("The last day, in {}. Empty: as long as the group allows.", visit.zone().name()),
    };
    let ids = draft.typed.ids.iter().map(|id| view! { <Hidden name="form[ids][]" value=id.clone()/> }).collect_view();
    let on_guest = draft.typed.on_guest.then(|| view! { <Hidden name="form[on_guest]" value="true"/> });
    view! {
        <form class="form" method="post" action=EndGuests::PATH>
            <Hidden name="form[group]" value=group.to_string()/>
            {on_guest}
            {ids}
            <Field
                name="form[until]"
                label="Access until"
                kind="date"
                value=draft.typed.until.clone()
                hint=hint
                problem=draft.problem("until")
                size="short"
                optional=true
            />
            <div class="actions"><button class="button primary">"Save the end"</button></div>
        </form>
    }
}

#[component]
pub fn EndPage() -> impl IntoView {
    let group = param("group");
    page(async move {
        let visit = visit()?;
        let Chosen { details, people } = chosen(&visit, &group).await?;
        let group = details.group.value.id;
        if people.is_empty() {
            return Ok(none(visit, group));
        }
        let ends: Vec<_> = people.iter().map(|(_, membership)| membership.ends_at).collect();
        let same = ends.first().filter(|first| ends.iter().all(|end| end == *first));
        let until = same.and_then(|end| end.before_never()).map(|end| visit.zone().last_day(end));
        let ids = people.iter().map(|(user, _)| user.id.to_string()).collect();
        let fresh = EndForm { ids, until: until.unwrap_or_default(), ..EndForm::default() };
        let draft = draft_or(&visit, fresh).await?;
        let title = match people.as_slice() {
            [(one, _)] => format!("End of access for {}", one.shown_name()),
            many => format!("End of access for {} people", many.len()),
        };
        let longest = details.group.value.narrowing.longest_stay_days;
        let form = end_form(&visit, group, longest, &draft);
        Ok(view! {
            <PanelFrame visit=visit.clone() name=title.clone() narrow=true>
                <Head title=title crumbs=crumbs(group, details.group.value.name.as_str())/>
                <Notices visit=visit.clone() problems=draft.whole()/>
                <section class="card stack">
                    <ul>{names(&people)}</ul>
                    {form}
                </section>
            </PanelFrame>
        }
        .into_any())
    })
}
