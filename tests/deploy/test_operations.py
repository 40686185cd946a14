"""docs/operations.md agrees with the template and the log."""

import re

import pytest

from emulator import emulator, event, stand_in
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
    assert (len(always), len(alarms)) == (11, 13), "the numbers in docs/deploying.md and docs/operations.md"


def test_every_error_code_is_documented():
    codes = set(re.findall(r"^### (\w+)$", ERRORS, re.M))
    assert len(codes) > 15
    rows = re.findall(r"^\| ([^|]+) \|", section("By error code"), re.M)
    explained = set(re.findall(r"`(\w+)`", " ".join(rows)))
    assert explained == codes


@pytest.fixture(scope="module", name="fields")
def fields_fixture(tmp_path_factory):
    """Returns the fields of the function's log lines, for every kind of outcome."""
    folder = tmp_path_factory.mktemp("log")
    with stand_in(folder) as connect, emulator(folder, connect.connect) as function:
        function.invoke(event("eventbridge-rule.json"))
        function.invoke(event("persistent-chat-from-segment.json"))
        function.invoke({"ContactFlowId": "a1b2c3d4-5678-90ab-cdef-999999999999"})
        connect.fail({"kind": "status", "status": 500, "errorType": "InternalServiceException", "times": 3})
        function.invoke(event("scheduler.json"))
        lines = function.lines()
    assert [line["level"] for line in lines] == ["INFO", "INFO", "WARN", "ERROR"], lines
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
    assert len(queries) == 6
    dashboard = source()["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"][0]
    queries += re.findall(r'"query":"SOURCE \'\$\{\w+\}\' \| ([^"]*)"', dashboard)
    assert len(queries) == 7
    for query in queries:
        query = re.sub(r"\b5m\b", "", query)
        assert used(query) <= fields | {"@timestamp", "@message"}, (used(query) - fields, query)


def test_the_alarms_count_logged_fields(fields):
    filters = [what for what in source()["Resources"].values() if what["Type"] == "AWS::Logs::MetricFilter"]
    assert len(filters) == 3
    codes = set(re.findall(r"^### (\w+)$", ERRORS, re.M))
    for one in filters:
        pattern = one["Properties"]["FilterPattern"]
        assert set(re.findall(r"\$\.(\w+)", pattern)) <= fields
        assert set(re.findall(r'Outcome = "(\w+)"', pattern)) <= codes
    counted = {name for one in filters for name in re.findall(r'Outcome = "(\w+)"', one["Properties"]["FilterPattern"])}
    assert counted == {"LimitExceededException", "TooManyRequestsException", "ThrottlingException"}


def test_an_unknown_field_is_detected(fields):
    assert used('fields @timestamp, totalMs, customerName | filter Outcome = "started"') - fields == {"@timestamp", "customerName"}
