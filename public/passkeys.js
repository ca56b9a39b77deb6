// Passkeys in the browser: asks Lobby for a challenge and the device for its answer, and goes where Lobby says. What needs
// this script is hidden until it runs; the rest of each page works without it.

const boxes = document.querySelectorAll("[data-passkey]");
/** A challenge lives five minutes: one that waits in a field's suggestions is replaced before. */
const RENEW = 4 * 60_000;
/** An open page asks for an hour and no longer. */
const ROUNDS = 15;

const SAID = {
	NotAllowedError: "Nothing was confirmed in time, or it was canceled. Try again.",
	InvalidStateError: "This device holds a passkey for your account already.",
	NotSupportedError: "This device cannot make a passkey that Lobby takes.",
	SecurityError: "This browser takes no passkeys at this address.",
	TypeError: "Lobby cannot be reached from here. Try again.",
};

/** What Lobby said, in words for the person. */
class Refused extends Error {}

let waiting;

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (byte) => byte.charCodeAt(0));
const text = (buffer) => {
	const binary = String.fromCharCode(...new Uint8Array(buffer));
	return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};

const post = async (path, body = {}) => {
	const headers = { accept: "application/json", "content-type": "application/json" };
	const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
	const said = await answer.json().catch(() => ({}));
	if (answer.ok) return said;
	if (said.to) location.assign(said.to);
	throw new Refused(said.problem ?? "Something failed here. Try again.");
};

const opened = (options) => {
	const known = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
	const { challenge, user, allowCredentials, excludeCredentials } = options;
	return {
		...options,
		challenge: bytes(challenge),
		...(user && { user: { ...user, id: bytes(user.id) } }),
		...(allowCredentials && { allowCredentials: known(allowCredentials) }),
		...(excludeCredentials && { excludeCredentials: known(excludeCredentials) }),
	};
};

const closed = ({ id, rawId, type, response }) => {
	const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
	const said = parts.filter((part) => response[part]).map((part) => [part, text(response[part])]);
	return { id, rawId: text(rawId), type, extensions: {}, response: Object.fromEntries(said) };
};

/** From the challenge to where Lobby leads. */
const hold = async (box, mediation) => {
	waiting?.abort();
	const { signal } = (waiting = new AbortController());
	const way = `/passkey/${box.dataset.passkey}`;
	const { ceremony, options } = await post(`${way}/begin`);
	const ask = { publicKey: opened(options.publicKey), signal };
	const adding = box.dataset.passkey === "add";
	const credential = await (adding ? navigator.credentials.create(ask) : navigator.credentials.get({ ...ask, mediation }));
	const { to } = await post(way, {
		ceremony,
		credential: closed(credential),
		name: box.querySelector("input")?.value,
		to: box.dataset.to,
		keep: document.querySelector('[name="form[keep]"]')?.checked,
	});
	location.assign(to);
};

const tell = (box, error) => {
	if (error.name === "AbortError") return;
	box.querySelector("[role=alert]").textContent = error instanceof Refused ? error.message : (SAID[error.name] ?? SAID.NotAllowedError);
};

const press = async (box) => {
	const button = box.querySelector("button");
	tell(box, new Refused(""));
	button.disabled = true;
	try {
		await hold(box);
	} catch (error) {
		tell(box, error);
	}
	button.disabled = false;
};

/** The suggestions of the address field hold passkeys too, where the browser can. */
const suggest = async (box) => {
	if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
	for (let round = 0; round < ROUNDS; round++) {
		let late = false;
		const own = hold(box, "conditional");
		const held = waiting;
		const timer = setTimeout(() => {
			late = true;
			held.abort();
		}, RENEW);
		try {
			await own;
		} catch (error) {
			if (!late) return tell(box, error);
		} finally {
			clearTimeout(timer);
		}
	}
};

if (window.PublicKeyCredential) {
	for (const box of boxes) {
		box.hidden = false;
		box.addEventListener("submit", (event) => {
			event.preventDefault();
			press(box);
		});
		if (box.dataset.passkey === "sign-in") suggest(box);
	}
}
