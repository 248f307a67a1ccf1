"""Runs Grove once, its own code untouched but for the API's address; it collects the last 7 days."""

import json
import os
import sys

import report_use  # noqa: F401

directory = sys.argv[1]
configuration = os.path.join(directory, "configuration")
output = os.path.join(directory, "output")
for path in (configuration, output):
    os.makedirs(path)
with open(os.path.join(configuration, "slack.json"), "w") as file:
    key = os.environ["SLACK_AUDIT_TOKEN"]
    connector = {"name": "bench", "identity": "bench", "key": key, "connector": "slack_audit_logs"}
    json.dump(connector, file)
os.environ["GROVE_CONFIG_LOCAL_FILE_PATH"] = configuration
os.environ["GROVE_OUTPUT_HANDLER"] = "local_file"
os.environ["GROVE_OUTPUT_LOCAL_FILE_PATH"] = output

import grove.connectors.slack.api as api  # noqa: E402
from grove.entrypoints.local_process import entrypoint  # noqa: E402

api.API_BASE_URI = os.environ["API_BASE"].rstrip("/")
entrypoint()
