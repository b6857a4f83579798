-- For wrk: turns of 4,000 conversations, each message with an id of its own. MESSAGES names a file of messages, one a line.
local texts, count, threads = {}, 0, 0
for line in io.lines(os.getenv("MESSAGES")) do
    texts[#texts + 1] = line:gsub('[\\"]', "\\%0")
end

function setup(thread)
    thread:set("id", threads)
    threads = threads + 1
end

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"

function request()
    count = count + 1
    return wrk.format(nil, "/v1/turns", nil, string.format('{"conversation":"bench-%d-%d","message_id":"%d-%d-%d","text":"%s"}', id,
        count % 2000, id, os.time(), count, texts[count % #texts + 1]))
end
