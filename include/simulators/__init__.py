"""Look-alikes of the providers, over real HTTP, with faults on demand and a ledger of what was accepted.

One server plays them all: `python -m simulators`, or in a test `serve`.

| of | paths |
|---|---|
| Ventis | `POST /messaging/api/v1/message` |
| Keycloak | `POST /realms/{realm}/protocol/openid-connect/token` |
| Twilio (WhatsApp) | `POST` and `GET /2010-04-01/Accounts/{account}/Messages.json` |
| | `GET /2010-04-01/Accounts/{account}/Messages/{sid}.json` |
| | `GET /2010-04-01/Accounts/{account}.json` |
| Zoom Phone (SMS) | `POST /oauth/token` |
| | `POST /v2/phone/sms/messages` |
| | `GET /v2/phone/sms/sessions` |
| | `GET /v2/phone/sms/sessions/{session}` |
| | `GET /v2/phone/sms/sessions/{session}/messages/{message}` |

A message of Twilio or Zoom goes on by itself: queued, sent, delivered, `delivery_seconds` each. In the ledger, `to` is
in digits; `uuid` is the id that the provider gave, without Twilio's `SM`; the members of a group at Zoom have one
entry each, under the same `uuid`. What the real ones do and a client may not expect:

- Twilio's list filters on `DateSent`, which a message has not before it is sent.
- A standard API key of Twilio opens the messages, not the account.
- Twilio's sandbox takes a message in three seconds, a little less here, since two do not travel equally fast.
- Zoom answers 400, code 4711, to a token without the scope.
- Zoom looks for the time of a session's last message, unless `filter_type=sent_message_time`.

**Identities**, beside the client and the user of the settings, so that a client can ask for each refusal:

| sent to Keycloak | answer |
|---|---|
| `client_id=sans-acces-direct` (same secret) | 400 `unauthorized_client`, password grant not allowed |
| `username=compte-desactive` | 400 `invalid_grant`, "Account disabled" |
| `username=compte-incomplet` (same password) | 400 `invalid_grant`, "Account is not fully set up" |

**Magic numbers** always behave in one way, whatever faults are set. They are `241660` or, for North America,
`155500`, and five digits:

| digits | behaviour |
|---|---|
| `00400` | refused as an invalid number: HTTP 400; at Ventis `statusCode` 1005, at Twilio 21211, at Zoom 7001 |
| `00408` | accepted, then silence until the client gives up |
| `00429` | each text: first 429 with `Retry-After: 1`, not accepted; then accepted |
| `00500` | HTTP 500, never accepted |
| `00999` | accepted, then the connection is reset |
| Twilio: `20003` `20429` `21211` `21408` `21608` `21610` `21614` `21617` | refused at once with this code |
| Twilio: `21654` `21655` `21656` `63007` `63038` `92007` | refused at once with this code |
| Twilio: `30001` `63003` `63009` `63010` `63012` `63015` `63016` | accepted, then `failed` with this code |
| Twilio: `63018` `63022` `63030` `63060` `63112` | accepted, then `failed` with this code |
| Twilio: `30003` `30006` `30007` `30008` `63024` `63029` | accepted, then `undelivered` with this code |
| Twilio: `63032` `63033` `63049` | accepted, then `undelivered` with this code |
| Zoom: `00124` `00300` `00316` `00403` `01001` `04711` `07001` | refused at once with this code |
| Zoom: `00001`, `00002`, `00003` | accepted, then `failed_to_send`, `failed_to_deliver`, `unknown` |

**Faults**, set with `PUT /faults` or `--faults FILE`:

    {"latency": {"min_ms": 20, "max_ms": 80, "seed": 1},
     "rules": [{"fault": "reset_after", "probability": 0.05, "seed": 7},
               {"fault": "http_429", "count": 3, "seconds": 2, "retry_after": "http-date"}]}

| fault | accepted | what the client sees |
|---|---|---|
| `reset_before` / `reset_after` | no / yes | connection reset (RST) |
| `close_after` | yes | connection closed without an answer |
| `half_answer` | yes | half of the body, then the end of the stream |
| `timeout_before` / `timeout_after` | no / yes | silence for `seconds`, or until the client leaves |
| `http_500_before` / `http_500_after` | no / yes | HTTP 500 |
| `http_502_before` / `http_502_after` | no / yes | HTTP 502 |
| `http_503_before` / `http_503_after` | no / yes | HTTP 503 |
| `http_504_before` / `http_504_after` | no / yes | HTTP 504 |
| `http_429` | no | HTTP 429, after which to wait for `seconds` (1); see below |
| `unauthorized` | no | HTTP 401, as for an expired token; at Twilio code 20003, at Zoom 124 |
| `wrong_sender` | no | HTTP 400; at Ventis `statusCode` 1003, at Twilio 63007, at Zoom 1001 |
| `invalid_number` | no | HTTP 400, as the magic number `00400` |
| `garbage_200` | yes | HTTP 200 with bytes that are no text |
| `html_200` | no | HTTP 200 with a web page |
| `redirect_307` / `redirect_308` | no | a redirection to the same address; who follows it sends again |
| `token_500` / `token_timeout` / `token_reset` | – | HTTP 500, silence, reset at the token endpoints |
| `lookup_500` / `lookup_timeout` | – | HTTP 500, silence, where Twilio or Zoom are asked what they have |

Of `http_429`, `retry_after` says how the header is written: `seconds`, `http-date`, `iso` or `absent`. With
`"daily": true` it is the limit of the day: Twilio's code 63038, Zoom's `X-RateLimit-Type: Daily-limit` with an ISO
date unless `retry_after` says otherwise.

`"later": {"twilio": "63112"}` beside the rules: whatever Twilio accepts from now on is accepted, then `failed` with
this code (`undelivered` as the magic numbers say); at Zoom the word is a status (`failed_to_send`). That is an account
that is broken and does not say so at once: mended by a plan without it, for what is accepted after.

A rule fires with its `probability` (1), at most `count` times (no limit). It is drawn with its own
`seed` for each valid message, each token request or each look-up: the n-th one meets the same fate in every run. Of
several rules that fire, the first wins. Latency comes before acceptance, as at a real provider: the
message of a client that gave up may still be accepted.

**Control**: `GET /ledger?to=&since_seq=&limit=`, `GET /ledger/count`, `GET /ledger/duplicates`,
`DELETE /ledger`, `GET /stats`, `GET /faults`, `PUT /faults`, `DELETE /faults`. They are open on the
loopback; elsewhere a control token is required, as a bearer.
"""

from simulators.app import create_app, serve
from simulators.settings import Settings

__all__ = ["Settings", "create_app", "serve"]
