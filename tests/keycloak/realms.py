"""The realms that a server is started with: one client and one user that work, and one of each thing that does not."""

SECRET = "secret-du-client"
PUBLIC_REALM = "Public"
TOKEN_SECONDS = 300
SHORT_LIVED = "jetons-courts"  # a client whose tokens live two seconds
SWITCHED_OFF = "client-desactive"


def _client(client_id: str, *, password_grant: bool = True, **more: object) -> dict[str, object]:
    return {"clientId": client_id, "secret": SECRET, "directAccessGrantsEnabled": password_grant, **more}


def _user(username: str, **more: object) -> dict[str, object]:
    # Without a name and an address, recent servers find an account "not fully set up".
    profile = {"firstName": "Agent", "lastName": username, "email": f"{username}@exemple.invalid"}
    password = {"type": "password", "value": "simulateur"}
    return {"username": username, "enabled": True, "credentials": [password], **profile, **more}


USERS = [
    _user("simulateur"),
    _user("compte-desactive", enabled=False),
    _user("compte-incomplet", requiredActions=["UPDATE_PASSWORD"]),
]
MESSAGING = {
    "realm": "Messaging",
    "enabled": True,
    "accessTokenLifespan": TOKEN_SECONDS,
    "users": USERS,
    "clients": [
        _client("api-messaging"),
        _client("sans-acces-direct", password_grant=False),
        _client(SHORT_LIVED, attributes={"access.token.lifespan": "2"}),
        _client(SWITCHED_OFF, enabled=False),
    ],
}
PUBLIC = {
    "realm": PUBLIC_REALM,
    "enabled": True,
    "users": USERS,
    "clients": [_client("api-messaging", publicClient=True)],
}
REALMS: list[dict[str, object]] = [MESSAGING, PUBLIC]
