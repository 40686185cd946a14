"""Compares the API that the function knows with the newest botocore's.

Prints each member and enum value that tools/api-model.json does not have, and fails
if there is one. `--update` accepts what there is, once the function knows it.
"""

import argparse
import json
import sys
from pathlib import Path

KNOWN = Path(__file__).with_name("api-model.json")
OPERATIONS = ("StartChatContact", "DescribeContact")


def members(shape, path: str = "", above: tuple = ()) -> set[str]:
    """The paths of all members and enum values of a shape."""
    if shape is None or shape.name in above:
        return set()
    above = (*above, shape.name)
    found = {f"{path}={value}" for value in getattr(shape, "enum", [])}
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            found |= {f"{path}/{name}"} | members(member, f"{path}/{name}", above)
    elif shape.type_name == "list":
        found |= members(shape.member, f"{path}[]", above)
    elif shape.type_name == "map":
        found |= members(shape.key, f"{path}{{key}}", above) | members(shape.value, f"{path}{{}}", above)
    return found


def model(service) -> dict[str, list[str]]:
    """The members of both sides of the operations."""
    found = {}
    for name in OPERATIONS:
        operation = service.operation_model(name)
        for side, shape in (("request", operation.input_shape), ("response", operation.output_shape)):
            found[f"{name} {side}"] = sorted(members(shape))
    return found


def added(known: dict, newest: dict) -> list[str]:
    """What the newest model has and the known one has not."""
    return [f"{where}: {one}" for where, all_ in newest.items() for one in sorted(set(all_) - set(known.get(where, [])))]


def main():
    import botocore
    import botocore.session

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true", help="accept the newest model")
    update = parser.parse_args().update
    newest = model(botocore.session.get_session().get_service_model("connect"))
    if update:
        KNOWN.write_text(json.dumps(newest, indent=2) + "\n")
    new = added(json.loads(KNOWN.read_text()), newest)
    print(f"botocore {botocore.__version__}: {len(new)} new members", *new, sep="\n")
    sys.exit(1 if new else 0)


if __name__ == "__main__":
    main()
