"""Deploys the stack that stacks/STACK.yaml describes: `make deploy`, or `./deploy` of a release.

In a clone, the function is built first.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
from datetime import datetime, timezone

import boto3
import yaml
from botocore.exceptions import BotoCoreError, ClientError

from stacks import BUNDLED, ROOT, Deployed, Faulty, StackFile, command

BUILT = ".aws-sam/build/template.yaml"


def this_machine() -> str:
    """What the processor at hand is called by Lambda."""
    return "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"


def revision() -> str:
    """When and what: no two deployments have the same, so each publishes a version."""
    if BUNDLED.exists():
        return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ bundle")
    described = subprocess.run(["git", "describe", "--tags", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False)
    when = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{when} {described.stdout.strip()}".strip()


def run(*arguments: str):
    """Runs a command in the terminal; ends with its status if it fails."""
    status = subprocess.run(arguments, cwd=ROOT, check=False).returncode
    if status:
        sys.exit(status)


def overrides(name: str, parameters: dict) -> str:
    """A file of parameters, since quoting JSON for SAM's command line is fragile."""
    file = ROOT / ".aws-sam" / f"{name}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(parameters, default_style='"', width=10_000))
    return f"file://{file}"


def sam_deploy(stack: StackFile, name: str, file: str, parameters: dict, confirm: bool):
    """Deploys one template; SAM shows the change set and asks."""
    if BUNDLED.exists() and not shutil.which("sam"):
        return cli_deploy(stack, name, file, parameters)
    arguments = ["sam", "deploy", "--stack-name", name, "--region", stack.region, "--template-file", file]
    arguments += ["--parameter-overrides", overrides(name, parameters)]
    tags = {"application": "start-chat-contact", **stack.tags}
    arguments += ["--tags", " ".join(f'"{key}"="{value}"' for key, value in tags.items())]
    return run(*arguments, *([] if confirm else ["--no-confirm-changeset"]))


def cli_deploy(stack: StackFile, name: str, file: str, parameters: dict):
    """Deploys one template with the AWS CLI, which asks nothing and needs a bucket."""
    bucket = os.environ.get("BUCKET")
    if not bucket:
        sys.exit("The AWS CLI uploads the zip to a bucket of yours: set BUCKET, or install the SAM CLI, which makes one.")
    upload = ["--s3-bucket", bucket, "--s3-prefix", "start-chat-contact", "--region", stack.region]
    packaged = f".packaged-{name}.yaml"
    run("aws", "cloudformation", "package", "--template-file", file, "--output-template-file", packaged, *upload)
    tags = {"application": "start-chat-contact", **stack.tags}
    run(
        *("aws", "cloudformation", "deploy", "--stack-name", name, "--template-file", packaged, *upload),
        *("--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset"),
        *("--parameter-overrides", *(f"{key}={value}" for key, value in parameters.items())),
        *("--tags", *(f"{key}={value}" for key, value in tags.items())),
    )


def deploy(stack: StackFile, arch: str, confirm: bool):
    """Builds and deploys the stack, and then its domain, if it has one."""
    parameters = {**stack.parameters, "Architecture": arch, "Revision": revision()}
    if not BUNDLED.exists():
        run("sam", "build", "--region", stack.region, "--parameter-overrides", f"Architecture={arch}")
    built = "template.yaml" if BUNDLED.exists() else BUILT
    sam_deploy(stack, stack.name, built, parameters, confirm)
    session = boto3.Session(region_name=stack.region)
    outputs = Deployed(session, stack.name).outputs
    if stack.domain:
        api = {"ApiId": outputs["ApiId"], "ApiStage": outputs["ApiStage"]}
        sam_deploy(stack, f"{stack.name}-domain", "domain.yaml", {**stack.domain, **api}, confirm)
        outputs["Endpoint"] = Deployed(session, f"{stack.name}-domain").outputs["Endpoint"]
    print()
    if "Endpoint" in outputs:
        print(f"Clients post to {outputs['Endpoint']}")
    print(f"Next: {command('doctor', stack.name)}, and {command('smoke', stack.name)}")


def ask(question: str, default: str = "") -> str:
    """An answer from the terminal."""
    shown = f" [{default}]" if default else ""
    return input(f"{question}{shown}: ").strip() or default


def choose(question: str, offered: list[tuple[str, str]]) -> str:
    """One of what is offered, by its number, or an id that is not."""
    for number, (_, name) in enumerate(offered, start=1):
        print(f"  {number}  {name}")
    answer = ask(question, "1" if offered else "")
    if answer.isdigit() and 0 < int(answer) <= len(offered):
        return offered[int(answer) - 1][0]
    return answer


def listed(connect, operation: str, key: str, **arguments) -> list[tuple[str, str]]:
    """Ids and names of what Amazon Connect lists; nothing if it may not be asked."""
    try:
        pages = connect.get_paginator(operation).paginate(**arguments)
        found = [one for page in pages for one in page[key]]
    except (BotoCoreError, ClientError) as error:
        print(f"  (cannot list them: {error})")
        return []
    return [(one["Id"], f"{one.get('InstanceAlias') or one.get('Name')}  {one['Id']}") for one in found]


def questions() -> dict:
    """What a stack cannot do without."""
    region = ask("Region, the same as the instance's", boto3.Session().region_name or "us-east-1")
    connect = boto3.client("connect", region_name=region)
    instance = choose("Amazon Connect instance", listed(connect, "list_instances", "InstanceSummaryList"))
    flows = listed(connect, "list_contact_flows", "ContactFlowSummaryList", InstanceId=instance, ContactFlowTypes=["CONTACT_FLOW"])
    flow = choose("Flow that chats start with", flows)
    authorization = ask("Who may call the API: NONE (anyone on the internet), IAM, the URL of a token issuer; or - for no API", "-")
    given = {"Region": region, "InstanceId": instance, "ContactFlowIds": [flow]}
    if authorization == "-":
        return {**given, "Api": "None"}
    given |= {"Api": "Http", "Authorization": authorization}
    if authorization.startswith("https://"):
        given["JwtAudience"] = [ask("Audience of the tokens")]
    origins = ask("Origins of the web pages, comma-separated, such as https://www.example.com; - for none", "-")
    return {**given, "AllowedOrigins": [] if origins == "-" else [one.strip() for one in origins.split(",")]}


def fill(example: str, given: dict) -> str:
    """The example with these values in place of its own; what has none is left out."""
    lines, skipping = [], False
    for line in example.splitlines():
        name = line.split(":")[0]
        if skipping and line.startswith("  "):
            continue
        skipping = False
        if name.lstrip("# ") in given and line.lstrip("# ").startswith(f"{name.lstrip('# ')}:"):
            name = name.lstrip("# ")
            lines.append(yaml.safe_dump({name: given[name]}).strip())
            skipping = True
        elif name in ("Authorization", "AllowedOrigins"):
            skipping = True
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def make_file(name: str):
    """Makes stacks/NAME.yaml from the example and a few answers."""
    print(f"stacks/{name}.yaml does not exist. A few answers make it; you can edit it afterwards.\n")
    made = fill((ROOT / "stacks/example.yaml").read_text(), questions())
    StackFile(name, yaml.safe_load(made))
    (ROOT / "stacks" / f"{name}.yaml").write_text(made)
    print(f"\nWrote stacks/{name}.yaml.")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stack")
    parser.add_argument("--arch", default="", help="arm64 or x86_64; wins over the file")
    parser.add_argument("--yes", action="store_true", help="do not ask before the change set is executed")
    arguments = parser.parse_args()
    try:
        path = ROOT / "stacks" / f"{arguments.stack}.yaml"
        if not path.exists() and sys.stdin.isatty():
            make_file(arguments.stack)
        stack = StackFile.read(arguments.stack)
    except Faulty as faulty:
        sys.exit(str(faulty))
    bundled = BUNDLED.read_text().strip() if BUNDLED.exists() else ""
    deploy(stack, bundled or arguments.arch or stack.parameters.get("Architecture") or this_machine(), not arguments.yes)


if __name__ == "__main__":
    main()
