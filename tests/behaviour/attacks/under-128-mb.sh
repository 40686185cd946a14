#!/usr/bin/env bash
# Runs the function with at most 128 MB of data. macOS ignores the limit.
ulimit -d 131072
exec "$FUNCTION"
