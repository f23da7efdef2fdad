"""What the OpenAPI document says of a batch of scans, which is read more liberally than it says."""

from dataclasses import dataclass

from litestar.openapi.spec import (
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    RequestBody,
    Schema,
)

from badges.models import Direction, Outcome
from badges.scans.batches import MOST_SCANS

TEXT, NUMBER = OpenAPIType.STRING, OpenAPIType.INTEGER
SCAN = {
    "id": Schema(
        type=TEXT,
        format=OpenAPIFormat.UUID,
        description="Minted by the device. Sent again, it gets the same outcome and counts once."
        " Without one, or with none that is a UUID, a scan is `unknown`, its answer has `id: null`,"
        " and it is not recorded.",
    ),
    "token": Schema(
        type=TEXT,
        description="What was read, whatever it is, or a reference that was typed (`K7QM-4TXV`, in"
        " any case, with or without its dash). What is no text makes the scan `unknown`.",
    ),
    "gate": Schema(
        type=TEXT,
        description="Where it was read; the device's own gate counts when there is no such gate.",
    ),
    "scanned_at": Schema(
        type=TEXT,
        format=OpenAPIFormat.DATE_TIME,
        description="RFC 3339, with an offset, as the device's clock showed it. Without one, as no"
        " date at all or more than a year off, it is not believed: the scan counts when it"
        " arrives. None counts later than it arrives.",
    ),
    "direction": Schema(
        type=TEXT,
        enum=[one.value for one in Direction],
        default=Direction.IN.value,
        description="Anything else makes the scan `unknown`.",
    ),
    "seq": Schema(
        type=NUMBER,
        minimum=0,
        default=0,
        description="The device's own count of its scans: it orders those of one millisecond.",
    ),
    "clock_offset_ms": Schema(
        type=NUMBER,
        description="What the device knew, as it scanned, to be missing from its clock: it is added"
        " to `scanned_at`. Without it, what `sent_at` tells is added.",
    ),
    "shown": Schema(
        type=TEXT,
        enum=[one.value for one in Outcome if one is not Outcome.UNDONE],
        description="What the device decided alone and showed: it stands, and is held against the"
        " rules as they were at the time of the scan. Without it the decision is ours, and whoever"
        " was cancelled since that time does not pass. A scan of which the device waited for our"
        " answer in vain is sent again with it.",
    ),
    "undoes": Schema(
        type=TEXT,
        format=OpenAPIFormat.UUID,
        description="The id of another scan of this device, which counts for nothing from then on,"
        " whichever of the two arrives first. `token` is not read; the outcome is `undone`.",
    ),
}
BATCH = {
    "scans": Schema(
        type=OpenAPIType.ARRAY,
        items=Schema(
            type=OpenAPIType.OBJECT,
            properties=dict(SCAN),
            required=["id", "token", "gate", "scanned_at"],
            description="What of it cannot be read is told in the `detail` of its own answer; the"
            " other scans of the batch are recorded as ever.",
        ),
        min_items=1,
        max_items=MOST_SCANS,
    ),
    "sent_at": Schema(
        type=TEXT,
        format=OpenAPIFormat.DATE_TIME,
        description="What the device's clock showed as it sent the batch. More than two minutes"
        " beside what its scans tell, those who were let in are marked as conflicts.",
    ),
    "waiting": Schema(
        type=NUMBER,
        minimum=0,
        default=0,
        description="How many scans remain on the device after these. A revoked device is done"
        " when none does.",
    ),
}


@dataclass
class RecordOperation(Operation):
    """Describes the body of `record`, which reads it by itself so as to refuse no scan for another.

    The description says what a scan should be; what is not so gets its outcome all the same.
    """

    def __post_init__(self) -> None:
        """Say what a batch holds (`badges.batches.read_batch`)."""
        batch = Schema(type=OpenAPIType.OBJECT, properties=dict(BATCH), required=["scans"])
        self.request_body = RequestBody(
            required=True, content={"application/json": OpenAPIMediaType(schema=batch)}
        )
