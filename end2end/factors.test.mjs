// Second factors: set up by whoever manages, asked for again in a new session, and what opens where one is lost.

import assert from "node:assert/strict";

import { Authenticator, enrol } from "./stage/authenticator.mjs";
import { administrator, bring, ownerWithGroup } from "./stage/founding.mjs";
import { stories } from "./stage/house.mjs";

stories("A second factor", ({ house, way, part }) => {
    const application = `Wards ${way.tag}`;
    const eva = `eva.${way.tag}@labor-kern.example`;
    let owner, group, app, codes, guest;

    part("Who owns a group is led to set one up, and makes recovery codes.", async () => {
        ({ owner, group, app } = await ownerWithGroup(house, way, application));
        await owner.goTo("/account");
        await owner.sees("Second factors", "Authenticator app", "Recovery codes", "none left");
        await owner.looksAt("Second factors");
        await owner.press("Make recovery codes");
        await owner.sees("These codes are shown once.");
        await owner.looksAt("Recovery codes shown");
        codes = await owner.page.locator(".copy code").allInnerTexts();
        assert.equal(codes.length, 10);
        for (const code of codes) house.keepSecret(code);
        await house.post.letterTo(owner.address, /New recovery codes were made/);
        await owner.follow("Go on");
        await owner.sees("10 of 10 left");
    });

    part("A new session sees the apps, and is asked for the factor before it manages.", async () => {
        await owner.signOut();
        await owner.signIn(owner.address);
        await owner.goTo("/manage");
        await owner.sees("Confirm with a second factor");
        await owner.seesNot("Send a code");
        await owner.looksAt("Confirm with a second factor");
        await owner.type("Code of the authenticator app", app.at(1));
        await owner.press("Confirm");
        assert.match(await owner.problemOf("Code of the authenticator app"), /not the code that the app shows now/);
        await owner.looksAt("Confirm refused");
        await app.type(owner);
        await owner.press("Confirm");
        await owner.sees("The groups you own", group);
    });

    part("A recovery code opens once, and the factor that is lost goes.", async () => {
        await owner.signOut();
        await owner.signIn(owner.address);
        await owner.goTo("/manage");
        await owner.unfold("Use a recovery code");
        await owner.type("Recovery code", codes[0]);
        await owner.press("Use the code");
        await owner.sees("The groups you own");
        await house.post.letterTo(owner.address, /A recovery code of your account .* was used/);
        await owner.goTo("/account/prove?to=/account&need=factor");
        await owner.unfold("Use a recovery code");
        await owner.type("Recovery code", codes[0]);
        await owner.press("Use the code");
        assert.match(await owner.problemOf("Recovery code"), /used already/);
        await owner.goTo("/account");
        await owner.sees("9 of 10 left");
        await owner.press("Remove the authenticator app");
        await owner.sees("The authenticator app is removed", "not set up");
        await owner.follow("Set up a second factor");
        app = await enrol(owner);
    });

    part("A guest who comes back by a code alone needs a pass of the owner to enrol.", async () => {
        const first = await house.person({ scripts: way.scripts, address: eva });
        await bring(owner, group, first);
        await first.leave();
        guest = await house.person({ scripts: way.scripts, address: eva });
        await guest.signIn(eva, { from: "/account" });
        await guest.follow("Set up a second factor");
        await guest.sees("A code by e-mail alone is not enough", "Enrolment pass");
        await guest.looksAt("Pass wanted");
        await guest.type("Pass", "not-a-pass");
        await guest.press("Use the pass");
        assert.match(await guest.problemOf("Pass"), /does not hold/);
        await owner.goTo("/manage");
        await owner.follow(group);
        await owner.follow(eva, { exact: false });
        await owner.unfold("Give an enrolment pass…");
        await owner.looksAt("Guest to be given a pass");
        await owner.press("Give an enrolment pass");
        await owner.sees("shown once and holds for 24 hours");
        const pass = await owner.page.locator(".copy code").innerText();
        house.keepSecret(pass);
        await guest.type("Pass", pass);
        await guest.press("Use the pass");
        await guest.sees("The pass is accepted.");
        await guest.looksAt("Second factors to choose");
        await guest.press("Set up an authenticator app");
        await guest.looksAt("Authenticator");
        const key = (await guest.page.locator(".copy code").innerText()).replaceAll(" ", "");
        house.keepSecret(key);
        const theirs = new Authenticator(key);
        await theirs.type(guest);
        await guest.press("Confirm");
        await guest.looksAt("Recovery codes");
        await guest.follow("Go on");
        await guest.sees("Authenticator app", "used just now");
        await house.post.letterTo(eva, /An authenticator app was added/);
    });

    part("An administrator sees it and takes it away, and the guest's sessions end.", async () => {
        const admin = await administrator(house, way.scripts);
        await admin.goTo("/admin/people");
        await admin.follow(eva, { exact: false });
        await admin.sees("Second factors", "Authenticator app");
        await admin.press("Remove the authenticator app");
        await admin.sees("Removed. Their sessions have ended", "None set up.");
        await admin.leave();
        await guest.goTo("/account");
        await guest.sees("There is no password here.");
        await house.post.letterTo(eva, /The authenticator app was removed/);
    });
});
