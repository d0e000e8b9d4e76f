"""``politique.toml``, read and checked."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from relances.policy.niveaux import TEN_YEARS, read_langue, read_modeles, read_niveaux
from relances.policy.toml_document import parse_toml, read_file
from relances.policy.toml_table import Table
from relances.rules.fenetre import JOURS, Fenetre
from relances.rules.noms import SOURCE_NAME
from relances.rules.politique import (
    ECHEANCE_HORIZON_JOURS,
    ECHEANCE_MIN,
    BaseFiscale,
    Disjoncteur,
    Envoi,
    Plafonds,
    Politique,
    Qualite,
    Repli,
    Selection,
    Texte,
)

DEFAULT_FILE: Final = Path(__file__).parent.parent / "politique.toml"

_TABLES: Final = (
    "source", "base_fiscale", "qualite", "selection", "texte", "tarif", "plafond", "fenetre", "envoi", "niveau",
    "modele_whatsapp",
)  # fmt: skip
_OLDEST: Final = date(1900, 1, 1), date(2100, 1, 1)
_DAY: Final = 86_400  # seconds
_MONTH: Final = 30 * _DAY
# A file written for an earlier version still has them: it goes on working, and the operator is told to delete them.
_IGNORED_IN_REPLI: Final = ("autre_fournisseur", "apres_minutes")


def load_policy(path: Path = DEFAULT_FILE) -> Politique:
    """Read and check the file; Blocked names the file, the line, the field and what it should hold."""
    return parse_policy(path.name, read_file(path))


def parse_policy(name: str, text: str) -> Politique:
    """The policy that a text is; Blocked as of :func:`load_policy`. ``name``: of the file that it was read from."""
    document = parse_toml(name, text)
    return _politique(Table(document, (), document.content))


def _politique(document: Table) -> Politique:
    document.only(_TABLES)
    source = document.table("source")
    source.only(("nom", "devise"))
    envoi = _envoi(document.table("envoi"))
    niveaux = read_niveaux(document, envoi)
    return Politique(
        source=source.text_like(
            "nom", SOURCE_NAME, 'le nom d\'un dossier de store/sources, comme "collecte_taxe"', "a folder's plain name"
        ),
        devise=source.text_like("devise", "[A-Z]{3}", 'une devise en trois lettres, comme "XAF"', "a currency code"),
        base_fiscale=_base_fiscale(document.table("base_fiscale")) if document.has("base_fiscale") else BaseFiscale(),
        qualite=_qualite(document.table("qualite")),
        selection=_selection(document.table("selection")),
        texte=_texte(document.table("texte")),
        tarifs=_tarifs(document.table("tarif"), envoi),
        plafonds=_plafonds(document.table("plafond")),
        fenetre=_fenetre(document.table("fenetre")),
        envoi=envoi,
        niveaux=niveaux,
        modeles_whatsapp=read_modeles(document, niveaux),
        sans_effet=_sans_effet(document.table("envoi").table("repli")),
    )


def _base_fiscale(table: Table) -> BaseFiscale:
    """The limits in the tax database; a policy may be older than this table, and than each of its fields."""
    table.only_fields(BaseFiscale)
    usual = BaseFiscale()
    return BaseFiscale(
        lecture_max=table.number("lecture_max", 1, _DAY) if table.has("lecture_max") else usual.lecture_max,
        ecriture_max=table.number("ecriture_max", 0.1, 60) if table.has("ecriture_max") else usual.ecriture_max,
        silence_max=table.number("silence_max", 1, _DAY) if table.has("silence_max") else usual.silence_max,
        soldes_max=table.number("soldes_max", 2, 3_600) if table.has("soldes_max") else usual.soldes_max,
    )


def _qualite(table: Table) -> Qualite:
    table.only_fields(Qualite)
    return Qualite(
        montant_max=table.amount("montant_max", 1),
        part_telephones=table.number("part_telephones", 0, 1),
        fraicheur_jours=table.integer("fraicheur_jours", 0, TEN_YEARS),
        ecart_volume=table.number("ecart_volume", 0.01, 10),
        passages_compares=table.integer("passages_compares", 1, 1_000),
        echeance_min=table.day("echeance_min", *_OLDEST) if table.has("echeance_min") else ECHEANCE_MIN,
        echeance_horizon_jours=(
            table.integer("echeance_horizon_jours", 0, TEN_YEARS)
            if table.has("echeance_horizon_jours")
            else ECHEANCE_HORIZON_JOURS
        ),
    )


def _selection(table: Table) -> Selection:
    table.only_fields(Selection)
    return Selection(
        montant_minimum=table.amount("montant_minimum"),
        maximum_par_semaine=table.integer("maximum_par_semaine", 1, 1_000),
        regrouper=table.flag("regrouper"),
        categories_exclues=frozenset(table.texts("categories_exclues")),
        oubli_injoignable_jours=table.integer("oubli_injoignable_jours", 1, TEN_YEARS),
        accepter_format_guide=table.flag("accepter_format_guide"),
    )


def _texte(table: Table) -> Texte:
    table.only_fields(Texte)
    return Texte(read_langue(table), table.integer("segments_max", 1, 255), table.flag("simplifier"))


def _tarifs(table: Table, envoi: Envoi) -> dict[str, Decimal]:
    """The tarif of each fournisseur, all required: without it, its messages would be free in a budget."""
    fournisseurs = (*envoi.fournisseurs_sms, *envoi.fournisseurs_whatsapp)
    table.only(fournisseurs)
    return {fournisseur: table.amount(fournisseur, maximum=1_000_000) for fournisseur in fournisseurs}


def _plafonds(table: Table) -> Plafonds:
    table.only_fields(Plafonds)
    return Plafonds(
        relances_par_passage=_relances(table, "relances_par_passage"),
        relances_par_jour=_relances(table, "relances_par_jour"),
        budget_par_passage=_budget(table, "budget_par_passage"),
        budget_par_jour=_budget(table, "budget_par_jour"),
    )


def _relances(table: Table, key: str) -> int | None:
    return table.integer(key, 1, 1_000_000_000) if table.has(key) else None


def _budget(table: Table, key: str) -> Decimal | None:
    return table.amount(key, 1) if table.has(key) else None


def _fenetre(table: Table) -> Fenetre:
    table.only_fields(Fenetre)
    jours = table.some_of("jours", JOURS)
    if not jours:
        raise table.wrong("jours", f"une liste d'au moins un de : {', '.join(JOURS)}", "a list of one day or more")
    fenetre = Fenetre(
        frozenset(map(JOURS.index, jours)), table.hour("debut"), table.hour("fin"), table.flag("jours_feries")
    )
    if fenetre.fin <= fenetre.debut:
        raise table.wrong(
            "fin", f"après debut ({fenetre.debut:%H:%M}) : sans cela la fenêtre ne s'ouvre jamais", "after debut"
        )
    return fenetre


def _envoi(table: Table) -> Envoi:
    table.only_fields(Envoi)
    envoi = Envoi(
        fournisseurs_sms=_fournisseurs(table, "fournisseurs_sms"),
        fournisseurs_whatsapp=_fournisseurs(table, "fournisseurs_whatsapp"),
        taille_lot=table.integer("taille_lot", 1, 1_000_000),
        tentatives_max=table.integer("tentatives_max", 1, 100),
        premier_delai=table.integer("premier_delai", 1, _MONTH),
        delai_max=table.integer("delai_max", 1, _MONTH),
        attente_reconciliation=table.integer("attente_reconciliation", 1, _MONTH),
        delai_incertitude=table.integer("delai_incertitude", 1, _MONTH),
        delai_absence=table.integer("delai_absence", 1, _MONTH),
        jours_suivi=table.integer("jours_suivi", 1, 365),
        expiration_heures=table.integer("expiration_heures", 1, 365 * 24),
        disjoncteur=_disjoncteur(table.table("disjoncteur")),
        repli=_repli(table.table("repli")),
    )
    twice = set(envoi.fournisseurs_sms) & set(envoi.fournisseurs_whatsapp)
    if twice:
        raise table.wrong(
            "fournisseurs_whatsapp", f"sans {', '.join(sorted(twice))}, qui est un fournisseur de sms", "of whatsapp"
        )
    if envoi.delai_max < envoi.premier_delai:
        raise table.wrong("delai_max", f"au moins premier_delai ({envoi.premier_delai})", "premier_delai or more")
    if envoi.delai_incertitude < envoi.delai_absence:
        raise table.wrong(
            "delai_incertitude", f"au moins delai_absence ({envoi.delai_absence})", "delai_absence or more"
        )
    return envoi


def _disjoncteur(table: Table) -> Disjoncteur:
    table.only_fields(Disjoncteur)
    disjoncteur = Disjoncteur(
        part=table.number("part", 0.01, 1),
        echantillon=table.integer("echantillon", 1, 1_000),
        pause=table.integer("pause", 1, _MONTH),
        pause_max=table.integer("pause_max", 1, _MONTH),
    )
    if disjoncteur.pause_max < disjoncteur.pause:
        raise table.wrong("pause_max", f"au moins pause ({disjoncteur.pause})", "pause or more")
    return disjoncteur


def _repli(table: Table) -> Repli:
    table.only(("autre_canal", "delai_heures", *_IGNORED_IN_REPLI))
    return Repli(
        autre_canal=table.flag("autre_canal"),
        delai_heures=table.integer("delai_heures", 1, 365 * 24),
    )


def _sans_effet(repli: Table) -> tuple[str, ...]:
    return tuple(
        f"{repli.where(key)} ne change plus rien ; supprimez la ligne" for key in _IGNORED_IN_REPLI if repli.has(key)
    )


def _fournisseurs(table: Table, key: str) -> tuple[str, ...]:
    names = table.texts(key)
    if not names or len(set(names)) < len(names):
        raise table.wrong(key, "une liste d'au moins un nom, sans répétition", "a list of distinct names, one or more")
    return names
