"""What goes wrong with an answer on its way: each of these happened to someone."""

ELSE_ENTIRELY = {
    "empty": b"",
    "blank": b" \r\n\t ",
    "web page": b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in</body></html>",
    "error as text": b"Too Many Requests\r\n",
    "error as JSON": b'{"status":"ERROR","error":"no such plan"}',
    "JSON of another shape": b'[1, {"results": 3, "chart": [], "facts": null}, "x"]',
    "null": b"null",
    "NULs": bytes(200),
    "a zip's head": b"PK\x03\x04" + bytes(40),
    "a gzip's head": b"\x1f\x8b\x08\x00" + bytes(20),
    "a broken Parquet": b"PAR1" + bytes(20) + b"PAR1",
}


def damaged(body: bytes) -> dict[str, bytes]:
    """Return every damaged form of ``body``, by what happened to it."""
    half = len(body) // 2
    return ELSE_ENTIRELY | {
        "cut at 10 %": body[: len(body) // 10],
        "cut in half": body[:half],
        "cut at 95 %": body[: len(body) * 95 // 100],
        "not UTF-8": body[:half] + b"\xff\xfe\xfa" + body[half:],
        "sent twice": body + body,
    }
