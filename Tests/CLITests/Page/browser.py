"""A headless Chromium without a network, and the report pages that it looks at."""

import json
import os
import pathlib
import subprocess
import sys

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

ROOT = pathlib.Path(__file__).resolve().parents[3]
EVALKIT = os.environ.get("EVALKIT_BINARY", str(ROOT / ".build/debug/evalkit"))


class Browser(webdriver.Chrome):
    """Writes down what the console said and what was asked of the network."""

    def __init__(self, folder):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in (
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
            "--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking", "--no-first-run",
            f"--user-data-dir={folder}/profile",
        ):  # fmt: skip
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        super().__init__(options=options, service=Service("/usr/bin/chromedriver"))

    def size(self, width, height=900):
        """The viewport, which in a window could not be as narrow as a phone."""
        self.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
        )

    def theme(self, scheme, still=False):
        """What the system prefers."""
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"},
        ]
        self.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def show(self, page):
        """Opens a file and waits until its script is done."""
        self.get("about:blank")
        self.get(f"file://{page}")
        self.wait("return document.documentElement.dataset.ready === 'true'")

    def wait(self, script, seconds=10):
        """Until `script` returns something true."""
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self, seconds, poll_frequency=0.02).until(lambda _: self.execute_script(script))

    def complaints(self):
        """What the console said since the last call."""
        return [entry["message"] for entry in self.get_log("browser")]

    def requests(self):
        """Every address asked for since the last call, but files, the browser's own pages, and what the page's
        policy held back."""
        found, blocked = {}, set()
        for entry in self.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            parameters = message["params"]
            if message["method"] == "Network.requestWillBeSent":
                found[parameters["requestId"]] = parameters["request"]["url"]
            elif message["method"] == "Network.loadingFailed" and parameters.get("blockedReason") == "csp":
                blocked.add(parameters["requestId"])
        own = ("file:", "about:", "data:", "blob:", "chrome:")
        return [url for key, url in found.items() if key not in blocked and not url.startswith(own)]


def synthetic(out, *options):
    """A made-up run."""
    script = ROOT / "Benchmarks/synthetic_run.py"
    subprocess.run([sys.executable, "-I", script, out, *options], check=True)
    return out


def page(file, *runs, data=None):
    """The page that the program makes of runs."""
    command = [EVALKIT, "report", *map(str, runs), "--format", "html", "-o", str(file)]
    if data:
        command += ["--data", str(data)]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return file
