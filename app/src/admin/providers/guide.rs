//! What to do in each provider's own console, and which of its words go into which field here.

use services::providers::Preset;

/// The words of one kind of provider.
pub struct Guide {
    /// For whom it is, on the page that lets choose.
    pub whom: &'static str,
    /// What is done in its console, in order.
    pub steps: &'static [&'static str],
    pub issuer: &'static str,
    pub client_id: &'static str,
    pub secret: &'static str,
    /// How it speaks for a domain.
    pub domains: &'static str,
    /// Does it send logout tokens, as far as is known?
    pub logs_out: bool,
}

const SPEAKS: &str = "One a line. Whoever has an address there is led to this provider, and its word is enough to take up an \
                      invitation. List a domain only where the provider gives out its addresses.";
const SOCIAL: &str = "Leave this empty: nobody but the owner of a domain gives out its addresses.";

pub fn of(preset: Preset) -> Guide {
    match preset {
        Preset::Entra => Guide {
            whom: "A partner with a Microsoft 365 or Entra ID directory of their own.",
            steps: &[
                "In the partner's Entra admin center, open App registrations and make a new one for accounts in this directory only.",
                "Under Authentication, add the platform Web with the redirect address that the next page shows.",
                "Under Certificates & secrets, make a client secret and note until when it holds.",
                "Under Token configuration, add the optional claim email to the ID token.",
            ],
            issuer: "Put the Directory (tenant) ID of the registration's overview in place of TENANT-ID.",
            client_id: "The Application (client) ID of the overview.",
            secret: "The secret's Value, not its Secret ID.",
            domains: SPEAKS,
            logs_out: false,
        },
        Preset::EntraMany => Guide {
            whom: "Many partners with Entra ID directories, by one registration of your own.",
            steps: &[
                "In your own Entra admin center, open App registrations and make a new one for accounts in any organizational directory.",
                "Under Authentication, add the platform Web with the redirect address that the next page shows.",
                "Under Certificates & secrets, make a client secret and note until when it holds.",
                "Under Token configuration, add the optional claims email and xms_edov to the ID token: without xms_edov no tenant speaks for a domain.",
                "An administrator of each tenant consents once, at their first sign-in.",
            ],
            issuer: "Stays as it is.",
            client_id: "The Application (client) ID of the overview.",
            secret: "The secret's Value, not its Secret ID.",
            domains: "One a line; those of the pinned tenants are added by themselves.",
            logs_out: false,
        },
        Preset::Google => Guide {
            whom: "People with a Gmail address, and partners with Google Workspace.",
            steps: &[
                "In the Google Cloud console, open APIs & Services, then Credentials.",
                "Make an OAuth client ID for a Web application, with the redirect address that the next page shows.",
                "The consent screen is for external users, with the scopes openid, email and profile.",
            ],
            issuer: "Stays as it is.",
            client_id: "Ends in .apps.googleusercontent.com.",
            secret: "Shown once, when the client is made.",
            domains: "One a line: the Workspace domains of partners. Google speaks for gmail.com by itself.",
            logs_out: false,
        },
        Preset::Okta => Guide {
            whom: "A partner whose people sign in by Okta.",
            steps: &[
                "In the partner's Okta admin console, open Applications and make an app integration: OIDC, Web application.",
                "The grant type is Authorization Code. Enter the redirect and the logout address that the next page shows.",
                "Assign the people or groups who are to come in.",
            ],
            issuer: "The Okta domain; with a custom authorization server, /oauth2/ and its name after it.",
            client_id: "Stands on the General tab of the integration.",
            secret: "Stands on the General tab of the integration.",
            domains: SPEAKS,
            logs_out: true,
        },
        Preset::Keycloak => Guide {
            whom: "A partner who runs Keycloak.",
            steps: &[
                "In the partner's realm, make a client of type OpenID Connect.",
                "Switch Client authentication on; of the flows, leave the Standard flow alone.",
                "Enter the redirect address and, as Backchannel logout URL, the logout address that the next page shows. Switch on that it requires the session.",
            ],
            issuer: "Put the machine and the realm in place of the capitals.",
            client_id: "The Client ID that was chosen there.",
            secret: "Stands on the Credentials tab of the client.",
            domains: SPEAKS,
            logs_out: true,
        },
        Preset::OpenId => Guide {
            whom: "Any other provider with OpenID Connect and discovery.",
            steps: &[
                "Register Lobby as a confidential web client for the authorization code flow, with PKCE where it asks.",
                "Enter the redirect address and, where it knows one, the back-channel logout address that the next page shows.",
                "Let it tell e-mail address and name in the ID token or at userinfo.",
            ],
            issuer: "As its metadata says it, letter by letter. The metadata is at this address with /.well-known/openid-configuration after it.",
            client_id: "As the provider gave it out.",
            secret: "As the provider gave it out.",
            domains: SPEAKS,
            logs_out: true,
        },
        Preset::GitHub => Guide {
            whom: "Developers with a GitHub account.",
            steps: &[
                "On GitHub, open Settings of your organization, Developer settings, OAuth Apps, and register a new application.",
                "Its Authorization callback URL is the redirect address that the next page shows.",
                "Generate a client secret.",
            ],
            issuer: "",
            client_id: "Stands on the page of the application.",
            secret: "Shown once, when it is generated.",
            domains: SOCIAL,
            logs_out: false,
        },
        Preset::OAuth2 => Guide {
            whom: "Any other service that only knows OAuth 2, without identity tokens.",
            steps: &[
                "Register Lobby as a confidential web application for the authorization code flow.",
                "Enter the redirect address that the next page shows.",
                "Find out which address tells who signed in, and under which names it tells id and e-mail address.",
            ],
            issuer: "",
            client_id: "As the service gave it out.",
            secret: "As the service gave it out.",
            domains: SOCIAL,
            logs_out: false,
        },
    }
}
