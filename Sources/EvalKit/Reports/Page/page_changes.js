// Tasks that came out otherwise than in the first run, their programs side by side.

function changeLists(data, run) {
  const names = [data.runs[0].name, data.runs[run].name];
  const programOf = (index, task, number) =>
    data.runs[index].results.find((result) => result.t === task)?.c?.find((found) => found.n === number)?.program;
  const list = (title, changes) => changes.length === 0 ? [] : [
    make("h3", null, `${title} (${grouped(changes.length)})`),
    changes.map((change) => {
      const of = ([right, all]) => all <= 1 ? (right ? "passed" : all ? "failed" : "no sample") : `${right} of ${all}`;
      const place = make("div", { class: "place" });
      const box = make("details", { class: "change" },
        make("summary", null, make("span", { class: "name" }, visible(data.tasks[change.t].id)), " ",
          make("span", { class: "note" }, `${of(change.base)} → ${of(change.new)}${change.f ? ", near a time limit" : ""}`)), place);
      box.addEventListener("toggle", () => {
        if (!box.open || place.hasChildNodes()) return;
        const [left, right] = [programOf(0, change.t, change.base[2]), programOf(run, change.t, change.new[2])];
        if (left === undefined || right === undefined || change.edits === undefined) {
          place.append(make("p", { class: "note" }, "The programs of both runs are not at hand, or too long to compare."));
          for (const [index, text] of [left, right].entries()) {
            if (text !== undefined) place.append(codeBlock(text, `Program of ${names[index]}`));
          }
          return;
        }
        const titles = [change.base, change.new].map((side, index) => `${names[index]}, sample ${side[2]}`);
        place.append(/[123]/.test(change.edits) ? diffTable(left, right, change.edits, titles)
          : make("p", { class: "note" }, "Both programs are the same, text for text."));
      });
      return box;
    }),
  ];
  const changes = data.changes[run - 1];
  const loss = (change) => change.new[0] / Math.max(change.new[1], 1) < change.base[0] / Math.max(change.base[1], 1);
  const isSingle = changes.every((change) => change.base[1] <= 1 && change.new[1] <= 1);
  return [
    ...list(isSingle ? "Newly failing" : "Less often right", changes.filter(loss)),
    ...list(isSingle ? "Newly passing" : "More often right", changes.filter((change) => !loss(change))),
  ].flat(2);
}
