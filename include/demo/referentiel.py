"""What the sample town is made of: names, places, taxes. People are surnames and first names drawn apart."""

from demo.lignes import Collecteur, Quartier, Reference, Taxe, Utilisateur

NOMS = (
    "OBAME", "NDONG", "NGUEMA", "MBA", "ONDO", "NZE", "ELLA", "ESSONO", "MOUSSAVOU", "MBOUMBA", "KOUMBA",
    "BOUSSOUGOU", "NTOUTOUME", "OGANDAGA", "MAKAYA", "MAVOUNGOU", "PAMBOU", "NZIENGUI", "MOUKAGNI",
    "BIVIGOU", "MINTSA", "ENGONE", "BIYOGO", "ALLOGO", "OVONO", "EYEGHE", "BEKALE", "MINKO", "MEYE",
    "EDZANG", "ASSOUMOU", "NKOGHE", "ABESSOLO", "OKOME", "LENDIRA", "IBINGA", "NGOMA", "MABIKA",
    "MIHINDOU", "MOUNDOUNGA", "KOMBILA", "MAGANGA", "NZAMBA", "MAYOMBO", "LEYAMA", "OBIANG", "MENGUE",
    "MOUITY", "TCHIBINDA", "ONANGA", "N'NA", "MVÉ",
)  # fmt: skip
PRENOMS = (
    "Jean", "Marie", "Pierre", "Chantal", "Sylvie", "Georgette", "Landry", "Hervé", "Steeve", "Prisca",
    "Nadège", "Aristide", "Guy", "Yolande", "Rodrigue", "Carine", "Thierry", "Parfait", "Flore",
    "Mireille", "Armand", "Blaise", "Clarisse", "Judith", "Edwige", "Gildas", "Ghislain", "Hortense",
    "Célestine", "Anicet", "Brice", "Félicité", "Gaëlle", "Honorine", "Ulrich", "Wilfried",
    "Marie-Claire", "Jean-Bernard", "Noëlle", "Davy",
)  # fmt: skip
ENSEIGNES = ("ETS", "BOUTIQUE", "QUINCAILLERIE", "ALIMENTATION", "PRESSING", "RESTAURANT", "GARAGE", "SALON")
MARCHES = ("Mont-Bouët", "Nkembo", "Oloumi", "PK8", "Akébé", "Louis", "Okala", "Lalala")

TYPES_CONTRIBUABLE = (
    Reference(1, "Particulier", "PARTICULIER"),
    Reference(2, "Commerçant de marché", "COMMERCANT"),
    Reference(3, "Entreprise", "ENTREPRISE"),
    Reference(4, "Transporteur", "TRANSPORTEUR"),
)
ENTREPRISE = 3

ZONES = tuple(
    Reference(rang, f"Libreville {nom}", f"LBV-{nom[:1]}{rang}")
    for rang, nom in enumerate(("Nord", "Centre", "Est", "Sud", "Ouest"), start=1)
)
_QUARTIERS = (
    (1, ("Okala", "Angondjé", "Alibandeng", "Charbonnages", "Derrière la Prison", "Sibang")),
    (2, ("Mont-Bouët", "Nombakélé", "Montagne Sainte", "Cocotiers", "Nkembo", "Atong Abè")),
    (3, ("Nzeng-Ayong", "PK5", "PK8", "PK12", "Bikélé", "Belle-Vue")),
    (4, ("Lalala", "Oloumi", "Glass", "London", "Petit Paris", "Owendo-Akournam")),
    (5, ("Louis", "Batterie IV", "Akébé-Plaine", "Akébé-Ville", "Kinguélé", "Venez-Voir")),
)
QUARTIERS = tuple(
    Quartier(rang, nom, f"Q{rang:03d}", zone)
    for rang, (zone, nom) in enumerate(((zone, nom) for zone, noms in _QUARTIERS for nom in noms), start=1)
)
COLLECTEURS = tuple(
    Collecteur(rang, NOMS[rang * 7 % len(NOMS)], PRENOMS[rang * 11 % len(PRENOMS)], f"COL-{rang:03d}", zone.id)
    for rang, zone in enumerate(ZONES * 5, start=1)
)
UTILISATEURS = (Utilisateur(1, "Recouvrement", "Guichet", "recouvrement@example.org"),)

SERVICES = (
    Reference(1, "Régie des marchés", "MARCHES"),
    Reference(2, "Fiscalité locale", "FISCALITE"),
    Reference(3, "Voirie et domaine public", "VOIRIE"),
)
TYPES_TAXE = (
    Reference(1, "Taxes de marché", "MARCHE"),
    Reference(2, "Patentes et licences", "PATENTE"),
    Reference(3, "Enseignes et publicité", "ENSEIGNE"),
    Reference(4, "Voirie et domaine public", "VOIRIE"),
    Reference(5, "Transport", "TRANSPORT"),
)
TAXES = (
    Taxe(1, "Taxe de place (étal)", "PLACE-J", 500, False, "journaliere", 1, 1),
    Taxe(2, "Taxe de place (box)", "PLACE-H", 3_500, False, "hebdomadaire", 1, 1),
    Taxe(3, "Droit de marché", "MARCHE-M", 15_000, False, "mensuelle", 1, 1),
    Taxe(4, "Marchand ambulant", "AMBULANT-J", 300, False, "journaliere", 1, 1),
    Taxe(5, "Patente", "PATENTE-T", 75_000, True, "trimestrielle", 2, 2),
    Taxe(6, "Licence de débit de boissons", "LICENCE-T", 120_000, False, "trimestrielle", 2, 2),
    Taxe(7, "Taxe sur les enseignes", "ENSEIGNE-M", 10_000, True, "mensuelle", 3, 2),
    Taxe(8, "Panneau publicitaire", "PANNEAU-T", 60_000, True, "trimestrielle", 3, 2),
    Taxe(9, "Taxe de voirie", "VOIRIE-M", 8_000, False, "mensuelle", 4, 3),
    Taxe(10, "Occupation du domaine public", "DOMAINE-M", 25_000, True, "mensuelle", 4, 3),
    Taxe(11, "Stationnement de taxi", "TAXI-H", 2_500, False, "hebdomadaire", 5, 3),
    Taxe(12, "Taxe sur les spectacles (abolie)", "SPECTACLE-M", 20_000, False, "mensuelle", 2, 2, actif=False),
)
TAXES_ACTIVES, TAXE_ABOLIE = TAXES[:-1], TAXES[-1]
JOURS = {"journaliere": 1, "hebdomadaire": 7, "mensuelle": 30, "trimestrielle": 90}
