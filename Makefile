# Partner Center: `make help` lists what can be made. The work is done by tools/.

.DEFAULT_GOAL := help
SHELL := /bin/sh

python = .venv/bin/python
with_postgres = $(python) tools/with_postgres.py
# Code is looked at with settings of its own, never with those of a running site.
looking = env DEMO=1 SECRET_KEY=only-for-looking-at-code DATABASE_URL=sqlite://:memory:

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

.PHONY: run
run: environment-production ## start the site; takes HOST, PORT, DATABASE_URL
	@exec $(python) tools/run.py

.PHONY: test
test: environment-development test-programs ## run the suite on SQLite and on PostgreSQL
	$(python) -m pytest $(on_every_core)
	$(with_postgres) $(python) -m pytest $(on_every_core) -m "$(on_postgresql)" $(no_database)
	RACE_ATTEMPTS=5 TEST_DATABASE_ROLE=partnercenter_app $(with_postgres) $(python) -m pytest $(on_every_core) -m "not soak" $(moves)

on_every_core = --numprocesses=auto
# Pages and texts are the same on both engines; what touches the database differently runs on both.
on_postgresql = not soak and (journey or not browser)
no_database = $(addprefix --ignore=tests/,conventions tools test_pages.py test_staff.py test_staff_groups.py \
	signin/test_limits.py signin/test_openid.py signin/test_outbound.py signin/test_sources.py \
	relationships/test_role_texts.py relationships/test_request_policy_pages.py subscriptions/test_catalogue_texts.py mail/test_templates.py \
	relationships/test_bulk_files.py relationships/test_bulk_pages.py machine/test_control.py \
	subscriptions/test_import.py \
	$(addprefix relationships/test_,answer_mails.py invitations.py partner_customers.py people_table.py proving.py \
	refusing.py reminding.py resetting.py states.py) \
	$(addprefix relationships/test_,people_pages.py group_pages.py standing_link_pages.py request_pages.py \
	request_form.py subscription_pages.py landing.py links_of_mails.py customer_activity.py partner_activity.py \
	access_pages.py customer_pages.py customer_partner.py decision_page.py partner_customer.py partner_ending.py \
	partner_ordering.py partner_pages.py work_list.py demanding.py traps.py paging.py assignment_mails.py) \
	relationships/admin subscriptions/admin accounts \
	$(addprefix signin/test_,again.py demo_rules.py enumeration.py home.py letters.py login_code.py own_account.py \
	own_address.py profile.py reset.py sign_in.py sign_on.py sign_up.py strength.py) \
	lib/test_address_search.py lib/test_canonical.py lib/test_names.py)
# The moves once more, under the role that deploy/roles.sql makes for production.
moves = $(addprefix tests/subscriptions/test_,changing.py aging.py ordering.py) \
	$(addprefix tests/relationships/test_,accepting.py bulk.py certificates.py deciding.py ending.py extending.py \
	groups.py policing.py registering.py requesting.py sending.py signing_on.py) \
	tests/partners tests/customers tests/races/test_deciding.py

.PHONY: soak
soak: environment-development test-programs ## run the tests that take longer, on both engines, and the mutants
	sh tools/soak.sh $(python) -m pytest
	sh tools/soak.sh $(with_postgres) $(python) -m pytest
	sh tools/mutation.sh $(python)

.PHONY: mutation
mutation: environment-development test-programs ## spoil guards and code, and see whether a test fails
	sh tools/mutation.sh $(python)

.PHONY: bench
bench: environment-development test-programs ## measure, on both engines, as ratios to a floor
	$(python) -m benchmarks.guards
	$(with_postgres) $(python) -m benchmarks.guards
	$(python) -m benchmarks.customers_page
	$(with_postgres) $(python) -m benchmarks.customers_page
	$(python) -m benchmarks.certificate
	$(with_postgres) $(python) -m benchmarks.certificate
	$(python) -m benchmarks.bulk
	$(python) -m benchmarks.access
	$(with_postgres) $(python) -m benchmarks.access

.PHONY: check
check: lint test ## what continuous integration runs: lint, then test

.PHONY: lint
lint: environment-development test-programs ## look at code, types, imports, templates, migrations
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target --keep-going \
		look-code look-types look-imports look-templates look-settings look-databases

.PHONY: look-code look-types look-imports look-templates look-settings look-databases
look-code:
	$(python) -m ruff check .
	$(python) -m ruff format --check .
look-types:
	$(looking) $(python) -m mypy .
look-imports:
	.venv/bin/lint-imports --no-logo
look-templates:
	find templates -name '*.html' | xargs -r .venv/bin/djade --check --target-version 5.2
look-settings:
	sh tools/check_settings.sh
look-databases:
	sh tools/check_database.sh
	$(with_postgres) sh tools/check_database.sh

.PHONY: format
format: environment-development ## rewrite code and templates in the house's form
	$(python) -m ruff check --fix .
	$(python) -m ruff format .
	find templates -name '*.html' | xargs -r .venv/bin/djade --target-version 5.2

.PHONY: lock
lock: environment-development ## pin requirements/*.in anew, with hashes
	sh tools/lock.sh

.PHONY: environment-production environment-development test-programs
environment-production:
	@sh tools/environment.sh production
environment-development:
	@sh tools/environment.sh development
test-programs: environment-development
	@sh tools/test_programs.sh
