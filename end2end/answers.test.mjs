// What can become of an invitation besides being accepted: declined, blocked, lost, sent again, revoked, corrected.

import assert from "node:assert/strict";

import { ORGANIZATION, accept, invite, ownerWithGroup } from "./stage/founding.mjs";
import { stories } from "./stage/house.mjs";
import { codeIn, invitationIn, linksIn } from "./stage/post.mjs";

const INVITED = /invited you to/;

stories("What becomes of an invitation", ({ house, way, part }) => {
    const application = `Rota ${way.tag}`;
    const at = (name) => `${name}.${way.tag}@praxis-nord.example`;
    const linkFor = async (address, subject = INVITED) => {
        const link = invitationIn(await house.post.letterTo(address, subject));
        house.keepSecret(new URL(link).pathname.split("/").at(-1));
        return link;
    };
    const stranger = () => house.person({ scripts: way.scripts });
    let owner, group;

    /** The owner opens the page of the invitation of an address. */
    const invitationOf = async (address) => {
        await owner.goTo("/manage");
        await owner.follow(group);
        await owner.follow(/^Invitations/, { exact: false });
        await owner.page.getByRole("row").filter({ hasText: address }).getByRole("link").first().click();
        await owner.page.getByRole("heading", { level: 1, name: address }).waitFor();
    };

    part("An owner invites six people at once.", async () => {
        ({ owner, group } = await ownerWithGroup(house, way, application));
        const names = ["dora", "bruno", "lars", "rita", "rob", "tipo"];
        await invite(owner, group, names.map(at).join(", "), "Please join the rota.");
    });

    part("The letter's second link leads to declining, which needs no sign-in.", async () => {
        const letter = await house.post.letterTo(at("dora"));
        const decline = linksIn(letter).find((href) => href.endsWith("#decline"));
        const dora = await stranger();
        await dora.open(decline);
        await dora.unfold("Decline, or not expected?");
        await dora.looksAt("Decline");
        await dora.press("Decline");
        await dora.sees("You have declined.");
        await dora.open(decline, 422);
        await dora.sees(/This invitation was declined on/);
        await dora.looksAt("Declined invitation");
        await dora.leave();
    });

    part("Who declines and blocks gets no further letter, until they lift it by a code.", async () => {
        const bruno = await stranger();
        await bruno.open(await linkFor(at("bruno")));
        await bruno.unfold("Decline, or not expected?");
        await bruno.press("Decline and block");
        await bruno.sees("this mailbox takes no more invitations from here");

        await owner.goTo("/manage");
        await owner.follow(group);
        await owner.follow("Invite guests");
        await owner.type("Addresses", `${at("bruno")} ${at("dora")}`);
        if (!way.scripts) await owner.press("Check");
        await owner.sees("does not take invitations", "has declined");

        await bruno.goTo("/lift");
        await bruno.type("E-mail address", at("bruno"));
        await bruno.press("Send code");
        await bruno.looksAt("Lift a block");
        const code = codeIn(await house.post.letterTo(at("bruno"), /^Your code/));
        house.keepSecret(code);
        await bruno.type("Code", code);
        await bruno.press("Lift the block");
        await bruno.sees("The block is lifted.");
        await bruno.leave();
    });

    part("A lost link is sent again, and the page says the same to who was never invited.", async () => {
        await linkFor(at("lars"));
        const lars = await house.person({ scripts: way.scripts, address: at("lars") });
        await lars.goTo("/signin");
        await lars.follow("Lost your invitation?");
        const said = [];
        for (const address of [at("nobody"), at("lars")]) {
            await lars.type("E-mail address", address);
            await lars.press("Send another link");
            said.push(await lars.text());
        }
        assert.equal(said[0], said[1]);
        assert.match(said[1], /another link is on its way/);
        await lars.looksAt("Lost invitation");
        await lars.open(await linkFor(at("lars"), /^Your link to/));
        await lars.sees("You are invited", application);
        const letters = (await house.post.all()).filter((letter) => letter.to.includes(at("nobody")));
        assert.equal(letters.length, 0);
        await lars.leave();
    });

    part("Both links work after a second letter, and accepting by one ends the other.", async () => {
        const first = await linkFor(at("rita"));
        await invitationOf(at("rita"));
        await owner.sees("Pending", /Letter sent/i);
        await owner.looksAt("One invitation");
        await owner.press("Resend the letter");
        await owner.sees("Another letter is on its way.");
        const second = await linkFor(at("rita"));
        assert.notEqual(first, second);
        const rita = await house.person({ scripts: way.scripts, address: at("rita") });
        await rita.open(second);
        await rita.sees("You are invited");
        await accept(rita, first);
        await rita.sees(application);
        await rita.open(second, 422);
        await rita.sees(/This invitation was accepted on/);
        await rita.leave();
    });

    part("A revoked link explains itself.", async () => {
        const link = await linkFor(at("rob"));
        await invitationOf(at("rob"));
        await owner.follow("Revoke…");
        await owner.sees(`Revoke the invitation of ${at("rob")}?`);
        await owner.looksAt("Revoke");
        await owner.press("Revoke the invitation");
        await owner.sees("The invitation is revoked.");
        const rob = await stranger();
        await rob.open(link, 422);
        await rob.sees("This invitation cannot be opened", /This invitation was withdrawn on/);
        await rob.looksAt("Revoked invitation");
        await rob.leave();
    });

    part("Corrected, an invitation goes to the right address, and the wrong one's link is void.", async () => {
        const wrong = await linkFor(at("tipo"));
        await invitationOf(at("tipo"));
        await owner.type("E-mail address", at("typo"));
        await owner.press("Revoke and invite anew");
        await owner.sees("The old invitation is revoked and a new one is on its way.", at("typo"));
        const letter = await house.post.letterTo(at("typo"));
        assert.match(letter.plain, /Please join the rota\./);
        assert.match(letter.plain, new RegExp(ORGANIZATION));
        const typo = await house.person({ scripts: way.scripts, address: at("typo") });
        await typo.open(wrong, 422);
        await accept(typo, invitationIn(letter));
        await typo.sees(application);
        await typo.leave();
    });

    part("An address that the mail server refuses is shown with the server's words.", async () => {
        await house.post.be("refuse");
        await invite(owner, group, at("gone"));
        await house.post.be("accept");
        await invitationOf(at("gone"));
        await owner.sees("The mail server refused the letter.", "no such mailbox");
        await owner.looksAt("Refused letter");
    });
});
