// Conditional access as an administrator writes it, by the pages: terms of use, named locations and policies.

/** The fields of each underlined part of a policy, in the order of its sentence: one choice, then boxes. */
const PARTS = [
    ["users"],
    ["applications"],
    ["platform_rule", "platforms", "platforms_out"],
    ["location_rule", "locations", "locations_out"],
    ["grant", "controls"],
];

/** Fills in a new policy and does not send it. Boxes are named by their labels. */
export async function fillPolicy(admin, { name, state = "On", ...fields }) {
    const { page } = admin;
    // What is named holds alone; what is left out alone holds for any other.
    const rule = (named) => (named ? "some" : undefined);
    const chosen = { platform_rule: rule(fields.platforms), location_rule: rule(fields.locations), ...fields };
    await admin.goTo("/admin/policies/new");
    await admin.type("Name", name);
    for (const [at, part] of PARTS.entries()) {
        const filled = part.filter((field) => chosen[field]);
        if (filled.length > 0) await page.locator(".sentence > details > summary").nth(at).click();
        for (const field of filled) {
            if (typeof chosen[field] === "string") {
                await page.locator(`[name="form[${field}]"][value="${chosen[field]}"]`).check();
                continue;
            }
            const boxes = page.locator(`[name="form[${field}][]"]`);
            for (const label of chosen[field]) await boxes.and(page.getByLabel(label, { exact: true })).check();
        }
    }
    // The segments hide their own buttons.
    await page.getByLabel(state, { exact: true }).check({ force: true });
}

export async function createPolicy(admin, policy) {
    await fillPolicy(admin, policy);
    await admin.press("Create policy");
    await admin.sees("Created.");
}

export async function switchOff(admin, policy) {
    await admin.goTo("/admin/policies");
    await admin.follow(policy);
    await admin.press("Switch off");
}

export async function writeTerms(admin, name, text) {
    await admin.goTo("/admin/terms/new");
    await admin.type("Name", name);
    await admin.field("Text").first().fill(text);
    await admin.press("Create terms");
    await admin.sees("Created.", name);
}

export async function nameLocation(admin, name, ranges) {
    await admin.goTo("/admin/locations/new");
    await admin.type("Name", name);
    await admin.type("Ranges", ranges);
    await admin.press("Create location");
    await admin.sees("Created.", name);
}
