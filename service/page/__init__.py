"""The page people read with and the reference people program with: files of our own, nothing asked from elsewhere."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, current_app, render_template, send_file

from service.contract import build_contract
from service.page.reference import describe_contract

_EXAMPLE = Path(__file__).parents[2] / "examples" / "article.txt"
# Nothing inline and nothing from elsewhere; no string of an article may ever become markup or code.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

blueprint = Blueprint("page", __name__, static_folder="static", static_url_path="/page", template_folder="templates")


@blueprint.after_request
def _protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    # A new version of the service must not meet old scripts: browsers ask each time and mostly hear "not modified".
    response.headers["Cache-Control"] = "no-cache"
    return response


def archive_is_on() -> bool:
    """True when this service stores articles."""
    return current_app.extensions.get("onrecord.archive") is not None


@blueprint.get("/")
def show_page() -> str:
    """The page: paste an article, see who said what."""
    return render_template("page.html", archive=archive_is_on())


@blueprint.get("/docs")
def show_reference() -> str:
    """The API reference, written from the contract."""
    return render_template("reference.html", reference=describe_contract(build_contract()))


@blueprint.get("/page/example.txt")
def get_example() -> Response:
    """The article behind "Try an example"; 404 where the service runs without the examples."""
    if not _EXAMPLE.is_file():
        abort(404)
    return send_file(_EXAMPLE, mimetype="text/plain")
