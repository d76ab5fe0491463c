"""Connections that wait are taken in together, however seldom the event loop looks for them."""

import asyncio
import socket
from types import SimpleNamespace

import uvicorn

from api.app import create_app
from api.protocol import FrontProtocol
from api.server import DrainingServer
from api.settings import Settings
from tests.api.asking import Question
from tests.api.bad_texts import GOOD
from tests.api.wire import written
from tests.bundles import shipping


def test_all_that_wait_are_taken_in() -> None:
    """Without the loop's own server looking at all; and then none is left."""

    async def scene() -> None:
        app = create_app(Settings(), shipping().predictor())
        config = uvicorn.Config(app, http=FrontProtocol, log_config=None, ws="none")
        config.load()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server = DrainingServer(config, listener, lambda: None)
            async with app.router.lifespan_context(app) as state:
                server.lifespan = SimpleNamespace(state=dict(state or {}))
                clients = [socket.create_connection(listener.getsockname()) for _ in range(5)]
                await server.accept()
                await server.accept()
                assert len(server.server_state.connections) == 5
                for client in clients:
                    assert (await _answer(client)).startswith(b"HTTP/1.1 200 ")

    asyncio.run(scene())


async def _answer(client: socket.socket) -> bytes:
    loop = asyncio.get_running_loop()
    with client:
        client.settimeout(0)
        await loop.sock_sendall(client, written(Question("/predict", GOOD)))
        return await loop.sock_recv(client, 65_536)
