// Programs and other long texts.

const words =
  /(#[^\n]*)|('''[^]*?(?:'''|$)|"""[^]*?(?:"""|$)|'(?:\\.|[^'\\\n])*'?|"(?:\\.|[^"\\\n])*"?)|\b(and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield|None|True|False)\b/g;

// The pieces of a Python text with their kinds, each cut at line ends.
function paint(text) {
  const lines = [[]];
  const add = (part, kind) => {
    part.split("\n").forEach((line, index) => {
      if (index > 0) lines.push([]);
      if (line) lines.at(-1).push(kind ? make("span", { class: kind }, visible(line)) : visible(line));
    });
  };
  let at = 0;
  for (const found of text.matchAll(words)) {
    add(text.slice(at, found.index));
    add(found[0], found[1] ? "comment" : found[2] ? "string" : "word");
    at = found.index + found[0].length;
  }
  add(text.slice(at));
  return lines;
}

// The lines of a text as the program that cut them into a diff counts them.
function linesOf(text) {
  const lines = text.split(/(?<!\r)\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

// A block of numbered lines. `marked` is the line, from 1, that an error named; `dropped` has a true for each
// line that went away.
function codeBlock(text, label, { marked, dropped, python = true } = {}) {
  const lines = python ? paint(text) : text.split("\n").map((line) => [visible(line)]);
  if (lines.length > 1 && lines.at(-1).length === 0) lines.pop();
  const rows = lines.map((parts, index) =>
    make(
      "span",
      { class: `line${index + 1 === marked ? " marked" : ""}${dropped?.[index] ? " dropped" : ""}` },
      parts, "\n"),
  );
  return make("pre", { class: "code", tabindex: "0", role: "region", "aria-label": label }, make("code", null, rows));
}

function textBlock(text, label) {
  return make("pre", { class: "plain", tabindex: "0", role: "region", "aria-label": label }, visible(text));
}

// Two texts line by line; `edits` has a digit a row: 0 both, 1 left only, 2 right only, 3 one for the other.
function diffTable(left, right, edits, names) {
  const [old, now] = [linesOf(left), linesOf(right)];
  let [i, j] = [0, 0];
  const rows = [];
  let skipped = 0;
  const near = (index) => /[123]/.test(edits.slice(Math.max(0, index - 3), index + 4));
  const flush = () => {
    if (skipped) rows.push(make("tr", { class: "gap" }, make("td", { colspan: "4" }, `${plural(skipped, "equal line")}`)));
    skipped = 0;
  };
  [...edits].forEach((edit, index) => {
    const before = edit === "2" ? undefined : old[i];
    const after = edit === "1" ? undefined : now[j];
    if (edit !== "2") i += 1;
    if (edit !== "1") j += 1;
    if (edit === "0" && !near(index)) {
      skipped += 1;
      return;
    }
    flush();
    const cell = (text, number, kind, sign) => [
      make("td", { class: `at ${kind}` }, text === undefined ? "" : String(number)),
      make("td", { class: `text ${kind}` }, text === undefined ? "" : [
        edit === "0" ? "" : make("span", { class: "sign" }, sign), visible(text)]),
    ];
    rows.push(
      make("tr", { class: edit === "0" ? "same" : "other" },
        cell(before, i, edit === "0" ? "" : before === undefined ? "none" : "gone", "− "),
        cell(after, j, edit === "0" ? "twin" : after === undefined ? "none" : "come", "+ ")));
  });
  flush();
  return make("table", { class: "diff" },
    make("caption", { class: "hidden" }, `Programs side by side: ${visible(names[0])}, ${visible(names[1])}`),
    make("colgroup", null, ["at", "text", "at", "text"].map((kind) => make("col", { class: kind }))),
    make("thead", null, make("tr", null,
      make("th", { colspan: "2", scope: "colgroup" }, visible(names[0])),
      make("th", { colspan: "2", scope: "colgroup" }, visible(names[1])))),
    make("tbody", null, rows));
}
