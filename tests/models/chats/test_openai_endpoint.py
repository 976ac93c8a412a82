"""Which addresses a model server may have."""

import pytest

from models.chats.openai_endpoint import parse_endpoint
from utils.errors import ConfigError


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:11434/v1",
        "http://localhost:8000/v1/",
        "http://[::1]:8080/v1",
        "http://127.1/v1",
        "http://[::ffff:127.0.0.1]/v1",
    ],
)
def test_this_machine_needs_no_encryption(address: str) -> None:
    endpoint = parse_endpoint(address)
    assert endpoint.is_local
    assert not endpoint.url.endswith("/")


def test_another_machine_is_reached_over_https() -> None:
    assert not parse_endpoint("https://models.example/v1").is_local
    assert not parse_endpoint("https://192.168.1.7:8443/v1").is_local


@pytest.mark.parametrize(
    "address",
    ["http://models.example/v1", "http://192.168.1.7:8000/v1", "http://localhost.evil.example/v1"],
)
def test_another_machine_without_encryption_must_be_allowed(address: str) -> None:
    with pytest.raises(ConfigError, match=r"allow_http"):
        parse_endpoint(address)
    assert not parse_endpoint(address, allow_http=True).is_local


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "2852039166", "0xa9fea9fe", "[fe80::1]", "[::ffff:169.254.169.254]",
     "0.0.0.0", "224.0.0.1"],
)  # fmt: skip
def test_addresses_that_no_server_has_are_refused(host: str) -> None:
    for scheme in ("http", "https"):
        with pytest.raises(ConfigError, match="no model server"):
            parse_endpoint(f"{scheme}://{host}/v1", allow_http=True)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "127.0.0.1:11434/v1",
        "localhost",
        "file:///etc/passwd",
        "ftp://127.0.0.1/v1",
        "http://",
        "http:///v1",
        "http://127.0.0.1:port/v1",
        "http://127.0.0.1:99999/v1",
        "https://a\nb/v1",
        f"https://{'a' * 70}.example/v1",
    ],
)
def test_what_is_no_address_is_told(address: str) -> None:
    with pytest.raises(ConfigError, match=r"describer\.endpoint"):
        parse_endpoint(address)


@pytest.mark.parametrize(
    "address", ["https://me:sk-12345678@a.example/v1", "https://a/v1?key=sk-1"]
)
def test_secrets_in_an_address_are_refused_without_being_shown(address: str) -> None:
    with pytest.raises(ConfigError, match="api_key_env") as caught:
        parse_endpoint(address)
    assert "sk-1" not in str(caught.value)
