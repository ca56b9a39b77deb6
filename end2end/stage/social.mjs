// A plain OAuth 2 provider in the manner of GitHub: no ID token, but a user and their e-mail addresses to ask for.

import { createHash, randomBytes } from "node:crypto";

import { Site, clientOf, escaped, formOf, json, page, queryOf, redirect, withQuery } from "./site.mjs";

const secret = () => randomBytes(24).toString("base64url");

export class Social {
    /** What it was asked for, in order: `{ method, path, headers }`. */
    asked = [];
    clients = new Map();
    #codes = new Map();
    #tokens = new Map();

    /** `accounts`: `{ login, name, emails: [{ email, primary, verified }] }`. An account's `id` is a number. */
    static async start({ name = "social", accounts = [] } = {}) {
        const social = new Social();
        social.name = name;
        social.accounts = accounts.map((account, at) => ({ id: 1001 + at, name: account.login, emails: [], ...account }));
        social.site = await Site.open(name, (request, answer) => social.#act(request, answer));
        social.url = social.site.url;
        social.endpoints = {
            authorize: `${social.url}/login/oauth/authorize`,
            token: `${social.url}/login/oauth/access_token`,
            user: `${social.url}/user`,
            emails: `${social.url}/user/emails`,
        };
        return social;
    }

    /** Makes a client known, or changes what it was registered with; says its id and secret. */
    register({ id = "lobby", callback } = {}) {
        const client = { secret: secret(), ...this.clients.get(id), ...(callback && { callback }) };
        this.clients.set(id, client);
        return { id, secret: client.secret };
    }

    /** Somebody here, to change: their addresses, or `disabled`. */
    account(login) {
        const found = this.accounts.find((account) => account.login === login);
        if (!found) throw new Error(`${login} has no account at ${this.name}`);
        return found;
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
        this.asked.push({ method: request.method, path, headers: request.headers });
        switch (`${request.method} ${path}`) {
            case "GET /login/oauth/authorize":
                return this.#askWho(request, answer);
            case "POST /login/oauth/authorize":
                return this.#decide(request, answer);
            case "POST /login/oauth/access_token":
                return this.#token(request, answer);
            case "GET /user":
                return this.#tell(request, answer, ({ id, login, name }) => ({ id, login, name, email: null, type: "User" }));
            case "GET /user/emails":
                return this.#tell(request, answer, ({ emails }) => emails);
            default:
                return json(answer, { message: "Not Found" }, { status: 404 });
        }
    }

    #askWho(request, answer, problem = "") {
        const { client_id: id, redirect_uri: callback } = queryOf(request);
        const client = this.clients.get(id);
        if (!client || (callback && callback !== client.callback)) {
            return page(answer, "Something is wrong", "<p>This client or its redirect URI is not known here.</p>", 400);
        }
        return page(answer, `Sign in at ${this.name}`,
            `<p role="alert">${escaped(problem)}</p><form method="post"><p><label>User name <input name="login"></label></p>` +
                `<button>Sign in</button> <button name="cancel" value="1">Cancel</button></form>`);
    }

    async #decide(request, answer) {
        const { client_id: id, state, code_challenge: challenge } = queryOf(request);
        const { login, cancel } = await formOf(request);
        const client = this.clients.get(id);
        if (!client) return this.#askWho(request, answer);
        const account = this.accounts.find((account) => account.login === login);
        if (!account && !cancel) return this.#askWho(request, answer, `${login} is not known here.`);
        const denied = { error: "access_denied", error_description: "The user has denied your application access.", state };
        if (cancel || account.disabled) return redirect(answer, withQuery(client.callback, denied));
        const code = secret();
        this.#codes.set(code, { client: id, account, challenge });
        return redirect(answer, withQuery(client.callback, { code, state }));
    }

    async #token(request, answer) {
        const form = await formOf(request);
        const token = this.#redeem(clientOf(request, form), form);
        if (/\bjson\b/.test(request.headers.accept ?? "")) return json(answer, token);
        answer.writeHead(200, { "content-type": "application/x-www-form-urlencoded; charset=utf-8" });
        return answer.end(new URLSearchParams(token).toString());
    }

    /** As there, an error is told with status 200. */
    #redeem(client, { code, code_verifier: verifier = "" }) {
        const known = this.clients.get(client.id);
        if (!known || known.secret !== client.secret) return problem("incorrect_client_credentials");
        const issued = this.#codes.get(code);
        this.#codes.delete(code);
        const proof = createHash("sha256").update(verifier).digest("base64url");
        const fits = issued?.client === client.id && (!issued.challenge || issued.challenge === proof);
        if (!fits) return problem("bad_verification_code");
        const token = secret();
        this.#tokens.set(token, issued.account);
        return { access_token: token, token_type: "bearer", scope: "read:user,user:email" };
    }

    #tell(request, answer, what) {
        if (!request.headers["user-agent"]) return json(answer, { message: "Who asks?" }, { status: 403 });
        const [, token] = /^(?:Bearer|token) (.+)$/i.exec(request.headers.authorization ?? "") ?? [];
        const account = this.#tokens.get(token);
        if (!account) return json(answer, { message: "Bad credentials" }, { status: 401 });
        return json(answer, what(account));
    }
}

function problem(error) {
    return { error, error_description: `The request was refused: ${error}.` };
}
