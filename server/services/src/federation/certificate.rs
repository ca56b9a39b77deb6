//! The TLS certificate that a provider showed: its end is kept with the provider, so that administrators are warned.

use domain::provider::{Protocol, Provider};
use domain::time::Timestamp;
use url::Url;

use super::discovery::Discovered;
use crate::{Services, Verb};

/// When the first of the certificates ends that a provider showed last; `found` is what an OpenID provider published.
pub(crate) fn shown(services: &Services, provider: &Provider, found: Option<&Discovered>) -> Option<Timestamp> {
    match (&provider.settings.protocol, found) {
        (Protocol::OpenId { issuer, .. }, Some(found)) => {
            let metadata = Url::parse(&issuer.metadata()).ok();
            let asked = metadata.iter().chain([&found.jwks, &found.token]).chain(found.user.as_ref());
            services.outbound.certificate_ends(asked)
        }
        (Protocol::OAuth2(at), _) => {
            services.outbound.certificate_ends([&at.token, &at.user].into_iter().chain(at.emails.as_ref()))
        }
        (Protocol::OpenId { .. }, None) => None,
    }
}

/// Keeps that moment with the provider, where it is another than the one that is known. An observation, no deed of
/// anybody: nothing is audited.
pub(crate) async fn note(services: &Services, provider: &Provider, found: Option<&Discovered>) {
    let shown = shown(services, provider, found);
    if shown.is_none() || shown == provider.certificate_ends_at {
        return;
    }
    let kept: Verb<()> = async {
        let mut tx = services.store.begin().await?;
        store::providers::note_certificate(&mut tx, provider.id, shown).await?;
        Ok(tx.commit().await?)
    }
    .await;
    // Nobody's sign-in fails for it: the next one shows the certificate again.
    if let Err(error) = kept {
        tracing::warn!(%error, provider = %provider.id, "the end of a provider's certificate was not kept");
    }
}
