"""Write the JSON Schemas of the classes that lib/ocsf makes, for the tests: test/ocsf/schemas/.

Run by hand after a change of lib/ocsf/classes.ts: python3 store_schemas.py VERSION CLASS...
Prints one JSON Schema, whose $defs hold the classes and every object that they can reach.
"""

import json
import sys

from ocsf_json_schema import OcsfJsonSchema, OcsfJsonSchemaEmbedded, get_ocsf_schema

PROFILES = ["cloud", "host"]


def without_texts(schema):
    """Captions say nothing to a validator."""
    if isinstance(schema, list):
        return [without_texts(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: {key: without_texts(each) for key, each in value.items()}
        if name in ("properties", "$defs")
        else without_texts(value)
        for name, value in schema.items()
        if name not in ("title", "deprecated", "$schema", "$id")
    }


def main(version, *classes):
    embedded = OcsfJsonSchemaEmbedded(OcsfJsonSchema(get_ocsf_schema(version=version)))
    definitions = {}
    for name in classes:
        schema = without_texts(embedded.get_class_schema(name, PROFILES))
        definitions.update(schema.pop("$defs"))
        definitions[f"class_{name}"] = schema
    print(json.dumps({"$defs": dict(sorted(definitions.items()))}, separators=(",", ":")))


main(*sys.argv[1:])
