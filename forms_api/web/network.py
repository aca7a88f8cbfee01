"""The network a request came from, as far as anything may count by it."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address


def network_of(address: str | None) -> str:
    """Return what stands for a client's network: an IPv4 address whole, of IPv6 the first 64 bits.

    An IPv4 address already stands for a household or a crowd; one line has all of a /64.
    """
    try:
        parsed = ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else f"{int(parsed) >> 64:x}/64"
    return str(parsed)
