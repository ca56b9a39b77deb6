// Everything a story needs: Lobby, the mail server, an application on another site, and a browser; and how one is told.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { chromium } from "playwright-core";

import { Application } from "./application.mjs";
import { Lobby } from "./lobby.mjs";
import { Person } from "./person.mjs";
import { Post } from "./post.mjs";
import { Postgres } from "./postgres.mjs";

/** Each story is told twice. `tag` tells the people of one telling from those of the other. */
const WAYS = [
    { said: "with JavaScript", scripts: true, tag: "js" },
    { said: "without JavaScript", scripts: false, tag: "plain" },
];

export class House {
    people = [];
    hosted = [];
    secrets = new Set();
    clients = 0;

    async open({ database } = {}) {
        this.post = await Post.start();
        this.application = await Application.start();
        if (database === "postgres") this.postgres = await Postgres.start();
        this.lobby = await Lobby.start({ smtpPort: this.post.port, database: this.postgres?.url });
        this.browser = await chromium.launch({
            executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
            args: process.getuid() === 0 ? ["--no-sandbox"] : [],
        });
    }

    /** Somebody new, from a client address of their own. */
    async person(options) {
        const person = await Person.enter(this, options);
        this.people.push(person);
        return person;
    }

    /** A provider that closes with the house: `await house.host(Partner.start({ … }))`. */
    async host(starting) {
        const provider = await starting;
        this.hosted.push(provider);
        return provider;
    }

    nextClient() {
        this.clients += 1;
        return `198.51.100.${this.clients}`;
    }

    keepSecret(value) {
        this.secrets.add(value.replaceAll(" ", ""));
    }

    /** Asserts that no page was at fault since this was asked last. */
    hearsNoComplaint() {
        const faults = this.people.flatMap((person) => person.faults.splice(0));
        assert.equal(faults.length, 0, faults.join("\n\n"));
    }

    async whereabouts() {
        const open = this.people.filter((person) => !person.page.isClosed());
        return (await Promise.all(open.map((person) => person.whereabouts()))).join("\n");
    }

    async everybodyLeaves() {
        for (const person of this.people.splice(0)) await person.leave();
    }

    /** Stops Lobby and reads all it has written down. */
    async keepsSecrets() {
        await this.everybodyLeaves();
        const ended = await this.lobby.stop();
        this.stopped = true;
        assert.equal(ended, 0, `Lobby ended with ${ended}:\n${this.lobby.log.slice(-2000)}`);
        const written = await this.lobby.written();
        if (this.postgres) written.push(["the database", await this.postgres.dump()]);
        assert.ok(this.secrets.size > 0, "the stories kept no secret");
        for (const [name, content] of written) {
            for (const secret of this.secrets) {
                const told = forms(secret).some((form) => contains(content, form));
                assert.ok(!told, `a secret of ${secret.length} characters stands in ${name}`);
            }
        }
    }

    async close() {
        await this.browser?.close();
        if (this.lobby && !this.stopped) await this.lobby.stop();
        const others = [this.post, this.application, this.postgres, ...this.hosted];
        await Promise.all(others.map((one) => one?.stop()));
        await this.lobby?.remove();
    }
}

/** The ways in which a secret could have been written: as it is, spaced, and as the bytes that it stands for. */
function forms(secret) {
    if (/^\d{8}$/.test(secret)) return [secret, `${secret.slice(0, 4)} ${secret.slice(4)}`].map((text) => Buffer.from(text));
    const bytes = Buffer.from(secret, "base64url");
    return [Buffer.from(secret), bytes, Buffer.from(bytes.toString("hex"))];
}

/** Digits are a code only where they are not part of a longer number or id. */
function contains(content, form) {
    for (let at = content.indexOf(form); at >= 0; at = content.indexOf(form, at + 1)) {
        const around = [content[at - 1], content[at + form.length]].map((byte) => String.fromCharCode(byte ?? 32));
        if (!around.some((character) => /[0-9a-f]/.test(character))) return true;
    }
    return false;
}

/**
 * Tells stories in a house of their own, with JavaScript and without. `tell` is given the house, the way, and `part`:
 * a part of a story, which is left out where an earlier one failed.
 */
export function stories(title, tell, options = {}) {
    describe(title, () => {
        const house = new House();
        before(() => house.open(options), { timeout: 120_000 });
        for (const way of options.ways ?? WAYS) {
            describe(way.said, () => {
                let failed = false;
                const part = (sentence, act) => {
                    test(sentence, { timeout: 90_000 }, async (t) => {
                        if (failed) return t.skip("an earlier part failed");
                        try {
                            await act(t);
                        } catch (error) {
                            failed = true;
                            error.stack += `\n${await house.whereabouts()}`;
                            throw error;
                        }
                        house.hearsNoComplaint();
                    });
                };
                tell({ house, way, part });
                after(() => house.everybodyLeaves());
            });
        }
        test("No secret of these stories stands in the log or the database.", () => house.keepsSecrets());
        after(() => house.close());
    });
}
