"""The pages of docs/: their JSON, their links, and the results of their recipes."""

import json
import re

import pytest

from document import faults
from endpoint import ROOT, Endpoint
from test_answers import documented

PAGES = ["clients", "events"]


def page(name):
    return (ROOT / "docs" / f"{name}.md").read_text()


def section(heading):
    """Returns a section of docs/events.md."""
    return page("events").split(f"\n## {heading}\n")[1].split("\n## ")[0]


def blocks(text):
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.S)]


def event(name):
    return json.loads((ROOT / "events" / f"{name}.json").read_text())


@pytest.mark.parametrize("name", PAGES)
def test_json_parses_and_requests_are_valid(name):
    found = blocks(page(name))
    assert found
    members = {"ParticipantDetails", "PersistentChat", "ContactFlowId"}
    for block in found:
        if members & set(block):
            assert not faults("ChatRequest", block), block


@pytest.mark.parametrize("name", PAGES)
def test_every_link_has_a_target(name):
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", page(name)):
        file, _, anchor = link.partition("#")
        target = (ROOT / "docs" / file) if file else ROOT / "docs" / f"{name}.md"
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text(), re.M)
            slugs = {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}
            assert anchor in slugs, link


def test_every_event_that_is_not_an_http_request_has_a_recipe():
    for file in (ROOT / "events").glob("*.json"):
        if "requestContext" not in json.loads(file.read_text()):
            assert f"(../events/{file.name})" in page("events"), file.name


def at(path, value):
    """Returns the value at a path such as `$.detail.order`."""
    for name in path.removeprefix("$").strip(".").split("."):
        if isinstance(value, str):
            value = json.loads(value)
        value = value[name]
    return value


def filled(template, value_of):
    """Replaces each `<name>` of a template: by text within quotes, else by JSON."""
    quoted = False
    out = ""
    for part in re.split(r"(<[^<>]+>|\")", template):
        if part == '"':
            quoted = not quoted
        if re.fullmatch(r"<[^<>]+>", part):
            value = value_of(part[1:-1])
            text = json.dumps(value, ensure_ascii=False)
            part = text.strip('"') if quoted else text
        out += part
    return json.loads(out)


def matches(pattern, event):
    return all(event[name] in values for name, values in pattern.items())


def test_own_events():
    [rule] = blocks(section("Your own events"))
    for name in ["eventbridge-rule", "eventbridge-replay"]:
        assert matches(rule["Properties"]["EventPattern"], event(name))
    assert not matches(rule["Properties"]["EventPattern"], event("persistent-chat-entire-past-session"))


def test_input_transformer():
    sent, target = blocks(section("Other people's events"))
    transformer = target["InputTransformer"]
    paths = transformer["InputPathsMap"]
    made = filled(transformer["InputTemplate"], lambda name: at(paths[name], sent))
    assert made == event("input-transformer")
    used = set(re.findall(r"<([^<>]+)>", transformer["InputTemplate"]))
    assert used == set(paths)


def test_scheduler():
    [schedule] = blocks(section("A point in time"))
    time = re.fullmatch(r"at\((.*)\)", schedule["Properties"]["ScheduleExpression"])[1]
    own = {"aws.scheduler.scheduled-time": f"{time}Z"}
    assert filled(schedule["Properties"]["Target"]["Input"], own.get) == event("scheduler")


def test_pipes():
    message, pipe = blocks(section("Pipes"))
    template = pipe["Properties"]["TargetParameters"]["InputTemplate"]
    assert [filled(template, lambda path: at(path, message))] == event("pipes")


def test_custom_event_bus():
    [subscriber] = blocks(section("Many events in batches"))
    arrived = event("eventbridge-custom-bus")
    for one in subscriber["FilterConfiguration"]["Filters"]:
        assert all(matches(json.loads(one["Pattern"]), event) for event in arrived)
    assert len(arrived) <= subscriber["BatchConfiguration"]["MaxBatchSize"]


def applied(payload, state, execution):
    """`Parameters` of a state: names that end in `.$` have paths."""
    if not isinstance(payload, dict):
        return payload
    made = {}
    for name, value in payload.items():
        if name.endswith(".$"):
            source = {"Execution": {"Id": execution}} if value.startswith("$$") else state
            made[name[:-2]] = at(value.replace("$$", "$"), source)
        else:
            made[name] = applied(value, state, execution)
    return made


def test_step_functions():
    state, machine = blocks(section("A workflow"))
    task = machine["States"]["StartChat"]
    arrived = event("step-functions")
    made = applied(task["Parameters"]["Payload"], state, arrived["ClientToken"])
    assert made == arrived
    states = machine["States"]
    following = [one[key] for one in [*states.values(), *task["Catch"]] for key in ["Next"] if key in one]
    assert set(following) | {machine["StartAt"]} == set(states)
    codes = {name for _, name in documented()}
    named = [name for part in ["Retry", "Catch"] for one in task[part] for name in one["ErrorEquals"]]
    own = {name for name in named if not name.startswith(("States.", "Lambda."))}
    assert own <= codes, own - codes


def test_errors_that_a_workflow_retries_are_those_that_may_go_better():
    """As docs/errors.md says: 409 waits for people, and is left out."""
    _, machine = blocks(section("A workflow"))
    retried = {name for one in machine["States"]["StartChat"]["Retry"] for name in one["ErrorEquals"]}
    for status, name in documented():
        better = status in {429, 500, 503, 504} or name == "BadGatewayException"
        assert (name in retried) == better, name


def test_a_queue_in_between():
    [mapping] = blocks(section("A queue in between"))
    properties = mapping["Properties"]
    for record in event("sqs-eventbridge")["Records"]:
        assert record["eventSourceARN"] == properties["EventSourceArn"]
    assert properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_what_pipes_sends_without_a_template_is_refused():
    message, _ = blocks(section("Pipes"))
    with Endpoint() as endpoint:
        answer = endpoint.invoke([message])
    assert answer.json()["errorType"] == "ValidationException"


COMMANDS = {(name, one) for name in PAGES for one in re.findall(r"^curl .*$", page(name), re.M)}


@pytest.mark.parametrize("name, command", sorted(COMMANDS))
def test_commands_run_as_written(name, command, tmp_path):
    """Against an endpoint with the settings of the page's `make serve`; only the port is another."""
    import subprocess

    settings = {"CUSTOMER_ID_CLAIM": "sub"} if "X-Local-Claims" in command else {}
    assert not settings or "\nCUSTOMER_ID_CLAIM=sub make serve\n" in page(name)
    with Endpoint(**settings) as endpoint:
        assert "http://127.0.0.1:9000/" in command
        command = command.replace("http://127.0.0.1:9000", endpoint.url)
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=tmp_path)
    answer = json.loads(done.stdout)
    assert not faults("ChatStarted", answer), done.stdout
