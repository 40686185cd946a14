"""Values at and beyond each limit of the schemas, for each member of a request.

The schemas alone decide if a value is valid.
"""

from document import document, resolved

# For each pattern of the schemas, strings that match it and strings that do not.
PATTERNS = {
    "^[A-Za-z0-9_-]+$": (["a", "A-b_9"], ["a b", "ä", "a\n", "a.b"]),
    "^(connect:)?[A-Za-z0-9_-]+$": (["a-_9"], ["a b", "connect:", "other:a", "a\n"]),
    "^[Vv]alue(String|Integer|Map|List|Arn)$": (["ValueString"], ["ValueStrings"]),
    r"^[^\u0000-\u001F\u007F-\u009F]*$": (["é😀 ~"], ["a\u0000", "a\n", "\u007f", "\u0085"]),
    "^arn:[^:]*:[^:]*:[^:]*:[^:]*:": (["arn:aws:s3:::b", "arn:::::"], ["arn:aws:s3", "b"]),
    "^arn:[^:]+:sns:[^:]+:[^:]+:[^:]+$": (
        ["arn:aws:sns:us-east-1:123456789012:t"],
        ["arn:aws:sqs:us-east-1:123456789012:t", "arn:aws:sns::1:t", "arn:aws:sns:r:1:t:u", "t"],
    ),
    r"\.fifo$": (["arn:aws:sns:us-east-1:123456789012:t.fifo"], []),
}

# Some values of every JSON type.
ANYTHING = [None, True, False, 0, 5, 1.5, "", "x", [], ["x"], [None], {}, {"x": "y"}, [[]], {"x": {}}]


def parts(schema):
    """Yields a schema and all schemas that it combines."""
    schema = resolved(schema)
    yield schema
    for keyword in ["anyOf", "allOf", "oneOf"]:
        for part in schema.get(keyword, []):
            yield from parts(part)
    for keyword in ["not", "if", "then"]:
        if keyword in schema:
            yield from parts(schema[keyword])


def texts(schema):
    """Yields strings at the edges of a schema's limits."""
    good, bad = PATTERNS[schema["pattern"]] if "pattern" in schema else (["x"], [])
    yield from good + bad
    base = good[0]
    for length in {schema.get("minLength", 0), schema.get("maxLength", 1)}:
        for count in [length - 1, length, length + 1]:
            if count >= len(base):
                yield base + base[-1] * (count - len(base))
                yield base + "ü" * (count - len(base)) if count < 300 else base
            elif count >= 0:
                yield base[:count]


def of(schema, depth=2):
    """Yields values at the edges of every keyword of a schema."""
    yield from ANYTHING
    for part in parts(schema):
        yield from part.get("enum", [])
        if "const" in part:
            yield from [part["const"], [part["const"]]]
        for choice in part.get("enum", []):
            if isinstance(choice, str):
                yield from [choice.lower(), choice + " ", [choice]]
        if {"pattern", "maxLength", "minLength"} & set(part):
            yield from texts(part)
        for limit in ["minimum", "maximum"]:
            if limit in part:
                yield from [part[limit] - 1, part[limit], part[limit] + 1, str(part[limit])]
                yield from [part[limit] - 1.0, float(part[limit]), part[limit] + 1.0]
                yield from [part[limit] - 0.5, part[limit] + 0.5]
        if depth and "items" in part:
            yield from lists(part, depth)
        if depth:
            yield from objects(part, depth)


def lists(schema, depth):
    items = [one for one in of(schema["items"], depth - 1) if isinstance(one, (str, int))]
    for item in items[:40]:
        yield [item]
        yield [item, item]
        if "contains" in schema:
            yield [schema["contains"]["const"], item]
    choices = resolved(schema["items"]).get("enum", [])
    yield choices
    yield choices[::-1]
    yield [*choices, *choices[:1]]


def objects(schema, depth):
    """Yields objects with each value of each member, alone and beside the others."""
    named = dict(schema.get("properties", {}))
    named |= {name.strip("^$"): one for name, one in schema.get("patternProperties", {}).items()}
    for name, inside in named.items():
        beside = siblings(schema, name)
        for value in of(inside, depth - 1):
            yield {name: value}
            yield {**beside, name: value}
            yield {**beside, name: value, "unknown": value}
    if "propertyNames" in schema:
        for part in parts(schema["propertyNames"]):
            for name in texts(part):
                yield {name: "x"}
    rest = schema.get("additionalProperties")
    if isinstance(rest, dict):
        for value in of(rest, depth - 1):
            yield {"name": value}


def siblings(schema, name):
    """Returns a valid value for each other member, in the spelling of `name`."""
    others = {}
    lower = name[0].islower()
    for other, inside in schema.get("properties", {}).items():
        spelled = other[0].lower() + other[1:] if lower else other
        if spelled != name and other not in FORMS:
            others[spelled] = EXAMPLES.get(other, "x")
    return others


# Segment values have a single member; see ExplicitValue.
FORMS = {"ValueString", "ValueInteger", "ValueMap", "ValueList", "ValueArn"}
EXAMPLES = {"RehydrationType": "FROM_SEGMENT", "ContentType": "text/plain"}


def requests():
    """Yields the name of each member in each spelling, with a request for each value."""
    schema = document()["components"]["schemas"]["ChatRequest"]
    named = dict(schema["properties"])
    named |= {name.strip("^$"): one for name, one in schema["patternProperties"].items()}
    for name, inside in named.items():
        yield name, [{name: value} for value in of(inside)]
    yield "", list(together())


def together():
    """Yields requests with members that depend on each other."""
    past = {"RehydrationType": "FROM_SEGMENT", "SourceContactId": "c"}
    for persistent in [past, {"RehydrationType": "", "SourceContactId": None}, None]:
        for related in ["r", "", None]:
            yield {"PersistentChat": persistent, "RelatedContactId": related}
    for one in ["i", "", None]:
        for other in ["i", "", None]:
            yield {"InstanceId": one, "ConnectInstanceId": other}
    names = document()["components"]["schemas"]["MessagingContentType"]["enum"]
    for subtype in ["connect:Guide", {"ValueString": "connect:Guide"}, "connect:Chat", "x"]:
        for types in [None, [], names, names[:4], [names[0], names[4]], names[:1]]:
            yield {
                "SegmentAttributes": {"connect:Subtype": subtype},
                "SupportedMessagingContentTypes": types,
            }
