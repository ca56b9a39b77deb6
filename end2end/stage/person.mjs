// A person with a browser: says what they do in the words of the page, and notices what goes wrong behind it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { devices } from "playwright-core";

import { eventually } from "./lobby.mjs";
import { codeIn } from "./post.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** What can differ where the window is narrow, besides what sticks out. */
const LAYOUT = ["button-name", "color-contrast", "label", "link-name", "scrollable-region-focusable", "target-size"];
/** Where pictures of the pages go, if anybody wants them. */
const PICTURES = process.env.LOBBY_PICTURES;
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 844 };

function ringAtOnce() {
    window.setTimeout = (act, ms = 0) => {
        if (ms < 2) Promise.resolve().then(act);
        return 1;
    };
}

export class Person {
    faults = [];
    /** Answers of pages that a story expects, besides those that go well. */
    expected = new Set();

    /** `device` is one that Playwright plays, such as "iPhone 15": its screen, its user agent and its client hints. */
    static async enter(house, { scripts, address, state, device }) {
        const person = new Person();
        Object.assign(person, { house, scripts, address });
        person.context = await house.browser.newContext({
            baseURL: house.lobby.url,
            javaScriptEnabled: scripts,
            extraHTTPHeaders: { "X-Forwarded-For": house.nextClient() },
            viewport: WIDE,
            ...devices[device],
            locale: "en-GB",
            timezoneId: "Europe/Berlin",
            reducedMotion: "reduce",
            storageState: state,
        });
        person.context.setDefaultTimeout(10_000);
        person.context.on("page", (page) => person.#watch(page));
        person.page = await person.context.newPage();
        return person;
    }

    #watch(page) {
        const fault = (text) => this.faults.push(text);
        page.on("pageerror", (error) => fault(`script failed on ${page.url()}: ${error.message}`));
        page.on("console", (message) => {
            if (message.type() !== "error" && message.type() !== "warning") return;
            // The answer of the document itself is told below, with the page's name.
            const ofDocument = message.location().url === page.url() && /status of \d+/.test(message.text());
            if (!ofDocument) fault(`console on ${page.url()}: ${message.text()}`);
        });
        page.on("response", (response) => {
            const ill = response.status() >= 400 && !this.expected.has(response.status());
            if (ill) fault(`${response.status()} for ${response.request().method()} ${response.url()}`);
        });
    }

    /** Opens an address; `status` is what the page should answer. */
    async goTo(address, status = 200) {
        this.expected.add(status);
        const response = await this.page.goto(address);
        assert.equal(response.status(), status, `the answer of ${address}`);
    }

    /** Does what leads to another page, and waits until it is there. */
    async #onward(deed) {
        const loaded = this.page.waitForEvent("load");
        loaded.catch(() => {});
        await deed();
        await loaded;
    }

    async press(name, { within = this.page, exact = true } = {}) {
        await this.#onward(() => within.getByRole("button", { name, exact }).click());
    }

    async follow(name, { within = this.page, exact = true } = {}) {
        await this.#onward(() => within.getByRole("link", { name, exact }).first().click());
    }

    /** Opens or closes what hides under a summary. */
    async unfold(summary) {
        await this.page.locator("summary", { hasText: summary }).click();
    }

    field(label) {
        // An optional field says so in its label; a hint is none of it.
        const plain = label.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
        return this.page.getByLabel(new RegExp(`^${plain}( optional)?$`));
    }

    async type(label, text) {
        await this.field(label).fill(text);
    }

    async text() {
        const said = await this.page.locator("main").evaluate((main) => {
            // Of a list to choose from, such as all time zones, nobody reads everything.
            const lists = [...main.querySelectorAll("select")].map((list) => list.innerText);
            return lists.reduce((text, list) => text.replace(list, ""), main.innerText);
        });
        return said.replaceAll(/\s+/g, " ");
    }

    /** Waits until the page says all of this. */
    async sees(...words) {
        let text = "";
        for (const word of words) {
            const look = async () => {
                text = await this.text();
                return typeof word === "string" ? text.includes(word) : word.test(text);
            };
            await eventually(`“${word}” on the page`, look, 5).catch((error) => {
                error.message += `\nIt says: ${text}`;
                throw error;
            });
        }
    }

    async seesNot(...words) {
        const text = await this.text();
        for (const word of words) assert.ok(!text.includes(word), `“${word}” stands on the page: ${text}`);
    }

    /** The sentence beside a field that says what is wrong with it, as screen readers tie it to the field. */
    async problemOf(label) {
        const field = this.field(label);
        assert.equal(await field.getAttribute("aria-invalid"), "true", `${label} is not marked as wrong`);
        const ids = ((await field.getAttribute("aria-describedby")) ?? "").split(" ");
        const told = await Promise.all(ids.map((id) => this.page.locator(`[id="${id}"]`).innerText()));
        return told.join(" ");
    }

    /** Types the address, and the code that comes by letter. */
    async signIn(address = this.address, { from = "/signin", keep = false } = {}) {
        await this.goTo(from);
        await this.type("E-mail address", address);
        if (keep) await this.page.getByLabel("Keep me signed in").check();
        await this.press("Continue");
        await this.enterCode(address, "Sign in");
    }

    async signOut() {
        await this.unfold("Your account");
        await this.press("Sign out", { within: this.page.getByRole("banner") });
    }

    /** Says who they are on the page of a provider. */
    async signInAtPartner(address = this.address, { button = "Sign in" } = {}) {
        // A page of Lobby goes on to the provider by itself.
        await this.page.waitForURL((url) => !url.href.startsWith(this.house.lobby.url), { timeout: 10_000 });
        await this.page.getByRole("textbox").fill(address);
        await this.press(button);
    }

    async signInAtSecond(address = this.address) {
        await this.signInAtPartner(address, { button: "Authorize" });
    }

    async signInAtSocial(login) {
        await this.signInAtPartner(login);
    }

    async enterCode(address, button) {
        const code = await this.codeFor(address);
        await this.type("Code", code);
        await this.press(button);
    }

    async codeFor(address) {
        const code = codeIn(await this.house.post.letterTo(address, /^Your code for /));
        this.house.keepSecret(code);
        return code;
    }

    /** Follows a link that a letter or a file handed over. */
    async open(link, status = 200) {
        this.house.keepSecret(new URL(link).pathname.split("/").at(-1));
        await this.goTo(link, status);
    }

    /** What opens in a new tab by a link. */
    async launch(name) {
        const opened = this.context.waitForEvent("page");
        await this.page.getByRole("link", { name, exact: true }).first().click();
        const tab = await opened;
        await tab.waitForLoadState();
        return tab;
    }

    /** The same in this tab. The first request of a new one tells the platform of the machine, not of the device played. */
    async launchHere(name) {
        await this.goTo(await this.page.getByRole("link", { name, exact: true }).first().getAttribute("href"));
    }

    /** Looks at the page as it is, wide and narrow: rules of accessibility, and nothing that sticks out. */
    async looksAt(name) {
        await this.#fits(name, WIDE);
        await this.#accessible(name, "");
        await this.#picture(name, "wide");
        await this.page.setViewportSize(NARROW);
        await this.#fits(name, NARROW);
        await this.#accessible(name, ", narrow", LAYOUT);
        await this.#picture(name, "narrow");
        await this.page.setViewportSize(WIDE);
    }

    /** The same in the dark, where colors differ. */
    async looksInTheDark(name) {
        await this.page.emulateMedia({ colorScheme: "dark" });
        await this.#accessible(name, ", dark", ["color-contrast"]);
        await this.#picture(name, "dark");
        await this.page.emulateMedia({ colorScheme: "light" });
    }

    async #accessible(name, how, rules) {
        await this.page.evaluate(AXE);
        const run = rules ? { type: "rule", values: rules } : { type: "tag", values: RULES };
        // Without JavaScript no timer ever rings, and the rules wait for some that ring at once.
        if (!this.scripts) await this.page.evaluate(ringAtOnce);
        const found = await this.page.evaluate((runOnly) => window.axe.run(document, { runOnly, preload: false }), run);
        const told = found.violations.map(({ id, nodes: [first, ...more] }) => {
            return `${id}, ${more.length + 1} times: ${first.failureSummary}\n  ${first.html}`;
        });
        if (told.length > 0) this.faults.push(`${name}${how} (${this.page.url()}):\n${told.join("\n")}`);
    }

    async #fits(name, { width }) {
        const wide = await this.page.evaluate(() => document.documentElement.scrollWidth);
        if (wide > width) this.faults.push(`${name} is ${wide} pixels wide in a window of ${width} (${this.page.url()})`);
    }

    async #picture(name, how) {
        if (!PICTURES) return;
        const file = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}-${how}.png`;
        await this.page.screenshot({ path: join(PICTURES, file), fullPage: true });
    }

    /** Where they stand, for who must find out why a story failed. */
    async whereabouts() {
        const text = await this.text().catch(() => "(no page)");
        return `${this.address ?? "somebody"} is at ${this.page.url()}: ${text.slice(0, 600)}`;
    }

    async cookies() {
        const all = await this.context.cookies(this.house.lobby.url);
        return Object.fromEntries(all.map((cookie) => [cookie.name, cookie]));
    }

    async leave() {
        if (this.left) return;
        this.left = true;
        for (const cookie of Object.values(await this.cookies())) {
            if (!["lobby-theme", "lobby-way"].includes(cookie.name)) this.house.keepSecret(cookie.value);
        }
        await this.context.close();
    }
}
