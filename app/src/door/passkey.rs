//! Signing in with a passkey: a button, which the script shows where the browser can, and the suggestions of the address
//! field.

use leptos::prelude::*;
use services::passkeys;

use crate::scripts::PasskeyScript;
use crate::ssr::Visit;
use crate::ui::Icon;

#[component]
pub fn SignInByPasskey(visit: Visit, to: String) -> impl IntoView {
    passkeys::offered(&visit.services).then(|| {
        view! {
            <form class="ways" data-passkey="sign-in" data-to=to hidden>
                <div class="or">"or"</div>
                <button class="button"><Icon name="key"/> "Sign in with a passkey"</button>
                <p class="problem" role="alert"></p>
            </form>
            <PasskeyScript/>
        }
    })
}
