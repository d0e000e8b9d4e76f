"""The Airflow side of a provider: the hook that reads an Airflow connection, and Airflow's own "Test" button."""

import asyncio
from typing import ClassVar

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from relances_providers.connection_fields import ConnectionFields
from relances_providers.errors import Misconfigured, ProviderError
from relances_providers.http.client import Wire
from relances_providers.http.diagnosis import diagnose_addresses
from relances_providers.messaging import Finding, Gateway, Limits, Verdict


class MessagingHook(BaseHook, Gateway):
    """An Airflow hook that opens a :class:`Sender` from a connection. The constructor does no I/O."""

    conn_name_attr: ClassVar[str] = "conn_id"
    default_conn_name: ClassVar[str]
    conn_type: ClassVar[str]
    hook_name: ClassVar[str]

    def __init__(self, conn_id: str | None = None) -> None:
        super().__init__()
        self.conn_id = conn_id or self.default_conn_name

    @property
    def is_connected(self) -> bool:
        """Whether its connection exists."""
        try:
            self.get_connection(self.conn_id)
        except AirflowNotFoundException:
            return False
        return True

    @property
    def fields(self) -> ConnectionFields:
        """The fields of its connection; Misconfigured where it does not exist."""
        try:
            connection = self.get_connection(self.conn_id)
        except AirflowNotFoundException as error:
            raise Misconfigured(
                f"la connexion {self.conn_id} n'existe pas ; créez-la dans Admin → Connections, type {self.hook_name} "
                "— the connection does not exist",
                code="connexion",
            ) from error
        return ConnectionFields.of(connection)

    async def diagnose(self) -> list[Finding]:
        """Fields, addresses, TLS, credentials, and what only this provider can tell."""
        try:
            addresses, limits = self.addresses, self.limits
            wire = Wire.of(self.fields, self.hook_name, " et ".join(addresses), limits)
        except ProviderError as error:
            return [Finding("champs", Verdict.BAD, str(error))]
        found = [Finding("champs", Verdict.GOOD, _said(limits)), *await diagnose_addresses(wire, addresses)]
        if any(finding.verdict is Verdict.BAD for finding in found):
            return found  # a token would be asked of the same address, for longer
        return [*found, *await self._diagnose_account()]

    def test_connection(self) -> tuple[bool, str]:
        """What the "Test" button of Airflow's connection form runs; sends nothing."""
        try:
            asyncio.run(self._check())
        except ProviderError as error:
            return False, str(error)
        return True, f"{self.hook_name} : la connexion fonctionne — connection works"

    async def _check(self) -> None:
        async with self.open() as sender:
            await sender.check()

    async def _diagnose_account(self) -> list[Finding]:
        try:
            async with self.open() as sender:
                await sender.check()
                return [Finding("identifiants", Verdict.GOOD, "acceptés — accepted"), *await sender.diagnose()]
        except ProviderError as error:
            return [Finding("identifiants", Verdict.BAD, str(error))]


def _said(limits: Limits) -> str:
    at_once = f"{limits.max_in_flight} appels à la fois"
    return f"{limits.rate_per_second:g} messages/s, {at_once}, {limits.timeout:g} s d'attente"
