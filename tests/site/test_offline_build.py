"""What a build makes for readers without a network: the worker and its list, manifest, stand-in."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from playwright.sync_api import Browser, expect

from site_builder.build import build_site
from site_builder.offline import CORE_PAGES, PRINTED_FORM, STAND_IN, printed_form
from tests.site.test_build import run

FORBIDDEN = re.compile(r"^/(gui|tra-cuu|can-bo|api|s|_shell|so-tay-can-bo|chia-se/tai)(/|$)")
BUILD = re.compile(r"BUILD=(\{.*?\}\})")


def kept(site: Path) -> dict[str, Any]:
    """Return what the built worker keeps: its core, the rest, its version."""
    script = (site / "sw.js").read_text(encoding="utf-8")
    match = BUILD.search(script)
    assert match is not None
    text = match[1].replace("`", '"')
    return dict(json.loads(re.sub(r"([{,])([A-Za-z]+):", r'\1"\2":', text)))


def test_every_address_of_the_list_is_a_file_of_the_site_with_that_content(
    built_site: Path,
) -> None:
    lists = kept(built_site)

    for address, digest in {**lists["core"], **lists["rest"]}.items():
        path = built_site / address.lstrip("/")
        path = path / "index.html" if address.endswith("/") else path
        assert hashlib.sha256(path.read_bytes()).hexdigest().startswith(digest), address


def test_the_list_holds_the_pages_for_residents_and_nothing_of_one_person(
    built_site: Path,
) -> None:
    lists = kept(built_site)
    every = [*lists["core"], *lists["rest"]]

    assert [address for address in every if FORBIDDEN.match(address)] == []
    assert {*CORE_PAGES} <= {*lists["core"]}
    assert "/search.json" in lists["rest"]
    assert len(every) == len({*every})
    guides = (built_site / "huong-dan").glob("*/index.html")
    assert {f"/huong-dan/{guide.parent.name}/" for guide in guides} <= {*every}


def test_the_core_is_what_every_page_loads_and_small(built_site: Path) -> None:
    core = kept(built_site)["core"]
    assets = {address.split("/")[-1].split(".")[0] for address in core if "/assets/" in address}

    def weight(address: str) -> int:
        path = built_site / address.lstrip("/")
        path = path / "index.html" if address.endswith("/") else path
        return path.with_name(f"{path.name}.br").stat().st_size

    assert {"site", "icon"} <= assets
    assert "search" not in assets
    assert "forms" not in assets
    assert sum(map(weight, core)) < 75_000


@pytest.mark.usefixtures("fixed_zip_size")
def test_one_changed_page_changes_the_version_and_only_its_own_entry(
    project: Path, edit: Callable[[str, str, str], int]
) -> None:
    before = kept(build_site(project).site_dir)
    edit("content/huong-dan/mo-hinh.md", "Đây là cách", "Đây đúng là cách")

    after = kept(build_site(project).site_dir)

    assert before["version"] != after["version"]
    assert before["core"] == after["core"]
    changed = {key for key, value in after["rest"].items() if before["rest"][key] != value}
    assert changed == {"/huong-dan/mo-hinh/", "/search.json"}


def test_a_build_without_the_worker_ends_an_earlier_one(project: Path) -> None:
    done = run(project, "build", "--without-worker")

    assert done.returncode == 0, done.stderr
    script = (project / "site/sw.js").read_text(encoding="utf-8")
    assert "caches.delete" in script
    assert "fetch" not in script


def test_the_manifest_offers_no_installation(built_site: Path) -> None:
    manifest = json.loads((built_site / "manifest.webmanifest").read_text(encoding="utf-8"))

    assert manifest["display"] == "browser"
    assert manifest["name"] == "An ninh phường qua VNeID"
    assert (built_site / manifest["icons"][0]["src"].lstrip("/")).is_file()


def test_nothing_of_search_or_offline_is_loaded_with_a_page(built_site: Path) -> None:
    for page in built_site.rglob("index.html"):
        tree: Any = html.parse(str(page)).getroot()
        scripts = [str(source) for source in tree.xpath("//script/@src")]
        assert not any("search" in source or "sw.js" in source for source in scripts), page


def test_the_stand_in_loads_nothing_and_lets_in_its_one_style(built_site: Path) -> None:
    text = (built_site / STAND_IN.lstrip("/")).read_text(encoding="utf-8")
    tree: Any = html.document_fromstring(text)

    assert tree.xpath("//script | //img | //iframe | //link[@rel='stylesheet'] | //@style") == []
    assert tree.xpath("//link/@href") == ["data:,"]
    digest = hashlib.sha256(tree.xpath("string(//style)").encode()).digest()
    policy = tree.xpath("string(//meta[@http-equiv]/@content)")
    assert f"'sha256-{base64.b64encode(digest).decode()}'" in policy
    assert "unsafe" not in policy
    assert tree.xpath("//a[starts-with(@href, 'tel:')]/@href") == ["tel:113", "tel:114", "tel:115"]
    assert "Kiến nghị, phản ánh về ANTT" in text


@pytest.mark.browser
def test_the_stand_in_is_whole_in_a_browser_with_nothing_else(
    browser: Browser, built_site: Path
) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    with closing(browser.new_context(viewport={"width": 360, "height": 740})) as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.goto((built_site / STAND_IN.lstrip("/")).as_uri())

        expect(page.get_by_role("heading", level=1)).to_have_text("Máy chủ đang tạm nghỉ")
        call = page.get_by_role("link", name="113 Công an")
        assert call.evaluate("element => getComputedStyle(element).display") == "block"
        assert page.evaluate("document.documentElement.scrollWidth") == 360

    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in asked if url.startswith("file:")]) == 1
    assert complaints == []


def test_the_stand_in_leads_to_the_printed_form_where_there_is_one(tmp_path: Path) -> None:
    assert printed_form(tmp_path) is None
    for name in ("phieu-giay-tdp-1.0123456789.pdf", "phieu-giay.0123456789.pdf"):
        file = tmp_path / PRINTED_FORM.replace("phieu-giay*.pdf", name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"%PDF-")

    assert printed_form(tmp_path) == "/chia-se/tai/phieu-giay.0123456789.pdf"
