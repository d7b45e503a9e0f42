"""The way to this machine: names, certificates, the proxy in front, relays."""

from __future__ import annotations

import base64
import contextlib
import http.client
import ipaddress
import secrets
import socket
import ssl
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from node.check.finding import Finding, good
from node.check.here import is_private
from node.check.kept import until
from node.check.ours import PATIENCE_S
from node.config import Config, split_address
from node.errors import Text

_RENEW: Final = Text(
    "Renouvelez-le sur le proxy ; Caddy et certbot le font d’eux-mêmes si les ports 80 et 443 leur sont ouverts.",
    "Renew it on the proxy; Caddy and certbot do so by themselves where ports 80 and 443 are open to them.",
)
_STUN: Final = bytes.fromhex("000100002112a442")  # a binding request, RFC 8489 section 5


def people_can_reach_us(config: Config) -> list[Finding]:
    """Browsers give cameras to https pages and to this machine's own only (Secure Contexts, 3.1)."""
    host = split_address(config.web.listen)[0]
    if config.web.public_url.startswith("https://") or config.web.tls_listen:
        return [good("web", "Les liens mènent à une page en https.", "Links lead to an https page.")]
    local = host in ("127.0.0.1", "::1", "localhost")
    return [
        Finding(
            "web",
            "warning",
            Text(
                "Seule cette machine peut ouvrir les liens."
                if local
                else "Sans https, les navigateurs refusent la caméra.",
                "Only this machine can open the links." if local else "Without https, browsers refuse the camera.",
            ),
            Text(
                "Réglez web.tls_listen (certificat du nœud), ou web.public_url derrière un proxy en https.",
                "Set web.tls_listen (the node’s certificate), or web.public_url behind an https proxy.",
            ),
        )
    ]


def media_can_reach_us(config: Config) -> list[Finding]:
    """A public page with private media addresses: people come in and see nothing."""
    url = config.web.public_url
    if not url:
        return []
    told = config.media.advertise or _own_address()
    if any(not is_private(address) for address in told) or _is_inside(url):
        return [good("media", f"Média annoncé sur {', '.join(told)}.", f"Media is offered on {', '.join(told)}.")]
    return [
        Finding(
            "media",
            "bad",
            Text(
                f"Le média n’est annoncé que sur des adresses privées ({', '.join(told) or '—'}).",
                f"Media is offered on private addresses only ({', '.join(told) or '—'}).",
            ),
            Text(
                "Mettez l’adresse publique dans media.advertise, et ouvrez media.listen en UDP et en TCP.",
                "Put the public address into media.advertise, and open media.listen for UDP and TCP.",
            ),
        )
    ]


def _own_address() -> tuple[str, ...]:
    """What the plane offers unless told otherwise. The routing table is asked; nothing is sent."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # RFC 5737: documentation only
        return (str(probe.getsockname()[0]),)
    return ()


def _is_inside(url: str) -> bool:
    """Whether the page itself is at private addresses: then so may the media be."""
    host = urlsplit(url).hostname or ""
    try:
        return all(is_private(address) for address in _resolved(host))
    except OSError:
        return False


def _resolved(host: str) -> list[str]:
    found = {str(row[4][0]).partition("%")[0] for row in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    return sorted(found, key=lambda word: (ipaddress.ip_address(word).version, word))


def public_url_answers(config: Config) -> list[Finding]:
    """The name, its certificate, the proxy and what it does with a WebSocket, as from outside; asked from here."""
    parts = urlsplit(config.web.public_url)
    if not parts.hostname:
        return []
    host, tls = parts.hostname, parts.scheme == "https"
    try:
        addresses = _resolved(host)
    except OSError as error:
        return [_no_name("web.public_url", host, error)]
    found = [good("dns", f"{host} : {', '.join(addresses)}.", f"{host}: {', '.join(addresses)}.")]
    port = parts.port or (443 if tls else 80)
    try:
        with socket.create_connection((host, port), PATIENCE_S) as plain:
            if not tls:
                return [*found, _upgrades(plain, host)]
            with ssl.create_default_context().wrap_socket(plain, server_hostname=host) as sealed:
                found.append(_certificate_lasts(sealed))
                return [*found, _upgrades(sealed, host)]
    except ssl.SSLCertVerificationError as error:
        why = error.verify_message or "?"
        return [
            *found,
            Finding(
                "certificate",
                "bad",
                Text(f"Le certificat de {host} est refusé ({why}).", f"{host}: the certificate is refused ({why})."),
                _RENEW,
            ),
        ]
    except OSError as error:
        why = error.strerror or str(error)
        return [
            *found,
            Finding(
                "web.public_url",
                "bad",
                Text(f"{host}:{port} ne répond pas ({why}).", f"{host}:{port} does not answer ({why})."),
                Text(
                    "Démarrez le proxy et ouvrez ce port ; si ce réseau n’atteint pas son adresse publique, essayez "
                    "d’ailleurs.",
                    "Start the proxy and open the port; where this network cannot reach its public address, try from "
                    "elsewhere.",
                ),
            ),
        ]


def _no_name(check: str, host: str, error: OSError) -> Finding:
    why = error.strerror or str(error)
    return Finding(
        check,
        "bad",
        Text(f"{host} n’a pas d’adresse ({why}).", f"{host} has no address ({why})."),
        Text("Créez l’enregistrement DNS, ou corrigez le nom.", "Make the DNS record, or correct the name."),
    )


def _certificate_lasts(sealed: ssl.SSLSocket) -> Finding:
    peer = sealed.getpeercert() or {}
    end = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(peer["notAfter"])), UTC)
    return until("certificate", end, datetime.now(UTC), _RENEW)


def _upgrades(connected: socket.socket, host: str) -> Finding:
    """A WebSocket that says nothing and goes: 101 shows that the whole way lets one through (RFC 6455, 4.2.2)."""
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    lines = ("GET /ws HTTP/1.1", f"Host: {host}", "Connection: Upgrade", "Upgrade: websocket",
             "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}", "", "")  # fmt: skip
    connected.sendall("\r\n".join(lines).encode("ascii"))
    answer = http.client.HTTPResponse(connected)
    try:
        answer.begin()
        status = answer.status
    except http.client.HTTPException:
        status = 0
    if status == 101:
        return good("websocket", "Les WebSockets passent.", "WebSockets get through.")
    if status >= 500:
        return Finding(
            "websocket",
            "warning",
            Text(
                f"Le proxy répond {status} : le nœud ne tourne pas ?", f"The proxy answers {status}: no node running?"
            ),
            Text("Démarrez le nœud, puis essayez encore.", "Start the node, then try again."),
        )
    return Finding(
        "websocket",
        "bad",
        Text(f"Un WebSocket ne passe pas (réponse {status}).", f"A WebSocket does not get through (answer {status})."),
        Text(
            "Le proxy doit transmettre Upgrade et Connection, en HTTP/1.1 : Caddy le fait de lui-même ; nginx : "
            "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;",
            "The proxy must pass Upgrade and Connection on, by HTTP/1.1: Caddy does so by itself; nginx: "
            "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;",
        ),
    )


def relays_answer(config: Config) -> list[Finding]:
    """Each TURN server: a STUN answer over UDP, a connection over TCP."""
    return [_relay_answers(url) for url in config.turn.urls]


def _relay_answers(url: str) -> Finding:
    scheme, _, rest = url.partition(":")
    address, _, query = rest.partition("?")
    host, _, port = address.rpartition(":") if ":" in address else (address, "", "")
    number = int(port) if port.isdecimal() else (5349 if scheme == "turns" else 3478)  # RFC 7065, 3.1
    try:
        if scheme == "turn" and "transport=tcp" not in query:
            _stun(host, number)
        else:
            with socket.create_connection((host, number), PATIENCE_S) as plain:
                if scheme == "turns":
                    ssl.create_default_context().wrap_socket(plain, server_hostname=host).close()
    except socket.gaierror as error:
        return _no_name("turn.urls", host, error)
    except OSError as error:
        why = error.strerror or str(error)
        return Finding(
            "turn.urls",
            "bad",
            Text(f"{url} ne répond pas ({why}).", f"{url} does not answer ({why})."),
            Text(
                "Sur sa machine : systemctl status coturn ; ce port est-il ouvert ici, et turn.urls juste ?",
                "On its machine: systemctl status coturn; is this port open, and turn.urls right?",
            ),
        )
    return good("turn.urls", f"{url} répond.", f"{url} answers.")


def _stun(host: str, port: int) -> None:
    """A binding request, as often as RFC 8489 section 6.2.1 would in the time. Raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    name = secrets.token_bytes(12)
    with socket.socket(family, kind, protocol) as asks:
        asks.connect(address)
        for wait in (0.5, 1.0, 1.5):
            asks.settimeout(wait)
            asks.send(_STUN + name)
            with contextlib.suppress(TimeoutError):
                if asks.recv(1500)[8:20] == name:
                    return
    raise TimeoutError("timed out")
