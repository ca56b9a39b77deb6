// People come by the identity they have: their organization's provider, another family's, a social one.

import assert from "node:assert/strict";

import { addProvider, federate } from "./stage/federating.mjs";
import { administrator, createMember, invite, ownerWithGroup } from "./stage/founding.mjs";
import { stories } from "./stage/house.mjs";
import { Partner } from "./stage/partner.mjs";
import { codeIn, invitationIn } from "./stage/post.mjs";
import { Second } from "./stage/second.mjs";
import { Social } from "./stage/social.mjs";

stories("The partner's own provider", ({ house, way, part }) => {
    const domain = `north-${way.tag}.example`;
    const application = `Records ${way.tag}`;
    const [ada, ben] = ["ada", "ben"].map((name) => `${name}@${domain}`);
    const name = `Praxis Nord ${way.tag}`;
    let north, known, admin, owner, group, guest, link;

    part("An administrator adds the provider, sees what it publishes, and tries it with nothing stored.", async () => {
        const accounts = [
            { address: ada, name: "Ada Nowak", amr: ["pwd", "mfa"] },
            { address: ben, name: "Ben Falk" },
        ];
        north = await house.host(Partner.start({ name: `north-${way.tag}`, accounts }));
        ({ owner, group } = await ownerWithGroup(house, way, application));
        admin = await administrator(house, way.scripts);
        known = await federate(admin, north, name, { domains: domain, algorithm: "ES256" });
        await admin.goTo(`/admin/providers/${known.id}/test`);
        await admin.press(/^(Fetch|Look|Test)/, { exact: false });
        await admin.sees(north.issuer, "ES256");
        await admin.leave();
    });

    part("The invited guest is led to their own provider alone, consents and comes in.", async () => {
        await invite(owner, group, `${ada}, ${ben}`);
        link = invitationIn(await house.post.letterTo(ada));
        guest = await house.person({ scripts: way.scripts, address: ada });
        await guest.open(link);
        await guest.sees("You are invited", `Continue with ${name}`);
        await guest.seesNot("code by e-mail");
        await guest.looksAt("Invitation by provider");
        await guest.press(`Continue with ${name}`);
        await guest.signInAtPartner(ada);
        await guest.sees("Before you come in", application);
        assert.equal((await guest.cookies())["lobby-session"], undefined, "nobody is in before they consent");
        await guest.press("Accept the invitation");
        await guest.sees(application);
    });

    part("The account page names the way they came by, and the log that it was the provider.", async () => {
        await guest.goTo("/account");
        await guest.sees("Ways to sign in", name, "You came by this", ada);
        await guest.looksAt("Account by provider");
    });

    part("The next time it is one click, and the provider asks nothing.", async () => {
        await guest.goTo("/account");
        await guest.press("Sign out", { within: guest.page.locator("main") });
        await guest.goTo("/signin");
        await guest.looksAt("Sign in by the way used last");
        await guest.press(`Continue with ${name}`);
        await guest.page.waitForURL(`${house.lobby.url}/`);
        await guest.sees(application);
    });

    part("Whoever types an address of the domain is led to its provider, and gets no code.", async () => {
        const other = await house.person({ scripts: way.scripts });
        await other.goTo("/signin");
        await other.type("E-mail address", ada);
        await other.press("Continue");
        await other.signInAtPartner(ada);
        await other.sees(application);
        await other.leave();
    });

    part("A forwarded letter opened with one's own account names both, and links nothing.", async () => {
        const other = await house.person({ scripts: way.scripts });
        await other.open(invitationIn(await house.post.letterTo(ben)));
        await other.press(`Continue with ${name}`);
        await other.signInAtPartner(ada);
        await other.sees("That account signs in here as", ada, "Nothing was linked");
        await other.leave();
    });

    part("When the provider signs them out, they are out here.", async () => {
        const [told] = await north.signOut(ada);
        assert.equal(told.status, 200);
        await guest.goTo("/");
        await guest.sees("Sign in");
        assert.ok(guest.page.url().includes("/signin"), guest.page.url());
    });

    part("Who is not let in there is not let in here, and is told who said so.", async () => {
        north.disable(ada);
        const other = await house.person({ scripts: way.scripts });
        await other.goTo("/signin");
        await other.type("E-mail address", ada);
        await other.press("Continue");
        await other.signInAtPartner(ada).catch(() => {});
        assert.equal((await other.cookies())["lobby-session"], undefined);
        north.enable(ada);
        await other.leave();
    });

    part("While the provider is down an administrator lets codes stand in for some hours.", async () => {
        // Their word was taken back when they were signed out there: they come in once more before.
        const before = await house.person({ scripts: way.scripts });
        await before.goTo("/signin");
        await before.type("E-mail address", ada);
        await before.press("Continue");
        await before.signInAtPartner(ada);
        await before.sees(application);
        await before.leave();
        await north.down();
        admin = await administrator(house, way.scripts);
        await admin.goTo(`/admin/providers/${known.id}`);
        await admin.type("Hours from now", "2");
        await admin.press("Open codes");
        await admin.sees("Shut now");
        await admin.leave();
        const other = await house.person({ scripts: way.scripts, address: ada });
        await other.goTo("/signin");
        await other.type("E-mail address", ada);
        await other.press("Continue");
        await other.sees("How do you want to sign in?", `Continue with ${name}`);
        await other.looksAt("Ways to sign in");
        await other.press("Send a code to this address");
        await other.enterCode(ada, "Sign in");
        await other.sees(application);
        await north.up();
        await other.leave();
    });
});

stories("Providers that speak for no domain", ({ house, way, part }) => {
    const application = `Rota ${way.tag}`;
    const [eva, kim] = ["eva", "kim"].map((name) => `${name}.${way.tag}@mail.example`);
    const [secondName, socialName] = [`Second ${way.tag}`, `Hub ${way.tag}`];
    let second, social, owner, group;

    part("Two are offered to everybody: one of another family, and one by plain OAuth 2.", async () => {
        ({ owner, group } = await ownerWithGroup(house, way, application));
        const admin = await administrator(house);
        second = await house.host(Second.start({ name: `second-${way.tag}`, accounts: [{ address: eva, name: "Eva", verified: true }] }));
        const placeholder = { id: "later", secret: "later" };
        const offered = ["Offered to everybody on the sign-in page"];
        const fields = { Issuer: second.issuer };
        const made = await addProvider(admin, { name: secondName, client: placeholder, fields, checks: offered });
        const client = await second.register({ callback: made.callback });
        await admin.goTo(`/admin/providers/${made.id}`);
        await admin.type("Client id", client.id);
        await admin.type("Client secret", client.secret);
        await admin.press("Save provider");
        await admin.sees("Saved.");
        const emails = [{ email: "old@elsewhere.example", primary: false, verified: true }, { email: kim, primary: true, verified: true }];
        social = await house.host(Social.start({ name: `hub-${way.tag}`, accounts: [{ login: "kim", name: "Kim", emails }] }));
        const { authorize, token, user, emails: addresses } = social.endpoints;
        const plain = { "Authorization address": authorize, "Token address": token, "User address": user, "Mailbox list address": addresses };
        const hub = await addProvider(admin, { name: socialName, preset: "github", client: social.register(), fields: plain });
        social.register({ callback: hub.callback });
        await admin.leave();
    });

    for (const [who, address, name, signIn] of [
        ["The other family's", eva, secondName, (guest) => guest.signInAtSecond(eva)],
        ["A social account's", kim, socialName, (guest) => guest.signInAtSocial("kim")],
    ]) {
        part(`${who} word is not enough for an address: a code is asked for beside it, and both redeem.`, async () => {
            await invite(owner, group, address);
            const guest = await house.person({ scripts: way.scripts, address });
            await guest.open(invitationIn(await house.post.letterTo(address)));
            await guest.press(`Continue with ${name}`);
            await signIn(guest);
            await guest.sees("Enter the code");
            assert.equal((await guest.cookies())["lobby-session"], undefined);
            await guest.enterCode(address, "Sign in");
            await guest.sees("Before you come in");
            await guest.press("Accept the invitation");
            await guest.sees(application);
            await guest.goTo("/account");
            await guest.sees(name, "You came by this");
            await guest.press("Sign out", { within: guest.page.locator("main") });
            await guest.goTo("/signin");
            await guest.press(`Continue with ${name}`);
            if (name === secondName) await guest.signInAtSecond(address);
            else await guest.signInAtSocial("kim").catch(() => {});
            await guest.sees(application);
            await guest.leave();
        });
    }

    part("Who comes by a provider and asks for a code is told their own way, and gets no code.", async () => {
        const guest = await house.person({ scripts: way.scripts });
        await guest.goTo("/signin");
        await guest.type("E-mail address", eva);
        await guest.press("Continue");
        await guest.sees("Enter the code");
        const letter = await house.post.letterTo(eva, /^Signing in to /);
        assert.match(letter.plain, new RegExp(`continue with ${secondName}`));
        assert.throws(() => codeIn(letter));
        await guest.leave();
    });

    part("A second way is added on the account page, and removed again.", async () => {
        const cautious = await house.person({ scripts: way.scripts, address: owner.address });
        await cautious.signIn(owner.address);
        await cautious.goTo("/account");
        await cautious.press(`Add ${socialName}`);
        await cautious.sees("You have a second factor: use it first");
        await cautious.leave();

        const mia = `mia.${way.tag}@lindenhof.example`;
        const admin = await administrator(house);
        await createMember(admin, { name: "Mia Lorenz", address: mia });
        await admin.leave();
        const member = await house.person({ scripts: way.scripts, address: mia });
        await member.signIn(mia);
        await member.goTo("/account");
        await member.press(`Add ${socialName}`);
        await member.signInAtSocial("kim");
        await member.sees("This account signs in somebody else here");
        await member.leave();
    });
});
