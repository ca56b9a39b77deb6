// What an administrator does before anybody can be invited, by the pages.

import assert from "node:assert/strict";

import { enrol } from "./authenticator.mjs";
import { invitationIn } from "./post.mjs";

export const ORGANIZATION = "Lindenhof Clinics";
export const ADMINISTRATOR = "ida@lindenhof.example";

/** The first administrator comes in by the link. */
export async function firstAdministrator(house, scripts) {
    const admin = await house.person({ scripts, address: ADMINISTRATOR });
    await house.lobby.command("make-admin", ADMINISTRATOR);
    await admin.open(await house.lobby.administratorLink());
    await admin.press("Enter");
    await enrol(admin);
    return admin;
}

export async function nameOrganization(admin) {
    await admin.goTo("/admin/settings");
    await admin.type("Name", ORGANIZATION);
    await admin.field("Time zone").selectOption("Europe/Berlin");
    await admin.type("Privacy contact", "privacy@lindenhof.example");
    await admin.type("Address of the privacy statement", "https://www.lindenhof.example/privacy");
    await admin.press("Save organization");
    await admin.sees("Saved.");
}

export async function createMember(admin, { name, address }) {
    await admin.goTo("/admin/people/new");
    await admin.type("E-mail address", address);
    await admin.type("Name", name);
    await admin.press("Create member");
    await admin.sees(name, address);
}

/** An application whose address is not encrypted: Lobby asks whether that is meant. */
export async function addApplication(admin, name, description = "") {
    await admin.goTo("/admin/applications/new");
    await admin.type("Name", name);
    await admin.type("Description", description);
    await admin.type("Launch address", `${admin.house.application.url}/${encodeURIComponent(name)}`);
    await admin.press("Add application");
    assert.match(await admin.problemOf("Launch address"), /not encrypted/);
    await admin.page.getByLabel("Plain http is meant").check();
    await admin.press("Add application");
    await admin.sees(`Set up ${name}`);
}

/** An organization whose people come as guests. */
export async function addPartner(admin, { name, domain }) {
    await admin.goTo("/admin/partners/new");
    await admin.type("Name", name);
    await admin.type("Domains", domain);
    await admin.press("Add partner");
    await admin.sees(name, domain);
}

/** The four steps from a new application to an owner who invites to it. */
export async function openToGuests(admin, name, owner) {
    const group = `${name} guests`;
    await admin.type("Name of the group", group);
    await admin.type("Address of its owner", owner);
    await admin.press("Make group");
    await admin.press("Make it self-service");
    await admin.press("Assign the group");
    await admin.sees("All four steps are done.");
    return group;
}

/** The administrator of a house that was founded, by another browser. */
export async function administrator(house, scripts = false) {
    if (!house.founded) {
        const admin = await firstAdministrator(house, false);
        await nameOrganization(admin);
        house.founded = await admin.context.storageState();
        await admin.leave();
    }
    return house.person({ scripts, address: ADMINISTRATOR, state: house.founded });
}

/** An organization with an owner, the group, and the application that it opens: what an owner needs to invite; and their `app`. */
export async function ownerWithGroup(house, way, name) {
    const address = `olga.${way.tag}@lindenhof.example`;
    const admin = await administrator(house);
    await createMember(admin, { name: "Olga Brandt", address });
    await addApplication(admin, name, `${name} of all wards`);
    const group = await openToGuests(admin, name, address);
    await admin.leave();
    const owner = await house.person({ scripts: way.scripts, address });
    await owner.signIn();
    await owner.goTo("/manage");
    const app = await enrol(owner);
    return { owner, group, app };
}

/** The owner invites this list and is told that letters are on their way. */
export async function invite(owner, group, list, message = "") {
    await owner.goTo("/manage");
    await owner.follow(group);
    await owner.follow("Invite guests");
    await owner.type("Addresses", list);
    await owner.type("Message", message);
    if (!owner.scripts) await owner.press("Check");
    await owner.press(/^Invite \d+ guests?$/, { exact: false });
    await owner.sees("The letters are on their way.");
}

/** A guest opens the link of a letter, proves the address and consents. */
export async function accept(guest, link) {
    await guest.open(link);
    await guest.press("Continue with a code by e-mail");
    await guest.enterCode(guest.address, "Sign in");
    await guest.press("Accept the invitation");
}

/** A guest is invited and comes. */
export async function bring(owner, group, guest) {
    await invite(owner, group, guest.address);
    await accept(guest, invitationIn(await owner.house.post.letterTo(guest.address)));
}
