"""Officers at the desk in a real browser: coming in by invitation, signing in, the acts of a morning.

Nobody waits for a phone's next code: the code of the step before counts too, and codes from paper
stand in for the phone.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field

import pyotp
from playwright.sync_api import Page, expect

from forms_api.accounts.permissions import Role
from forms_api.accounts.second_factor import STEP_SECONDS
from tests.e2e.installation import Installation

PASSWORD = "con trâu đi cày ruộng sâu"
MARGIN_SECONDS = 10
"""A code of the step before is not typed when less than this is left of the present one."""


@dataclass
class Person:
    """Somebody with a password in the head, a secret on the phone, codes on paper."""

    name: str
    password: str
    secret: str
    papers: list[str] = field(default_factory=list)
    last_step: int = 0

    def code(self) -> str:
        """Return a code that counts now: from the phone if one is left, else from paper."""
        present, passed = divmod(int(time.time()), STEP_SECONDS)
        before = present - 1
        has_time = passed < STEP_SECONDS - MARGIN_SECONDS
        for step, may_use in ((before, has_time), (present, True)):
            if may_use and step > self.last_step:
                self.last_step = step
                return pyotp.TOTP(self.secret).at(step * STEP_SECONDS)
        return self.papers.pop()


def new_invitation(
    installation: Installation, name: str, role: Role, *, full_name: str | None = None
) -> str:
    """Invite somebody with the recovery key, as an operator does, and return the code."""
    key_file = installation.folder / "recovery-key.txt"
    key_file.write_text(f"{installation.recovery_key}\n", encoding="utf-8")
    key_file.chmod(0o600)
    named = () if full_name is None else ("--full-name", full_name)
    done = installation.run(
        *("officers", "add", "--name", name, "--role", role.value, *named),
        *("--identity-file", str(key_file), "--json"),
    )
    key_file.unlink()
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["invitation"])


def open_invitation(page: Page, url: str, invitation: str) -> None:
    """Type the code of an invitation."""
    page.goto(f"{url}/can-bo/loi-moi/")
    page.get_by_label("Mã mời").fill(invitation)
    page.get_by_role("button", name="Tiếp tục").click()


def set_password(page: Page, name: str, *, password: str = PASSWORD) -> Person:
    """Set a password and connect the phone on the page that an invitation opened."""
    secret = page.locator(".secret").inner_text().replace(" ", "")
    person = Person(name, f"{password} {name}", secret)
    page.get_by_label("Mật khẩu mới", exact=True).fill(person.password)
    page.get_by_label("Gõ lại mật khẩu mới").fill(person.password)
    page.get_by_label("Mã 6 số trên điện thoại").fill(person.code())
    page.get_by_role("button", name="Xong").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chép lại các mã giấy")
    person.papers = page.locator(".codes code").all_inner_texts()
    return person


def accept(page: Page, url: str, invitation: str, *, name: str) -> Person:
    """Use an invitation to its end and return the person, who is not signed in yet."""
    open_invitation(page, url, invitation)
    return set_password(page, name)


def sign_in(page: Page, url: str, person: Person) -> None:
    """Sign in and arrive at today's page."""
    page.goto(f"{url}/can-bo/vao/")
    page.get_by_label("Tên đăng nhập").fill(person.name)
    page.get_by_label("Mật khẩu", exact=True).fill(person.password)
    page.get_by_label("Mã 6 số trên điện thoại").fill(person.code())
    page.get_by_role("button", name="Vào", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Chào")


def confirm_if_asked(page: Page, person: Person) -> None:
    """Type password and code again where a dangerous act asks for them."""
    if "/can-bo/xac-nhan/" not in page.url:
        return
    page.get_by_label("Mật khẩu", exact=True).fill(person.password)
    page.get_by_label("Mã 6 số trên điện thoại").fill(person.code())
    page.get_by_role("button", name="Xác nhận").click()


def invite(page: Page, url: str, inviter: Person, *, name: str, role: Role) -> str:
    """Invite a colleague from the page of people and return the code."""
    page.goto(f"{url}/can-bo/nguoi/moi/")
    confirm_if_asked(page, inviter)
    page.get_by_label("Tên đăng nhập").fill(name)
    page.get_by_label("Vai trò").select_option(role.value)
    page.get_by_role("button", name="Làm mã mời").click()
    return page.locator("#code").inner_text().strip()


def open_report(page: Page, url: str, reference: str) -> None:
    """Open a report from the list."""
    page.goto(f"{url}/can-bo/phieu/")
    page.get_by_role("link", name=reference).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(reference)


def claim_and_receive(page: Page) -> None:
    """Claim the report on this page and take it over for good."""
    page.get_by_role("button", name="Nhận về tôi").click()
    page.get_by_role("button", name="Tiếp nhận", exact=True).click()
    expect(page.get_by_role("heading", name="Chuyển bước")).to_be_visible()


def preview_answer(page: Page, text: str) -> None:
    """Write an answer and look at it as its reader will see it."""
    page.get_by_label("Lời gửi cho người gửi phiếu").fill(text)
    page.get_by_role("button", name="Xem trước rồi gửi").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Người gửi sẽ thấy như thế này")


def send_previewed(page: Page) -> None:
    """Send what the preview shows."""
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_role("heading", name="Viết cho người gửi")).to_be_visible()


def move_on(page: Page, *, to: str, answer: str = "", reason: str = "") -> None:
    """Move the report on this page, through the preview if the reporter is told something."""
    page.get_by_label("Chuyển phiếu sang").select_option(to)
    page.get_by_label("Lời trả lời cho người gửi").fill(answer)
    page.get_by_label("Lý do (chỉ cán bộ đọc)").fill(reason)
    page.get_by_role("button", name="Tiếp tục").click()
    send = page.get_by_role("button", name="Gửi", exact=True)
    if send.count():
        send.click()


def search(page: Page, url: str, words: str) -> None:
    """Look for words in what was told."""
    page.goto(f"{url}/can-bo/tim/")
    page.get_by_label("Tìm những chữ nào").fill(words)
    page.get_by_role("button", name="Tìm", exact=True).click()


def sign_out(page: Page) -> None:
    """Leave the desk."""
    page.get_by_role("button", name="Thoát").click()
    expect(page.get_by_text("Đã thoát.")).to_be_visible()
