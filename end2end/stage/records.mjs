// What `oidc-provider` remembers. They outlive its keys, and each Partner has its own.

export class Records {
    #all = new Map();

    /** `clients` are asked for each time, so that they can change. */
    constructor(clients) {
        this.clients = clients;
    }

    sessionsOf(account) {
        return [...this.#all.values()].filter(({ kind, accountId }) => kind === "Session" && accountId === account);
    }

    forget({ kind, jti }) {
        this.#all.delete(`${kind}:${jti}`);
    }

    /** The store of one kind of record, as the provider wants it. */
    of(kind) {
        const all = this.#all;
        const key = (id) => `${kind}:${id}`;
        return {
            find: async (id) => (kind === "Client" ? this.clients.get(id) : all.get(key(id))),
            findByUid: async (uid) => [...all.values()].find((record) => record.kind === kind && record.uid === uid),
            upsert: async (id, record) => void all.set(key(id), record),
            consume: async (id) => void (all.get(key(id)).consumed = Math.floor(Date.now() / 1000)),
            destroy: async (id) => void all.delete(key(id)),
            revokeByGrantId: async (grant) => {
                for (const [key, { grantId }] of all) if (grantId === grant) all.delete(key);
            },
        };
    }
}
