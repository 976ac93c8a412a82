"""The address of a model server, judged before a frame is sent there. Opens no socket.

This machine is always allowed. Another one is allowed because the user named it in the settings,
and over https, so that nobody on the way sees the frames or the key.
"""

import ipaddress
import os
import socket
from dataclasses import dataclass

import httpx

from utils.errors import ConfigError

MAX_LABEL = 63  # characters between two dots of a host name, RFC 1035
MAX_PORT = 65_535
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Endpoint:
    """url: base address without a slash at its end. It holds no secret and may be shown."""

    url: str
    host: str
    is_local: bool


def parse_endpoint(address: str, *, allow_http: bool = False) -> Endpoint:
    """The endpoint at `address`. Raises ConfigError saying what is wrong with it.

    allow_http: another machine may be reached without encryption.
    """
    url = _url(address)
    number = _number(url.host)
    is_local = url.host == "localhost" or (number is not None and number.is_loopback)
    if number and (number.is_link_local or number.is_multicast or number.is_unspecified):
        raise ConfigError(
            f"describer.endpoint {_plain(url)}: no model server has such an address (at link-local "
            "ones cloud machines keep their credentials); for this machine write 127.0.0.1"
        )
    if url.scheme == "http" and not is_local and not allow_http:
        raise ConfigError(
            f"describer.endpoint {_plain(url)} would send frames unencrypted to another machine: "
            "use https://, or set describer.allow_http if you trust the network between"
        )
    return Endpoint(_plain(url), url.host, is_local)


def read_key(variable: str) -> str:
    """The key in an environment variable, "" where there is none.

    Raises ConfigError, without the value, for a key that cannot stand in a header.
    """
    key = os.environ.get(variable, "").strip()
    if not all("!" <= letter <= "~" for letter in key):
        raise ConfigError(
            f"the key in the variable {variable} holds a space or a foreign character"
        )
    return key


def _url(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address.strip())
    except httpx.InvalidURL as error:
        raise ConfigError(f"describer.endpoint is no address: {error}") from error
    if url.userinfo or url.query or url.fragment:
        raise ConfigError(
            "describer.endpoint must hold no name, password, query or fragment, for it is written "
            "into reports: put the key into the variable that describer.api_key_env names"
        )
    is_host = url.host and max(map(len, url.host.split("."))) <= MAX_LABEL
    if url.scheme not in ("http", "https") or not is_host or (url.port or 0) > MAX_PORT:
        raise ConfigError(
            f"describer.endpoint {address.strip()[:80]!r}: write it like http://127.0.0.1:11434/v1"
        )
    return url


def _plain(url: httpx.URL) -> str:
    return str(url).rstrip("/")


def _number(host: str) -> Address | None:
    """The IP address that `host` writes out, also as 127.1 or 2130706433; None for a name."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        try:
            return ipaddress.ip_address(socket.inet_aton(host))
        except OSError:
            return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
