"""Documents that are bad in ways that only show from outside: what is refused is named in one sentence and nothing is lost, and the process that
reads a PDF dies at its limits."""
import os
import resource
import time
import zlib

from paring import is_sanitized, rows_of, test
from pdf import pdf, stream

DEEP = 100000


def bomb(levels, times, page):
    """A PDF whose page draws a form that draws another ten times, and so on: few bytes, and no end of it."""
    extra = {}
    for level in range(levels):
        own = b"/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> /XObject << /X %d 0 R >> >>" % (101 + level)
        extra[100 + level] = stream(b"/X Do " * times if level + 1 < levels else page, own)
    extra[11] = stream(b"/X Do")
    extra[10] = (b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 11 0 R /Resources << /XObject << /X 100 0 R >> >> >>")
    return pdf([["x"]], extra=extra)


def swollen_to(megabytes):
    """So many MiB of spaces, packed: a block that forgets what came before it can be repeated."""
    block, first = zlib.compressobj(9, zlib.DEFLATED, -15), zlib.compressobj(9)
    again = block.compress(b" " * (1 << 20)) + block.flush(zlib.Z_FULL_FLUSH)
    return first.compress(b" ") + first.flush(zlib.Z_FULL_FLUSH) + again * megabytes


def refused(bot, path, says, **more):
    before = bot.export("documents")
    result = bot.run("import", "--as", "documents", path, status=3, says=says, **more)
    sentences = [line for line in result.err.splitlines() if line.strip()]
    assert len(sentences) == 1, result
    assert bot.export("documents") == before, "something was lost"
    return result


@test
def what_is_bad_is_refused_in_one_sentence_and_nothing_is_lost(bot):
    bot.take("kept.md", "# Kept\n\nText.\n")
    for name, content, says in (("nul.txt", b"a\0b\n", "NUL byte"), ("empty.txt", b"", "no text"), ("empty.md", b"", "no text"),
                                ("empty.html", b"", "no text"), ("empty.pdf", b"", "no PDF"),
                                ("mixed.md", "가\n".encode() + "가\n".encode("cp949"), "two encodings"),
                                ("deep.html", b"<div>" * DEEP + b"text" + b"</div>" * DEEP, "nested deeper"),
                                ("locked.pdf", pdf([["x"]], password=b"secret"), "is encrypted"), ("cut.pdf", pdf([["x"]])[:300], "damaged")):
        result = refused(bot, bot.write(name, content), says)
        assert name in result.err, result


@test
def a_good_file_beside_a_bad_one_is_not_taken_alone(bot):
    bot.run("import", bot.write("good.md", "# Good\n\nText.\n"), bot.write("bad.txt", b"a\0b"), status=3, says="bad.txt:1")
    assert rows_of(bot.export("documents").decode()) == []


@test
def a_link_to_a_file_is_the_file_and_one_that_leads_nowhere_is_named(bot):
    folder = os.path.join(bot.folder, "links")
    os.mkdir(folder)
    os.symlink(bot.write("real.md", "# Real\n\nText.\n"), os.path.join(folder, "link.md"))
    os.symlink("nowhere.md", os.path.join(folder, "broken.md"))
    os.symlink("loop.md", os.path.join(folder, "loop.md"))
    for name in ("broken.md", "loop.md"):
        bot.run("import", os.path.join(folder, name), status=None, says=name)
    assert rows_of(bot.export("documents").decode()) == []
    bot.run("import", os.path.join(folder, "link.md"))
    assert [row["id"] for row in rows_of(bot.export("documents").decode())] == ["link"]


@test
def a_pdf_without_end_is_ended_by_its_limits(bot):
    if is_sanitized():
        return
    endless = bot.write("endless.pdf", bomb(9, 20, b"0 0 1 1 re f"))
    began = time.monotonic()
    refused(bot, endless, "endless.pdf: takes more processor time", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (2, 3)))
    assert time.monotonic() - began < 30


@test
def a_pdf_that_wants_all_memory_is_ended_by_its_limits(bot):
    if is_sanitized():
        return
    text = b"BT /F1 9 Tf " + b" ".join(b"1 0 0 1 %d %d Tm <0041> Tj" % (i % 500, i // 2) for i in range(1000)) + b" ET"
    greedy = bot.write("greedy.pdf", bomb(9, 20, text))
    most = 256 << 20
    began = time.monotonic()
    refused(bot, greedy, "greedy.pdf: reading it failed .*memory", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most)))
    assert time.monotonic() - began < 30


@test
def a_pdf_that_swells_a_thousandfold_is_ended_by_its_limits(bot):
    if is_sanitized():
        return
    most = 128 << 20
    swollen = bot.write("swollen.pdf", pdf([["x"]], extra={5: stream(swollen_to(3000), b"/Filter /FlateDecode")}))
    assert os.path.getsize(swollen) < 4 << 20  # a font's table of 3 GB, which is read as one text
    refused(bot, swollen, "swollen.pdf: reading it failed .*memory", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most)))
