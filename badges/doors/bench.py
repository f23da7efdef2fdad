"""What the organisers' pages of gates, of check-in lists and of conflicts share."""

from datetime import datetime
from typing import Any

from badges.doors import gate_views, gate_words
from badges.doors.gate_views import Sent
from forum.core.db import Db
from forum.core.errors import Problem
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.web import AnyRequest, AnyResponse, Given

MAY = {"deed": Deed.RUN_DOORS}
LIMITED = [limited("organiser", per_minute=120)]
PATH = "/organiser/{slug:str}/doors"


class Bench:
    """Where an organiser looks after the doors: one request, and what it needs."""

    def __init__(self, request: AnyRequest, db: Db, page: Page, now: datetime, ids: Ids) -> None:
        self.request = request
        self.db = db
        self.page = page
        self.now = now
        self.ids = ids
        self.words = page.words

    def by(self, staff: Staff) -> dict[str, Any]:
        """Return what each verb asks for beside its values."""
        return {"actor": staff.actor, "at": self.now, "ids": self.ids}

    def show(
        self,
        template: str,
        staff: Staff,
        *,
        problem: Problem | None = None,
        theirs: list[str] | None = None,
        **context: Any,
    ) -> AnyResponse:
        """Answer with a page of the doors, and why nothing was done where there is a `problem`.

        `theirs` is what somebody else stored meanwhile, and tells that problem by itself.
        """
        refusal = ""
        if problem and not problem.fields and theirs is None:
            refusal = self.words.say(problem.message)
        return self.page(
            f"badges/{template}.html",
            staff.edition,
            status=problem.status if problem else 200,
            staff=staff,
            labels=gate_words.said(gate_words.LABELS, self.words),
            refusal=refusal,
            theirs=theirs,
            done=self.request.query_params.get("done", ""),
            **context,
        )

    def show_form(
        self,
        template: str,
        staff: Staff,
        sent: Sent,
        *,
        problem: Problem | None = None,
        **context: Any,
    ) -> AnyResponse:
        """Answer with a form: what was typed, and each mistake beside its field."""
        fields = problem.fields if problem else {}
        errors = {name: self.words.say(text) for name, text in fields.items()}
        return self.show(
            template,
            staff,
            problem=problem,
            sent={name: values[-1] for name, values in sent.items() if values},
            ticked=sent,
            errors=errors,
            places=gate_views.places(errors, self.words),
            **context,
        )


async def at_bench(
    request: AnyRequest, db: Given[Db], page: Given[Page], now: Given[datetime], ids: Given[Ids]
) -> Bench:
    """Give a route of the doors its bench."""
    return Bench(request, db, page, now, ids)


def place(staff: Staff, path: str) -> str:
    """Return the address of a page of the doors, such as `gates?done=stored`."""
    return f"/organiser/{staff.edition.slug}/doors/{path}"
