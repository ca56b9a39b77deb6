// An OpenID provider that lies when told to: see `lies.mjs`. Until then it is honest, and lets one person in without asking.

import { createHash, randomBytes } from "node:crypto";

import { SignJWT, exportJWK, generateKeyPair } from "jose";

import { Site, clientOf, formOf, json, queryOf, redirect, withQuery } from "./site.mjs";

const secret = () => randomBytes(24).toString("base64url");
const PATHS = {
    "/.well-known/openid-configuration": "metadata",
    "/jwks": "keys",
    "/authorize": "authorize",
    "/token": "token",
    "/userinfo": "userinfo",
};

export class Forger {
    /** What it was asked for, in order: `{ what, method, path, headers, form }`; `what` is "other" for a path that it has not. */
    asked = [];
    codes = new Map();
    #clients = new Map();
    #tokens = new Map();
    #lie = {};

    /** `person`: the claims of whoever comes. */
    static async start({ name = "forger", algorithm = "ES256", person = {} } = {}) {
        const forger = new Forger();
        forger.name = name;
        forger.algorithm = algorithm;
        forger.person = { sub: `${name}-1`, name: "Mallory", email: `mallory@${name}.example`, email_verified: true, ...person };
        forger.site = await Site.open(name, (request, answer) => forger.#act(request, answer));
        forger.url = forger.issuer = forger.site.url;
        await forger.rotate();
        return forger;
    }

    /** Makes a client known, or changes what it was registered with; says its id and secret. */
    register({ id = "lobby", callback } = {}) {
        const known = this.#clients.get(id) ?? { secret: secret() };
        this.#clients.set(id, { ...known, ...(callback && { callback }) });
        return { id, secret: known.secret };
    }

    /**
     * Lies from now on; `lie()` is the truth again. A lie may have: `metadata`, `keys`, `response` (the parameters of the
     * redirect to the client), `claims` and `header` (of the ID token), `token` and `userinfo` (the answers), each a function
     * of the honest value that returns the false one; `sign(claims, header, key)`, which returns the ID token; `careless`, for
     * any code, verifier and secret; `send: { what: (answer, body) => … }`, another way to hand an answer over.
     */
    lie(lie = {}) {
        this.#lie = lie;
    }

    /** How often it was asked for this: metadata, keys, authorize, token, userinfo, other; for anything, where none is named. */
    count(what) {
        return this.asked.filter((one) => !what || one.what === what).length;
    }

    /** A new key from now on. It signs; `publish: false` leaves the old one at the JWKS. */
    async rotate({ publish = true } = {}) {
        const kid = secret().slice(0, 8);
        const { privateKey, publicKey } = await generateKeyPair(this.algorithm, { extractable: true });
        this.key = { kid, privateKey, publicKey };
        if (publish) this.published = this.key;
    }

    /** A code, as after a sign-in that asked for this; the person's claims may be others. */
    mint({ client = "lobby", callback = this.#clients.get(client).callback, nonce, challenge, person = {} } = {}) {
        const code = secret();
        this.codes.set(code, { client, callback, nonce, challenge, person: { ...this.person, ...person } });
        return code;
    }

    /** A logout token for a client; what `claims` and `header` say differs from an honest one, or is missing where undefined. */
    async logoutToken({ client = "lobby", sub = this.person.sub, sid, claims = {}, header = {}, key = this.key } = {}) {
        const now = Math.floor(Date.now() / 1000);
        const events = { "http://schemas.openid.net/event/backchannel-logout": {} };
        const all = { iss: this.issuer, aud: client, iat: now, exp: now + 120, jti: secret(), events, sub, sid, ...claims };
        return sign(without(all), without({ alg: this.algorithm, kid: key.kid, typ: "logout+jwt", ...header }), key);
    }

    down() {
        return this.site.down();
    }

    up() {
        return this.site.up();
    }

    stop() {
        return this.site.down();
    }

    async #act(request, answer) {
        const path = new URL(request.url, this.url).pathname;
        const what = PATHS[path] ?? "other";
        const form = request.method === "POST" ? await formOf(request) : queryOf(request);
        this.asked.push({ what, method: request.method, path, headers: request.headers, form });
        switch (what) {
            case "metadata":
                return this.#send(what, answer, this.#metadata());
            case "keys":
                return this.#send(what, answer, { keys: [await this.#jwk(this.published)] });
            case "authorize":
                return this.#authorize(answer, form);
            case "token":
                return this.#token(request, answer, form);
            case "userinfo":
                return this.#userinfo(request, answer);
            default:
                return json(answer, { error: "not_found" }, { status: 404 });
        }
    }

    #send(what, answer, honest) {
        const value = this.#told(what, honest);
        const how = this.#lie.send?.[what];
        return how ? how(answer, JSON.stringify(value)) : json(answer, value);
    }

    /** What it says where `honest` is the truth. */
    #told(what, honest) {
        return without(this.#lie[what]?.(honest) ?? honest);
    }

    #metadata() {
        const endpoints = { authorization_endpoint: "/authorize", token_endpoint: "/token", userinfo_endpoint: "/userinfo", jwks_uri: "/jwks" };
        return {
            issuer: this.issuer,
            ...Object.fromEntries(Object.entries(endpoints).map(([name, path]) => [name, this.url + path])),
            response_types_supported: ["code"],
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: [this.algorithm],
            scopes_supported: ["openid", "profile", "email"],
            code_challenge_methods_supported: ["S256"],
            authorization_response_iss_parameter_supported: true,
            backchannel_logout_supported: true,
            backchannel_logout_session_supported: true,
        };
    }

    async #jwk({ kid, publicKey }) {
        return { ...(await exportJWK(publicKey)), kid, use: "sig", alg: this.algorithm };
    }

    #authorize(answer, { client_id: client, redirect_uri: callback, state, nonce, code_challenge: challenge }) {
        const registered = this.#clients.get(client)?.callback;
        if (!registered || callback !== registered) return json(answer, { error: "invalid_request" }, { status: 400 });
        const code = this.mint({ client, callback, nonce, challenge });
        return redirect(answer, withQuery(callback, this.#told("response", { code, state, iss: this.issuer })));
    }

    async #token(request, answer, form) {
        const client = clientOf(request, form);
        const issued = this.codes.get(form.code);
        this.codes.delete(form.code);
        const challenge = createHash("sha256").update(form.code_verifier ?? "").digest("base64url");
        const known = this.#clients.get(client.id)?.secret === client.secret;
        const fits = issued && issued.client === client.id && issued.callback === form.redirect_uri && issued.challenge === challenge;
        if (!this.#lie.careless && !known) return json(answer, { error: "invalid_client" }, { status: 401 });
        if (!this.#lie.careless && !fits) return json(answer, { error: "invalid_grant" }, { status: 400 });
        const { nonce, person } = issued ?? { person: this.person };
        const token = secret();
        this.#tokens.set(token, person);
        const now = Math.floor(Date.now() / 1000);
        const honest = { iss: this.issuer, aud: client.id, iat: now, exp: now + 300, auth_time: now, nonce, ...person };
        const claims = this.#told("claims", honest);
        const header = this.#told("header", { alg: this.algorithm, kid: this.key.kid, typ: "JWT" });
        const idToken = await (this.#lie.sign ?? sign)(claims, header, this.key);
        return this.#send("token", answer, { access_token: token, token_type: "Bearer", expires_in: 300, id_token: idToken });
    }

    #userinfo(request, answer) {
        const [, token] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "") ?? [];
        const person = this.#tokens.get(token);
        if (!person) return json(answer, { error: "invalid_token" }, { status: 401 });
        return this.#send("userinfo", answer, person);
    }
}

export function sign(claims, header, { privateKey }) {
    return new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
}

/** What is undefined is left out. */
function without(value) {
    return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined));
}
