"""Prefect automations for runs that fail, crash, start late or stop sending heartbeats; every deploy restores them.

A run whose machine or worker died stays "Running" for ever and blocks the next one. Its heartbeats stop, however, and
after some time it is marked as crashed. https://docs.prefect.io/v3/advanced/detect-zombie-flows

Notifications go to the blocks of HOOFBEATS_OPERATOR_BLOCKS; without any, the events are only shown in Prefect's UI.
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
"""Seconds between two heartbeats of a run; the shortest interval Prefect allows."""
SILENT_AFTER = timedelta(seconds=90)
HEARTBEAT_EVENT = "prefect.flow-run.heartbeat"

_RUNS = ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]})
_OF_HOOFBEATS = ResourceSpecification(
    {"prefect.resource.id": ["prefect.tag.hoofbeats"], "prefect.resource.role": ["tag"]}
)
_END_EVENTS = {f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed")}
_BODY = """\
{{ flow.name }} {{ flow_run.name }} is {{ flow_run.state.name }}.
{{ flow_run.state.message }}
{{ flow_run | ui_url }}
"""


def declared_automations(blocks: Sequence[UUID] = ()) -> list[AutomationCore]:
    """Return all automations; `blocks` are the notification blocks to send messages to."""
    return [
        _notification("failed", "A run failed: failed windows, a source without records, or a failed audit.", blocks),
        _notification("crashed", "A run crashed: its process was killed, or its machine went down.", blocks),
        _notification("late", "A run is late: there is no worker, or the previous run occupies its slot.", blocks),
        AutomationCore(
            name="hoofbeats: zombie runs",
            description="A run stopped sending heartbeats without ending: mark it as crashed, which frees its slot.",
            trigger=EventTrigger(
                after={HEARTBEAT_EVENT}, expect={HEARTBEAT_EVENT, *_END_EVENTS}, match=_RUNS,
                match_related=_OF_HOOFBEATS, for_each={"prefect.resource.id"}, posture=Posture.Proactive, threshold=1,
                within=SILENT_AFTER,
            ),
            actions=[ChangeFlowRunState(
                state=StateType.CRASHED,
                message=f"No heartbeat for {SILENT_AFTER.seconds} seconds: its process or machine has died.",
            )],
        ),
    ]  # fmt: skip


def _notification(state: str, description: str, blocks: Sequence[UUID]) -> AutomationCore:
    actions: list[ActionTypes] = [
        SendNotification(block_document_id=block, subject=f"Hoofbeats: a run is {state}", body=_BODY)
        for block in blocks
    ]
    return AutomationCore(
        name=f"hoofbeats: {state} runs",
        description=description,
        trigger=EventTrigger(
            expect={f"prefect.flow-run.{state.capitalize()}"}, match=_RUNS, match_related=_OF_HOOFBEATS,
            for_each={"prefect.resource.id"}, posture=Posture.Reactive, threshold=1, within=timedelta(0),
        ),
        actions=actions or [DoNothing()],
    )  # fmt: skip


def deploy_automations(client: SyncPrefectClient, block_names: Sequence[str] = ()) -> list[str]:
    """Create or update the automations and return their names.

    `block_names` are notification blocks as 'type/name'. Raises `ServingError` if one does not exist.
    """
    blocks = [_block(client, name) for name in block_names]
    automations = declared_automations(blocks)
    for automation in automations:
        existing = client.read_automations_by_name(automation.name)
        if existing:
            client.update_automation(existing[0].id, automation)
        else:
            client.create_automation(automation)
    return [automation.name for automation in automations]


def _block(client: SyncPrefectClient, block: str) -> UUID:
    kind, _, name = block.partition("/")
    try:
        return client.read_block_document_by_name(name, kind).id
    except ObjectNotFound:
        raise ServingError(
            f"Prefect has no block {block!r}",
            "create it in Prefect's UI under Blocks, or remove it from HOOFBEATS_OPERATOR_BLOCKS",
        ) from None
