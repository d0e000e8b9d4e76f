"""What there is to say of a database that was examined, in words."""

from typing import assert_never

from relances.rules.diagnostic import (
    DeBase,
    Droits,
    Durable,
    Identite,
    LueEn,
    Muette,
    Occupation,
    Oublieuse,
    Ours,
    Schema,
    Server,
)


def de_base(fait: DeBase) -> str:
    """The fact where it is good, the cure where it is not."""
    match fait:
        case Server():
            return _server(fait)
        case Muette(erreur):
            return f"la base s'est tue ({erreur}) : recommencez — the database went silent, try again"
        case Oublieuse(french, english):
            return f"{french}, rien n'est envoyé d'ici là — {english}"
        case Durable():
            return _durable(fait)
        case LueEn():
            return _encoding(fait)
        case Schema():
            return _schema(fait)
        case Droits():
            return _rights(fait)
        case Identite():
            return _identite(fait)
        case Occupation():
            return _occupation(fait)
        case _:
            assert_never(fait)


def _server(server: Server) -> str:
    seen = f"PostgreSQL {server.version}, base {server.database} en {server.encoding}, utilisateur {server.user}"
    return f"{seen}, en lecture seule : visez le serveur où l'on écrit — read-only" if server.read_only else seen


def _durable(durable: Durable) -> str:
    if durable.ici_seulement:
        return (
            "ce qui est noté est sur le disque de ce serveur, synchronous_commit = local, et aucune réplique n'est "
            "attendue : à une bascule, la réplique promue peut ignorer les derniers envois, traitez-la comme une "
            "sauvegarde restaurée ; pour qu'elle les ait, une réplique synchrone et synchronous_commit = on — on this "
            "disk alone: a promoted standby may lack the last messages"
        )
    commit, regle = durable.synchronous_commit, durable.regle
    raised = "" if regle == commit else f" (la base a {regle}, chaque session le lève)"
    return f"ce qui est noté est sur le disque, synchronous_commit = {commit}{raised}"


def _encoding(lue: LueEn) -> str:
    if not lue.suppose:
        return f"SQL_ASCII, lu et écrit en {lue.encodage}"
    return (
        "SQL_ASCII, lu et écrit comme de l'UTF-8 : un texte qui n'en est pas arrêterait le passage ; si ceux de "
        "l'application n'en sont pas, dites-le dans le champ Extra de la connexion, {\"client_encoding\": "
        '"WIN1252"} par exemple — taken for UTF-8: say in the Extra where it is not'
    )


def _schema(schema: Schema) -> str:
    if schema.revision == schema.attendue:
        return f"révision {schema.revision}"
    if schema.revision is not None and not schema.connue:
        return f"révision {schema.revision}, plus récente que ce programme : mettez-le à jour — newer than this program"
    return (
        f"révision {schema.revision or 'absente'}, il faut {schema.attendue} : lancez « relances migrer » avec "
        "RELANCES_URL, ou « make up » — the schema is not up to date"
    )


def _rights(droits: Droits) -> str:
    if droits.manquants:
        return (
            f"il manque des droits sur {', '.join(droits.manquants)} : donnez-les (GRANT) à l'utilisateur de la "
            f"connexion {droits.conn_id} — grant the missing rights"
        )
    if droits.schema:
        return "toutes les tables du schéma — all tables"
    return "tables, colonnes et droits — tables, columns and rights"


def _identite(identite: Identite) -> str:
    if identite.temoin is not None:
        return f"{identite.marque}, témoin {identite.temoin}"
    return (
        f"{identite.marque}, sans témoin : donnez un fichier à {identite.variable}, hors du dossier de la base, qui ne "
        "pourra alors revenir en arrière sans qu'on le voie — no witness file"
    )


def _occupation(seen: Occupation) -> str:
    held = seen.genante
    if held is not None:
        return (
            f"{held.derriere} session(s) attendent derrière nous ({held.nom}, {held.secondes:.0f} s) : si cela "
            f"dure, SELECT pg_terminate_backend({held.pid}) ; la tâche recommencera — somebody waits behind us"
        )
    said = [_longest(seen.ours[0]) if seen.ours else "rien de nous n'y est en cours — nothing of ours at work"]
    if seen.inactives:
        said.append(_inactives(seen))
    if not seen.tout_vu:
        said.append(
            "ce que font les autres utilisateurs n'est pas montré : GRANT pg_read_all_stats le permettrait — others' "
            "work is not shown"
        )
    return " ; ".join(said)


def _longest(ours: Ours) -> str:
    behind = f", derrière {ours.devant} autre(s)" if ours.devant else ""
    return f"le plus long de nous : {ours.nom}, {ours.secondes:.0f} s{behind}, personne derrière"


def _inactives(seen: Occupation) -> str:
    held = seen.inactives[0]
    since = "" if held.secondes is None else f" depuis {held.secondes:.0f} s"
    return (
        f"{len(seen.inactives)} fenêtre(s) ouverte(s) y tiennent des lignes sans rien faire{since} (pid {held.pid}, "
        f"{held.application or 'sans nom'}) : nos résultats sur ces lignes attendent — idle in a transaction"
    )
