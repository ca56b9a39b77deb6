// Forms that are refused keep what was typed and say what is wrong beside the field; and the keyboard suffices.

import assert from "node:assert/strict";

import { administrator, ownerWithGroup } from "./stage/founding.mjs";
import { stories } from "./stage/house.mjs";

stories("Forms", ({ house, way, part }) => {
    let owner, group;

    part("The sign-in keeps an address that cannot be one, and says so beside it.", async () => {
        ({ owner, group } = await ownerWithGroup(house, way, `Forms ${way.tag}`));
        const guest = await house.person({ scripts: way.scripts });
        await guest.goTo("/signin");
        await guest.type("E-mail address", "ada@praxis");
        await guest.page.getByLabel("Keep me signed in").check();
        await guest.press("Continue");
        assert.match(await guest.problemOf("E-mail address"), /not an e-mail address that letters can be sent to/);
        assert.equal(await guest.field("E-mail address").inputValue(), "ada@praxis");
        assert.ok(await guest.page.getByLabel("Keep me signed in").isChecked());
        await guest.looksAt("Refused address");
        await guest.leave();
    });

    part("A wrong code counts down beside its field, and five of them spend the right one.", async () => {
        const guest = await house.person({ scripts: way.scripts, address: owner.address });
        await guest.goTo("/signin");
        await guest.type("E-mail address", owner.address);
        await guest.press("Continue");
        const code = (await guest.codeFor(owner.address)).replaceAll(" ", "");
        const wrong = String((Number(code) + 1) % 100_000_000).padStart(8, "0");
        for (const left of [4, 3, 2, 1]) {
            await guest.type("Code", wrong);
            await guest.press("Sign in");
            const said = await guest.problemOf("Code");
            assert.match(said, left === 1 ? /You can try once more/ : new RegExp(`You can try ${left} more times`));
            assert.equal(await guest.field("Code").inputValue(), "", "what was typed is a secret");
        }
        await guest.looksAt("Wrong code");
        for (const typed of [wrong, code]) {
            await guest.type("Code", typed);
            await guest.press("Sign in");
            assert.match(await guest.problemOf("Code"), /tried too often/);
        }
        await guest.press("Send another code");
        await guest.enterCode(owner.address, "Sign in");
        await guest.sees(/Good (morning|afternoon|evening), Olga Brandt/);
        await guest.leave();
    });

    part("A member's form keeps every field, and names the one that is wrong.", async () => {
        const admin = await administrator(house, way.scripts);
        await admin.goTo("/admin/people/new");
        await admin.type("E-mail address", owner.address);
        await admin.type("Name", "Somebody Else");
        await admin.field("Time zone").selectOption("Europe/Vienna");
        await admin.press("Create member");
        assert.match(await admin.problemOf("E-mail address"), /in the directory already/);
        assert.equal(await admin.field("Name").inputValue(), "Somebody Else");
        assert.equal(await admin.field("Time zone").inputValue(), "Europe/Vienna");
        await admin.looksAt("Refused member");
        await admin.follow("Open the person who has this address");
        await admin.sees("Olga Brandt");
        await admin.leave();
    });

    part("An invitation whose message holds a web address is refused, with list and message kept.", async () => {
        await owner.goTo("/manage");
        await owner.follow(group);
        await owner.follow("Invite guests");
        await owner.type("Addresses", "ada@praxis-nord.example");
        await owner.type("Message", "Look at https://evil.example/now");
        await owner.press(/^Invite/, { exact: false });
        assert.match(await owner.problemOf("Message"), /may not contain a web address/);
        assert.equal(await owner.field("Message").inputValue(), "Look at https://evil.example/now");
        assert.equal(await owner.field("Addresses").inputValue(), "ada@praxis-nord.example");
        await owner.looksAt("Refused invitation");
    });

    part("Two administrators who edit at the same time do not overwrite each other unseen.", async () => {
        const [first, second] = [await administrator(house, way.scripts), await administrator(house, way.scripts)];
        for (const admin of [first, second]) {
            await admin.goTo("/admin/groups");
            await admin.follow(group);
        }
        await first.type("Description", "By the first");
        await first.press("Save group");
        await first.sees("Saved.");
        await second.type("Description", "By the second");
        await second.press("Save group");
        await second.sees("Somebody else saved this while you were editing.");
        assert.equal(await second.field("Description").inputValue(), "By the second");
        await second.looksAt("Conflict");
        await first.leave();
        await second.leave();
    });

    part("Somebody signs in and opens their account by the keyboard alone.", async () => {
        const member = await house.person({ scripts: way.scripts, address: owner.address });
        const keys = member.page.keyboard;
        const onward = async (key) => {
            const loaded = member.page.waitForEvent("load");
            await keys.press(key);
            await loaded;
        };
        await member.goTo("/signin");
        const focused = () => member.page.evaluate(() => document.activeElement?.closest("label, .field")?.innerText ?? document.activeElement?.innerText);
        assert.match(await focused(), /E-mail address/, "the field that is asked for has the focus");
        await keys.type(owner.address);
        await onward("Enter");
        assert.match(await focused(), /Code/);
        await keys.type((await member.codeFor(owner.address)).replaceAll(" ", ""));
        await onward("Enter");
        await member.sees(/Good (morning|afternoon|evening), Olga Brandt/);
        await keys.press("Tab");
        assert.equal(await focused(), "Skip to content");
        for (let presses = 0; !(await focused()).includes("Your account"); presses++) {
            assert.ok(presses < 12, "the menu of the account is not reached");
            await keys.press("Tab");
        }
        await keys.press("Enter");
        await keys.press("Tab");
        assert.equal(await focused(), "Account");
        await onward("Enter");
        await member.sees("Sessions");
        await member.leave();
    });
});
