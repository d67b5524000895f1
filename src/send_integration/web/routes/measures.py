"""The measures that inspectors ask for, over time, and each as a file; no child is in them."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from send_integration.errors import NotReady
from send_integration.warehouse.inspection.declared import inspection_measures
from send_integration.warehouse.inspection.shown import ShownMeasures, measure_shown, measures_shown
from send_integration.web import measure_charts, measure_words
from send_integration.web.context import Site
from send_integration.web.policy import Action

BY_NAME = {measure.name: measure for measure in inspection_measures()}


def routes(site: Site) -> APIRouter:
    """GET /measures and /measures/{measure}.csv."""
    router = APIRouter()

    @router.get("/measures")
    def show_measures(request: Request) -> Response:
        session = site.permit(request, Action.SEE_MEASURES)
        site.note_shown(session, Action.SEE_MEASURES, "the measures")
        return site.page("measures.html", session, found=_found(site), words=measure_words, charts=measure_charts)

    @router.get("/measures/{measure}.csv")
    def send_measure(request: Request, measure: str) -> Response:
        session = site.permit(request, Action.SEE_MEASURES)
        if measure not in BY_NAME:
            raise HTTPException(404)
        site.note_shown(session, Action.SEE_MEASURES, f"the measure {measure}, as a file")
        try:
            found, up_to = measure_shown(site.engine, BY_NAME[measure])
        except NotReady:
            return RedirectResponse("/measures", status_code=303)  # which says why there is none
        return Response(
            measure_words.as_file(found, up_to),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{measure}.csv"'},
        )

    return router


def _found(site: Site) -> ShownMeasures | None:
    """All measures, or None where the warehouse holds nothing yet of which they could be made."""
    try:
        found = measures_shown(site.engine)
    except NotReady:
        return None
    return found if found.has_any else None
