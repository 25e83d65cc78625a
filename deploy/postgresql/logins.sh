# Makes the logins of the owner and of the channel, with the passwords in the folder SECRETS (files `upgrade` and `service`). The
# postgres image runs it once, after roles.sql; elsewhere run it as a superuser: PGDATABASE=… SECRETS=… sh logins.sh
set -eu
: "${SECRETS:=/run/secrets}"
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-${PGUSER:-postgres}}" \
    --dbname="${POSTGRES_DB:-${PGDATABASE:-flexibatch}}" \
    --set=upgrade="$(cat "$SECRETS/upgrade")" --set=service="$(cat "$SECRETS/service")" <<'SQL'
CREATE ROLE flexi_upgrade LOGIN IN ROLE flexibatch_owner PASSWORD :'upgrade';
ALTER ROLE flexi_upgrade SET role TO flexibatch_owner;
CREATE ROLE flexi_service LOGIN IN ROLE flexibatch_channel PASSWORD :'service';
SQL
