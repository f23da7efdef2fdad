"""A database that takes connections and never speaks: every command says so, and ends."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.installations import Forum

SILENT = "The database does not answer (TimeoutError): check DATABASE_URL, or that it runs."


@pytest.fixture
def black_hole():
    """The port of a server that accepts every connection and never answers, and those it holds."""
    held = []
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:

        def swallow():
            while True:
                try:
                    held.append(server.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=swallow, daemon=True)
        thread.start()
        yield server.getsockname()[1], held
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
    for connection in held:
        connection.close()


def test_a_silent_database_is_given_up_and_its_password_is_not_shown(black_hole, tmp_path):
    """Whoever waited for an answer would never end: each asks once, and gives up."""
    port, held = black_hole
    address = f"postgresql://forum:hush@127.0.0.1:{port}/forum"
    forum = Forum(tmp_path, DATABASE_URL=address)
    with ThreadPoolExecutor(2) as pool:
        serving = pool.submit(forum.ended, "serve", "--port", forum.port)
        examining = pool.submit(forum.ended, "doctor")
        served, examined = serving.result(), examining.result()
    assert len(held) == 2
    assert (served.returncode, served.stderr) == (1, f"forum: {SILENT}\n")
    assert examined.returncode == 1
    assert f"BAD  database: {SILENT}" in examined.stdout
    assert "ok   Python" in examined.stdout
    assert "hush" not in examined.stdout + examined.stderr
