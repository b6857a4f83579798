"""What a browser must fetch before anybody can sign in, as it is built: all of it together, packed, stays below a limit."""
import os
import re

from paring import Skip, test

DIST = os.path.join(os.path.dirname(__file__), "..", "..", "build", "console", "dist")
MOST = 60 * 1024


def packed(path):
    """The bytes that go over the wire: the file beside it that was built with gzip."""
    return os.path.getsize(path + ".gz")


def fetched(folder, page, base):
    """The page and all that it loads at once: what its tags name, and what those import at their top, not what is imported when asked for."""
    found, waiting = {}, [page]
    while waiting:
        name = waiting.pop()
        path = os.path.join(folder, name)
        if name in found:
            continue
        found[name] = packed(path)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if name.endswith(".html"):
            names = re.findall(rf'(?:src|href)="{base}([^"]+)"', text)
        elif name.endswith(".js"):
            names = ["assets/" + one for one in re.findall(r'(?:from|^import|;import)\s*"\./([^"]+)"', text)]
        else:
            names = re.findall(rf"url\\({base}([^)]+)\\)", text)
        waiting += [one for one in names if one.endswith((".js", ".css", ".svg", ".html"))]
    return found


@test
def the_first_screen_of_the_staff_and_the_customers_page_are_small():
    if not os.path.isdir(os.path.join(DIST, "staff")):
        raise Skip("built without its pages")
    for folder, page, base in (("staff", "staff.html", "/"), ("", "chat.ko.html", "/chat/"), ("", "chat.en.html", "/chat/")):
        files = fetched(os.path.join(DIST, folder), page, base)
        assert {name.rsplit(".", 1)[1] for name in files} >= {"html", "js", "css"}, files
        assert sum(files.values()) <= MOST, (sum(files.values()), files)


@test
def no_page_that_is_opened_later_is_loaded_before():
    folder = os.path.join(DIST, "staff")
    if not os.path.isdir(folder):
        raise Skip("built without its pages")
    first = fetched(folder, "staff.html", "/")
    later = [name for name in os.listdir(os.path.join(folder, "assets")) if re.match(r"(agent|writer|lead|release|compliance|operations)-.*\.js$", name)]
    assert len(later) >= 6 and not [name for name in later if "assets/" + name in first], (later, first)
