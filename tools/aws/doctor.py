"""Says in one table what is right with a stack and what is not: `make doctor`, or `./doctor` of a release.

Changes nothing.
"""

import argparse
import sys

import boto3

from checks import AFTER, BEFORE, UNREACHABLE
from findings import NOTE, OK, WRONG, Context, Finding, code
from stacks import Deployed, Faulty, StackFile, command


def identity(aws: Context):
    """The credentials are valid in this region."""
    found = aws.client("sts").get_caller_identity()
    yield Finding(OK, "credentials", f"{found['Arn']} in {aws.file.region}")


def checked(check, aws: Context) -> list[Finding]:
    """What a check finds; what could not be looked at is a note."""
    try:
        return list(check(aws))
    except UNREACHABLE as error:
        name = check.__name__.replace("_", " ")
        return [Finding(NOTE, name, f"could not be checked: {code(error)}", str(error))]


def examine(aws: Context) -> list[Finding]:
    """Everything that there is to find, before a deployment and after one."""
    try:
        findings = list(identity(aws))
        aws.deployed = aws.deployed or Deployed.find(aws.session, aws.file.name)
    except UNREACHABLE as error:
        return [Finding(WRONG, "credentials", code(error), f"{error}. Set AWS_PROFILE, or sign in.")]
    checks = BEFORE + (AFTER if aws.deployed else [])
    findings += [finding for check in checks for finding in checked(check, aws)]
    if not aws.deployed:
        findings.append(Finding(NOTE, "stack", "not deployed yet", command("deploy", aws.file.name)))
    return findings


def table(findings: list[Finding]) -> str:
    """The findings in columns, each with how to fix it below."""
    width = max(len(one.about) for one in findings)
    lines = []
    for one in findings:
        lines.append(f"{one.level:5}  {one.about:{width}}  {one.found}")
        if one.fix:
            lines.append(f"{'':5}  {'':{width}}  → {one.fix}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stack")
    arguments = parser.parse_args()
    try:
        file = StackFile.read(arguments.stack)
    except Faulty as faulty:
        sys.exit(str(faulty))
    findings = examine(Context(file, boto3.Session(region_name=file.region)))
    print(table(findings))
    wrong = sum(one.level == WRONG for one in findings)
    notes = sum(one.level == NOTE for one in findings)
    print(f"\n{wrong} wrong, {notes} notes, {len(findings) - wrong - notes} right")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
