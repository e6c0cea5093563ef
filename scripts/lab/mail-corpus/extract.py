# The attachments of mails as Python's own email package reads them, for comparison. Standard input has one path per line;
# standard output gets one line of JSON for each. Shares no code and no library with the worker.
import hashlib
import json
import sys
from email import message_from_bytes
from email.message import Message


class WithWholeMessages(Message):
    """A part that keeps a message inside a mail as one leaf."""

    def get_content_type(self):
        kind = super().get_content_type()
        return kind.replace("message/", "whole/", 1) if kind.startswith("message/") else kind


def attachments(part):
    """Every leaf that is not a body of the mail."""
    if part.is_multipart():
        for inner in part.get_payload():
            yield from attachments(inner)
        return
    named = part.get_filename() is not None or part.get_content_disposition() == "attachment"
    if named or part.get_content_type() not in ("text/plain", "text/html"):
        yield part, part.get_payload(decode=True) or b""


def describe(part, body):
    same_lines = body.replace(b"\r\n", b"\n").strip()
    return {
        "type": part.get_content_type().replace("whole/", "message/"),
        "name": str(part.get_filename()) if part.get_filename() is not None else None,
        "bytes": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
        # For text: ignores line ends and surrounding blanks.
        "text": hashlib.sha256(same_lines).hexdigest(),
    }


def read(path):
    # Read bytes: parsing from an open text file would change line ends.
    with open(path, "rb") as file:
        message = message_from_bytes(file.read(), _class=WithWholeMessages)
    return [describe(part, body) for part, body in attachments(message)]


for line in sys.stdin:
    path = line.rstrip("\n")
    try:
        answer = {"path": path, "attachments": read(path)}
    except Exception as error:  # Python fails on some mails too.
        answer = {"path": path, "error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
