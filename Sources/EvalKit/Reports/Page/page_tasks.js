// The table of all tasks of one run: search, filters, order.

const ranks = { trivial: 0, easy: 1, simple: 1, medium: 2, middle: 2, hard: 3, difficult: 3 };
const labels = {
  passed: "passed", partly: "passed by some samples", plus: "failed in plus tests only", failed: "failed",
  missing: "no sample", unjudged: "not judged",
};

// What a sample came to, from the page's lists.
function sampleOf(outcome, number, isNear) {
  const [base, baseWord, plus, plusWord] = outcome;
  const kind = base !== "pass" ? "failed" : plus !== "pass" ? "plus" : "passed";
  const word = kind === "failed" ? baseWord : kind === "plus" ? plusWord : "passed";
  return { number, kind, word, isNear, base: { status: base, word: baseWord }, plus: { status: plus, word: plusWord } };
}

function rowOf(result, index, data) {
  const task = data.tasks[result.t];
  const near = new Set(result.f ?? []);
  const samples = result.o.map((outcome, at) => {
    const number = result.n?.[at] ?? at;
    return sampleOf(data.outcomes[outcome], number, near.has(number));
  });
  const plus = samples.filter((sample) => sample.kind === "passed").length;
  const base = samples.filter((sample) => sample.kind !== "failed").length;
  const kind = result.x ? "unjudged" : !samples.length ? "missing" : plus === samples.length ? "passed"
    : plus ? "partly" : base ? "plus" : "failed";
  const counts = new Map();
  for (const sample of samples) if (sample.kind !== "passed") counts.set(sample.word, (counts.get(sample.word) ?? 0) + 1);
  const words = [...counts].sort((a, b) => b[1] - a[1]).map(([word]) => word);
  const cases = result.c ?? [];
  const share = samples.length ? plus / samples.length : -1;
  return { index, task, samples, plus, base, kind, words, cases, share, slowest: result.s, isNear: near.size > 0,
    halves: result.baseOnly ? ["base"] : ["base", "plus"], level: task.level, label: kind === "failed" || kind === "plus" ? words[0] : labels[kind] };
}

// Everything of a row that a search looks at, put together when it is first needed.
function textOf(row) {
  row.text ??= [row.task.id, row.task.entry, row.task.prompt, row.task.suite, ...row.words,
    ...row.cases.flatMap((found) => [found.program, found.raw, ...halves(found).flatMap(([, half]) =>
      [half.message, half.input, half.expected, half.got, half.output])])]
    .filter(Boolean).join("\n").toLowerCase();
  return row.text;
}

class TaskTable {
  constructor(data) {
    this.data = data;
    this.table = document.querySelector("table.tasks");
    this.body = this.table.tBodies[0];
    this.search = document.getElementById("search");
    this.status = document.getElementById("status");
    this.level = document.getElementById("level");
    this.count = document.getElementById("count");
    this.order = { key: "index", isDown: false };
    this.search.addEventListener("input", () => this.draw());
    for (const choice of [this.status, this.level]) choice.addEventListener("change", () => this.draw());
    document.querySelector("form.tools").addEventListener("submit", (event) => event.preventDefault());
    this.body.addEventListener("keydown", (event) => this.move(event));
    this.body.addEventListener("click", (event) => {
      const line = event.target.closest("tr");
      if (line && !getSelection().toString()) this.open(Number(line.dataset.index));
    });
    for (const part of document.querySelectorAll("form.tools, #keys, table.tasks")) part.hidden = false;
  }

  choose(run) {
    this.rows = this.data.runs[run].results.map((result, index) => rowOf(result, index, this.data));
    this.isMultiple = this.rows.some((row) => row.samples.length > 1);
    this.levels = [...new Set(this.rows.map((row) => row.level).filter(Boolean))]
      .sort((a, b) => (ranks[a.toLowerCase()] ?? 9) - (ranks[b.toLowerCase()] ?? 9) || a.localeCompare(b));
    this.lines = new Map();
    this.order = { key: "index", isDown: false };
    this.fillFilters();
    this.fillHead();
    this.draw();
  }

  fillFilters() {
    const count = (test) => this.rows.filter(test).length;
    const option = (value, text, test) => {
      const matching = count(test);
      return matching ? make("option", { value }, `${text} (${grouped(matching)})`) : null;
    };
    const kinds = Object.entries(labels).map(([kind, label]) =>
      kind === "failed" ? option("kind:failed", "failed", (row) => row.kind === "failed" || row.kind === "plus")
        : option(`kind:${kind}`, label, (row) => row.kind === kind));
    const words = [...new Set(this.rows.flatMap((row) => row.words))].sort();
    this.status.replaceChildren(
      make("option", { value: "" }, "all"), ...kinds.filter(Boolean),
      ...[option("near", "near a time limit", (row) => row.isNear)].filter(Boolean),
      ...(words.length ? [make("optgroup", { label: "with a sample that ended in" }, words.map((word) =>
        option(`word:${word}`, visible(word), (row) => row.words.includes(word))))] : []));
    const bands = [["all", "all samples"], ["most", "at least half"], ["some", "fewer"], ["none", "none"]];
    const choices = this.levels.length
      ? this.levels.map((level) => option(level, visible(level), (row) => row.level === level))
      : bands.map(([band, text]) => option(band, text, (row) => this.band(row) === band));
    document.querySelector("label[for=level]").textContent = this.levels.length ? "Difficulty" : "Solved by";
    document.getElementById("levels").hidden = !this.levels.length && !this.isMultiple;
    this.level.replaceChildren(make("option", { value: "" }, "any"), ...choices.filter(Boolean));
  }

  // How hard a task was for this run, where the data does not say how hard it is.
  band(row) {
    return row.share >= 1 ? "all" : row.share >= 0.5 ? "most" : row.share > 0 ? "some" : "none";
  }

  fillHead() {
    const columns = [["index", "Task"], ["share", "Result"], ["word", this.isMultiple ? "Most frequent failure" : "Ending"],
      ...(this.levels.length ? [["level", "Difficulty"]] : []), ["slowest", "Time"]];
    this.columns = columns.map(([key]) => key);
    this.table.tHead.rows[0].replaceChildren(...columns.map(([key, title]) =>
      make("th", { scope: "col", class: key, "data-key": key }, make("button", { type: "button", onclick: () => this.sort(key) },
        title, make("span", { class: "arrow", "aria-hidden": "true" })))));
  }

  sort(key) {
    this.order = { key, isDown: this.order.key === key ? !this.order.isDown : key === "slowest" };
    this.draw();
  }

  matches(row) {
    const [kind, value] = [this.status.value.slice(0, 5), this.status.value.slice(5)];
    if (kind === "kind:" && row.kind !== value && !(value === "failed" && row.kind === "plus")) return false;
    if (kind === "word:" && !row.words.includes(value)) return false;
    if (kind === "near" && !row.isNear) return false;
    if (this.level.value && (this.levels.length ? row.level : this.band(row)) !== this.level.value) return false;
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    return words.every((word) => textOf(row).includes(word));
  }

  compare(a, b) {
    const { key, isDown } = this.order;
    const value = (row) => key === "word" ? row.words[0] ?? "" : key === "level" ? this.levels.indexOf(row.level)
      : key === "slowest" ? row.slowest ?? -1 : row[key];
    const [left, right] = [value(a), value(b)];
    const order = left < right ? -1 : left > right ? 1 : 0;
    return (isDown ? -order : order) || a.index - b.index;
  }

  line(row) {
    const known = this.lines.get(row.index);
    if (known) return known;
    const cells = {
      index: make("th", { scope: "row", class: "index" },
        make("button", { type: "button", class: "name", tabindex: "-1", "aria-haspopup": "dialog" }, visible(row.task.id)),
        row.task.entry ? make("code", null, visible(row.task.entry)) : ""),
      share: make("td", { class: `share ${row.kind}` }, this.result(row)),
      word: make("td", { class: "word" }, visible(row.words[0] ?? "")),
      level: make("td", { class: "level" }, visible(row.level ?? "")),
      slowest: make("td", { class: "slowest number" }, row.slowest === undefined ? "–" : seconds(row.slowest)),
    };
    const line = make("tr", { "data-index": row.index }, this.columns.map((key) => cells[key]));
    this.lines.set(row.index, line);
    return line;
  }

  result(row) {
    if (row.samples.length < 2) {
      const sign = row.kind === "passed" ? "✓" : "✗";
      return [make("span", { class: "sign", "aria-hidden": "true" }, sign), ` ${row.kind === "plus" ? "failed plus" : labels[row.kind]}`];
    }
    const bar = make("svg", { class: "track", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
      make("rect", { class: "bar c light", width: "100", height: "10" }),
      make("rect", { class: "bar b light", width: String(100 * row.base / row.samples.length), height: "10" }),
      make("rect", { class: "bar a", width: String(100 * row.plus / row.samples.length), height: "10" }));
    return [bar, ` ${row.plus} of ${row.samples.length}`, row.kind === "unjudged" ? ", some not judged" : ""];
  }

  draw() {
    this.shown = this.rows.filter((row) => this.matches(row)).sort((a, b) => this.compare(a, b));
    this.body.replaceChildren(...this.shown.map((row) => this.line(row)));
    for (const head of this.table.tHead.rows[0].cells) {
      const isOurs = head.dataset.key === this.order.key;
      if (isOurs) head.setAttribute("aria-sort", this.order.isDown ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
      head.querySelector(".arrow").textContent = isOurs ? (this.order.isDown ? " ↓" : " ↑") : "";
    }
    const all = this.rows.length;
    this.count.value = this.shown.length === all ? plural(all, "task") : `${grouped(this.shown.length)} of ${plural(all, "task")}`;
    this.aim(this.body.querySelector("[tabindex='0']") ?? this.body.querySelector("button.name"));
  }

  // One name takes part in the tab order; the arrow keys go to the others.
  aim(button) {
    for (const other of this.body.querySelectorAll("button[tabindex='0']")) other.tabIndex = -1;
    if (button) button.tabIndex = 0;
  }

  move(event) {
    const lines = [...this.body.rows];
    const at = lines.indexOf(event.target.closest("tr"));
    const goals = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: lines.length - 1, PageDown: at + 15, PageUp: at - 15 };
    if (!(event.key in goals) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const goal = lines[Math.min(Math.max(goals[event.key], 0), lines.length - 1)].querySelector("button.name");
    this.aim(goal);
    goal.focus();
  }

  open(index) {
    const row = this.rows[index];
    const go = (by) => {
      const at = this.shown.indexOf(row);
      const next = this.shown[at + by];
      if (next) this.open(next.index);
    };
    this.go = go;
    showCase(row, go);
    document.getElementById("case-title").focus({ preventScroll: true });
    history.replaceState(null, "", `#${encodeURIComponent(row.task.id)}`);
    this.current = this.lines.get(index)?.querySelector("button.name");
    if (this.current?.isConnected) this.aim(this.current);
  }

  openNamed(id) {
    const row = this.rows.find((row) => row.task.id === id);
    if (row) this.open(row.index);
  }
}
