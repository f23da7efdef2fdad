"""Print runs for the organisers' team: chosen, started, watched, taken, cancelled."""

from litestar import Router, get

from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.web import AnyResponse, Given

HERE = "/organiser/{slug:str}/badges"


@get(HERE, include_in_schema=False, opt={"deed": Deed.PRINT_BADGES})
async def runs_page(staff: Given[Staff], page: Given[Page]) -> AnyResponse:
    """Show the print runs of an edition."""
    return page("badges/runs.html", staff.edition, staff=staff)


router = Router("/", route_handlers=[runs_page])
