//! Every English word of the letters. What is put together from facts says so by its arguments.

use domain::letter::AccountChange;

// The frame of every letter.
pub(super) fn opens(host: &str) -> String {
    format!("opens {host}")
}
pub(super) fn privacy_statement(organization: &str) -> String {
    format!("How {organization} handles your data:")
}
pub(super) fn privacy_contact(organization: &str) -> String {
    format!("Questions about your data at {organization}:")
}
pub(super) fn sent_by(organization: &str, host: &str) -> String {
    format!("Sent for {organization} by Lobby at {host}.")
}
/// "A", "A and B", "A, B and C".
pub(super) fn all_of(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

// Labels of facts.
pub(super) const INVITED_BY: &str = "Invited by";
pub(super) const ADDED_BY: &str = "Added by";
pub(super) const INVITED: &str = "Invited";
pub(super) const ORGANIZATION: &str = "Organization";
pub(super) const OPENS: &str = "Opens";
pub(super) const GROUP: &str = "Group";
pub(super) const ACCESS: &str = "Access";
pub(super) const ANSWER_BY: &str = "Answer by";
pub(super) const COPY_TO: &str = "A copy went to";
pub(super) const ASKED_AT: &str = "Asked at";
pub(super) const ENDED_AT: &str = "Ended at";
pub(super) const SENT_AT: &str = "Invited at";

// Invitation, its copy, and a link for somebody who lost theirs.
pub(super) const CAUTION: &str =
    "Be careful: act on this letter only if you know the person and the organization named below.";
pub(super) const VIEW_INVITATION: &str = "View invitation";
pub(super) const NOT_EXPECTED: &str = "Not expected, or no more of these?";
pub(super) const DECLINE: &str = "Decline, or never get invitations again";
pub(super) fn invited(inviter: &str, what: &str) -> String {
    format!("{inviter} invited you to {what}")
}
pub(super) fn copy_subject(inviter: &str, guest: &str, what: &str) -> String {
    format!("Copy: {inviter} invited {guest} to {what}")
}
pub(super) fn copy_heading(inviter: &str, guest: &str, what: &str) -> String {
    format!("{inviter} invited {guest} to {what}")
}
pub(super) fn copy_has_no_link(guest: &str) -> String {
    format!("This is a copy for you to know. It has no link: only {guest} can accept.")
}
pub(super) fn lost_link_subject(what: &str) -> String {
    format!("Your link to {what}")
}
pub(super) fn lost_link_heading(what: &str) -> String {
    format!("A new link to your invitation to {what}")
}
pub(super) const LOST_LINK_TEXT: &str =
    "You, or somebody who typed your address, asked for this link because the first one was lost.";
pub(super) fn writes(inviter: &str) -> String {
    format!("{inviter} writes:")
}
pub(super) fn proof(to: &str) -> String {
    format!("Before anything opens you are asked to prove that {to} is yours. Opening the link accepts nothing.")
}
pub(super) fn stay(days: Option<u32>) -> String {
    match days {
        None => "without an end date".to_owned(),
        Some(1) => "one day from when you accept".to_owned(),
        Some(days) => format!("{days} days from when you accept"),
    }
}

// To people who are known.
pub(super) const OPEN_APPS: &str = "Open your apps";
pub(super) const SIGN_IN: &str = "Sign in";
pub(super) const SEE_INVITATIONS: &str = "See invitations";
pub(super) const SEE_ACCOUNT: &str = "See your account";
pub(super) const SEE_GUESTS: &str = "See guests";
pub(super) fn added(by: &str, what: &str) -> String {
    format!("{by} added you to {what}")
}
pub(super) fn until(end: Option<String>) -> String {
    end.map_or_else(|| "without an end date".to_owned(), |end| format!("until {end}"))
}
pub(super) fn welcome_subject(organization: &str) -> String {
    format!("Welcome to {organization}")
}
pub(super) fn welcome_text(organization: &str, address: &str) -> String {
    format!("{organization} made an account for {address}. You need no password: sign in with this address.")
}
pub(super) fn renewal_subject(guest: &str) -> String {
    format!("The invitation of {guest} has ended: renew it?")
}
pub(super) fn renewal_text(guest: &str) -> String {
    format!(
        "Somebody tried the invitation of {guest} after its end. No link was sent. If they are still welcome, invite them again."
    )
}
pub(super) fn taken_up_subject(guest: &str, account: &str) -> String {
    format!("{guest} took up your invitation as {account}")
}
pub(super) const TAKEN_UP_TEXT: &str = "They proved the address that you invited by a code, and were signed in by another \
    account, which has the access now. If you do not know that account, remove it from the group and ask them.";
pub(super) const TAKEN_UP_BY: &str = "Taken up by";
pub(super) fn other_account_subject(guest: &str, account: &str) -> String {
    format!("The invitation of {guest}: {account} asks for it")
}
pub(super) fn other_account_text(guest: &str, account: &str) -> String {
    format!(
        "Somebody who is signed in as {account} opened this invitation and asks you to invite that account instead. It is not \
         known whether they are the same person: the letter may have been forwarded. Ask {guest} before you do it."
    )
}
pub(super) const ASKED_BY: &str = "Asked by";
pub(super) const SEE_INVITATION: &str = "See the invitation";
pub(super) fn assigned_subject(application: &str, group: &str) -> String {
    format!("{application} was added to {group}")
}
pub(super) fn assigned_text(guests: i64) -> String {
    match guests {
        1 => "An administrator did this, and you own the group. One guest of it gains the application.".to_owned(),
        _ => {
            format!("An administrator did this, and you own the group. {guests} guests of it gain the application.")
        }
    }
}
pub(super) const GUEST: &str = "Guest";
pub(super) const AT: &str = "At";
pub(super) const PLATFORM: &str = "Device platform";
pub(super) const COUNTRY: &str = "Country";
pub(super) const ATTEMPT: &str = "Attempt";
pub(super) const ADDRESS: &str = "Address";
pub(super) const SEE_GUEST: &str = "See the guest";
pub(super) const SEE_SIGN_INS: &str = "See the sign-in log";
pub(super) const ACCESS_ASKED: &str = "An access policy stopped them, and they ask you for help. On their page you see which \
     condition it was and what you can do. To change the policy, ask an administrator.";
pub(super) const BREAK_GLASS: &str =
    "This account is for emergencies alone. If you do not know of one, look into it now.";
pub(super) fn access_asked_subject(guest: &str, application: &str) -> String {
    format!("{guest} cannot open {application}")
}
pub(super) fn break_glass_subject(account: &str, succeeded: bool) -> String {
    match succeeded {
        true => format!("The break-glass account {account} signed in"),
        false => format!("Somebody tried the break-glass account {account}"),
    }
}
pub(super) const A_GROUP: &str = "a group";
pub(super) const YOUR_PROVIDER: &str = "your identity provider";

// About how somebody comes in.
pub(super) const CONTINUE: &str = "Continue";
pub(super) const CHANGED_AT: &str = "Changed at";
pub(super) fn own_way_subject(organization: &str) -> String {
    format!("Signing in to {organization}")
}
pub(super) fn own_way_text(organization: &str, provider: &str) -> String {
    format!(
        "You, or somebody who typed your address, asked for a code. You come to {organization} with your account at \
         {provider}, so there is no code for you: continue with {provider}."
    )
}
pub(super) fn account_changed(organization: &str, change: AccountChange) -> String {
    match change {
        AccountChange::IdentityLinked => format!("A further account can now sign in to {organization} as you"),
        AccountChange::IdentityRemoved => format!("One of your accounts can no longer sign in to {organization}"),
        AccountChange::PasskeyAdded => format!("A passkey was added to your account at {organization}"),
        AccountChange::PasskeyRemoved => format!("A passkey was removed from your account at {organization}"),
        AccountChange::AuthenticatorAdded => {
            format!("An authenticator app was added to your account at {organization}")
        }
        AccountChange::AuthenticatorRemoved => {
            format!("The authenticator app was removed from your account at {organization}")
        }
        AccountChange::RecoveryCodesMade => format!("New recovery codes were made for your account at {organization}"),
        AccountChange::RecoveryCodeUsed => format!("A recovery code of your account at {organization} was used"),
        AccountChange::PassGiven => format!("You were given an enrolment pass at {organization}"),
        AccountChange::RedemptionReset => format!("How you sign in to {organization} was reset"),
        AccountChange::AddressChanged | AccountChange::AddressMoved => {
            format!("Your address at {organization} was changed")
        }
    }
}
pub(super) fn account_changed_text(change: AccountChange) -> &'static str {
    match change {
        AccountChange::AddressChanged => {
            "An administrator gave your account another address, and the invitation went there. If you did not ask for that, \
             tell them: this address no longer opens anything."
        }
        AccountChange::AddressMoved => {
            "Somebody who was signed in as you gave your account another address, and proved it by a code. If that was you, \
             there is nothing to do: this address no longer opens anything. If it was not, tell an administrator or whoever \
             invited you at once; they can give the account back to you."
        }
        AccountChange::RedemptionReset => {
            "An administrator did this. Your sessions have ended and your accounts are no longer tied to you; your access \
             stays. The invitation that comes with another letter ties them again."
        }
        AccountChange::PassGiven => {
            "With it you add a way to confirm that it is you, such as an authenticator app. Whoever gave it tells you what it \
             says; it holds for 24 hours. If you did not ask for one, tell an administrator."
        }
        _ => {
            "If this was you, there is nothing to do. If it was not, open your account page, end the other sessions, and \
             tell whoever invited you."
        }
    }
}

// Passcodes.
pub(super) fn passcode_subject(organization: &str) -> String {
    // Never the code itself: the subject stands in the list of letters and on locked screens.
    format!("Your code for {organization}")
}
pub(super) const CODE_TO_SIGN_IN: &str = "Your code to sign in";
pub(super) const CODE_TO_PROVE: &str = "Your code to confirm that it is you";
pub(super) const CODE_TO_LIFT: &str = "Your code to take invitations again";
pub(super) const CODE_TO_ADD: &str = "Your code to give your invitation to another account";
pub(super) const FOR_ACCOUNT: &str = "For the account";
pub(super) const CODE_FOR_ADDRESS: &str = "Your code to use this address";
pub(super) fn passcode_text(host: &str, minutes: i64) -> String {
    format!(
        "Type it where you asked for it, at {host}, within {minutes} minutes. It works once, and only in that browser."
    )
}
pub(super) const PASSCODE_NOT_ASKED: &str = "You did not ask for a code? Then do nothing: without it nobody comes in. Never tell it to anybody; nobody here will ask you for it.";
