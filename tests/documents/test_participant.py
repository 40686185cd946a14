"""The stand-in's participant service, asked by AWS's own client and held to AWS's own model."""

import json

import botocore.config
import botocore.exceptions
import botocore.loaders
import botocore.model
import botocore.session
import pytest

from endpoint import Endpoint

SERVICE = "connectparticipant"
MODEL = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model(SERVICE, "service-2"))
READ = "application/vnd.amazonaws.connect.event.message.read"


def wrong(shape, value, at="$"):
    """What of a JSON value does not fit a shape of the model: a member too many counts, too."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return [f"{at}: not an object"]
        missing = [f"{at}: lacks {name}" for name in shape.required_members if name not in value]
        unknown = [f"{at}: has {name}" for name in value if name not in shape.members]
        known = [(name, value[name]) for name in value if name in shape.members]
        inner = [wrong(shape.members[name], one, f"{at}.{name}") for name, one in known]
        return missing + unknown + sum(inner, [])
    if kind == "list":
        return sum((wrong(shape.member, one, f"{at}[]") for one in value), [])
    types = {"string": str, "integer": int, "boolean": bool}
    if not isinstance(value, types[kind]):
        return [f"{at}: not a {kind}"]
    limits = shape.metadata
    if "enum" in limits and value not in limits["enum"]:
        return [f"{at}: {value!r} is not in the enum"]
    size = len(value) if kind == "string" else value
    if not limits.get("min", size) <= size <= limits.get("max", size):
        return [f"{at}: {size} is out of bounds"]
    return []


class Customer:
    """A customer in a chat. Every answer, good or not, is held to the model."""

    def __init__(self, endpoint, **more):
        body = {"ParticipantDetails": {"DisplayName": "Ana"}, **more}
        self.started = endpoint.post(body).json()["data"]["startChatResult"]
        config = botocore.config.Config(signature_version=botocore.UNSIGNED, retries={"total_max_attempts": 1})
        session = botocore.session.get_session()
        self.client = session.create_client(SERVICE, "us-east-1", endpoint_url=endpoint.url, config=config)
        self.client.meta.events.register(f"before-parse.{SERVICE}", self.check)
        self.seen = []
        types = ["WEBSOCKET", "CONNECTION_CREDENTIALS"]
        token = self.started["ParticipantToken"]
        connection = self.client.create_participant_connection(Type=types, ParticipantToken=token)
        self.token = connection["ConnectionCredentials"]["ConnectionToken"]

    def check(self, operation_model, response_dict, **_):
        body = json.loads(response_dict["body"])
        shape, status = operation_model.output_shape, response_dict["status_code"]
        if status != 200:
            name = response_dict["headers"]["x-amzn-errortype"]
            named = [one for one in operation_model.error_shapes if one.name == name]
            assert named, f"{operation_model.name} has no {name}"
            shape = named[0]
            assert status == shape.metadata["error"]["httpStatusCode"]
        self.seen.append((operation_model.name, status))
        assert not wrong(shape, body), (operation_model.name, body)

    def ask(self, operation, **parameters):
        return getattr(self.client, operation)(ConnectionToken=self.token, **parameters)

    def refused(self, operation, **parameters):
        with pytest.raises(botocore.exceptions.ClientError) as refusal:
            self.ask(operation, **parameters)
        return refusal.value.response["Error"]["Code"]


@pytest.fixture(scope="module")
def endpoint():
    with Endpoint(ALLOW_UNVERIFIED_PERSISTENT_CHAT="true") as endpoint:
        yield endpoint


def say(customer, text):
    return customer.ask("send_message", ContentType="text/plain", Content=text)


def test_the_model_notices_what_does_not_fit():
    item = MODEL.shape_for("Item")
    good = {"Id": "1", "Type": "MESSAGE", "ParticipantRole": "AGENT"}
    assert not wrong(item, good)
    for bad in [{"Id": ""}, {"Id": 1}, {"Type": "SHOUT"}, {"Id": "x" * 257}, {"Colour": "red"}]:
        assert wrong(item, {**good, **bad}), bad
    assert wrong(MODEL.shape_for("AccessDeniedException"), {})


def test_every_answer_fits_the_model(endpoint):
    customer = Customer(endpoint, InitialMessage={"ContentType": "text/plain", "Content": "Hello"})
    sent = say(customer, "Where is my order?")
    receipt = json.dumps({"messageId": sent["Id"]})
    customer.ask("send_event", ContentType=READ, Content=receipt)
    page = customer.ask("get_transcript", MaxResults=1)
    rest = customer.ask("get_transcript", NextToken=page["NextToken"], SortOrder="ASCENDING")
    texts = [item["Content"] for item in page["Transcript"] + rest["Transcript"]]
    assert texts == ["Where is my order?", "Hello"]
    start = {"Id": sent["Id"]}
    assert customer.ask("get_transcript", StartPosition=start)["Transcript"] == page["Transcript"]
    customer.ask("disconnect_participant")
    asked = {name for name, status in customer.seen if status == 200}
    assert asked == {
        "CreateParticipantConnection",
        "SendMessage",
        "SendEvent",
        "GetTranscript",
        "DisconnectParticipant",
    }


def test_every_error_fits_the_model(endpoint):
    customer = Customer(endpoint)
    assert customer.refused("send_message", ContentType="text/html", Content="x") == "ValidationException"
    assert customer.refused("send_event", ContentType="unknown") == "ValidationException"
    assert customer.refused("get_transcript", NextToken="unknown") == "ValidationException"
    good, customer.token = customer.token, "unknown"
    denied = ["send_message", "send_event"]
    for operation in denied:
        parameters = {"ContentType": "text/plain"}
        if operation == "send_message":
            parameters["Content"] = "x"
        assert customer.refused(operation, **parameters) == "AccessDeniedException"
    assert customer.refused("get_transcript") == "AccessDeniedException"
    assert customer.refused("disconnect_participant") == "AccessDeniedException"
    customer.token = good
    endpoint.fail(kind="status", status=429, errorType="ThrottlingException", on="SendMessage")
    assert customer.refused("send_message", ContentType="text/plain", Content="x") == "ThrottlingException"
    endpoint.session.delete(endpoint.url + "/_local/faults")


def test_a_past_chat_fits_the_model(endpoint):
    first = Customer(endpoint)
    say(first, "before")
    first.ask("disconnect_participant")
    past = {"RehydrationType": "ENTIRE_PAST_SESSION", "SourceContactId": first.started["ContactId"]}
    second = Customer(endpoint, PersistentChat=past)
    say(second, "after")
    items = second.ask("get_transcript", SortOrder="ASCENDING", MaxResults=100)["Transcript"]
    told = {item["Content"]: item for item in items if item["Type"] == "MESSAGE"}
    assert told["before"]["RelatedContactId"] == first.started["ContactId"]
    assert "ContactId" not in told["before"]
    assert told["after"]["ContactId"] == second.started["ContactId"]
