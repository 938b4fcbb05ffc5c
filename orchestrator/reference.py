"""The reference page of the API at /docs, drawn by Swagger UI from files of our own: it works without a way to the internet and tells nobody who reads it."""

from importlib.resources import files

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

ASSETS = "/docs/assets"


def install(app: FastAPI) -> None:
    """Add the page and its files, which the package fastapi-offline carries."""
    app.mount(ASSETS, StaticFiles(directory=str(files("fastapi_offline") / "static")), name="reference")
    app.add_api_route("/docs", _page, include_in_schema=False, response_class=HTMLResponse)


def _page(request: Request) -> HTMLResponse:
    """The app comes with the request: FastAPI keeps every endpoint that it has looked at, and one that held its app would keep that alive too."""
    app: FastAPI = request.app
    return get_swagger_ui_html(
        openapi_url=app.openapi_url or "/openapi.json",
        title=f"{app.title}: the API",
        swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{ASSETS}/favicon.png",
        swagger_ui_parameters={"persistAuthorization": True, "docExpansion": "none"},
    )
