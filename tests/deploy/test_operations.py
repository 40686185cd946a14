"""docs/operations.md agrees with the template and the log."""

import json
import re

import boto3
import pytest
from moto.server import ThreadedMotoServer

import checks
import costs
from emulator import emulator, event, free_port, stand_in
from filters import matches
from render import ROOT, render, source

PAGE = (ROOT / "docs/operations.md").read_text()
ERRORS = (ROOT / "docs/errors.md").read_text()


def section(heading: str) -> str:
    """Returns a section of the page."""
    return PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_every_alarm_is_documented():
    alarms = {name for name, what in source()["Resources"].items() if what["Type"] == "AWS::CloudWatch::Alarm"}
    explained = re.findall(r"^\| `(\w+)` \|", section("Alarms"), re.M)
    assert sorted(explained) == sorted(alarms)
    always = [name for name, what in render({})["Resources"].items() if what["Type"] == "AWS::CloudWatch::Alarm"]
    assert (len(always), len(alarms)) == (12, 18), "the numbers in docs/deploying.md"


def test_every_check_of_the_doctor_is_explained():
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", section("Doctor"), re.M)
    explained = {name.strip() for row in rows[1:] for name in row.split(",")}
    named = {"known_settings": "settings", "chat_channel": "chat", "model": "API", "log_group": "log"}
    expected = {named.get(check.__name__, check.__name__.replace("_", " ")) for check in checks.BEFORE + checks.AFTER}
    assert explained == expected | {"credentials", "topic"}


def test_the_costs_are_those_of_the_price_list():
    table = PAGE.split("<!-- costs -->\n")[1].split("\n<!-- /costs -->")[0]
    assert table == costs.report()


def test_a_higher_price_costs_more(monkeypatch):
    before = sum(costs.fixed("HTTP API", costs.prices()).values())
    dearer = {**costs.prices(), "alarm_metric_month": 1.0}
    assert sum(costs.fixed("HTTP API", dearer).values()) == pytest.approx(before + 0.9 * 15)


def test_every_error_code_is_documented():
    codes = set(re.findall(r"^### (\w+)$", ERRORS, re.M))
    assert len(codes) > 15
    rows = re.findall(r"^\| ([^|]+) \|", section("By error code"), re.M)
    explained = set(re.findall(r"`(\w+)`", " ".join(rows)))
    assert explained == codes


# What Amazon Connect answers, and the code that the function reports for it.
CONNECT_ANSWERS = [
    (400, "InvalidRequestException"),
    (400, "InvalidParameterException"),
    (404, "ResourceNotFoundException"),
    (429, "LimitExceededException"),
    (429, "TooManyRequestsException"),
    (429, "ThrottlingException"),
    (403, "AccessDeniedException"),
    (403, "ExpiredTokenException"),
    (500, "InternalServiceException"),
]
CUSTOMER_CLAIM = {"CUSTOMER_ID_CLAIM": "sub"}


def an_http(method: str = "POST", body: str = "{}", **authorizer) -> dict:
    """Returns an HTTP API's request."""
    request = event("http-api.json")
    request["requestContext"]["http"]["method"] = method
    request["requestContext"].pop("authorizer", None)
    if authorizer:
        request["requestContext"]["authorizer"] = {"jwt": {"claims": authorizer, "scopes": None}}
    return {**request, "body": body, "isBase64Encoded": False}


def refused(function, connect):
    """Makes the function fail in every way that takes no other settings."""
    function.invoke({"ContactFlowId": "a1b2c3d4-5678-90ab-cdef-999999999999"})
    function.invoke({"ContactFlowId": 1})
    function.invoke(an_http("GET"))
    function.invoke(an_http(body=json.dumps({"InitialMessage": "x" * 140_000})))
    for status, name in CONNECT_ANSWERS:
        connect.clear()
        connect.fail({"kind": "status", "status": status, "errorType": name, "always": True})
        function.invoke(event("scheduler.json"))
    for fault in ({"kind": "garbage"}, {"kind": "reset"}):
        connect.clear()
        connect.fail({**fault, "always": True})
        function.invoke(event("scheduler.json"))
    connect.clear()


def with_stores(folder, connect) -> list[dict]:
    """Returns the log lines of a function with a bus and a table that work, that cannot be reached, and of late events."""
    nowhere = f"http://127.0.0.1:{free_port()}"
    server = ThreadedMotoServer(port=0)
    server.start()
    try:
        there = "http://{}:{}".format(*server.get_host_and_port())
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "endpoint_url": there}
        table = {"AttributeDefinitions": [{"AttributeName": "customer", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}]}
        dynamodb = boto3.client("dynamodb", "us-east-1", **keys)
        dynamodb.create_table(TableName="chats", BillingMode="PAY_PER_REQUEST", **table)
        # moto's first requests take longer than the function waits.
        for _ in range(2):
            dynamodb.get_item(TableName="chats", Key={"customer": {"S": "nobody"}})
        boto3.client("events", "us-east-1", **keys).create_event_bus(Name="results")
        stores = {"RESULT_BUS": "results", "CONTACT_TABLE": "chats"}
        endpoints = {"AWS_ENDPOINT_URL_EVENTBRIDGE": there, "AWS_ENDPOINT_URL_DYNAMODB": there}
        with emulator(folder, connect, **stores, **endpoints) as function:
            function.invoke(event("eventbridge-rule.json"))
            # The same customer.
            function.invoke(event("scheduler.json"))
            lines = function.lines()
    finally:
        server.stop()
    with emulator(folder, connect, **stores, **dict.fromkeys(endpoints, nowhere)) as function:
        function.invoke(event("eventbridge-rule.json"))
        function.invoke(event("scheduler.json"))
        lines += function.lines()
    with emulator(folder, connect, EVENT_MAX_AGE_SECONDS="60") as function:
        function.invoke(event("eventbridge-rule.json"))
        return lines + function.lines()


@pytest.fixture(scope="module", name="lines")
def lines_fixture(tmp_path_factory):
    """Returns the log lines of the function for every code, as (code, line)."""
    folder = tmp_path_factory.mktemp("log")
    with stand_in(folder) as connect:
        with emulator(folder, connect.connect) as function:
            function.invoke(event("eventbridge-rule.json"))
            function.invoke(event("persistent-chat-from-segment.json"))
            refused(function, connect)
            lines = function.lines()
        with emulator(folder, connect.connect, **CUSTOMER_CLAIM) as function:
            function.invoke(an_http())
            lines += function.lines()
        with emulator(folder, connect.connect, AWS_LAMBDA_FUNCTION_TIMEOUT="2") as function:
            connect.fail({"kind": "blackHole", "always": True})
            function.invoke(event("scheduler.json"))
            lines += function.lines()
            connect.clear()
        return lines + with_stores(folder, connect.connect)


@pytest.fixture(scope="module", name="fields")
def fields_fixture(lines):
    """Returns the fields of the function's log lines, for every kind of outcome."""
    # The emulator sends no trace id; Lambda does.
    return {name for line in lines for name in line} | {"traceId"}


def used(query: str) -> set[str]:
    """Returns the fields of a Logs Insights query, without those that it defines."""
    query = re.sub(r'"[^"]*"' + r"|'[^']*'", "", query)
    made = set(re.findall(r"\bas (\w+)", query))
    words = set(re.findall(r"@?\b[A-Za-z]\w*\b", query))
    language = {"filter", "fields", "stats", "sort", "limit", "by", "as", "and", "or", "desc", "asc", "count", "avg", "sum", "pct", "bin", "ispresent", "SOURCE"}
    return {word for word in words if word.lower() not in {one.lower() for one in language}} - made - {"m"}


def test_the_queries_use_existing_fields(fields):
    queries = re.findall(r"```\n((?:filter|fields) .*?)```", section("Reading the log"), re.S)
    assert len(queries) == 7
    dashboard = source()["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"][0]
    queries += re.findall(r'"query":"SOURCE \'\$\{\w+\}\' \| ([^"]*)"', dashboard)
    assert len(queries) == 8
    for query in queries:
        query = re.sub(r"\b5m\b", "", query)
        assert used(query) <= fields | {"@timestamp", "@message"}, (used(query) - fields, query)


def filters() -> dict[str, str]:
    """Returns the filter patterns of the template."""
    found = source()["Resources"].items()
    return {name: what["Properties"]["FilterPattern"] for name, what in found if what["Type"] == "AWS::Logs::MetricFilter"}


# The codes that each filter counts. All of them count log lines of chats.
OPERATOR = {"ResourceNotFoundException", "AccessDeniedException", "ExpiredTokenException"}
CONNECTS = {"InternalServiceException", "ServiceUnavailableException", "BadGatewayException", "TimeoutException"}
RATE = {"TooManyRequestsException", "ThrottlingException"}
CALLERS = {
    "ValidationException",
    "UnauthorizedException",
    "ForbiddenException",
    "MethodNotAllowedException",
    "PayloadTooLargeException",
    "InvalidRequestException",
    "InvalidParameterException",
}
UNPUBLISHED = {"ResultNotPublishedException"}
EVERY = OPERATOR | CONNECTS | RATE | CALLERS | UNPUBLISHED | {"LimitExceededException"}
SUCCESSES = {"started", "running"}
# Neither a chat nor a failure.
LATE = {"ExpiredException"}
COUNTED = {
    "ChatsMetric": EVERY | SUCCESSES,
    "ChatsNotStartedMetric": EVERY,
    "FailedChatsMetric": OPERATOR | CONNECTS | UNPUBLISHED,
    "FaultsMetric": OPERATOR | UNPUBLISHED,
    "QuotaRefusalsMetric": {"LimitExceededException"},
    "RateRefusalsMetric": RATE,
    "PublishFailuresMetric": UNPUBLISHED,
    "TableFailuresMetric": {"started"} | UNPUBLISHED,
}


def test_there_is_a_line_of_every_code(lines):
    codes = set(re.findall(r"^### (\w+)$", ERRORS, re.M))
    # A bug, no start at all, and a chat that runs on: none of them is made here.
    unmade = {"InternalError", "SettingsError", "ConflictException"}
    written = {line["Outcome"] for line in lines}
    assert written == EVERY | SUCCESSES | LATE
    assert codes - unmade <= written | {"ServiceUnavailableException"}


@pytest.mark.parametrize("name", COUNTED)
def test_a_metric_counts_what_it_should_of_what_is_logged(name, lines):
    pattern = filters()[name]
    assert {line["Outcome"] for line in lines if matches(pattern, line)} == COUNTED[name]


def test_a_table_that_works_counts_no_failure(lines):
    failed = [line for line in lines if matches(filters()["TableFailuresMetric"], line)]
    assert len(failed) == 2 and all("tableFailure" in line for line in failed)
    assert [line["Outcome"] for line in lines if matches(filters()["PublishFailuresMetric"], line)] == ["ResultNotPublishedException"]


def test_every_metric_is_tested():
    assert set(filters()) == set(COUNTED)


def test_faults_have_the_version_that_the_alarm_looks_for(lines):
    transformation = source()["Resources"]["FaultsMetric"]["Properties"]["MetricTransformations"][0]
    (dimension,) = transformation["Dimensions"]
    field = dimension["Value"].removeprefix("$.")
    assert all(line[field] == "$LATEST" for line in lines)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('{ $.a = "x" }', True),
        ('{ $.a != "x" }', False),
        ('{ $.missing != "x" }', False),
        ('{ $.a = "x" && $.b = "z" }', False),
        ('{ $.a = "z" || $.b = "y" }', True),
    ],
)
def test_filter_patterns_are_evaluated(pattern, expected):
    assert matches(pattern, {"a": "x", "b": "y"}) == expected


def test_an_unknown_field_is_detected(fields):
    assert used('fields @timestamp, totalMs, customerName | filter Outcome = "started"') - fields == {"@timestamp", "customerName"}


def test_filter_patterns_compare_numbers():
    assert matches("{ $.a = 1 }", {"a": 1})
    assert not matches("{ $.a = 1 }", {"a": "1"})
    assert not matches("{ $.a = 1 }", {"b": 1})


def test_bus_and_table_cost_what_their_alarms_and_keys_do():
    price, options = costs.prices(), costs.options(costs.prices())
    (bus,) = [fixed for name, (fixed, _) in options.items() if name.startswith("`ResultBus`")]
    (table,) = [fixed for name, (fixed, _) in options.items() if name.startswith("`ContactTable`")]
    assert table == pytest.approx(price["alarm_metric_month"] + price["custom_metric_month"])
    assert bus == pytest.approx(table + price["kms_key_month"])
