// What a provider, or somebody between, could tell Lobby that is not so: each is refused, in words, and nobody is in.

import assert from "node:assert/strict";

import { Visitor, federate } from "./stage/federating.mjs";
import { administrator, createMember } from "./stage/founding.mjs";
import { Forger } from "./stage/forger.mjs";
import { stories } from "./stage/house.mjs";
import * as lies from "./stage/lies.mjs";
import { ask } from "./stage/site.mjs";

const ONE = [{ said: "as a program", scripts: false, tag: "forged" }];
const DISTRUSTED = /cannot be trusted/;

stories("Forged answers", ({ house, part }) => {
    const person = { email: "mia@forger.example", email_verified: true };
    let forger, other, known, elsewhere;

    const refused = async (lie, words = DISTRUSTED) => {
        const visitor = new Visitor(house);
        forger.lie(lie);
        const { words: said } = await visitor.come(known.id);
        forger.lie();
        assert.match(said, words);
        assert.ok(!visitor.isIn, `somebody is in: ${said}`);
    };

    part("Told the truth, a member comes in and is tied to the provider.", async () => {
        forger = await house.host(Forger.start({ name: "forger", person }));
        other = await house.host(Forger.start({ name: "other", person: { email: "mia@other.example" } }));
        const admin = await administrator(house);
        known = await federate(admin, forger, "Forger", { domains: "forger.example" });
        elsewhere = await federate(admin, other, "Other", { domains: "other.example" });
        await createMember(admin, { name: "Mia", address: person.email });
        await admin.leave();
        const visitor = new Visitor(house);
        assert.equal((await visitor.come(known.id)).to, "/");
        assert.ok(visitor.isIn);
    });

    const claims = {
        "unsigned": lies.unsigned(),
        "unsigned, spelled otherwise": lies.unsigned({ alg: "nOnE" }),
        "signed by HMAC with the public key": lies.hmac(),
        "bent after it was signed": lies.bent({ email: "ida@lindenhof.example" }),
        "for another audience": lies.audience(),
        "for two, without azp": lies.twoAudiences(),
        "from another issuer": lies.issuer(),
        "asked for by another party": lies.party(),
        "with another nonce": lies.nonce(),
        "without a nonce": lies.noNonce(),
        "expired": lies.expired(),
        "not valid yet": lies.notYet(),
        "issued yesterday": lies.issued(),
        "issued tomorrow": lies.issued(-24 * 3600),
    };
    for (const [how, lie] of Object.entries(claims)) {
        part(`A token is refused that is ${how}.`, () => refused(lie));
    }

    part("A clock that is a minute off is no reason to refuse.", async () => {
        const visitor = new Visitor(house);
        forger.lie(lies.expired(60));
        assert.equal((await visitor.come(known.id)).to, "/");
        forger.lie();
    });

    part("An answer that does not say who it is from, or names another, is refused before the code is shown to anybody.", async () => {
        const before = forger.count("token");
        await refused(lies.noIss());
        await refused(lies.iss("http://other.localhost"));
        assert.equal(forger.count("token"), before);
    });

    part("A sign-in that was long ago at the provider is none.", () => refused(lies.signedIn(25 * 3600), /does not say that you proved/));

    part("Somebody else's account is nobody here, whatever address it claims.", async () => {
        for (const [lie, words] of [
            [lies.claimsToBe({ sub: "new", email: "ida@lindenhof.example" }), /Enter the code|not linked/],
            [lies.claimsToBe({ sub: "new", email: person.email }), /not linked/],
            [lies.claimsToBe({ sub: "new", email: person.email, email_verified: false }), /not verified/],
            [lies.claimsToBe({ sub: "new", email: "somebody@other.example" }), /account of its own provider/],
            [lies.claimsToBe({ sub: "new", email: undefined }), /no e-mail address/],
        ]) {
            await refused(lie, words);
        }
        await refused(lies.both(lies.says({ email: undefined }), lies.anotherAtUserinfo()), DISTRUSTED);
    });

    part("A state is for one browser, once, at its provider.", async () => {
        const [visitor, thief] = [new Visitor(house), new Visitor(house)];
        const callback = await visitor.answerOf(await visitor.begin(known.id));
        await thief.get("/signin");
        assert.match((await thief.bring(callback)).words, /belongs to another browser/);
        assert.ok(!thief.isIn, "login CSRF: the answer was made for another browser");
        const swapped = callback.replace(known.id, elsewhere.id);
        assert.match((await visitor.bring(swapped)).words, /belongs to another browser/, "mix-up");
        assert.equal((await visitor.bring(callback)).to, "/");
        assert.match((await visitor.bring(callback)).words, /used already/);
        for (const state of ["", "x", "00000000-0000-0000-0000-000000000000.x"]) {
            const url = new URL(callback);
            url.searchParams.set("state", state);
            assert.match((await new Visitor(house).bring(url.href)).words, /used already/);
        }
    });

    part("Of two answers at once for one attempt exactly one wins.", async () => {
        const visitor = new Visitor(house);
        const callback = await visitor.answerOf(await visitor.begin(known.id));
        const answers = await Promise.all(Array.from({ length: 8 }, () => visitor.get(callback)));
        const won = answers.filter((answer) => answer.headers.location === "/");
        assert.equal(won.length, 1, answers.map((answer) => answer.headers.location).join("\n"));
    });

    part("A code of another session is refused by the verifier, and its token by the nonce.", async () => {
        const visitor = new Visitor(house);
        const callback = new URL(await visitor.answerOf(await visitor.begin(known.id)));
        callback.searchParams.set("code", forger.mint({ nonce: "n", challenge: "c", person: { sub: "victim" } }));
        assert.match((await visitor.bring(callback.href)).words, /did not let you in|cannot be trusted/);
        assert.ok(!visitor.isIn);
    });

    part("A provider that does not answer is named, and other ways still work.", async () => {
        const visitor = new Visitor(house);
        const callback = await visitor.answerOf(await visitor.begin(known.id));
        await forger.down();
        assert.match((await visitor.bring(callback)).words, /Forger does not answer at present/);
        assert.ok(!visitor.isIn);
        await forger.up();
        assert.equal((await visitor.come(elsewhere.id)).words.includes("Nobody here knows this account"), true);
        assert.equal((await visitor.come(known.id)).to, "/");
    });

    part("No parameter leads away from Lobby.", async () => {
        for (const to of ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/launch/../../x"]) {
            const visitor = new Visitor(house);
            const { to: led } = await visitor.bring(await visitor.answerOf(await visitor.begin(known.id, { "form[to]": to })));
            assert.ok(led === "/" || /^\/[a-z]/.test(led), `${to} leads to ${led}`);
        }
    });

    part("Keys may change in mid-flow; a key that nobody published opens nothing.", async () => {
        const visitor = new Visitor(house);
        const way = await visitor.begin(known.id);
        await forger.rotate({ publish: false });
        const { words } = await visitor.bring(await visitor.answerOf(way));
        assert.match(words, DISTRUSTED);
    });

    part("Logout tokens are taken once, and only where they are ones.", async () => {
        const tell = async (token, to = elsewhere.logout) => (await ask(to, { form: { logout_token: token } })).status;
        const sub = "other-1";
        const good = await other.logoutToken({ sub });
        assert.equal(await tell(good), 200);
        assert.equal(await tell(good), 400, "the same token again");
        for (const token of [
            await other.logoutToken({ sub, claims: { nonce: "n" } }),
            await other.logoutToken({ sub, claims: { events: undefined } }),
            await other.logoutToken({ sub, claims: { aud: "another" } }),
            await other.logoutToken({ sub, claims: { iss: "http://elsewhere.localhost" } }),
            await other.logoutToken({ sub, header: { typ: "at+jwt" } }),
            "no.token.at-all",
            "",
        ]) {
            assert.equal(await tell(token), 400, token);
        }
        assert.equal(await tell(await other.logoutToken({ sub }), known.logout), 400, "at another provider's address");
    });
}, { ways: ONE });

stories("Providers that lead elsewhere", ({ house, part }) => {
    let count = 0;
    const looked = async (lie, words) => {
        const name = `elsewhere-${(count += 1)}`;
        const forger = await house.host(Forger.start({ name, person: { email: `x@${name}.example` } }));
        const admin = await administrator(house);
        const known = await federate(admin, forger, name);
        forger.lie(lie);
        await admin.goTo(`/admin/providers/${known.id}/test`);
        await admin.press(/^(Fetch|Look|Test)/, { exact: false });
        await admin.sees(words);
        await admin.leave();
        return forger;
    };

    part("No endpoint at an address that is not public is asked for anything.", async () => {
        for (const address of ["http://169.254.169.254", "https://10.0.0.1", "https://[::ffff:10.0.0.1]", "https://192.168.1.1"]) {
            await looked(lies.endpointsAt(address), /not public|is neither https|not what it should be/);
        }
    });

    part("Answers that are too large, too slow or somewhere else are given up.", async () => {
        await looked(lies.oversized("metadata"), /more than 1024 KiB/);
        await looked(lies.oversized("keys", { told: false }), /more than 1024 KiB/);
        await looked(lies.silent("metadata"), /no answer within 5 seconds/);
        await looked(lies.endless("keys"), /more than 1024 KiB|no answer within 5 seconds/);
        const forger = await looked(lies.redirected("metadata", "http://trap.localhost/"), /leads to another address/);
        assert.equal(forger.count("other"), 0, "a redirect was followed");
        await looked(lies.fails("metadata", 500), /status 500/);
        await looked(lies.garbled("metadata"), /not what it should be/);
    });
}, { ways: ONE });
