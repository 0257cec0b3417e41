// The canvas of a diffusion model, filling in step by step.

const stops = [[68, 58, 140], [49, 104, 142], [33, 145, 140], [94, 201, 98], [230, 215, 40]];

function colourOf(share) {
  const at = Math.min(Math.max(share, 0), 1) * 4;
  const low = Math.min(Math.floor(at), 3);
  return stops[low].map((part, index) => Math.round(part + (stops[low + 1][index] - part) * (at - low)));
}

const prefersStill = matchMedia("(prefers-reduced-motion: reduce)");

function player(canvas) {
  const steps = [...new Set(canvas.step.filter((step) => step !== null))].sort((a, b) => a - b);
  const last = steps.at(-1) ?? 0;
  const share = (step) => (last > 0 ? step / last : 0);
  let [shown, timer] = [steps.length, 0];

  const map = make("canvas", { class: "map", role: "img" });
  const tokens = canvas.pieces.map((piece, index) => {
    const step = canvas.step[index];
    const token = make("span", { class: "token" }, visible(piece));
    token.title = `position ${index}, ${step === null ? "still masked" : `step ${step}`}`;
    if (step !== null) {
      const [red, green, blue] = colourOf(share(step));
      token.style.setProperty("--tile", `rgb(${red} ${green} ${blue})`);
      // Black or white, whichever is read more easily on it.
      token.style.setProperty("--on", red * 0.3 + green * 0.59 + blue * 0.11 > 118 ? "#000" : "#fff");
    }
    return token;
  });
  const flow = make("pre", { class: "flow", "aria-hidden": "true" }, tokens);
  const slider = make("input", { type: "range", min: "0", max: String(steps.length), step: "1", "aria-label": "Step" });
  const said = make("output", { class: "said", "aria-live": "off" });
  const play = make("button", { type: "button", class: "play" }, "Play");
  const back = make("button", { type: "button", "aria-label": "One step back" }, "‹");
  const on = make("button", { type: "button", "aria-label": "One step on" }, "›");

  function draw() {
    const columns = 64;
    const rows = Math.ceil(tokens.length / columns);
    const side = 10;
    map.width = columns * side;
    map.height = rows * side;
    const context = map.getContext("2d");
    context.clearRect(0, 0, map.width, map.height);
    const until = shown > 0 ? steps[shown - 1] : -1;
    const mask = getComputedStyle(map).getPropertyValue("--mask") || "#bbb";
    canvas.step.forEach((step, index) => {
      const isThere = step !== null && step <= until;
      context.fillStyle = isThere ? `rgb(${colourOf(share(step)).join(" ")})` : mask;
      context.fillRect((index % columns) * side, Math.floor(index / columns) * side, side - 1, side - 1);
    });
  }

  function show(count, isLive) {
    shown = Math.min(Math.max(count, 0), steps.length);
    const until = shown > 0 ? steps[shown - 1] : -1;
    let revealed = 0;
    let now = 0;
    tokens.forEach((token, index) => {
      const step = canvas.step[index];
      const isThere = step !== null && step <= until;
      token.classList.toggle("there", isThere);
      token.classList.toggle("now", isThere && step === until && shown < steps.length);
      if (isThere) revealed += 1;
      if (step === until) now += 1;
    });
    slider.value = String(shown);
    const text = shown === 0
      ? `before the first step: ${tokens.length} masks`
      : `step ${until + 1} of ${canvas.steps}: ${plural(now, "token")}, ${revealed} of ${tokens.length} revealed`;
    slider.setAttribute("aria-valuetext", text);
    said.value = text;
    said.setAttribute("aria-live", isLive ? "polite" : "off");
    map.setAttribute("aria-label", `Decoding order, ${text}`);
    draw();
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = "Play";
  }

  function start() {
    if (shown >= steps.length) show(0);
    // Twelve changes at a calm pace for those who asked for less motion; six seconds for the others.
    const pace = prefersStill.matches
      ? { every: 700, by: Math.ceil(steps.length / 12) }
      : { every: Math.max(16, 6000 / Math.max(steps.length, 1)), by: Math.max(1, Math.round(steps.length / 375)) };
    play.textContent = "Pause";
    timer = setInterval(() => {
      // The case was closed.
      if (!map.isConnected) return stop();
      show(shown + pace.by);
      if (shown >= steps.length) stop();
    }, pace.every);
  }

  const move = (count) => {
    stop();
    show(count, true);
  };
  play.addEventListener("click", () => (timer ? stop() : start()));
  back.addEventListener("click", () => move(shown - 1));
  on.addEventListener("click", () => move(shown + 1));
  slider.addEventListener("input", () => move(Number(slider.value)));
  const keys = { ArrowLeft: () => move(shown - 1), ArrowRight: () => move(shown + 1), Home: () => move(0), End: () => move(steps.length) };
  const figure = make("div", { class: "player", role: "group", "aria-label": "Decoding, step by step" },
    make("div", { class: "controls" }, back, play, on, slider, said),
    map, flow,
    make("p", { class: "legend note" }, "first step ", make("span", { class: "scale", "aria-hidden": "true" }), " last step",
      canvas.padding ? `; ${plural(canvas.padding, "position")} behind the end token not drawn` : ""));
  figure.addEventListener("keydown", (event) => {
    if (event.target === slider || !keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  });
  // Colours of masks are the style sheet's, which knows the element only once it is on the page.
  requestAnimationFrame(() => show(steps.length));
  return figure;
}
