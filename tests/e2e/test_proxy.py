"""The proxy's example configuration in a real nginx: TLS, limits, the stand-in, the closed desk."""

from __future__ import annotations

import datetime as dt
import ipaddress
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.e2e.installation import ROOT, Installation, Installer, Server, free_port
from tests.e2e.senders import FORM, NETWORK_SECONDS, Sender, is_receipt, photo_with_place
from tests.e2e.test_sending_over_http import LIMIT_BYTES, LIMIT_WORDS, multipart
from tests.store.waiting import wait_until

EXAMPLE = ROOT / "deploy/nginx.conf"
AROUND = """user root;
daemon off;
pid {folder}/nginx.pid;
events {{}}
http {{
    types {{ text/html html; text/css css; }}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {servers}
}}
"""
PROXY_PARAMS = """proxy_set_header Host $host;
proxy_set_header X-Real-IP $remote_addr;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
"""
STAND_IN = "Máy chủ đang tạm nghỉ"
MEGABYTE = 2**20


@dataclass
class Proxied:
    """A service behind nginx."""

    installation: Installation
    server: Server
    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Where residents reach it."""
        return f"https://127.0.0.1:{self.port}"

    def client(self, context: ssl.SSLContext | bool = False) -> httpx.Client:
        """Return somebody's browser, which trusts the certificate."""
        return httpx.Client(base_url=self.url, verify=context, timeout=NETWORK_SECONDS)


@pytest.fixture
def proxied(new_installation: Installer, site_dir: Path, tmp_path: Path) -> Iterator[Proxied]:
    """An installation that residents reach through nginx alone, as the example says."""
    program = shutil.which("nginx")
    if program is None:
        pytest.skip("nginx is not on this machine (apt-get install nginx-light)")
    installation = new_installation(FORMS_HTTPS="1", FORMS_TRUSTED_PROXIES="1")
    folder, port = tmp_path / "nginx", free_port()
    folder.mkdir()
    with installation.serving() as server:
        (folder / "nginx.conf").write_text(
            AROUND.format(folder=folder, servers=here(folder, site_dir, server, port)),
            encoding="utf-8",
        )
        made = Proxied(installation, server, folder, port)
        with (folder / "said").open("wb") as said:
            process = subprocess.Popen(
                [program, "-p", str(folder), "-c", "nginx.conf"], stdout=said, stderr=said
            )
        try:
            wait_until(lambda: answers(made, process))
            yield made
        finally:
            process.terminate()
            process.wait(timeout=30)


def here(folder: Path, site_dir: Path, server: Server, port: int) -> str:
    """Return the example with the addresses, paths and ports of this test, and nothing else changed."""
    certificate, key = self_signed(folder)
    (folder / "proxy_params").write_text(PROXY_PARAMS, encoding="utf-8")
    text = EXAMPLE.read_text(encoding="utf-8")
    for old, new in {
        "    listen 80;\n    listen [::]:80;\n": f"    listen 127.0.0.1:{free_port()};\n",
        "listen 443 ssl http2;\n    listen [::]:443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "/etc/letsencrypt/live/ward.example/fullchain.pem": str(certificate),
        "/etc/letsencrypt/live/ward.example/privkey.pem": str(key),
        "http://127.0.0.1:8000": server.url,
        "/srv/ward-safety/site": str(site_dir),
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for this machine; return it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ward.example")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


def answers(proxied: Proxied, process: subprocess.Popen[bytes]) -> bool:
    """Tell whether the service answers through the proxy; a proxy that ended says why."""
    assert process.poll() is None, (proxied.folder / "said").read_text()
    try:
        with proxied.client() as client:
            return client.get("/healthz").is_success
    except httpx.TransportError:
        return False


def sender(proxied: Proxied) -> Sender:
    """Return a resident who comes through the proxy."""
    return Sender(proxied.url)


def test_a_report_with_a_photo_comes_through_and_leaves_no_address_behind(
    proxied: Proxied,
) -> None:
    with closing(sender(proxied)) as resident:
        resident.write()
        reply = resident.send(photo=photo_with_place())

    assert is_receipt(reply)
    assert reply.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert [cookie.secure for cookie in resident.client.cookies.jar] == [True]
    written = [path for path in proxied.folder.rglob("*") if path.is_file()]
    said = b"".join(path.read_bytes() for path in written if path.suffix not in {".conf", ".pem"})
    assert b"127.0.0.1" not in said
    assert proxied.installation.references()


@pytest.mark.parametrize("size", [LIMIT_BYTES + 1, LIMIT_BYTES + 60 * MEGABYTE])
def test_a_body_over_the_limit_gets_the_page_that_names_the_limit(
    proxied: Proxied, size: int
) -> None:
    with proxied.client() as client:
        reply = client.post(
            FORM,
            content=b"".join(multipart(size)),
            headers={"Content-Type": "multipart/form-data; boundary=cut"},
        )

    assert reply.status_code == 413
    assert LIMIT_WORDS in reply.text


@pytest.mark.parametrize(
    ("version", "is_spoken"),
    [
        (ssl.TLSVersion.TLSv1_1, False),
        (ssl.TLSVersion.TLSv1_2, True),
        (ssl.TLSVersion.TLSv1_3, True),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_only_tls_1_2_and_newer_is_spoken(
    proxied: Proxied, version: ssl.TLSVersion, is_spoken: bool
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version

    with proxied.client(context) as client:
        if is_spoken:
            assert client.get("/healthz").is_success
        else:
            with pytest.raises(httpx.ConnectError):
                client.get("/healthz")


def test_while_the_service_is_down_guides_stay_and_forms_give_way_to_the_stand_in(
    proxied: Proxied,
) -> None:
    proxied.server.kill()
    with proxied.client() as client:
        pages = [client.get(address) for address in (FORM, "/tra-cuu/")]
        sent = client.post("/tra-cuu/", data={"code": "abc"})
        guide = client.get("/huong-dan/gui-phan-anh-vneid/")
        frame = client.get("/_shell/page.html.j2")

    for page in (*pages, sent):
        assert page.status_code == 503
        assert STAND_IN in page.text
        assert int(page.headers["Retry-After"]) > 0
        assert page.headers["Cache-Control"] == "no-store"
    assert guide.status_code == 200
    assert "Gửi phản ánh an ninh" in guide.text
    assert guide.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert frame.status_code == 404

    proxied.server.start()
    with closing(sender(proxied)) as resident:
        resident.write()
        assert is_receipt(resident.send())


def test_the_desk_and_the_api_answer_the_wards_own_network_alone(proxied: Proxied) -> None:
    with proxied.client() as client:
        statuses = {client.get(path).status_code for path in ("/can-bo/", "/api/v1/reports")}

    assert statuses == {403}
