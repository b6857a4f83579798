"""The agent's page in a real browser."""
from console import people, story
from paring import fill, test
from test_draft import drafting
from test_quoted import with_documents
from test_selector import Model, providers

NOW = {"PARING_NOW": str(1780000000 * 1000000)}  # May 2026, so that the rate is that of 2026


def live(bot):
    fill(bot)
    bot.go_live()
    people(bot, "agent")
    return bot


@test
def agents_answer_while_the_caller_speaks(bot):
    story(live(bot), "agent.js", "types", env=NOW)


@test
def agents_take_over_answer_and_give_back(bot):
    story(live(bot), "agent.js", "helps", env=NOW)


@test
def where_no_stream_comes_through_the_queue_is_asked_for(bot):
    story(live(bot), "agent.js", "polls", env=NOW)


@test
def why_a_person_is_wanted_is_said_in_the_agents_language(bot):
    story(live(bot), "agent.js", "reasons", env=NOW)


@test
def the_agents_pages_are_for_everybody(bot):
    story(live(bot), "agent.js", "looks", lambda server: server.turn("<b>피자</b> 시켜 줘", "손님 3"), env=NOW)


@test
def a_models_draft_is_marked_figure_by_figure(bot):
    with_documents(bot)
    people(bot, "agent")
    with Model(drafting()) as model:
        story(bot, "agent.js", "drafts", **providers(bot, model))
