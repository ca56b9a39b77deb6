// One Lobby of its own: a data directory, a configuration file, the server, and what it said.

import { spawn } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const TARGET = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
const BINARY = resolve(process.env.LOBBY_BINARY ?? join(TARGET, "debug", "lobby"));

export async function freePort() {
    const server = createServer();
    await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address();
    await new Promise((closed) => server.close(closed));
    return port;
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Asks `look` again until it answers with something. */
export async function eventually(what, look, seconds = 15) {
    const end = Date.now() + seconds * 1000;
    for (;;) {
        const found = await look();
        if (found) return found;
        if (Date.now() > end) throw new Error(`${what}: not within ${seconds} seconds`);
        await pause(25);
    }
}

export class Lobby {
    log = "";

    /** `database`, where it is not SQLite's file in the data directory. */
    static async start({ smtpPort, database }) {
        const lobby = new Lobby();
        lobby.folder = await mkdtemp(join(tmpdir(), "lobby-story-"));
        lobby.data = join(lobby.folder, "data");
        lobby.port = await freePort();
        lobby.url = `http://lobby.localhost:${lobby.port}`;
        lobby.config = join(lobby.folder, "lobby.toml");
        Object.assign(lobby, { smtpPort, database });
        // The test is the proxy: each person comes from an address of their own, so that no limit stops the suite.
        await lobby.serve({ trusted: ["127.0.0.1/32", "::1/128"] });
        return lobby;
    }

    /** Stops, and starts again with other proxies to trust, and another header of theirs. */
    async restart(proxies) {
        const ended = await this.stop();
        if (ended !== 0) throw new Error(`Lobby ended with ${ended}:\n${this.log.slice(-2000)}`);
        await this.serve(proxies);
    }

    async serve({ trusted, header }) {
        const lines = [
            `public_url = "${this.url}"`,
            `listen = "127.0.0.1:${this.port}"`,
            `data_dir = "${this.data}"`,
            trusted ? `trusted_proxies = ${JSON.stringify(trusted)}` : "",
            header ? `client_header = "${header}"` : "",
            // The stand-in providers are on this machine.
            `outbound_networks = ["127.0.0.0/8", "::1/128"]`,
            this.database ? `database = "${this.database}"` : "",
            `[log]\nlevel = "debug"`,
            `[smtp]\nhost = "127.0.0.1"\nport = ${this.smtpPort}\ntls = "none"\nfrom = "lobby@lindenhof.example"`,
        ];
        await writeFile(this.config, lines.join("\n"));
        this.child = this.#run("serve");
        this.ended = new Promise((ended) => {
            this.child.once("exit", (code, signal) => ended(code ?? signal));
            this.child.once("error", (error) => ended(`${error.message}; make it with: cargo build --bin lobby`));
        });
        let over;
        this.ended.then((code) => (over = code));
        const ready = () => fetch(`http://127.0.0.1:${this.port}/health/ready`).then((answer) => answer.ok, () => false);
        await eventually("Lobby is ready", async () => {
            if (over !== undefined) throw new Error(`Lobby ended with ${over}:\n${this.log}`);
            return ready();
        }, 60);
    }

    #run(...words) {
        const environment = Object.entries(process.env).filter(([name]) => !name.startsWith("LOBBY_"));
        const child = spawn(BINARY, ["--config", this.config, ...words], {
            cwd: this.folder,
            env: Object.fromEntries(environment),
            stdio: ["ignore", "pipe", "pipe"],
        });
        for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (this.log += text));
        return child;
    }

    /** Runs `lobby WORDS` to its end. */
    async command(...words) {
        const code = await new Promise((ended) => this.#run(...words).once("close", ended));
        if (code !== 0) throw new Error(`lobby ${words.join(" ")} ended with ${code}:\n${this.log}`);
    }

    /** The link by which somebody becomes an administrator, from the file that only its owner may read. */
    async administratorLink() {
        const file = join(this.data, "administrator-link");
        const mode = (await stat(file)).mode & 0o777;
        if (mode !== 0o600) throw new Error(`${file} has mode ${mode.toString(8)}`);
        return (await readFile(file, "utf8")).trim();
    }

    /** Stops as a service manager would; says how it ended: 0 is well. */
    async stop() {
        this.child.kill("SIGTERM");
        return this.ended;
    }

    /** What it wrote: its log, and each file but the one that hands a link over. */
    async written() {
        const files = await readdir(this.data);
        const kept = files.filter((name) => name !== "administrator-link");
        const contents = await Promise.all(kept.map((name) => readFile(join(this.data, name))));
        return [["the log", Buffer.from(this.log)], ...kept.map((name, at) => [name, contents[at]])];
    }

    async remove() {
        await rm(this.folder, { recursive: true, force: true });
    }
}
