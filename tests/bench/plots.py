"""The report's plots."""

from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.bench.loop import Compared
from tests.bench.rapport import Measured

DEBIT: Final = "debit.png"
PASSAGES: Final = "passages.png"
_BARE, _LOOP, _LIMIT, _OTHER = "#8d99ae", "#00695c", "#c62828", "#ef6c00"
mpl.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "font.size": 9})


def draw(measured: Measured, folder: Path) -> None:
    rates(measured).savefig(folder / DEBIT, dpi=110, metadata={"Software": None})
    wholes(measured).savefig(folder / PASSAGES, dpi=110, metadata={"Software": None})


def rates(measured: Measured) -> Figure:
    """Throughput by calls in flight, one plot for each latency; last, processor time per message."""
    figure = Figure(figsize=(13, 3.8), layout="constrained")
    latencies = sorted({cell.latency_ms for cell in measured.cells})
    *plots, last = figure.subplots(1, len(latencies) + 1)
    for axes, latency in zip(plots, latencies, strict=True):
        of_latency(axes, latency, [cell for cell in measured.cells if cell.latency_ms == latency])
        if latency in measured.alternatives.sequential:
            axes.axhline(measured.alternatives.sequential[latency], color=_OTHER, ls=":", label="un client par message")
    plots[0].axhline(measured.alternatives.mapped, color=_OTHER, ls="--", label="une tâche par relance")
    plots[0].set_ylabel("relances par seconde")
    plots[0].legend(frameon=False)
    processor(last, [cell for cell in measured.cells if cell.latency_ms == latencies[0]])
    return figure


def of_latency(axes: Axes, latency_ms: int, cells: list[Compared]) -> None:
    in_flight = [cell.in_flight for cell in cells]
    axes.plot(in_flight, [cell.bare.rate for cell in cells], "o-", color=_BARE, label="client nu")
    axes.plot(in_flight, [cell.loop.rate for cell in cells], "o-", color=_LOOP, label="boucle d'envoi")
    if latency_ms:
        axes.plot(
            in_flight, [calls * 1000 / latency_ms for calls in in_flight], ":", color=_LIMIT, label="appels ÷ latence"
        )
        axes.legend(frameon=False)
    axes.set(xscale="log", yscale="log", xticks=in_flight, xticklabels=in_flight)
    axes.minorticks_off()
    axes.set(title=f"réponse en {latency_ms} ms", xlabel="appels à la fois")


def processor(axes: Axes, cells: list[Compared]) -> None:
    places = range(len(cells))
    axes.bar([place - 0.2 for place in places], [cell.bare.cpu for cell in cells], 0.4, color=_BARE, label="client nu")
    axes.bar([place + 0.2 for place in places], [cell.loop.cpu for cell in cells], 0.4, color=_LOOP, label="boucle")
    axes.set(xticks=places, xticklabels=[cell.in_flight for cell in cells], xlabel="appels à la fois")
    axes.set(title="processeur par message, 0 ms", ylabel="µs")
    axes.margins(y=0.25)
    axes.legend(frameon=False, ncols=2)


def wholes(measured: Measured) -> Figure:
    """Seconds and memory of whole days, by size."""
    figure = Figure(figsize=(8, 3.6), layout="constrained")
    times, memory = figure.subplots(1, 2)
    sizes = [day.relances for day in measured.wholes]
    times.plot(sizes, [day.seconds for day in measured.wholes], "o-", color=_LOOP, label="passage entier")
    times.plot(sizes, [day.prepared.seconds for day in measured.wholes], "o-", color=_BARE, label="préparation")
    memory.plot(sizes, [day.sending.peak_mb for day in measured.wholes], "o-", color=_LOOP, label="envoi")
    memory.plot(sizes, [day.prepared.peak_mb for day in measured.wholes], "o-", color=_BARE, label="préparation")
    times.set(xscale="log", yscale="log", xlabel="relances", title="secondes")
    memory.set(xscale="log", ylim=0, xlabel="relances", title="mémoire au plus (Mo)")
    times.legend(frameon=False)
    memory.legend(frameon=False, loc="lower right")
    return figure
