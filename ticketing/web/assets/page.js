// The page works without this script. It adds keyboard keys, the reader's time zone, the
// number of selected tickets, and a list that follows the store.
"use strict";

const root = document.body.dataset.root;
const $ = (selector) => document.querySelector(selector);
const $$ = (selector) => [...document.querySelectorAll(selector)];

// The zone of the reader is a cookie, and the server writes the times.
function setZone() {
	const known = () => /(^|; )logbook_zone=/.test(document.cookie);
	const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
	if (known() || !zone || zone === "UTC") return;
	document.cookie = `logbook_zone=${encodeURIComponent(zone)}; path=${root}/; max-age=34560000; samesite=lax`;
	if (known()) location.reload();
}

// Selection.
const boxes = () => $$("#list tbody input[name=id]");
const selected = () => boxes().filter((box) => box.checked);

function showSelected() {
	const n = selected().length;
	const label = $("#selected");
	if (label) label.textContent = `${n} selected`;
	const all = $("#all");
	if (all) {
		all.checked = n > 0 && n === boxes().length;
		all.indeterminate = n > 0 && !all.checked;
	}
	if (n === 0 && pending) refresh();
}

document.addEventListener("change", (event) => {
	if (event.target.id === "all") boxes().forEach((box) => { box.checked = event.target.checked; });
	showSelected();
});

// A choice by pointer applies at once; by keyboard, the button does it.
let pointer = false;
document.addEventListener("pointerdown", () => { pointer = true; });
document.addEventListener("change", (event) => {
	if (pointer && event.target.matches(".filters select")) event.target.form.requestSubmit();
});

// Live view.
const list = $("#list");
let source = null;
let pending = false;
let loading = false;

async function refresh() {
	if (selected().length > 0 || $("#list .bulk")?.contains(document.activeElement)) {
		pending = true;
		return;
	}
	if (loading) {
		pending = true;
		return;
	}
	loading = true;
	pending = false;
	try {
		const answer = await fetch(location.href);
		if (!answer.ok || answer.redirected) return;
		const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
		if (selected().length > 0 || !fresh.querySelector("#list")) {
			pending = true;
			return;
		}
		const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
		list.replaceChildren(...fresh.querySelector("#list").childNodes);
		$(".tabs").replaceChildren(...fresh.querySelector(".tabs").childNodes);
		if (focused) $$(".what a").find((a) => a.getAttribute("href") === focused)?.focus();
	} catch {
		// The stream connects again, and the list is read then.
	} finally {
		loading = false;
		if (pending && selected().length === 0) setTimeout(refresh, 1000);
	}
}

const follows = () => localStorage.getItem("logbook_live") !== "off";

function follow() {
	const on = list && follows() && !document.hidden;
	if (on && !source) {
		source = new EventSource(`${root}/live`);
		source.addEventListener("open", refresh); // for changes since the page was made, or while the stream was broken
		source.addEventListener("change", refresh);
	} else if (!on && source) {
		source.close();
		source = null;
	}
	const button = $("#live button");
	if (button) button.setAttribute("aria-pressed", String(follows()));
}

function toggleLive() {
	localStorage.setItem("logbook_live", follows() ? "off" : "on");
	follow();
	if (follows()) refresh();
}

if (list) {
	const button = document.createElement("button");
	button.type = "button";
	button.className = "plain";
	button.textContent = "Live";
	button.addEventListener("click", toggleLive);
	$("#live").replaceChildren(button);
	document.addEventListener("visibilitychange", () => {
		follow();
		if (!document.hidden && follows()) refresh();
	});
	addEventListener("pagehide", () => { source?.close(); source = null; });
	addEventListener("pageshow", (event) => { if (event.persisted) follow(); });
	follow();
}

// Keys. The current row is the one whose link has the focus.
const rows = () => $$("#list tbody tr");
const currentRow = () => document.activeElement?.closest("#list tbody tr");

function move(by) {
	const all = rows();
	if (all.length === 0) return;
	const at = all.indexOf(currentRow());
	const to = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
	all[to].querySelector(".what a").focus();
	all[to].scrollIntoView({ block: "nearest" });
}

function select(toggle) {
	const box = currentRow()?.querySelector("input[name=id]");
	if (!box || (!toggle && selected().length > 0)) return;
	box.checked = toggle ? !box.checked : true;
	showSelected();
}

function use(key) {
	select(false);
	const control = $(`[data-key="${key}"]`);
	if (!control || control.offsetParent === null) return;
	if (control.tagName === "BUTTON") control.click();
	else control.focus();
}

function go(selector) {
	$(selector)?.click();
}

const keys = {
	j: () => move(1),
	k: () => move(-1),
	o: () => currentRow()?.querySelector(".what a").click(),
	x: () => select(true),
	s: () => use("s"),
	m: () => use("m"),
	a: () => use("a"),
	c: () => use("c"),
	n: () => go("#newer"),
	p: () => go("#older"),
	u: () => go("#up"),
	l: () => { if (list) toggleLive(); },
	"/": () => { if ($("#q")) $("#q").focus(); else location.href = `${root}/`; },
	"?": () => { location.href = `${root}/keys`; },
};

document.addEventListener("keydown", (event) => {
	pointer = false;
	const target = event.target;
	if (target.matches("input:not([type=checkbox]), textarea, select")) {
		if (event.key === "Escape") target.blur();
		return;
	}
	if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && !"jk".includes(event.key)) return;
	const action = keys[event.key];
	if (!action) return;
	event.preventDefault();
	action();
});

setZone();
