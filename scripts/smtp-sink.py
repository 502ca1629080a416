#!/usr/bin/python3
"""A mail server that delivers nothing: it keeps every message it accepts as a file.

    smtp-sink.py FOLDER READY-FILE

Listens on a free port of 127.0.0.1 and writes that port to READY-FILE once it serves. Each message becomes
FOLDER/<Message-ID>.eml, byte for byte as received; a second message with the same Message-ID becomes
<Message-ID>.2.eml, so that a double is seen and not hidden. Ends on SIGTERM or SIGINT with exit code 0.
"""

import asyncio
import re
import signal
import sys
from email.parser import BytesHeaderParser
from pathlib import Path

from aiosmtpd.smtp import SMTP


def file_stem(content):
    """A file name for a message: its Message-ID without brackets, in characters that any file system takes.

    >>> file_stem(b"Message-ID: <DI-6M.2019-H2.0624200.S4@example.lv>\\r\\n\\r\\nText")
    'DI-6M.2019-H2.0624200.S4@example.lv'
    >>> file_stem(b"Message-ID: <../../etc/passwd>\\r\\n\\r\\n")
    'etc-passwd'
    >>> file_stem(b"Subject: none\\r\\n\\r\\n")
    'without-message-id'
    """
    message_id = BytesHeaderParser().parsebytes(content).get("Message-ID", "")
    return re.sub(r"[^A-Za-z0-9@._+-]+", "-", str(message_id)).strip("-.")[:200] or "without-message-id"


class Keeper:
    """Keeps accepted messages in a folder. One event loop runs it, so no two messages meet."""

    def __init__(self, folder):
        self.folder = folder

    def free_path(self, stem):
        """The path for the next message of that name."""
        path, number = self.folder / f"{stem}.eml", 1
        while path.exists():
            number += 1
            path = self.folder / f"{stem}.{number}.eml"
        return path

    async def handle_DATA(self, server, session, envelope):
        """Called by aiosmtpd with a whole message: it is on disk before it is said to be accepted."""
        path = self.free_path(file_stem(envelope.original_content))
        partial = path.with_suffix(".partial")
        partial.write_bytes(envelope.original_content)
        partial.rename(path)
        return "250 2.0.0 kept"


async def serve(folder, ready_file):
    """Serves until a signal asks to end."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    keeper = Keeper(folder)
    server = await loop.create_server(
        lambda: SMTP(keeper, hostname="localhost", ident="sink", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0
    )
    port = server.sockets[0].getsockname()[1]
    partial = ready_file.with_suffix(".partial")
    partial.write_text(f"{port}\n", encoding="ascii")
    partial.rename(ready_file)
    await ended.wait()
    server.close()


def main():
    """Reads the arguments and serves."""
    if len(sys.argv) != 3:
        sys.exit("usage: smtp-sink.py FOLDER READY-FILE")
    folder, ready_file = map(Path, sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(serve(folder, ready_file))


if __name__ == "__main__":
    main()
