"""Bodies that routes read themselves, in the description of the API."""

from litestar import Litestar, post
from litestar.openapi.spec import OpenAPIType, Schema

from forum.core.bodies import json_body

NAME = {"name": Schema(type=OpenAPIType.STRING)}


def described(operation):
    """Return what the description says of the body of a route."""

    @post("/", operation_class=operation)
    async def add() -> None:
        """Add something."""

    described = Litestar([add]).openapi_schema.to_schema()
    body = described["paths"]["/"]["post"]["requestBody"]
    assert body["required"] is True
    assert body["content"].keys() == {"application/json"}
    return body["content"]["application/json"]["schema"]


def test_a_body_says_what_it_holds_what_it_needs_and_that_it_holds_no_more():
    assert described(json_body(NAME, ["name"])) == {
        "type": "object",
        "properties": {"name": {"type": "string"}},
        "required": ["name"],
        "additionalProperties": False,
    }


def test_a_body_may_need_nothing_and_hold_more():
    assert described(json_body(NAME, others=True)) == {
        "type": "object",
        "properties": {"name": {"type": "string"}},
    }
