// Where every dependency comes from, under which license, and what is known against it and accepted all the same.
// There is no advisory database on a closed network: what was read elsewhere stands here with its reason.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const LICENSES = new Set([
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
    "CDLA-Permissive-2.0", "ISC", "MIT", "MIT-0", "MPL-2.0", "OpenSSL", "Unicode-3.0", "Unlicense", "Zlib",
]);
const REGISTRY = "registry+https://github.com/rust-lang/crates.io-index";

/** Advisories that concern a locked version, and why it stays: gone from the lock file, it must go from here. */
const ACCEPTED = {
    // Times of private-key operations leak the key. Here it verifies signatures with public keys and nothing else.
    "RUSTSEC-2023-0071": { crate: "rsa" },
};

/** `(MIT OR Apache-2.0) AND Unicode-3.0`, and the old `MIT/Apache-2.0`: may it be used? */
export function allowed(expression) {
    const tokens = expression.replaceAll("/", " OR ").match(/\(|\)|[^\s()]+/g) ?? [];
    let at = 0;
    const license = () => {
        if (tokens[at] === "(") {
            at += 1;
            const inner = either();
            at += 1;
            return inner;
        }
        const name = tokens[at++];
        if (tokens[at] !== "WITH") return LICENSES.has(name);
        at += 2;
        return LICENSES.has(`${name} WITH ${tokens[at - 1]}`);
    };
    const both = () => {
        let fine = license();
        while (tokens[at] === "AND") {
            at += 1;
            fine = license() && fine;
        }
        return fine;
    };
    const either = () => {
        let fine = both();
        while (tokens[at] === "OR") {
            at += 1;
            fine = both() || fine;
        }
        return fine;
    };
    return either() && at === tokens.length;
}

const metadata = execFileSync("cargo", ["metadata", "--locked", "--format-version", "1"], { maxBuffer: 256 * 1024 * 1024 });
const { packages, workspace_members: members } = JSON.parse(metadata);
const own = new Set(members);
const faults = [];
for (const { id, name, version, source, license } of packages.filter(({ id }) => !own.has(id))) {
    if (source !== REGISTRY) faults.push(`${name} ${version} comes from ${source ?? "a folder"}`);
    if (!license || !allowed(license)) faults.push(`${name} ${version} is under ${license ?? "no stated license"}`);
}
const unsummed = readFileSync("Cargo.lock", "utf8").split("[[package]]").filter((entry) => entry.includes("source =") && !entry.includes("checksum ="));
for (const entry of unsummed) faults.push(`no checksum: ${/name = "([^"]+)"/.exec(entry)?.[1]}`);
for (const [advisory, { crate }] of Object.entries(ACCEPTED)) {
    if (!packages.some(({ name }) => name === crate)) faults.push(`${advisory} is accepted for ${crate}, which nothing uses any more`);
}
const lock = JSON.parse(readFileSync("end2end/package-lock.json", "utf8")).packages;
for (const [path, { integrity, link }] of Object.entries(lock)) {
    if (path && !link && !integrity) faults.push(`no checksum in package-lock.json: ${path}`);
}
for (const fault of faults) console.error(fault);
console.log(`${packages.length - own.size} crates and ${Object.keys(lock).length - 1} packages of the tests: ${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
