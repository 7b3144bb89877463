import json

from relaxo import samples


def test_the_demo_prints_the_truth_beside_what_it_measured_and_says_where_things_lie(call, tmp_path, phantom):
    out_folder = tmp_path / "demo"
    code, out, err = call("demo", "--out", out_folder)
    assert code == 0, err
    for word in ("Gd6", "Gd-DTPA", "truth", "12.06", "24.1", "4.55", "5.77", str(out_folder / "figure.png")):
        assert word in out
    results = json.loads((out_folder / "results.json").read_text())
    measured = {agent["name"]: agent for agent in results["agents"]}
    for true in samples.truth(phantom).agents:
        agent = measured[true.name]
        assert abs(agent["r1"]["value"] / true.r1 - 1) < 0.02
        assert abs(agent["r2"]["value"] / true.r2 - 1) < 0.02
        assert abs(agent["r2_over_r1"]["value"] / (true.r2 / true.r1) - 1) < 0.02
