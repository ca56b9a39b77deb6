// A guest's own account: the profile, the sessions, leaving, and coming back.

import assert from "node:assert/strict";

import { ORGANIZATION, accept, addApplication, administrator, invite, openToGuests, ownerWithGroup } from "./stage/founding.mjs";
import { stories } from "./stage/house.mjs";
import { invitationIn } from "./stage/post.mjs";

stories("A guest's account", ({ house, way, part }) => {
    const application = `Results ${way.tag}`;
    const mira = `mira.${way.tag}@labor-weber.example`;
    const moved = `mira.${way.tag}@weber.example`;
    const home = `mira.${way.tag}@home.example`;
    const further = `Archive ${way.tag}`;
    let owner, group, guest;

    part("A guest names themselves, and the owner reads the new name.", async () => {
        ({ owner, group } = await ownerWithGroup(house, way, application));
        await invite(owner, group, mira);
        guest = await house.person({ scripts: way.scripts, address: mira });
        await accept(guest, invitationIn(await house.post.letterTo(mira)));
        await guest.sees(application);
        await guest.goTo("/account");
        await guest.sees("Guest", mira, group);
        await guest.type("Name", "Mira Weber");
        await guest.type("Organization", "Labor Weber");
        await guest.press("Save profile");
        await guest.sees("Saved.");
        await guest.looksAt("Account");
        await owner.goTo("/manage");
        await owner.follow(group);
        await owner.sees("Mira Weber", "Labor Weber");
    });

    part("The theme is chosen, and stays.", async () => {
        await guest.unfold("Your account");
        await guest.press("Dark");
        const theme = () => guest.page.locator("html").getAttribute("data-theme");
        assert.equal(await theme(), "dark");
        await guest.goTo("/");
        assert.equal(await theme(), "dark");
        await guest.unfold("Your account");
        await guest.press("System");
        assert.equal(await theme(), null);
    });

    part("Sessions are listed with where they come from, and another one can be ended.", async () => {
        const elsewhere = await house.person({ scripts: way.scripts, address: mira });
        await elsewhere.signIn(mira, { keep: true });
        const cookie = (await elsewhere.cookies())["lobby-session"];
        assert.ok(cookie.expires > Date.now() / 1000 + 3600, "kept signed in, the cookie outlives the browser");
        assert.equal((await guest.cookies())["lobby-session"].expires, -1);
        await guest.goTo("/account");
        await guest.sees("This session", "Chrome");
        await guest.press("End");
        await guest.sees("The session has ended.");
        assert.equal(await guest.page.getByRole("button", { name: "End", exact: true }).count(), 0);
        await elsewhere.goTo("/account");
        await elsewhere.sees("There is no password here.");
        await elsewhere.leave();
    });

    part("Signing out asks for a new code, and leads back to the page that was wanted.", async () => {
        await guest.signOut();
        await guest.sees("You are signed out.");
        await guest.signIn(mira, { from: "/account" });
        assert.equal(await guest.field("Name").inputValue(), "Mira Weber");
    });

    part("Leaving wants a fresh proof, says what is lost, and ends the access at once.", async () => {
        // The sign-in was just now, so the question comes at once; a proof that is older is asked for anew.
        await guest.follow("Leave…");
        await guest.sees(`Leave ${ORGANIZATION}?`, group);
        await guest.looksAt("Leave");
        await guest.goTo("/account/prove?to=/account/leave");
        await guest.press("Send a code");
        await guest.looksAt("Prove");
        await guest.enterCode(mira, "Prove");
        await guest.sees(`Leave ${ORGANIZATION}?`);
        await guest.press(`Leave ${ORGANIZATION}`);
        await guest.sees("You have left. Your access has ended.");
        await guest.goTo("/account");
        await guest.sees("Sign in");
    });

    part("Who has left gets no code, and reads what a stranger would read.", async () => {
        await guest.goTo("/signin");
        await guest.type("E-mail address", mira);
        await guest.press("Continue");
        await guest.sees(`If ${mira} is known here, a letter with 8 digits is on its way.`);
    });

    part("Invited again, they consent again and are back.", async () => {
        await owner.goTo("/manage");
        await owner.sees("0 guests");
        await invite(owner, group, mira);
        // Letters leave in turn: a code asked for before would have come before.
        const letter = await house.post.letterTo(mira);
        assert.match(letter.headers.subject, /invited you/);
        await accept(guest, invitationIn(letter));
        await guest.sees(application);
        await guest.looksAt("Back again");
    });

    part("They move to another address by a code from there, and the old one gets a letter.", async () => {
        await guest.goTo("/account");
        await guest.follow("Change");
        await guest.sees("Change your address", mira);
        await guest.looksAt("Change address");
        await guest.type("New e-mail address", moved);
        await guest.press("Send a code there");
        await guest.looksAt("Change address, code on its way");
        await guest.enterCode(moved, "Change my address");
        await guest.sees("Your address is changed.", moved);
        await guest.looksAt("Account with another address");
        const letter = await house.post.letterTo(mira, /^Your address at /);
        assert.match(letter.plain, /no longer opens anything/);
    });

    part("An invitation to another mailbox of theirs is added to the account they have.", async () => {
        const admin = await administrator(house);
        await addApplication(admin, further, "For the same people");
        const other = await openToGuests(admin, further, owner.address);
        await admin.leave();
        await invite(owner, other, home);
        await guest.open(invitationIn(await house.post.letterTo(home)));
        await guest.sees("You are signed in as", moved, "but the invitation is for", home);
        await guest.looksAt("Invitation of another account");
        await guest.press(`Add this invitation to ${moved}`);
        await guest.sees("Add the invitation to your account", further);
        await guest.looksAt("Add the invitation");
        await guest.enterCode(home, "Accept for this account");
        await guest.sees("The invitation is taken up", application, further);
        const letter = await house.post.letterTo(owner.address, /took up your invitation as/);
        assert.match(letter.plain, new RegExp(moved));
    });
});
