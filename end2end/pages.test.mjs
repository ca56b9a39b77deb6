// Every page that each kind of person can reach: no rule of accessibility broken, nothing sticks out, no complaint.

import assert from "node:assert/strict";

import { enrol } from "./stage/authenticator.mjs";
import { Device } from "./stage/device.mjs";
import { accept, addPartner, administrator, createMember, invite, ownerWithGroup } from "./stage/founding.mjs";
import { stories } from "./stage/house.mjs";
import { Partner } from "./stage/partner.mjs";
import { invitationIn } from "./stage/post.mjs";

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Pages that differ only in whom they are about are looked at once. */
function kind(url) {
    const names = [...url.searchParams.keys()].filter((name) => name !== "from" && name !== "sort").sort();
    return url.pathname.replaceAll(ID, "…") + (names.length ? `?${[...new Set(names)].join("&")}` : "");
}

/** Follows every link from where they are; answers what kinds of pages there are. */
async function walk(person, starts, who) {
    const seen = new Set();
    const waiting = [...starts];
    while (waiting.length > 0) {
        const url = new URL(waiting.shift(), person.house.lobby.url);
        // A list narrowed in two ways looks as one that is narrowed in one.
        if (seen.has(kind(url)) || kind(url).includes("&")) continue;
        seen.add(kind(url));
        // What is linked may be seen.
        await person.goTo(url.href).catch((error) => person.faults.push(`${who}: ${error.message}`));
        await person.looksAt(`${who} ${kind(url)}`);
        if (person.scripts) await person.looksInTheDark(`${who} ${kind(url)}`);
        const links = await person.page.evaluate(() => {
            const pages = [...document.querySelectorAll("a[href]:not([download])")];
            return pages.map((link) => link.href);
        });
        const own = links.map((href) => new URL(href)).filter((link) => link.origin === person.house.lobby.url);
        // A file is no page, though its link may lead to a proof first and so does not say `download`.
        const pages = own.filter((link) => !/^\/(launch|go|export|logo)\/|\.json$/.test(link.pathname));
        waiting.push(...pages.map((link) => link.pathname + link.search));
    }
    return seen;
}

/** Adds a provider by the pages, and shows each state of its form and its test; answers its page. */
async function addProvider(admin, partner, domain) {
    await admin.goTo("/admin/providers/new?preset=openid");
    await admin.type("Name", partner.name);
    await admin.type("Issuer", "http://elsewhere.example");
    await admin.type("Client id", "lobby");
    await admin.type("Domains it speaks for", "co.uk");
    await admin.press("Add provider");
    await admin.looksAt("Administrator provider refused");
    assert.match(await admin.problemOf("Issuer"), /https/);
    assert.match(await admin.problemOf("Domains it speaks for"), /Anybody may register/);
    const { id, secret } = partner.register();
    admin.house.keepSecret(secret);
    await admin.type("Issuer", partner.issuer);
    await admin.type("Client secret", secret);
    await admin.type("Domains it speaks for", domain);
    await admin.press("Add provider");
    await admin.sees("Added.", "Nobody signs in by it yet.");
    const page = new URL(admin.page.url()).pathname;
    const [callback, logout] = await admin.page.locator(".copy code").allInnerTexts();
    partner.register({ id, callback, logout });
    await admin.goTo(`${page}/test`);
    await admin.press("Fetch metadata and keys");
    await admin.sees("The provider answers", partner.issuer, "RFC 9207");
    await admin.looksAt("Administrator provider found");
    await admin.page.getByRole("button", { name: "Sign in as a test" }).click();
    await admin.page.waitForURL((url) => url.origin === new URL(partner.url).origin);
    await admin.signInAtPartner(partner.accounts[0].address);
    await admin.sees("Nothing was stored", partner.accounts[0].sub, `It speaks for ${domain}`);
    await admin.looksAt("Administrator provider told");
    await partner.down();
    await admin.goTo(`${page}/test`);
    await admin.press("Fetch metadata and keys");
    await admin.sees("The machine takes no connection from here.");
    await admin.looksAt("Administrator provider down");
    await partner.up();
    await admin.goTo(page);
    await admin.unfold("Switch off…");
    await admin.looksAt("Administrator provider asks");
}

stories("Every page", ({ house, way, part }) => {
    const application = `Archive ${way.tag}`;
    const domain = `${way.tag}.praxis-nord.example`;
    const at = (name) => `${name}@${domain}`;
    let owner, group, guest;

    part("An organization has guests of every kind.", async () => {
        ({ owner, group } = await ownerWithGroup(house, way, application));
        await invite(owner, group, [at("gina"), at("paul"), at("bert")].join("\n"), "Welcome.");
        guest = await house.person({ scripts: way.scripts, address: at("gina") });
        await accept(guest, invitationIn(await house.post.letterTo(at("gina"))));
        const blocking = await house.person({ scripts: way.scripts });
        await blocking.open(invitationIn(await house.post.letterTo(at("bert"))));
        await blocking.unfold("Decline, or not expected?");
        await blocking.press("Decline and block");
        await blocking.leave();
        await house.post.be("refuse");
        await invite(owner, group, at("gone"));
        await house.post.be("accept");
    });

    part("Signed out.", async () => {
        const stranger = await house.person({ scripts: way.scripts });
        const seen = await walk(stranger, ["/signin", "/lost", "/lift", "/signin/code"], "Stranger");
        assert.ok(seen.size >= 4, [...seen].join(" "));
        await stranger.leave();
    });

    part("A guest.", async () => {
        const seen = await walk(guest, ["/"], "Guest");
        for (const page of ["/", "/account", "/account/leave", "/groups/…"]) assert.ok(seen.has(page), `${page} is not linked`);
        for (const page of seen) assert.doesNotMatch(page, /^\/(admin|manage)/);
        await guest.goTo("/account/prove?to=/account/leave");
        await guest.looksAt("Guest prove");
        if (way.scripts) {
            const device = await Device.plug(guest);
            await guest.goTo("/account");
            await guest.press("Add a passkey");
            await guest.sees("The passkey is added.");
            await guest.looksAt("Guest recovery codes");
            await guest.follow("Go on");
            await guest.looksAt("Guest with a passkey");
            await guest.looksInTheDark("Guest with a passkey");
            // Nobody touches it: the prove page waits.
            await device.isTouched(false);
            await guest.goTo("/account/prove?to=/account");
            await guest.sees("Prove with a passkey");
            await guest.looksAt("Guest prove with a passkey");
            await guest.looksInTheDark("Guest prove with a passkey");
        }
        await guest.goTo("/admin", 403);
        await guest.looksAt("Guest forbidden");
        await guest.goTo("/manage/01890000-0000-7000-8000-000000000000", 404);
        await guest.looksAt("Guest not found");
        await guest.goTo("/not-open/01890000-0000-7000-8000-000000000000", 404);
        await guest.looksAt("Guest not open");
    });

    part("An owner.", async () => {
        const seen = await walk(owner, ["/"], "Owner");
        for (const page of ["/manage", "/manage/…", "/manage/…/invite", "/manage/…/invitations", "/manage/…/rules"]) {
            assert.ok(seen.has(page), `${page} is not linked`);
        }
        for (const page of seen) assert.doesNotMatch(page, /^\/admin/);
    });

    part("A reader of the logs.", async () => {
        const address = `rosa.${way.tag}@lindenhof.example`;
        const admin = await administrator(house);
        await createMember(admin, { name: "Rosa Klein", address });
        await admin.page.getByLabel("Reader").check();
        await admin.press("Save roles");
        await admin.leave();
        const reader = await house.person({ scripts: way.scripts, address });
        await reader.signIn();
        await reader.goTo("/admin");
        await enrol(reader);
        const seen = await walk(reader, ["/"], "Reader");
        for (const page of ["/admin/audit", "/admin/sign-ins"]) assert.ok(seen.has(page), `${page} is not linked`);
        assert.ok(!seen.has("/admin/people"), "a reader is led to people");
        await reader.leave();
    });

    part("An administrator who adds an identity provider and tries it.", async () => {
        const admin = await administrator(house, way.scripts);
        await admin.goTo("/admin/providers");
        await admin.looksAt("Administrator providers, first");
        const elsewhere = `elsewhere-${way.tag}.example`;
        const accounts = [{ address: `ada@${elsewhere}`, name: "Ada Nord", amr: ["pwd", "mfa"] }];
        const partner = await house.host(Partner.start({ name: `partner-${way.tag}`, accounts }));
        await addProvider(admin, partner, elsewhere);
        await admin.leave();
    });

    part("An administrator.", async () => {
        const admin = await administrator(house, way.scripts);
        await admin.goTo("/admin/partners/new");
        await admin.type("Name", "Radiologie");
        await admin.type("Domains", "gmail.com");
        await admin.press("Add partner");
        assert.match(await admin.problemOf("Domains"), /anybody may have a mailbox there/);
        await admin.looksAt("Administrator partner refused");
        await addPartner(admin, { name: `Labor ${way.tag}`, domain: `${way.tag}.labor.example` });
        await admin.sees("No guests yet");
        await admin.looksAt("Administrator partner without guests");
        await addPartner(admin, { name: `Praxis ${way.tag}`, domain });
        await admin.sees(at("gina"), "Active", at("paul"), "Pending");
        await admin.looksAt("Administrator partner with guests");
        const seen = await walk(admin, ["/"], "Administrator");
        for (const page of ["new", "new?preset", "…", "…/test", "…/delete"]) assert.ok(seen.has(`/admin/providers/${page}`), page);
        for (const page of ["/admin/partners/…", "/admin/partners/…/delete", "/admin/partners/new"]) {
            assert.ok(seen.has(page), `${page} is not linked`);
        }
        const sections = ["people", "groups", "applications", "partners", "collaboration", "providers", "sign-ins", "audit", "letters", "blocks", "settings"];
        for (const page of sections) assert.ok(seen.has(`/admin/${page}`), `${page} is not linked`);
        assert.ok(seen.size >= 25, [...seen].join(" "));
        await admin.leave();
    });

    part("An address that leads nowhere says so on a page.", async () => {
        const stranger = await house.person({ scripts: way.scripts });
        await stranger.goTo("/admin/nowhere", 404);
        await stranger.sees("Nothing is here");
        await stranger.looksAt("Nowhere");
        await stranger.leave();
    });
});
