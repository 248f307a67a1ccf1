"""Deploy synthesized stacks to moto, and serve it until standard input ends.

Usage: deploy_to_moto.py CLOUD_ASSEMBLY...

Writes a line of JSON once all are deployed: moto's endpoint, and for each stack the names or ARNs of
its resources by their logical ids, where CloudFormation's `Ref` gives them.
"""

import io
import json
import logging
import os
import sys
import zipfile
from pathlib import Path

import boto3
from moto.cloudformation.parsing import resource_class_from_type
from moto.server import ThreadedMotoServer

ACCOUNT = os.environ["MOTO_ACCOUNT_ID"]
REGION = "eu-central-1"

# What the deployment to moto leaves out. A type that moto learns fails the test until it leaves this list.
NOT_MODELLED = {
    "AWS::Athena::NamedQuery": "no CloudFormation support; the queries run on DuckDB in npm test",
    "AWS::Athena::WorkGroup": "no CloudFormation support; its settings are asserted in npm test",
    "AWS::CloudWatch::Alarm": "no CloudFormation support; asserted in npm test",
    "AWS::Glue::Database": "no CloudFormation support; moto has no Athena that would read it",
    "AWS::Glue::Table": "no CloudFormation support; moto has no Athena that would read it",
    "AWS::Lambda::EventInvokeConfig": "no CloudFormation support; asserted in npm test",
    "AWS::S3::BucketPolicy": "no CloudFormation support, and moto does not enforce the policies",
    "AWS::SNS::Subscription": "no CloudFormation support; those of queues are made here",
    "AWS::SNS::TopicPolicy": "no CloudFormation support, and moto does not enforce the policies",
    "AWS::SQS::QueuePolicy": "no CloudFormation support, and moto does not enforce the policies",
    "AWS::Scheduler::Schedule": "no CloudFormation support; the test reads the input from the template",
    "AWS::Scheduler::ScheduleGroup": "no CloudFormation support",
    # Made here by the API call that CloudFormation would make.
    "AWS::SecretsManager::Secret": "no CloudFormation support",
}


def main(assemblies: list[Path]) -> None:
    for logger in ("moto", "werkzeug"):
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    os.environ.update(
        AWS_ACCESS_KEY_ID="deployer",
        AWS_SECRET_ACCESS_KEY="deployer",
        AWS_DEFAULT_REGION=REGION,
        AWS_ENDPOINT_URL=endpoint,
    )
    try:
        templates = {assembly: read_template(assembly) for assembly in assemblies}
        check_modelled([template for _, template in templates.values()])
        stacks = {}
        for assembly, (stack_name, template) in templates.items():
            publish_assets(assembly, stack_name)
            made = create_by_api(stack_name, template)
            names = deploy(stack_name, template, made)
            subscribe_queues(template, names)
            leave_polling_to_the_caller()
            stacks[stack_name] = {**names, **made}
        print(json.dumps({"endpoint": endpoint, "stacks": stacks}), flush=True)
        sys.stdin.read()
    finally:
        server.stop()


def read_template(assembly: Path) -> tuple[str, dict]:
    (template_file,) = assembly.glob("*.template.json")
    stack_name = template_file.name.removesuffix(".template.json")
    return stack_name, json.loads(template_file.read_text())


def resources_of(template: dict, resource_type: str) -> dict[str, dict]:
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == resource_type
    }


def check_modelled(templates: list[dict]) -> None:
    """Every resource is deployed or left out for a reason, and no reason is out of date."""
    types = {
        resource["Type"] for template in templates for resource in template["Resources"].values()
    }
    modelled = {name for name in types if resource_class_from_type(name) is not None}
    unexplained = types - modelled - NOT_MODELLED.keys()
    assert not unexplained, f"moto cannot deploy {sorted(unexplained)}: say why it may be left out"
    outdated = NOT_MODELLED.keys() & (modelled | {n for n in NOT_MODELLED if n not in types})
    assert not outdated, f"no longer left out: take {sorted(outdated)} from the list"


def publish_assets(assembly: Path, stack_name: str) -> None:
    """Upload what `cdk deploy` would, to where it would."""
    s3 = boto3.client("s3")
    for asset in json.loads((assembly / f"{stack_name}.assets.json").read_text())["files"].values():
        path = assembly / asset["source"]["path"]
        body = zipped(path) if asset["source"]["packaging"] == "zip" else path.read_bytes()
        for destination in asset["destinations"].values():
            bucket = fill_in(destination["bucketName"])
            if bucket not in {b["Name"] for b in s3.list_buckets()["Buckets"]}:
                s3.create_bucket(
                    Bucket=bucket,
                    CreateBucketConfiguration={"LocationConstraint": REGION},
                )
            s3.put_object(Bucket=bucket, Key=destination["objectKey"], Body=body)
    boto3.client("ssm").put_parameter(
        Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String", Overwrite=True
    )


def zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return buffer.getvalue()


def fill_in(text: str) -> str:
    return text.replace("${AWS::AccountId}", ACCOUNT).replace("${AWS::Region}", REGION)


def create_by_api(stack_name: str, template: dict) -> dict[str, str]:
    """What CloudFormation would make and moto's cannot: the ARN of each by its logical id."""
    secrets = {
        name: boto3.client("secretsmanager").create_secret(Name=f"{stack_name}-{name}")["ARN"]
        for name in resources_of(template, "AWS::SecretsManager::Secret")
    }
    # moto's CloudFormation makes every key a symmetric one.
    keys = {
        name: boto3.client("kms").create_key(KeySpec=key["KeySpec"], KeyUsage=key["KeyUsage"])
        for name, key in resources_of(template, "AWS::KMS::Key").items()
        if "KeySpec" in key
    }
    return {**secrets, **{name: key["KeyMetadata"]["Arn"] for name, key in keys.items()}}


def deploy(stack_name: str, template: dict, made: dict[str, str]) -> dict[str, str]:
    """The name or ARN of each resource by its logical id."""
    left_out = {
        name
        for name, resource in template["Resources"].items()
        if resource["Type"] in NOT_MODELLED or name in made
    }

    def without_left_out(node):
        """The template without references to what is left out."""
        if isinstance(node, list):
            return [without_left_out(item) for item in node]
        if not isinstance(node, dict):
            return node
        name = node.get("Ref") or node.get("Fn::GetAtt", [None])[0]
        if name in made:
            return made[name]
        if name in left_out:
            service = template["Resources"][name]["Type"].split("::")[1].lower()
            return f"arn:aws:{service}:{REGION}:{ACCOUNT}:left-out/{name}"
        return {key: without_left_out(value) for key, value in node.items()}

    resources = {
        name: without_left_out(resource)
        for name, resource in template["Resources"].items()
        if name not in left_out
    }
    for resource in resources.values():
        depends_on = resource.pop("DependsOn", [])
        depends_on = [depends_on] if isinstance(depends_on, str) else depends_on
        resource["DependsOn"] = [name for name in depends_on if name not in left_out]
        if resource["Type"] == "AWS::KMS::Key":
            resource["Properties"].pop("Tags", None)  # moto reads them in KMS's form only, and fails
    outputs = without_left_out(template["Outputs"])

    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(
        StackName=stack_name,
        TemplateBody=json.dumps({**template, "Resources": resources, "Outputs": outputs}),
        Capabilities=["CAPABILITY_IAM"],
    )
    (stack,) = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack
    created = {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in cloudformation.get_paginator("list_stack_resources").paginate(
            StackName=stack_name
        )
        for resource in page["StackResourceSummaries"]
    }
    missing = resources.keys() - created.keys()
    assert not missing, f"not created: {sorted(missing)}"
    return created


def subscribe_queues(template: dict, names: dict[str, str]) -> None:
    for subscription in resources_of(template, "AWS::SNS::Subscription").values():
        if subscription["Protocol"] != "sqs":
            continue
        queue_name = names[subscription["Endpoint"]["Fn::GetAtt"][0]].rpartition("/")[2]
        boto3.client("sns").subscribe(
            TopicArn=names[subscription["TopicArn"]["Ref"]],
            Protocol="sqs",
            Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue_name}",
            Attributes={"RawMessageDelivery": str(subscription["RawMessageDelivery"]).lower()},
        )


def leave_polling_to_the_caller() -> None:
    """moto would take messages off the queue and run the function in Docker."""
    functions = boto3.client("lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
