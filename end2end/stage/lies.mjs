// What a provider can lie about: each is told by `forger.lie(…)`, alone or `both(…)`.

import { SignJWT, base64url, exportSPKI } from "jose";

import { sign } from "./forger.mjs";

const MIB = 1024 * 1024;
const now = () => Math.floor(Date.now() / 1000);

/** Several lies at once, where they do not touch the same thing. */
export function both(...lies) {
    return Object.assign({}, ...lies, { send: Object.assign({}, ...lies.map(({ send }) => send)) });
}

// The ID token.

/** Other claims in the ID token; undefined leaves one out. */
export function says(change) {
    return { claims: (claims) => ({ ...claims, ...change }) };
}

/** Other claims about the person in the ID token and at userinfo. */
export function claimsToBe(change) {
    return { ...says(change), userinfo: (claims) => ({ ...claims, ...change }) };
}

/** `alg: none`, and no signature. */
export function unsigned({ alg = "none" } = {}) {
    const part = (value) => base64url.encode(JSON.stringify(value));
    return { sign: (claims, header) => `${part({ ...header, alg })}.${part(claims)}.` };
}

/** HMAC with what everybody knows, the public key; or with another secret. */
export function hmac({ alg = "HS256", secret } = {}) {
    return {
        sign: async (claims, header, { publicKey }) => {
            const key = new TextEncoder().encode(secret ?? (await exportSPKI(publicKey)));
            return new SignJWT(claims).setProtectedHeader({ ...header, alg }).sign(key);
        },
    };
}

/** Signed before the claims were what they are. */
export function bent(change = { name: "Somebody else" }) {
    return {
        sign: async (claims, header, key) => {
            const [head, , signature] = (await sign(claims, header, key)).split(".");
            return [head, base64url.encode(JSON.stringify({ ...claims, ...change })), signature].join(".");
        },
    };
}

export const audience = (aud = "another-client") => says({ aud });
export const issuer = (iss = "http://another.localhost") => says({ iss });
export const party = (azp = "another-client") => says({ azp });
/** For two at once, and it does not say which of them asked. */
export const twoAudiences = (aud = ["lobby", "another-client"]) => says({ aud });
export const nonce = (nonce = "another") => says({ nonce });
export const noNonce = () => says({ nonce: undefined });
export const expired = (seconds = 180) => says({ exp: now() - seconds });
export const notYet = (seconds = 180) => says({ nbf: now() + seconds });
/** Issued long ago, or not yet where `seconds` is less than nothing. */
export const issued = (seconds = 24 * 3600) => says({ iat: now() - seconds });
export const signedIn = (seconds) => says({ auth_time: now() - seconds });

export const unverified = (email_verified = false) => claimsToBe({ email_verified });
export const verifiedInWords = () => claimsToBe({ email_verified: "true" });
export const address = (email) => claimsToBe({ email });
/** Userinfo of somebody else. */
export const anotherAtUserinfo = (change = { sub: "somebody-else" }) => ({ userinfo: (claims) => ({ ...claims, ...change }) });

// The redirect to the client.

/** Other parameters; undefined leaves one out. */
export function responds(change) {
    return { response: (parameters) => ({ ...parameters, ...change }) };
}

export const noIss = () => responds({ iss: undefined });
export const iss = (iss) => responds({ iss });
export const code = (code) => responds({ code });

// What is published.

/** Other entries of the metadata, such as `{ token_endpoint: "http://169.254.169.254/" }`. */
export function publishes(change) {
    return { metadata: (metadata) => ({ ...metadata, ...change }) };
}

/** Every endpoint but the one for browsers at this address, spelled as it is, such as `http://[::ffff:127.0.0.1]`. */
export function endpointsAt(address) {
    return publishes({ token_endpoint: `${address}/token`, userinfo_endpoint: `${address}/userinfo`, jwks_uri: `${address}/jwks` });
}

/** Its key stands behind so many others that have other ids. */
export function manyKeys(count = 1000) {
    return { keys: ({ keys: [key] }) => ({ keys: [...Array.from({ length: count }, (_, at) => ({ ...key, kid: `${at}` })), key] }) };
}

// How an answer comes: of metadata, keys, token or userinfo. The body is right, so that only the limit can refuse it.

function sent(what, how) {
    return { send: { [what]: how } };
}

function start(answer, more = {}, status = 200) {
    answer.writeHead(status, { "content-type": "application/json", ...more });
}

/** More than 1 MiB; it says so in advance, unless `told` is false. */
export function oversized(what, { bytes = MIB + 1, told = true } = {}) {
    return sent(what, (answer, body) => {
        start(answer, told ? { "content-length": bytes } : {});
        answer.end(body.padEnd(bytes));
    });
}

/** As fast as it is read, without an end. */
export function endless(what) {
    return sent(what, (answer, body) => {
        start(answer);
        const more = () => {
            while (!answer.destroyed && answer.write(" ".repeat(64 * 1024)));
        };
        answer.on("drain", more);
        answer.write(body);
        more();
    });
}

/** A byte now and then, for as long as anybody waits. */
export function drip(what, milliseconds = 100) {
    return sent(what, (answer, body) => {
        start(answer);
        let at = 0;
        const timer = setInterval(() => answer.write(body[at++] ?? " "), milliseconds);
        answer.once("close", () => clearInterval(timer));
    });
}

/** The whole answer, late. */
export function late(what, milliseconds) {
    return sent(what, (answer, body) => {
        const timer = setTimeout(() => start(answer) ?? answer.end(body), milliseconds);
        answer.once("close", () => clearTimeout(timer));
    });
}

export const silent = (what) => sent(what, () => {});
export const redirected = (what, location, status = 302) => sent(what, (answer) => start(answer, { location }, status) ?? answer.end());
export const fails = (what, status = 500) => sent(what, (answer) => start(answer, {}, status) ?? answer.end('{"error":"server_error"}'));
export const garbled = (what, text = "<html>It works!</html>") => sent(what, (answer) => start(answer) ?? answer.end(text));
