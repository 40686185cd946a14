"""Prints an output of a deployed stack, or the region of its file, for make."""

import sys

import boto3

from stacks import Deployed, Faulty, StackFile

if __name__ == "__main__":
    stack, wanted = sys.argv[1:]
    try:
        region = StackFile.read(stack).region
    except Faulty as faulty:
        sys.exit(str(faulty))
    print(region if wanted == "Region" else Deployed(boto3.Session(region_name=region), stack).outputs[wanted])
