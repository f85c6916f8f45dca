/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the page does: every delay from the list of breakpoints, no solving. Text of the driver only
 * ever becomes text (textContent), never markup.
 */
"use strict";
(() => {
const byId = id => document.getElementById(id);
const data = JSON.parse(byId("data").textContent);
const against = JSON.parse(byId("against").textContent);

/* One report's document, with what follows from it at a delay. */
class Model {
	constructor(doc) {
		this.doc = doc;
		this.functions = doc.functions;
		this.index = new Map(doc.functions.map((f, i) => [f.name, i]));
		this.edgesOf = doc.functions.map(() => []);
		for (const edge of doc.edges) {
			this.edgesOf[edge[0]].push(edge);
			this.edgesOf[edge[1]].push(edge);
		}
		this.links = this.findLinks();
	}
	/* The constraints that may take a function along, in the solver's order. */
	findLinks() {
		const links = this.functions.map(() => []);
		for (const c of this.doc.follow)
			links[c.to].push({ code: c.code, c, from: [c.from] });
		for (const c of this.doc.together)
			for (const node of c.nodes)
				links[node].push({ code: c.code, c, from: c.nodes.filter(n => n !== node), any: true });
		for (const [from, to] of this.doc.edges)
			if (this.functions[to].replicated)
				links[to].push({ code: "copy", c: { text: "calls its copy there" }, from: [from] });
		return links;
	}
	/* At a breakpoint the earlier cut still holds. */
	cutAt(ns) {
		const points = this.doc.breakpoints;
		let low = 0, high = points.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (points[middle].delay_ns !== null && points[middle].delay_ns < ns) low = middle + 1;
			else high = middle;
		}
		return low;
	}
	lambda(ns) {
		return ns * this.doc.price / (1e9 * this.doc.seconds);
	}
	inKernel(i, cut) {
		const enters = this.functions[i].enters;
		return enters !== null && enters <= cut;
	}
	side(i, cut) {
		if (!this.inKernel(i, cut)) return "user";
		const copy = this.functions[i].replicated &&
			this.edgesOf[i].some(([from, to]) => to === i && !this.inKernel(from, cut));
		return copy ? "both" : "kernel";
	}
	crossing([from, to, calls, down], cut) {
		const a = this.inKernel(from, cut), b = this.inKernel(to, cut);
		if (this.functions[to].replicated || a === b) return 0;
		return a ? calls : down;
	}
	/* What a function's calls cost on either side, all others where they are. */
	weigh(i, cut) {
		const f = this.functions[i];
		let ifUser = f.entry_calls + f.kernel_calls, ifKernel = 0;
		for (const [from, to, calls, down] of this.edgesOf[i]) {
			if (this.functions[to].replicated) continue;
			if (from === i) {
				if (this.inKernel(to, cut)) ifUser += down;
				else ifKernel += calls;
			} else if (this.inKernel(from, cut)) ifUser += calls;
			else ifKernel += down;
		}
		return { ifUser, ifKernel };
	}
	/* The steps of a reason at a delay: forced ones do not depend on it. */
	steps(i, ns) {
		if (this.functions[i].forced) return this.functions[i].steps;
		const cut = this.cutAt(ns), lambda = this.lambda(ns), seen = new Set(), steps = [];
		for (let node = i; ;) {
			const f = this.functions[node], w = this.weigh(node, cut);
			const inKernel = this.inKernel(node, cut);
			seen.add(node);
			const pays = lambda * w.ifUser > f.loc + lambda * w.ifKernel;
			const link = inKernel && !pays && this.links[node].map(l => ({
				l, via: l.from.find(n => !seen.has(n) && (l.any || this.inKernel(n, cut))) }))
				.find(x => x.via !== undefined);
			if (!link) {
				steps.push({ node, via: node, code: inKernel ? "cheaper-in-kernel" : "cheaper-in-process",
					text: this.priceText(f, w, inKernel, lambda) });
				return steps;
			}
			steps.push({ ...link.l.c, node, via: link.via, code: link.l.code,
				text: `goes with ${this.functions[link.via].name}: ${link.l.c.text}` });
			node = link.via;
		}
	}
	priceText(f, { ifUser, ifKernel }, inKernel, lambda) {
		const saved = ifUser - ifKernel, rate = saved / this.doc.seconds;
		const guess = this.doc.weighed === "estimated" ? " (estimated)" : "";
		if (inKernel)
			return `its ${f.loc} lines save ${number(rate)} crossings a second there, worth ${number(lambda * saved)} lines${guess}`;
		if (saved > 0)
			return `moving it to the kernel adds ${f.loc} lines and saves ${number(rate)} crossings a second, worth ${number(lambda * saved)} lines${guess}`;
		return `its ${f.loc} lines make ${number(ifUser / this.doc.seconds)} crossings a second there, and would make no fewer in the kernel${guess}`;
	}
	/* Side and why, in one word: the colour. */
	kind(i, ns) {
		if (!this.inKernel(i, this.cutAt(ns))) return "user";
		const steps = this.steps(i, ns), codes = steps.map(s => s.code);
		if (codes.includes("no-rule")) return "rule";
		if (codes.includes("missing-annotation")) return "annotation";
		if (steps.length > 1) return "dragged";
		return codes[0] === "cheaper-in-kernel" ? "cheaper" : "pinned";
	}
	threshold(i) {
		const enters = this.functions[i].enters;
		if (enters === null) return "never";
		return enters ? `above ${time(this.doc.breakpoints[enters - 1].delay_ns)}` : "always";
	}
	tally(ns) {
		return this.doc.cuts[this.cutAt(ns)];
	}
}

/* A cut.json has one delay and no functions to show, only sides. */
class FixedCut {
	constructor(doc) {
		this.doc = doc;
	}
	sideOf(name) {
		const side = this.doc.sides[name];
		return side === "kernel" && (this.doc.replicated || []).includes(name) ? "both" : side;
	}
	tally() {
		return this.doc;
	}
}

const KINDS = [["pinned", "in the kernel: pinned"], ["dragged", "in the kernel: dragged along"],
	["cheaper", "in the kernel: cheaper there"], ["rule", "in the kernel: a rule is missing"],
	["annotation", "in the kernel: an annotation is missing"], ["user", "in the process"]];

const model = new Model(data);
const files = data.files.length ? data.files : ["functions"];
const state = { ns: data.delay_ns ?? 10000, chosen: null, line: null, compare: "", secondNs: 1e6 };
let drawnCut = null;

function number(value) {
	if (!Number.isFinite(value)) return "∞";
	if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(1);
	return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en") : String(+value.toPrecision(3));
}

function time(ns) {
	if (ns === null) return "∞";
	const units = ["ns", "us", "ms", "s"];
	let unit = 0;
	for (; unit < 3 && ns >= 999.5; unit++) ns /= 1000;
	return `${ns >= 999.5 ? Math.round(ns) : +ns.toPrecision(3)} ${units[unit]}`;
}

function parseTime(text) {
	const match = /^\s*(\d+(?:\.\d+)?(?:e[-+]?\d+)?)\s*(ns|us|µs|ms|s)\s*$/.exec(text);
	return match ? +match[1] * { ns: 1, us: 1e3, "µs": 1e3, ms: 1e6, s: 1e9 }[match[2]] : null;
}

/* element("a", { href: "#x" }, "text", child): attributes, then text and children. */
function element(name, attributes, ...children) {
	const made = name.startsWith("svg:")
		? document.createElementNS("http://www.w3.org/2000/svg", name.slice(4)) : document.createElement(name);
	for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
	made.append(...children);
	return made;
}

function nameButton(i) {
	const button = element("button", { type: "button", class: "name" }, model.functions[i].name);
	button.addEventListener("click", () => choose(i));
	return button;
}

/* Cells are numbers, { n: a number as text }, { word: a text that is never broken }, texts and elements. */
function row(...cells) {
	return element("tr", null, ...cells.map(cell => {
		if (typeof cell === "number") return element("td", { class: "n" }, number(cell));
		if (cell?.n !== undefined) return element("td", { class: "n" }, cell.n);
		if (cell?.word !== undefined) return element("td", { class: "word" }, cell.word);
		return element("td", null, cell ?? "");
	}));
}

function place(i) {
	const f = model.functions[i];
	return f.file === undefined || f.file === null ? "" : `${files[f.file]}:${f.line}`;
}

/* The place that a step names, as a link to that line. */
function placeLink(step) {
	if (!step.file || !step.line) return "";
	const inside = functionAt(step.file, step.line);
	const link = element("a", { href: inside === null ? "#" : hash({ chosen: inside, line: step.line }) },
		`${step.file}:${step.line}`);
	return inside === null ? ` (${step.file}:${step.line})` : element("span", null, " (", link, ")");
}

function functionAt(file, line) {
	const at = files.indexOf(file);
	const found = model.functions.findIndex(f => f.file === at && f.line <= line && line <= f.last);
	return found < 0 ? null : found;
}

/* The address: #delay=10000&f=NAME&line=N&compare=delay&second=1000000 */
function hash(change = {}) {
	const s = { ...state, ...change }, parts = new URLSearchParams({ delay: String(s.ns) });
	if (s.chosen !== null) parts.set("f", model.functions[s.chosen].name);
	if (s.chosen !== null && s.line) parts.set("line", String(s.line));
	if (s.compare) parts.set("compare", s.compare);
	if (s.compare === "delay") parts.set("second", String(s.secondNs));
	return `#${parts}`;
}

function readHash() {
	const parts = new URLSearchParams(location.hash.slice(1)), delay = Number(parts.get("delay") ?? "x");
	if (Number.isFinite(delay) && delay >= 0) state.ns = delay;
	const chosen = model.index.get(parts.get("f"));
	state.chosen = chosen === undefined ? null : chosen;
	state.line = Number(parts.get("line")) || null;
	const compare = parts.get("compare");
	state.compare = compare === "delay" || (compare === "file" && against.document) ? compare : "";
	const second = Number(parts.get("second") ?? "x");
	if (Number.isFinite(second) && second >= 0) state.secondNs = second;
}

/* The slider is logarithmic, over the delays of the picture; its left end is delay 0 if nothing
 * happens below it. */
const slider = byId("delay"), from = Number(slider.dataset.from), to = Number(slider.dataset.to);
const sliderNs = () => Math.exp(Math.log(from) + slider.value / 10000 * Math.log(to / from)) * 1000;
const sliderAt = ns => Math.max(0, Math.min(10000, Math.round(10000 * Math.log(ns / 1000 / from) / Math.log(to / from)))) || 0;

function summaryText(tally, ns) {
	const guess = data.weighed === "estimated" ? "an estimated " : "";
	const share = 100 * tally.kernel_loc / Math.max(1, tally.kernel_loc + tally.user_loc);
	const rate = tally.crossings / data.seconds;
	return `At a delay of ${time(ns)}: ${tally.kernel_loc} of ${tally.kernel_loc + tally.user_loc} lines (${share.toFixed(1)} %) in the kernel, ` +
		`${guess}${number(rate)} crossings a second, ${number(rate * ns / 1e7)} % of one CPU`;
}

function drawHere() {
	const line = document.querySelector(".here-line"), box = line?.ownerSVGElement.viewBox.baseVal;
	if (!line) return;
	const x = box.width * (0.075 + 0.9 * sliderAt(state.ns) / 10000);
	line.setAttribute("x1", x);
	line.setAttribute("x2", x);
}

function drawMovers() {
	const cut = model.cutAt(state.ns), points = data.breakpoints, line = byId("movers");
	const list = point => point.to_kernel.slice(0, 8).flatMap((i, n) => [n ? ", " : "", nameButton(i)])
		.concat(point.to_kernel.length > 8 ? [` and ${point.to_kernel.length - 8} more`] : []);
	line.replaceChildren();
	if (!points.length) return line.append("One cut is optimal at all delays.");
	if (cut) line.append(`Above ${time(points[cut - 1].delay_ns)}: `, ...list(points[cut - 1]), " went to the kernel. ");
	if (cut < points.length) line.append(`Next, above ${time(points[cut].delay_ns)}: `, ...list(points[cut]), ".");
	else line.append("No breakpoint is above it.");
}

/* Squarified tiles (Bruls, Huizing, van Wijk): rows along the shorter side, each as square as may be. */
function squarify(items, x, y, width, height, put) {
	let total = items.reduce((sum, item) => sum + item.size, 0), at = 0;
	const worst = (sum, least, most, side) => Math.max(side * side * most / (sum * sum), sum * sum / (side * side * least));
	while (at < items.length && total > 0 && width > 0 && height > 0) {
		const scale = width * height / total, side = Math.min(width, height);
		let end = at, sum = 0, best = Infinity;
		for (; end < items.length; end++) {
			const next = sum + items[end].size * scale;
			const now = worst(next, items[end].size * scale, items[at].size * scale, side);
			if (now > best) break;
			best = now;
			sum = next;
		}
		const thick = sum / side;
		for (let along = 0; at < end; at++) {
			const length = items[at].size * scale / thick;
			if (width >= height) put(items[at], x, y + along, thick, length);
			else put(items[at], x + along, y, length, thick);
			along += length;
			total -= items[at].size;
		}
		if (width >= height) { x += thick; width -= thick; } else { y += thick; height -= thick; }
	}
}

const tiles = new Map(), order = [];

/* What most functions begin with ("e1000_"): a tile has no room for it. */
function findPrefix() {
	const counts = new Map();
	for (const f of model.functions) {
		const prefix = /^[^_]+_/.exec(f.name)?.[0];
		if (prefix) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
	}
	const [prefix, count] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? ["", 0];
	return count > model.functions.length / 2 ? prefix : "";
}
const prefix = findPrefix();

function addTile(map, i, x, y, width, height) {
	const f = model.functions[i];
	const tile = element("svg:g", { class: "tile", tabindex: "-1", role: "button" },
		element("svg:rect", { x: x.toFixed(2), y: y.toFixed(2), width: Math.max(0, width).toFixed(2), height: Math.max(0, height).toFixed(2) }));
	const room = Math.floor((width - 4) / 5.6);
	if (room >= 6 && height >= 13) {
		const name = f.name.startsWith(prefix) ? f.name.slice(prefix.length) : f.name;
		const text = name.length > room ? `${name.slice(0, room - 1)}…` : name;
		tile.append(element("svg:text", { x: (x + 3).toFixed(2), y: (y + 11).toFixed(2) }, text));
	}
	tile.append(element("svg:title"));
	tile.addEventListener("click", () => choose(i));
	tile.addEventListener("keydown", event => tileKey(event, i));
	map.append(tile);
	tiles.set(i, tile);
	order.push(i);
}

function tileKey(event, i) {
	const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
	const at = order.indexOf(i);
	let next = null;
	if (event.key === "Enter" || event.key === " ") choose(i);
	else if (step) next = order[(at + step + order.length) % order.length];
	else if (event.key === "Home") next = order[0];
	else if (event.key === "End") next = order[order.length - 1];
	else return;
	event.preventDefault();
	if (next === null) return;
	tiles.get(i).setAttribute("tabindex", "-1");
	tiles.get(next).setAttribute("tabindex", "0");
	tiles.get(next).focus();
}

function makeMap() {
	const map = byId("map"), bySize = (a, b) => b.size - a.size || (a.name < b.name ? -1 : 1);
	const groups = files.map((name, file) => ({ name, size: 0, items: [], file }));
	model.functions.forEach((f, i) => {
		const group = groups[f.file ?? 0];
		group.items.push({ i, name: f.name, size: Math.max(f.loc, 0.5) });
		group.size += Math.max(f.loc, 0.5);
	});
	squarify(groups.filter(g => g.size).sort(bySize), 0, 0, 1000, 560, (group, x, y, width, height) => {
		const head = height > 30 && width > 40 ? 15 : 0;
		squarify(group.items.sort(bySize), x + 1, y + head, width - 2, height - head - 1,
			(item, ...box) => addTile(map, item.i, ...box));
		map.append(element("svg:rect", { class: "file", x, y, width, height }));
		const room = Math.floor((width - 8) / 6.8), title = `${group.name}, ${Math.round(group.size)} lines`;
		if (head) map.append(element("svg:text", { class: "file-name", x: x + 4, y: y + 11 },
			title.length <= room ? title : group.name.slice(0, room)));
	});
	if (order.length) tiles.get(order[0]).setAttribute("tabindex", "0");
}

function drawMap(moved) {
	for (const [i, tile] of tiles) {
		const f = model.functions[i], kind = model.kind(i, state.ns);
		const words = KINDS.find(k => k[0] === kind)[1];
		const free = freedBy(i);
		const label = `${f.name}, ${f.loc} lines, ${words}: ${model.steps(i, state.ns)[0].text}${free}`;
		tile.setAttribute("class", `tile ${kind}${moved.has(i) ? " moved" : ""}${i === state.chosen ? " chosen" : ""}`);
		tile.setAttribute("aria-label", label);
		tile.querySelector("title").textContent = label;
	}
}

/* What would free a function that something missing keeps. */
function freedBy(i) {
	const step = model.steps(i, state.ns).find(s => s.code === "no-rule" || s.code === "missing-annotation");
	const missing = step && data.missing.find(m => m.code === step.code && m.subject === step.subject);
	if (!missing || !model.inKernel(i, model.cutAt(state.ns))) return "";
	return `; ${step.code === "no-rule" ? "a rule" : "an annotation"} for ${step.subject} would free ${missing.frees} lines`;
}

function drawLegend() {
	const lines = new Map(KINDS.map(([kind]) => [kind, 0]));
	model.functions.forEach((f, i) => {
		const kind = model.kind(i, state.ns);
		lines.set(kind, lines.get(kind) + f.loc);
	});
	byId("legend").replaceChildren(...KINDS.filter(([kind]) => lines.get(kind)).map(([kind, words]) => element("li", null,
		element("svg:svg", { viewBox: "0 0 14 14", "aria-hidden": "true" },
			element("svg:rect", { class: `chip ${kind}`, width: 14, height: 14, stroke: "currentColor" })),
		` ${words}, ${lines.get(kind)} lines`)));
}

/* Where each function is on the other side of a comparison: null: not there. */
function otherSide() {
	if (state.compare === "delay") {
		const cut = model.cutAt(state.secondNs);
		return { side: name => model.side(model.index.get(name), cut), names: [...model.index.keys()],
			tally: model.tally(state.secondNs), words: `at ${time(state.secondNs)}`,
			why: name => model.steps(model.index.get(name), state.secondNs)[0].text };
	}
	if (state.compare !== "file") return null;
	if (against.document.kind === "cut") {
		const fixed = new FixedCut(against.document);
		return { side: name => fixed.sideOf(name), names: Object.keys(against.document.sides), tally: fixed.tally(),
			words: `in ${against.name}${Number.isFinite(fixed.doc.delay_ns) ? `, at ${time(fixed.doc.delay_ns)}` : ""}`,
			why: name => against.document.reasons?.[name]?.[0] ?? "" };
	}
	const that = otherSide.model ??= new Model(against.document);
	const cut = that.cutAt(state.ns);
	return { side: name => that.index.has(name) ? that.side(that.index.get(name), cut) : undefined,
		names: [...that.index.keys()], tally: that.tally(state.ns), words: `in ${against.name}, at the same delay`,
		why: name => that.steps(that.index.get(name), state.ns)[0].text };
}

function drawComparison() {
	const other = otherSide(), moved = new Set(), body = byId("moves").tBodies[0], cut = model.cutAt(state.ns);
	byId("moves-section").hidden = !other;
	byId("second-label").hidden = state.compare !== "delay";
	body.replaceChildren();
	byId("difference").textContent = "";
	if (!other) return moved;
	model.functions.forEach((f, i) => {
		const here = model.side(i, cut), there = other.side(f.name);
		if (here === there) return;
		moved.add(i);
		body.append(row(nameButton(i), f.loc, { word: here }, { word: there ?? "(not there)" }, there ? other.why(f.name) : ""));
	});
	for (const name of other.names)
		if (!model.index.has(name)) body.append(row(name, { n: "" }, { word: "(not here)" }, { word: other.side(name) }, other.why(name)));
	const lines = other.tally.kernel_loc - model.tally(state.ns).kernel_loc;
	byId("difference").textContent = `${other.words}: ${lines >= 0 ? "+" : ""}${lines} kernel lines; ` +
		`${body.rows.length} functions differ, outlined in the map and listed below it`;
	return moved;
}

function drawCrossings() {
	const cut = model.cutAt(state.ns), rows = [], outside = "(the kernel proper)";
	for (const edge of data.edges) {
		const calls = model.crossing(edge, cut);
		if (calls) rows.push([edge[0], edge[1], model.inKernel(edge[0], cut) ? "upcall" : "downcall", calls]);
	}
	model.functions.forEach((f, i) => {
		if (model.inKernel(i, cut)) return;
		if (f.entry_calls) rows.push([null, i, "upcall", f.entry_calls]);
		if (f.kernel_calls) rows.push([i, null, "downcall", f.kernel_calls]);
	});
	rows.sort((a, b) => b[3] - a[3]);
	drawCrossings.rows = rows;
	byId("crossings").tBodies[0].replaceChildren(...rows.map(([a, b, way, calls]) => row(a === null ? outside : nameButton(a),
		b === null ? outside : nameButton(b), { word: way }, { n: String(calls) }, calls / data.seconds)));
}

function drawFunctions() {
	const cut = model.cutAt(state.ns), wanted = byId("filter").value.toLowerCase();
	const rows = [];
	model.functions.forEach((f, i) => {
		const steps = model.steps(i, state.ns), side = model.side(i, cut);
		const text = `${f.name} ${place(i)} ${side} ${steps.map(s => `${s.code} ${s.text}`).join(" ")}`;
		if (wanted && !text.toLowerCase().includes(wanted)) return;
		const head = element("th", { scope: "row" }, nameButton(i));
		if (place(i)) head.append(element("br"), element("small", null, place(i)));
		const made = row({ n: String(f.loc) }, { word: side }, { word: model.threshold(i) }, steps[0].text);
		made.dataset.name = f.name;
		made.dataset.side = side;
		made.dataset.codes = steps.map(s => s.code).join(" ");
		made.prepend(head);
		rows.push(made);
	});
	document.querySelector("table#functions").tBodies[0].replaceChildren(...rows);
}

function drawCalls(id, i, outgoing) {
	const cut = model.cutAt(state.ns), f = model.functions[i], rows = [];
	for (const edge of model.edgesOf[i]) {
		if ((edge[0] === i) !== outgoing) continue;
		const there = outgoing ? edge[1] : edge[0];
		rows.push([there, edge[2], model.crossing(edge, cut)]);
	}
	rows.sort((a, b) => b[1] - a[1]);
	const outside = outgoing ? f.kernel_calls : f.entry_calls;
	if (outside) rows.unshift([null, outside, model.inKernel(i, cut) ? 0 : outside]);
	byId(id).tBodies[0].replaceChildren(...rows.map(([there, calls, crossing]) => row(
		there === null ? "(the kernel proper)" : nameButton(there), { word: there === null ? "kernel" : model.side(there, cut) },
		{ n: String(calls) }, { n: crossing ? String(crossing) : "" })));
}

function drawSource(i) {
	const f = model.functions[i], box = byId("source"), text = data.source[files[f.file]];
	byId("source-title").textContent = place(i) ? `Source: ${place(i)}` : "Source";
	box.replaceChildren();
	if (text === undefined) return box.append("This report has no source of it.");
	const lines = text.split("\n"), calls = new Map();
	for (const [caller, callee, line] of data.calls) {
		if (caller !== i) continue;
		if (!calls.has(line)) calls.set(line, []);
		calls.get(line).push(callee);
	}
	for (let n = f.line; n <= f.last && n <= lines.length; n++) {
		const line = element("span", n === state.line ? { class: "hit" } : null);
		const link = element("a", { class: "number", href: hash({ line: n }) }, String(n));
		line.append(link, ...linked(lines[n - 1], calls.get(n) || []), "\n");
		box.append(line);
	}
	box.querySelector(".hit")?.scrollIntoView({ block: "nearest" });
}

/* A line of source, with the functions that it calls as links. */
function linked(text, callees) {
	const names = new Map(callees.map(i => [model.functions[i].name.replace(/@.*/s, ""), i]));
	return text.split(/([A-Za-z_]\w*)/).map(word => names.has(word)
		? element("a", { href: hash({ chosen: names.get(word), line: null }) }, word) : word);
}

function drawDetail() {
	const section = byId("detail"), i = state.chosen;
	section.hidden = i === null;
	if (i === null) return;
	const f = model.functions[i], cut = model.cutAt(state.ns), side = model.side(i, cut);
	byId("detail-title").textContent = f.name;
	byId("detail-facts").textContent = [`${f.loc} lines`, `side: ${side}`, `in the kernel: ${model.threshold(i)}`]
		.concat(f.contexts?.length ? [`called in context: ${f.contexts.join(", ")}`] : [])
		.concat(f.entry?.length ? [`entry point: ${f.entry.join(", ")}`] : []).join("; ") + freedBy(i);
	byId("chain").replaceChildren(...model.steps(i, state.ns).map(step => element("li", { "data-code": step.code },
		...(step.via !== step.node ? [step.text, " → ", nameButton(step.via)] : [step.text]), placeLink(step))));
	const { ifUser, ifKernel } = model.weigh(i, cut), lambda = model.lambda(state.ns);
	const cost = (f.loc + lambda * (ifKernel - ifUser)) * (side === "user" ? 1 : -1);
	byId("moving").textContent = f.forced ? "" : `Moving it alone, all others where they are, changes the cost by ${number(cost)} lines.`;
	drawCalls("callers", i, false);
	drawCalls("callees", i, true);
	drawSource(i);
}

/* Draws what depends on the delay; a delay within the same piece changes figures only. */
function draw(all) {
	const cut = model.cutAt(state.ns), points = data.breakpoints;
	byId("summary").textContent = summaryText(model.tally(state.ns), state.ns);
	slider.value = sliderAt(state.ns);
	slider.setAttribute("aria-valuetext", time(state.ns));
	byId("exact").value = time(state.ns);
	byId("before").disabled = cut === 0;
	byId("after").disabled = cut === points.length;
	byId("permalink").href = hash();
	byId("compare").value = state.compare;
	byId("second").value = time(state.secondNs);
	drawHere();
	document.documentElement.dataset.cut = String(cut);
	if (all || drawnCut !== cut) {
		drawnCut = cut;
		drawMovers();
		drawLegend();
		drawMap(drawComparison());
		drawCrossings();
		drawFunctions();
		drawDetail();
	}
}

function setDelay(ns) {
	state.ns = ns;
	history.replaceState(null, "", hash());
	draw(false);
}

function choose(i) {
	state.chosen = i;
	state.line = null;
	location.hash = hash();
	byId("detail").focus({ preventScroll: true });
	byId("detail").scrollIntoView({ block: "start" });
}

function saveCsv() {
	const name = i => i === null ? "(the kernel proper)" : model.functions[i].name;
	const field = text => `"${String(text).replace(/^[=+\-@]/, "'$&").replace(/"/g, '""')}"`;
	const text = [["from", "to", "way", "calls"], ...drawCrossings.rows.map(([a, b, way, calls]) => [name(a), name(b), way, calls])]
		.map(cells => cells.map(field).join(",")).join("\n");
	const link = element("a", { href: URL.createObjectURL(new Blob([text + "\n"], { type: "text/csv" })), download: "crossings.csv" });
	link.click();
	URL.revokeObjectURL(link.href);
}

function listen() {
	let frame = 0;
	slider.addEventListener("input", () => {
		cancelAnimationFrame(frame);
		frame = requestAnimationFrame(() => setDelay(sliderNs()));
	});
	byId("exact").addEventListener("change", () => {
		const ns = parseTime(byId("exact").value);
		if (ns !== null) setDelay(ns);
		else byId("exact").value = time(state.ns);
	});
	/* A breakpoint belongs to the cut before it, so one step over it is just above. */
	byId("after").addEventListener("click", () => setDelay(data.breakpoints[model.cutAt(state.ns)].delay_ns * (1 + 1e-9) + 1e-6));
	byId("before").addEventListener("click", () => setDelay(data.breakpoints[model.cutAt(state.ns) - 1].delay_ns));
	byId("compare").addEventListener("change", () => {
		state.compare = byId("compare").value;
		history.replaceState(null, "", hash());
		draw(true);
	});
	byId("second").addEventListener("change", () => {
		const ns = parseTime(byId("second").value);
		if (ns !== null) state.secondNs = ns;
		history.replaceState(null, "", hash());
		draw(true);
	});
	byId("filter").addEventListener("input", drawFunctions);
	byId("crossings-csv").addEventListener("click", saveCsv);
	window.addEventListener("hashchange", () => {
		readHash();
		draw(true);
	});
}

document.documentElement.classList.add("on");
if (against.document) byId("compare").append(element("option", { value: "file" }, against.name));
makeMap();
listen();
readHash();
if (against.document && !location.hash) state.compare = "file";
draw(true);
})();
