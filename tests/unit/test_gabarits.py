"""One message template: what a person may write in it, and how a mistake is told."""

import traceback

import pytest

from relances.rules.errors import Blocked
from relances.rules.gabarit import compile_gabarit
from relances.rules.values import Values
from tests.support import one_sentence

SAID = Values("Marie ONDO", "15 000 FCFA", "Marché", "18/12/2025")
PLAIN = "{{ nom }} : {{ montant }}"
WITH_BRANCHES = "{% if nom %}{{ nom }} : {{ montant }}{% endif %}"


def written(source: str, said: Values = SAID) -> str:
    return compile_gabarit("gabarits/sms/essai.fr.txt", source)(said)


def refusal(source: str, said: Values = SAID) -> str:
    with pytest.raises(Blocked) as refused:
        written(source, said)
    return one_sentence(refused.value)


# --- what is written ---


def test_a_template_says_its_values() -> None:
    assert written("{{ nom }} doit {{montant}} ({{ objet }}) depuis le {{ echeance }}.") == (
        "Marie ONDO doit 15 000 FCFA (Marché) depuis le 18/12/2025."
    )


def test_the_same_value_may_be_said_twice() -> None:
    assert written("{{ nom }}, {{ nom }}") == "Marie ONDO, Marie ONDO"


def test_a_template_may_have_conditions_and_filters() -> None:
    source = "{% if objet == 'Marché' %}{{ nom|upper }}{% else %}{{ montant }}{% endif %}"
    assert written(source) == "MARIE ONDO"
    assert written(source, SAID._replace(objet="Patente")) == "15 000 FCFA"


def test_a_comment_is_not_part_of_the_text() -> None:
    assert written("{# relu par le service #}Bonjour {{ nom }}") == "Bonjour Marie ONDO"


@pytest.mark.parametrize("source", [PLAIN, WITH_BRANCHES])
@pytest.mark.parametrize(
    "name",
    ["{{ 7*7 }}", "{% raw %}", "{# x #}", "{0}", "{nom}", "{0.__class__}", "{", "}}", "%s", "%(nom)s", "$nom", "<b>&"],
)
def test_a_name_is_data_and_never_a_template(source: str, name: str) -> None:
    assert written(source, SAID._replace(nom=name)) == f"{name} : 15 000 FCFA"


@pytest.mark.parametrize("text", ["{ }", "{0} {nom}", "100 %", "%s", "{'a': 1}"])
def test_braces_in_a_template_are_text(text: str) -> None:
    assert written(f"{text} {{{{ nom }}}}") == f"{text} Marie ONDO"


@pytest.mark.parametrize("condition", ["", "{% if nom %}{% endif %}"])
def test_a_template_is_cleaned_of_what_no_eye_can_see_and_keeps_its_lines(condition: str) -> None:
    source = condition + "\n  Déjà\u00a0payé\u202f?\u200b\r\n\r\n\tRe\u0301glez {{ nom }}\ufeff.\n\n"
    assert written(source) == "Déjà payé ?\n\nRéglez Marie ONDO."


def test_an_invisible_character_cannot_be_written_by_its_number() -> None:
    assert written(r"{{ nom }}{{ '\u200b' }}{{ '\x07' }}.") == "Marie ONDO."


# --- what is refused ---


@pytest.mark.parametrize(
    "source",
    [
        "a\n{{ nmo }}",
        "a\n{% if montant == 'jamais' %}{{ nmo }}{% endif %}",
        "a\n{% if false %}{{ nom }}{% else %}{{ nmo|upper }}{% endif %}",
        "{{ nom }}\n{{ montant if objet else nmo }}",
        "{{ nom }}{% for lettre in nom if lettre == 'z' %}\n{{ nmo }}{% endfor %}",
        "a\n{% set x = nmo %}",
    ],
)
def test_an_unknown_variable_is_found_in_any_branch(source: str) -> None:
    assert refusal(source).startswith(
        "gabarits/sms/essai.fr.txt, ligne 2 : variable inconnue « nmo » ; écrivez l'une de : nom, montant, objet, "
        "echeance — "
    )


def test_a_variable_that_the_template_makes_itself_is_known() -> None:
    assert written("{% set qui = nom %}{% for x in [1, 2] %}{{ x }} {% endfor %}{{ qui }}") == "1 2 Marie ONDO"


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("a\n{% if %}", "syntaxe fausse (Expected an expression"),
        ("a\n{{ nom ", "syntaxe fausse (unexpected end of template"),
        ("a\n{% endif %}", "syntaxe fausse (Encountered unknown tag 'endif'"),
        ("a\n{{ nom|grand }}", "syntaxe fausse (No filter named 'grand'"),
        ("a\n{{ nom / 2 }}", "calcul impossible (TypeError)"),
        ("a\n{{ 1 / 0 }}", "calcul impossible (ZeroDivisionError)"),
        ("a\n{{ range(3) }}", "variable inconnue « range »"),
        ("a\n{{ lipsum() }}", "variable inconnue « lipsum »"),
    ],
)
def test_a_wrong_line_is_named(source: str, what: str) -> None:
    assert refusal(source).startswith(f"gabarits/sms/essai.fr.txt, ligne 2 : {what}")


@pytest.mark.parametrize(
    "attack",
    [
        "{{ nom.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ nom['__class__'] }}",
        "{{ nom|attr('__class__') }}",
        "{{ '{0.__class__}'.format(nom) }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ nom.upper() }}",
        "{% include '/etc/passwd' %}",
        "{% include '../../politique.toml' %}",
        "{% import 'os' as os %}",
        "{% from 'os' import system %}",
        "{% extends 'niveau1.fr.txt' %}",
        "{% if montant == 'jamais' %}{{ nom.__class__ }}{% endif %}",
    ],
)
def test_a_template_reaches_nothing_but_its_values(attack: str) -> None:
    assert refusal(f"a\n{attack}").startswith("gabarits/sms/essai.fr.txt, ligne 2 : ")


@pytest.mark.parametrize("source", ["", " \n\u200b", "{# rien #}", "{% if montant == '0 FCFA' %}x{% endif %}"])
def test_a_template_that_says_nothing_is_refused(source: str) -> None:
    assert "gabarits/sms/essai.fr.txt, ligne 1 : le texte est vide ; écrivez-le" in refusal(source)


def test_what_only_some_values_show_is_refused_when_they_come() -> None:
    ecriture = compile_gabarit("essai.fr.txt", "Bonjour\n{% if objet == 'Marché' %}{{ nom / 2 }}{% endif %}")
    assert ecriture(SAID._replace(objet="Patente")) == "Bonjour"
    with pytest.raises(Blocked, match=r"essai\.fr\.txt, ligne 2 : calcul impossible"):
        ecriture(SAID)


def test_what_an_expression_fails_on_is_not_quoted() -> None:
    source = "{% if objet == 'Marché' %}{{ {}[nom] }}{% else %}Bonjour{% endif %}"
    with pytest.raises(Blocked) as refused:
        written(source)
    assert "calcul impossible (UndefinedError)" in one_sentence(refused.value)
    assert "ONDO" not in "".join(traceback.format_exception(refused.value))
