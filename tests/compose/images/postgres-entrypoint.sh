# Crée la base au premier démarrage, comme l'image officielle, puis sert.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    printf '%s\n' "$POSTGRES_PASSWORD" > /tmp/mot-de-passe
    initdb --username="$POSTGRES_USER" --pwfile=/tmp/mot-de-passe --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
    rm /tmp/mot-de-passe
    echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
    printf 'CREATE DATABASE %s;\n' "$POSTGRES_DB" | postgres --single -j postgres
fi
exec "$@" -c listen_addresses='*'
