# Relances : deux commandes suffisent, « make demo » puis « make up ».

PYTHON ?= python3
LOCK_ARGS ?=
TEST_ARGS ?=
KEYCLOAK ?= 20.0.3 26.7.3
FUZZ ?= 100000

SHELL := /bin/sh
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo up down test coverage covered test-keycloak compose-test chaos fuzz lint audit bench docs lock clean

# Les messages sont en français : les écrire dans n'importe quelle langue du système.
export PYTHONUTF8 := 1
# Garder ce que Python compile, même où l'environnement le défend : les essais lancent des centaines de processus.
unexport PYTHONDONTWRITEBYTECODE

# Une étiquette par étape de l'installation, refaite quand ce dont elle dépend change.
VENV := .venv/bin/python
LOCKED := .venv/.dependances
READY := .venv/.projet
READY_TO_WORK := .venv/.outils

# Ce qu'un lancement de tests parcourt s'ajoute à ce que d'autres ont parcouru.
COVERED := COVERAGE_FILE=.couverture/mesures
MEASURED := --cov --cov-append --cov-report=

PIP_INSTALL := umask 022 && $(VENV) -m pip install --quiet --disable-pip-version-check --no-input --no-deps
FROM_LOCK := --require-hashes --only-binary :all:
NOT_INSTALLED := { echo "L'installation a échoué : vérifiez l'accès à l'index Python (pip config list) et relancez. — Installation failed: check access to the package index and retry." >&2; exit 1; }

help: ## Cette liste
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/' | expand -t 22

demo: $(READY) ## Un passage complet sur des données inventées : rien à configurer, aucun SMS ne part
	@.venv/bin/relances demo

up: $(READY) ## Airflow et ses bases, au premier plan (EXECUTOR=celery WORKERS=2 : des workers derrière Redis)
	@.venv/bin/relances up

down: ## Arrête tout ce qui tourne
	@if [ -x .venv/bin/relances ]; then .venv/bin/relances down; else echo "Rien ne tournait."; fi

test: $(READY_TO_WORK) ## Les tests, sur de vrais serveurs locaux
	@$(if $(MESURES),mkdir -p .couverture; $(COVERED)) $(VENV) -m pytest -n auto --dist loadfile --no-loadscope-reorder $(if $(MESURES),$(MEASURED)) $(TEST_ARGS)

coverage: $(READY_TO_WORK) ## Les branches que les tests parcourent dans rules, sending et store ; échoue sous 95 % de l'une
	@rm -rf .couverture
	@$(MAKE) -s test MESURES=oui
	@$(MAKE) -s covered

covered: # Ce que les tests de « make test MESURES=oui » ont parcouru depuis que .couverture existe
	@$(COVERED) $(VENV) -m coverage json -q -o .couverture/couverture.json
	@$(VENV) -m tests.mesures.couverture .couverture/couverture.json

test-keycloak: $(READY_TO_WORK) ## Les essais du jeton sur de vrais serveurs (Java 17 et Maven ; KEYCLOAK=24.0.5 : une autre version)
	@KEYCLOAK_RELEASES="$(KEYCLOAK)" $(VENV) -m pytest tests/keycloak $(TEST_ARGS)

compose-test: $(READY_TO_WORK) ## L'installation Docker Compose pour de vrai : tués, disque plein, restaurée (moteur Docker)
	@RELANCES_COMPOSE=oui $(VENV) -m pytest tests/compose $(TEST_ARGS)

chaos: $(READY_TO_WORK) ## Tout casser, vingt minutes, et compter les messages (SEED=123 : un seul scénario ; SCENARIOS=20)
	@$(VENV) -W ignore -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(SCENARIOS),--scenarios $(SCENARIOS)) $(CHAOS_ARGS)

fuzz: $(READY_TO_WORK) ## Cent mille cellules, fichiers, politiques et gabarits quelconques (une heure ; FUZZ=1000000)
	@RELANCES_FUZZ="$(FUZZ)" $(VENV) -m pytest -n logical --maxprocesses 4 --dist load tests/fuzz $(TEST_ARGS)

lint: $(READY_TO_WORK) ## Style, types, sens des imports, SQL et migrations
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .
	@$(VENV) -m mypy
	@.venv/bin/lint-imports --no-cache
	@$(VENV) .ci/sql.py

audit: $(READY_TO_WORK) ## Les vulnérabilités connues des versions fixées (celles acceptées : .ci/vulnerabilites.toml)
	@$(VENV) .ci/audit.py

bench: $(READY_TO_WORK) ## Les mesures de performance, dans tests/bench/RAPPORT.md (une heure et demie ; BENCH_ARGS=--help)
	@$(VENV) -W ignore -m tests.bench $(BENCH_ARGS)

docs: $(READY_TO_WORK) ## Le site de la documentation, dans build/site ; un lien mort l'arrête
	@$(VENV) -m sphinx --quiet --fail-on-warning --keep-going --conf-dir docs . build/site
	@echo "La documentation est dans build/site/index.html."

reference: $(READY_TO_WORK) ## Refait les pages de docs/reference d'après le code
	@$(VENV) -m documentation

lock: $(READY_TO_WORK) ## Refait requirements*.txt d'après pyproject.toml (LOCK_ARGS=--upgrade : versions récentes)
	@$(UV_COMPILE) pyproject.toml -o requirements.txt
	@$(UV_COMPILE) --extra dev --no-emit-package pip $$($(NOT_TWICE)) -c requirements.txt pyproject.toml -o requirements-dev.txt

# requirements-dev.txt ne tient que ce qui manque à requirements.txt (ce qui n'y est que pour Windows manque), et
# s'installe par-dessus.
NOT_TWICE = sed -nE "/== 'win32'/d"'; s/^([a-z0-9._-]+)==.*/--no-emit-package \1/p' requirements.txt
UV_COMPILE = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate $(LOCK_ARGS)

clean: ## Arrête tout et efface données, environnement et caches (.env reste)
	@if [ -d .relances/local ] && [ "$(EFFACER)" != oui ]; then echo "Le dossier .relances/local garde l'historique des envois réels, qui empêche les doubles : sauvegardez-le, puis « make clean EFFACER=oui ». — .relances/local holds the history of real sendings: back it up, then make clean EFFACER=oui." >&2; exit 1; fi
	@if $(VENV) -c 'import relances.local.cli' 2>/dev/null; then .venv/bin/relances down; fi
	@rm -rf .relances .venv .mypy_cache .ruff_cache .pytest_cache .couverture .hypothesis .import_linter_cache build dist *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV):
	@command -v "$(PYTHON)" >/dev/null || { echo "$(PYTHON) est introuvable : installez Python 3.11, 3.12 ou 3.13. — $(PYTHON) not found: install Python 3.11, 3.12 or 3.13." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { echo "Il faut Python 3.11, 3.12 ou 3.13 : make PYTHON=python3.12 … — Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.12 …" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "Python n'a pas son module venv : installez-le (Debian, Ubuntu : apt install python3-venv). — Python lacks its venv module: install it." >&2; exit 1; }
	@umask 022 && "$(PYTHON)" -m venv --clear .venv

$(LOCKED): requirements.txt | $(VENV)
	@echo "Installation des dépendances dans .venv, une minute environ…"
	@$(PIP_INSTALL) $(FROM_LOCK) -r requirements.txt || $(NOT_INSTALLED)
	@touch $@

$(READY): pyproject.toml $(LOCKED)
	@$(PIP_INSTALL) --no-build-isolation -e . || $(NOT_INSTALLED)
	@touch $@

$(READY_TO_WORK): requirements-dev.txt $(READY)
	@echo "Installation des outils de développement…"
	@$(PIP_INSTALL) $(FROM_LOCK) -r requirements-dev.txt || $(NOT_INSTALLED)
	@touch $@
