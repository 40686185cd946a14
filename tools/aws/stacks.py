"""The files in stacks/: what a stack is deployed with, and what is deployed of it."""

import functools
import json
import re
from pathlib import Path

import yaml
from botocore.exceptions import ClientError

ROOT = Path(__file__).resolve().parents[2]
# The processor of a release's bundle, in which nothing is built.
BUNDLED = ROOT / "ARCHITECTURE"
# What a file may have besides the parameters of template.yaml.
OWN = {"Region", "Domain", "Tags"}
# What `make deploy` fills in.
MADE = {"Revision"}
DOMAIN = {"DomainName", "CertificateArn", "HostedZoneId"}


class TemplateLoader(yaml.SafeLoader):
    """Reads a template without SAM's packages: the short forms such as !Ref become their arguments."""


def _short_form(loader, _suffix, node):
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


TemplateLoader.add_multi_constructor("!", _short_form)


def command(name: str, stack: str) -> str:
    """How to run a command here: in a release's bundle there is no make."""
    return f"./{name} {stack}" if BUNDLED.exists() else f"make {name} STACK={stack}"


class Faulty(Exception):
    """A file in stacks/ that cannot be deployed, with everything that is wrong with it."""


@functools.cache
def template(path: str = "template.yaml") -> dict:
    """A template as it is written."""
    return yaml.load((ROOT / path).read_text(), Loader=TemplateLoader)


def settings() -> set[str]:
    """The settings of the function, which are those that docs/settings.md explains."""
    rows = re.findall(r"^\|([^|]*)\|", (ROOT / "docs/settings.md").read_text(), re.M)
    names = {name for row in rows for name in re.findall(r"`([A-Z][A-Z0-9_]*)`", row)}
    return {name for name in names if not name.startswith(("AWS_", "RUST_", "SSL_"))}


def text(value) -> str:
    """A value as CloudFormation takes it: lists are comma-separated, maps JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(text(one) for one in value)
    if isinstance(value, dict):
        # SAM drops a backslash before a quote or a space, so the other spellings of JSON.
        spellings = {'\\"': "\\u0022", "\\\\": "\\u005c"}
        return re.sub(r'\\(.)', lambda found: spellings.get(found.group(), found.group()), json.dumps(value, separators=(",", ":")))
    return "" if value is None else str(value)


class StackFile:
    """One file of stacks/, read and checked."""

    def __init__(self, name: str, content: dict):
        self.name = name
        self.region = text(content.get("Region"))
        self.domain = {key: text(value) for key, value in (content.get("Domain") or {}).items()}
        self.tags = {key: text(value) for key, value in (content.get("Tags") or {}).items()}
        self.parameters = {key: text(value) for key, value in content.items() if key not in OWN}
        faults = self._faults(content)
        if faults:
            raise Faulty("\n".join(f"stacks/{name}.yaml: {fault}" for fault in faults))

    @classmethod
    def read(cls, name: str):
        """Reads stacks/NAME.yaml."""
        path = ROOT / "stacks" / f"{name}.yaml"
        try:
            content = yaml.safe_load(path.read_text())
        except FileNotFoundError:
            raise Faulty(f"stacks/{name}.yaml does not exist. Copy stacks/example.yaml and edit it, or run `{command('deploy', name)}` in a terminal.") from None
        except yaml.YAMLError as error:
            raise Faulty(f"stacks/{name}.yaml: {error}") from None
        if not isinstance(content, dict):
            raise Faulty(f"stacks/{name}.yaml: must be a map such as stacks/example.yaml")
        return cls(name, content)

    def get(self, parameter: str) -> str:
        """The value of a parameter, or its default."""
        default = template()["Parameters"][parameter].get("Default", "")
        return self.parameters.get(parameter, text(default))

    def _faults(self, content: dict):
        known = template()["Parameters"]
        faults = [] if self.region else ["Region is required"]
        faults += [f"{name} is not a parameter of template.yaml" for name in self.parameters if name not in known]
        faults += [f"{name} is set by `make deploy`" for name in self.parameters if name in MADE]
        faults += [f"Domain has no {name}" for name in set(self.domain) - DOMAIN]
        for name, parameter in known.items():
            faults += _parameter_faults(name, parameter, self.parameters.get(name))
        faults += self._settings_faults(content.get("Settings") or {})
        if self.parameters.get("Api") == "Rest" and self.get("Authorization").startswith("https://"):
            if not re.search(r"^https://cognito-idp\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/[a-z0-9-]+_\w+$", self.get("Authorization")):
                faults.append("Authorization of a REST API must be the issuer of an Amazon Cognito user pool")
        if self.domain and self.get("Api") == "None":
            faults.append("Domain needs Api Http or Rest")
        return faults

    def _settings_faults(self, given):
        if not isinstance(given, dict):
            return []
        faults = [f"{name} in Settings must be text, a number, true or false" for name, value in given.items() if isinstance(value, (dict, list)) or value is None]
        own = {"INSTANCE_ID": "InstanceId", "CONTACT_FLOW_ID": "ContactFlowIds", "ALLOWED_CONTACT_FLOW_IDS": "ContactFlowIds"}
        faults += [f"{name} in Settings has no effect; use {own[name]}" for name in given if name in own]
        if "ALLOWED_ORIGINS" in given and self.get("AllowedOrigins"):
            faults.append("ALLOWED_ORIGINS in Settings has no effect beside AllowedOrigins")
        if "ALLOWED_HEADERS" in given and self.get("Api") == "Http" and self.get("AllowedOrigins"):
            faults.append("ALLOWED_HEADERS needs ALLOWED_ORIGINS in Settings, in place of AllowedOrigins, with which the API answers preflight requests")
        for name, parameter in (("RESULT_BUS", "ResultBus"), ("CONTACT_TABLE", "ContactTable"), ("EVENT_MAX_AGE_SECONDS", "EventQueue")):
            if name in given and self.get(parameter) != "false":
                seconds = "; give the seconds as EventQueue" if parameter == "EventQueue" else ""
                faults.append(f"{name} in Settings has no effect beside {parameter}{seconds}")
        for name, needed, parameter in (("RESULT_BUS_FOR", "RESULT_BUS", "ResultBus"), ("CONTINUE_PAST_CHAT", "CONTACT_TABLE", "ContactTable")):
            if name in given and needed not in given and self.get(parameter) == "false":
                faults.append(f"{name} in Settings needs {parameter}")
        return faults


def _parameter_faults(name: str, parameter: dict, value):
    if value is None:
        return [f"{name} is required"] if "Default" not in parameter and name not in MADE else []
    allowed = [text(one) for one in parameter.get("AllowedValues", [])]
    if allowed and value not in allowed:
        return [f"{name} must be one of {', '.join(one for one in allowed if one)}"]
    if "AllowedPattern" in parameter and not re.search(parameter["AllowedPattern"], value):
        return [f"{name} {parameter['ConstraintDescription'].rstrip('.')}"]
    if "MaxLength" in parameter and len(value) > int(parameter["MaxLength"]):
        return [f"{name} must have at most {parameter['MaxLength']} characters"]
    return []


class Deployed:
    """A stack as CloudFormation describes it."""

    def __init__(self, session, name: str):
        cloudformation = session.client("cloudformation")
        self.name = name
        described = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        self.status = described["StackStatus"]
        self.parameters = {one["ParameterKey"]: one.get("ParameterValue", "") for one in described.get("Parameters", [])}
        self.outputs = {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", [])}
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
        listed = [one for page in pages for one in page["StackResourceSummaries"]]
        self.resources = {one["LogicalResourceId"]: one.get("PhysicalResourceId", "") for one in listed}

    @classmethod
    def find(cls, session, name: str):
        """The stack, or None if there is none."""
        try:
            return cls(session, name)
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
