"""`paring serve` on a bad day: what is set wrong, taken, damaged or missing is said in one sentence that names it, and nothing is begun."""
import os
import shutil
import socket
import subprocess

import paring
from paring import Skip, fill, test
from server import Server, wait_until

CANCEL = "보험 해지 궁금해요"


def live(bot):
    fill(bot)
    bot.go_live()
    return bot


def refused(bot, status, says, listen="127.0.0.1:0", **settings):
    """It ends at once with one sentence."""
    words = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    result = bot.run("serve", "--listen", listen, *words, status=status, says=says)
    assert len(result.err.strip().splitlines()) == 1 and not result.out, result


@test
def what_is_set_wrong_is_named(bot):
    live(bot)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused(bot, 4, f"listen: 127.0.0.1:{port}: Address already in use", listen=f"127.0.0.1:{port}")
    for listen, status in (("127.0.0.1:80x", 2), ("localhost:80", 2), ("127.0.0.1:99999", 2), ("192.0.2.1:8080", 4), ("unix:/nowhere/at/all", 4), ("0.0.0.0:0", 2)):
        refused(bot, status, r"^listen: .*" + listen.split(":")[0], listen=listen)
    no_keys = bot.write("keys", "channel web 0123456789abcdef\n")
    os.chmod(no_keys, 0o644)
    refused(bot, 2, "keys: can be read by everybody", keys_file=no_keys)
    providers = bot.write("providers", "[a]\nform = openai\nurl = http://127.0.0.1:1/v1\nmodel = m\n")
    for says, settings in (("chatwoot_token_file must name", {"chatwoot_url": "http://127.0.0.1:1"}),
                           ("chatwoot_url: begins with", {"chatwoot_url": "127.0.0.1:1"}),
                           ('kakao_callback_hosts: "https://kakao.com"', {"kakao_callback_hosts": "kakao.com, https://kakao.com", "providers_file": providers}),
                           ("tls_certificate and tls_key go together", {"tls_certificate": no_keys}),
                           ("workers must be", {"workers": "65"}), ('no key "wrokers"', {"wrokers": "1"})):
        refused(bot, 2, says, **settings)
    for name in ("keys_file", "providers_file"):
        refused(bot, 3, "nowhere: cannot open: No such file", **{name: "nowhere"})


@test
def a_key_that_is_not_the_certificates_stops_the_start(bot):
    live(bot)
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    for name in ("a", "b"):
        try:
            subprocess.run([*make, "-keyout", f"{name}.key", "-out", f"{name}.pem"], cwd=bot.folder, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Skip("no openssl to make a certificate") from error
        os.chmod(os.path.join(bot.folder, f"{name}.key"), 0o600)
    for key, status, says in (("b.key", 3, "not a certificate and its key"), ("no.key", 3, "no.key: cannot open"), ("a.pem", 2, "can be read by everybody")):
        path = os.path.join(bot.folder, key)
        refused(bot, status, says, tls_certificate=os.path.join(bot.folder, "a.pem"), tls_key=path)


@test
def what_is_missing_or_damaged_is_named(bot):
    live(bot)
    current, release = os.path.join(bot.path, "current"), os.path.join(bot.path, "releases", "000001")
    for content, status, says in ((None, 3, "no release is active: run paring release activate 1"), ("99\n", 4, "names release 99, which is not there"),
                                  ("", 4, "holds no release number"), ("x\n", 4, "holds no release number")):
        os.unlink(current)
        if content is not None:
            with open(current, "w", encoding="ascii") as file:
                file.write(content)
        refused(bot, status, says)
        with open(current, "w", encoding="ascii") as file:
            file.write("1\n")
    shutil.move(os.path.join(release, "scripts.jsonl"), bot.folder)
    refused(bot, 4, "scripts.jsonl: is listed in MANIFEST and missing")
    shutil.move(os.path.join(bot.folder, "scripts.jsonl"), release)
    with open(os.path.join(release, "model.bin"), "ab") as file:
        file.write(b"x")
    refused(bot, 4, "model.bin: is not the file that MANIFEST lists")
    os.truncate(os.path.join(release, "model.bin"), os.path.getsize(os.path.join(release, "model.bin")) - 1)
    with open(os.path.join(bot.path, "journal.db"), "wb") as file:
        file.write(b"no database" * 100)
    refused(bot, 4, "journal.db: file is not a database")


@test
def one_server_answers_from_a_bot(bot):
    """Each would go on from the turns it remembers, which the other has left behind."""
    live(bot)
    with Server(bot) as server:
        refused(bot, 4, "another server answers from this bot")
        assert server.turn(CANCEL)["route"] == "scripted"
        server.kill()
    with Server(bot) as server:
        assert server.turn(CANCEL)["route"] == "scripted"


@test
def damaged_content_stops_no_customer_and_is_told_once(bot):
    """Customers are answered from the release; nobody can sign in, and the log says why."""
    live(bot)
    content = os.path.join(bot.path, "content.db")
    with open(content, "rb") as file:
        whole = file.read()
    with open(content, "wb") as file:
        file.write(b"no database" * 100)
    with Server(bot) as server:
        assert server.turn(CANCEL)["route"] == "scripted"
        assert server.ask("POST", "/api/login", {"name": "lead", "password": "correct horse 9"}).status in (500, 503)
        with open(content, "wb") as file:
            file.write(whole)
        wait_until(lambda: server.ask("POST", "/api/login", {"name": "lead", "password": "correct horse 9"}).status == 403)
        lines = [line for line in server.log().splitlines() if '"desk_failed"' in line]
        assert len(lines) == 1 and '"error"' in lines[0] and "content.db: file is not a database" in lines[0], lines


@test
def a_folder_that_may_only_be_read_stops_the_start(bot):
    if os.getuid() != 0:
        raise Skip("to give up rights needs to be root")
    live(bot)
    for path, _, files in os.walk(bot.folder):
        os.chmod(path, 0o555)
        for name in files:
            os.chmod(os.path.join(path, name), 0o555)
    try:
        binary = os.path.join(bot.folder, "paring")
        shutil.copy(paring.BINARY, binary)
        os.chmod(binary, 0o755)
        result = bot.run("serve", "--listen", "127.0.0.1:0", status=4, says="bot/serve.lock: .*Permission denied", user=65534, group=65534, extra_groups=[],
                         binary=binary)
        assert len(result.err.strip().splitlines()) == 1, result
    finally:
        for path, _, _ in os.walk(bot.folder):
            os.chmod(path, 0o755)
