#!/usr/bin/env python3
"""server.py: brabeion in a Python web server, with nothing but what Python brings.

    server.py BADGES.YAML [PORT]

    POST /events/NAME  {"user": "ada", "id": "e-17", "points": 7600}    one event; answers what it earned
    GET /users/ada                                                      the user's trophies, newest first

Bodies and answers are JSON. "id" may be left out; all but it and "user" are fields of the event.

Worth seeing here: brabeion.py beside this file, and one Engine for all threads of a ThreadingHTTPServer. SIGTERM and
SIGINT end the server: no new requests, then those under way, then the engine.
"""

import json
import signal
import sys
import threading
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import brabeion

BODY_BYTES = 1 << 20
HTTP_STATUS = {"invalid": 400, "busy": 503}


class Handler(BaseHTTPRequestHandler):
    timeout = 30  # seconds of silence

    def do_POST(self):
        self.answer_with("events", self.judge)

    def do_GET(self):
        self.answer_with("users", lambda user: {"awards": list(map(asdict, self.server.engine.awards(user)))})

    def judge(self, name):
        size = int(self.headers.get("Content-Length", 0))
        if not 0 < size <= BODY_BYTES:
            raise ValueError("the body is one JSON object of at most 1 MiB")
        fields = json.loads(self.rfile.read(size))
        if not isinstance(fields, dict) or not isinstance(fields.get("user"), str):
            raise ValueError('the body is one JSON object with a text "user"')
        user, event_id = fields.pop("user"), fields.pop("id", None)
        event_id = None if event_id is None else str(event_id)
        awards = self.server.engine.possibly_award(name, user, fields, id=event_id)
        return {"outcome": awards.outcome, "awards": list(map(asdict, awards))}

    def answer_with(self, folder, function):
        """Answers a path /FOLDER/NAME with what `function` makes of NAME."""
        _, found, name = (self.path.split("?")[0] + "//").split("/")[:3]
        if found != folder:
            return self.send_json(404, {"error": "there are POST /events/NAME and GET /users/NAME"})
        try:
            self.send_json(200, function(unquote(name)))
        except brabeion.BrabeionError as error:
            self.send_json(HTTP_STATUS.get(error.status, 500), {"error": str(error)})
        except ValueError as error:  # of which wrong JSON is a kind
            self.send_json(400, {"error": str(error)})

    def send_json(self, status, value):
        body = json.dumps(value, default=str).encode() + b"\n"  # default: the times of awards
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *arguments):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = False  # so that server_close() waits for requests under way


def main():
    if not 2 <= len(sys.argv) <= 3:
        sys.exit("usage: server.py BADGES.YAML [PORT]")
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 8082
    with brabeion.Engine(sys.argv[1]) as engine, Server(("127.0.0.1", port), Handler) as server:
        server.engine = engine
        # shutdown() waits for the loop that the signal has interrupted, so another thread calls it.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        print(f"listening on 127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    try:
        main()
    except (brabeion.BrabeionError, OSError) as error:
        sys.exit(str(error))
