"""Evaluates the filter patterns of CloudWatch Logs that the template uses, on lines of JSON."""

import json
import re

COMPARISON = re.compile(r'^\$\.(\w+)\s*(=|!=)\s*("[^"]*"|[0-9]+)$')


def matches(pattern: str, line: dict) -> bool:
    """Returns whether a pattern such as `{ $.a = "x" && $.b != "y" }` matches a line.

    A comparison with a field that the line lacks is false, also with `!=`.
    """
    inner = re.fullmatch(r"\{\s*(.*?)\s*\}", pattern.strip(), re.S).group(1)
    assert not ("&&" in inner and "||" in inner), "without parentheses the two must not be mixed"
    if "||" in inner:
        return any(_compare(one, line) for one in inner.split("||"))
    return all(_compare(one, line) for one in inner.split("&&"))


def _compare(comparison: str, line: dict) -> bool:
    field, operator, value = COMPARISON.match(comparison.strip()).groups()
    if field not in line:
        return False
    return (line[field] == json.loads(value)) == (operator == "=")
