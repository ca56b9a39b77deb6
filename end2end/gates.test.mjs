// What an access policy asks for at the gate of an application, and where one goes on: a second factor, the terms of use.
// And the policy that nobody may write: one that shuts its own author out.

import assert from "node:assert/strict";

import { Authenticator } from "./stage/authenticator.mjs";
import { Device } from "./stage/device.mjs";
import { administrator, bring, ownerWithGroup } from "./stage/founding.mjs";
import { stories } from "./stage/house.mjs";
import { createPolicy, fillPolicy, switchOff, writeTerms } from "./stage/policies.mjs";

stories("Before the gate of an application", ({ house, way, part }) => {
    const application = `Vault ${way.tag}`;
    const terms = `Rules of the vault ${way.tag}`;
    const users = ["All guests"];
    const address = (name) => `${name}.${way.tag}@praxis-tor.example`;
    let owner, group, admin, tara, app, paul;

    const guestCalled = async (name) => {
        const guest = await house.person({ scripts: way.scripts, address: address(name) });
        await bring(owner, group, guest);
        return guest;
    };

    /** They reach the application in the tab that they launched it in. */
    const arrives = async (tab) => {
        await tab.waitForURL((url) => url.origin === new URL(house.application.url).origin);
        assert.equal(await tab.title(), application);
    };

    const launchToTheGate = async (guest) => {
        await guest.goTo("/");
        await guest.sees("asks for one more step");
        await guest.launchHere(application);
        await guest.sees("One more step");
    };

    /** Launches, and is asked for nothing. */
    const launchFreely = async (guest) => {
        await guest.goTo(house.lobby.url);
        await guest.sees(application);
        await guest.seesNot("asks for one more step");
        const tab = await guest.launch(application);
        await arrives(tab);
        await tab.close();
    };

    part("A guest comes in and sets an authenticator app up.", async () => {
        ({ owner, group } = await ownerWithGroup(house, way, application));
        tara = await guestCalled("tara");
        await tara.goTo("/account");
        await tara.follow("Set up a second factor");
        app = await Authenticator.setUp(tara);
        await tara.signOut();
    });

    part("An administrator who would lock themselves out is told so, and loses nothing that was typed.", async () => {
        admin = await administrator(house, way.scripts);
        const name = `Closed ${way.tag}`;
        const wish = { name, users: ["Everybody"], applications: ["Lobby itself"], platforms: ["Linux"], grant: "block" };
        await fillPolicy(admin, wish);
        await admin.press("Create policy");
        await admin.sees("This would lock you out of Lobby from where you are now, so it is not saved.");
        await admin.sees("For everybody, in Lobby itself, on Linux, from anywhere → block.");
        assert.equal(await admin.field("Name").inputValue(), name);
        assert.ok(await admin.page.getByLabel("On", { exact: true }).isChecked());
        await admin.looksAt("A policy that locks out");
        await admin.goTo("/admin/policies");
        await admin.seesNot(name);
    });

    part("An administrator writes terms of use, and a policy that asks for them.", async () => {
        await writeTerms(admin, terms, "# What holds here\n\nNobody takes *records* out of the house.");
        await admin.sees("Nobody has accepted yet");
        await admin.looksAt("Terms of use");
        const controls = [terms];
        await createPolicy(admin, { name: `Terms ${way.tag}`, users, applications: [application], grant: "all", controls });
    });

    part("A guest reads the terms, accepts them, and is at the application.", async () => {
        paul = await guestCalled("paul");
        await launchToTheGate(paul);
        await paul.sees("your word to the terms of use", terms, "Nobody takes records out of the house.");
        await paul.looksAt("Terms at the gate");
        await paul.press("Accept and go on");
        await paul.sees("One more step");
        await paul.looksAt("Terms not agreed");
        await paul.page.getByLabel(`I have read “${terms}” and agree`).check();
        await paul.page.getByRole("button", { name: "Accept and go on" }).click();
        await arrives(paul.page);
    });

    part("They are asked once, and their word is on record.", async () => {
        await launchFreely(paul);
        await admin.goTo("/admin/terms");
        await admin.follow(terms);
        await admin.sees("Who accepted", paul.address);
        await admin.looksAt("Terms accepted");
        await switchOff(admin, `Terms ${way.tag}`);
    });

    part("A policy asks for a second factor; a code by e-mail is none.", async () => {
        const controls = ["Multifactor"];
        await createPolicy(admin, { name: `Factor ${way.tag}`, users, applications: [application], grant: "all", controls });
        await tara.signIn();
        await launchToTheGate(tara);
        await tara.sees(`${application} asks for a second factor.`);
        await tara.looksAt("Second factor at the gate");
    });

    if (way.scripts) {
        part("A passkey leads on to the application, and the next launch goes through.", async () => {
            await paul.goTo("/account");
            const device = await Device.plug(paul);
            await paul.press("Add a passkey");
            await paul.sees("The passkey is added.");
            await device.isTouched(false);
            await paul.follow("Go on");
            await paul.signOut();
            await paul.signIn();
            await launchToTheGate(paul);
            await paul.follow("Use a second factor");
            await device.isTouched(true);
            await paul.page.getByRole("button", { name: "Prove with a passkey" }).click();
            await arrives(paul.page);
            await launchFreely(paul);
        });
    }

    part("So does the code of an authenticator app.", async () => {
        await tara.follow("Use a second factor");
        await tara.sees("Confirm with a second factor");
        await app.type(tara);
        await tara.page.getByRole("button", { name: "Confirm" }).click();
        await arrives(tara.page);
        await launchFreely(tara);
    });
});
