def test_every_agent_with_its_citation(call, call_json):
    agents = call_json("agents")
    assert all(agent["citation"] and agent["status"] in {"verified", "secondary", "derived"} for agent in agents)
    code, out, _ = call("agents")
    assert code == 0
    assert "gadopentetate" in out
    assert "4.55" in out


def test_only_those_at_a_field(call_json):
    assert {agent["agent"] for agent in call_json("agents", "--field", "1.0")} == {"Gd6 cluster", "gadopentetate"}
    assert call_json("agents", "--field", "2") == []


def test_interpolated_only_when_asked_and_marked(call, call_json):
    between = call_json("agents", "--field", "2", "--name", "Gadovist", "--medium", "plasma", "--interpolate")
    assert [(agent["status"], agent["field_T"]) for agent in between] == [("interpolated", 2.0)]
    code, out, _ = call("agents", "--field", "2", "--name", "Gadovist", "--interpolate")
    assert code == 0
    assert "interpolated" in out
    code, _, err = call("agents", "--interpolate")
    assert code == 2
    assert "needs a field" in err


def test_own_agents_come_first(call_json, tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("agent,field_T,r1,r2\nhouse standard,1.0,4.0,5.0\n")
    first, *_ = call_json("agents", "--references", path)
    assert (first["agent"], first["status"]) == ("house standard", "own")


def test_an_agent_that_nobody_published_is_refused_and_nothing_at_a_field_is_said(call):
    code, _, err = call("agents", "--name", "Foo")
    assert code == 2
    assert "no published agent goes by the name 'Foo'" in err
    assert "gadopentetate" in err
    code, _, err = call("agents", "--field", "2")
    assert code == 0
    assert "no published value is known" in err
