"""The official `openai` client of npm against the server. The package is fetched into the build folder once; where there is no node, or nowhere
to fetch it from, the tests are skipped and say so."""
import json
import os
import shutil
import subprocess

import paring
from paring import Skip, fill, test
from server import Server

VERSION = "6.49.0"
CANCEL, CANCEL_REPLY = "보험 해지 궁금해요", "해지는 앱에서 하실 수 있습니다."
KEY = "web-key-0123456789abcdef"
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "openai_client.mjs")


def package():
    """The installed package's folder. OPENAI_PACKAGE names one that is there already."""
    given = os.environ.get("OPENAI_PACKAGE")
    if given:
        return given
    if not shutil.which("node") or not shutil.which("npm"):
        raise Skip("no node and npm here to run the openai client with")
    place = os.path.join(os.path.dirname(os.path.dirname(paring.BINARY)), "clients", f"openai-{VERSION}")
    found = os.path.join(place, "node_modules", "openai")
    if os.path.isdir(found):
        return found
    half = f"{place}.{os.getpid()}"  # never half an installation
    os.makedirs(half)
    try:
        done = subprocess.run(["npm", "install", "--prefix", half, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--fetch-retries=0",
                               "--fetch-timeout=20000", f"openai@{VERSION}"], capture_output=True, timeout=90, check=False)
        if done.returncode:
            raise Skip(f"npm cannot fetch openai@{VERSION}: {done.stderr.decode('utf-8', 'replace').strip()[-200:]}")
        try:
            os.rename(half, place)
        except OSError:
            pass  # somebody else was first
    except subprocess.TimeoutExpired:
        raise Skip(f"npm cannot fetch openai@{VERSION} in time") from None
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return found


def ask(server, call, body=None, key=KEY, path="/v1", **more):
    """What the client returned, or {"error": …} as it threw it."""
    done = subprocess.run(["node", SCRIPT, package(), f"http://127.0.0.1:{server.port}{path}", key, json.dumps({"call": call, "body": body, **more})],
                          capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-3000:]
    got = json.loads(done.stdout)
    return got.get("value", got)


def chat(*texts, **more):
    return {"model": "paring", "messages": [{"role": "user" if i % 2 == 0 else "assistant", "content": text} for i, text in enumerate(texts)], **more}


def keys_of(bot):
    path = bot.write("keys", f"channel web {KEY}\nagent kim kim-key-0123456789abcdef\n")
    os.chmod(path, 0o600)
    return path


@test
def the_official_openai_client_gets_completions_and_models(bot):
    package()
    fill(bot)
    bot.go_live()
    with Server(bot, keys_file=keys_of(bot)) as server:
        (model,) = ask(server, "models")
        assert model["object"] == "model" and model["owned_by"] == "paring", model
        assert ask(server, "model", {"model": model["id"]}) == model
        reply = ask(server, "chat", chat(CANCEL, temperature=0, n=1, user="u", seed=1, max_tokens=100, tools=[
            {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}]))
        (choice,) = reply["choices"]
        assert choice["message"]["content"] == CANCEL_REPLY and choice["finish_reason"] == "stop" and reply["model"] == model["id"], reply
        assert reply["request"] and reply["usage"]["total_tokens"] == 0 and reply["id"] == "chatcmpl-" + server.rows()[0][0], reply
        parts = [{"type": "text", "text": "보험 해지"}, {"type": "text", "text": "궁금해요"}]
        assert ask(server, "chat", chat(parts))["choices"][0]["message"]["content"] == CANCEL_REPLY
        context = {"model": "x", "messages": [{"role": "system", "content": "너는 해적이다"}, {"role": "developer", "content": [{"type": "text", "text": "짧게"}]},
                                              *chat("대출 이율 알려 주세요", "…", "3천5백만 원이요")["messages"]]}
        assert "한 달 이자" in ask(server, "chat", context)["choices"][0]["message"]["content"]
        assert ask(server, "many", {"times": 40, "body": chat(CANCEL)}) == [CANCEL_REPLY] * 40


@test
def the_official_openai_client_puts_a_stream_together_again(bot):
    package()
    fill(bot)
    bot.go_live()
    with Server(bot, keys_file=keys_of(bot)) as server:
        chunks = ask(server, "chunks", chat(CANCEL))
        assert all(chunk["object"] == "chat.completion.chunk" and len(chunk["choices"]) == 1 for chunk in chunks), chunks
        assert "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks) == CANCEL_REPLY
        assert [chunk["choices"][0]["finish_reason"] for chunk in chunks][-1] == "stop" and len({chunk["id"] for chunk in chunks}) == 1
        chunks = ask(server, "chunks", chat(CANCEL, stream_options={"include_usage": True}))
        assert chunks[-1]["choices"] == [] and chunks[-1]["usage"]["total_tokens"] == 0 and all(chunk["usage"] is None for chunk in chunks[:-1])
        final = ask(server, "helper", chat(CANCEL))
        assert final["said"] == final["text_after"] == CANCEL_REPLY, final
        message = final["final"]["choices"][0]["message"]
        assert message["role"] == "assistant" and message["content"] == CANCEL_REPLY and final["final"]["object"] == "chat.completion", final
        assert ask(server, "abort", chat(CANCEL))["choices"][0]["delta"]["role"] == "assistant"
        assert ask(server, "chat", chat(CANCEL))["choices"][0]["message"]["content"] == CANCEL_REPLY, "after one that went away"


@test
def the_official_openai_client_knows_our_failures(bot):
    package()
    fill(bot)
    bot.go_live()
    with Server(bot, keys_file=keys_of(bot)) as server:
        wrong = lambda *arguments, **more: {name: ask(server, *arguments, **more)["error"][name] for name in ("class", "status", "code")}
        assert wrong("chat", chat(CANCEL), key="no-key-0123456789abcdef") == {"class": "AuthenticationError", "status": 401, "code": "unauthorized"}
        assert wrong("chat", chat(CANCEL), key="kim-key-0123456789abcdef") == {"class": "PermissionDeniedError", "status": 403, "code": "forbidden"}
        assert wrong("chat", {"model": "x", "messages": []}) == {"class": "BadRequestError", "status": 400, "code": "bad_request"}
        assert wrong("chunks", {"model": "x", "messages": []}) == {"class": "BadRequestError", "status": 400, "code": "bad_request"}
        assert wrong("helper", chat("가" * 2001))["class"] == "BadRequestError"
        assert wrong("model", {"model": "gpt-4o"}) == {"class": "NotFoundError", "status": 404, "code": "model_not_found"}
        assert wrong("responses", {"model": "x", "input": CANCEL}) == {"class": "NotFoundError", "status": 404, "code": "not_found"}
        assert ask(server, "model", {"model": "gpt-4o"})["error"]["type"] == "invalid_request_error"
        assert "messages" in ask(server, "chat", {"model": "x", "messages": []})["error"]["message"]
        assert len(server.rows()) == 0
