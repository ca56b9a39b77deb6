#!/bin/sh
# Starts the mail server of the tests; makes its Python environment where there is none yet.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../venv.sh"
need aiosmtpd "$here/requirements.txt" "mail server"
exec "$venv/bin/python" "$here/server.py" "$@"
