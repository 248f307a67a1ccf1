"""Hold every event to the schemas that ocsf-json-schema carries, and to the line it was made of.

python check_events.py FOLDER: what make-events.ts wrote there. The schemas, the captions and the
reading of lines are none of the product's.
"""

import functools
import json
import math
import pathlib
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack

import jsonschema_rs
from ocsf_json_schema import OcsfJsonSchema, OcsfJsonSchemaEmbedded, get_ocsf_schema

VERSIONS = ("1.5.0", "1.8.0")
PROFILES = ["cloud", "host"]
LEVELS_MAX = 32
# Attributes with an id: the text beside it must be the caption of the id.
CAPTIONS = ("severity", "status")
FAILURES = ("invalid", "dropped", "different")


def first_of_each(pairs):
    members = {}
    for name, value in pairs:
        members.setdefault(name, value)
    return members


def whole_number(text):
    return int(text) if abs(int(text)) < 10**15 else text


def real_number(text):
    value = float(text)
    digits = sum(map(str.isdigit, text.lower().split("e")[0].lstrip("-0.")))
    return value if math.isfinite(value) and digits <= 15 else text


def parse(text):
    return json.loads(
        text, object_pairs_hook=first_of_each, parse_int=whole_number, parse_float=real_number
    )


def leaves(value):
    """Text of each leaf by its path; what is nested too deep is one leaf."""
    found = {}

    def collect(value, path):
        if isinstance(value, (dict, list)) and value and len(path) < LEVELS_MAX:
            for name, child in value.items() if isinstance(value, dict) else enumerate(value):
                collect(child, (*path, name))
        else:
            found[path] = as_text(value, path)

    collect(value, ())
    return found


def as_text(value, path):
    if len(path) >= LEVELS_MAX and isinstance(value, str) and value[:1] in "[{":
        try:
            value = json.loads(value)
        except ValueError:
            pass
    if isinstance(value, str):
        return value
    return json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value)


def dropped(entry_leaves, event):
    left = leaves(event.get("unmapped", {}))
    mapped = {k: v for k, v in event.items() if k not in ("unmapped", "raw_data")}
    texts = set(leaves(mapped).values())
    return [
        path for path, text in entry_leaves.items() if left.get(path) != text and text not in texts
    ]


class Schemas:
    """Of one version: a validator and the captions of each class."""

    def __init__(self, version):
        self.version = version
        self.raw = get_ocsf_schema(version=version)
        self.embedded = OcsfJsonSchemaEmbedded(OcsfJsonSchema(self.raw))
        self.classes = {each["uid"]: name for name, each in self.raw["classes"].items()}
        self.validators = {}

    def problem(self, event):
        name = self.classes.get(event.get("class_uid"))
        if name is None:
            return "no such class"
        if name not in self.validators:
            schema = self.embedded.get_class_schema(name, PROFILES)
            self.validators[name] = jsonschema_rs.validator_for(schema)
        for error in self.validators[name].iter_errors(event):
            return str(error)[:500]
        return self.wrong_caption(self.raw["classes"][name], event)

    def wrong_caption(self, schema, event):
        attributes = schema["attributes"]

        def caption(attribute):
            return attributes[attribute]["enum"][str(event[attribute])]["caption"]

        expected = {
            "class_name": schema["caption"],
            "category_name": caption("category_uid"),
            "type_name": caption("type_uid"),
            **{name: caption(f"{name}_id") for name in CAPTIONS},
        }
        if event["activity_id"] != 99:
            expected["activity_name"] = caption("activity_id")
        if event["type_uid"] != event["class_uid"] * 100 + event["activity_id"]:
            return "type_uid is another"
        if event["metadata"]["version"] != self.version:
            return "metadata.version is another"
        return next((f"{k} is not {v}" for k, v in expected.items() if event.get(k) != v), None)


@functools.cache
def schemas_of(version):
    return Schemas(version)


def check(lines):
    """Of one set of lines: what there is to print of each version, and the number of failures."""
    sys.setrecursionlimit(20_000)
    counts = {version: Counter() for version in VERSIONS}
    shown = Counter()
    with ExitStack() as files:
        texts, *events = (
            files.enter_context(lines.with_suffix(suffix).open(encoding="utf-8"))
            for suffix in (".lines", *(f".{version}" for version in VERSIONS))
        )
        for text, *event_texts in zip(texts, *events, strict=True):
            line = json.loads(text)
            entry = parse(line)
            entry_leaves = leaves(entry)
            uid = entry.get("id")
            is_text = isinstance(uid, (str, int, float)) and uid not in ("", True, False)
            for version, event_text in zip(VERSIONS, event_texts, strict=True):
                schemas, count = schemas_of(version), counts[version]
                event = json.loads(event_text)
                count["events"] += 1
                count[schemas.classes.get(event.get("class_uid"), "none")] += 1
                wrong = schemas.problem(event)
                lost = dropped(entry_leaves, event)
                other = event.get("raw_data") != line or (
                    is_text and as_text(uid, ()) != event["metadata"].get("uid")
                )
                count["invalid"] += wrong is not None
                count["dropped"] += bool(lost)
                count["different"] += other
                if (wrong or lost or other) and shown[version] < 5:
                    shown[version] += 1
                    print("FAILED:", wrong, lost, other, event_text[:2000], file=sys.stderr)
    report = [summary(f"{lines.stem} {version}", counts[version]) for version in VERSIONS]
    return "\n".join(report), sum(count[what] for count in counts.values() for what in FAILURES)


def summary(name, counts):
    classes = sorted(k for k in counts if k not in ("events", *FAILURES))
    failures = ", ".join(f"{counts[each]} {each}" for each in FAILURES)
    return (
        f"{name}: {counts['events']} events, {failures}\n"
        f"  {', '.join(f'{each} {counts[each]}' for each in classes)}"
    )


def main(folder):
    failures = 0
    with ProcessPoolExecutor() as pool:
        for report, failed in pool.map(check, sorted(pathlib.Path(folder).glob("*.lines"))):
            print(report)
            failures += failed
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main(sys.argv[1])
