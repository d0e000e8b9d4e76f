"""What a failure of the network means, whoever the provider is, and what to do.

``{adresses}`` stands for the fields of the connection that hold its addresses.
"""

from typing import Final

from relances_providers.error_table import ErrorRow, Table, table
from relances_providers.errors import Misconfigured, OutcomeUnknown, TryLater

TABLE: Final[Table] = table(
    [
        ErrorRow(
            code="injoignable",
            kind=TryLater,
            meaning="un serveur est injoignable, rien n'a été envoyé",
            cure="vérifiez {adresses} de la connexion {conn_id}, le réseau et le certificat",
            english="a server is out of reach, nothing was sent",
            english_cure="check the addresses of the connection, the network and the certificate",
            wording="ConnectError ; ConnectTimeout ; Name or service not known ; Connection refused",
        ),
        ErrorRow(
            code="certificat",
            kind=Misconfigured,
            meaning="certificat TLS refusé",
            cure="vérifiez {adresses} de la connexion {conn_id}, ou faites connaître l'autorité du certificat "
            "(SSL_CERT_FILE)",
            english="the TLS certificate is not trusted",
            english_cure="check the addresses, or make the certificate's authority known (SSL_CERT_FILE)",
            wording="CERTIFICATE_VERIFY_FAILED ; self-signed certificate ; verify_ssl ; KEYCLOAK_VERIFY_SSL",
        ),
        ErrorRow(
            code="408",
            kind=OutcomeUnknown,
            meaning="pas de réponse, le message est peut-être parti",
            cure="ne renvoyez pas ; la relance reste incertaine jusqu'à ce qu'on sache",
            english="no answer, the message may have been sent",
            english_cure="do not send it again; it stays in doubt until it is known",
            wording="408 ; timeout ; ReadTimeout ; ReadError ; RemoteProtocolError",
        ),
        ErrorRow(
            code="trop_tard",
            kind=TryLater,
            meaning="envoi abandonné, il commençait trop tard",
            cure="nouvel essai de lui-même ; si cela dure, baissez max_in_flight de la connexion {conn_id}",
            english="too late to start, not sent",
            english_cure="tried again by itself; if it lasts, lower max_in_flight of the connection",
        ),
    ]
)
