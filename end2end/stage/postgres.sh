#!/bin/sh
# A PostgreSQL for one story: says where its socket is, and takes everything away again when its input ends.
# It refuses to run as root, so there it runs as its own user. Its locale sorts as German dictionaries do: a sorted
# column without a collation of its own fails on it.
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin /usr/local/pgsql/bin 2>/dev/null | sort -V | tail -n 1)
if [ ! -x "$bin/initdb" ]; then
    echo "No PostgreSQL to test with. Debian: apt-get install postgresql" >&2
    exit 1
fi
folder=$(mktemp -d "${TMPDIR:-/tmp}/lobby-postgres.XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder"
as=
if [ "$(id -u)" = 0 ]; then
    chown postgres "$folder"
    as='setpriv --reuid postgres --regid postgres --init-groups'
fi
export LC_ALL=C.UTF-8
$as "$bin/initdb" --pgdata="$folder/data" --username=lobby --auth=trust --encoding=UTF8 --no-sync \
    --locale-provider=icu --icu-locale=de-DE >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
$as "$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync=off >>"$folder/log" 2>&1 </dev/null &
server=$!
trap 'kill -INT $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$folder"' EXIT
until "$bin/pg_isready" --quiet --host="$folder"; do
    kill -0 $server 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
    sleep 0.05
done
echo "$folder"
# Each line of the input asks for everything in the database, in a file of that name.
while read -r file; do
    "$bin/pg_dump" --host="$folder" --username=lobby --data-only --inserts --file="$file" postgres 2>>"$folder/log"
    echo "$file"
done
