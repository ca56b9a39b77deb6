// The mail server of the stories and the letters that reached it.

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { eventually } from "./lobby.mjs";

const SCRIPT = resolve(dirname(fileURLToPath(import.meta.url)), "../smtp/start.sh");

export class Post {
    #taken = new Set();

    static async start() {
        const post = new Post();
        post.folder = await mkdtemp(join(tmpdir(), "lobby-post-"));
        post.file = join(post.folder, "letters");
        post.child = spawn("sh", [SCRIPT, "--letters", post.file], { stdio: ["pipe", "pipe", "inherit"] });
        const lines = createInterface({ input: post.child.stdout });
        post.answers = lines[Symbol.asyncIterator]();
        const port = (await post.answers.next()).value;
        if (!port) throw new Error("there is no mail server to test with; what it lacks is said above");
        post.port = Number(port);
        return post;
    }

    /** How it treats letters from now on: accept, refuse, busy. */
    async be(manner) {
        this.child.stdin.write(`${manner}\n`);
        await this.answers.next();
    }

    async all() {
        const text = await readFile(this.file, "utf8").catch(() => "");
        // The last line may be half written.
        return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
    }

    /** The next letter to an address, which nobody has been handed yet; with words in its subject, where some are given. */
    async letterTo(address, subject = /./) {
        const look = async () => {
            const all = await this.all();
            const at = all.findIndex((letter, at) => {
                return !this.#taken.has(at) && letter.to.includes(address) && subject.test(letter.headers.subject);
            });
            if (at < 0) return null;
            this.#taken.add(at);
            return all[at];
        };
        return eventually(`a letter to ${address} (${subject})`, look);
    }

    async stop() {
        this.child.stdin.end();
        await new Promise((ended) => this.child.once("exit", ended));
        await rm(this.folder, { recursive: true, force: true });
    }
}

/** The eight digits of a letter. */
export function codeIn(letter) {
    const found = /^ {4}(\d{4} ?\d{4})$/m.exec(letter.plain);
    if (!found) throw new Error(`no code in this letter:\n${letter.plain}`);
    return found[1];
}

/** Every address in a letter that leads somewhere. */
export function linksIn(letter) {
    return [...letter.html.matchAll(/href="([^"]+)"/g)].map(([, href]) => href.replaceAll("&amp;", "&"));
}

/** The one link of an invitation. */
export function invitationIn(letter) {
    const links = new Set(linksIn(letter).filter((href) => href.includes("/redeem/")).map((href) => href.split("#")[0]));
    if (links.size !== 1) throw new Error(`${links.size} invitations in this letter:\n${letter.plain}`);
    return [...links][0];
}
