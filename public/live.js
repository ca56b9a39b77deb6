// A form that the server checks while it is filled in: what it answers stands in for the parts of the page that have these
// ids. Without this script the same form is checked when it is sent.

/** How long typing must rest before the server is asked. */
const REST = 400;

for (const form of document.querySelectorAll("form[data-check]")) {
	let asked = 0;
	let timer;
	const check = async () => {
		const mine = ++asked;
		const body = new URLSearchParams(new FormData(form));
		const answer = await fetch(form.dataset.check, { method: "POST", headers: { accept: "application/json" }, body }).catch(() => undefined);
		const parts = answer?.ok ? await answer.json() : [];
		// An answer that was overtaken is about what no longer stands there.
		if (mine !== asked) return;
		for (const [id, html] of parts) document.getElementById(id)?.replaceChildren(document.createRange().createContextualFragment(html));
	};
	form.addEventListener("input", () => {
		clearTimeout(timer);
		timer = setTimeout(check, REST);
	});
}
