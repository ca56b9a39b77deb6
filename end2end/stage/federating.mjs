// What an administrator does before anybody comes by a provider, by the pages; and a browser without a window, for what
// no browser would do.

import assert from "node:assert/strict";

import { ask } from "./site.mjs";

/** Adds a provider that is on at once; says its id and where it sends browsers and logout tokens. */
export async function addProvider(admin, { name, preset = "openid", client, fields = {}, checks = [] }) {
    await admin.goTo(`/admin/providers/new?preset=${preset}`);
    const typed = { Name: name, "Client id": client.id, "Client secret": client.secret, ...fields };
    for (const [label, text] of Object.entries(typed)) await admin.type(label, text);
    for (const label of [...checks, "Switch it on at once"]) await admin.page.getByLabel(label).check();
    await admin.press("Add provider");
    await admin.sees(name);
    const id = /providers\/([0-9a-f-]{36})/.exec(admin.page.url())?.[1];
    assert.ok(id, `no provider was made: ${admin.page.url()} ${await admin.text()}`);
    const { url } = admin.house.lobby;
    return { id, callback: `${url}/signin/callback/${id}`, logout: `${url}/signin/backchannel/${id}` };
}

/** An OpenID provider of the stories, known on both sides. */
export async function federate(admin, provider, name, { domains = "", algorithm, checks } = {}) {
    const client = provider.register();
    const fields = { Issuer: provider.issuer, "Domains it speaks for": domains };
    const known = await addProvider(admin, { name, client, fields, checks });
    provider.register({ callback: known.callback, logout: known.logout, algorithm });
    return known;
}

/** Cookies, redirects that are followed only when told to, and nothing else. */
export class Visitor {
    cookies = new Map();

    constructor(house) {
        this.lobby = house.lobby.url;
        this.client = house.nextClient();
    }

    async #send(address, more = {}) {
        const url = new URL(address, this.lobby);
        const ours = url.href.startsWith(this.lobby);
        const jar = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
        const headers = {
            accept: "text/html",
            "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            ...(ours && { "x-forwarded-for": this.client, "sec-fetch-site": "same-origin", "sec-fetch-dest": "document" }),
            ...(ours && jar && { cookie: jar }),
            ...more.headers,
        };
        const answer = await ask(url.href, { ...more, headers });
        for (const line of ours ? (answer.headers["set-cookie"] ?? []) : []) {
            const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
            if (/Max-Age=0/.test(line)) this.cookies.delete(name);
            else this.cookies.set(name, value);
        }
        return answer;
    }

    get(address) {
        return this.#send(address);
    }

    post(address, form) {
        return this.#send(address, { form });
    }

    get isIn() {
        return this.cookies.has("lobby-session");
    }

    /** Begins a way to a provider; says the address of the provider that the browser is sent to. */
    async begin(provider, form = {}) {
        if (this.cookies.size === 0) await this.get("/signin");
        const begun = await this.post("/fn/sign-in/with", { "form[provider]": provider, ...form });
        const page = await this.get(begun.headers.location);
        const href = /<a href="([^"]+)"/.exec(page.text)?.[1].replaceAll("&amp;", "&");
        return href ?? page.headers.location;
    }

    /** What the provider answers to the browser: the address of the callback. */
    async answerOf(way) {
        const answer = await this.get(way);
        assert.ok(answer.headers.location, `the provider leads nowhere: ${answer.status} ${answer.text}`);
        return answer.headers.location;
    }

    /** Brings an answer to the callback; says the page that follows, as words. */
    async bring(callback) {
        const answer = await this.get(callback);
        if (!answer.headers.location) return { to: undefined, status: answer.status, words: answer.text };
        const page = await this.get(answer.headers.location);
        const main = /<main[^>]*>([\s\S]*)<\/main>/.exec(page.text)?.[1] ?? page.text;
        const words = main.replaceAll(/<[^>]*>/g, " ").replaceAll("&#x27;", "'").replaceAll(/\s+/g, " ");
        return { to: answer.headers.location, status: page.status, words };
    }

    /** The whole way. */
    async come(provider) {
        return this.bring(await this.answerOf(await this.begin(provider)));
    }
}
