"""A second version of the regulation, made up for tests: nobody ever signed it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

SIGNED = "2027-03-01"
NEW_ARTICLE = "- Bản thử: hằng quý, thành viên cùng rà lại danh sách liên hệ."


def second_version(data_dir: Path) -> dict[str, Any]:
    """Return the first version changed in every way that a version can change.

    Điều 4: a number differs. Điều 5: a clause is gone. Điều 9: one more paragraph. A new article comes
    after Điều 9, so that the last three move down. Điều 3 is gone, and so 4 to 9 move up.
    """
    text = (data_dir / "regulation.yml").read_text(encoding="utf-8")
    version: dict[str, Any] = yaml.safe_load(text)
    version |= {"signed": SIGNED, "date_line": "P. Xương Giang, ngày 01 tháng 3 năm 2027"}
    version["notes"] = [note | {"articles": []} for note in version["notes"][:4]]
    first, second, third, _ = version["chapters"]
    first["articles"] = first["articles"][:2]
    second["articles"][0]["opening"] = second["articles"][0]["opening"].replace("14", "16")
    second["articles"][1]["clauses"] = second["articles"][1]["clauses"][:2]
    third["articles"][1]["clauses"].append("- Đối với bản thử: thêm một đoạn mới.")
    third["articles"].insert(
        2,
        {
            "number": 0,
            "heading": "Điều 0. Rà soát định kỳ",
            "label": "Điều 0. Rà soát định kỳ",
            "description": "Điều này chỉ có trong bản thử, để xem một điều thêm mới hiện ra thế nào.",
            "clauses": [NEW_ARTICLE],
        },
    )
    articles = [article for chapter in version["chapters"] for article in chapter["articles"]]
    for number, article in enumerate(articles, start=1):
        old = f"Điều {article['number']}"
        for key in ("heading", "label", "description"):
            article[key] = article[key].replace(old, f"Điều {number}", 1)
        article["number"] = number
    return version


def add_version(data_dir: Path, version: dict[str, Any], *, name: str | None = None) -> Path:
    """Write a later version where an editor would put it and return its file."""
    path = data_dir / "regulation" / f"{name or version['signed']}.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(version, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path
