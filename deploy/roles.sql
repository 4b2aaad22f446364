-- Two roles for production on PostgreSQL: the owner migrates, the application only reads and writes.
--
-- Run it as the owner, in the site's own database, after the first `manage.py migrate`:
--     psql --dbname partnercenter --variable app=partnercenter_app --file deploy/roles.sql
-- Run it again after a migrate that brings new append-only tables; it is safe to repeat. What a
-- later migrate makes otherwise is covered by the default privileges below.
--
-- The application's role owns nothing, so it can neither drop a trigger nor switch one off, and it
-- has no right that the site does not use: no TRUNCATE, no TRIGGER, no REFERENCES, no CREATE.

\if :{?app}
\else
    \set app partnercenter_app
\endif

SELECT format('CREATE ROLE %I NOLOGIN', :'app')
WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = :'app') \gexec

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"app";

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"app";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :"app";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"app";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO :"app";

-- What the guards keep anyway is not even granted. UPDATE stays on rows that a move locks.
REVOKE UPDATE, DELETE ON
    audit_event,
    audit_chainlink,
    subscriptions_subscriptionchange,
    relationships_accessterms,
    relationships_accessterms_roles,
    relationships_accessterms_planned_groups,
    relationships_decisionsignature,
    relationships_certificate,
    relationships_certificatesignature
FROM :"app";
REVOKE UPDATE ON audit_sealedpart FROM :"app";
REVOKE DELETE ON
    audit_chainhead,
    subscriptions_subscription,
    customers_customer,
    partners_partner,
    relationships_decision,
    relationships_breach
FROM :"app";
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM :"app";
