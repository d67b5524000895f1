"""An authority's own file changes how long and how strongly; what is wrong with it is told with file, line and field."""

import pytest

from send_integration.errors import BadSetting
from send_integration.rules.read import read_rules, rules_and_faults
from send_integration.rules.written import lines_of
from tests.unit.rules.test_cases import ASKED, RULE

CASES = f"""fires = [{{ on = "2025-04-15", events = [{ASKED}] }}]
quiet = [{{ on = "2025-03-04", events = [{ASKED}] }}]
"""
CATALOGUE = {"ehcp.toml": RULE + CASES + RULE.replace("[answer]", "\n[other]") + CASES}
HEAD = """# Luton's own
[authority]
name = "luton"
version = 3
"""
SHORTER = f"""
[answer]
period = "5 weeks"
fires = [
  {{ on = "2025-04-08", events = [{ASKED}] }},
]
quiet = [{{ on = "2025-03-04", events = [{ASKED}] }}]
"""


def faults(own: str) -> list[tuple[int, str]]:
    return [(fault.line, fault.sentence) for fault in rules_and_faults(CATALOGUE, {"luton.toml": own})[1]]


def test_a_changed_rule_has_the_catalogues_version_and_the_authoritys() -> None:
    rules = read_rules(CATALOGUE, {"luton.toml": HEAD + SHORTER})

    assert rules["answer"].version == "1+luton.3"
    assert str(rules["answer"].period()) == "5 weeks"
    assert rules["other"].version == "1"


def test_a_rule_is_turned_off_without_cases_and_one_that_is_given_as_it_is_stays_the_catalogues() -> None:
    rules = read_rules(
        CATALOGUE, {"luton.toml": HEAD + '[answer]\non = false\n[other]\non = true\nperiod = "6 weeks"\n'}
    )

    assert set(rules.rules) == {"other"}
    assert rules["other"].version == "1"


@pytest.mark.parametrize(
    ("own", "line", "said"),
    [
        pytest.param(SHORTER, 1, "has no table [authority]", id="nobodys"),
        pytest.param(HEAD.replace('"luton"', '"Luton Council"') + SHORTER, 3, "field 'name' of [authority]", id="name"),
        pytest.param(HEAD.replace("= 3", '= "3"') + SHORTER, 4, "field 'version' of [authority]", id="version"),
        pytest.param(HEAD.replace("= 3", "= true") + SHORTER, 4, "field 'version' of [authority]", id="true is no 1"),
        pytest.param(HEAD + "since = 2025-01-01\n", 5, "field 'since' of [authority] is not known", id="unknown head"),
        pytest.param(HEAD + "[answer]\nperiod = 5 weeks\n", 6, "is no valid TOML", id="no TOML"),
        pytest.param(HEAD + '[answer]\nperiod = "', 6, "is no valid TOML", id="unfinished"),
        pytest.param(HEAD + SHORTER.replace("5 weeks", "five"), 7, "'five' is no period", id="period"),
        pytest.param(
            HEAD + SHORTER.replace("2025-04-08", "2025-03-05"),
            8,
            "field 'fires' of rule 'answer' is wrong in case 1: the rule raises no flag on 2025-03-05",
            id="its case does not fire",
        ),
        pytest.param(
            HEAD + SHORTER.replace('on = "2025-03-04"', 'on = "2025-04-09"'),
            11,
            "field 'quiet' of rule 'answer' is wrong in case 1: the rule raises a flag on 2025-04-09",
            id="its case is not quiet",
        ),
        pytest.param(HEAD + "\n[answer]\nperiod = '5 weeks'\n", 6, "field 'fires' of rule 'answer' is missing", id="no case"),
        pytest.param(HEAD + "[answer]\nfires = []\nwarn = '1 day'\nquiet = []", 6, "field 'fires' of rule 'answer' is missing", id="empty"),
        pytest.param(HEAD + "[answer]\n\ncitation = 'Ours'\n", 7, "field 'citation' of rule 'answer' may not be", id="law"),
        pytest.param(HEAD + "[answer]\nstop = ['x.y']\n", 6, "field 'stop' of rule 'answer' may not be", id="pattern"),
        pytest.param(HEAD + "[answer]\ndays = 3\n", 6, "field 'days' of rule 'answer' is nothing that this", id="no use"),
        pytest.param(HEAD + "[answer]\nlevel = 'high'\n", 6, "field 'level' of rule 'answer' is nothing", id="no level"),
        pytest.param(HEAD + "[answer]\non = 'no'\n", 6, "field 'on' of rule 'answer' must be true or false", id="on"),
        pytest.param(HEAD + "[nothing]\non = false\n", 5, "rule 'nothing' is no rule of the catalogue", id="unknown"),
        pytest.param("answer = 1\n" + HEAD, 1, "rule 'answer' stands outside any rule", id="outside"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line_and_field(own: str, line: int, said: str) -> None:
    found = faults(own)
    assert any(place == line and said in sentence for place, sentence in found), found

    with pytest.raises(BadSetting) as refused:
        read_rules(CATALOGUE, {"luton.toml": own})
    assert str(refused.value).startswith(f"luton.toml, line {found[0][0]}: ")


BY_URGENCY = """cases = [
  { where = { by = "parent" }, period = "4 weeks" },
  { where = { by = "school" }, period = "5 weeks" },
]
"""


@pytest.mark.parametrize(
    ("cases", "line"),
    [
        pytest.param(BY_URGENCY.replace("4 weeks", "3 weeks"), 0, id="other periods"),
        pytest.param(BY_URGENCY.replace('"parent"', '"other"'), 7, id="other cases"),
        pytest.param(BY_URGENCY.replace("4 weeks", "soon"), 7, id="no period"),
        pytest.param("cases = 1\n", 7, id="no list"),
    ],
)
def test_of_a_rule_with_several_periods_only_the_periods_may_be_changed(cases: str, line: int) -> None:
    shipped = {"ehcp.toml": RULE + BY_URGENCY + CASES}
    own = HEAD + SHORTER.replace('period = "5 weeks"\n', cases)

    found = rules_and_faults(shipped, {"luton.toml": own})[1]

    assert {fault.line for fault in found if fault.field == "cases"} == ({line} if line else set())
    assert [fault for fault in found if fault.field != "cases"] == []


def test_every_fault_is_told_not_only_the_first() -> None:
    found = faults(HEAD + "[answer]\nperiod = 'x'\nwhy = 'y'\n[nothing]\n")

    assert [line for line, _ in found] == [5, 5, 6, 7, 8]


@pytest.mark.parametrize("name", ["fires", "quiet"])
def test_a_rule_of_the_catalogue_is_refused_without_a_case_of_either_kind(name: str) -> None:
    without = "\n".join(line for line in CASES.splitlines() if not line.startswith(name))

    with pytest.raises(BadSetting, match=f"ehcp.toml, line 2: field '{name}' of rule 'answer' is missing"):
        read_rules({"ehcp.toml": RULE + without})


def test_a_rule_without_what_its_shape_counts_by_is_refused() -> None:
    without = "\n".join(line for line in RULE.splitlines() if not line.startswith("period"))

    with pytest.raises(BadSetting, match="line 5: field 'shape' of rule 'answer' needs a field"):
        read_rules({"ehcp.toml": without + "\n" + CASES})


def test_lines_are_those_of_fields_and_not_of_what_stands_in_texts_and_lists() -> None:
    text = '''[one]
a = """
[two]
b = 1 \\"""
c = 2"""
d = [ # ] "
  "e = 3", [
  '[three]' ] ]
"f" = 'x' # [four]
g.h = {i = 1}
[[two.j]]
k = \'\'\'
l = 1\'\'\'
'''

    assert lines_of(text) == {
        ("one",): 1, ("one", "a"): 2, ("one", "d"): 6, ("one", "f"): 9, ("one", "g"): 10, ("two",): 11, ("two", "j"): 11,
    }  # fmt: skip


def test_the_fingerprint_changes_with_what_a_rule_counts_by_and_not_with_its_cases() -> None:
    plain = read_rules(CATALOGUE)
    more_cases = {"ehcp.toml": CATALOGUE["ehcp.toml"].replace('on = "2025-04-15"', 'on = "2025-04-16"')}

    assert read_rules(more_cases).fingerprint() == plain.fingerprint()
    assert read_rules(CATALOGUE, {"luton.toml": HEAD + SHORTER}).fingerprint() != plain.fingerprint()
    assert read_rules(CATALOGUE, {"luton.toml": HEAD + "[answer]\non = false\n"}).fingerprint() != plain.fingerprint()
