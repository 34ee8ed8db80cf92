"""The proxies of docs/deploy, run with their own files: only names, ports and paths are this machine's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.ports import free_port
from tests.servers import ROOT
from tests.wide.certificate import Certificate
from tests.wide.daemon import Daemon

DEPLOY = ROOT / "docs" / "deploy"
NAME = "api.curaway.example"
LISTED = re.compile(r"127\.0\.0\.1:800([1-4])")


class Proxy(Daemon):
    """A proxy over these processes, at `https://localhost:<port>`; `changes` are made to its file, each just once."""

    file: str

    def __init__(
        self, upstreams: Sequence[str], certificate: Certificate, *, changes: Mapping[str, str] | None = None
    ) -> None:
        super().__init__()
        self.url = f"https://localhost:{self.port}"
        self.certificate = certificate
        self._upstreams = [url.removeprefix("http://") for url in upstreams]
        self._changes = changes or {}

    def configuration(self) -> str:
        """The documented file for this machine."""
        text = self._listing((DEPLOY / self.file).read_text())
        for old, new in {**self.of_this_machine(), **self._changes}.items():
            assert text.count(old) == 1, f"{self.file} has {text.count(old)} times: {old}"
            text = text.replace(old, new)
        return text

    def of_this_machine(self) -> dict[str, str]:
        raise NotImplementedError

    def _listing(self, text: str) -> str:
        raise NotImplementedError

    def _written(self) -> Path:
        path = self.folder / self.file
        path.write_text(self.configuration())
        return path


class Nginx(Proxy):
    name, file = "nginx", "nginx.conf"

    def arguments(self) -> Sequence[str]:
        return ("-c", str(self._written()), "-p", str(self.folder), "-g", "daemon off;")

    def of_this_machine(self) -> dict[str, str]:
        temporary = "".join(
            f"    {kind}_temp_path {self.folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        return {
            "user www-data;": "user root;",
            "/run/nginx.pid": f"{self.folder}/nginx.pid",
            "worker_processes auto;": "worker_processes 2;",
            "http {\n": f"http {{\n{temporary}",
            "/var/log/nginx/error.log": "stderr",
            "listen 80;": f"listen 127.0.0.1:{free_port()};",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{self.port} ssl http2;",
            "/etc/ssl/curaway/fullchain.pem": str(self.certificate.chain),
            "/etc/ssl/curaway/privkey.pem": str(self.certificate.key),
        }

    def _listing(self, text: str) -> str:
        line = re.compile(r"( +server )127\.0\.0\.1:800\d( [^\n]*\n)")
        first = line.search(text)
        assert first is not None
        ours = "".join(f"{first[1]}{address}{first[2]}" for address in self._upstreams)
        return text[: first.start()] + ours + line.sub("", text[first.start() :])


class Caddy(Proxy):
    name, file = "caddy", "Caddyfile"

    def arguments(self) -> Sequence[str]:
        return ("run", "--config", str(self._written()), "--adapter", "caddyfile")

    def environment(self) -> dict[str, str]:
        return {"XDG_DATA_HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}

    def of_this_machine(self) -> dict[str, str]:
        return {
            "{\n\tservers {": "{\n\tadmin off\n\tauto_https disable_redirects\n\tservers {",
            f"{NAME} {{\n\t#": f"https://localhost:{self.port} {{\n\ttls {self.certificate.chain} "
            f"{self.certificate.key}\n\t#",
        }

    def _listing(self, text: str) -> str:
        listed = " ".join(f"127.0.0.1:800{number}" for number in range(1, 5))
        assert text.count(listed) == 1
        return text.replace(listed, " ".join(self._upstreams))
