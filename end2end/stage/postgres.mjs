// PostgreSQL for one story.

import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const SCRIPT = resolve(dirname(fileURLToPath(import.meta.url)), "postgres.sh");

export class Postgres {
    static async start() {
        const postgres = new Postgres();
        postgres.child = spawn("sh", [SCRIPT], { stdio: ["pipe", "pipe", "inherit"] });
        postgres.answers = createInterface({ input: postgres.child.stdout })[Symbol.asyncIterator]();
        const folder = (await postgres.answers.next()).value;
        if (!folder) throw new Error("there is no PostgreSQL to test with; what it lacks is said above");
        postgres.url = `postgres://lobby@localhost/postgres?host=${folder}`;
        return postgres;
    }

    /** Every row as text. */
    async dump() {
        const file = join(tmpdir(), `lobby-dump-${process.pid}.sql`);
        this.child.stdin.write(`${file}\n`);
        await this.answers.next();
        const rows = await readFile(file);
        await rm(file);
        return rows;
    }

    async stop() {
        this.child.stdin.end();
        await new Promise((ended) => this.child.once("exit", ended));
    }
}
