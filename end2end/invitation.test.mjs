// The heart of it: an owner invites, the letter arrives, the guest accepts, launches and is written down.

import assert from "node:assert/strict";

import { ORGANIZATION, administrator, ownerWithGroup } from "./stage/founding.mjs";
import { stories } from "./stage/house.mjs";
import { invitationIn } from "./stage/post.mjs";

const MESSAGE = "Welcome on board.\nThe records of your patients are ready.";

function story({ house, way, part }) {
    const application = `Records ${way.tag}`;
    const ada = `ada.${way.tag}@praxis-nord.example`;
    const ben = `ben.${way.tag}@praxis-nord.example`;
    let owner, group, guest, letter;

    part("An owner signs in by a code from a letter, and finds the group under Manage.", async () => {
        ({ owner, group } = await ownerWithGroup(house, way, application));
        await owner.follow("Manage");
        await owner.sees(group, `Opens ${application}`, "0 guests");
        await owner.looksAt("Manage");
        await owner.follow(group);
        await owner.follow("Invite guests");
        await owner.sees("Invite guests", application);
    });

    part("A pasted list gets a verdict on each address before anything is sent.", async () => {
        const list = `Ada Nowak <${ada}>; ${ben}\nnobody at all\n${ada.toUpperCase()}`;
        await owner.type("Addresses", list);
        await owner.type("Message", MESSAGE);
        // With script the verdicts come by themselves; without there is a button.
        if (!way.scripts) await owner.press("Check");
        await owner.sees("2 will be invited", "is not an address", "1 is twice in this list");
        const preview = owner.page.getByRole("article", { name: "Preview of the letter" });
        assert.match(await preview.innerText(), /The records of your patients are ready\./);
        assert.equal(await owner.field("Addresses").inputValue(), list);
        await owner.looksAt("Invite");
        const sent = (await house.post.all()).filter((letter) => letter.to.includes(ada));
        assert.equal(sent.length, 0, "a letter left before it was sent");
    });

    part("Sent, the owner is told what became of each address, and what was wrong can be looked at again.", async () => {
        await owner.press("Invite 2 guests");
        await owner.sees("Sent, but not to all", "2 were invited", "The letters are on their way.");
        await owner.looksAt("Sent");
        await owner.follow("Look at the others again");
        assert.match(await owner.field("Addresses").inputValue(), /nobody at all/);
        assert.doesNotMatch(await owner.field("Addresses").inputValue(), new RegExp(ben));
    });

    part("The letter arrives by SMTP: who invites to what, the message, one button, in text and in HTML.", async () => {
        letter = await house.post.letterTo(ada);
        assert.equal(letter.headers.subject, `Olga Brandt invited you to ${application}`);
        assert.deepEqual(letter.to, [ada]);
        assert.equal(letter.from, "lobby@lindenhof.example");
        assert.equal(letter.headers.cc, undefined);
        assert.equal(letter.headers["reply-to"], owner.address);
        assert.match(letter.headers["content-type"], /^multipart\/alternative/);
        assert.equal(letter.headers["auto-submitted"], "auto-generated");
        for (const text of [letter.plain, letter.html]) {
            for (const said of ["Be careful", "Olga Brandt", ORGANIZATION, application, "The records of your patients are ready."]) {
                assert.ok(text.includes(said), `“${said}” is not in the letter:\n${text}`);
            }
        }
        assert.equal(letter.html.match(/>\s*View invitation\s*</g).length, 1);
        const links = await house.post.letterTo(ben).then(invitationIn);
        assert.notEqual(links, invitationIn(letter), "each guest has a link of their own");
        house.keepSecret(new URL(links).pathname.split("/").at(-1));
    });

    part("The guest sees who invites to what, proves the address, consents and lands on the apps.", async () => {
        guest = await house.person({ scripts: way.scripts, address: ada });
        await guest.open(invitationIn(letter));
        await guest.sees("You are invited", "Olga Brandt", application, group, ada, "The records of your patients are ready.");
        await guest.looksAt("Invitation");
        await guest.press("Continue with a code by e-mail");
        await guest.looksAt("Code");
        await guest.enterCode(ada, "Sign in");
        await guest.sees("Before you come in", `Shared with ${ORGANIZATION}`, "privacy@lindenhof.example");
        await guest.looksAt("Consent");
        assert.equal((await guest.cookies())["lobby-session"], undefined, "nobody is in before they consent");
        await guest.press("Accept the invitation");
        await guest.sees(application, `${application} of all wards`);
        await guest.looksAt("Apps");
    });

    part("The tile launches the application in a new tab, on its own site, which learns nothing of Lobby's address.", async () => {
        const tab = await guest.launch(application);
        assert.equal(tab.url(), `${house.application.url}/${encodeURIComponent(application)}`);
        assert.equal(await tab.getByRole("heading").innerText(), `${application} is open`);
        const asked = house.application.asked.at(-1);
        assert.equal(asked.headers.referer, undefined);
        assert.equal(asked.headers.cookie, undefined);
        await tab.close();
    });

    part("A second look at the link leads to the sign-in.", async () => {
        const again = await house.person({ scripts: way.scripts });
        await again.open(invitationIn(letter), 422);
        await again.sees(/This invitation was accepted on .*\. Sign in to go on\./);
        await again.leave();
    });

    part("The owner sees the guest as active, and the administrator finds sign-in and launch in the log.", async () => {
        await owner.goTo("/manage");
        await owner.sees("1 guest", "1 pending");
        await owner.follow(group);
        await owner.sees("Ada Nowak", "Active", "Invited");
        await owner.looksAt("Guests");
        const admin = await administrator(house);
        await admin.goTo("/admin/sign-ins");
        await admin.sees("Ada Nowak", application);
        await admin.leave();
    });

    part("A signed-out person who opens a launch is led through the sign-in to the application.", async () => {
        await guest.goTo("/");
        const launch = await guest.page.getByRole("link", { name: application, exact: true }).first().getAttribute("href");
        const fresh = await house.person({ scripts: way.scripts, address: ada });
        await fresh.signIn(ada, { from: launch });
        await fresh.page.waitForURL(`${house.application.url}/**`);
        await fresh.page.getByRole("heading", { name: `${application} is open` }).waitFor();
        await fresh.leave();
    });

    part("An invitation that was never opened is still there for whoever proves its address at the front door.", async () => {
        const other = await house.person({ scripts: way.scripts, address: ben });
        await other.signIn(ben);
        await other.sees("Before you come in", application);
        await other.press("Accept the invitation");
        await other.sees(application);
        await other.leave();
    });
}

stories("An owner invites", story);
stories("An owner invites, on PostgreSQL", story, { database: "postgres", ways: [{ said: "without JavaScript", scripts: false, tag: "plain" }] });
