"""Combinations of the parameters that the template's conditions depend on."""

import itertools

from render import FLOW, INSTANCE, deciding, source

ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI"
NONE = {"Api": "None"}
HTTP = {"Api": "Http", "Authorization": "NONE"}
HTTP_JWT = {"Api": "Http", "Authorization": ISSUER, "JwtAudience": "web,app"}
REST = {"Api": "Rest", "Authorization": "NONE"}
REST_JWT = {"Api": "Rest", "Authorization": ISSUER}
WEB_ACL = {"WebAcl": "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/chat/a1b2c3d4-5678-90ab-cdef-444444444444"}
ORIGINS = {"AllowedOrigins": "https://www.example.com,http://localhost:3000"}
RULE = {"EventPattern": '{"source":["com.example.orders","com.example.parcels"]}'}
QUEUE = {"EventQueue": "true"}
BUS = {"ResultBus": "true"}
ARCHIVED_BUS = {"ResultBus": "archived"}
TABLE = {"ContactTable": "true"}
TOPIC = {"AlarmTopicArn": "arn:aws:sns:us-east-1:123456789012:on-call"}
KEY = {"KmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/a1b2c3d4-5678-90ab-cdef-555555555555"}
BOUNDARY = {"PermissionsBoundary": "arn:aws:iam::123456789012:policy/boundary", "RolePath": "/chat/"}


def flows(count: int) -> dict:
    """This many flows."""
    ids = [f"a1b2c3d4-5678-90ab-cdef-22222222222{number}" for number in range(count)]
    return {"ContactFlowIds": ",".join(ids)}


def with_iam(api: dict) -> dict:
    """The same API for signed requests."""
    return {**api, "Authorization": "IAM"}


# Which resources there are, and what refers to what.
HTTP_APIS = [HTTP, with_iam(HTTP), HTTP_JWT]
REST_APIS = [
    {**api, **acl}
    for api in (REST, with_iam(REST), REST_JWT)
    for acl in ({}, WEB_ACL, {"WebAcl": "Own"}, {"WebAcl": "OwnWithChallenge"})
]
APIS = [NONE, *[{**api, **origins} for api in HTTP_APIS + REST_APIS for origins in ({}, ORIGINS)]]
# The bus and the table stand beside all else, and share only the key with it.
STORES = [[{}, BUS, ARCHIVED_BUS], [{}, TABLE]]
SHAPES = [APIS, [{}, RULE], [{}, QUEUE]]
# Each of these adds or leaves out one property or list entry, wherever it is.
EXTRAS = [
    [{}, TOPIC],
    [{}, KEY],
    [{}, BOUNDARY],
    [{}, {"DeploymentType": "AllAtOnce"}],
    [{}, {"Concurrency": "10"}, {"Concurrency": ",2"}, {"Concurrency": "10,2"}],
    [flows(count) for count in range(1, 7)],
]


def merged(choice) -> dict:
    """Merges one choice of each into parameters."""
    return {name: value for part in choice for name, value in part.items()}


def shapes() -> list[dict]:
    """Every combination of resources."""
    return [merged(choice) for choice in itertools.product(*SHAPES)]


def extras() -> list[dict]:
    """Every combination of the rest."""
    return [merged(choice) for choice in itertools.product(*EXTRAS)]


def stores() -> list[dict]:
    """Every combination of bus and table."""
    return [merged(choice) for choice in itertools.product(*STORES)]


def alone() -> list[dict]:
    """Each extra and each store alone, and the queue for another time."""
    return [option for options in EXTRAS + STORES for option in options[1:]] + [{"EventQueue": "600"}]


def representative() -> list[dict]:
    """Returns every shape, alternately with the fewest and the most extras, and each extra alone."""
    options = EXTRAS + STORES
    extremes = [merged([one[0] for one in options]), merged([one[-1] for one in options])]
    return [{**shape, **extremes[number % 2]} for number, shape in enumerate(shapes())] + alone()


def everything() -> list[dict]:
    """Every shape with each extra, and every combination of extras with the shapes that have the most."""
    most = [{**api, **RULE, **QUEUE} for api in ({**HTTP_JWT, **ORIGINS}, {**REST_JWT, "WebAcl": "OwnWithChallenge"})]
    each = [{**shape, **extra} for shape in shapes() for extra in [{}, *alone()]]
    beside = [{**shape, **extra, **store} for shape in [NONE, *most] for extra in [{}, *alone()] for store in stores()]
    return each + beside + [{**shape, **extra} for shape in most for extra in extras()]


def covering() -> list[dict]:
    """As few combinations as have every pair of conditions, true or not, that any combination has."""
    template = source()
    pairs = {}
    for number, parameters in enumerate(candidates := everything()):
        holds = deciding(template, {"InstanceId": INSTANCE, "ContactFlowIds": FLOW, **parameters})
        decided = [(name, holds(name)) for name in template["Conditions"]]
        pairs[number] = set(itertools.combinations(decided, 2))
    missing, chosen = set().union(*pairs.values()), []
    while missing:
        best = max(pairs, key=lambda number: len(pairs[number] & missing))
        chosen.append(candidates[best])
        missing -= pairs[best]
    return chosen
