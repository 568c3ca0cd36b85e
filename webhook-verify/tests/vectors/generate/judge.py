"""Writes ../verdicts/python.json: what the providers' libraries for Python say of the deliveries made here.

    python judge.py

A module in `judges/` asks one library: `accepts` is true, or does not throw, for what the library accepts, and
`verified` tells the errors that come only once the signature has passed. A library that judges otherwise than the
delivery says is in `DIFFERING`, by the reason; the run fails when it turns out not to be so. As from Node, each
secret of a ring is tried by itself, and the clock stands still at the delivery's `now`.
"""

import base64
import hashlib
import importlib
import json
import logging
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import time_machine

HERE = Path(__file__).parent
MADE_HERE = ["described.json", "sdk-more.json", "sdk.json"]
FEWEST_REJECTED = 8


@dataclass(frozen=True)
class Delivery:
    secret: str
    headers: dict
    body: bytes
    method: str | None
    url: str | None
    receiver: dict

    @property
    def text(self):
        """The body for a library that wants text: what is not UTF-8 has none."""
        return self.body.decode()


def main():
    logging.disable()
    lines = [line for name in MADE_HERE for line in vectors(HERE.parent / name)]
    names = sorted(file.stem for file in (HERE / "judges").glob("*.py"))
    verdicts = [verdict(importlib.import_module(f"judges.{name}"), lines) for name in names]
    written = ",\n".join(json.dumps(verdict, separators=(",", ":")) for verdict in verdicts)
    (HERE.parent / "verdicts" / "python.json").write_text(f"[\n{written}\n]\n")


def vectors(file):
    """The lines of a file that have a delivery, as they are."""
    return [line.removesuffix(",") for line in file.read_text().splitlines() if line.startswith("{")]


def verdict(judge, lines):
    lines = [line for line in lines if json.loads(line)["provider"] == judge.PROVIDER]
    reasons = {name: reason for reason, names in judge.DIFFERING.items() for name in names}
    judged = [one(judge, json.loads(line), reasons) for line in lines]
    faults = [fault for fault, _, _ in judged if fault]
    if reasons:
        faults.append(f"{judge.PROVIDER}: there is no {', '.join(reasons)}")
    if faults:
        raise SystemExit("\n".join(faults))
    rejected = sum(not accepts for _, accepts, _ in judged)
    if rejected < FEWEST_REJECTED:
        raise SystemExit(f"{judge.PROVIDER}: {rejected} reject cases, at least {FEWEST_REJECTED} are needed")
    print(f"{judge.PROVIDER:18} {len(judged) - rejected:3} accepted {rejected:3} rejected")
    return {
        "provider": judge.PROVIDER,
        "by": f"{judge.PACKAGE}=={version(judge.PACKAGE)}",
        "accepted": len(judged) - rejected,
        "rejected": rejected,
        "sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        "differs": dict(note for _, _, note in judged if note),
    }


def one(judge, vector, reasons):
    """What is wrong, the library's verdict, and if it differs from ours, the id and why."""
    accepts = accepted(judge, vector)
    reason = reasons.pop(vector["id"].removeprefix(f"{judge.PROVIDER}/"), None)
    if (accepts != vector["accept"]) != (reason is not None):
        return f"{vector['id']}: the library {'accepts' if accepts else 'rejects'} it", accepts, None
    return None, accepts, reason and (vector["id"], reason)


def accepted(judge, vector):
    with time_machine.travel(vector["now"], tick=False):
        return any(passes(judge, delivery) for delivery in deliveries(vector))


def deliveries(vector):
    headers = {}
    for name, value in vector["headers"]:
        name = name.lower()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    for secret in vector["secrets"]:
        yield Delivery(
            secret["value"],
            dict(headers),
            body(vector),
            vector.get("method"),
            vector.get("url"),
            vector.get("receiver"),
        )


def body(vector):
    return base64.b64decode(vector["body_base64"]) if "body_base64" in vector else vector["body_utf8"].encode()


def passes(judge, delivery):
    try:
        return judge.accepts(delivery) is not False
    except Exception as error:
        return hasattr(judge, "verified") and judge.verified(error)


if __name__ == "__main__":
    main()
