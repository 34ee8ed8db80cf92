"""A mail server on 127.0.0.1 that takes everything and notes each mail's Message-ID:
`python -m bench.chaos.mailbox PORT NOTES`."""

from __future__ import annotations

import asyncio
import email
import sys
from pathlib import Path

from bench.chaos.notes import Notebook


class Mailbox:
    """SMTP as far as a client that only hands mails over speaks it."""

    def __init__(self, notes: Notebook) -> None:
        self._notes = notes

    async def serve(self, port: int) -> None:
        server = await asyncio.start_server(self._talk, "127.0.0.1", port)
        await server.serve_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"220 mail.example.test\r\n")
            while line := await reader.readline():
                word = line.split()[0].upper() if line.split() else b""
                writer.write(await self._answer(word, reader, writer))
                await writer.drain()
                if word == b"QUIT":
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, word: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        if word != b"DATA":
            return b"221 bye\r\n" if word == b"QUIT" else b"250 fine\r\n"
        writer.write(b"354 go on\r\n")
        content = await reader.readuntil(b"\r\n.\r\n")
        self._notes.note(mail=str(email.message_from_bytes(content)["Message-ID"]))
        return b"250 taken\r\n"


if __name__ == "__main__":
    asyncio.run(Mailbox(Notebook(Path(sys.argv[2]))).serve(int(sys.argv[1])))
