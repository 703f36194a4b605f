"""The declared automations, without a server."""

from datetime import timedelta
from uuid import uuid4

import pytest
from prefect.events.actions import ChangeFlowRunState, DoNothing, SendNotification

from flows.errors import ServingError
from flows.operations import automations, serving


def by_name(blocks=()):
    return {one.name.removeprefix("hoofbeats: "): one for one in automations.declared_automations(blocks)}


def test_the_automations_declared():
    assert set(by_name()) == {"failed runs", "crashed runs", "late runs", "zombie runs"}
    assert all(one.enabled and one.description for one in by_name().values())


@pytest.mark.parametrize(("name", "event"), [("failed", "Failed"), ("crashed", "Crashed"), ("late", "Late")])
def test_each_automation_expects_its_own_event(name, event):
    assert by_name()[f"{name} runs"].trigger.expect == {f"prefect.flow-run.{event}"}
    assert by_name()[f"{name} runs"].trigger.within == timedelta(0)


def test_automations_match_only_runs_of_hoofbeats():
    for one in by_name().values():
        assert one.trigger.match_related.model_dump() == {
            "prefect.resource.id": ["prefect.tag.hoofbeats"],
            "prefect.resource.role": ["tag"],
        }


def test_a_silent_run_is_marked_as_crashed():
    zombie = by_name()["zombie runs"]
    assert zombie.trigger.after == {"prefect.flow-run.heartbeat"}
    assert "prefect.flow-run.Completed" in zombie.trigger.expect
    [action] = zombie.actions
    assert isinstance(action, ChangeFlowRunState)
    assert action.state == "CRASHED"


def test_silence_is_longer_than_two_heartbeats_and_runs_send_them():
    beat = int(serving.RUN_ENVIRONMENT["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"])
    assert beat >= 30
    assert automations.SILENT_AFTER.seconds > 2 * beat


def test_blocks_are_notified_except_of_zombies():
    blocks = [uuid4(), uuid4()]
    for name, one in by_name(blocks).items():
        notified = [action.block_document_id for action in one.actions if isinstance(action, SendNotification)]
        assert notified == ([] if name == "zombie runs" else blocks)
    assert all(isinstance(by_name()[f"{name} runs"].actions[0], DoNothing) for name in ("failed", "crashed", "late"))


class NoBlocks:
    def read_block_document_by_name(self, name, kind):
        from httpx import Request, Response
        from prefect.exceptions import ObjectNotFound

        raise ObjectNotFound(Response(404, request=Request("GET", f"http://x/{kind}/{name}")))


def test_an_unknown_block_is_an_error():
    with pytest.raises(ServingError, match="no block 'slack-webhook/lab'") as raised:
        automations.deploy_automations(NoBlocks(), ["slack-webhook/lab"])
    assert "HOOFBEATS_OPERATOR_BLOCKS" in raised.value.hint
