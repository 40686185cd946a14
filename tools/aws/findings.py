"""What the checks of `make doctor` are given, and what they find."""

import json
from dataclasses import dataclass, field
from typing import Optional

import boto3
from botocore.exceptions import ClientError

from stacks import Deployed, StackFile, text

OK, NOTE, WRONG = "ok", "note", "WRONG"


@dataclass
class Finding:
    """One row of the table. WRONG stops chats; a note does not."""

    level: str
    about: str
    found: str
    fix: str = ""


@dataclass
class Context:
    """The file, the deployed stack if there is one, and AWS."""

    file: StackFile
    session: boto3.Session
    deployed: Optional[Deployed] = None
    clients: dict = field(default_factory=dict)

    def client(self, service: str):
        """A client of a service, made once."""
        if service not in self.clients:
            self.clients[service] = self.session.client(service)
        return self.clients[service]

    @property
    def instance(self) -> str:
        """The instance's id."""
        return self.file.get("InstanceId")

    @property
    def flows(self) -> list[str]:
        """The ids of the flows."""
        return self.file.get("ContactFlowIds").split(",")

    @property
    def settings(self) -> dict:
        """The settings of the function as the file has them."""
        return {name: text(value) for name, value in json.loads(self.file.get("Settings")).items()}


def code(error: Exception) -> str:
    """The name of an error of AWS's."""
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
