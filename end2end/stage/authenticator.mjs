// An authenticator app on a person's telephone (RFC 6238): it reads the key from the page and shows six digits.

import { createHmac } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP = 30_000;

function bytesOf(base32) {
    const bits = [...base32].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
    return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
}

export class Authenticator {
    /** The step of the last code that was typed: Lobby takes each once. */
    taken = 0;

    constructor(key) {
        this.key = bytesOf(key);
    }

    /** Sets one up, from the page that offers it; ends where they were going. Says the app and the recovery codes. */
    static async setUp(person) {
        await person.press("Set up an authenticator app");
        const key = (await person.page.locator(".copy code").innerText()).replaceAll(" ", "");
        const app = new Authenticator(key);
        await app.type(person);
        await person.press("Confirm");
        await person.sees("The authenticator app is set up.");
        return app;
    }

    /** The code of a step that was not used yet. */
    async code() {
        let step = Math.floor(Date.now() / STEP);
        if (step <= this.taken) {
            await wait((this.taken + 1) * STEP - Date.now() + 50);
            step = this.taken + 1;
        }
        this.taken = step;
        return this.at(step);
    }

    at(step) {
        const counter = Buffer.alloc(8);
        counter.writeBigUInt64BE(BigInt(step));
        const mac = createHmac("sha1", this.key).update(counter).digest();
        const value = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
        return String(value % 1_000_000).padStart(6, "0");
    }

    async type(person) {
        await person.type("Code of the authenticator app", await this.code());
    }
}

/** Whoever came in for the first time and manages something sets an app up, and goes on. */
export async function enrol(person) {
    const app = await Authenticator.setUp(person);
    await person.follow("Go on");
    return app;
}
