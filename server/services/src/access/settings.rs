//! Conditional access besides its policies: what a blocked page tells, and how long the sign-in log is kept.

use domain::event::{Action, Target, TargetKind};
use domain::letter::Letter;
use domain::settings::Access;
use store::Stored;
use store::settings::ACCESS;

use crate::{PolicyAdmin, Refusal, Services, Verb};

/// `version` is the one its form was filled from. Where the log is to be kept for a shorter time, that waits seven days and
/// every Administrator is told.
///
/// # Errors
/// Beside `sign_in_days`; `Conflict` where somebody else saved since.
pub async fn save(services: &Services, by: &PolicyAdmin, new: Access, version: i64) -> Verb<()> {
    if !Access::SIGN_IN_DAYS.contains(&new.sign_in_days) {
        return Err(Refusal::field("sign_in_days", "sign_in_days_range"));
    }
    let mut deed = services.deed(by.actor()).await?;
    let old: Stored<Access> = store::settings::get(&mut deed.tx, ACCESS).await?.ok_or(Refusal::Conflict)?;
    let new = new.after(&old.value, deed.now);
    if new.sign_in_days < old.value.sign_in_days {
        deed.write_to_administrators(|to| Letter::LogShortened { to }).await?;
    }
    let target = Target::new(TargetKind::Settings, ACCESS, "Conditional access");
    deed.tell_change(Action::AccessSettingsChanged, target, &old.value, &new);
    store::settings::save(&mut deed.tx, ACCESS, &Stored { value: new, version }).await?;
    deed.commit().await?;
    services.reload_tenant().await
}
