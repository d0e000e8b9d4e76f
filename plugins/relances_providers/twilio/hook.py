"""Twilio: WhatsApp messages, one recipient per call, by free text or by an approved template.

Free text (``Body``) reaches who joined the sandbox or wrote in the last 24 hours; a template (``ContentSid``) anyone on
WhatsApp. Twilio has no key against sending twice: a call whose answer was lost is cleared by the account's list.
"""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import ClassVar, Final

import httpx

from relances_providers.errors import Misconfigured, ProviderError
from relances_providers.hook import MessagingHook
from relances_providers.messaging import (
    Candidate,
    Capabilities,
    Delivery,
    Finding,
    Limits,
    Message,
    Receipt,
    Sender,
    Sent,
    Sought,
)
from relances_providers.quotation import plain
from relances_providers.twilio.account import TwilioAccount
from relances_providers.twilio.answers import read_receipt
from relances_providers.twilio.errors import TABLE
from relances_providers.twilio.findings import TEMPLATES, about_account, about_sandbox, about_sender, about_service
from relances_providers.twilio.records import Page, Record
from relances_providers.twilio.sdk import TwilioApi
from relances_providers.twilio.settings import LIMITS, SANDBOX, TwilioSettings, address_of
from relances_providers.twilio.statuses import known_of

_ACTIVE: Final = "active"


class TwilioSender(Sender):
    """An open Twilio account: sends one WhatsApp message per call over a shared client."""

    def __init__(self, settings: TwilioSettings, api: TwilioApi, account: TwilioAccount) -> None:
        self._settings = settings
        self._wire = settings.wire
        self._api = api
        self._account = account
        self._path = f"{settings.account_path}/Messages.json"

    async def send(self, message: Message) -> Receipt:
        """Create a message. Raises TryLater, Rejected, Misconfigured or OutcomeUnknown."""
        form = {"To": address_of(f"+{message.to}"), **self._settings.origin, **self._content(message)}
        try:
            response = await self._api.post(self._path, form, not_after=message.not_after)
        except httpx.TransportError as error:
            raise self._wire.failure(error) from error
        return Receipt(read_receipt(response, self._wire.conn_id))

    async def check(self) -> None:
        """See that the account may be used; sends nothing. Raises Misconfigured or TryLater."""
        if self._settings.api_key:  # a Standard key may not read the account
            await self._account.first_page({}, size=1)
        elif (status := (await self._account.itself()).get("status")) != _ACTIVE:
            raise TABLE["20005"].error(self._wire.conn_id, detail=plain(str(status)))

    async def diagnose(self) -> list[Finding]:
        """The account, its WhatsApp sender, and a word on templates."""
        return [await self._diagnose_account(), await self._diagnose_sender(), TEMPLATES]

    async def fetch_status(self, sent: Sequence[Sent]) -> list[Delivery]:
        """What became of these messages, by the account's list where they are many."""
        known = await known_of(sent, self._account, self._settings.list_filters, self._wire)
        deliveries = (record.delivery(self._wire.conn_id) for record in known)
        return [delivery for delivery in deliveries if delivery is not None]

    async def find(self, sought: Sought) -> list[Candidate]:
        """The messages created for that number in that time. Raises TryLater or Misconfigured."""
        # Not by DateSent: a message that still waits at Twilio has none. Not by From: the connection's sender may have
        # changed since.
        filters = {"To": address_of(f"+{sought.to}")}
        found: list[Record] = []
        page: Page | None = await self._account.first_page(filters)
        while page is not None:
            found += (each for each in page.records if each.may_be_ours(sought.since, sought.until))
            page = await self._account.page_after(page)
        found.reverse()  # Twilio lists the newest first, and tells times to the second
        found.sort(key=lambda record: record.created or sought.since)
        return [record.candidate(sought.text) for record in found]

    def _content(self, message: Message) -> dict[str, str]:
        if message.template is None:
            if len(message.text) > TwilioWhatsAppHook.capabilities.max_characters:
                raise TABLE["21617"].error(self._wire.conn_id)
            return {"Body": message.text}
        numbered = {str(number): value for number, value in enumerate(message.template.variables, start=1)}
        variables = {"ContentVariables": json.dumps(numbered, ensure_ascii=False)} if numbered else {}
        return {"ContentSid": message.template.template_id, **variables}

    async def _diagnose_account(self) -> Finding:
        try:
            account = await self._account.itself()
        except Misconfigured:  # of an API key that may not ask: check went another way
            return about_account(None)
        return about_account(plain(str(account.get("type"))))

    async def _diagnose_sender(self) -> Finding:
        match self._settings.sender:
            case None:
                return about_service()
            case number if number == SANDBOX:
                return about_sandbox()
            case number:
                return about_sender(await self._sender_status(number))

    async def _sender_status(self, number: str) -> str | None:
        try:
            return await self._account.sender_status(address_of(number))
        except ProviderError:  # a narrow key or a closed way to that host, which sending does not need
            return None


class TwilioWhatsAppHook(MessagingHook):
    """Opens a Twilio account from an Airflow connection of type ``twilio_whatsapp``."""

    default_conn_name = "twilio_default"
    conn_type = "twilio_whatsapp"
    hook_name = "Twilio (WhatsApp)"
    # Twilio does not say how soon a message can be listed: a minute is cautious, and costs nothing.
    capabilities: ClassVar[Capabilities] = Capabilities(
        can_find=True,
        can_follow=True,
        max_characters=1600,
        billed_by_segment=False,
        visibility_delay=60,
        default_limits=LIMITS,
    )

    @property
    def limits(self) -> Limits:
        """Raises Misconfigured, naming the field. The sandbox's pace is its own, whatever the connection says."""
        return self._settings().wire.limits

    @property
    def addresses(self) -> dict[str, str]:
        """Raises Misconfigured, naming the field."""
        return {"host": self._settings().host}

    @property
    def test_number(self) -> str | None:
        """Raises Misconfigured, naming the field."""
        return self._settings().wire.test_number

    @property
    def account(self) -> str:
        """Raises Misconfigured, naming the field."""
        return self._settings().account_sid

    @asynccontextmanager
    async def open(self) -> AsyncIterator[TwilioSender]:
        """An open account; raises Misconfigured, naming the field."""
        settings = self._settings()
        async with settings.wire.client() as client:
            api = TwilioApi(client, settings.host, settings.credentials)
            senders = TwilioApi(client, settings.senders_host, settings.credentials)
            yield TwilioSender(settings, api, TwilioAccount(api, senders, settings.account_path, settings.wire))

    def _settings(self) -> TwilioSettings:
        return TwilioSettings.of(self.fields)
