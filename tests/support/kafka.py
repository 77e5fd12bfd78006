"""A real Apache Kafka for tests: one broker in a folder of its own, on free ports of this machine only."""

import os
import shutil
import signal
import socket
import subprocess
import time
from base64 import urlsafe_b64encode
from functools import cache
from pathlib import Path
from uuid import uuid4

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

FETCH = Path(__file__).resolve().parents[2] / "deploy" / "kafka" / "fetch"
PATIENCE = 60.0
QUIET = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]


@cache
def why_none() -> str:
    """Return why no real broker can run here; empty where one can."""
    if shutil.which("java") is None:
        return "no Java here: install Java 17 or newer to run a real Kafka"
    try:
        jars()
    except (subprocess.SubprocessError, OSError) as error:
        return f"Kafka's jars cannot be had here (deploy/kafka/fetch): {error}"
    return ""


@cache
def jars() -> Path:
    """Return the folder with Kafka's jars, which are brought first where they are not there yet."""
    done = subprocess.run([str(FETCH)], stdout=subprocess.PIPE, timeout=300, check=True, text=True)
    return Path(done.stdout.strip())


def java(main: str, *arguments: str, options: tuple[str, ...] = ()) -> list[str]:
    """Return the command that runs one of Kafka's own classes."""
    return ["java", *QUIET, *options, "-cp", f"{jars()}/*", main, *arguments]


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def cluster_id() -> str:
    """Return a new cluster's id as Kafka writes it: sixteen random bytes in letters that a file name may have."""
    letters = urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")
    return cluster_id() if letters.startswith("-") else letters  # else it would be read as an option


class Kafka:
    """One broker, KRaft, formatted anew; ``stop``, ``kill`` and ``start`` again on the same ports, or ``wipe`` it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self._control = free_ports(2)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None, "the broker is not running"
        return self._process.pid

    def start(self) -> "Kafka":
        """Start the broker, formatted first where it was never, and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / "data" / "meta.properties").exists():
            self._format()
        with (self.folder / "broker.log").open("ab") as log:
            command = java("kafka.Kafka", str(self._properties()), options=(self._logging(),))
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        self._wait()
        return self

    def stop(self) -> None:
        """Ask the broker to end, and wait until it has."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the broker at once, as a power cut would."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Let the broker stand still: connections stay, nothing is answered."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def restart(self) -> None:
        self.stop()
        self.start()

    def wipe(self) -> None:
        """Lose the broker's disk: stop, remove all it kept, start as a new cluster."""
        self.kill()
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        self.start()

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _properties(self) -> Path:
        file = self.folder / "server.properties"
        file.write_text(
            "process.roles=broker,controller\nnode.id=1\n"
            f"controller.quorum.voters=1@127.0.0.1:{self._control}\ncontroller.listener.names=CONTROLLER\n"
            f"listeners=PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self._control}\n"
            f"advertised.listeners=PLAINTEXT://{self.bootstrap}\n"
            "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT\n"
            f"log.dirs={self.folder / 'data'}\n"
            "offsets.topic.replication.factor=1\noffsets.topic.num.partitions=4\n"
            "transaction.state.log.replication.factor=1\ntransaction.state.log.min.isr=1\n"
            "transaction.state.log.num.partitions=4\nshare.coordinator.state.topic.replication.factor=1\n"
            "share.coordinator.state.topic.min.isr=1\n"
            "group.initial.rebalance.delay.ms=0\nauto.create.topics.enable=false\n"
            "log.message.timestamp.before.max.ms=9223372036854775807\n"
        )
        return file

    def _logging(self) -> str:
        file = self.folder / "log4j2.properties"
        file.write_text(
            "rootLogger.level=warn\nrootLogger.appenderRefs=c\nrootLogger.appenderRef.c.ref=C\n"
            "appender.c.type=Console\nappender.c.name=C\nappender.c.layout.type=PatternLayout\n"
            "appender.c.layout.pattern=%d %p %c{1} %m%n\n"
        )
        return f"-Dlog4j2.configurationFile={file}"

    def _format(self) -> None:
        command = java("kafka.tools.StorageTool", "format", "-t", cluster_id(), "-c", str(self._properties()))
        subprocess.run(command, check=True, timeout=PATIENCE, capture_output=True)

    def _wait(self) -> None:
        """Wait until the broker answers; one that ended says why in its log."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            assert self._process is not None
            assert self._process.poll() is None, f"the broker ended: {(self.folder / 'broker.log').read_text()[-2000:]}"
            try:
                if admin.list_topics(timeout=1).brokers:
                    return
            except KafkaException:
                time.sleep(0.1)
        raise AssertionError(f"the broker did not answer in {PATIENCE:.0f} s: see {self.folder / 'broker.log'}")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
