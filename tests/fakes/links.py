"""The fake of Links: it says what it was asked for."""

from urllib.parse import urlencode


class FakeLinks:
    def link(self, bucket: str, key: str, version_id: str | None, *, name: str) -> str:
        which = urlencode({"key": key, "version": version_id, "name": name})
        return f"https://{bucket}.example/?{which}"
