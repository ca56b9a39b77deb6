// Conditional access: a policy closes an application on one platform, says why, and lets go when it is switched off.

import assert from "node:assert/strict";

import { accept, administrator, invite, ownerWithGroup } from "./stage/founding.mjs";
import { stories } from "./stage/house.mjs";
import { invitationIn } from "./stage/post.mjs";

stories("Access policies", ({ house, way, part }) => {
    const application = `Gate ${way.tag}`;
    const policy = `No Linux ${way.tag}`;
    const gina = `gina.${way.tag}@praxis-tor.example`;
    let guest, admin;

    /** Opens one part of the sentence and checks what is chosen there. */
    const choose = async (part, ...boxes) => {
        await admin.page.locator(".sentence > details > summary").nth(part).click();
        for (const box of boxes) await box.check();
    };
    const box = (field, value) => admin.page.locator(`[name="form[${field}"][value="${value}"]`);

    part("A guest has an application that no policy speaks of.", async () => {
        const { owner, group } = await ownerWithGroup(house, way, application);
        await invite(owner, group, gina);
        guest = await house.person({ scripts: way.scripts, address: gina });
        await accept(guest, invitationIn(await house.post.letterTo(gina)));
        await guest.goTo("/");
        await guest.sees(application);
        await guest.seesNot("not from here");
    });

    part("An administrator writes a policy as a sentence.", async () => {
        admin = await administrator(house, way.scripts);
        await admin.goTo("/admin/policies/new");
        await admin.type("Name", policy);
        await choose(0, box("users][]", "guests"));
        const named = admin.page.locator("label", { hasText: application }).locator('[name="form[applications][]"]');
        await choose(1, named);
        await choose(2, box("platform_rule]", "some"), box("platforms][]", "linux"));
        await choose(4, box("grant]", "block"));
        await box("state]", "on").check({ force: true });
        await admin.press("Create policy");
        await admin.sees("Created.", "The list of platforms leaves out Unknown");
        await admin.looksAt("A policy");
    });

    part("The tile says so before the click, and the page before the gate says why and what opens.", async () => {
        await guest.goTo("/");
        await guest.sees("not from here");
        guest.expected.add(403);
        await guest.follow(application);
        await guest.sees(`${application} cannot be opened from here`, "on Linux", "53003");
        await guest.looksAt("Blocked");
        await admin.goTo("/admin/sign-ins");
        await admin.looksAt("Sign-ins with a policy");
    });

    part("Switched off, it holds no more from the very next request.", async () => {
        await admin.goTo("/admin/policies");
        await admin.follow(policy);
        await admin.press("Switch off");
        await guest.goTo("/");
        await guest.seesNot("not from here");
        assert.equal(await guest.page.locator(".tile[data-closed]").count(), 0);
    });
});
