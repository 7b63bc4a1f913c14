"""`./run` as real processes."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.product import Product, port_is_free, wait_for

pytestmark = pytest.mark.processes


def test_it_serves_prints_the_logins_and_leaves_no_process(product: Product) -> None:
    product.start().wait_until_ready()
    wait_for(lambda: "Ctrl-C" in product.log)
    assert product.address in product.log
    assert "student@example.com     password week2-demo" in product.log
    assert (product.home / "secret_key").stat().st_mode & 0o777 == 0o600
    assert (product.home / "broker").stat().st_mode & 0o777 == 0o700
    with urllib.request.urlopen(f"{product.address}/readyz", timeout=30) as answer:
        assert answer.status == 200
    assert product.process is not None
    product.process.send_signal(signal.SIGINT)
    assert product.process.wait(60) == 0
    wait_for(lambda: product.pids() == set())
    wait_for(lambda: port_is_free(product.port))


@pytest.mark.usefixtures("prepared")
def test_a_killed_supervisor_leaves_no_process_and_no_port(product: Product) -> None:
    product.start().wait_until_ready()
    wait_for(lambda: product.pids_in_role("worker"))
    assert product.process is not None
    product.process.kill()
    product.process.wait()
    wait_for(lambda: product.pids() == set())
    wait_for(lambda: port_is_free(product.port))


@pytest.mark.usefixtures("prepared")
def test_a_dead_child_is_started_again(product: Product) -> None:
    product.start().wait_until_ready()
    first = wait_for(lambda: product.pids_of("worker@"))
    for pid in first:
        os.kill(pid, signal.SIGKILL)
    again = wait_for(lambda: [pid for pid in product.pids_of("worker@") if pid not in first])
    assert again
    web = product.pids_in_role("web")
    os.kill(min(web), signal.SIGKILL)
    wait_for(lambda: set(product.pids_in_role("web")).isdisjoint(web))
    product.wait_until_ready()


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize("role", ["web", "worker"])
def test_a_process_that_hangs_is_replaced(product: Product, role: str) -> None:
    product.environment["BAEUM_HANG_LIMIT"] = "4"
    product.start().wait_until_ready()
    # The last of the web processes is one that answers requests.
    hanging = max(wait_for(lambda: product.pids_in_role(role)))
    number = len(product.pids_in_role(role))
    os.kill(hanging, signal.SIGSTOP)
    wait_for(lambda: hanging not in product.pids())
    wait_for(lambda: len(product.pids_in_role(role)) == number)
    product.wait_until_ready()
    assert f"process_hangs child={role} pid={hanging}" in product.log


@pytest.mark.usefixtures("prepared")
def test_a_process_that_hangs_while_it_starts_is_replaced(product: Product) -> None:
    product.environment["BAEUM_HANG_LIMIT"] = "2"
    product.start()
    # Before the first heartbeat: importing the application takes longer than finding the process.
    hanging = max(wait_for(lambda: product.pids_in_role("worker")))
    os.kill(hanging, signal.SIGSTOP)
    wait_for(lambda: hanging not in product.pids())
    wait_for(lambda: product.pids_in_role("worker"))
    assert f"process_hangs child=worker pid={hanging}" in product.log


@pytest.mark.usefixtures("prepared")
def test_requests_that_stall_do_not_stop_the_site(product: Product) -> None:
    product.start().wait_until_ready()
    head = "POST /_allauth/app/v1/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{"
    stalled = [socket.create_connection(("127.0.0.1", product.port)) for _ in range(20)]
    for client in stalled:
        client.sendall(head.encode())
    with urllib.request.urlopen(f"{product.address}/accounts/login/", timeout=30) as answer:
        assert answer.status == 200
    for client in stalled:
        client.close()


def test_a_taken_port_is_reported_in_one_line(product: Product) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", product.port))
        taken.listen()
        product.start()
        assert product.process is not None
        assert product.process.wait(30) != 0
    assert f"Port {product.port} is taken" in product.log
    assert "Traceback" not in product.log
    wait_for(lambda: product.pids() == set())


@pytest.mark.usefixtures("prepared")
def test_a_second_instance_on_the_same_state_folder_is_refused(product: Product, tmp_path: Path) -> None:
    product.start().wait_until_ready()
    second = subprocess.run(
        [*product.process.args, "--port", "1"],  # type: ignore[union-attr,misc]
        env=product.full_environment(), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert second.returncode != 0
    assert "is running with the state folder" in second.stderr


def test_a_state_folder_that_cannot_be_written_is_reported(product: Product, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    product.home = tmp_path / "file" / "home"
    product.environment["SECRET_KEY"] = "x" * 60
    done = subprocess.run(
        [sys.executable, "manage.py", "up"], env=product.full_environment(), capture_output=True, text=True, check=False
    )
    product.home = tmp_path / "home"
    assert done.returncode != 0
    assert "cannot be written to" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_process_that_does_not_exist_is_refused_in_one_line(product: Product) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "serve", "webb"],
        env=product.full_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert done.stderr.strip() == "CommandError: There is no process 'webb' with these settings, only: web, worker."
