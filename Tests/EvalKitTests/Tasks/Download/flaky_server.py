"""Serves one file over HTTP, well or badly, on a free port of the loopback interface.

usage: flaky_server.py FILE

Prints the port, serves until its standard input ends. The first part of the path says how it misbehaves;
GET /log/KEY returns the Range headers that requests ending in KEY have carried, one a line.
"""

import http.server
import os
import sys
import threading
import time

CONTENT = open(sys.argv[1], "rb").read()
log = {}
lock = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body, headers, send=None):
        """Announces all of body and sends the first `send` bytes of it."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if send is None else body[:send])
        if send is not None:
            self.wfile.flush()
            self.close_connection = True

    def do_GET(self):
        mode, key = self.path.strip("/").split("/")
        asked = self.headers.get("Range")
        if mode == "log":
            lines = "".join(f"{line}\n" for line in log.get(key, []))
            return self.reply(200, lines.encode(), {})
        with lock:
            seen = log.setdefault(key, [])
            seen.append(asked or "all")
            turn = len(seen)
        if mode == "redirect":
            return self.reply(302, b"", {"Location": f"/good/{key}"})
        if mode in ("404", "500"):
            return self.reply(int(mode), b"sorry", {"Content-Type": "text/plain"})
        if mode == "page":
            return self.reply(200, b"<html>Sign in!</html>", {"Content-Type": "text/html; charset=utf-8"})
        if mode == "wrong":
            return self.reply(200, CONTENT[:-1] + b"?", {"ETag": '"w"'})
        if mode == "endless":
            self.send_response(200)
            self.end_headers()
            self.close_connection = True
            try:
                while True:
                    self.wfile.write(CONTENT)
            except OSError:
                return None

        content, tag = CONTENT, '"one"'
        if mode == "changed" and turn == 1:
            content, tag = CONTENT[::-1], '"zero"'
        headers = {"ETag": tag, "Content-Type": "application/octet-stream"}
        if mode == "dated":
            headers = {"Last-Modified": "Wed, 01 May 2024 10:00:00 GMT"}
            tag = headers["Last-Modified"]
        if mode == "unversioned":
            headers = {}
        start = 0
        if asked and mode not in ("rangeless", "unversioned") and self.headers.get("If-Range") in (None, tag):
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
        if start and mode == "unsatisfiable":
            return self.reply(416, b"", {"Content-Range": f"bytes */{len(content)}"})
        status = 200
        if start:
            status = 206
            first = start - 7 if mode == "misplaced" else start
            headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
        body = content[start:]
        if mode == "slow":
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for at in range(0, len(body), len(body) // 8):
                self.wfile.write(body[at : at + len(body) // 8])
                self.wfile.flush()
                time.sleep(0.1)
            return None
        if mode == "stall":
            self.reply(status, body, headers, send=1000)
            return time.sleep(60)
        # All modes that are not named above break the first connection in the middle.
        breaks = turn == 1 and mode != "good"
        return self.reply(status, body, headers, send=len(body) // 2 if breaks else None)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
os._exit(0)
