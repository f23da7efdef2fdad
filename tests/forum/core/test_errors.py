"""Refusals: the message is the docstring unless one is given, and problem details carry it all."""

import msgspec
import pytest

from forum.core.errors import (
    BodyTooLarge,
    Forbidden,
    Invalid,
    MediaTypeUnsupported,
    MethodNotAllowed,
    NotFound,
    Problem,
    TooMany,
    Unauthenticated,
)
from forum.core.web import problem_document


@pytest.mark.parametrize(
    ("problem", "code", "status"),
    [
        (NotFound(), "not_found", 404),
        (Unauthenticated(), "unauthenticated", 401),
        (Forbidden(), "forbidden", 403),
        (MethodNotAllowed(["GET"]), "method_not_allowed", 405),
        (BodyTooLarge(), "body_too_large", 413),
        (MediaTypeUnsupported(), "unsupported_media_type", 415),
        (Invalid(), "invalid", 422),
        (TooMany(30), "too_many_requests", 429),
        (Problem(), "problem", 409),
    ],
)
def test_each_refusal_has_its_code_and_status(problem, code, status):
    assert (problem.code, problem.status) == (code, status)


def test_the_docstring_is_the_message():
    assert str(NotFound()) == "There is nothing at this address."


def test_a_message_given_wins():
    assert str(NotFound("No such guide.")) == "No such guide."


def test_too_many_says_when_to_come_back():
    assert TooMany(30).headers == {"Retry-After": "30"}


def test_a_method_refused_is_told_with_those_that_are_not():
    assert MethodNotAllowed({"POST", "GET"}).headers == {"Allow": "GET, POST"}


def test_who_must_say_who_they_are_is_told_how():
    assert Unauthenticated().headers == {"WWW-Authenticate": "Bearer"}


def test_problem_details_carry_the_fields_at_fault():
    answer = problem_document(Invalid(fields={"email": "Give an address."}))
    assert (answer.status_code, answer.media_type) == (422, "application/problem+json")
    assert msgspec.json.decode(answer.content) == {
        "type": "/problems/invalid",
        "code": "invalid",
        "title": "Some answers need a correction.",
        "status": 422,
        "fields": {"email": "Give an address."},
    }
