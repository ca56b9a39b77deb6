// A partner organization with its own OpenID provider: panva's `oidc-provider`, on a site of its own.

import { generateKeyPair, randomBytes } from "node:crypto";
import { promisify } from "node:util";

import { Provider } from "oidc-provider";

import { Records } from "./records.mjs";
import { Site, escaped, formOf, loopback, page } from "./site.mjs";

const generate = promisify(generateKeyPair);
const KINDS = [["rsa", { modulusLength: 2048 }], ["ec", { namedCurve: "P-256" }], ["ed25519", {}]];
const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"];
/** Standard claims and the scope that shows them; any other claim of an account comes with `openid`. */
const SCOPES = { profile: ["name"], email: ["email", "email_verified"] };
const COOKIE = { httpOnly: true, signed: true, sameSite: "lax" };
const HOUR = 3600;

export class Partner {
    clients = new Map();
    #records = new Records(this.clients);
    #cookieKey = randomBytes(32).toString("hex");

    /**
     * `accounts`: `{ address, name, verified, amr, acr, ...claims }`. `clients`: what `register` takes. `thin`: the ID token
     * says who it is, and the rest is to be asked for at userinfo.
     */
    static async start({ name = "partner", accounts = [], clients = [], thin = false } = {}) {
        const partner = new Partner();
        partner.name = name;
        partner.thin = thin;
        partner.accounts = accounts.map((account, at) => ({ sub: `${name}-${at + 1}`, name: account.address, ...account }));
        partner.site = await Site.open(name, (request, answer) => partner.#act(request, answer));
        partner.url = partner.issuer = partner.site.url;
        await partner.rotate();
        for (const client of clients) partner.register(client);
        return partner;
    }

    /** Makes a client known, or changes what it was registered with; says its id and secret. */
    register({ id = "lobby", secret, callback, logout, algorithm, ...more } = {}) {
        const known = this.clients.get(id) ?? { client_id: id, client_secret: randomBytes(24).toString("base64url") };
        const changes = {
            client_secret: secret,
            redirect_uris: callback && [callback].flat(),
            backchannel_logout_uri: logout,
            backchannel_logout_session_required: logout && true,
            id_token_signed_response_alg: algorithm,
            require_auth_time: true,
            ...more,
        };
        const given = Object.entries(changes).filter(([, value]) => value !== undefined);
        const client = { ...known, ...Object.fromEntries(given) };
        this.clients.set(id, client);
        return { id, secret: client.client_secret };
    }

    /** New signing keys from now on, two of each kind; `keep` leaves the old ones published. Nothing else is forgotten. */
    async rotate({ keep = false } = {}) {
        const made = await Promise.all([...KINDS, ...KINDS].map(async ([kind, options]) => {
            const { privateKey } = await generate(kind, options);
            return { ...privateKey.export({ format: "jwk" }), use: "sig", kid: randomBytes(8).toString("hex") };
        }));
        this.keys = keep ? [...made, ...this.keys] : made;
        this.provider = new Provider(this.issuer, this.#configuration());
        this.provider.on("server_error", (_, error) => console.error(`${this.name}:`, error));
        this.handle = this.provider.callback();
    }

    /** Somebody here, to change: `partner.account(address).amr = ["pwd"]` holds from their next sign-in. */
    account(address) {
        const found = this.accounts.find((account) => account.address === address.trim().toLowerCase());
        if (!found) throw new Error(`${address} has no account at ${this.name}`);
        return found;
    }

    /** The next sign-in is refused with access_denied, and nobody stays signed in here. Lobby is not told. */
    disable(address) {
        const account = this.account(address);
        account.disabled = true;
        for (const session of this.#records.sessionsOf(account.sub)) this.#records.forget(session);
    }

    enable(address) {
        this.account(address).disabled = false;
    }

    /** Ends the sessions of an account and tells the clients by back channel; says what they answered. */
    async signOut(address) {
        const sessions = this.#records.sessionsOf(this.account(address).sub);
        return (await Promise.all(sessions.map((session) => this.#end(session)))).flat();
    }

    async #end(session) {
        this.#records.forget(session);
        const tell = async ([id, { sid }]) => {
            const client = await this.provider.Client.find(id);
            if (!client?.backchannelLogoutUri) return [];
            const told = client.backchannelLogout(session.accountId, sid);
            const status = await told.then(() => 200, (error) => error.response?.statusCode ?? error.message);
            return [{ client: id, sid, status }];
        };
        return (await Promise.all(Object.entries(session.authorizations ?? {}).map(tell))).flat();
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

    #act(request, answer) {
        return request.url.startsWith("/interaction/") ? this.#signIn(request, answer) : this.handle(request, answer);
    }

    /** The sign-in page. Consent is the organization's, not the person's. */
    async #signIn(request, answer) {
        const interaction = await this.provider.interactionDetails(request, answer);
        if (request.method !== "POST") return this.#askWho(answer, interaction.params.login_hint ?? "");
        const { address } = await formOf(request);
        const account = this.accounts.find((account) => account.address === address.trim().toLowerCase());
        if (!account) return this.#askWho(answer, address, `${address} is not known here.`);
        await this.#leaveTo(account, interaction);
        const { sub, amr, acr, disabled } = account;
        const denied = { error: "access_denied", error_description: "this account is disabled" };
        const result = disabled ? denied : { login: { accountId: sub, amr, acr } };
        return this.provider.interactionFinished(request, answer, result, { mergeWithLastSubmission: false });
    }

    /** Whoever else was signed in here is signed out; left to itself, the provider does so by a page with a script. */
    async #leaveTo({ sub }, interaction) {
        const { accountId, uid } = interaction.session ?? {};
        if (!uid || accountId === sub) return;
        await this.#end(await this.provider.Session.findByUid(uid));
        interaction.session = undefined;
        await interaction.save(HOUR);
    }

    #askWho(answer, address, problem = "") {
        page(answer, `Sign in at ${this.name}`,
            `<p role="alert">${escaped(problem)}</p><form method="post"><p><label>E-mail address ` +
                `<input name="address" value="${escaped(address)}" required></label></p><button>Sign in</button></form>`);
    }

    #configuration() {
        const others = this.accounts.flatMap((account) => Object.keys(this.#claims(account)));
        const openid = new Set(["sub", "sid", "auth_time", "amr", "acr", ...others]);
        for (const claim of Object.values(SCOPES).flat()) openid.delete(claim);
        return {
            adapter: (kind) => this.#records.of(kind),
            clients: [],
            jwks: { keys: this.keys },
            scopes: ["openid", "profile", "email"],
            claims: { openid: [...openid], ...SCOPES },
            acrValues: [...new Set(this.accounts.map(({ acr }) => acr).filter(Boolean))],
            // Beyond the standard's word, most providers put all they know into the ID token.
            conformIdTokenClaims: this.thin,
            enabledJWA: { idTokenSigningAlgValues: ALGORITHMS },
            pkce: { required: () => true },
            responseTypes: ["code"],
            features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
            // Its own default is SameSite=None, which browsers refuse without TLS.
            cookies: { keys: [this.#cookieKey], long: COOKIE, short: COOKIE },
            findAccount: (_, sub) => {
                const account = this.accounts.find((account) => account.sub === sub && !account.disabled);
                return account && { accountId: sub, claims: () => this.#claims(account) };
            },
            loadExistingGrant: ({ oidc }) => this.#consent(oidc),
            interactions: { url: (_, { uid }) => `/interaction/${uid}` },
            renderError: (context, { error, error_description: why }) => {
                page(context.res, "Something is wrong", `<p>${escaped(error)}: ${escaped(why)}</p>`, context.status);
                context.respond = false;
            },
            httpOptions: () => ({ dnsLookup: loopback }),
            ttl: { AccessToken: HOUR, AuthorizationCode: 60, IdToken: HOUR, Interaction: HOUR, Session: 24 * HOUR, Grant: 24 * HOUR },
        };
    }

    #claims({ address, verified = true, disabled, amr, acr, ...claims }) {
        return { email: address, email_verified: verified, ...claims };
    }

    async #consent({ session, client, params, provider }) {
        const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
        grant.addOIDCScope(params.scope);
        await grant.save();
        return grant;
    }
}
