// A stand-in application on a site of its own: a page that says what it was asked for.

import { createServer } from "node:http";

export class Application {
    asked = [];

    static async start() {
        const application = new Application();
        application.server = createServer((request, answer) => {
            application.asked.push({ path: request.url, headers: request.headers });
            const name = decodeURIComponent(request.url.split("/")[1] ?? "").replace(/[^\w ]/g, "");
            answer.setHeader("content-type", "text/html; charset=utf-8");
            answer.end(
                '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,">' +
                    `<title>${name}</title></head><body><main><h1>${name} is open</h1></main></body></html>`,
            );
        });
        await new Promise((listening) => application.server.listen(0, "127.0.0.1", listening));
        application.url = `http://app.localhost:${application.server.address().port}`;
        return application;
    }

    async stop() {
        this.server.closeAllConnections();
        await new Promise((closed) => this.server.close(closed));
    }
}
