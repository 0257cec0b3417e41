// One case: all there is about a sample.

const dialog = document.getElementById("case");
const signs = { pass: "✓", fail: "✗", timeout: "✗" };

function section(title, ...content) {
  return make("section", null, make("h3", null, title), content);
}

function halves(found) {
  return [["base", found.base], ["plus", found.plus]].filter(([, half]) => half);
}

function failures(found) {
  return halves(found).filter(([, half]) => half.status !== "pass").map(([name, half]) => {
    const row = (term, value) => value === undefined ? [] : [
      make("dt", null, term), make("dd", null, textBlock(value, `${term}, ${name} tests`))];
    const number = half.test === undefined ? "" : ` · test ${half.test}, counted from 0`;
    const ran = half.ran === undefined ? "" : `, ${half.ran} ran`;
    return section(`First failure in the ${name} tests`,
      make("p", { class: "note" }, visible(half.reason), number, ran),
      make("dl", { class: "values" }, row("error", half.message), row("input", half.input), row("expected", half.expected),
        row("got", half.got)));
  });
}

function cost(found) {
  const known = halves(found).filter(([, half]) => half.wall !== undefined);
  if (!known.length) return null;
  const line = (title, value) => make("tr", null, make("th", { scope: "row" }, title),
    known.map(([, half]) => make("td", { class: "number" }, value(half))));
  return section("Time and memory", make("table", { class: "numbers" },
    make("thead", null, make("tr", null, make("td"), known.map(([name]) => make("th", { scope: "col", class: "number" }, name)))),
    make("tbody", null,
      line("by the clock", (half) => seconds(half.wall)),
      line("processor", (half) => half.cpu === undefined ? "–" : seconds(half.cpu)),
      line("memory", (half) => half.memory === undefined ? "–" : `${(half.memory / 1048576).toFixed(1)} MiB`))));
}

function decoding(found) {
  if (found.local === undefined) return null;
  const share = (value) => value === undefined ? "–" : `${(value * 100).toFixed(1)} %`;
  const facts = [
    found.perPass === undefined ? "" : `${found.perPass.toFixed(2)} tokens a step`,
    `AR-ness@1 local ${share(found.local[0])}, global ${share(found.global[0])}`,
    found.passes === undefined ? "" : `${grouped(found.passes)} passes of the network`,
    found.masks ? `${found.masks} masks left` : "",
  ];
  return section("Decoding", make("p", { class: "note" }, facts.filter(Boolean).join(" · ")),
    found.canvas ? player(found.canvas) : make("p", { class: "note" }, "The order is drawn for a task's first sample."));
}

function caseBody(task, found) {
  const marked = halves(found).map(([, half]) => half.line).find((line) => line !== undefined);
  const dropped = found.kept && [...found.kept].filter((edit) => edit !== "2").map((edit) => edit !== "0");
  const isChanged = dropped?.some(Boolean);
  const output = halves(found).filter(([, half]) => half.output);
  return [
    failures(found),
    found.program === undefined ? null : section("Program", codeBlock(found.program, "Program", { marked })),
    output.map(([name, half]) => section(`Output in the ${name} tests`,
      make("p", { class: "note" }, "the end of stdout and stderr"), textBlock(half.output, `Output, ${name} tests`))),
    found.raw === undefined ? null : section("Raw text",
      make("p", { class: "note" }, found.gaveUp
        ? "The sanitizer's parser gave up: the program is this text, cut at the stop strings."
        : isChanged ? "Struck-through lines are not in the program as they stand."
          : dropped ? "All of it is in the program." : "What the model wrote, up to its end token.",
        found.rawPassed === undefined ? "" : ` Judged as the sanitizer was given it: ${found.rawPassed ? "passes" : "fails"}.`),
      codeBlock(found.raw, "Raw text", { dropped })),
    task.prompt === undefined ? null : section("Prompt", codeBlock(task.prompt, "Prompt")),
    decoding(found),
    cost(found),
  ];
}

function strip(row, chosen, choose) {
  const kept = new Set(row.cases.map((found) => found.n));
  const cells = row.samples.map((sample) => {
    const label = `Sample ${sample.number}: ${sample.word}`;
    if (!kept.has(sample.number)) return make("span", { class: `cell ${sample.kind}`, title: `${label}; its texts are not on this page` });
    return make("button", { type: "button", class: `cell ${sample.kind}`, title: label, "aria-label": label,
      "aria-pressed": String(sample.number === chosen), onclick: () => choose(sample.number) });
  });
  return make("div", { class: "samples" },
    make("p", { class: "note" }, `${row.plus} of ${plural(row.samples.length, "sample")} passed`,
      kept.size < row.samples.length ? `; texts of ${kept.size} are on this page` : "", `. Shown: sample ${chosen}.`),
    make("div", { class: "strip", role: "group", "aria-label": "Samples" }, cells));
}

// Shows `row`; `go(by)` moves to another task.
function showCase(row, go, chosen) {
  const found = row.cases.find((found) => found.n === chosen) ?? row.cases.find((found) => failures(found).length) ?? row.cases[0];
  const sample = row.samples.find((sample) => sample.number === found?.n);
  const button = (label, text, action, key) =>
    make("button", { type: "button", "aria-label": label, title: key ? `${label} (${key})` : label, onclick: action }, text);
  const head = make("header", null,
    make("h2", { id: "case-title", tabindex: "-1" }, visible(row.task.id), " ",
      row.task.entry ? make("code", null, visible(row.task.entry)) : ""),
    make("p", { class: "buttons" }, button("Previous task", "‹", () => go(-1), "k"), button("Next task", "›", () => go(1), "j"),
      button("Close", "×", () => dialog.close(), "Esc")));
  const verdict = sample
    ? make("p", { class: "verdict" }, row.halves.map((name) =>
      make("span", { class: `chip ${sample[name].status}` }, `${signs[sample[name].status]} ${name}: `, visible(sample[name].word))),
    sample.isNear ? make("span", { class: "chip" }, "near a time limit") : "",
    row.task.level ? make("span", { class: "chip" }, visible(row.task.level)) : "")
    : make("p", { class: "verdict" }, make("span", { class: "chip fail" }, row.label));
  const choose = (number) => {
    showCase(row, go, number);
    dialog.querySelector(".strip [aria-pressed=true]")?.focus();
  };
  const body = found ? caseBody(row.task, found)
    : [make("p", { class: "note" }, "The run's folder has no texts of this task."),
      row.task.prompt === undefined ? null : section("Prompt", codeBlock(row.task.prompt, "Prompt"))];
  dialog.replaceChildren(head, make("div", { class: "body" }, verdict,
    row.samples.length > 1 ? strip(row, found?.n, choose) : "", ...body.flat().filter(Boolean)));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}
