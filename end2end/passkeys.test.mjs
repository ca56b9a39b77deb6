// Passkeys: added, used instead of a code, suggested by the address field, named and removed; and answers that do not count.

import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { text } from "node:stream/consumers";

import { Device } from "./stage/device.mjs";
import { administrator, bring, createMember, ownerWithGroup } from "./stage/founding.mjs";
import { stories } from "./stage/house.mjs";

stories("A guest's passkey", ({ house, way, part }) => {
    const application = `Results ${way.tag}`;
    const mira = `mira.${way.tag}@labor-weber.example`;
    let guest, device;

    part("A guest comes in and is told what a passkey is.", async () => {
        const { owner, group } = await ownerWithGroup(house, { ...way, scripts: false }, application);
        guest = await house.person({ scripts: way.scripts, address: mira });
        if (way.scripts) device = await Device.plug(guest);
        await bring(owner, group, guest);
        await guest.goTo("/account");
        await guest.sees("Passkeys", "A passkey signs you in by the lock of your own device");
        await guest.looksAt("Passkeys none");
        await owner.leave();
    });

    if (!way.scripts) {
        part("Without JavaScript the page says what is missing, and the sign-in has no dead button.", async () => {
            await guest.sees("Adding a passkey needs JavaScript.");
            await guest.seesNot("Name of a new passkey");
            await guest.goTo("/signin");
            await guest.seesNot("passkey");
        });
        return;
    }

    part("A device that is not sure of its person makes none, and the page says so beside the button.", async () => {
        await device.knowsItsPerson(false);
        await guest.page.getByRole("button", { name: "Add a passkey" }).click();
        await guest.sees("Nothing was confirmed in time, or it was canceled. Try again.");
        await guest.looksAt("Passkeys refused");
        await device.knowsItsPerson(true);
    });

    part("A passkey is added under a name, and a letter tells of it.", async () => {
        await guest.type("Name of a new passkey", "Work laptop");
        await guest.press("Add a passkey");
        await guest.sees("The passkey is added.", "Recovery codes");
        await guest.follow("Go on");
        await guest.sees("Work laptop", "not used yet");
        await guest.looksAt("Passkeys one");
        await guest.looksInTheDark("Passkeys one");
        await house.post.letterTo(mira, /A passkey was added/);
        const [{ isResidentCredential, rpId }] = await device.passkeys();
        assert.deepEqual([isResidentCredential, rpId], [true, "lobby.localhost"]);
    });

    part("Signed out, one press of the button signs in, and leads where they wanted to go.", async () => {
        await device.isTouched(false);
        await guest.signOut();
        await guest.sees("Sign in with a passkey");
        await guest.looksAt("Sign in with a passkey");
        await guest.looksInTheDark("Sign in with a passkey");
        const suggested = guest.page.waitForResponse((answer) => answer.url().endsWith("/passkey/sign-in/begin"));
        await guest.goTo("/signin?to=/account");
        await suggested;
        await device.isTouched(true);
        // Where the browser takes the touch for what the field suggests, the page is gone before the button is pressed.
        await guest.page.getByRole("button", { name: "Sign in with a passkey" }).click({ timeout: 3000 }).catch(() => {});
        await guest.page.waitForURL((url) => url.pathname === "/account");
        await guest.sees("Ways to sign in", "Work laptop", "used just now");
        const cookie = (await guest.cookies())["lobby-session"];
        assert.deepEqual([cookie.httpOnly, cookie.sameSite], [true, "Lax"]);
    });

    part("The address field suggests it by itself, where the browser can.", async (t) => {
        await device.isTouched(false);
        await guest.signOut();
        const field = guest.field("E-mail address");
        assert.equal(await field.getAttribute("autocomplete"), "username webauthn");
        const can = await guest.page.evaluate(() => PublicKeyCredential.isConditionalMediationAvailable());
        t.diagnostic(`conditional mediation: ${can}`);
        await device.isTouched(true);
        await guest.goTo("/signin");
        if (can) await guest.page.waitForURL((url) => url.pathname === "/");
        else await guest.press("Sign in with a passkey");
        await guest.sees(application);
    });

    part("It is renamed; a name that is none is refused beside its field.", async () => {
        await guest.goTo("/account");
        await guest.unfold("Rename Work laptop");
        await guest.type("New name", " ");
        await guest.press("Rename passkey");
        assert.equal(await guest.problemOf("New name"), "Fill this in.");
        await guest.looksAt("Passkeys rename");
        await guest.type("New name", "Old laptop");
        await guest.press("Rename passkey");
        await guest.sees("Renamed.", "Old laptop");
        await guest.seesNot("Work laptop");
    });

    part("Administrators see it on the person's page.", async () => {
        const admin = await administrator(house, true);
        await admin.goTo("/admin/people");
        await admin.follow(mira);
        await admin.sees("Second factors", "Old laptop", "used");
        await admin.looksAt("Person with a passkey");
        await admin.leave();
    });

    part("It proves who they are; after a code alone it must come first.", async () => {
        await device.isTouched(false);
        await guest.signOut();
        await guest.signIn(mira, { from: "/account" });
        await guest.sees("Use a second factor to add another one");
        await guest.press("Remove Old laptop");
        await guest.sees("Confirm with a second factor", "You have a second factor: use it first");
        await guest.looksAt("Prove with a passkey");
        await device.isTouched(true);
        await guest.press("Prove with a passkey");
        await guest.sees("Thank you.", "Name of a new passkey");
    });

    part("An answer counts in the browser that was asked, once, and from our own pages alone.", async () => {
        await device.isTouched(false);
        await guest.signOut();
        let sent;
        const keep = (route) => {
            sent = route.request().postDataJSON();
            return route.fulfill({ json: { to: "/lost" } });
        };
        await guest.page.route("**/passkey/sign-in", keep);
        await guest.goTo("/signin");
        // Touched before, the page that is left would answer yet.
        await device.isTouched(true);
        await guest.page.waitForTimeout(300);
        if (!sent) await guest.press("Sign in with a passkey").catch(() => {});
        await guest.page.waitForURL("**/lost");
        await guest.page.unroute("**/passkey/sign-in", keep);
        const post = async (person, site) => {
            const cookie = Object.values(await person.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
            const { host, port } = new URL(house.lobby.url);
            const headers = { host, cookie, "sec-fetch-site": site, "content-type": "application/json" };
            const asking = request({ host: "127.0.0.1", port, path: "/passkey/sign-in", method: "POST", headers });
            asking.end(JSON.stringify(sent));
            const [answer] = await once(asking, "response");
            return [answer.statusCode, await text(answer)];
        };
        assert.equal((await post(guest, "cross-site"))[0], 403);
        const foreign = await house.person({ scripts: true });
        await foreign.goTo("/signin");
        const late = /took too long, or it was answered already/;
        let [status, said] = await post(foreign, "same-origin");
        assert.equal(status, 422);
        assert.match(said, late);
        [status, said] = await post(guest, "same-origin");
        assert.deepEqual([status, JSON.parse(said)], [200, { to: "/" }]);
        [status, said] = await post(guest, "same-origin");
        assert.equal(status, 422);
        assert.match(said, late);
        await foreign.leave();
    });

    part("Removed, it signs in no more, and the other sessions have ended.", async () => {
        await guest.goTo("/signin?to=/account");
        await guest.page.waitForURL((url) => url.pathname === "/account");
        await guest.press("Remove Old laptop");
        await guest.sees("The passkey is removed, and your other sessions have ended.");
        await house.post.letterTo(mira, /A passkey was removed/);
        await device.isTouched(false);
        await guest.signOut();
        guest.expected.add(422);
        await device.isTouched(true);
        await guest.goTo("/signin");
        const button = guest.page.getByRole("button", { name: "Sign in with a passkey" });
        const told = async () => (await guest.text()).includes("This passkey is not known here.");
        await guest.page.waitForTimeout(300);
        if (!(await told())) await button.click();
        await guest.sees("This passkey is not known here. It may have been removed: sign in by another way.");
        // The browser tells its console of every answer that refuses.
        guest.faults = guest.faults.filter((fault) => !/status of 422/.test(fault));
        await guest.looksAt("Passkey unknown");
    });
});

stories("A passkey without the script", ({ house, way, part }) => {
    const address = `jonas.${way.tag}@lindenhof.example`;

    part("What was added with the script is named and removed without it.", async () => {
        const admin = await administrator(house);
        await createMember(admin, { name: "Jonas Adler", address });
        await admin.leave();
        const member = await house.person({ scripts: true, address });
        await Device.plug(member);
        await member.signIn();
        await member.goTo("/account");
        await member.press("Add a passkey");
        await member.sees("The passkey is added.");
        await member.follow("Go on");
        await member.sees("Chrome on Linux");
        const plain = await house.person({ scripts: way.scripts, address, state: await member.context.storageState() });
        await plain.goTo("/account");
        await plain.unfold("Rename Chrome on Linux");
        await plain.type("New name", "Telephone");
        await plain.press("Rename passkey");
        await plain.sees("Renamed.", "Telephone");
        await plain.press("Remove Telephone");
        await plain.sees("The passkey is removed, and your other sessions have ended.");
        await plain.leave();
        await member.leave();
    });
});
