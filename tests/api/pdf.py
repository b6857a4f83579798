"""PDFs for tests, written by us: text of any script at given places on A4 pages, and the ways in which a PDF can be bad."""
import hashlib

PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
TO_UNICODE = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def
1 begincodespacerange <0000> <FFFF> endcodespacerange
1 beginbfrange <0000> <FFFF> <0000> endbfrange
endcmap CMapName currentdict /CMap defineresource pop end end"""


def rc4(key, data):
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def stream(data, more=b""):
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), more, data)


def content_of(lines):
    """Lines are texts, one below the other from the top, or (x, text) and lists of those for cells of one line."""
    out, y = [b"BT /F1 11 Tf"], 800
    for line in lines:
        for x, text in line if isinstance(line, list) else [line if isinstance(line, tuple) else (60, line)]:
            out.append(b"1 0 0 1 %d %d Tm <%s> Tj" % (x, y, text.encode("utf-16-be").hex().encode()))
        y -= 18
    return b"\n".join(out + [b"ET"])


def pdf(pages, encoding=b"Identity-H", password=None, extra=None):
    """A PDF of these pages, each a list of lines (content_of), or bytes of page content as they are."""
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>"}
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /U /Encoding /%s /DescendantFonts [4 0 R]%s >>"
    objects[3] = font % (encoding, b" /ToUnicode 5 0 R" if encoding == b"Identity-H" else b"")
    ordering = b"Identity" if encoding == b"Identity-H" else b"Korea1"
    objects[4] = (b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /U /CIDSystemInfo << /Registry (Adobe) /Ordering (%s) /Supplement 0 >>"
                  b" /DW 1000 /W [32 126 500] /FontDescriptor 6 0 R >>" % ordering)
    objects[5] = stream(TO_UNICODE)
    objects[6] = (b"<< /Type /FontDescriptor /FontName /U /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 900 /Descent -100"
                  b" /CapHeight 900 /StemV 80 >>")
    kids = []
    for number, page in enumerate(pages):
        at = 10 + 2 * number
        kids.append(b"%d 0 R" % at)
        objects[at] = (b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
                       b" /Resources << /Font << /F1 3 0 R >> >> >>" % (at + 1))
        objects[at + 1] = stream(page if isinstance(page, bytes) else content_of(page))
    objects[2] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), b" ".join(kids))
    objects.update(extra or {})
    return written(objects, password)


def encrypted(objects, password):
    """The standard handler's first revision: 40 bits of RC4 for streams. Returns its dictionary."""
    name = b"0123456789abcdef"
    padded = (password + PADDING)[:32]
    owner = rc4(hashlib.md5(padded).digest()[:5], padded)
    key = hashlib.md5(padded + owner + (0xFFFFFFFC).to_bytes(4, "little") + name).digest()[:5]
    for number, body in objects.items():
        head, separator, data = body.partition(b"\nstream\n")
        if separator:
            own = hashlib.md5(key + number.to_bytes(3, "little") + b"\0\0").digest()[:10]
            objects[number] = head + separator + rc4(own, data[:-len(b"\nendstream")]) + b"\nendstream"
    user = rc4(key, PADDING)
    return b"/Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >> /ID [<%s> <%s>]" % (
        owner.hex().encode(), user.hex().encode(), name.hex().encode(), name.hex().encode())


def written(objects, password=None):
    more = encrypted(objects, password) if password is not None else b""
    out, places = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"), {}
    for number in sorted(objects):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    start, last = len(out), max(objects)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (last + 1)
    for number in range(1, last + 1):
        out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 00001 f \n"
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (last + 1, more, start)
    return bytes(out)
