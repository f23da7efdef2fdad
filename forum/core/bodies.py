"""Bodies that routes read themselves, to tell every mistake at once, as the API describes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from litestar.openapi.spec import (
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    Reference,
    RequestBody,
    Schema,
)


def json_body(
    properties: Mapping[str, Schema | Reference],
    needed: Sequence[str] = (),
    *,
    others: bool = False,
) -> type[Operation]:
    """Return the `operation_class` of a route whose body is an object with these properties.

    `others` leaves open whether it holds more than these.
    """
    schema = Schema(
        type=OpenAPIType.OBJECT,
        properties={**properties},
        required=[*needed] or None,
        additional_properties=None if others else False,
    )
    body = RequestBody(required=True, content={"application/json": OpenAPIMediaType(schema=schema)})

    @dataclass
    class Described(Operation):
        """Describes the body."""

        def __post_init__(self) -> None:
            """Say what the body holds."""
            self.request_body = body

    return Described
