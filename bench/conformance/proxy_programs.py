"""nginx and Caddy in front of a target, with as little configuration as their users write."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from bench.conformance.target import Target
from bench.conformance.verdict import DoesNotApply
from bench.ports import free_port

SBIN = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
"""Debian keeps servers out of a user's PATH."""
STARTS_WITHIN_SECONDS = 10.0

NGINX = """\
daemon off;
# One process, which stays who it is: workers of a master would be `nobody`, who may not write here.
master_process off;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        {options}
        location / {{ proxy_pass {origin}; }}
    }}
}}
"""
CADDY = """\
{{
	admin off
	auto_https off
}}
http://127.0.0.1:{port} {{
	{options}
	reverse_proxy {origin}
}}
"""


@contextlib.asynccontextmanager
async def behind_nginx(target: Target, options: str = "") -> AsyncIterator[Target]:
    """The target through nginx, whose default is to buffer; `options` are lines of its server block."""
    async with _behind(target, "nginx", NGINX, options, ("-e", "stderr", "-c")) as through:
        yield through


@contextlib.asynccontextmanager
async def behind_caddy(target: Target, options: str = "") -> AsyncIterator[Target]:
    """The target through Caddy."""
    async with _behind(target, "caddy", CADDY, options, ("run", "--adapter", "caddyfile", "--config")) as through:
        yield through


@contextlib.asynccontextmanager
async def _behind(
    target: Target, program: str, template: str, options: str, arguments: Sequence[str]
) -> AsyncIterator[Target]:
    found = shutil.which(program, path=SBIN)
    if found is None:
        raise DoesNotApply(f"{program} is not installed")
    with tempfile.TemporaryDirectory(prefix="curaway-conformance-") as name:
        folder, port = Path(name), free_port()
        configuration = folder / "configuration"
        configuration.write_text(
            template.format(folder=folder, port=port, options=options, origin=target.address.origin)
        )
        process = await asyncio.create_subprocess_exec(
            found,
            *arguments,
            str(configuration),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=(folder / "said.log").open("wb"),
            start_new_session=True,
            env={**os.environ, "XDG_DATA_HOME": name, "XDG_CONFIG_HOME": name},
        )
        try:
            await _listening(process, port, folder / "said.log")
            yield target.with_address(target.address.through(port))
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                await process.wait()


async def _listening(process: asyncio.subprocess.Process, port: int, log: Path) -> None:
    async with asyncio.timeout(STARTS_WITHIN_SECONDS):
        while True:
            if process.returncode is not None:
                raise RuntimeError(f"the proxy ended: {log.read_text()[-200:]}")
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)
