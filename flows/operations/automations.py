"""What Prefect does about runs that fail, crash, come late or fall silent; defined here, kept so by every deploy.

A run whose machine or worker died stays "Running" for ever, and keeps the place of the next one. Its heartbeats stop,
though, and then it is marked as crashed. https://docs.prefect.io/v3/advanced/detect-zombie-flows

Who is told: the notification blocks of HOOFBEATS_OPERATOR_BLOCKS; without any, the events in Prefect's UI tell it.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ActionTypes, ChangeFlowRunState, DoNothing, SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.exceptions import ObjectNotFound

from flows.errors import ServingError

HEARTBEAT_S = 30
"""The least Prefect allows."""
SILENT_AFTER = timedelta(seconds=90)
HEARTBEAT = "prefect.flow-run.heartbeat"

_RUNS = ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]})
_OURS = ResourceSpecification({"prefect.resource.id": ["prefect.tag.hoofbeats"], "prefect.resource.role": ["tag"]})
_ENDS = {f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed")}
_BODY = """\
{{ flow.name }} {{ flow_run.name }} is {{ flow_run.state.name }}.
{{ flow_run.state.message }}
{{ flow_run | ui_url }}
"""


def declared_automations(blocks: Sequence[UUID] = ()) -> list[AutomationCore]:
    """All automations; `blocks`: the notification blocks that are told."""
    return [
        _told("failed", "A run failed: windows failed, a source fell silent, an audit found differences.", blocks),
        _told("crashed", "A run crashed: its process was killed, or its machine went down.", blocks),
        _told("late", "A run did not begin in time: no worker, or the one before it still holds its place.", blocks),
        AutomationCore(
            name="hoofbeats: zombie runs",
            description="A run says nothing any more, but never ended: it is marked as crashed, and its place is free.",
            trigger=EventTrigger(
                after={HEARTBEAT}, expect={HEARTBEAT, *_ENDS}, match=_RUNS, match_related=_OURS,
                for_each={"prefect.resource.id"}, posture=Posture.Proactive, threshold=1, within=SILENT_AFTER,
            ),
            actions=[ChangeFlowRunState(
                state=StateType.CRASHED,
                message=f"No heartbeat for {SILENT_AFTER.seconds} seconds: its process, or the machine, is gone.",
            )],
        ),
    ]  # fmt: skip


def _told(state: str, description: str, blocks: Sequence[UUID]) -> AutomationCore:
    actions: list[ActionTypes] = [
        SendNotification(block_document_id=block, subject=f"Hoofbeats: a run is {state}", body=_BODY)
        for block in blocks
    ]
    return AutomationCore(
        name=f"hoofbeats: {state} runs",
        description=description,
        trigger=EventTrigger(
            expect={f"prefect.flow-run.{state.capitalize()}"}, match=_RUNS, match_related=_OURS,
            for_each={"prefect.resource.id"}, posture=Posture.Reactive, threshold=1, within=timedelta(0),
        ),
        actions=actions or [DoNothing()],
    )  # fmt: skip


def deploy_automations(client: SyncPrefectClient, block_names: Sequence[str] = ()) -> list[str]:
    """Create the automations, or bring those that exist up to date; their names.

    `block_names`: 'type/name' of notification blocks. Raises `ServingError` for one that does not exist.
    """
    blocks = [_block(client, name) for name in block_names]
    automations = declared_automations(blocks)
    for automation in automations:
        there = client.read_automations_by_name(automation.name)
        if there:
            client.update_automation(there[0].id, automation)
        else:
            client.create_automation(automation)
    return [automation.name for automation in automations]


def _block(client: SyncPrefectClient, told: str) -> UUID:
    kind, _, name = told.partition("/")
    try:
        return client.read_block_document_by_name(name, kind).id
    except ObjectNotFound:
        raise ServingError(
            f"Prefect has no block {told!r}",
            "create it in Prefect's UI under Blocks, or take it out of HOOFBEATS_OPERATOR_BLOCKS",
        ) from None
