// Conditional access: a policy closes an application on one platform, says why, opens it on others, and lets go.

import assert from "node:assert/strict";

import { administrator, bring, ownerWithGroup } from "./stage/founding.mjs";
import { stories } from "./stage/house.mjs";
import { createPolicy, fillPolicy, switchOff } from "./stage/policies.mjs";

stories("Access policies", ({ house, way, part }) => {
    const application = `Gate ${way.tag}`;
    const policy = `No Linux ${way.tag}`;
    const gina = `gina.${way.tag}@praxis-tor.example`;
    let guest, admin, owner, group;

    part("A guest has an application that no policy speaks of.", async () => {
        ({ owner, group } = await ownerWithGroup(house, way, application));
        guest = await house.person({ scripts: way.scripts, address: gina });
        await bring(owner, group, guest);
        await guest.goTo("/");
        await guest.sees(application);
        await guest.seesNot("not from here");
    });

    part("An administrator writes a policy as a sentence, and has the blocked page tell what would pass.", async () => {
        admin = await administrator(house, way.scripts);
        const applications = [application];
        await createPolicy(admin, { name: policy, users: ["All guests"], applications, platforms: ["Linux"], grant: "block" });
        await admin.sees("The list of platforms leaves out Unknown");
        await admin.looksAt("A policy");
        await admin.goTo("/admin/policies/settings");
        await admin.page.getByLabel("The condition and what would pass").check();
        await admin.press("Save settings");
        await admin.sees("Saved.");
    });

    if (way.scripts) {
        part("The editor says what is wrong and what the policy reads as while it is written.", async () => {
            const wish = { name: policy, users: ["Everybody"], applications: ["Lobby itself"], platforms: ["Linux"], grant: "block" };
            await fillPolicy(admin, wish);
            await admin.sees("Name: Another one has this name already.");
            await admin.sees("For everybody, in Lobby itself, on Linux, from anywhere → block");
            await admin.type("Name", `${policy}, too`);
            await admin.sees("This would lock you out of Lobby from where you are now, so it is not saved.");
            await admin.seesNot("Another one has this name already.");
            await admin.page.locator("#said-platforms").click();
            await admin.page.getByLabel("iOS", { exact: true }).first().check();
            await admin.sees("on iOS and Linux", "Name iOS and macOS together");
            await admin.looksAt("A policy while it is written");
            await admin.goTo("/admin/policies");
            await admin.seesNot(`${policy}, too`);
        });
    }

    part("The tile says so before the click, and the page before the gate says why and what opens.", async () => {
        await guest.goTo("/");
        await guest.sees("not from here");
        guest.expected.add(403);
        await guest.follow(application);
        await guest.sees(`${application} cannot be opened from here`, "on Linux", "53003");
        await guest.sees("It opens on Android, iOS, Windows, macOS or ChromeOS.");
        await guest.looksAt("Blocked");
        const launch = await guest.page.getByRole("link", { name: "Try again" }).getAttribute("href");
        await guest.goTo(launch, 403);
        await guest.sees("53003", "Attempt");
        await admin.goTo("/admin/sign-ins");
        await admin.looksAt("Sign-ins with a policy");
    });

    for (const [device, platform] of [["iPhone 15", "iOS"], ["Pixel 7", "Android"], ["Desktop Chrome", "Windows"]]) {
        part(`On ${platform} the same guest comes in and the application opens.`, async () => {
            const elsewhere = await house.person({ scripts: way.scripts, address: gina, device });
            await elsewhere.signIn();
            await elsewhere.sees(application);
            await elsewhere.seesNot("not from here");
            await elsewhere.launchHere(application);
            assert.equal(await elsewhere.page.title(), application);
            await elsewhere.leave();
            await admin.goTo("/admin/sign-ins");
            const row = admin.page.getByRole("row").filter({ hasText: application }).first();
            assert.match(await row.innerText(), new RegExp(platform));
        });
    }

    part("Switched off, it holds no more from the very next request.", async () => {
        await switchOff(admin, policy);
        await guest.goTo("/");
        await guest.seesNot("not from here");
        assert.equal(await guest.page.locator(".tile[data-closed]").count(), 0);
    });

    part("Held before Lobby as one of a group, a guest goes on as soon as the owner has taken them out of it.", async () => {
        const wish = { name: `${policy} in Lobby`, users: [group], applications: ["Lobby itself"], platforms: ["Linux"], grant: "block" };
        await createPolicy(admin, wish);
        await admin.press("Confirm");
        await guest.goTo("/", 403);
        await guest.sees("53003");
        await owner.goTo("/manage");
        await owner.follow(group);
        await owner.follow(gina);
        await owner.follow("Remove…");
        await owner.press(/^Remove /, { exact: false });
        await guest.goTo(guest.page.url());
        await guest.sees("No applications yet");
        await switchOff(admin, wish.name);
    });
});
