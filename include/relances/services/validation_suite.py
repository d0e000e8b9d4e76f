"""The great-expectations suites of an extraction: its rows, and what they amount to together.

Imported by the validation task alone: the library takes seconds and 200 MB to load.
"""

import shutil
import warnings
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Final

import great_expectations as gx
from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
from great_expectations.data_context import EphemeralDataContext
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent import GxDatasourceWarning, SQLDatasource
from great_expectations.expectations import (
    Expectation,
    ExpectColumnMaxToBeBetween,
    ExpectColumnMinToBeBetween,
    ExpectColumnValuesToBeBetween,
    ExpectColumnValuesToBeInSet,
    ExpectColumnValuesToBeNull,
    ExpectColumnValuesToBeOfType,
    ExpectColumnValuesToNotBeNull,
)
from sqlalchemy import URL
from sqlalchemy.pool import NullPool

from relances.rules.errors import Blocked, TryAgain
from relances.rules.fichiers import refusal
from relances.rules.politique import Politique, Qualite
from relances.rules.validation import Controle, Resultat, VolumeExtrait

_TYPES: Final = {
    "creance_id": "TEXT",
    "contribuable_id": "TEXT",
    "nom": "TEXT",
    "prenom": "TEXT",
    "telephones": "TEXT[]",
    "langue": "TEXT",
    "categorie": "TEXT",
    "libelle": "TEXT",
    "montant_du": "NUMERIC",
    "devise": "TEXT",
    "echeance": "DATE",
    "jours_retard": "INTEGER",
    "derniere_relance": "TIMESTAMP WITH TIME ZONE",
    "relances_agents": "INTEGER",
    "exclusion": "TEXT",
}
_CENT: Final = 0.005  # the lower bound of what numeric(16, 2) holds above zero
# Counts without values: these pages are for anyone who may see the run, and taxpayers' data is not.
_COUNTS: Final = {"result_format": "BASIC", "partial_unexpected_count": 0}


def row_expectations(politique: Politique, jour: date) -> list[Expectation]:
    """Expectations on the columns of ``relances.creance_a_valider``; ``jour``: the date_relance of the run."""
    qualite = politique.qualite
    return [
        *(
            ExpectColumnValuesToBeOfType(column=column, type_=name, meta=_meta(Controle.CONTRAT))
            for column, name in _TYPES.items()
        ),
        ExpectColumnValuesToNotBeNull(column="creance_id", meta=_meta(Controle.IDENTIFIANT)),
        ExpectColumnValuesToNotBeNull(column="contribuable_id", meta=_meta(Controle.CONTRIBUABLE)),
        ExpectColumnValuesToNotBeNull(column="devise", meta=_meta(Controle.DEVISE)),
        ExpectColumnValuesToBeInSet(column="devise", value_set=[politique.devise], meta=_meta(Controle.DEVISE)),
        ExpectColumnValuesToBeNull(column="exclusion", meta=_meta(Controle.EXCLUSION)),
        ExpectColumnValuesToNotBeNull(column="montant_du", meta=_meta(Controle.MONTANT)),
        ExpectColumnValuesToBeBetween(
            column="montant_du",
            min_value=_CENT,
            max_value=float(qualite.montant_max),
            meta=_meta(Controle.MONTANT),
        ),
        ExpectColumnValuesToNotBeNull(column="echeance", meta=_meta(Controle.ECHEANCE)),
        ExpectColumnValuesToBeBetween(
            column="echeance",
            min_value=datetime.combine(min(qualite.echeance_min, jour), time.min),
            max_value=datetime.combine(jour, time.min),
            meta=_meta(Controle.ECHEANCE),
        ),
        ExpectColumnValuesToNotBeNull(column="jours_retard", meta=_meta(Controle.ECHEANCE)),
        ExpectColumnValuesToBeBetween(
            column="jours_retard",
            min_value=-qualite.echeance_horizon_jours,
            max_value=max((jour - qualite.echeance_min).days, 0),
            meta=_meta(Controle.ECHEANCE),
        ),
    ]


def whole_expectations(qualite: Qualite, volume: VolumeExtrait) -> list[Expectation]:
    """Expectations on the one row of ``relances.execution_a_valider``, but those that make no sense for this volume."""
    expectations: list[Expectation] = [
        ExpectColumnMaxToBeBetween(column="doublons", max_value=0, meta=_meta(Controle.DOUBLON)),
        ExpectColumnMaxToBeBetween(
            column="age_collecte", max_value=qualite.fraicheur_jours, meta=_meta(Controle.FRAICHEUR)
        ),
    ]
    if not volume.petit:
        expectations.append(
            ExpectColumnMinToBeBetween(
                column="part_telephones", min_value=qualite.part_telephones, meta=_meta(Controle.PART_TELEPHONES)
            )
        )
    if volume.comparable:
        usual = float(volume.volume_moyen or 0)
        expectations.append(
            ExpectColumnMaxToBeBetween(
                column="creances",
                min_value=usual * (1 - qualite.ecart_volume),
                max_value=usual * (1 + qualite.ecart_volume),
                meta=_meta(Controle.VOLUME),
            )
        )
    return expectations


def extraction_suites(politique: Politique, jour: date, volume: VolumeExtrait) -> dict[str, list[Expectation]]:
    """What must hold, by the view that it is said of; ``jour``: the date_relance of the run."""
    return {
        "creance_a_valider": row_expectations(politique, jour),
        "execution_a_valider": whole_expectations(politique.qualite, volume),
    }


def run_suites(
    url: URL, settings: Mapping[str, str], suites: Mapping[str, list[Expectation]], pages: Path
) -> list[Resultat]:
    """Evaluate suites in SQL, each on the view of its name, and write the findings in the folder ``pages``.

    ``settings``: of the session, for the views to show the extraction. An earlier try's pages give way. Blocked where
    a check cannot be evaluated, TryAgain where the database was lost meanwhile.
    """
    try:
        context = _context(pages)
        source = _source(context, _in_session(url, settings))
        validations = [_validation(context, source, view, suite) for view, suite in suites.items()]
        checkpoint = gx.Checkpoint(
            name="extraction",
            validation_definitions=validations,
            result_format=_COUNTS,
        )
        result = context.checkpoints.add(checkpoint).run(run_id=gx.RunIdentifier(run_name=pages.name))
        context.build_data_docs(site_names=["relances"])  # once: as an action, it would be again for each suite
        for same_for_all in ("images", "fonts"):  # 4 MB a run, for its looks
            shutil.rmtree(pages / "static" / same_for_all)
    except OSError as error:
        raise Blocked(
            f"les contrôles ne peuvent s'écrire dans {pages} ({refusal(error)}) ; vérifiez RELANCES_DATA_DOCS, et que "
            "ce dossier accepte l'écriture",
            "the folder of the checks cannot be written to: see RELANCES_DATA_DOCS",
        ) from error
    except Exception as error:  # the library raises all kinds
        raise _unable(type(error).__name__, repr(error)) from None  # whose words may quote rows
    return [resultat for outcome in result.run_results.values() for resultat in _resultats(outcome)]


def _context(pages: Path) -> EphemeralDataContext:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    context.add_data_docs_site(
        "relances",
        {
            "class_name": "SiteBuilder",
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(pages)},
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        },
    )
    return context


def _source(context: EphemeralDataContext, url: URL) -> SQLDatasource:
    with warnings.catch_warnings():
        # It advises its PostgreSQL source, which refuses a URL without a host: that of a Unix socket.
        warnings.simplefilter("ignore", GxDatasourceWarning)
        return context.data_sources.add_sql(
            "relances",
            connection_string=url.render_as_string(hide_password=False),
            kwargs={"poolclass": NullPool},  # type: ignore[call-arg]  # its stubs lack it; it leaves its pools open
        )


def _validation(
    context: EphemeralDataContext, source: SQLDatasource, view: str, expectations: list[Expectation]
) -> gx.ValidationDefinition:
    batch = source.add_table_asset(view, table_name=view).add_batch_definition_whole_table("passage")
    suite = context.suites.add(gx.ExpectationSuite(name=view, expectations=expectations))
    return context.validation_definitions.add(gx.ValidationDefinition(name=view, data=batch, suite=suite))


def _in_session(url: URL, settings: Mapping[str, str]) -> URL:
    """The database's URL, with session settings that find the views and say what they show."""
    options = " ".join(
        f"-c {name}={value}" for name, value in {"search_path": "relances", "jit": "off", **settings}.items()
    )
    return url.update_query_dict({"options": f"{url.query.get('options', '')} {options}".strip()})


def _resultats(outcome: ExpectationSuiteValidationResult) -> Iterator[Resultat]:
    for result in outcome.results:
        config = result.expectation_config
        if config is None or config.meta is None:
            raise _unable("une attente", "")
        colonne = str(config.kwargs["column"])
        _check_evaluated(result, f"{config.type}({colonne})")
        observe = result.result.get("observed_value")
        yield Resultat(
            controle=Controle(config.meta["controle"]),
            attente=config.type,
            colonne=colonne,
            respecte=bool(result.success),
            lignes=int(result.result.get("unexpected_count") or 0),
            observe=Decimal(str(observe)) if isinstance(observe, int | float | Decimal) else None,
        )


def _check_evaluated(result: ExpectationValidationResult, attente: str) -> None:
    """Raise Blocked where a check could not be evaluated. Its exceptions come alone, or by metric."""
    info = result.exception_info or {}
    for told in [info, *info.values()]:
        if isinstance(told, dict) and told.get("raised_exception"):
            raise _unable(attente, str(told.get("exception_traceback")))


def _unable(what: str, words: str) -> Blocked | TryAgain:
    if "OperationalError" in words:
        return TryAgain(
            "base relances_db : la connexion s'est perdue pendant les contrôles",
            "the connection was lost while checking",
        )
    return Blocked(
        f"les contrôles de l'extraction n'ont pas pu être évalués ({what}) : vérifiez que le schéma de relances_db "
        "est à jour (relances migrer), sinon prévenez le développeur avec cette phrase",
        "the suite cannot be evaluated: check that the schema is up to date",
    )


def _meta(controle: Controle) -> dict[str, str]:
    return {"controle": controle, "effet": controle.effet}
