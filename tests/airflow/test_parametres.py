"""The parameters of the daily Dag, as its file has them."""

from importlib.util import module_from_spec, spec_from_file_location

import pytest

from relances.rules.request import DEFAULTS
from tests.airflow.conftest import REPOSITORY


# Airflow's own decorators use a name that Airflow has renamed.
@pytest.mark.filterwarnings("ignore::airflow.utils.deprecation_tools.DeprecatedImportWarning")
def test_what_nobody_says_is_what_the_dag_shows() -> None:
    spec = spec_from_file_location("dag_file", REPOSITORY / "dags/relances_quotidiennes.py")
    assert spec is not None
    assert spec.loader is not None
    dag_file = module_from_spec(spec)
    spec.loader.exec_module(dag_file)
    assert {name: param.value for name, param in dag_file.PARAMS.items()} == DEFAULTS
