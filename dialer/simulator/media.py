"""Sounds that are elsewhere: fetched once and kept, as Asterisk's res_http_media_cache does."""

from typing import Final

from aiohttp import ClientError, ClientSession, ClientTimeout

_TIMEOUT: Final = ClientTimeout(total=10)


class MediaCache:
    """What has been fetched. Only WAV counts as a sound."""

    def __init__(self) -> None:
        self._kept: set[str] = set()

    async def has(self, url: str) -> bool:
        """Whether there is a sound at `url`: known from before, or fetched now."""
        if url not in self._kept:
            try:
                async with ClientSession(timeout=_TIMEOUT) as session, session.get(url) as answer:
                    is_sound = answer.status == 200 and (await answer.read()).startswith(b"RIFF")
            except (ClientError, TimeoutError):
                return False
            if is_sound:
                self._kept.add(url)
        return url in self._kept
