// A form that the server checks while it is filled in: what it answers stands in for the parts of the page that have these
// ids. Without this script the same form is checked when it is sent.

/** How long typing must rest before the server is asked. */
const REST = 400;

const show = ([id, html]) => document.getElementById(id)?.replaceChildren(document.createRange().createContextualFragment(html));

for (const form of document.querySelectorAll("form[data-check]")) {
	let typed = 0;
	let timer;
	const check = async () => {
		const mine = typed;
		const body = new URLSearchParams(new FormData(form));
		const asked = fetch(form.dataset.check, { method: "POST", headers: { accept: "application/json" }, body });
		const parts = await asked.then((answer) => answer.ok && answer.json()).catch(() => undefined);
		// An answer that was overtaken is about what no longer stands there; without one, nothing is known of it.
		if (mine === typed) (parts || [[form.dataset.about, ""]]).forEach(show);
	};
	form.addEventListener("input", () => {
		typed++;
		clearTimeout(timer);
		timer = setTimeout(check, REST);
	});
}
