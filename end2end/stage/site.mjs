// A web server on a site of its own, `http://NAME.localhost:PORT`, and what the stand-in providers' pages are made of.

import { createServer, request } from "node:http";

export class Site {
    /** `act(request, answer)` answers what is asked. */
    static async open(name, act) {
        const site = new Site();
        site.server = createServer(async (request, answer) => {
            try {
                await act(request, answer);
            } catch (error) {
                console.error(`${name}: ${request.method} ${request.url}:`, error);
                if (!answer.headersSent) answer.writeHead(500, { "content-type": "text/plain" });
                answer.end(`${error.message}\n`);
            }
        });
        await site.up(0);
        site.port = site.server.address().port;
        site.url = `http://${name}.localhost:${site.port}`;
        return site;
    }

    /** Listens, on the port that it had. */
    async up(port = this.port) {
        if (this.server.listening) return;
        await new Promise((listening, failed) => {
            this.server.once("error", failed);
            this.server.listen(port, "127.0.0.1", listening);
        });
    }

    /** Refuses connections, and breaks those that are open. */
    async down() {
        if (!this.server.listening) return;
        const closed = new Promise((closed) => this.server.close(closed));
        this.server.closeAllConnections();
        await closed;
    }
}

export async function bodyOf(request) {
    let text = "";
    for await (const piece of request) text += piece;
    return text;
}

/** What a form or a client sent. */
export async function formOf(request) {
    return Object.fromEntries(new URLSearchParams(await bodyOf(request)));
}

/** The parameters of an address. */
export function queryOf(request) {
    return Object.fromEntries(new URL(request.url, "http://localhost").searchParams);
}

/** An address with these parameters added; those without a value are left out. */
export function withQuery(address, parameters) {
    const url = new URL(address);
    for (const [name, value] of Object.entries(parameters)) {
        if (value !== undefined) url.searchParams.append(name, value);
    }
    return url.href;
}

/** The client's id and secret, by HTTP Basic or in the form (RFC 6749, section 2.3.1). */
export function clientOf(request, form) {
    const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? "");
    if (!basic) return { id: form.client_id, secret: form.client_secret };
    const [id, secret] = Buffer.from(basic[1], "base64").toString().split(":");
    return { id: decodeURIComponent(id), secret: decodeURIComponent(secret ?? "") };
}

export function json(answer, value, { status = 200, type = "application/json" } = {}) {
    answer.writeHead(status, { "content-type": type, "cache-control": "no-store" });
    answer.end(JSON.stringify(value));
}

export function redirect(answer, location) {
    answer.writeHead(303, { location, "cache-control": "no-store" });
    answer.end();
}

export function escaped(text) {
    return String(text).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A page that needs no script and fetches nothing. */
export function page(answer, title, body, status = 200) {
    answer.writeHead(status, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
    answer.end(
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,">' +
            `<title>${escaped(title)}</title></head><body><main><h1>${escaped(title)}</h1>${body}</main></body></html>`,
    );
}

/** Looks a name up: all are here. Nothing of the stories leaves the machine, and few resolvers know `*.localhost`. */
export function loopback(_, options, done) {
    if (options.all) done(null, [{ address: "127.0.0.1", family: 4 }]);
    else done(null, "127.0.0.1", 4);
}

/**
 * Asks an address of the stories as a program would; `form` is posted, `from` is the loopback address to come from.
 * Says `{ status, headers, text }`.
 */
export async function ask(address, { method, headers = {}, form, body, from } = {}) {
    const content = form ? new URLSearchParams(form).toString() : body;
    const type = form && { "content-type": "application/x-www-form-urlencoded" };
    const way = { lookup: loopback, agent: false, localAddress: from };
    const options = { method: method ?? (content ? "POST" : "GET"), headers: { ...type, ...headers }, ...way };
    const answer = await new Promise((answered, failed) => {
        const asked = request(address, options, answered);
        asked.once("error", failed);
        asked.end(content);
    });
    return { status: answer.statusCode, headers: answer.headers, text: await bodyOf(answer) };
}
