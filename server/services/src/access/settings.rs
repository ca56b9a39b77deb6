//! Conditional access besides its policies: what a blocked page tells, and how long the sign-in log is kept.

use domain::event::{Action, Target, TargetKind};
use domain::settings::Access;
use store::Stored;
use store::settings::ACCESS;

use crate::{PolicyAdmin, Refusal, Services, Verb};

/// `version` is the one its form was filled from.
///
/// # Errors
/// `Conflict` where somebody else saved since.
pub async fn save(services: &Services, by: &PolicyAdmin, new: Access, version: i64) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let old: Stored<Access> = store::settings::get(&mut deed.tx, ACCESS).await?.ok_or(Refusal::Conflict)?;
    let target = Target::new(TargetKind::Settings, ACCESS, "Conditional access");
    deed.tell_change(Action::AccessSettingsChanged, target, &old.value, &new);
    store::settings::save(&mut deed.tx, ACCESS, &Stored { value: new, version }).await?;
    deed.commit().await?;
    services.reload_tenant().await
}
