// A device that holds passkeys, as Chromium plays one: plugged into one person's page.

export class Device {
    /** One that makes sure of its person, and says yes to all that is asked. */
    static async plug(person) {
        const device = new Device();
        device.wire = await person.context.newCDPSession(person.page);
        await device.wire.send("WebAuthn.enable");
        const options = {
            protocol: "ctap2",
            transport: "internal",
            hasResidentKey: true,
            hasUserVerification: true,
            isUserVerified: true,
            automaticPresenceSimulation: true,
        };
        const { authenticatorId } = await device.wire.send("WebAuthn.addVirtualAuthenticator", { options });
        device.authenticatorId = authenticatorId;
        return device;
    }

    /** `false`: the finger is not the right one. */
    async knowsItsPerson(isUserVerified) {
        await this.wire.send("WebAuthn.setUserVerified", { authenticatorId: this.authenticatorId, isUserVerified });
    }

    /** `false`: nobody touches it. */
    async isTouched(enabled) {
        await this.wire.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId: this.authenticatorId, enabled });
    }

    async passkeys() {
        const { credentials } = await this.wire.send("WebAuthn.getCredentials", { authenticatorId: this.authenticatorId });
        return credentials;
    }
}
