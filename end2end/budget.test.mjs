// What the first visit to the apps page costs a guest on a slow line, and that its search wakes.

import assert from "node:assert/strict";

import { addApplication, administrator, createMember } from "./stage/founding.mjs";
import { stories } from "./stage/house.mjs";

const MOST_BYTES = 110 * 1024;
const MOST_REQUESTS = 8;
const WARDS = ["Cardiology", "Surgery", "Radiology", "Oncology", "Pediatrics", "Neurology", "Urology", "Dermatology", "Pharmacy"];

stories("The apps page", ({ house, way, part }) => {
    const address = `jonas.${way.tag}@lindenhof.example`;
    let member;

    part("Who has nine applications sees nine tiles, each with a monogram.", async () => {
        const admin = await administrator(house);
        await createMember(admin, { name: "Jonas Adler", address });
        for (const ward of WARDS) {
            await addApplication(admin, `${ward} ${way.tag}`, `Results of ${ward}`);
            await admin.follow("Application");
            await admin.type("Assign to a person by address", address);
            await admin.press("Assign person");
        }
        await admin.leave();
        member = await house.person({ scripts: way.scripts, address });
        await member.signIn();
        assert.equal((await tiles()).length, WARDS.length);
        await member.looksAt("Nine tiles");
        await member.looksInTheDark("Nine tiles");
    });

    const tiles = () => {
        return member.page.getByRole("listitem").filter({ has: member.page.getByRole("heading", { level: 3 }) }).allInnerTexts();
    };

    part("A first visit takes at most 110 KiB in at most 8 requests.", async (t) => {
        const fresh = await house.person({ scripts: way.scripts, state: await member.context.storageState() });
        const wire = await fresh.context.newCDPSession(fresh.page);
        await wire.send("Network.enable");
        const requests = new Map();
        wire.on("Network.requestWillBeSent", ({ requestId, request }) => requests.set(requestId, { url: request.url, bytes: 0 }));
        wire.on("Network.responseReceived", ({ requestId, response }) => {
            Object.assign(requests.get(requestId) ?? {}, { coding: response.headers["content-encoding"] });
        });
        wire.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
            if (requests.has(requestId)) requests.get(requestId).bytes = encodedDataLength;
        });
        await fresh.goTo("/");
        await fresh.page.waitForLoadState("networkidle");
        const all = [...requests.values()].filter(({ url }) => !url.startsWith("data:"));
        const told = all.map(({ url, bytes, coding }) => `${bytes} ${coding ?? "as it is"} ${url}`).join("\n");
        const sum = all.reduce((sum, { bytes }) => sum + bytes, 0);
        t.diagnostic(`${(sum / 1024).toFixed(1)} KiB in ${all.length} requests`);
        assert.ok(all.length <= MOST_REQUESTS, `${all.length} requests:\n${told}`);
        assert.ok(sum <= MOST_BYTES, `${sum} bytes:\n${told}`);
        assert.ok(all.some(({ coding }) => coding === "br"), `nothing came by brotli:\n${told}`);
        await fresh.leave();
    });

    part("The search narrows the tiles: as one types, or by its button.", async () => {
        await member.goTo("/");
        await member.page.getByRole("searchbox", { name: "Search your apps" }).pressSequentially("rad");
        if (way.scripts) await member.sees("1 application matches.");
        else await member.press("Search");
        const left = await tiles();
        assert.equal(left.length, 1, left.join());
        assert.match(left[0], /Radiology/);
    });
});
