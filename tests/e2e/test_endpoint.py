"""The endpoint `ask`, for programs."""

from __future__ import annotations

import json
import shlex
import urllib.request

import pytest
from gradio_client import Client

from qaengine.demo.examples import examples
from qaengine.demo.sharing import curl
from qaengine.engine import Engine
from qaengine.schema import Answer

pytestmark = pytest.mark.slow


def test_endpoint_answers_a_client(served: str, joint: Engine) -> None:
    client = Client(served, verbose=False, analytics_enabled=False)
    example = examples(joint)["worlds"][0]
    answer = Answer.model_validate(client.predict(*example, api_name="/ask"))
    expected = joint.ask(*example)
    assert answer.text == expected.text
    assert answer.triple == expected.triple
    assert list(client.view_api(return_format="dict")["named_endpoints"]) == ["/ask"]
    client.close()


def test_mistake_reaches_the_client_as_its_sentence(served: str) -> None:
    client = Client(served, verbose=False, analytics_enabled=False)
    with pytest.raises(Exception, match="The question is empty"):
        client.predict("Ann ran.", " ", api_name="/ask")
    client.close()


def test_request_that_the_page_shares_works(served: str, joint: Engine) -> None:
    example = examples(joint)["worlds"][0]
    command = shlex.split(curl(served, *example))
    body = command[command.index("-d") + 1].encode()
    headers = dict([command[command.index("-H") + 1].split(": ")])
    request = urllib.request.Request(command[2], body, headers)
    with urllib.request.urlopen(request, timeout=60) as reply:
        (answer,) = json.load(reply)["data"]
    assert answer["text"] == joint.ask(*example).text
