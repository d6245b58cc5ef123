#!/usr/bin/env python3
"""A directory that is connected: pushes its catalogue, keeps a copy of the others', receives webhooks.

    directory.py push catalogue.json     what you hold: {"organisations": […], "offers": […], "needs": […], "deletions": […]}
    directory.py follow copy.json        loads a copy the first time, then what changed since; `--wait` stays and listens
    directory.py receive 9000            listens for webhooks' messages on a port, and says which are genuine

Settings: CHANTIERS_SITE, CHANTIERS_CLIENT, CHANTIERS_SECRET; to push also CHANTIERS_SOURCE; to receive CHANTIERS_WEBHOOK_SECRET.
Python 3.9 or newer, nothing else.
"""

import base64
import hashlib
import hmac
import json
import os
import random
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer

# A request holds at most so many rows.
ROWS = 1000
# What is loaded and followed, organisations first: the cursor of the first file is good for all three.
KINDS = {"organisations": "ORGANISATION", "offers": "OFFER", "needs": "NEED"}


class Refused(Exception):
    """The server said no, and trying again would not help."""

    def __init__(self, status, problem):
        super().__init__(f"{status} {problem.get('code', problem.get('error', ''))}: {problem.get('detail') or problem.get('title', '')}")
        self.code = problem.get("code")


class Site:
    """Requests with a token that is renewed in time, tried again where that can help."""

    def __init__(self):
        self.address = os.environ["CHANTIERS_SITE"].rstrip("/")
        self.token, self.good_until = None, 0.0

    def authorization(self):
        if time.time() > self.good_until - 60:
            form = {
                "grant_type": "client_credentials",
                "client_id": os.environ["CHANTIERS_CLIENT"],
                "client_secret": os.environ["CHANTIERS_SECRET"],
            }
            answer = json.load(self.send("POST", "/oauth/token", urllib.parse.urlencode(form).encode(), {}))
            self.token, self.good_until = answer["access_token"], time.time() + answer["expires_in"]
        return {"Authorization": f"Bearer {self.token}"}

    def request(self, method, path, body=None, **headers):
        """The answer, open for reading. A token that was withdrawn is asked for once more."""
        try:
            return self.send(method, path, body, {**self.authorization(), **headers})
        except Refused as refused:
            if refused.code != "UNAUTHENTICATED":
                raise
            self.good_until = 0.0
            return self.send(method, path, body, {**self.authorization(), **headers})

    def send(self, method, path, body, headers):
        """Busy, restarting and unreachable servers are asked again, later each time, or when they say."""
        for attempt in range(8):
            request = urllib.request.Request(self.address + path, data=body, method=method, headers=headers)
            wait = min(60, 2**attempt) * random.uniform(0.5, 1)
            try:
                return urllib.request.urlopen(request, timeout=90)
            except urllib.error.HTTPError as error:
                if error.code not in (429, 502, 503, 504):
                    try:
                        problem = json.load(error)
                    except ValueError:
                        problem = {}
                    raise Refused(error.code, problem) from None
                wait = float(error.headers.get("Retry-After") or wait)
            except OSError:
                pass
            time.sleep(wait)
        raise SystemExit(f"{self.address} does not answer")


def push(site, path):
    with open(path, encoding="utf-8") as file:
        catalogue = json.load(file)
    # Organisations come before the offers and needs that name them, deletions last.
    rows = [(kind, row) for kind in ("organisations", "offers", "needs", "deletions") for row in catalogue.get(kind, [])]
    source, run = os.environ["CHANTIERS_SOURCE"], uuid.uuid4()
    counts, refused = {}, 0
    for start in range(0, len(rows), ROWS):
        part = {}
        for kind, row in rows[start : start + ROWS]:
            part.setdefault(kind, []).append(row)
        # The key stays the same however often this part is sent, so that it is done once.
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"{run}/{start}", "Accept-Language": "fr"}
        answer = json.load(site.request("POST", f"/v1/sources/{source}/records", json.dumps(part).encode(), **headers))
        for row in answer["rows"]:
            counts[row["outcome"]] = counts.get(row["outcome"], 0) + 1
            for error in row["errors"]:
                refused += 1
                print(f"{row['recordType']} {row.get('externalId')}: {error['field']}: {error['message']}", file=sys.stderr)
    print(json.dumps(counts, sort_keys=True))
    return 1 if refused else 0


class Copy:
    """What the others hold, with the place in the feed that it stands at, in one file that is replaced in one step.

    With a database it is the same: the records and the cursor in one transaction.
    """

    def __init__(self, path):
        self.path = path
        self.cursor, self.records, self.became = None, {}, {}
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                kept = json.load(file)
            self.cursor, self.records, self.became = kept["cursor"], kept["records"], kept["became"]

    def keep(self):
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump({"cursor": self.cursor, "records": self.records, "became": self.became}, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(self.path + ".new", self.path)

    def put(self, record):
        """An older revision than ours is nothing new; an identifier with a record means itself."""
        known = self.records.get(record["id"])
        if known is None or known["revision"] < record["revision"]:
            self.records[record["id"]] = record
        self.became.pop(record["id"], None)

    def apply(self, change):
        kind, identifier = change["kind"], change["recordId"]
        if change.get("record"):
            self.put(change["record"])
        elif kind in ("DELETE", "VISIBILITY_LOST", "MERGE"):
            self.records.pop(identifier, None)
        if kind == "MERGE":
            # Whatever of yours names the one that went names the other from now on.
            self.became[identifier] = change["into"][0]
        elif kind == "SPLIT":
            for other in change["into"]:
                self.became.pop(other, None)
        # Kinds that you do not know are passed over.

    def load(self, site):
        """Everything, from the files; the first file's cursor was taken before any of them was read."""
        self.cursor, self.records, self.became = None, {}, {}
        for what in KINDS:
            complete = False
            answer = site.request("GET", f"/v1/exports/{what}.jsonl")
            for line in answer:
                record = json.loads(line)
                if "feedCursor" in record:
                    self.cursor, complete = self.cursor or record["feedCursor"], True
                else:
                    self.put(record)
            if not complete:
                raise SystemExit(f"the file of {what} broke off: run this again")
        self.keep()

    def follow(self, site, wait):
        """Applies what changed; answers when nothing more is known (or, with `wait`, never)."""
        while True:
            query = {"types": ",".join(KINDS.values()), "after": self.cursor, "first": 500}
            if wait:
                query["waitSeconds"] = 60
            page = json.load(site.request("GET", "/v1/changes?" + urllib.parse.urlencode(query)))
            for change in page["nodes"]:
                self.apply(change)
            self.cursor = page["cursor"]
            self.keep()
            if not page["hasMore"] and not wait:
                return


def follow(site, path, wait):
    copy = Copy(path)
    if copy.cursor is None:
        copy.load(site)
    while True:
        try:
            copy.follow(site, wait)
            break
        except Refused as refused:
            # Away for longer than the feed is kept, or the server went back to a backup: begin anew.
            if refused.code != "CURSOR_EXPIRED":
                raise
            copy.load(site)
    print(json.dumps({"records": len(copy.records)}))
    return 0


def genuine(secret, headers, body):
    """Whether a message was signed with our secret, and not long ago."""
    if abs(time.time() - int(headers["webhook-timestamp"])) > 300:
        return False
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret[len("whsec_") :])
    right = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return any(
        version == "v1" and hmac.compare_digest(signature, right)
        for version, _, signature in (part.partition(",") for part in headers["webhook-signature"].split())
    )


def receive(port):
    secret = os.environ["CHANTIERS_WEBHOOK_SECRET"]

    class Message(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                good = genuine(secret, self.headers, body)
            except (KeyError, TypeError, ValueError):
                good = False
            self.send_response(204 if good else 400)
            self.end_headers()
            if good:
                # A hint, no more: now run `follow`. The same `webhook-id` may come again.
                message = json.loads(body)
                print(message["type"], message["data"].get("recordId", ""), flush=True)

        def log_message(self, *_):
            pass

    HTTPServer(("127.0.0.1", port), Message).serve_forever()


def main(arguments):
    if len(arguments) >= 2 and arguments[0] == "push":
        return push(Site(), arguments[1])
    if len(arguments) >= 2 and arguments[0] == "follow":
        return follow(Site(), arguments[1], "--wait" in arguments)
    if len(arguments) == 2 and arguments[0] == "receive":
        return receive(int(arguments[1]))
    print(__doc__.strip(), file=sys.stderr)
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Refused as refused:
        sys.exit(str(refused))
