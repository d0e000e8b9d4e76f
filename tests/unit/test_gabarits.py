"""One message template: what a person may write in it, and how a mistake is told."""

import traceback

import pytest

from relances.rules.errors import Blocked
from relances.rules.gabarits import compile_gabarit
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
        "a\n{% if objet %}{{ nom }}{% else %}{{ nmo|upper }}{% endif %}",
        "{{ nom }}\n{{ montant if objet else nmo }}",
        "{% if objet in ['Marché',\nnmo] %}a{% endif %}",
        "a\n{% if objet == 'jamais' and not nmo %}{% endif %}",
    ],
)
def test_an_unknown_variable_is_found_in_any_branch(source: str) -> None:
    assert refusal(source).startswith(
        "gabarits/sms/essai.fr.txt, ligne 2 : variable inconnue « nmo » ; écrivez l'une de : nom, montant, objet, "
        "echeance — "
    )


@pytest.mark.parametrize(
    "name", ["self", "loop", "range", "namespace", "lipsum", "cycler", "joiner", "dict", "caller", "varargs", "super"]
)
def test_what_jinja_itself_names_is_unknown(name: str) -> None:
    for place in (f"{{{{ {name} }}}}", f"{{% if objet == 'jamais' %}}{{{{ {name}|upper }}}}{{% endif %}}"):
        assert f", ligne 2 : variable inconnue « {name} »" in refusal(f"Bonjour\n{place}")


@pytest.mark.parametrize("constant", ["none", "None", "true", "True", "false", "False", "1.5"])
def test_a_constant_that_is_no_text_is_refused_in_any_branch(constant: str) -> None:
    for place in (
        f"{{{{ {constant} }}}}",
        f"{{{{ {constant}|upper }}}}",
        f"{{{{ nom if objet != 'jamais' else {constant} }}}}",
        f"{{% if objet == 'jamais' %}}{{{{ {constant} }}}}{{% endif %}}",
    ):
        shown = {"none": None, "true": True, "false": False}.get(constant, constant)
        assert f", ligne 2 : « {shown} » n'est pas un texte ; écrivez " in refusal(f"Bonjour\n{place}")


@pytest.mark.parametrize(
    "expression",
    ["3", "nom|length", "nom == objet", "not nom", "[nom]", "(nom, objet)", "(nom == objet)|upper", "nom < 3"],
)
def test_what_is_shown_must_be_a_text(expression: str) -> None:
    assert ", ligne 2 : une expression ne donne aucun texte ; n'écrivez que " in refusal(f"a\n{{{{ {expression} }}}}")


def test_a_condition_without_an_else_may_show_nothing() -> None:
    source = "{{ nom }}{{ ' (Marché)' if objet == 'Marché' }}"
    assert written(source) == "Marie ONDO (Marché)"
    assert written(source, SAID._replace(objet="Patente")) == "Marie ONDO"


@pytest.mark.parametrize(
    "endless",
    [
        "{{ 'x' * 10**9 }}",
        "{{ 10**10**9 }}",
        "{% if 'x' * 10**9 %}a{% endif %}",
        "{{ nom + nom }}",
        "{{ '%999999999d' % 1 }}",
        "{{ nom ~ none }}",
        "{% for x in nom %}{% for y in nom %}a{% endfor %}{% endfor %}",
        "{% macro m() %}a{% endmacro %}{{ nom }}",
        "{% set x = nom %}",
        "{{ [nom]|length + 1 }}",
    ],
)
def test_a_template_computes_nothing(endless: str) -> None:
    what = ", ligne 2 : un gabarit n'a que des textes, des valeurs comme {{ nom }} et des conditions ; ôtez le reste"
    assert what in refusal(f"a\n{endless}")


@pytest.mark.parametrize("endless", ["{{ 'x'|center(10**9) }}", "{{ nom|indent(999999999) }}", "{{ 'x'|format }}"])
def test_a_filter_that_could_write_without_end_is_unknown(endless: str) -> None:
    assert "; écrivez l'un de : upper, lower, capitalize, trim, length — " in refusal(f"a\n{endless}")


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("a\n{% if %}", "syntaxe fausse ; fermez chaque {{ par }} et chaque {% par %} — "),
        ("a\n{{ nom ", "syntaxe fausse ; fermez chaque {{ par }} et chaque {% par %} — "),
        ("a\n{% endif %}", "syntaxe fausse ; fermez chaque {{ par }} et chaque {% par %} — "),
        ("a\n{{ nom|grand }}", "filtre inconnu « grand » ; écrivez l'un de : "),
        ("a\n{{ 1 / 0 }}", "un gabarit n'a que des textes"),
        ("a\n{{ range(3) }}", "un gabarit n'a que des textes"),
        ("a\n{{ nom|upper(3) }}", "une expression ne donne aucun texte"),
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
    ecriture = compile_gabarit("essai.fr.txt", "Bonjour\n{% if objet == 'Marché' %}{{ nom|length }}{% endif %}")
    assert ecriture(SAID._replace(objet="Patente")) == "Bonjour"
    with pytest.raises(Blocked, match=r"essai\.fr\.txt, ligne 2 : une expression ne donne aucun texte"):
        ecriture(SAID)


def test_what_an_expression_fails_on_is_not_quoted() -> None:
    source = "{% if objet == 'Marché' %}{{ nom|upper(nom) }}{% else %}Bonjour{% endif %}"
    with pytest.raises(Blocked) as refused:
        written(source)
    assert "an expression that gives no text (TypeError)" in one_sentence(refused.value)
    assert "ONDO" not in "".join(traceback.format_exception(refused.value))
