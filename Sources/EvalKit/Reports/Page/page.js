// The page as a whole: theme, keys, which run is shown.

const root = document.documentElement;
const themes = ["automatic", "light", "dark"];
const themeButton = document.getElementById("theme");

function remembered() {
  try {
    return localStorage.getItem("evalkit-theme");
  } catch {
    return null;
  }
}

function setTheme(theme) {
  root.dataset.theme = theme;
  themeButton.querySelector("span").textContent = theme;
  try {
    localStorage.setItem("evalkit-theme", theme);
  } catch {
    // Some browsers keep nothing for a file; the choice then lasts as long as the page.
  }
}

setTheme(themes.includes(remembered()) ? remembered() : "automatic");
themeButton.hidden = false;
themeButton.addEventListener("click", () => setTheme(themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length]));

const data = await unpack(document.getElementById("data").textContent);
const table = new TaskTable(data);
const chooser = document.getElementById("run");

function chooseRun(index) {
  for (const part of document.querySelectorAll("div.run")) part.hidden = part.id !== `run-${index}`;
  for (const part of document.querySelectorAll("section.run")) part.hidden = part.dataset.run !== String(index);
  table.choose(index);
}

chooser?.addEventListener("change", () => chooseRun(Number(chooser.value)));
chooseRun(Number(chooser?.value ?? 0));
for (const place of document.querySelectorAll(".changes")) place.replaceChildren(...changeLists(data, Number(place.dataset.run)));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target.matches?.("input, select, textarea");
  if (dialog.open) {
    if (!isTyping && event.key === "j") table.go(1);
    if (!isTyping && event.key === "k") table.go(-1);
    return;
  }
  if (event.key === "/" && !isTyping) {
    event.preventDefault();
    table.search.focus();
    table.search.select();
  } else if (event.key === "Escape" && event.target === table.search && table.search.value) {
    table.search.value = "";
    table.draw();
  }
});

dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});
dialog.addEventListener("close", () => {
  history.replaceState(null, "", location.pathname + location.search);
  dialog.replaceChildren();
  if (table.current?.isConnected) table.current.focus();
});

function openAddress() {
  try {
    table.openNamed(decodeURIComponent(location.hash.slice(1)));
  } catch {
    // An address that is no encoded text names no task.
  }
}

addEventListener("hashchange", openAddress);
openAddress();
root.dataset.ready = "true";
