"""``relances demo``: the daily run, once, before the operator's eyes."""

from datetime import datetime, timedelta

from relances.local.airflow_answers import TaskState
from relances.local.console import Console
from relances.local.settings import Settings
from relances.local.stack import DAG, Stack, running_stack
from relances.rules.fenetre import LIBREVILLE
from relances.store.encodage import connect

_RUN_SECONDS = 3_600.0
_LONG_QUEUE = timedelta(seconds=5)
_LOG_LINES = 15
_WORDS = {
    "running": "en cours",
    "success": "terminée",
    "failed": "en échec",
    "up_for_retry": "à refaire",
    "skipped": "sans objet",
    "upstream_failed": "empêchée par un échec",
    "deferred": "en attente",
    "awaiting_input": "en attente d'une approbation",
}


def demo(settings: Settings, console: Console) -> bool:
    """Run the day's reminders against the simulators and print the report.

    Returns whether the run succeeded and its balance equation holds.
    """
    with running_stack(settings, console) as stack:
        run = _DemoRun(stack, console)
        run.trigger()
        state = run.follow()
        balanced = run.print_report()
        run.print_ledger()
        run.print_failures()
    console.step("Tout est arrêté. « make up » rouvre ces données dans l'interface d'Airflow.")
    return state == "success" and balanced


class _DemoRun:
    """One run of the Dag, followed over the API."""

    def __init__(self, stack: Stack, console: Console) -> None:
        self._stack = stack
        self._console = console
        self._now = datetime.now(LIBREVILLE)
        self._run_id = f"demo__{self._now:%Y-%m-%dT%H%M%S.%f}"
        self._seen: dict[str, str] = {}

    def trigger(self) -> None:
        conf = {"date_relance": self._now.date().isoformat(), "envoyer_automatiquement": True}
        self._stack.api.unpause(DAG)  # it may have been paused in the interface since
        self._stack.api.trigger(DAG, self._run_id, conf)
        self._console.step(f"Passage {self._run_id} demandé.")

    def follow(self) -> str:
        """Print each change of a task until the run ends; returns how it ended."""
        too_late = f"Le passage {self._run_id} n'est pas fini après {_RUN_SECONDS:.0f} s."
        self._stack.supervisor.wait_for(self._has_ended, _RUN_SECONDS, too_late, every=0.7)
        state = self._stack.api.run_state(DAG, self._run_id)
        self._console.step(f"Passage {'réussi' if state == 'success' else 'en échec'}.")
        return state

    def print_report(self) -> bool:
        """The report that the run stored; returns whether its equation holds."""
        report = read_report(self._stack.surroundings.relances_url, self._run_id)
        if report is None:
            self._console.say("Le passage n'a pas laissé de rapport.")
            return False
        text, balanced = report
        self._console.say(f"\n{text}\n")
        return balanced

    def print_ledger(self) -> None:
        """What the simulators saw, over all demos."""
        simulators = self._stack.surroundings.simulators
        if simulators is not None:
            self._console.say(
                f"Registre des simulateurs : {simulators.accepted()} messages acceptés depuis la première "
                f"démonstration, {simulators.duplicates()} en double."
            )

    def print_failures(self) -> None:
        """Which tasks failed, and where to read more."""
        failed = [task.name for task in self._stack.api.task_states(DAG, self._run_id) if task.state == "failed"]
        if failed:
            self._console.say(f"En échec : {', '.join(failed)}. Journaux : {self._stack.settings.state.logs}")

    def _has_ended(self) -> bool:
        state = self._stack.api.run_state(DAG, self._run_id)
        if state == "queued" and datetime.now(LIBREVILLE) - self._now > _LONG_QUEUE:
            self._print_once("Un passage interrompu plus tôt se termine d'abord ; celui-ci attend.")
        for task in self._stack.api.task_states(DAG, self._run_id):
            self._print_change(task)
        return state in {"success", "failed"}

    def _print_once(self, sentence: str) -> None:
        if sentence not in self._seen:
            self._seen[sentence] = sentence
            self._console.step(sentence)

    def _print_change(self, task: TaskState) -> None:
        word = _WORDS.get(task.state or "")
        if word is not None and self._seen.get(task.name) != word:
            self._seen[task.name] = word
            self._console.step(f"  {task.name:<20} {word}")
            if task.state in {"failed", "up_for_retry"}:
                log = self._stack.api.task_log(DAG, self._run_id, task)
                self._console.say("\n".join(f"    | {line}" for line in log[-_LOG_LINES:]))


def read_report(url: str, run_id: str) -> tuple[str, bool] | None:
    """The Markdown report of a run and whether its equation holds; None when it has none."""
    with connect(url) as connection:
        row = connection.execute(
            "SELECT rapport, equilibre FROM relances.execution WHERE run_id = %s AND rapport IS NOT NULL", (run_id,)
        ).fetchone()
    return None if row is None else (str(row[0]), bool(row[1]))
