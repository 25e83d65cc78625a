-- Three roles: who migrates, who works, who looks. Run by a superuser, in the channel's own database, once before
-- `flexibatch init` and again after every `flexibatch db upgrade` (it may be repeated). Logins are made by the site and given one role:
--   CREATE ROLE flexi_service LOGIN IN ROLE flexibatch_channel;
--   CREATE ROLE flexi_upgrade LOGIN IN ROLE flexibatch_owner;
--   ALTER ROLE flexi_upgrade SET role TO flexibatch_owner;  -- so that what it makes belongs to the owner
-- The database itself: CREATE DATABASE flexibatch TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
-- (collation C: keys are compared as bytes.)

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['flexibatch_owner', 'flexibatch_channel', 'flexibatch_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO flexibatch_owner;
GRANT USAGE ON SCHEMA public TO flexibatch_channel, flexibatch_reader;

-- What is there belongs to the owner, so that what its functions may do is what the owner may, not a superuser.
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('ALTER TABLE public.%I OWNER TO flexibatch_owner', found.tablename);
    END LOOP;
    FOR found IN SELECT pg_proc.oid::regprocedure AS named FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
        WHERE pronamespace = 'public'::regnamespace AND lanname = 'plpgsql' LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO flexibatch_owner', found.named);
    END LOOP;
END
$$;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO flexibatch_reader, flexibatch_channel;
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO flexibatch_channel;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO flexibatch_channel;

-- What an upgrade adds is open to the channel at once; this script, run again, takes back what follows.
ALTER DEFAULT PRIVILEGES FOR ROLE flexibatch_owner IN SCHEMA public
    GRANT SELECT ON TABLES TO flexibatch_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE flexibatch_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO flexibatch_channel;
ALTER DEFAULT PRIVILEGES FOR ROLE flexibatch_owner IN SCHEMA public
    GRANT USAGE ON SEQUENCES TO flexibatch_channel;

-- What is told once is kept: declarations move with a linked employer or worker, nothing else of them changes. Old rows of
-- the audit go by a row in audit_purge, which the channel may write: the owner's function then deletes them.
DO $$
DECLARE
    kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY[
        'declaration', 'version', 'feature', 'financial_element', 'audit', 'session_event', 'audit_purge', 'alembic_version'
    ] LOOP
        IF to_regclass('public.' || kept) IS NOT NULL THEN
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON public.%I FROM flexibatch_channel', kept);
        END IF;
    END LOOP;
    FOREACH kept IN ARRAY ARRAY['sender', 'mandate'] LOOP
        IF to_regclass('public.' || kept) IS NOT NULL THEN
            EXECUTE format('REVOKE DELETE, TRUNCATE ON public.%I FROM flexibatch_channel', kept);
        END IF;
    END LOOP;
    IF to_regclass('public.declaration') IS NOT NULL THEN
        GRANT UPDATE (employer_id, person) ON public.declaration TO flexibatch_channel;
    END IF;
    IF to_regclass('public.alembic_version') IS NOT NULL THEN
        REVOKE INSERT ON public.alembic_version FROM flexibatch_channel;
    END IF;
END
$$;
