#!/bin/sh
# Starts the second provider of the stories; makes its Python environment where there is none yet.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../venv.sh"
need oidc_provider_mock "$here/second.txt" "second provider"
exec "$venv/bin/python" "$here/second.py"
