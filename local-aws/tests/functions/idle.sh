#!/bin/sh
# A function's process that never asks for work: the tests use the Runtime API in its place.
echo "function $AWS_LAMBDA_FUNCTION_NAME in $AWS_REGION, home [$HOME], setting [$SETTING]"
echo "ca [$SSL_CERT_FILE] connect [$AWS_ENDPOINT_URL_CONNECT]" >&2
if [ -n "$STATUS" ]; then
    sleep "${LIVES:-0}"
    exit "$STATUS"
fi
exec sleep 1000
