"""`python -m simulators`: the look-alikes as a process of their own."""

import argparse
import asyncio
import signal
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import get_args

import msgspec
from yarl import URL

from simulators.app import LOOPBACK, serve
from simulators.faults import Latency, Plan, read_plan
from simulators.settings import Generation, Settings

_DEFAULT = Settings()


def main() -> None:
    """Serve until SIGTERM or SIGINT; exit with one sentence when that cannot be."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a log may be in any encoding
    args = _parser().parse_args()
    try:
        asyncio.run(_run(args))
    except OSError as exc:
        sys.exit(f"Les simulateurs n'ont pas démarré : {exc}. Vérifiez --host, --port et les fichiers indiqués.")
    except ValueError as exc:
        sys.exit(f"Les simulateurs n'ont pas démarré : {exc}")


async def _run(args: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    async with serve(_settings(args), host=args.host, port=args.port) as url:
        if args.port_file is not None:
            _publish(args.port_file, str(URL(url).port))
        print(f"Simulateurs prêts : {url}", flush=True)
        await stop.wait()


def _publish(path: Path, port: str) -> None:
    draft = path.with_name(f"{path.name}.tmp")
    draft.write_text(port, encoding="ascii")
    draft.replace(path)  # whoever waits for the file never reads half of it


def _settings(args: argparse.Namespace) -> Settings:
    return Settings(
        realm=args.realm,
        client_id=args.client_id,
        client_secret=args.client_secret,
        username=args.username,
        password=args.password,
        token_seconds=args.token_seconds,
        generation=args.generation,
        delivery_seconds=args.delivery_seconds,
        senders=tuple(args.sender or _DEFAULT.senders),
        ledger_file=args.ledger,
        plan=_plan(args.faults, args.latency_ms),
        control_token=args.control_token,
    )


def _plan(path: Path | None, latency: Latency | None) -> Plan:
    plan = Plan() if path is None else read_plan(path.read_bytes())
    return plan if latency is None else msgspec.structs.replace(plan, latency=latency)


def _latency(text: str) -> Latency:
    low, dash, high = text.partition("-")
    return Latency(min_ms=float(low), max_ms=float(high) if dash else None)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulators", description="Sosies de Ventis (et Keycloak), Twilio et Zoom."
    )
    add = parser.add_argument
    add("--host", default=LOOPBACK, help="adresse d'écoute ; hors de la machine, --control-token est exigé")
    add("--port", type=int, default=0, help="port d'écoute ; 0 prend un port libre")
    add("--port-file", type=Path, help="fichier où écrire le port une fois prêt")
    add("--ledger", type=Path, help="fichier JSONL du registre des messages acceptés, relu au démarrage")
    add("--latency-ms", type=_latency, help="attente avant chaque réponse : N, ou MIN-MAX")
    add("--faults", type=Path, help="fichier JSON du plan de fautes, comme pour PUT /faults")
    add("--control-token", help="jeton exigé par le registre, les statistiques et les fautes")
    add("--realm", default=_DEFAULT.realm, help="royaume Keycloak")
    add("--client-id", default=_DEFAULT.client_id, help="client Keycloak")
    add("--client-secret", help="secret du client ; sans lui, le client est public")
    add("--username", default=_DEFAULT.username, help="compte Keycloak")
    add("--password", default=_DEFAULT.password, help="mot de passe du compte")
    add("--token-seconds", type=int, default=_DEFAULT.token_seconds, help="durée de vie d'un jeton")
    add(
        "--generation",
        choices=get_args(Generation),
        default=_DEFAULT.generation,
        help="version de Keycloak imitée",
    )
    add(
        "--delivery-seconds",
        type=float,
        default=_DEFAULT.delivery_seconds,
        help="durée de chaque étape d'un message de Twilio ou de Zoom, jusqu'à sa remise",
    )
    add("--sender", action="append", help="expéditeur autorisé chez Ventis ; répétable")
    return parser


if __name__ == "__main__":
    main()
