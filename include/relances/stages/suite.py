"""The great-expectations suite of the extraction: what must hold of every row, and what happens when it does not.

Imported by the validation task alone: the library takes seconds and 200 MB to load.
"""

import logging
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import great_expectations as gx
from great_expectations.checkpoint import UpdateDataDocsAction
from great_expectations.core import ExpectationSuiteValidationResult
from great_expectations.data_context import EphemeralDataContext
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent import GxDatasourceWarning
from great_expectations.expectations import (
    Expectation,
    ExpectColumnValuesToBeBetween,
    ExpectColumnValuesToBeInSet,
    ExpectColumnValuesToBeUnique,
    ExpectColumnValuesToNotBeNull,
)
from sqlalchemy import URL
from sqlalchemy.pool import NullPool

logging.getLogger("great_expectations").setLevel(logging.WARNING)  # it tells each function it registers
BLOCKING: Final = {"effet": "bloquante"}  # the run stops
ROW_LEVEL: Final = {"effet": "ligne"}  # the row goes to the exclusion ledger


@dataclass(frozen=True, slots=True)
class Finding:
    """One expectation and how many rows break it."""

    attente: str
    colonne: str
    bloquante: bool
    respectee: bool
    lignes: int


def expectations(devise: str) -> list[Expectation]:
    """The suite, over the columns of ``relances.creance_a_valider``."""
    return [
        ExpectColumnValuesToNotBeNull(column="creance_id", meta=BLOCKING),
        ExpectColumnValuesToNotBeNull(column="contribuable_id", meta=BLOCKING),
        ExpectColumnValuesToBeInSet(column="devise", value_set=[devise], meta=BLOCKING),
        ExpectColumnValuesToNotBeNull(column="devise", meta=BLOCKING),
        ExpectColumnValuesToBeUnique(column="creance_id", meta=ROW_LEVEL),
        ExpectColumnValuesToBeBetween(column="montant_du", min_value=0, strict_min=True, meta=ROW_LEVEL),
        ExpectColumnValuesToNotBeNull(column="echeance", meta=ROW_LEVEL),
        ExpectColumnValuesToNotBeNull(column="jours_retard", meta=ROW_LEVEL),
    ]


def run_suite(url: URL, execution_id: int, devise: str, docs: Path) -> list[Finding]:
    """Evaluate the suite in SQL on one execution's extraction, and write its Data Docs under ``docs``."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    _add_docs_site(context, docs)
    with warnings.catch_warnings():
        # It advises its PostgreSQL source, which refuses a URL without a host: that of a Unix socket.
        warnings.simplefilter("ignore", GxDatasourceWarning)
        source = context.data_sources.add_sql(
            "relances",
            connection_string=_in_execution(url, execution_id).render_as_string(hide_password=False),
            kwargs={"poolclass": NullPool},  # type: ignore[call-arg]  # its stubs lack it; it leaves its pools open
        )
    asset = source.add_table_asset("extraction", table_name="creance_a_valider")
    suite = context.suites.add(gx.ExpectationSuite(name="extraction", expectations=expectations(devise)))
    validation = context.validation_definitions.add(
        gx.ValidationDefinition(
            name="extraction", data=asset.add_batch_definition_whole_table("execution"), suite=suite
        )
    )
    checkpoint = gx.Checkpoint(
        name="extraction",
        validation_definitions=[validation],
        actions=[UpdateDataDocsAction(name="docs", site_names=["relances"])],
        result_format="BASIC",
    )
    result = context.checkpoints.add(checkpoint).run(run_id=gx.RunIdentifier(run_name=f"execution-{execution_id}"))
    return [finding for outcome in result.run_results.values() for finding in _findings(outcome)]


def _findings(outcome: ExpectationSuiteValidationResult) -> list[Finding]:
    found = []
    for result in outcome.results:
        config = result.expectation_config
        if config is None or result.exception_info.get("raised_exception"):
            raise RuntimeError(f"great-expectations: {result.exception_info.get('exception_message')}")
        found.append(
            Finding(
                attente=config.type,
                colonne=str(config.kwargs["column"]),
                bloquante=config.meta == BLOCKING,
                respectee=bool(result.success),
                lignes=int(result.result.get("unexpected_count") or 0),
            )
        )
    return found


def _in_execution(url: URL, execution_id: int) -> URL:
    """The same database in a session that finds creance_a_valider, and that it knows the execution of."""
    options = f"{url.query.get('options', '')} -c search_path=relances -c relances.execution_id={execution_id:d}"
    return url.update_query_dict({"options": options.strip()})


def _add_docs_site(context: EphemeralDataContext, docs: Path) -> None:
    context.add_data_docs_site(
        "relances",
        {
            "class_name": "SiteBuilder",
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs)},
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        },
    )
