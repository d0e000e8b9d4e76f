"""Look-alikes of the providers, over real HTTP, with faults on demand and a ledger of what was accepted.

One server plays the Keycloak token endpoint (`POST /realms/{realm}/protocol/openid-connect/token`) and the
Ventis gateway (`POST /messaging/api/v1/message`): `python -m simulators`, or in a test `serve`.

**Identities**, beside the client and the user of the settings, so that a client can ask for each refusal:

| sent | answer |
|---|---|
| `client_id=sans-acces-direct` (same secret) | 400 `unauthorized_client`, password grant not allowed |
| `username=compte-desactive` | 400 `invalid_grant`, "Account disabled" |
| `username=compte-incomplet` (same password) | 400 `invalid_grant`, "Account is not fully set up" |

**Magic numbers** always behave in one way, whatever faults are set:

| to | behaviour |
|---|---|
| `24166000400` | refused: HTTP 400, `statusCode` 1005, as an invalid number is |
| `24166000408` | accepted, then silence until the client gives up |
| `24166000429` | each text: first 429 with `Retry-After: 1`, not accepted; then accepted |
| `24166000500` | HTTP 500, never accepted |
| `24166000999` | accepted, then the connection is reset |

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
| `http_429` | no | HTTP 429; `retry_after` is `seconds`, `http-date` or `absent`; `seconds` is how long (1) |
| `unauthorized` | no | HTTP 401, as for an expired token |
| `wrong_sender` | no | HTTP 400, `statusCode` 1003 |
| `invalid_number` | no | HTTP 400, `statusCode` 1005 |
| `garbage_200` | yes | HTTP 200 with bytes that are no text |
| `html_200` | no | HTTP 200 with a web page |
| `redirect_307` / `redirect_308` | no | a redirection to the same address; who follows it sends again |
| `token_500` / `token_timeout` / `token_reset` | – | HTTP 500, silence, reset at the token endpoint |

A rule fires with its `probability` (1), at most `count` times (no limit). It is drawn with its own
`seed` for each valid message, or each token request: the n-th one meets the same fate in every run. Of
several rules that fire, the first wins. Latency comes before acceptance, as at a real provider: the
message of a client that gave up may still be accepted.

**Control**: `GET /ledger?to=&since_seq=&limit=`, `GET /ledger/count`, `GET /ledger/duplicates`,
`DELETE /ledger`, `GET /stats`, `GET /faults`, `PUT /faults`, `DELETE /faults`. They are open on the
loopback; elsewhere a control token is required, as a bearer.
"""

from simulators.app import create_app, serve
from simulators.settings import Settings

__all__ = ["Settings", "create_app", "serve"]
