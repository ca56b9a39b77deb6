//! What is wrong with a form or an action: one sentence what happened, and what to do.

use domain::problem::Problem;

/// The sentence for a problem, beside its field or over its form.
pub fn problem(problem: &Problem) -> String {
    let fact = problem.fact.as_deref().unwrap_or_default();
    let text: &str = match problem.code.as_str() {
        "text_empty" | "required" => "Fill this in.",
        "text_too_long" => return format!("Use at most {fact} characters."),
        "text_character" => {
            return format!("The character at place {fact} cannot be used here: it is invisible or a line break.");
        }
        "address_empty" => "Enter an e-mail address.",
        "address_no_at" => "An e-mail address has an @ between name and domain.",
        "address_unchanged" => "This is the address that was invited already.",
        "address_own" => "This is your address already.",
        "address_has_account" => {
            "There is an account with that address here already, so it cannot be a second one's. Sign in with it instead; or ask \
             an administrator, if it should be yours."
        }
        "address_by_administrator" => {
            "You hold a role or own a group here, so an Administrator changes your address: ask one to reset how you sign in."
        }
        "address_by_provider" => {
            return format!(
                "Your organization keeps its own people: whoever has an address there comes in by {fact}, and is out when they \
                 leave. If you need another address here, ask whoever invited you, or an administrator, to reset how you sign in."
            );
        }
        "address_wants_provider" => {
            return format!(
                "Addresses of this domain are proved by the account at {fact}, not by a code. Ask an administrator to reset how \
                 you sign in, with this address."
            );
        }
        "address_invitations_open" => {
            "You have an open invitation, and it is for the address you have now. Accept or decline it first."
        }
        "domains_too_long" => return format!("The list may have at most {fact} characters."),
        "domains_lines" => return format!("These lines are not domains: {fact}."),
        "date_malformed" => "Enter a date, such as 2026-01-31.",
        "date_past" => "Choose a date that is still to come.",
        "zone_unknown" => "Choose a time zone from the list.",
        "url_malformed" => "Enter an address such as https://records.example.org/start.",
        "url_scheme" => "Only addresses that begin with https:// can be launched.",
        "url_credentials" => "Leave the user name and password out of the address.",
        "accent_malformed" => "Enter a color such as #1f6f5c.",
        "number" => "Enter a whole number.",
        "number_range" => return format!("Enter a number from {fact}."),
        "choose_one" => "Choose one of the list.",
        "ip_malformed" => "Enter an address such as 192.0.2.7 or 2001:db8::7.",
        "country_code" => "Enter the two letters of a country, such as CH.",
        "guest_has_not_come" => "This guest has not come yet, so there is no last time. Choose one of the list.",
        "security_asks" => {
            "An access policy asks for more before second factors can be changed: use one that you have."
        }
        "security_blocked" => "An access policy does not let second factors be changed from here.",
        "access_held" => "An access policy stops you before this page.",
        "access_blocked" => return format!("An access policy stops you from here. Code 53003, attempt {fact}."),
        "terms_not_agreed" => "Say that you agree first.",
        "owners_none" => "This application has no owner who could help. Ask an administrator.",
        "name_taken" => "Another one has this name already.",
        "policy_no_users" => "Choose whom the policy is for.",
        "policy_no_applications" => "Choose in which applications it holds.",
        "policy_no_control" => "Choose what it does: block, ask for something, or how often people prove themselves.",
        "policy_empty_list" => "Choose at least one, or leave the condition out.",
        "policy_block_alone" => "A policy that blocks asks for nothing else.",
        "frequency_out_of_range" => "From 1 hour to 365 days.",
        "policy_too_many" => "At most 500 of each.",
        "policy_names_unknown" => "Something chosen here is not there any more.",
        "policy_any_and_some" => "Choose “only these”, or take the marks away.",
        "policy_controls_unused" => "Say whether all or any of these are required, or take the marks away.",
        "policy_group_unknown" => return format!("No group, or more than one, has this name: {fact}."),
        "policy_person_unknown" => return format!("Nobody in the directory has this address: {fact}."),
        "policy_person_malformed" => return format!("This is not an e-mail address: {fact}."),
        "terms_no_text" => "Write the text in at least one language.",
        "terms_many_languages" => return format!("Write at most {fact} languages."),
        "language_malformed" => return format!("A language is a tag such as en or de-CH, not “{fact}”."),
        "language_twice" => return format!("This language is there twice: {fact}."),
        "group_unprotected" => {
            return format!(
                "{fact} may still be joined: take its owners, pending invitations and self-service away first, or anybody there could open what this policy closes."
            );
        }
        "group_protected" => {
            "An access policy leaves this group out, so only Administrators and conditional access administrators change who is in it."
        }
        "break_glass_passkey" => "This account signs in by a passkey alone.",
        "sign_in_days_range" => "The sign-in log is kept for 30 to 730 days.",
        "country_data_missing" => "There are no country data on this server. `lobby check` says how to get them.",
        "named_by_policy" => return format!("The access policy “{fact}” names it. Change the policy first."),
        "named_by_waiting" => {
            return format!(
                "The access policy “{fact}” names it again if its last change is not confirmed. Confirm that change first."
            );
        }
        "location_in_use" => return format!("The access policy “{fact}” uses it. Change the policy first."),
        "location_trusted" => "A trusted location cannot be deleted. Take the trust away first.",
        "terms_in_use" => return format!("The access policy “{fact}” asks for them. Change the policy first."),
        "lockout_self" => "This would lock you out of Lobby from where you are now, so it is not saved.",
        "lockout_others" => {
            "This could lock every Administrator out of Lobby. It is not saved: nobody but you could be sure to come in. Add a second Administrator who signs in, or a break-glass account, first."
        }
        "lockout_waiting" => {
            "Another change of an access policy waits to be confirmed. If that is taken back, this could lock Administrators out of Lobby. Confirm or take back that change first."
        }
        "ranges_empty" => "Enter at least one range, such as 192.0.2.0/24.",
        "ranges_too_many" => return format!("At most 2,000 ranges; these are {fact}."),
        "range_malformed" => return format!("This is no address range: {fact}."),
        "range_too_wide" => {
            return format!("This range is too wide: {fact}. A mask is longer than /8, for IPv6 than /16.");
        }
        "countries_empty" => "Choose at least one country.",
        "country_malformed" => return format!("A country is two letters, such as CH: {fact}."),
        "choice" => "Choose one of the values offered.",
        "address_taken" => "Somebody with this address is in the directory already.",
        "address_deleted" => "Somebody with this address was deleted. Restore them instead.",
        "person_unknown" => "Nobody in the directory has this address.",
        "person_guest" => "This person is a guest. Choose a member.",
        "group_unknown" => "There is no such group.",
        "logo_large" => "The picture may have at most 256 KiB.",
        "logo_format" => "Choose a PNG, JPEG or WebP picture.",
        "message_url" | "message_host" => return format!("The message may not contain a web address: {fact}."),
        "message_address" => return format!("The message may not contain an e-mail address: {fact}."),
        "message_telephone" => return format!("The message may not contain a telephone number: {fact}."),
        "nobody_to_invite" => "Nobody on this list can be invited. The verdict beside each address says why.",
        "list_empty" => "Type or paste at least one e-mail address.",
        "list_too_long" => return format!("Send at most {fact} addresses at once."),
        "until_past" => "Choose a day that is still to come.",
        "stay_range" => return format!("A stay lasts from 1 to {fact} days."),
        "landing_not_opened" => "The group does not open this application any more. Choose another one.",
        "administrators_only" => "Only administrators pass links on themselves.",
        "cc_not_for_lists" => "A list of more than 100 people goes without a copy: nobody wants as many letters.",
        "cc_too_many_letters" => {
            "This address has had many letters from here. Leave it out, or invite fewer people at once."
        }
        "invitations_stopped" => "The organization has stopped all invitations.",
        "confirm" => {
            "This address looks like another one that is known here. Check it, then say below that you mean it."
        }
        "declined" => "This person has declined an invitation to this group less than 30 days ago.",
        "malformed" => "This is not an e-mail address that letters can be sent to.",
        "link_void" => "This link is void. Ask for another one.",
        "job_ended" => "This list has been worked off or stopped already.",
        "not_done_for" => return fact.to_owned(),
        "reason" => "Say why, so that others can follow it later.",
        "code_format" => "The code has 8 digits.",
        "code_wrong" => {
            return if fact == "1" {
                "That is not the code. You can try once more.".to_owned()
            } else {
                format!("That is not the code. You can try {fact} more times.")
            };
        }
        "attempt_unknown" => {
            "This answer of your provider was used already, is too old, or belongs to another browser. Begin again."
        }
        "provider_down" => {
            return format!(
                "{fact} does not answer at present. Try again later, or choose another way if one is offered."
            );
        }
        "provider_refused" => {
            return format!("{fact} did not let you in. Try again, or ask your own organization why.");
        }
        "provider_answer" => {
            return format!(
                "What {fact} answered cannot be trusted, so nobody was signed in. Try again; an administrator here can see \
                 why in the audit log."
            );
        }
        "provider_tenant" => {
            return format!("Your organization at {fact} is not one that this organization works with.");
        }
        "provider_proof_old" => {
            return format!("{fact} does not say that you proved yourself just now. Sign out there, then try again.");
        }
        "provider_no_address" => "Your account there has no e-mail address, so it cannot take an invitation.",
        "provider_unverified" => {
            "Your account there has an address that is not verified. Verify it there, then try again."
        }
        "provider_other_address" => {
            return format!(
                "That account has the address {fact}, which is not the one invited. Use the account with the invited address, \
                 or ask whoever invited you to invite {fact}."
            );
        }
        "provider_other_account" => return format!("That is another account at {fact} than the one you sign in with."),
        "identity_of_other" => {
            return format!(
                "That account signs in here as {fact} already, and the invitation is for another address. Nothing was linked. \
                 Sign in as {fact}, then open the link in the letter again: its page offers to add the invitation to that \
                 account."
            );
        }
        "invitation_gives_nothing" => {
            "This invitation opens no group, and you are in the directory already: it would add nothing."
        }
        "add_own_invitation" => "You sent this invitation yourself.",
        "add_role_holder" => "You hold a role here, so an Administrator adds you to groups.",
        "add_account_exists" => return format!("{fact} has an account of its own here. Sign in with that address."),
        "add_by_provider" => {
            return format!(
                "Invitations to that domain are taken up with the account at {fact} alone. Whoever invited you can invite this \
                 account instead."
            );
        }
        "wish_not_needed" => "Nobody needs to be asked: you can add it to your account yourself.",
        "add_invited" => "You are invited to that group yourself. Open that invitation.",
        "add_in_already" => "You are in that group already.",
        "identity_unknown" => {
            "Nobody here knows this account. If you were invited, open the link in the letter, or use the invited address."
        }
        "identity_not_linked" => {
            "This account is not linked to your account here. Sign in the way you did before and add it on your account \
             page; or ask an administrator to reset how you sign in."
        }
        "identity_taken" => "This account signs in somebody else here, so it cannot be linked to you.",
        "identity_last" => "This is your only way to sign in. Add another one first.",
        "identity_anchor" => "You came by this way, so it stays. An administrator can reset it.",
        "identity_anchor_factor" => "You came by this way. Set up a second factor first; then you can take it away.",
        "anchored_elsewhere" => "You sign in here by your provider, not by a code. Choose it on the sign-in page.",
        "anchor_silent" => {
            "It is too long ago that the way you first came by vouched for you. Sign in by that once, then the others work \
             again."
        }
        "by_its_provider" => "Invitations to this domain are taken up with the account of its own provider.",
        "provider_domain_taken" => "Another enabled provider speaks for one of these domains.",
        "provider_in_use" => {
            let who = if fact == "1" { "1 person signs in".to_owned() } else { format!("{fact} people sign in") };
            return format!("{who} by this provider. Switch it off instead: nobody comes in by it then.");
        }
        "provider_of_partner" => {
            let who = if fact == "1" { "1 partner organization names" } else { "Partner organizations name" };
            return format!("{who} this provider. Take it away there first.");
        }
        "provider_trial_failed" => return format!("The sign-in was not taken: {fact}."),
        "issuer_ready_made" => "Put your own in place of what stands in capitals.",
        "provider_no_discovery" => "Plain OAuth 2 publishes nothing to look at. Try a sign-in.",
        "provider_url_scheme" => "Use https.",
        "provider_url_extras" => "Leave out user name, query and fragment.",
        "secret_unreadable" => {
            "The client secret cannot be read: the key file is another one than before. Enter it again."
        }
        "client_id" => "Enter the client id that the provider gave out.",
        "client_secret_again" => "The secret would go to another address now. Enter the one that belongs to it.",
        "claim_name" => "Enter the name of a claim, such as email.",
        "position" => "Enter a number from 0 to 1000.",
        "tenant_line" => return format!("Write a tenant id, a comma and a domain on each line: {fact}."),
        "too_many_domains" => return format!("A provider speaks for at most {fact} domains."),
        "too_many_hours" => return format!("At most {fact} hours."),
        "domain_public_suffix" => return format!("Anybody may register below {fact}."),
        "code_spent" => "This code was tried too often. Ask for another one.",
        "code_expired" => "This code has expired. Ask for another one.",
        "code_used" => "This code was used already. Ask for another one.",
        "code_unknown" => "This browser has not asked for a code, or it was long ago. Ask for another one.",
        "factor_wanted" => "You have a second factor: use it first, then you can go on.",
        "factor_none" => "You have no second factor yet. Set one up first.",
        "pass_wanted" => {
            "A first second factor is set up in the first 30 minutes after you come in for the first time, or with an enrolment pass."
        }
        "pass_wrong" => "This pass does not hold: it was used, is too old, or has a typing error. Ask for another one.",
        "multifactor" => "This wants a second factor.",
        "authenticator_there" => "You have an authenticator app already. Remove it first.",
        "authenticator_none" => "You have no authenticator app here.",
        "authenticator_late" => "That took too long. Begin again.",
        "totp_format" => "Type the 6 digits that the app shows.",
        "totp_wrong" => "This is not the code that the app shows now. Wait for the next one and type that.",
        "totp_used" => "This code was used already. Wait for the next one.",
        "recovery_wrong" => "This is none of your recovery codes, or it was used already.",
        "passkeys_most" => "You have as many passkeys as one can have. Remove one first.",
        "passkeys_none" => "You have no passkey here yet.",
        "passkeys_off" => "There are no passkeys at this address.",
        "passkey_late" => "That took too long, or it was answered already. Try again.",
        "passkey_refused" => "This passkey could not be checked. Try again, or use another way.",
        "passkey_copied" => {
            "This passkey seems to have a copy elsewhere, so it was refused. Sign in by another way and remove it."
        }
        "passkey_unknown" => "This passkey is not known here. It may have been removed: sign in by another way.",
        "passkey_taken" => "This passkey is in use already.",
        "too_many" => return format!("That was too often. You can try again after {fact}."),
        "invitation_expired" => {
            return format!("This invitation ended on {fact}. Whoever invited you can send a new one.");
        }
        "invitation_revoked" => return format!("This invitation was withdrawn on {fact}."),
        "invitation_declined" => return format!("This invitation was declined on {fact}."),
        "invitation_accepted" => return format!("This invitation was accepted on {fact}. Sign in to go on."),
        "invitation_suspended" => {
            "Whoever invited you can no longer do so. The owners of the group have been told and may renew the invitation."
        }
        "invitation_wrong_recipient" => "This invitation is for another address.",
        "group_full" => return format!("The group has reached its limit of {fact} guests."),
        "user_disabled" => "Your account is disabled. Ask whoever invited you, or an administrator.",
        "user_deleted" => "Your account has been deleted. Ask whoever invited you, or an administrator.",
        "user_ended" => return format!("Your access ended on {fact}. Ask whoever invited you."),
        "user_not_accepted" => "Accept your invitation first.",
        "user_is_deleted" => "This person is deleted. Restore them first.",
        "user_not_deleted" => "This person is not deleted.",
        "user_gone" => return format!("The time to restore this person ended on {fact}."),
        "guest_role" => "Only members can hold roles.",
        "last_administrator" => "Somebody must remain who is an enabled administrator. Make another one first.",
        "holds_role" => "This person holds a role, so only an administrator can do this.",
        "block_lifted" => "This block has been lifted already.",
        "administrator_link" => {
            "This link has been used or is too old. Make a new one with “lobby make-admin ADDRESS”."
        }
        "letter_not_stuck" => "This letter is not stuck.",
        "conflict" => "Somebody else changed this in the meantime. Look at it again and repeat your change.",
        "forbidden" => "You may not do this.",
        "not_found" => "This does not exist, or you may not see it.",
        "sign_in" => "Sign in first.",
        "prove_again" => "Prove again that it is you.",
        "arguments" => "The form was not complete. Fill it in again.",
        "form_too_large" => "That was more text than a form can send at once. Send less of it.",
        "broken" => {
            "Something failed here. It has been written down; try again, and name the request id if you report it."
        }
        "unreachable" => "Lobby cannot be reached from here.",
        "own_account" => "An administrator does this for you: nobody changes their own account here.",
        "former_role_holder" => "This person held a role, so only an Administrator can restore them.",
        "not_a_guest" => "Only guests have sponsors.",
        "guests_may_not_leave" => "Guests cannot leave by themselves here. Ask an administrator.",
        "language_unknown" => "Choose a language from the list.",
        "sponsors_most" => return format!("A guest has at most {fact} sponsors."),
        "sponsor_unknown" => "Nobody in the directory has this address.",
        "sponsor_not_enabled" => return format!("{fact} cannot come in, and so cannot be a sponsor."),
        "sponsor_self" => "Nobody is their own sponsor.",
        "owners_most" => return format!("A group has at most {fact} owners."),
        "owner_unknown" => "Nobody in the directory has this address.",
        "owner_not_enabled" => return format!("{fact} cannot come in, and so cannot own a group."),
        "owners_full" => "The group has as many owners as a group can have.",
        "guest_owner" => "Only an administrator makes a guest an owner.",
        "owner_already" => "This person owns the group already.",
        "already_in" => "This person is in the group already.",
        "invited_already" => "This person is invited already.",
        "ends_too_late" => return format!("The group lets nobody stay that long. The latest day is {fact}."),
        "days_order" => "The usual stay cannot be longer than the longest.",
        "number_bounds" => return format!("Enter a whole number, {fact}."),
        "url_plain_http" => "This address is not encrypted. Use https, or confirm that plain http is meant.",
        "logo_too_large" => "The picture may have at most 256 KiB.",
        "logo_too_wide" => return format!("The picture may be at most {fact} pixels wide and high."),
        "logo_broken" => "The picture cannot be read. Save it again as PNG and try that.",
        "domains_empty" => "Name at least one domain, or allow any.",
        "letter_waiting" => "A letter is on its way already. Wait until it has left.",
        "application_disabled" => "This application is switched off.",
        "not_assigned" => "This application is not assigned to this person.",
        "domain_not_allowed" => "The rules of this organization do not allow invitations to this domain.",
        "domain_not_allowed_by_group" => "The rules of this group do not allow invitations to this domain.",
        "partner_closed" if fact.is_empty() => {
            "People of this partner organization are not invited at present. Ask an administrator."
        }
        "partner_closed" => return format!("People of {fact} are not invited at present. Ask an administrator."),
        "partner_domains_empty" => "Name at least one domain, such as praxis-nord.example.",
        "partner_domains_most" => return format!("A partner has at most {fact} domains."),
        "partner_domains_lines" => return format!("These lines are not domains of a partner: {fact}."),
        "partner_domain_taken" => return format!("This domain is another partner's: {fact}."),
        "takes_no_invitations" => "This person does not take invitations from here.",
        "ask_an_administrator" => {
            "This person is disabled, deleted or out of your reach. An administrator enables, restores or adds them."
        }
        // After the codes that begin alike and mean something else.
        code if code.starts_with("address_") || code.starts_with("domain_") => {
            "This is not an e-mail address that letters can be sent to. Check it for a typing error."
        }
        _ => return format!("This was refused ({}).", problem.code),
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_taken_is_not_called_malformed() {
        let said = |code: &str| problem(&Problem::new("address", code));
        assert_ne!(said("address_taken"), said("address_local_part"));
        assert_ne!(said("domain_not_allowed"), said("domain_malformed"));
    }

    #[test]
    fn an_unknown_code_is_still_shown() {
        assert_eq!(problem(&Problem::new("", "new_code")), "This was refused (new_code).");
    }
}
