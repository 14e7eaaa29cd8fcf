"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const names = data.names;
  document.documentElement.classList.add("scripted");

  const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  const time = (nanos) => {
    const units = [[1e9, "s"], [1e6, "ms"], [1e3, "µs"]];
    for (const [size, unit] of units) {
      if (nanos >= size) {
        const value = nanos / size;
        return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${unit}`;
      }
    }
    return `${Math.round(nanos)} ns`;
  };
  const percent = (part, whole) => (whole ? `${((part / whole) * 100).toFixed(1)} %` : "");
  const plural = (number, word) => `${grouped(number)} ${word}${number === 1 ? "" : "s"}`;

  // Tables.
  const compare = (left, right) => {
    const [a, b] = [left, right].map((cell) => cell.dataset.value ?? cell.textContent);
    const [x, y] = [Number(a), Number(b)];
    return a !== "" && b !== "" && !Number.isNaN(x) && !Number.isNaN(y) ? x - y : a.localeCompare(b);
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    const said = table.closest("section").querySelector(".sorted");
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const first = head.classList.contains("number") ? "descending" : "ascending";
        const other = first === "descending" ? "ascending" : "descending";
        const order = head.getAttribute("aria-sort") === first ? other : first;
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", order);
        const sign = order === "ascending" ? 1 : -1;
        const body = table.tBodies[0];
        const rows = [...body.rows].sort((a, b) => sign * compare(a.cells[column], b.cells[column]));
        body.append(...rows);
        if (said) said.textContent = `sorted by ${button.textContent}, ${order}`;
      });
    });
  }

  // Flame graphs.
  const ROW = 19;
  const LEAST = 0.0008;
  class Flame {
    constructor(section, graph) {
      this.area = section.querySelector(".flame");
      this.readout = section.querySelector(".readout");
      this.reset = section.querySelector("[data-reset]");
      this.unit = graph.unit;
      this.nodes = [];
      this.root = this.read(graph.root, null, 0, 0);
      this.total = this.root.value;
      this.zoomed = this.root;
      this.active = this.root;
      this.wanted = "";
      this.area.addEventListener("click", (event) => this.pointed(event, (node) => this.zoom(node)));
      this.area.addEventListener("mouseover", (event) => this.pointed(event, (node) => this.say(node)));
      this.area.addEventListener("focusin", (event) => this.pointed(event, (node) => this.say(node)));
      this.area.addEventListener("keydown", (event) => this.key(event));
      this.reset.addEventListener("click", () => this.zoom(this.root));
      const search = section.querySelector("input");
      search.addEventListener("input", () => {
        this.wanted = search.value.trim().toLowerCase();
        this.draw();
        this.sayFound();
      });
      this.draw();
      this.say(this.root);
    }
    read([name, value, ...children], parent, depth, start) {
      const node = { name: names[name], value, parent, depth, start, children: [], number: this.nodes.length };
      this.nodes.push(node);
      let at = start;
      for (const child of children) {
        node.children.push(this.read(child, node, depth + 1, at));
        at += child[1];
      }
      return node;
    }
    amount(value) {
      return this.unit === "ns" ? time(value) : plural(value, "step");
    }
    label(node) {
      const own = node.value - node.children.reduce((sum, child) => sum + child.value, 0);
      const parts = [`${this.amount(node.value)}, ${percent(node.value, this.total)} of all`];
      if (node.children.length && own > 0) parts.push(`${this.amount(own)} of its own`);
      return `${node.name}: ${parts.join("; ")}`;
    }
    say(node) {
      this.readout.textContent = this.label(node);
    }
    sayFound() {
      if (!this.wanted) return this.say(this.active);
      const sum = (node) => (this.matches(node) ? node.value : node.children.reduce((all, child) => all + sum(child), 0));
      const found = sum(this.root);
      this.readout.textContent = `${percent(found, this.total)} of all is in frames that match`;
    }
    matches(node) {
      return this.wanted !== "" && node.name.toLowerCase().includes(this.wanted);
    }
    pointed(event, then) {
      const frame = event.target.closest(".frame");
      if (frame) then(this.nodes[Number(frame.dataset.node)]);
    }
    zoom(node) {
      const had = this.area.contains(document.activeElement) || document.activeElement === this.reset;
      this.zoomed = node;
      this.active = node;
      this.draw();
      this.say(node);
      if (had) this.focus(node);
    }
    focus(node) {
      const frame = this.area.querySelector(`[data-node="${node.number}"]`);
      if (!frame) return;
      this.area.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
      this.active = node;
      frame.tabIndex = 0;
      frame.focus();
    }
    key(event) {
      const shown = (node) => node && this.area.querySelector(`[data-node="${node.number}"]`);
      const node = this.active;
      const siblings = node.parent ? node.parent.children.filter(shown) : [node];
      const place = siblings.indexOf(node);
      const to = {
        ArrowDown: node.children.find(shown),
        ArrowUp: node.parent,
        ArrowRight: siblings[place + 1],
        ArrowLeft: siblings[place - 1],
        Home: this.root,
      };
      if (event.key === "Enter" || event.key === " ") this.zoom(node);
      else if (event.key === "Escape") this.zoom(this.root);
      else if (event.key in to) {
        if (to[event.key]) this.focus(to[event.key]);
      } else return;
      event.preventDefault();
    }
    draw() {
      const { start, value } = this.zoomed;
      const above = new Set();
      for (let node = this.zoomed.parent; node; node = node.parent) above.add(node);
      const frames = [];
      let depth = 0;
      const visit = (node) => {
        const left = above.has(node) ? 0 : Math.max(0, (node.start - start) / value);
        const right = above.has(node) ? 1 : Math.min(1, (node.start + node.value - start) / value);
        if (!(right - left >= LEAST)) return;
        depth = Math.max(depth, node.depth);
        frames.push(this.frame(node, left, right - left, above.has(node)));
        node.children.forEach((child) => {
          if (above.has(child) || child === this.zoomed || !above.has(node)) visit(child);
        });
      };
      if (value > 0) visit(this.root);
      this.area.style.height = `${(depth + 1) * ROW + 1}px`;
      this.area.replaceChildren(...frames);
      this.reset.disabled = this.zoomed === this.root;
    }
    frame(node, left, width, isAbove) {
      const frame = document.createElement("div");
      const kind = isAbove ? " above" : "";
      const found = this.wanted ? (this.matches(node) ? " hit" : " miss") : "";
      const thin = width < 0.012 ? " thin" : "";
      frame.className = `frame c${colour(node.name)}${kind}${found}${thin}`;
      frame.textContent = short(node.name);
      frame.title = this.label(node);
      frame.style.left = `${left * 100}%`;
      frame.style.width = `${width * 100}%`;
      frame.style.top = `${node.depth * ROW}px`;
      frame.dataset.node = node.number;
      frame.tabIndex = node === this.active ? 0 : -1;
      frame.setAttribute("role", "treeitem");
      frame.setAttribute("aria-level", node.depth + 1);
      frame.setAttribute("aria-label", this.label(node));
      if (node === this.zoomed) frame.setAttribute("aria-current", "true");
      return frame;
    }
  }
  // Functions of one module have one colour.
  const colour = (name) => {
    const module = name.startsWith("hint ") ? name : name.slice(0, Math.max(0, name.lastIndexOf(".")));
    let hash = 7;
    for (const letter of module) hash = (hash * 31 + letter.codePointAt(0)) >>> 0;
    return hash % 8;
  };
  const short = (name) => (name.includes(" ") ? name : name.split(".").slice(-2).join("."));
  for (const section of document.querySelectorAll("[data-flame]")) {
    const graph = data.flames[section.dataset.flame];
    if (graph) new Flame(section, graph);
  }

  // The timeline.
  const SVG = "http://www.w3.org/2000/svg";
  const shape = (kind, attributes, title) => {
    const element = document.createElementNS(SVG, kind);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (title) {
      const text = document.createElementNS(SVG, "title");
      text.textContent = title;
      element.append(text);
    }
    return element;
  };
  const LANE = 34;
  const GUTTER = 150;
  const AXIS = 24;
  class Timeline {
    constructor(section, source) {
      this.source = source;
      this.area = section.querySelector(".timeline");
      this.readout = section.querySelector(".readout");
      this.end = Math.max(source.end, 1);
      this.from = 0;
      this.to = this.end;
      this.marked = null;
      this.longest = source.hints.map((span, index) => index).sort((a, b) => source.hints[b][1] - source.hints[a][1]);
      const does = { in: () => this.zoom(0.5), out: () => this.zoom(2), all: () => this.show(0, this.end),
        previous: () => this.pan(-0.25), next: () => this.pan(0.25), longest: () => this.walk(1) };
      for (const button of section.querySelectorAll("[data-do]")) {
        button.addEventListener("click", does[button.dataset.do]);
      }
      const keys = { "+": does.in, "=": does.in, "-": does.out, 0: does.all, Escape: does.all, ArrowLeft: does.previous,
        ArrowRight: does.next, n: does.longest, p: () => this.walk(-1) };
      this.area.addEventListener("keydown", (event) => {
        if (!(event.key in keys) || event.ctrlKey || event.metaKey || event.altKey) return;
        keys[event.key]();
        event.preventDefault();
      });
      this.area.addEventListener("wheel", (event) => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.at(event));
      }, { passive: false });
      this.area.addEventListener("dblclick", (event) => this.zoom(0.4, this.at(event)));
      this.drags();
      new ResizeObserver(() => this.draw()).observe(this.area);
      this.say();
    }
    drags() {
      let held = null;
      this.area.addEventListener("pointerdown", (event) => {
        held = { x: event.clientX, from: this.from, to: this.to };
      });
      window.addEventListener("pointermove", (event) => {
        if (!held) return;
        const moved = ((held.x - event.clientX) / this.width()) * (held.to - held.from);
        if (Math.abs(held.x - event.clientX) > 3) this.show(held.from + moved, held.to + moved);
      });
      window.addEventListener("pointerup", () => { held = null; });
    }
    width() {
      return Math.max(100, this.area.clientWidth - GUTTER - 8);
    }
    at(event) {
      const x = event.clientX - this.area.getBoundingClientRect().left - GUTTER;
      return this.from + Math.min(1, Math.max(0, x / this.width())) * (this.to - this.from);
    }
    zoom(factor, around = (this.from + this.to) / 2) {
      this.show(around - (around - this.from) * factor, around + (this.to - around) * factor);
    }
    pan(part) {
      const moved = (this.to - this.from) * part;
      this.show(this.from + moved, this.to + moved);
    }
    show(from, to) {
      const length = Math.min(this.end, Math.max(to - from, 100));
      this.from = Math.min(Math.max(0, from), this.end - length);
      this.to = this.from + length;
      this.draw();
      this.say();
    }
    walk(by) {
      if (!this.longest.length) return;
      const count = this.longest.length;
      this.marked = this.marked === null ? 0 : (this.marked + by + count) % count;
      const span = this.source.hints[this.longest[this.marked]];
      const length = Math.max(span[1] * 3, 2000);
      const middle = span[0] + span[1] / 2;
      this.show(middle - length / 2, middle + length / 2);
      this.readout.textContent = `${this.marked + 1} of ${count}: ${this.name(span)}`;
    }
    say() {
      this.readout.textContent = `from ${time(this.from)} to ${time(this.to)} of ${time(this.end)}`;
    }
    name([began, nanos, id, inside]) {
      const where = inside > 0 ? `, of which ${time(inside)} in its own code` : "";
      return `${names[this.source.named[id]] ?? `hint ${id}`}: ${time(nanos)} at ${time(began)}${where}`;
    }
    x(nanos) {
      return GUTTER + ((nanos - this.from) / (this.to - this.from)) * this.width();
    }
    box(kind, lane, from, to, title, height = 1) {
      if (to < this.from || from > this.to) return;
      const left = this.x(Math.max(from, this.from));
      const width = Math.max(1, this.x(Math.min(to, this.to)) - left);
      const full = LANE - 8;
      const tall = Math.max(1, full * height);
      const attributes = { class: kind, x: left.toFixed(1), y: (AXIS + lane * LANE + 4 + full - tall).toFixed(1),
        width: width.toFixed(1), height: tall.toFixed(1) };
      this.svg.append(shape("rect", attributes, title));
    }
    bars(kind, lane, column, say, most) {
      const { width, buckets } = this.source;
      const values = buckets[column];
      const full = most ?? values.reduce((a, b) => Math.max(a, b), 0);
      values.forEach((value, index) => {
        if (!value) return;
        const from = index * width;
        this.box(kind, lane, from, Math.min(from + width, this.end), `${say(value)} at ${time(from)}`, Math.min(1, value / full));
      });
    }
    draw() {
      const { source } = this;
      const lanes = ["steps", "hints in Rust", "hints outside", "waits", "questions", "log", "worker start"];
      const height = AXIS + lanes.length * LANE;
      const total = this.area.clientWidth;
      this.svg = shape("svg", { height, viewBox: `0 0 ${total} ${height}`, "aria-hidden": "true" });
      this.axis(height);
      lanes.forEach((name, lane) => {
        const y = AXIS + lane * LANE;
        this.svg.append(shape("line", { class: "grid", x1: 0, x2: total, y1: y, y2: y }));
        const text = shape("text", { x: 8, y: y + LANE / 2 + 4 });
        text.textContent = name;
        this.svg.append(text);
      });
      this.bars("s-steps", 0, "steps", (value) => plural(value, "step"));
      this.bars("s-rust", 1, "host", (value) => plural(value, "hint"));
      this.bars("s-share", 2, "waiting", (value) => `${time(value)} of waiting`, source.width);
      source.hints.forEach((span) => {
        const lane = span[4] ? 2 : 1;
        this.box("s-hint", lane, span[0], span[0] + span[1], this.name(span), 0.6);
      });
      source.waits.forEach(([began, nanos]) => {
        this.box("s-wait", 3, began, began + nanos, `wait of ${time(nanos)} at ${time(began)}`, 0.7);
      });
      this.bars("s-ask", 4, "questions", (value) => plural(value, "question"));
      source.questions.forEach(([began, nanos]) => {
        this.box("s-ask", 4, began, began + nanos, `answer of ${time(nanos)} at ${time(began)}`, 0.7);
      });
      this.bars("s-log", 5, "records", (value) => plural(value, "record"));
      source.records.forEach(([at, level, text]) => {
        this.box(`s-log ${level}`, 5, at, at, `${level}: ${names[text]} at ${time(at)}`, 0.9);
      });
      source.starts.forEach(([began, nanos]) => {
        this.box("s-start", 6, began, began + nanos, `start of the worker: ${time(nanos)}`, 0.7);
      });
      if (this.marked !== null) {
        const span = source.hints[this.longest[this.marked]];
        this.box("s-mark", span[4] ? 2 : 1, span[0], span[0] + span[1], "", 0.9);
      }
      this.area.replaceChildren(this.svg);
    }
    axis(height) {
      const length = this.to - this.from;
      let step = 10 ** Math.floor(Math.log10(length / 4));
      for (const factor of [5, 2]) if ((length / (step * factor)) >= 4) { step *= factor; break; }
      for (let at = Math.ceil(this.from / step) * step; at <= this.to; at += step) {
        const x = this.x(at).toFixed(1);
        this.svg.append(shape("line", { class: "grid", x1: x, x2: x, y1: AXIS - 6, y2: height }));
        const text = shape("text", { class: "axis", x, y: AXIS - 9, "text-anchor": "middle" });
        text.textContent = time(at);
        this.svg.append(text);
      }
    }
  }
  const timeline = document.querySelector("[data-timeline]");
  if (timeline && data.timeline) new Timeline(timeline, data.timeline);
})();
