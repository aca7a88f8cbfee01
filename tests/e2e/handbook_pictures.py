"""The handbook's pictures, taken from the running product: `python -m tests.e2e.handbook_pictures`.

Each picture has a place and the texts that must be seen there: a test walks the same way, so that a
page whose words changed asks for a new picture.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import Connection

from forms_api.accounts.permissions import Role, officer_actor
from forms_api.accounts.queue_keys import check_recovery_key
from forms_api.notify.worker import run_round
from forms_api.reports.intake import submit
from forms_api.reports.reading import RevealReason
from forms_api.reports.service import ReportService, open_service, utc_now
from forms_api.reports.trash import TrashReason, put_in_trash
from forms_api.settings import read_settings
from forms_api.store import outbox
from forms_api.vault.receipts import report_id
from tests.browser import launched
from tests.e2e import desk
from tests.e2e.browsing import PHONE
from tests.e2e.installation import ROOT, Installation, bare_site, install
from tests.reports.samples import a_submission

FOLDER = ROOT / "content" / "images" / "so-tay"
DENSITY = 2
COLOURS = 48
"""Enough for text on flat ground."""

MAX_BYTES = 60_000
ANSWER = (
    "Tối thứ Bảy, chúng tôi đã đến quán ở đầu ngõ và đã nhắc chủ quán cho nhỏ tiếng. "
    "Việc lại xảy ra, xin bà con viết thêm ở trang này. (Trả lời mẫu.)"
)

COUNTED = (
    ("tieng-on-karaoke", "tdp-vi-du-1"),
    ("tieng-on-karaoke", "tdp-vi-du-2"),
    ("lan-chiem-long-le-duong", "tdp-vi-du-1"),
    ("an-toan-giao-thong", "tdp-vi-du-3"),
)
"""Reports that numbers show: samples stand in none."""

CHANNEL = "json://127.0.0.1:9"
"""Somewhere to send notices, so that the desk does not say that nobody is told. Nothing goes there."""

TRIED_FOR = dt.timedelta(days=4)
"""About so long it takes until a notice that cannot be sent is given up."""


@dataclass(frozen=True)
class Scene:
    """Where the pictures are taken: a browser page, the desk's address, who is there, the samples."""

    page: Page
    url: str
    installation: Installation
    invitation: str
    references: Mapping[str, str]
    people: dict[str, desk.Person]

    def sample(self, name: str) -> None:
        """Open a sample's page."""
        desk.open_report(self.page, self.url, self.references[name])


@dataclass(frozen=True)
class Picture:
    """One picture: how to get there, what of the page is shown, what must be read there.

    Without `part`, it shows what the phone shows.
    """

    name: str
    go: Callable[[Scene], None]
    texts: Sequence[str]
    part: Callable[[Page], Locator] | None = None


def _open_invitation(scene: Scene) -> None:
    scene.page.goto(f"{scene.url}/can-bo/loi-moi/")


def _set_password(scene: Scene) -> None:
    desk.open_invitation(scene.page, scene.url, scene.invitation)
    # Nobody should scan what stands in a book.
    scene.page.locator(".qr svg").evaluate("picture => picture.style.visibility = 'hidden'")


def _sign_in_page(scene: Scene) -> None:
    scene.people["mau"] = desk.set_password(scene.page, "mau")
    scene.page.goto(f"{scene.url}/can-bo/vao/")


def _today(scene: Scene) -> None:
    desk.sign_in(scene.page, scene.url, scene.people["mau"])
    scene.page.evaluate("document.querySelector('.cards').scrollIntoView()")


def _waiting(scene: Scene) -> None:
    scene.sample("karaoke")


def _read(scene: Scene) -> None:
    scene.sample("trom-xe")
    scene.page.get_by_role("heading", name="Người gửi kể").scroll_into_view_if_needed()
    scene.page.evaluate("document.querySelector('#nguoi-gui').scrollIntoView({block: 'center'})")


def _move(scene: Scene) -> None:
    scene.sample("karaoke")
    desk.claim_and_receive(scene.page)


def _preview(scene: Scene) -> None:
    desk.preview_answer(scene.page, ANSWER)


def _vneid(scene: Scene) -> None:
    scene.sample("trom-xe")
    scene.page.get_by_text("Chép sang VNeID").click()


def _links(scene: Scene) -> None:
    scene.sample("karaoke-lan-hai")


def _list(scene: Scene) -> None:
    scene.page.goto(f"{scene.url}/can-bo/phieu/")


def _enter(scene: Scene) -> None:
    scene.page.goto(f"{scene.url}/can-bo/nhap-phieu/")
    _scroll_to(scene.page.get_by_role("heading", level=1))


def _found(scene: Scene) -> None:
    desk.search(scene.page, scene.url, "trom xe")
    expect(scene.page.get_by_role("status")).to_be_visible()


def _numbers(scene: Scene) -> None:
    with _service(scene) as service:
        for category, area in COUNTED:
            submit(service, a_submission(category=category, area=area))
    scene.page.goto(f"{scene.url}/can-bo/so-lieu/")


@contextmanager
def _service(scene: Scene) -> Iterator[ReportService]:
    """Give the installation's own service, for what others do meanwhile."""
    settings = read_settings(scene.installation.environment())
    service = open_service(settings, reference_prefix="XG")
    try:
        yield service
    finally:
        service.database.close()


def _invite(scene: Scene) -> None:
    scene.page.goto(f"{scene.url}/can-bo/nguoi/moi/")
    desk.confirm_if_asked(scene.page, scene.people["mau"])


def _trash(scene: Scene) -> None:
    colleague = Role.STANDING
    desk.new_invitation(scene.installation, "mau-hai", colleague, full_name="Cán Bộ Mẫu Hai")
    with _service(scene) as service:
        sent = a_submission(area="tdp-vi-du-2")
        submit(service, sent)
        put_in_trash(
            service.database,
            actor=officer_actor("mau-hai", colleague),
            report_id=report_id(sent.submission_id),
            version=1,
            reason=TrashReason.TRIAL,
        )
    scene.page.goto(f"{scene.url}/can-bo/thung-rac/")
    _scroll_to(scene.page.get_by_role("heading", level=1))


def _log(scene: Scene) -> None:
    scene.sample("trom-xe")
    scene.page.get_by_text("Cần biết người gửi là ai").click()
    scene.page.get_by_label("Cần biết để làm gì").select_option(RevealReason.CALL_BACK.value)
    scene.page.get_by_role("button", name="Hiện tên và cách liên lạc").click()
    expect(scene.page.get_by_text("Lần xem này đã vào nhật ký.")).to_be_visible()
    _found(scene)
    scene.page.goto(f"{scene.url}/can-bo/nhat-ky/")
    _scroll_to(scene.page.locator("details", has_text="Lọc kỹ hơn"))


def _keys(scene: Scene) -> None:
    desk.sign_out(scene.page)
    invitation = desk.new_invitation(
        scene.installation, "quan-tri-mau", Role.ADMIN, full_name="Quản Trị Mẫu"
    )
    keeper = desk.accept(scene.page, scene.url, invitation, name="quan-tri-mau")
    desk.sign_in(scene.page, scene.url, keeper)
    with _service(scene) as service:
        check_recovery_key(service.database, scene.installation.identity, actor="cli:mau")
    scene.page.goto(f"{scene.url}/can-bo/khoa/khoi-phuc/")
    desk.confirm_if_asked(scene.page, keeper)
    scene.page.get_by_label("Khóa này sẽ cất ở đâu").fill("Két thứ hai (nơi bịa)")
    scene.page.get_by_role("button", name="Làm khóa và hiện ra").click()
    expect(scene.page.get_by_text("Chỉ hiện một lần này.")).to_be_visible()
    scene.page.goto(f"{scene.url}/can-bo/khoa/")
    _scroll_to(scene.page.get_by_role("heading", name="Khóa khôi phục trên giấy"))


def _notices(scene: Scene) -> None:
    now = utc_now()

    def post(connection: Connection) -> None:
        outbox.post(connection, "report.waiting", report_id=None, at=now - TRIED_FOR)

    def give_up(connection: Connection) -> None:
        for _ in range(outbox.MAX_ATTEMPTS):
            outbox.mark_failed(connection, outbox.unsent(connection), at=now, why="not delivered")

    with _service(scene) as service:
        run_round(service.database, lambda _title, _body: True)
        service.database.write(post)
        service.database.write(give_up)
    scene.page.goto(f"{scene.url}/can-bo/thong-bao/")
    _scroll_to(scene.page.get_by_text("Gửi lúc nào"))


def _scroll_to(place: Locator) -> None:
    place.evaluate("place => place.scrollIntoView()")


def _section_of(heading: str) -> Callable[[Page], Locator]:
    def find(page: Page) -> Locator:
        return page.locator("section.sheet", has=page.get_by_role("heading", name=heading))

    return find


def _vneid_part(page: Page) -> Locator:
    return page.locator("details.sheet", has_text="Chép sang VNeID")


PICTURES: tuple[Picture, ...] = (
    Picture("nhan-loi-moi.png", _open_invitation, ("Nhận lời mời", "Tiếp tục")),
    Picture("dat-mat-khau.png", _set_password, ("1. Đặt mật khẩu", "2. Nối điện thoại", "Xong")),
    Picture("vao.png", _sign_in_page, ("Vào bàn làm việc", "Mã 6 số trên điện thoại")),
    Picture("hom-nay.png", _today, ("đang chờ nhận", "Nhận phiếu chờ lâu nhất")),
    Picture("nhan-phieu.png", _waiting, ("Làm gì bây giờ?", "Nhận về tôi")),
    Picture("doc-phieu.png", _read, ("Người gửi kể", "Người gửi là ai", "Đang được che.")),
    Picture(
        "chuyen-buoc.png",
        _move,
        ("Chuyển phiếu sang", "Mẫu câu trả lời", "Lý do (chỉ cán bộ đọc)"),
        _section_of("Chuyển bước"),
    ),
    Picture("xem-truoc.png", _preview, ("Người gửi sẽ thấy như thế này", "Sửa lại")),
    Picture("chep-sang-vneid.png", _vneid, ("Chép sang VNeID", "Chép"), _vneid_part),
    Picture(
        "phieu-lien-quan.png",
        _links,
        ("Phiếu này trùng với", "Bỏ nối"),
        _section_of("Phiếu liên quan"),
    ),
    Picture("danh-sach.png", _list, ("Đang chờ", "Lọc kỹ hơn")),
    Picture("nhap-thay.png", _enter, ("Nhập phiếu thay người khác", "Viết trên giấy")),
    Picture("tim.png", _found, ("Tìm trong phiếu", "tìm thấy")),
    Picture("moi-mot-nguoi.png", _invite, ("Mời một người", "Tên đăng nhập", "Vai trò")),
    Picture("so-lieu.png", _numbers, ("Số liệu", "Nhận trong kỳ")),
    Picture("thung-rac.png", _trash, ("chờ người thứ hai", "Cán Bộ Mẫu Hai", "Đồng ý xóa")),
    Picture("nhat-ky.png", _log, ("Nhật ký", "Xem người gửi là ai, vì:", "đọc nội dung")),
    Picture(
        "khoa.png",
        _keys,
        ("Khóa khôi phục trên giấy", "thử gần nhất", "chưa thử lần nào", "Thêm khóa khôi phục"),
    ),
    Picture(
        "thong-bao.png",
        _notices,
        ("Máy gửi làm việc gần nhất", "đã thử 20 lần", "Gửi lại tất cả", "Bỏ tất cả"),
    ),
)
"""In the order in which somebody walks from one to the next."""


def install_with_samples(folder: Path) -> tuple[Installation, dict[str, str]]:
    """Return an installation with sample reports, and their references by name.

    Its site is one bare page: the real one is built with the pictures that are made here.
    """
    installation = install(folder / "installation", bare_site(folder / "site"))
    made = json.loads(installation.run("samples", "add", "--json").stdout)
    worked = installation.run(
        "worker", "--once"
    )  # else today's page says that nobody sends notices
    assert worked.returncode == 0, worked.stderr
    return installation, {sample["name"]: sample["reference"] for sample in made}


def walk(browser: Browser, folder: Path, visit: Callable[[Picture, Page], None]) -> None:
    """Go to the place of every picture, in order, and `visit` it."""
    installation, references = install_with_samples(folder)
    invitation = desk.new_invitation(installation, "mau", Role.STANDING, full_name="Cán Bộ Mẫu")
    with (
        installation.serving(workers=1, FORMS_NOTIFY_URLS=CHANNEL) as server,
        closing(
            browser.new_context(
                viewport=PHONE, device_scale_factor=DENSITY, color_scheme="light", locale="vi-VN"
            )
        ) as context,
    ):
        scene = Scene(context.new_page(), server.url, installation, invitation, references, {})
        for picture in PICTURES:
            picture.go(scene)
            visit(picture, scene.page)


def take_all(folder: Path) -> list[Path]:
    """Write all pictures into `folder` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    taken: list[Path] = []

    def take(picture: Picture, page: Page) -> None:
        place = page if picture.part is None else picture.part(page)
        path = folder / picture.name
        with Image.open(BytesIO(place.screenshot())) as shot:
            small = shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        small.save(path, optimize=True)
        taken.append(path)

    with tempfile.TemporaryDirectory() as work, launched() as browser:
        walk(browser, Path(work), take)
    return taken


if __name__ == "__main__":
    for made in take_all(FOLDER):
        sys.stdout.write(f"{made.relative_to(ROOT)}  {made.stat().st_size // 1024} KiB\n")
