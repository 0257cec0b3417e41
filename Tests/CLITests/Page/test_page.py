"""The page of `evalkit report`, opened in a browser without a network and used as a person would.

    /usr/bin/python3 -m unittest -v test_page        from this folder; needs chromium, chromium-driver and
                                                     python3-selenium, and a built evalkit ($EVALKIT_BINARY)

Screenshots at phone and desktop width in both themes go to $EVALKIT_SCREENSHOTS, if that is set.
"""

import base64
import os
import pathlib
import re
import tempfile
import unittest

from browser import Browser, page, synthetic
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

PHONE, DESKTOP = (390, 844), (1440, 1000)


PAGES = {}


def setUpModule():
    folder = PAGES["folder"] = tempfile.TemporaryDirectory()
    place = pathlib.Path(folder.name)
    data, hostile_data = place / "data", place / "hostile-data"
    small = ("--tasks", "40", "--samples", "10", "--traces", "--task-file", data)
    old = synthetic(place / "old", *small)
    new = synthetic(place / "new", *small, "--draw", "1", "--drop", "0.2")
    greedy = synthetic(place / "greedy", "--tasks", "60", "--samples", "1")
    # A file name takes no slash; all else is allowed.
    name = "<img src=x onerror=alert(1)>\"' onmouseover=\"x\u0301"
    evil = ("--tasks", "6", "--samples", "2", "--traces", "--hostile", "--task-file", hostile_data)
    hostile = synthetic(place / name, *evil)
    PAGES["one"] = page(place / "one.html", old, data=data)
    PAGES["two"] = page(place / "two.html", old, new, data=data)
    PAGES["greedy"] = page(place / "greedy.html", greedy)
    PAGES["hostile"] = page(place / "hostile.html", hostile, hostile, data=hostile_data)
    PAGES["browser"] = Browser(place)


def tearDownModule():
    PAGES["browser"].quit()
    PAGES["folder"].cleanup()


class PageCase(unittest.TestCase):
    def setUp(self):
        self.browser, self.one, self.two = PAGES["browser"], PAGES["one"], PAGES["two"]
        self.greedy, self.hostile = PAGES["greedy"], PAGES["hostile"]
        self.browser.size(*DESKTOP)
        self.browser.theme("light")
        self.browser.get("about:blank")
        self.browser.complaints(), self.browser.requests()

    def tearDown(self):
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual(self.browser.requests(), [])

    def find(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        return self.browser.execute_script(
            "return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent)", selector
        )

    def press(self, *keys):
        ActionChains(self.browser).send_keys(*keys).perform()

    def names(self):
        return self.texts("table.tasks tbody button.name")

    def js(self, script, *arguments):
        return self.browser.execute_script(script, *arguments)

    def open(self, task):
        self.js(
            "[...document.querySelectorAll('button.name')].find((one) => one.textContent === arguments[0]).click()", task
        )
        return self.find("dialog[open]")


class TaskTests(PageCase):
    def setUp(self):
        super().setUp()
        self.browser.show(self.one)

    def test_the_page_says_the_score_and_what_made_it(self):
        text = self.find("main").text
        for part in ("pass@1", "95 % interval", "What became of the samples", "wrong answer", "AR-ness@k",
                     "What made these numbers", "source.sampler.algorithm", "a made-up processor", "--alg entropy"):  # fmt: skip
            self.assertIn(part, text)
        self.assertEqual(len(self.all("svg[role=img][aria-label]")), 4)

    def test_search_narrows_the_table_and_says_so(self):
        search = self.find("#search")
        search.send_keys("HumanEval/1")
        self.assertEqual(self.names(), ["HumanEval/1", *(f"HumanEval/{n}" for n in range(10, 20))])
        self.assertEqual(self.find("#count").text, "11 of 40 tasks")
        search.send_keys(" task_17")
        self.assertEqual(self.names(), ["HumanEval/17"])
        # What only a prompt and only a program has.
        for word, least in (("return the total of values", 1), ("lambda", 5)):
            search.clear()
            search.send_keys(word)
            self.assertGreaterEqual(len(self.names()), least)
        search.send_keys(" no such word")
        self.assertEqual(self.names(), [])
        self.press(Keys.ESCAPE)
        self.assertEqual(len(self.names()), 40)

    def test_filters_agree_with_their_counts(self):
        status = Select(self.find("#status"))
        values = [(one.get_attribute("value"), one.get_attribute("textContent")) for one in status.options]
        self.assertTrue(any(value == "word:wrong answer" for value, _ in values), values)
        for value, text in values[1:]:
            status.select_by_value(value)
            self.assertEqual(len(self.names()), int(re.search(r"\((\d+)\)$", text)[1]), text)
        status.select_by_value("")
        Select(self.find("#level")).select_by_value("hard")
        self.assertEqual(self.names(), [f"HumanEval/{n}" for n in range(2, 40, 3)])
        status.select_by_value("kind:passed")
        self.assertTrue(all(text.strip() == "10 of 10" for text in self.texts("table.tasks tbody td.share")))

    def test_headings_sort(self):
        def sorted_by(key):
            self.find(f"th.{key} button").click()
            return self.find(f"thead th.{key}").get_attribute("aria-sort")

        def shares():
            return [int(text.split(" of ")[0]) for text in self.texts("table.tasks tbody td.share")]

        self.assertEqual(sorted_by("share"), "ascending")
        self.assertEqual(shares(), sorted(shares()))
        self.assertEqual(sorted_by("share"), "descending")
        self.assertEqual(shares(), sorted(shares(), reverse=True))
        self.assertEqual(sorted_by("slowest"), "descending")
        self.assertEqual(len(self.all("thead th[aria-sort]")), 1)
        self.assertEqual(sorted_by("level"), "ascending")
        levels = self.texts("table.tasks tbody td.level")
        self.assertEqual(levels, sorted(levels, key=["easy", "medium", "hard"].index))
        self.assertEqual(sorted_by("index"), "ascending")
        self.assertEqual(self.names(), [f"HumanEval/{n}" for n in range(40)])

    def test_a_case_shows_everything(self):
        Select(self.find("#status")).select_by_value("word:wrong answer")
        dialog = self.open(self.names()[0])
        # The verdict shown is that of a failed sample.
        for part in ("First failure in the", "input", "expected", "got", "Program", "Raw text", "Prompt",
                     "Decoding", "Time and memory", "MiB"):  # fmt: skip
            self.assertIn(part, dialog.text)
        self.assertIn("def task_", self.texts("dialog pre.code")[0])
        self.assertIn("This works because it must.", self.texts("dialog .dropped")[-1])
        cells = self.all("dialog .strip button")
        self.assertEqual(len(cells), 10)
        cells[3].click()
        self.assertIn("Shown: sample 3.", self.find("dialog").text)
        self.assertEqual(self.find("dialog .strip [aria-pressed=true]").get_attribute("aria-label")[:8], "Sample 3")

    def test_a_case_has_an_address(self):
        self.open("HumanEval/7")
        address = self.browser.current_url
        self.assertTrue(address.endswith("#HumanEval%2F7"), address)
        self.browser.get("about:blank")
        self.browser.get(address)
        self.browser.wait("return document.querySelector('dialog[open]') !== null")
        self.assertEqual(self.find("#case-title").text.split()[0], "HumanEval/7")

    def test_the_keyboard_suffices(self):
        self.press("/")
        self.assertEqual(self.browser.switch_to.active_element.get_attribute("id"), "search")
        self.press("HumanEval/2")
        # To the first task: past result, difficulty and the headings.
        for _ in range(12):
            self.press(Keys.TAB)
            if self.browser.switch_to.active_element.get_attribute("class") == "name":
                break
        self.assertEqual(self.browser.switch_to.active_element.text, "HumanEval/2")
        self.assertNotEqual(self.js("return getComputedStyle(document.activeElement).outlineStyle"), "none")
        self.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_UP)
        self.assertEqual(self.browser.switch_to.active_element.text, "HumanEval/20")
        self.press(Keys.END)
        self.assertEqual(self.browser.switch_to.active_element.text, "HumanEval/29")
        self.press(Keys.ENTER)
        self.assertTrue(self.find("#case-title").text.startswith("HumanEval/29"))
        self.press("k")
        self.assertTrue(self.find("#case-title").text.startswith("HumanEval/28"))
        self.press(Keys.ESCAPE)
        self.browser.wait("return !document.querySelector('dialog').open")
        self.assertEqual(self.browser.switch_to.active_element.text, "HumanEval/28")

    def test_reading_programs_find_their_way(self):
        self.assertEqual(self.js("return document.documentElement.lang"), "en")
        self.assertEqual(len(self.all("main")), 1)
        self.assertEqual(len(self.all("h1")), 1)
        unlabelled = self.js(
            "return [...document.querySelectorAll('input, select, button')].filter((one) =>"
            " !one.closest('[hidden]') && !one.labels?.length && !one.getAttribute('aria-label')"
            " && !one.textContent.trim()).length"
        )
        self.assertEqual(unlabelled, 0)
        self.assertEqual(self.find("#count").get_attribute("aria-live"), "polite")
        levels = [int(name[1]) for name in self.js("return [...document.querySelectorAll('main h1, main h2, main h3')]"
                                                   ".filter((one) => one.offsetParent).map((one) => one.tagName)")]  # fmt: skip
        self.assertTrue(all(b - a <= 1 for a, b in zip(levels, levels[1:])), levels)
        headings = self.all("table.tasks thead th[scope=col]")
        self.assertEqual(len(headings), 5)
        self.assertEqual(len(self.all("table.tasks tbody th[scope=row]")), 40)

    def test_texts_are_read_in_both_themes(self):
        for theme in ("light", "dark"):
            self.browser.theme(theme)
            self.browser.show(self.one)
            self.open("HumanEval/1")
            self.assertEqual(low_contrast(self.browser), [])

    def test_the_theme_is_chosen_and_kept(self):
        button = self.find("#theme")
        paper = "return getComputedStyle(document.body).backgroundColor"
        light = self.js(paper)
        self.assertIn("automatic", button.text)
        button.click()
        button.click()
        dark = self.js(paper)
        self.assertNotEqual(light, dark)
        self.browser.show(self.one)
        self.assertEqual(self.js(paper), dark)
        self.find("#theme").click()
        self.assertEqual(self.js(paper), light)
        self.browser.theme("dark")
        self.assertEqual(self.js(paper), dark)

    def test_it_prints(self):
        printed = self.browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
        document = base64.b64decode(printed["data"])
        self.assertTrue(document.startswith(b"%PDF-"))
        self.assertGreaterEqual(len(re.findall(rb"/Type\s*/Page\b", document)), 2)
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        self.assertFalse(self.find("form.tools").is_displayed())
        self.assertTrue(self.find("table.tasks tbody tr").is_displayed())
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


class PlayerTests(PageCase):
    def setUp(self):
        super().setUp()
        self.browser.show(self.one)
        self.open("HumanEval/3")
        self.find("dialog .strip button").click()
        self.browser.wait("return document.querySelector('.said')?.value.startsWith('step ')")

    def shown(self):
        return int(self.js("return document.querySelector('.controls input').value"))

    def pixels(self):
        return self.js("return document.querySelector('canvas.map').toDataURL()")

    def test_it_begins_at_the_end_and_stands_still(self):
        self.assertEqual(str(self.shown()), self.js("return document.querySelector('.controls input').max"))
        self.assertEqual(self.texts(".play"), ["Play"])
        self.assertEqual(self.js("return document.querySelectorAll('.token:not(.there)').length"), 0)

    def test_steps_go_both_ways_by_button_and_key(self):
        last, whole = self.shown(), self.pixels()
        self.find("[aria-label='One step back']").click()
        self.assertEqual(self.shown(), last - 1)
        self.assertEqual(len(self.all(".token:not(.there)")), 1)
        self.assertNotEqual(self.pixels(), whole)
        self.find("[aria-label='One step on']").click()
        self.assertEqual((self.shown(), self.pixels()), (last, whole))
        self.press(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
        self.assertEqual(self.shown(), last - 2)
        self.press(Keys.HOME)
        self.assertEqual(self.shown(), 0)
        self.assertIn("masks", self.find(".said").text)
        self.assertEqual(len(self.all(".token.there")), 0)
        self.press(Keys.END)
        self.assertEqual(self.shown(), last)

    def test_the_slider_shows_any_step(self):
        self.js("const one = document.querySelector('.controls input'); one.value = 5;"
                "one.dispatchEvent(new Event('input'))")  # fmt: skip
        self.assertIn("5 of ", self.find(".said").text)
        self.assertEqual(len(self.all(".token.there")), 5)
        self.assertEqual(len(self.all(".token.now")), 1)

    def test_it_plays_and_pauses(self):
        play = self.find(".play")
        play.click()
        self.assertEqual(play.text, "Pause")
        self.browser.wait("return Number(document.querySelector('.controls input').value) > 2")
        play.click()
        at = self.shown()
        self.assertEqual(play.text, "Play")
        self.assertEqual(self.shown(), at)
        play.click()
        self.browser.wait("return document.querySelector('.play').textContent === 'Play'", 20)
        self.assertEqual(str(self.shown()), self.js("return document.querySelector('.controls input').max"))

    def test_those_who_want_less_motion_get_less(self):
        self.browser.theme("light", still=True)
        last = self.shown()
        self.assertEqual(self.js("return getComputedStyle(document.querySelector('.token')).transitionDuration"), "0s")
        self.find(".play").click()
        seen = {self.shown()}
        self.browser.wait(
            "window.seen ??= new Set(); window.seen.add(document.querySelector('.controls input').value);"
            "return document.querySelector('.play').textContent === 'Play'", 20)  # fmt: skip
        seen |= set(map(int, self.js("return [...window.seen]")))
        self.assertLessEqual(len(seen), 14)
        self.assertIn(last, seen)


class RunsTests(PageCase):
    def setUp(self):
        super().setUp()
        self.browser.show(self.two)

    def test_changes_open_as_a_diff(self):
        self.assertIn("new against old", self.texts("section.comparison h2"))
        summary = self.find("details.change summary")
        summary.click()
        self.browser.wait("return document.querySelector('table.diff tbody tr') !== null")
        diff = self.find("table.diff")
        self.assertEqual([one.text.split(",")[0] for one in diff.find_elements(By.CSS_SELECTOR, "thead th")], ["old", "new"])
        left = self.texts("details.change[open] td.text:nth-child(2)")
        self.assertTrue(any("def task_" in text for text in left))
        self.assertTrue(self.all("td.gone") and self.all("td.come"))
        # Every line of the right program, in order, with its number.
        numbers = [text for text in self.texts("details.change[open] td.at:nth-child(3)") if text]
        self.assertEqual(numbers, sorted(numbers, key=int))

    def test_the_tables_are_those_of_the_chosen_run(self):
        before = self.texts("table.tasks tbody td.share")
        Select(self.find("#run")).select_by_visible_text("new")
        self.assertNotEqual(self.texts("table.tasks tbody td.share"), before)
        self.assertEqual([one.is_displayed() for one in self.all("div.run")], [False, True])
        self.open("HumanEval/4")
        self.assertIn("def task_4", self.texts("dialog pre.code")[0])


class GreedyTests(PageCase):
    def test_one_answer_a_task_needs_no_data_and_no_traces(self):
        self.browser.show(self.greedy)
        self.assertEqual(len(self.names()), 60)
        self.assertFalse(self.find("#levels").is_displayed())
        self.assertNotIn("AR-ness", self.find("main").text)
        Select(self.find("#status")).select_by_value("kind:failed")
        failed = self.names()
        dialog = self.open(failed[0])
        self.assertIn("First failure in the", dialog.text)
        self.assertNotIn("Prompt", dialog.text)
        self.assertEqual(self.all("dialog .strip"), [])


class HostileTests(PageCase):
    """What a model wrote is text, wherever it stands."""

    def test_nothing_of_it_is_markup(self):
        self.browser.show(self.hostile)
        self.browser.wait("return document.readyState === 'complete'")
        for summary in self.all("details.change summary"):
            summary.click()
        for index in range(6):
            self.js("document.querySelectorAll('button.name')[arguments[0]].click()", index)
            self.assertIn("</script><img src=x onerror=", self.find("dialog").get_attribute("textContent"))
        self.assertNotIn("owned", self.browser.title)
        self.assertEqual(len(self.all("img, iframe, object, embed")), 0)
        self.assertEqual(len(self.all("script")), 2)
        handlers = self.js(
            "return [...document.querySelectorAll('*')].flatMap((one) => [...one.attributes])"
            ".filter((one) => one.name.startsWith('on')).length"
        )
        self.assertEqual(handlers, 0)
        # The names of run, model, processor and task are there as they were written.
        text = self.find("main").get_attribute("textContent")
        self.assertEqual(text.count("source.model"), 2)
        self.assertIn("<img src=x onerror=alert(1)>", self.find("h2").text)
        self.assertTrue(any("</script>" in name for name in self.names()), self.names())
        # Nothing turns a line round.
        self.assertFalse(set("\u202e\u2028\x1b") & set(self.find("body").get_attribute("textContent")))

    def test_the_policy_stops_what_gets_through(self):
        self.browser.show(self.hostile)
        policy = self.find("meta[http-equiv='Content-Security-Policy']").get_attribute("content")
        self.assertTrue(policy.startswith("default-src 'none';"))
        self.assertNotIn("unsafe", policy)
        worked = self.js("try { document.body.innerHTML = '<b>x</b>'; return true } catch { return false }")
        self.assertFalse(worked)
        self.js("const one = document.createElement('script'); try { one.textContent = 'document.title=1' } catch {};"
                "document.body.append(one); const two = document.createElement('img'); two.src = 'https://example.org/x';"
                "document.body.append(two)")  # fmt: skip
        self.browser.wait("return new Promise((done) => setTimeout(() => done(true), 200))")
        self.assertNotEqual(self.browser.title, "1")
        complaints = self.browser.complaints()
        self.assertTrue(all("Content Security Policy" in one or "TrustedHTML" in one or "TrustedScript" in one
                            for one in complaints), complaints)  # fmt: skip
        self.assertTrue(complaints)


class WidthTests(PageCase):
    def test_no_width_scrolls_sideways(self):
        for width in (390, 320, 768, 1440):
            self.browser.size(width, 844)
            for file in (self.one, self.two, self.greedy, self.hostile):
                self.browser.show(file)
                self.js("document.querySelector('details.change summary')?.click()")
                self.js("document.querySelector('button.name').click()")
                sizes = self.js("const root = document.documentElement, box = document.querySelector('dialog');"
                                "return [root.scrollWidth, innerWidth, box.scrollWidth - box.clientWidth]")  # fmt: skip
                self.assertEqual(sizes, [width, width, 0], f"{file} at {width}")

    def test_screenshots(self):
        folder = os.environ.get("EVALKIT_SCREENSHOTS")
        for name, size in (("phone", PHONE), ("desktop", DESKTOP)):
            for theme in ("light", "dark"):
                self.browser.size(*size)
                self.browser.theme(theme)
                for label, file, script in (
                    ("report", self.one, ""),
                    ("case", self.one, "[...document.querySelectorAll('button.name')][1].click()"),
                    ("canvas", self.one, "[...document.querySelectorAll('button.name')][1].click();"
                     "document.querySelector('.strip button').click();"
                     "document.querySelector('.player').scrollIntoView()"),
                    ("compare", self.two, "document.querySelector('details.change summary').click()"),
                ):  # fmt: skip
                    self.browser.show(file)
                    self.js(script)
                    self.browser.wait("return new Promise((done) => setTimeout(() => done(true), 300))")
                    image = self.browser.get_screenshot_as_png()
                    self.assertGreater(len(image), 10_000)
                    if folder:
                        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
                        (pathlib.Path(folder) / f"{label}-{name}-{theme}.png").write_bytes(image)


def low_contrast(browser):
    """Texts on the screen of less than WCAG's 4.5 to 1 (3 to 1 where they are large), each with its contrast."""
    return browser.execute_script("""
      const parts = (colour) => {
        const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
        context.fillStyle = colour;
        context.fillRect(0, 0, 1, 1);
        return [...context.getImageData(0, 0, 1, 1).data];
      };
      const light = ([r, g, b]) => [r, g, b].map((one) => one / 255)
        .map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
        .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
      const found = new Set();
      for (const element of document.querySelectorAll("body *")) {
        const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        const style = getComputedStyle(element);
        if (!hasText || !element.checkVisibility() || element.closest(".hidden, script, style, noscript, option")) continue;
        const isDrawn = element.namespaceURI.endsWith("svg");
        if (isDrawn && element.localName !== "text") continue;
        let behind = element, ground = [0, 0, 0, 0];
        while (behind && ground[3] < 255) {
          ground = parts(getComputedStyle(behind).backgroundColor);
          behind = behind.parentElement;
        }
        const [a, b] = [light(parts(isDrawn ? style.fill : style.color)), light(ground)].sort((x, y) => y - x);
        const contrast = (a + 0.05) / (b + 0.05);
        const size = parseFloat(style.fontSize);
        if (contrast < (size >= 24 || (size >= 18.6 && style.fontWeight >= 700) ? 3 : 4.5)) {
          found.add(`${element.localName}.${element.className.baseVal ?? element.className}: ${contrast.toFixed(2)}`);
        }
      }
      return [...found];
    """)


if __name__ == "__main__":
    unittest.main()
