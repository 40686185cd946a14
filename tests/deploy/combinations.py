"""Combinations of the parameters that the template's conditions depend on."""

import itertools

JWT = {
    "Authorization": "JWT",
    "JwtIssuer": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
    "JwtAudience": "web,app",
    "CustomerIdClaim": "sub",
    "AttributeClaims": "email=Email",
}
WEB_ACL = {"WebAclArn": "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/chat/a1b2c3d4-5678-90ab-cdef-444444444444"}
ORIGINS = {"AllowedOrigins": "https://www.example.com,http://localhost:3000"}
SOURCES = {"EventSources": "com.example.orders,com.example.parcels"}


def flows(count: int) -> dict:
    """Returns parameters with this many further flows."""
    ids = [f"a1b2c3d4-5678-90ab-cdef-33333333333{number}" for number in range(count)]
    return {"AllowedContactFlowIds": ",".join(ids)}


# Parameters that decide which resources exist, and which refer to which.
SHAPES = [
    [{}, {"Authorization": "IAM"}, JWT, WEB_ACL, {**WEB_ACL, "Authorization": "IAM"}],
    [{}, ORIGINS, {**ORIGINS, "CorsBy": "Function"}],
    [{}, SOURCES, {**SOURCES, "EventDetailTypes": "Order Delayed,Order Lost"}],
    [{}, {"EventQueue": "true"}],
]
# Parameters that add or omit a single property or list entry.
EXTRAS = [
    [{}, {"AlarmTopicArn": "arn:aws:sns:us-east-1:123456789012:on-call"}],
    [{}, {"ReservedConcurrency": "10"}],
    [{}, {"ProvisionedConcurrency": "2"}],
    [flows(count) for count in range(6)],
]


def merged(choice) -> dict:
    """Merges one choice of each into parameters."""
    return {name: value for part in choice for name, value in part.items()}


def everything() -> list[dict]:
    """Returns all combinations."""
    return [merged(choice) for choice in itertools.product(*SHAPES, *EXTRAS)]


def representative() -> list[dict]:
    """Returns every shape, alternately with the fewest and the most extras, and each extra alone."""
    extremes = [merged([options[0] for options in EXTRAS]), merged([options[-1] for options in EXTRAS])]
    shapes = [merged(choice) for choice in itertools.product(*SHAPES)]
    alone = [option for options in EXTRAS for option in options[1:]]
    return [{**shape, **extremes[number % 2]} for number, shape in enumerate(shapes)] + alone
