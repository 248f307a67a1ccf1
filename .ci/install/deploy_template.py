"""Deploy the template without CDK to moto, as a person would: parameters, and zips in a bucket.

Usage: deploy_template.py DIRECTORY, as `npm run template` fills it
"""

import base64
import hashlib
import json
import logging
import os
import sys
from pathlib import Path

import boto3
from moto.cloudformation.parsing import resource_class_from_type
from moto.server import ThreadedMotoServer

REGION = "eu-central-1"
BUCKET = "acme-code"
PREFIX = "slack-audit-lake/"

LEAST = {"SourceName": "acme", "ArchiveStartsOn": "2026-01-01", "CodeBucket": BUCKET, "CodePrefix": PREFIX}
# Functions that a stack with these parameters has.
ALWAYS = {"ingest", "backfill", "seal"}
DEPLOYMENTS = {
    "SlackAuditLake": (LEAST, ALWAYS | {"columns", "detect", "schema-watch"}),
    "Everything": (
        {
            **LEAST,
            "FirstStart": "2026-01-02T03:04:05Z",
            "Schedule": "15m",
            "AlertEmail": "security@example.com",
            "Signing": "on",
            "ObjectLockMode": "GOVERNANCE",
            "Database": "everything",
            "Workgroup": "everything",
        },
        ALWAYS | {"columns", "detect", "schema-watch"},
    ),
    "Least": (
        {**LEAST, "Dashboard": "off", "Detection": "off", "RetentionDays": "400", "Database": "least", "Workgroup": "least"},
        ALWAYS,
    ),
}


def main(directory: Path) -> None:
    template = json.loads((directory / "slack-audit-lake.template.json").read_text())
    for logger in ("moto", "werkzeug"):
        logging.getLogger(logger).setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    os.environ.update(
        AWS_ACCESS_KEY_ID="deployer",
        AWS_SECRET_ACCESS_KEY="deployer",
        AWS_DEFAULT_REGION=REGION,
        AWS_ENDPOINT_URL=f"http://{host}:{port}",
    )
    try:
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        for file in directory.iterdir():
            s3.put_object(Bucket=BUCKET, Key=PREFIX + file.name, Body=file.read_bytes())
        deployable = without_unknown_types(template)
        for name, (parameters, functions) in DEPLOYMENTS.items():
            deploy(name, deployable, parameters)
            check_functions(name, directory, functions, parameters)
    finally:
        server.stop()


def without_unknown_types(template: dict) -> dict:
    """What moto can deploy: .ci/template/deploy_to_moto.py says why the other types are left out."""
    left_out = {
        name: resource["Type"]
        for name, resource in template["Resources"].items()
        if resource_class_from_type(resource["Type"]) is None
    }

    def without_references(node):
        if isinstance(node, list):
            return [without_references(item) for item in node]
        if not isinstance(node, dict):
            return node
        name = node.get("Ref") or node.get("Fn::GetAtt", [None])[0]
        if name in left_out:
            return f"arn:aws:{left_out[name].split('::')[1].lower()}:{REGION}:123456789012:{name}"
        return {key: without_references(value) for key, value in node.items()}

    resources = {
        name: without_references(resource)
        for name, resource in template["Resources"].items()
        if name not in left_out
    }
    for resource in resources.values():
        depends_on = resource.pop("DependsOn", [])
        depends_on = [depends_on] if isinstance(depends_on, str) else depends_on
        resource["DependsOn"] = [name for name in depends_on if name in resources]
    return {**template, "Resources": resources, "Outputs": without_references(template["Outputs"])}


def deploy(name: str, template: dict, parameters: dict[str, str]) -> None:
    s3 = boto3.client("s3")
    s3.put_object(Bucket=BUCKET, Key="deployable.json", Body=json.dumps(template))
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(
        StackName=name,
        TemplateURL=f"https://{BUCKET}.s3.{REGION}.amazonaws.com/deployable.json",
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ],
        Capabilities=["CAPABILITY_IAM"],
    )
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    assert parameters["SourceName"] in outputs.values(), outputs
    assert ("SigningKey" in outputs) == (parameters.get("Signing") == "on"), outputs
    created = {resource["LogicalResourceId"] for resource in resources_of(name)}
    unconditional = {
        name for name, resource in template["Resources"].items() if "Condition" not in resource
    }
    assert unconditional <= created, f"not created: {sorted(unconditional - created)}"
    print(f"deployed to moto without CDK: {name}, {len(created)} resources")


def resources_of(stack: str) -> list[dict]:
    pages = boto3.client("cloudformation").get_paginator("list_stack_resources")
    return [
        resource
        for page in pages.paginate(StackName=stack)
        for resource in page["StackResourceSummaries"]
    ]


def check_functions(
    stack: str, directory: Path, expected: set[str], parameters: dict[str, str]
) -> None:
    """Each function has the code of its zip, and those of the source know the source."""
    by_hash = {sha256(zip_file): zip_file.name for zip_file in directory.glob("*.zip")}
    client = boto3.client("lambda")
    deployed = {}
    for resource in resources_of(stack):
        if resource["ResourceType"] != "AWS::Lambda::Function":
            continue
        function = client.get_function(FunctionName=resource["PhysicalResourceId"])["Configuration"]
        folder = by_hash[function["CodeSha256"]].rsplit("-", 2)[0]
        deployed[folder] = function["Environment"]["Variables"]
    assert set(deployed) == expected, (stack, sorted(deployed))
    environment = deployed["ingest"]
    assert environment["SOURCE"] == parameters["SourceName"], environment
    assert environment.get("FIRST_START") == parameters.get("FirstStart"), environment


def sha256(path: Path) -> str:
    return base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
