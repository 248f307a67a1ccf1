"""Collects as a user of Slack's Python SDK would: page by page into one compressed file."""

import gzip
import json
import os
import sys

import report_use  # noqa: F401
from slack_sdk.audit_logs.v1.client import AuditLogsClient

directory, oldest, latest = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
client = AuditLogsClient(token=os.environ["SLACK_AUDIT_TOKEN"], base_url=os.environ["API_BASE"])
cursor = None
with gzip.open(os.path.join(directory, "entries.json.gz"), "wt", compresslevel=5) as file:
    while True:
        page = client.logs(oldest=oldest, latest=latest, limit=9999, cursor=cursor).body
        for entry in page["entries"]:
            file.write(json.dumps(entry) + "\n")
        cursor = page.get("response_metadata", {}).get("next_cursor")
        if not cursor:
            break
