//! Letters about access: a guest who was stopped, a break-glass account, a log that is to be kept for less time.

use domain::access::Country;
use domain::event::SignInResult;
use domain::id::{GroupId, SignInId, UserId};
use domain::session::Platform;
use domain::settings::Access;
use store::Stored;
use store::settings::ACCESS;

use super::{Draft, Drafted, Look, Why};
use crate::Verb;
use crate::mail::{self, Person};

impl Look<'_> {
    pub(super) async fn access_asked(mut self, attempt: SignInId, group: GroupId, to: UserId) -> Verb<Drafted> {
        let reader = match self.reader(to).await? {
            Ok(reader) => reader,
            Err(why) => return Ok(Err(why)),
        };
        if !store::groups::is_owner(&mut self.tx, group, to).await? {
            return Ok(Err(Why::Barred));
        }
        let Some(sign_in) = store::sign_ins::get(&mut self.tx, attempt).await? else { return Ok(Err(Why::Gone)) };
        let Some(user) = store::users::get(&mut self.tx, sign_in.user).await? else { return Ok(Err(Why::Gone)) };
        let (platform, country) = sign_in
            .facts
            .as_ref()
            .map_or((Platform::Undetermined, Country::Undetermined), |facts| (facts.origin.platform, facts.country));
        let facts = mail::AccessAskedFacts {
            house: self.services.house(),
            zone: self.zone(Some(&reader)),
            to: reader.address,
            guest: Person {
                name: user.value.name.as_ref().map(ToString::to_string),
                address: user.value.address.clone(),
            },
            application: sign_in.application_name,
            group,
            user: sign_in.user,
            attempt,
            at: sign_in.at,
            platform,
            country,
        };
        Ok(Ok(Draft::Whole(mail::render_access_asked(&facts))))
    }

    /// About the settings as they are when it leaves; they may have been put back by then.
    pub(super) async fn log_shortened(mut self, to: UserId) -> Verb<Drafted> {
        let reader = match self.reader(to).await? {
            Ok(reader) => reader,
            Err(why) => return Ok(Err(why)),
        };
        let stored: Option<Stored<Access>> = store::settings::get(&mut self.tx, ACCESS).await?;
        let access = stored.map(|stored| stored.value).unwrap_or_default();
        let Some(longer) = access.longer.filter(|longer| self.now < longer.until) else { return Ok(Err(Why::Gone)) };
        Ok(Ok(Draft::Whole(mail::render_log_shortened(&mail::LogShortenedFacts {
            house: self.services.house(),
            zone: self.zone(Some(&reader)),
            to: reader.address,
            days: access.sign_in_days,
            before: longer.days,
            from: longer.until,
        }))))
    }

    pub(super) async fn break_glass(mut self, attempt: SignInId, to: UserId) -> Verb<Drafted> {
        let reader = match self.reader(to).await? {
            Ok(reader) => reader,
            Err(why) => return Ok(Err(why)),
        };
        let Some(sign_in) = store::sign_ins::get(&mut self.tx, attempt).await? else { return Ok(Err(Why::Gone)) };
        let address = sign_in.facts.as_ref().and_then(|facts| facts.origin.address);
        let facts = mail::BreakGlassFacts {
            house: self.services.house(),
            zone: self.zone(Some(&reader)),
            to: reader.address,
            account: sign_in.user_name,
            succeeded: sign_in.result == SignInResult::Success,
            at: sign_in.at,
            address: address.map_or_else(String::new, |address| address.to_string()),
        };
        Ok(Ok(Draft::Whole(mail::render_break_glass(&facts))))
    }
}
