"""Deploy a synthesized stack to moto, then run the deployed state machines and function there.

Usage: deploy_to_moto.py CLOUD_ASSEMBLY
"""

import io
import json
import logging
import os
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path

import boto3
from moto.cloudformation.parsing import resource_class_from_type
from moto.server import ThreadedMotoServer

ACCOUNT = "123456789012"
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
    "AWS::SNS::Subscription": "no CloudFormation support, and moto sends no mail",
    "AWS::SNS::TopicPolicy": "no CloudFormation support, and moto does not enforce the policies",
    "AWS::SQS::QueuePolicy": "no CloudFormation support, and moto does not enforce the policies",
    "AWS::Scheduler::Schedule": "no CloudFormation support; the test reads the input from the template",
    "AWS::Scheduler::ScheduleGroup": "no CloudFormation support",
    # Made here by the API call that CloudFormation would make.
    "AWS::SecretsManager::Secret": "no CloudFormation support",
}


def main(assembly: Path) -> None:
    (template_file,) = assembly.glob("*.template.json")
    stack_name = template_file.name.removesuffix(".template.json")
    template = json.loads(template_file.read_text())

    for logger in ("moto", "werkzeug"):
        logging.getLogger(logger).setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    os.environ.update(
        AWS_ACCESS_KEY_ID="deployer",
        AWS_SECRET_ACCESS_KEY="deployer",
        AWS_DEFAULT_REGION=REGION,
        AWS_ENDPOINT_URL=endpoint,
        MOTO_PORT=str(port),  # where its interpreter of state machines calls functions
    )
    try:
        check_modelled(template)
        publish_assets(assembly, stack_name)
        secrets = create_secrets(template)
        deploy(stack_name, template, secrets)
        run_state_machines(endpoint)
        test = prepare_run(stack_name, template, secrets, endpoint)
        require_authorization(endpoint)
        subprocess.run(
            ["npx", "node", ".ci/template/run-deployed.ts"],
            input=json.dumps(test),
            text=True,
            check=True,
        )
    finally:
        server.stop()


def resources_of(template: dict, resource_type: str) -> dict[str, dict]:
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == resource_type
    }


def check_modelled(template: dict) -> None:
    """Every resource is deployed or left out for a reason, and no reason is out of date."""
    types = {resource["Type"] for resource in template["Resources"].values()}
    modelled = {name for name in types if resource_class_from_type(name) is not None}
    unexplained = types - modelled - NOT_MODELLED.keys()
    assert not unexplained, f"moto cannot deploy {sorted(unexplained)}: say why it may be left out"
    outdated = NOT_MODELLED.keys() & (modelled | {n for n in NOT_MODELLED if n not in types})
    assert not outdated, f"no longer left out: take {sorted(outdated)} from the list"
    for name in sorted(types - modelled):
        print(f"left out of moto: {name}: {NOT_MODELLED[name]}")


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
        Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String"
    )


def zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return buffer.getvalue()


def fill_in(text: str) -> str:
    return text.replace("${AWS::AccountId}", ACCOUNT).replace("${AWS::Region}", REGION)


def create_secrets(template: dict) -> dict[str, str]:
    """The ARN of each secret by its logical id."""
    manager = boto3.client("secretsmanager")
    return {
        name: manager.create_secret(Name=name)["ARN"]
        for name in resources_of(template, "AWS::SecretsManager::Secret")
    }


def deploy(stack_name: str, template: dict, secrets: dict[str, str]) -> None:
    left_out = {
        name
        for name, resource in template["Resources"].items()
        if resource["Type"] in NOT_MODELLED
    }

    def without_left_out(node):
        """The template without references to what is left out."""
        if isinstance(node, list):
            return [without_left_out(item) for item in node]
        if not isinstance(node, dict):
            return node
        name = node.get("Ref") or node.get("Fn::GetAtt", [None])[0]
        if name in secrets:
            return secrets[name]
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
        resource["LogicalResourceId"]
        for page in cloudformation.get_paginator("list_stack_resources").paginate(
            StackName=stack_name
        )
        for resource in page["StackResourceSummaries"]
    }
    missing = resources.keys() - created
    assert not missing, f"not created: {sorted(missing)}"
    print(f"deployed to moto: {len(created)} resources")


def run_state_machines(endpoint: str) -> None:
    """Run the deployed definitions on moto's interpreter; the answers of the functions are given."""
    step_functions = boto3.client("stepfunctions")
    deployed = [
        step_functions.describe_state_machine(stateMachineArn=machine["stateMachineArn"])
        for machine in step_functions.list_state_machines()["stateMachines"]
    ]
    # moto keeps the state machines that it can run apart from those that it only describes.
    configure(endpoint, {"stepfunctions": {"execute_state_machine": True}, "lambda": {"use_docker": False}})
    past = "2026-01-01T00:00:00Z"
    done, again, wait = ({"next": step, "resumeAt": past} for step in ("done", "again", "wait"))
    plan = {"op": "plan", "from": "2025-01-01T00:00:00Z"}
    span = {"from": 1735689600, "until": 1738368000}
    day = "2026-02-28"
    planned = {"last": day, "planned": 1, "failures": 0}
    jobs = {
        "Backfill": (plan, [{"spans": [span]}, again, wait, done]),
        "Closing": ({}, [{"day": day, **planned}, wait, again, done, planned]),
    }
    for machine in deployed:
        (job,) = (job for job in jobs if f"-{job}" in machine["name"])
        run_state_machine(endpoint, machine, *jobs[job])
    configure(endpoint, {"stepfunctions": {"execute_state_machine": False}, "lambda": {"use_docker": True}})


def run_state_machine(endpoint: str, machine: dict, given: dict, answers: list[dict]) -> None:
    results = [json.dumps(answer) for answer in answers]
    post(
        f"{endpoint}/moto-api/static/lambda-simple/response",
        {"results": results, "region": REGION, "account_id": ACCOUNT},
    )
    step_functions = boto3.client("stepfunctions")
    arn = step_functions.create_state_machine(
        name=machine["name"], definition=machine["definition"], roleArn=machine["roleArn"]
    )["stateMachineArn"]
    execution = step_functions.start_execution(stateMachineArn=arn, input=json.dumps(given))
    end = time.monotonic() + 60
    while True:
        found = step_functions.describe_execution(executionArn=execution["executionArn"])
        if found["status"] != "RUNNING":
            break
        assert time.monotonic() < end, f"{machine['name']} does not end"
        time.sleep(0.2)
    assert found["status"] == "SUCCEEDED", found
    print(f"ran on moto: {machine['name']}, with {len(answers)} answers")


def configure(endpoint: str, config: dict) -> None:
    post(f"{endpoint}/moto-api/config", config)


def post(url: str, body: dict) -> None:
    request = urllib.request.Request(
        url,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    urllib.request.urlopen(request, timeout=10).close()


def prepare_run(stack_name: str, template: dict, secrets: dict[str, str], endpoint: str) -> dict:
    """What the test of the first source's function needs."""
    inputs = [
        json.loads(properties["Target"]["Input"])
        for properties in resources_of(template, "AWS::Scheduler::Schedule").values()
    ]
    event = next(event for event in inputs if event["source"] == "acme")

    functions = boto3.client("lambda")
    (function,) = (
        function
        for function in functions.list_functions()["Functions"]
        if function["Environment"]["Variables"].get("SOURCE") == event["source"]
        and "-Ingestion" in function["FunctionName"]
    )
    environment = function["Environment"]["Variables"]
    (code,) = (
        properties["Code"]
        for name, properties in resources_of(template, "AWS::Lambda::Function").items()
        if f"-{name}-" in function["FunctionName"]
    )
    bundle = Path("cdk.out/deployed")
    body = boto3.client("s3").get_object(
        Bucket=fill_in(code["S3Bucket"]["Fn::Sub"]), Key=code["S3Key"]
    )["Body"]
    with zipfile.ZipFile(io.BytesIO(body.read())) as archive:
        archive.extractall(bundle)

    role_name = function["Role"].rpartition("/")[2]
    widen_what_moto_cannot_see(role_name)
    role = boto3.client("sts").assume_role(RoleArn=function["Role"], RoleSessionName="function")
    return {
        "endpoint": endpoint,
        "region": REGION,
        "event": event,
        "handlerFile": str(bundle / "index.mjs"),
        "functionName": function["FunctionName"],
        "environment": environment,
        "functionCredentials": credentials(role["Credentials"]),
        "administratorCredentials": administrator(),
    }


def widen_what_moto_cannot_see(role_name: str) -> None:
    """moto knows the resource of a call to S3 only, and no condition: elsewhere it checks the action."""
    iam = boto3.client("iam")
    for policy_name in iam.list_role_policies(RoleName=role_name)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role_name, PolicyName=policy_name)["PolicyDocument"]
        for statement in document["Statement"]:
            statement.pop("Condition", None)
            if not str(statement["Resource"]).lstrip("['").startswith("arn:aws:s3:::"):
                statement["Resource"] = "*"
        iam.put_role_policy(
            RoleName=role_name, PolicyName=policy_name, PolicyDocument=json.dumps(document)
        )


def credentials(keys: dict) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        **({"AWS_SESSION_TOKEN": keys["SessionToken"]} if "SessionToken" in keys else {}),
    }


def administrator() -> dict[str, str]:
    iam = boto3.client("iam")
    iam.create_user(UserName="administrator")
    iam.put_user_policy(
        UserName="administrator",
        PolicyName="everything",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
            }
        ),
    )
    return credentials(iam.create_access_key(UserName="administrator")["AccessKey"])


def require_authorization(endpoint: str) -> None:
    """From now on moto asks IAM about every call."""
    request = urllib.request.Request(
        f"{endpoint}/moto-api/reset-auth",
        data=b"0",
        headers={"Content-Type": "text/plain"},
        method="POST",
    )
    urllib.request.urlopen(request, timeout=10).close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
