// The first administrator comes in by a link and prepares everything that an owner needs.

import assert from "node:assert/strict";

import { enrol } from "./stage/authenticator.mjs";
import { ORGANIZATION, addApplication, openToGuests } from "./stage/founding.mjs";
import { stories } from "./stage/house.mjs";
import { linksIn } from "./stage/post.mjs";

stories("The first administrator", ({ house, way, part }) => {
    const address = `ida.${way.tag}@lindenhof.example`;
    const olga = `olga.${way.tag}@lindenhof.example`;
    const application = `Records ${way.tag}`;
    let admin;

    part("A link made on the machine lets the first administrator in, once.", async () => {
        admin = await house.person({ scripts: way.scripts, address });
        await house.lobby.command("make-admin", address);
        const link = await house.lobby.administratorLink();
        await admin.open(link);
        await admin.sees("Become an administrator", address);
        await admin.looksAt("First administrator");
        await admin.press("Enter");
        await admin.sees("Set up a second factor", "you have none yet");
        await admin.looksAt("Set up a second factor");
        await enrol(admin);
        await admin.sees("Administration");
        const another = await house.person({ scripts: way.scripts });
        await another.open(link, 422);
        await another.sees("This link has been used or is too old.");
        await another.leave();
    });

    part("The organization gets its name, time zone and privacy contact, and shows them.", async () => {
        await admin.follow("Settings");
        await admin.type("Name", ORGANIZATION);
        await admin.field("Time zone").selectOption("Europe/Berlin");
        await admin.type("Privacy contact", "privacy@lindenhof.example");
        await admin.press("Save organization");
        await admin.sees("Saved.");
        await admin.looksAt("Settings");
        const stranger = await house.person({ scripts: way.scripts });
        await stranger.goTo("/signin");
        assert.match(await stranger.page.title(), new RegExp(ORGANIZATION));
        const contact = stranger.page.getByRole("link", { name: "Privacy contact" });
        assert.equal(await contact.getAttribute("href"), "mailto:privacy@lindenhof.example");
        await stranger.leave();
    });

    part("A member who is created gets a letter of welcome that leads to the sign-in.", async () => {
        await admin.follow("People");
        await admin.follow("Create member");
        await admin.type("E-mail address", olga);
        await admin.type("Name", "Olga Brandt");
        await admin.press("Create member");
        await admin.sees("Olga Brandt", olga, "Member");
        const letter = await house.post.letterTo(olga);
        assert.equal(letter.headers.subject, `Welcome to ${ORGANIZATION}`);
        assert.ok(linksIn(letter).includes(`${house.lobby.url}/`), letter.html);
    });

    part("An application is added, and four steps later its owner can invite.", async () => {
        await addApplication(admin, application);
        await admin.sees("3 steps are left until an owner can invite guests.");
        const group = await openToGuests(admin, application, olga);
        await admin.looksAt("Four steps");
        await admin.follow("Open group");
        await admin.sees(group, "Olga Brandt", application);
        await admin.goTo("/admin/applications");
        await admin.sees(application);
    });

    part("The audit log tells what was done, and by whom.", async () => {
        await admin.follow("Audit");
        await admin.sees("Olga Brandt", application, address);
        await admin.looksAt("Audit");
    });
});
