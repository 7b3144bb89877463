import pytest

TABLE = """agent,concentration_mM,T1_ms,T2_ms
Gd6,0.1,651.0,349.9
Gd6,0.2,364.7,189.9
Gd6,0.4,194.1,99.1
Gd6,0.8,100.2,50.7
"""


def test_a_table_of_times_needs_no_images(call_json, tmp_path):
    path = tmp_path / "times.csv"
    path.write_text(TABLE)
    (agent,) = call_json("relaxivity", path)["agents"]
    assert agent["name"] == "Gd6"
    assert agent["r1"]["value"] == pytest.approx(12.06, rel=0.005)
    assert agent["r2"]["value"] == pytest.approx(24.10, rel=0.005)
    assert agent["r1"]["wells"] == 4


def test_as_a_table_beside_the_reference(call, tmp_path):
    path = tmp_path / "times.csv"
    path.write_text(TABLE)
    code, out, err = call("relaxivity", path, "--field", "1.0")
    assert code == 0, err
    for word in ("Gd6", "12.0", "r2/r1", "per ion", "5.77", "Inorg. Chem. Front."):
        assert word in out


def test_weights_change_the_line(call_json, tmp_path):
    path = tmp_path / "times.csv"
    path.write_text(TABLE)
    relative, plain = (call_json("relaxivity", path, "--weights", weights) for weights in ("relative", "none"))
    assert relative["agents"][0]["r1"]["value"] != plain["agents"][0]["r1"]["value"]


def test_too_few_concentrations_end_with_4(call, tmp_path):
    path = tmp_path / "times.csv"
    path.write_text("\n".join(TABLE.splitlines()[:3]))
    code, _, err = call("relaxivity", path)
    assert code == 4
    assert "3 different concentrations" in err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("concentration_mM,agent\n0.1,Gd6\n", "T1_ms"),
        ("T1_ms,T2_ms\n100,50\n", "concentration"),
        ("", "empty"),
        ("concentration_mM,T1_ms\n0.1,-5\n", "line 2"),
    ],
)
def test_a_table_that_cannot_be_used_ends_with_3(call, tmp_path, text, words):
    path = tmp_path / "times.csv"
    path.write_text(text)
    code, _, err = call("relaxivity", path)
    assert code == 3
    assert words in err
