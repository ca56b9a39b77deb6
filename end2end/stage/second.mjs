// A provider of another family: PyPI's `oidc-provider-mock`, which is Authlib and Flask.
//
// It has one RS256 key, which it never changes and its tokens do not name (no `kid`); all claims are in the ID token and at
// userinfo; the subject is what is typed into its page, and the page asks each time. A refusal (its button "Deny") comes without
// `state`. What it cannot do: PKCE (it takes the challenge and ignores it), `iss` in the response, `max_age` and `prompt`
// (`auth_time` is always now), `amr`, `acr`, sessions, `sid`, back-channel logout.

import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { ask } from "./site.mjs";

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), "second.sh");

export class Second {
    /** `accounts`: `{ address, name, verified, ...claims }`. */
    static async start({ name = "second", accounts = [] } = {}) {
        const second = new Second();
        second.child = spawn("sh", [SCRIPT], { stdio: ["pipe", "pipe", "inherit"] });
        const port = (await createInterface({ input: second.child.stdout })[Symbol.asyncIterator]().next()).value;
        if (!port) throw new Error("there is no second provider to test with; what it lacks is said above");
        second.url = second.issuer = `http://${name}.localhost:${port}`;
        for (const { address, verified = true, ...claims } of accounts) {
            const account = { name: address, email: address, email_verified: verified, ...claims };
            await second.#ask("PUT", `/users/${encodeURIComponent(address)}`, account);
        }
        return second;
    }

    /** Makes a client known; says its id and secret. It cannot be changed later, only another one made. */
    async register({ callback }) {
        const client = await this.#ask("POST", "/oauth2/clients", { redirect_uris: [callback].flat() });
        return { id: client.client_id, secret: client.client_secret };
    }

    async stop() {
        const ended = new Promise((ended) => this.child.once("exit", ended));
        this.child.stdin.end();
        await ended;
    }

    async #ask(method, path, value) {
        const headers = { "content-type": "application/json" };
        const { status, text } = await ask(this.url + path, { method, headers, body: JSON.stringify(value) });
        if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
        return text && JSON.parse(text);
    }
}
