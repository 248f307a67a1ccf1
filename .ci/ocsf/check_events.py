"""Hold every event to the schemas that ocsf-json-schema carries, and to the line it was made of.

python check_events.py FOLDER: what make-events.ts wrote there. The schemas, the captions and the
reading of lines are none of the product's.
"""

import json
import math
import pathlib
import sys
from collections import Counter

import jsonschema_rs
from ocsf_json_schema import OcsfJsonSchema, OcsfJsonSchemaEmbedded, get_ocsf_schema

VERSIONS = ("1.5.0", "1.8.0")
PROFILES = ["cloud", "host"]
LEVELS_MAX = 32
# Attributes with an id: the text beside it must be the caption of the id.
CAPTIONS = ("severity", "status")


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


def leaves(value, path=()):
    """Path and text of each leaf; what is nested too deep is one leaf."""
    if isinstance(value, (dict, list)) and value and len(path) < LEVELS_MAX:
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for name, child in members:
            yield from leaves(child, (*path, name))
    else:
        yield path, as_text(value, path)


def as_text(value, path):
    if len(path) >= LEVELS_MAX and isinstance(value, str) and value[:1] in "[{":
        try:
            value = json.loads(value)
        except ValueError:
            pass
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, str) else json.dumps(value)


def dropped(line, event):
    left = dict(leaves(event.get("unmapped", {})))
    mapped = {
        text
        for path, text in leaves({k: v for k, v in event.items() if k not in ("unmapped", "raw_data")})
    }
    for path, text in leaves(line):
        if left.get(path) != text and text not in mapped:
            yield path


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


def main(folder):
    sys.setrecursionlimit(20_000)
    failures = 0
    for lines in sorted(pathlib.Path(folder).glob("*.lines")):
        for version in VERSIONS:
            schemas = Schemas(version)
            counts = Counter()
            shown = 0
            with lines.open(encoding="utf-8") as texts, lines.with_suffix(f".{version}").open(
                encoding="utf-8"
            ) as events:
                for text, event_text in zip(texts, events, strict=True):
                    line, event = json.loads(text), json.loads(event_text)
                    entry = parse(line)
                    counts["events"] += 1
                    counts[schemas.classes.get(event.get("class_uid"), "none")] += 1
                    wrong = schemas.problem(event)
                    lost = list(dropped(entry, event))
                    uid = entry.get("id")
                    is_text = isinstance(uid, (str, int, float)) and uid not in ("", True, False)
                    other = event.get("raw_data") != line or (
                        is_text and as_text(uid, ()) != event["metadata"].get("uid")
                    )
                    counts["invalid"] += wrong is not None
                    counts["dropped"] += bool(lost)
                    counts["different"] += other
                    if (wrong or lost or other) and shown < 5:
                        shown += 1
                        print("FAILED:", wrong, lost, other, event_text[:2000], file=sys.stderr)
            failures += counts["invalid"] + counts["dropped"] + counts["different"]
            what = ("invalid", "dropped", "different")
            print(
                f"{lines.stem} {version}: {counts['events']} events,",
                ", ".join(f"{counts[each]} {each}" for each in what),
            )
            classes = sorted(k for k in counts if k not in ("events", *what))
            print("  " + ", ".join(f"{name} {counts[name]}" for name in classes))
    sys.exit(1 if failures else 0)


main(sys.argv[1])
