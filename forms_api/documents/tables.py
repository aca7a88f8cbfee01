"""The numbers of a period as tables: every screen, file and document shows these and no others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms_api.documents import wording
from forms_api.documents.names import Names
from forms_api.documents.template_files import one_line
from forms_api.reports.counted import NOT_SAID
from forms_api.reports.statistics import Counts, Numbers

Count = int | float | None


@dataclass(frozen=True)
class NumberRow:
    """One line: what was counted, how many, and how many in the period before if that is shown."""

    label: str
    counts: tuple[Count, ...]


@dataclass(frozen=True)
class NumberTable:
    """Numbers under one title; `headings` names the label's column first, then one for each count.

    `is_comparable` tells that all rows count the same thing, so that bars side by side mean something.
    """

    id: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[NumberRow, ...]
    is_comparable: bool = True


def tables(
    numbers: Numbers, names: Names, *, before: Numbers | None = None
) -> Sequence[NumberTable]:
    """Return all tables of a period, beside the numbers of the one before if these are given."""
    shown = [numbers] if before is None else [numbers, before]
    periods = tuple(one.period.name for one in shown)
    return [
        NumberTable(
            id=id_,
            title=title,
            headings=(heading, *periods),
            rows=tuple(rows(shown, names)),
            is_comparable=rows is not _totals,
        )
        for id_, title, heading, rows in _TABLES
    ]


def cell(value: Count) -> str:
    """Return a count as a page or a document shows it."""
    return wording.number(value)


_TOTALS: Sequence[tuple[str, Callable[[Numbers], Count]]] = (
    ("Nhận trong kỳ", lambda n: n.received),
    ("trong đó: gấp", lambda n: n.urgent),
    ("trong đó: ẩn danh", lambda n: n.anonymous),
    ("trong đó: có tên hoặc cách liên lạc", lambda n: n.named),
    ("Xong trong kỳ", lambda n: n.finished),
    ("trong đó: đúng hạn", lambda n: n.on_time),
    ("trong đó: quá hạn", lambda n: n.late),
    ("trong đó: chưa đặt hạn", lambda n: n.no_deadline),
    ("Một nửa số phiếu xong trong (ngày)", lambda n: n.median_days),
    ("Chín phần mười số phiếu xong trong (ngày)", lambda n: n.ninety_percent_days),
    ("Mở lại", lambda n: n.reopened),
    ("Lời nhắn của người gửi", lambda n: n.messages_from_reporters),
    ("Câu trả lời của cán bộ", lambda n: n.messages_from_officers),
)

_Rows = Callable[[Sequence[Numbers], Names], Iterator[NumberRow]]


def _totals(shown: Sequence[Numbers], _names: Names) -> Iterator[NumberRow]:
    for label, count in _TOTALS:
        yield NumberRow(label, tuple(count(numbers) for numbers in shown))


def _listed(labels: Mapping[str, str], of: Callable[[Numbers], Counts]) -> _Rows:
    """Return rows of a closed list: every line of it, in its order, also where there was none."""

    def rows(shown: Sequence[Numbers], _names: Names) -> Iterator[NumberRow]:
        for key in of(shown[0]):
            yield NumberRow(labels[key], tuple(of(numbers)[key] for numbers in shown))

    return rows


def _found(
    labels_of: Callable[[Names], Mapping[str, str]], of: Callable[[Numbers], Counts], not_said: str
) -> _Rows:
    """Return rows of what was found in the periods shown, most first; what names none comes last."""

    def rows(shown: Sequence[Numbers], names: Names) -> Iterator[NumberRow]:
        labels = labels_of(names)
        keys = {key for numbers in shown for key in of(numbers)}
        found = [
            (key, _label(labels, key, not_said), tuple(of(n).get(key, 0) for n in shown))
            for key in keys
        ]
        for _, label, counts in sorted(found, key=_most_first):
            yield NumberRow(label, counts)

    return rows


def _label(labels: Mapping[str, str], key: str, not_said: str) -> str:
    return not_said if key == NOT_SAID else one_line(labels.get(key, key))


def _most_first(found: tuple[str, str, tuple[int, ...]]) -> tuple[object, ...]:
    key, label, counts = found
    return (key == NOT_SAID, [-count for count in counts], label, key)


_TABLES: Sequence[tuple[str, str, str, _Rows]] = (
    ("tong-hop", "Tổng hợp", "Việc", _totals),
    (
        "trang-thai",
        "Phiếu nhận trong kỳ nay đến đâu",
        "Trạng thái",
        _listed(wording.STATES, lambda n: n.states),
    ),
    (
        "ket-qua",
        "Phiếu xong trong kỳ: kết quả",
        "Kết quả",
        _listed(wording.STATES, lambda n: n.finished_as),
    ),
    (
        "loai-viec",
        "Phiếu nhận trong kỳ: loại việc",
        "Loại việc",
        _found(lambda names: names.categories, lambda n: n.by_category, wording.NO_CATEGORY),
    ),
    (
        "to-dan-pho",
        "Phiếu nhận trong kỳ: tổ dân phố",
        "Tổ dân phố",
        _found(lambda names: names.areas, lambda n: n.by_area, wording.NO_AREA),
    ),
    (
        "kenh",
        "Phiếu nhận trong kỳ: đến bằng cách nào",
        "Kênh",
        _found(lambda names: names.channels, lambda n: n.by_channel, wording.NOT_KNOWN),
    ),
    (
        "lien-ket",
        "Phiếu nhận trong kỳ: liên kết đã chia sẻ",
        "Liên kết",
        _found(lambda names: names.links, lambda n: n.by_link, wording.NO_LINK),
    ),
    (
        "luot-mo",
        "Lượt mở đường dẫn ngắn trong kỳ",
        "Đường dẫn",
        _found(lambda names: names.links, lambda n: n.visits_by_link, wording.NO_LINK),
    ),
    (
        "hai-long",
        "Phiếu xong trong kỳ: người gửi đánh giá",
        "Đánh giá",
        _listed(wording.SATISFACTIONS, lambda n: n.satisfaction),
    ),
    (
        "de-rieng",
        "Để riêng, không tính vào các số trên",
        "Lý do",
        _listed(wording.KEPT_APART, lambda n: n.kept_apart),
    ),
)
