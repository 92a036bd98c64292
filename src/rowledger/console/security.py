"""Who may ask the console: the browser that was opened with its token, and pages of its own.

The console listens on loopback, where every program of the machine and every page in the browser
can reach it. Another site's page is refused by its Origin, a name that was made to point here by
its Host, and whoever has no session by its cookie.
"""

import hmac
import secrets
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_FORM_BYTES = 64 << 10
OPENING = "/open"
# What a script of our pages sends along where a form has a field.
CSRF_HEADER = "X-Rowledger-CSRF"
# No session is asked for: a refusal is to look like a page, too.
_STATIC = "/static/"
_SAFE = frozenset({"GET", "HEAD"})
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: browsers then send the Origin null with the forms of our own pages.
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Admission:
    """The token of the address that is opened, which is good for once, and the session it gives.

    csrf: what each form of the session's pages sends along.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.token: str | None = secrets.token_urlsafe(32)
        self.csrf = secrets.token_urlsafe(32)
        self._session = secrets.token_urlsafe(32)
        # A browser sends a cookie to every port of a host: two consoles have two names.
        self._cookie = f"rowledger-console-{port}"

    @property
    def address(self) -> str:
        """What is opened; once, and not when its token was used."""
        return f"http://127.0.0.1:{self.port}{OPENING}?token={self.token}"

    @property
    def hosts(self) -> tuple[str, ...]:
        return (f"127.0.0.1:{self.port}", f"localhost:{self.port}")

    def admit(self, token: str) -> Response:
        """Begin the session; raise HTTPException where the token is not the one, or was used."""
        if self.token is None or not hmac.compare_digest(token.encode(), self.token.encode()):
            raise HTTPException(
                403,
                "This address was used already, or is none of this console's. Go on in the browser"
                " in which it was opened; or end rowledger console in its terminal with Ctrl+C and"
                " start it again, which opens another address.",
            )
        self.token = None
        answer = RedirectResponse("/", 303)
        answer.set_cookie(self._cookie, self._session, path="/", httponly=True, samesite="strict")
        return answer

    def knows(self, headers: Headers) -> bool:
        """Whether a request has the session's cookie."""
        try:
            given = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return False
        return given is not None and _same(given.value, self._session)

    def check_origin(self, headers: Headers) -> None:
        """Raise HTTPException unless a request that changes something is from a page of ours."""
        ours = headers.get("origin") == f"http://{headers.get('host')}"
        if not ours:
            raise HTTPException(403, "This was sent from another site's page: nothing was done.")

    def check_csrf(self, given: str) -> None:
        """Raise HTTPException unless the page that sent a request knows the session's secret."""
        if not _same(given, self.csrf):
            raise HTTPException(
                403, "The page is of an earlier console: load it anew. Nothing was done."
            )


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), known.encode())


class Guard:
    """Wraps the whole application: refuses whoever may not ask, and sets each answer's headers."""

    def __init__(
        self, app: ASGIApp, admission: Admission, refused: Callable[[HTTPException], Response]
    ) -> None:
        self._app = app
        self._admission = admission
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        refusal = self._refusal(scope)
        answer = self._app if refusal is None else self._refused(refusal)
        await answer(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> HTTPException | None:
        """Why a request is refused; None where it is not."""
        headers, path = Headers(scope=scope), scope["path"]
        if headers.get("host", "") not in self._admission.hosts:
            return HTTPException(421, "This console answers at its own address only.")
        try:
            if scope["method"] not in _SAFE:
                self._admission.check_origin(headers)
        except HTTPException as refusal:
            return refusal
        if path.startswith(_STATIC) or path == OPENING or self._admission.knows(headers):
            return None
        return HTTPException(
            403,
            "This browser has no session here. Open the address that rowledger console printed; if"
            " it was used already, end the command with Ctrl+C and start it again.",
        )


async def form_of(request: Request, admission: Admission) -> dict[str, str]:
    """Read a form that a page of ours sent; raise HTTPException where it is none."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise HTTPException(413, "The form is too long.")
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        raise HTTPException(400, "The form cannot be read.") from None
    form = {name: values[-1] for name, values in fields.items()}
    admission.check_csrf(form.get("csrf", ""))
    return form
