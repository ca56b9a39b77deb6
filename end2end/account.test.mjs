// A guest's own account: the profile, the sessions, leaving, and coming back.

import assert from "node:assert/strict";

import { ORGANIZATION, accept, invite, ownerWithGroup } from "./stage/founding.mjs";
import { stories } from "./stage/house.mjs";
import { invitationIn } from "./stage/post.mjs";

stories("A guest's account", ({ house, way, part }) => {
    const application = `Results ${way.tag}`;
    const mira = `mira.${way.tag}@labor-weber.example`;
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
        await guest.unfold("Your account");
        await guest.press("Sign out", { within: guest.page.getByRole("banner") });
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
});
