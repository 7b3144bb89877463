def test_every_agent_with_its_citation(call, call_json):
    agents = call_json("agents")
    assert all(agent["citation"] and agent["status"] in {"verified", "secondary", "derived"} for agent in agents)
    code, out, _ = call("agents")
    assert code == 0
    assert "gadopentetate" in out
    assert "4.55" in out
