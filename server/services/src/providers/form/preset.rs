//! Ready-made settings: what is known beforehand of providers of a kind.

use domain::provider::{ClaimNames, Protocol, Provider, SecondFactor, Tenancy};

use super::ProviderForm;

domain::stored_words! {
    /// Ready-made settings.
    Preset {
        OpenId = "openid",
        Entra = "entra",
        EntraMany = "entra_many",
        Google = "google",
        Okta = "okta",
        Keycloak = "keycloak",
        GitHub = "github",
        OAuth2 = "oauth2",
    }
}

impl Preset {
    /// The kind that a provider seems to be, for its name and for hints.
    pub fn of(provider: &Provider) -> Self {
        let host = provider.host();
        let (issuer, tenancy) = match &provider.settings.protocol {
            Protocol::OpenId { issuer, tenancy } => (issuer, tenancy),
            Protocol::OAuth2(_) if host == "github.com" => return Self::GitHub,
            Protocol::OAuth2(_) => return Self::OAuth2,
        };
        match tenancy {
            Tenancy::Google => Self::Google,
            Tenancy::Entra { .. } => Self::EntraMany,
            Tenancy::Single if host == "login.microsoftonline.com" => Self::Entra,
            Tenancy::Single if host.ends_with(".okta.com") => Self::Okta,
            Tenancy::Single if issuer.as_str().contains("/realms/") => Self::Keycloak,
            Tenancy::Single => Self::OpenId,
        }
    }

    pub fn is_open_id(self) -> bool {
        !matches!(self, Self::GitHub | Self::OAuth2)
    }

    /// The form filled with what is known of providers of this kind.
    pub fn form(self) -> ProviderForm {
        let usual = ClaimNames::default();
        let form = ProviderForm {
            preset: self.as_str().to_owned(),
            scopes: "openid email profile".to_owned(),
            position: "0".to_owned(),
            amr: SecondFactor::usual().amr.join(" "),
            claim_subject: usual.subject,
            claim_address: usual.address,
            claim_verified: usual.verified,
            claim_name: usual.name,
            enabled: true,
            ..ProviderForm::default()
        };
        let text = str::to_owned;
        match self {
            Self::OpenId => form,
            Self::Entra => ProviderForm { issuer: text("https://login.microsoftonline.com/TENANT-ID/v2.0"), ..form },
            Self::EntraMany => ProviderForm {
                name: text("Microsoft"),
                issuer: text("https://login.microsoftonline.com/organizations/v2.0"),
                ..form
            },
            Self::Google => ProviderForm {
                name: text("Google"),
                issuer: text("https://accounts.google.com"),
                offered: true,
                ..form
            },
            Self::Okta => ProviderForm { issuer: text("https://YOUR-COMPANY.okta.com"), ..form },
            Self::Keycloak => ProviderForm { issuer: text("https://HOST/realms/REALM"), ..form },
            Self::GitHub => ProviderForm {
                name: text("GitHub"),
                authorize: text("https://github.com/login/oauth/authorize"),
                token: text("https://github.com/login/oauth/access_token"),
                user: text("https://api.github.com/user"),
                emails: text("https://api.github.com/user/emails"),
                scopes: text("read:user user:email"),
                claim_subject: text("id"),
                offered: true,
                ..form
            },
            Self::OAuth2 => ProviderForm { scopes: text("email profile"), offered: true, ..form },
        }
    }
}
