// A real nginx before Lobby, on loopback and without TLS. It says who asks as README.md has it.

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { eventually, freePort } from "./lobby.mjs";

const TEMPORARY = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

/** `$host` would leave out the port, which is part of the address of a Lobby of the stories. */
function configuration(lobby, port, dual) {
    const location = (more) => `location / {
            proxy_pass http://127.0.0.1:${lobby.port};
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            ${more}
        }`;
    return `
daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    ${TEMPORARY.map((what) => `${what}_temp_path ${what};`).join(" ")}
    server {
        listen 127.0.0.1:${port};
        ${location("")}
    }
    server {
        listen [::ffff:127.0.0.1]:${dual} ipv6only=off;
        ${location("proxy_set_header X-Real-IP $remote_addr;")}
    }
}
`;
}

const listens = (port) => {
    return new Promise((done) => {
        const socket = connect(port, "127.0.0.1", () => done(true)).once("error", () => done(false));
        socket.once("connect", () => socket.destroy());
    });
};

export class Nginx {
    log = "";

    /** On two ports: at `dual` a v4 client comes in v6 clothes, and `X-Real-IP` names it too. */
    static async start(lobby) {
        const nginx = new Nginx();
        nginx.folder = await mkdtemp(join(tmpdir(), "lobby-nginx-"));
        [nginx.port, nginx.dual] = [await freePort(), await freePort()];
        const file = join(nginx.folder, "nginx.conf");
        await writeFile(file, configuration(lobby, nginx.port, nginx.dual));
        nginx.child = spawn("nginx", ["-p", nginx.folder, "-c", file, "-e", "stderr"], { stdio: ["ignore", "ignore", "pipe"] });
        nginx.child.stderr.on("data", (text) => (nginx.log += text));
        let over;
        nginx.ended = new Promise((ended) => {
            nginx.child.once("exit", (code, signal) => ended((over = code ?? signal)));
            nginx.child.once("error", (error) => ended((over = error.message)));
        });
        await eventually("nginx listens", () => {
            if (over !== undefined) throw new Error(`nginx ended with ${over}:\n${nginx.log}`);
            return listens(nginx.dual);
        });
        return nginx;
    }

    async stop() {
        this.child.kill("SIGTERM");
        await this.ended;
        await rm(this.folder, { recursive: true, force: true });
    }
}
