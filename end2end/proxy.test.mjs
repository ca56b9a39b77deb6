// What is believed of a client: its address behind a real nginx, its platform by its headers. A launch and What-If say the
// same of every platform and place; headers that a client makes up change nothing.

import assert from "node:assert/strict";

import { administrator, bring, ownerWithGroup } from "./stage/founding.mjs";
import { stories } from "./stage/house.mjs";
import { Nginx } from "./stage/nginx.mjs";
import { createPolicy, nameLocation } from "./stage/policies.mjs";
import { ask } from "./stage/site.mjs";

const WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
/** The user agent and the client hint that each platform is told by. */
const DEVICES = {
    Android: ["Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36", '"Android"'],
    iOS: ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"],
    Windows: [WINDOWS, '"Windows"'],
    macOS: ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15"],
    Linux: ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"],
    ChromeOS: ["Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", '"Chrome OS"'],
    Unknown: ["curl/8.5.0"],
    // It contradicts itself.
    Undetermined: [WINDOWS, '"Linux"'],
};
/** Whoever comes from the machine of the proxy has no address of their own. */
const PLACES = { Clinic: "127.0.0.2", Elsewhere: "127.0.0.3", Undetermined: "127.0.0.1" };
const [OPENS, ASKS, BLOCKED] = ["Opens", "Asks for more", "Blocked"];
/** What the policies below make of each platform in each of these places. */
const EXPECTED = {
    Android: [ASKS, ASKS, ASKS],
    iOS: [ASKS, ASKS, ASKS],
    Windows: [OPENS, BLOCKED, BLOCKED],
    macOS: [BLOCKED, OPENS, BLOCKED],
    Linux: [OPENS, BLOCKED, BLOCKED],
    ChromeOS: [OPENS, OPENS, OPENS],
    Unknown: [ASKS, ASKS, ASKS],
    Undetermined: [BLOCKED, BLOCKED, BLOCKED],
};

/** The table of what `cell` says, row by row. */
async function table(cell) {
    const rows = {};
    for (const platform of Object.keys(DEVICES)) {
        rows[platform] = [];
        for (const place of Object.keys(PLACES)) rows[platform].push(await cell(platform, place));
    }
    return rows;
}

const story = ({ house, way, part }) => {
    const application = "Ward";
    const guest = "gina@praxis-tor.example";
    let nginx, admin, app, cookie;

    /** Asks for the application, and for the page that stands before it; says what comes of it. */
    const launch = async (from, { device = "Windows", port = nginx.port, forged = {} } = {}) => {
        const [agent, hint] = DEVICES[device];
        const told = { "user-agent": agent, ...(hint && { "sec-ch-ua-platform": hint }), ...forged };
        const headers = { host: new URL(house.lobby.url).host, cookie, accept: "text/html", ...told };
        const launched = await ask(`http://127.0.0.1:${port}/launch/${app}`, { from, headers });
        const to = launched.headers.location;
        assert.ok(to, `${launched.status} ${launched.text}`);
        if (to.startsWith(house.application.url)) return { said: OPENS };
        const page = await ask(`http://127.0.0.1:${port}${to}`, { from, headers });
        if (page.text.includes("One more step")) return { said: ASKS };
        assert.equal(page.status, 403, page.text);
        return { said: BLOCKED, address: /Address<\/dt><dd><code>([^<]*)/.exec(page.text)[1] };
    };
    const blocked = (address) => ({ said: BLOCKED, address });

    part("A guest is signed in, and policies speak of platforms and of a place.", async () => {
        const { owner, group } = await ownerWithGroup(house, way, application);
        const person = await house.person({ scripts: false, address: guest });
        await bring(owner, group, person);
        await person.goTo("/");
        const tile = person.page.getByRole("link", { name: application, exact: true });
        app = (await tile.getAttribute("href")).split("/").at(-1);
        cookie = Object.values(await person.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
        admin = await administrator(house);
        await nameLocation(admin, "Clinic", PLACES.Clinic);
        const policy = { users: ["All guests"], applications: [application] };
        const windows = { platforms: ["Windows", "Linux"], locations_out: ["Clinic"], grant: "block" };
        await createPolicy(admin, { name: "Windows and Linux in the clinic alone", ...policy, ...windows });
        const mac = { platforms: ["macOS"], locations: ["Clinic"], grant: "block" };
        await createPolicy(admin, { name: "No Mac in the clinic", ...policy, ...mac });
        const others = { platforms_out: ["Windows", "macOS", "Linux", "ChromeOS"], grant: "all", controls: ["Multifactor"] };
        await createPolicy(admin, { name: "A factor elsewhere", ...policy, ...others });
        nginx = await house.host(Nginx.start(house.lobby));
    });

    part("Behind nginx every platform and place gets the answer that the policies give.", async () => {
        const real = await table(async (device, place) => (await launch(PLACES[place], { device })).said);
        assert.deepEqual(real, EXPECTED);
    });

    part("What-If says the same, cell for cell, in its table and asked one by one.", async () => {
        await admin.goTo("/admin/what-if");
        await admin.type("Person", guest);
        await admin.field("Opens").selectOption(application);
        await admin.press("Every platform and location");
        await admin.looksAt("What-If of every platform and location");
        const lines = await admin.page.locator(".matrix tr").evaluateAll((rows) => {
            return rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim()));
        });
        assert.deepEqual(lines.shift(), ["Platform", ...Object.keys(PLACES)]);
        assert.deepEqual(Object.fromEntries(lines.map(([platform, ...said]) => [platform, said])), EXPECTED);
        const asked = await table(async (platform, place) => {
            await admin.type("Person", guest);
            await admin.field("Opens").selectOption(application);
            await admin.field("From").selectOption(place === "Undetermined" ? "undetermined" : "address");
            await admin.type("Address", PLACES[place]);
            await admin.field("On").selectOption(platform);
            await admin.press("Ask the policies");
            return (await admin.page.locator(".notice b").innerText()).replace(/:\s*$/, "");
        });
        assert.deepEqual(asked, EXPECTED);
    });

    part("Whom nginx forwards cannot name another address, and whoever comes past nginx can name none.", async () => {
        const names = ["x-forwarded-for", "x-real-ip", "forwarded", "client-ip", "true-client-ip", "cf-connecting-ip"];
        const lies = names.map((name) => ({ [name]: name === "forwarded" ? "for=127.0.0.2" : "127.0.0.2" }));
        lies.push({ "x-forwarded-for": "127.0.0.2, 127.0.0.1" }, { "x-forwarded-for": ["127.0.0.2", "127.0.0.2"] });
        for (const forged of lies) {
            for (const port of [nginx.port, nginx.dual, house.lobby.port]) {
                const answer = await launch(PLACES.Elsewhere, { port, forged });
                assert.deepEqual(answer, blocked("127.0.0.3"), `${JSON.stringify(forged)} at ${port}`);
            }
            assert.equal((await launch(PLACES.Clinic, { forged: { ...forged, "x-forwarded-for": "127.0.0.3" } })).said, OPENS);
        }
    });

    part("A v4 address in v6 clothes is the v4 one.", async () => {
        assert.deepEqual(await launch(PLACES.Clinic, { port: nginx.dual }), { said: OPENS });
        assert.deepEqual(await launch(PLACES.Elsewhere, { port: nginx.dual }), blocked("127.0.0.3"));
    });

    part("Where another header is named, that one counts alone.", async () => {
        await house.lobby.restart({ trusted: ["127.0.0.1/32"], header: "X-Real-IP" });
        const forged = { "x-forwarded-for": "127.0.0.3", "x-real-ip": "127.0.0.3" };
        assert.deepEqual(await launch(PLACES.Clinic, { port: nginx.dual, forged }), { said: OPENS });
        assert.deepEqual(await launch(PLACES.Elsewhere, { port: nginx.dual }), blocked("127.0.0.3"));
        // The other port writes no such header: nobody can tell.
        assert.deepEqual(await launch(PLACES.Clinic), blocked("Undetermined"));
    });

    part("Where no proxy is trusted, no header counts.", async () => {
        await house.lobby.restart({});
        const { port } = house.lobby;
        for (const [name, value] of [["x-forwarded-for", "ADDRESS"], ["x-real-ip", "ADDRESS"], ["forwarded", "for=ADDRESS"]]) {
            const forged = (address) => ({ [name]: value.replace("ADDRESS", address) });
            assert.deepEqual(await launch(PLACES.Elsewhere, { port, forged: forged("127.0.0.2") }), blocked("127.0.0.3"), name);
            assert.deepEqual(await launch("127.0.0.1", { port, forged: forged("127.0.0.2") }), blocked("127.0.0.1"), name);
            assert.deepEqual(await launch(PLACES.Clinic, { port, forged: forged("127.0.0.3") }), { said: OPENS }, name);
        }
        assert.deepEqual(await launch(PLACES.Clinic), blocked("127.0.0.1"), "nginx is a client like any other");
    });
};

stories("The facts of a client", story, { ways: [{ said: "behind nginx", scripts: false, tag: "nginx" }] });
