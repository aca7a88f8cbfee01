"""Builds the static site: `python build.py [build|check|serve]`.

Exit codes: 0 done, 1 a mistake in `content/` or a failed build, 2 wrong use. A page that is past its day
of checking is a warning, no mistake.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import sys
from pathlib import Path
from typing import TextIO

from forms_api.errors import ContentError
from site_builder.build import BuildReport, build_site, check_site
from site_builder.content import SiteContent
from site_builder.errors import BuildError
from site_builder.freshness import SOON_DAYS, Duty, duties, vietnam_today, words
from site_builder.render import ENGINES

ROOT = Path(__file__).resolve().parent


def main(arguments: list[str] | None = None) -> int:
    """Run the command line in `arguments` (default: the process's) and return the exit code."""
    options = build_parser().parse_args(arguments)
    try:
        _run(options)
    except ContentError as error:
        print(f"Có {len(error.problems)} chỗ cần sửa:", file=sys.stderr)
        for problem in error.problems:
            where = _below(problem.file, options.root)
            print(f"  {where}:{problem.line}: {problem.message}", file=sys.stderr)
    except BuildError as error:
        print("Không dựng được trang; bản cũ vẫn giữ nguyên:", file=sys.stderr)
        for reason in error.reasons:
            print(f"  {reason}", file=sys.stderr)
    except OSError as error:
        print(f"Không đọc hoặc ghi được tệp: {error}", file=sys.stderr)
    else:
        return 0
    return 1


def _run(options: argparse.Namespace) -> None:
    if options.command == "check":
        content, stage = check_site(options.root)
        print(f"Nội dung không có lỗi: {len(stage.pages)} trang.")
        _print_due(content, options.root)
    elif options.command == "serve":
        from site_builder.serve import serve  # noqa: PLC0415 (watching is not needed to build)

        serve(options.root, engine=options.engine, port=options.port)
    else:
        gc.disable()  # one build makes little garbage and then ends: a tenth faster
        _print_report(
            build_site(
                options.root,
                site_dir=options.site_dir,
                engine=options.engine,
                worker=options.worker,
            )
        )


def _print_due(content: SiteContent, root: Path) -> None:
    """Say what is past its day of checking, as a warning, and what will be soon."""
    today = vietnam_today()
    found = duties(content)
    late = [duty for duty in found if duty.is_late(today)]
    soon = [duty for duty in found if duty.is_soon(today)]
    if late:
        print(f"Cảnh báo: {len(late)} chỗ đã quá hạn kiểm tra:", file=sys.stderr)
        _print_duties(late, today, root, sys.stderr)
    if soon:
        print(f"Đến hạn kiểm tra trong {SOON_DAYS} ngày tới: {len(soon)} chỗ:")
        _print_duties(soon, today, root, sys.stdout)
    if found and not late and not soon:
        first = found[0]
        print(f"Chưa chỗ nào đến hạn kiểm tra; gần nhất: {words(first, today)}.")


def _print_duties(found: list[Duty], today: dt.date, root: Path, to: TextIO) -> None:
    for duty in found:
        print(f"  {_below(duty.path, root)}:{duty.line}: {words(duty, today)}", file=to)


def _below(path: Path, root: Path) -> Path:
    return path.relative_to(root) if path.is_relative_to(root) else path


def _print_report(report: BuildReport) -> None:
    steps = ", ".join(f"{name} {seconds:.2f}" for name, seconds in report.seconds.items())
    view = report.first_view
    print(f"Đã dựng {report.pages} trang vào {report.site_dir} ({steps} giây).")
    print(
        f"Lần xem đầu nặng nhất trong các bài: {view.address} {view.bytes / 1000:.1f} KB (brotli)."
    )


def build_parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    parser = argparse.ArgumentParser(prog="build.py", description="Dựng trang tĩnh của phường.")
    parser.add_argument(
        "command",
        nargs="?",
        default="build",
        choices=("build", "check", "serve"),
        help="build: dựng trang (mặc định); check: chỉ kiểm tra content/; serve: dựng lại khi sửa",
    )
    parser.add_argument("--engine", default="mkdocs", choices=sorted(ENGINES), help="bộ dựng trang")
    parser.add_argument(
        "--site-dir", type=Path, default=None, help="nơi ghi trang (mặc định: site/)"
    )
    parser.add_argument(
        "--without-worker",
        dest="worker",
        action="store_false",
        help="gỡ bản lưu ngoại tuyến đã nằm trong trình duyệt của người đọc",
    )
    parser.add_argument("--port", type=int, default=8001, help="cổng của serve")
    parser.add_argument("--root", type=Path, default=ROOT, help="thư mục dự án")
    return parser


if __name__ == "__main__":
    sys.exit(main())
