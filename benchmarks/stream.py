"""Trades into a real Kafka: our producer beside the broker's own test program and beside kafka-python with JSON.

    uv run --extra live --group bench python benchmarks/stream.py

All three send to the same broker in the same run, rounds interleaved, and the broker acknowledges each with
``acks=all``. Prints medians and ratios; exits 2 where Java or Kafka's jars are missing. ``README.md`` beside this file
says what is measured.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import monotonic
from uuid import uuid4

import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support.kafka import Kafka, java, why_none
from topheavy.core.settings import read_settings
from topheavy.stream.feed import Ask, feed
from topheavy.stream.kafka.broker import Broker, broker, make_topics
from topheavy.stream.kafka.producer import RECORDS_A_MESSAGE, TradeProducer
from topheavy.stream.pace import Pace
from topheavy.stream.wire.format import pack

NOWHERE = read_settings(Path(), {})


def trades(count: int) -> pa.Table:
    """Return ``count`` SIMULATED trades of 20 securities."""
    timed = feed("simulator").trades(NOWHERE, Ask(rate=100_000, slice=0.2))
    batches = [next(timed).batch for _ in range(-(-count // 20_000))]
    return pa.Table.from_batches(batches).slice(0, count).combine_chunks()


def new_topic(to: Broker) -> str:
    name = f"bench-{uuid4().hex[:8]}"
    make_topics(to, [name])
    return name


def ours(to: Broker, rows: pa.Table, most: int) -> float:
    """Records a second from columns in memory until the last is acknowledged."""
    topic = new_topic(to)
    begun = monotonic()
    with TradeProducer(to, topic, most=most) as producer:
        for batch in rows.to_batches(max_chunksize=20_000):
            producer.send(batch)
    report = producer.report
    assert report.acknowledged == rows.num_rows, report
    return rows.num_rows / (monotonic() - begun)


def brokers_own(to: Broker, count: int, size: int, tuned: str) -> float:
    """Records a second as Kafka's ProducerPerformance says, whose records are of ``size`` bytes each."""
    given = ["--topic", new_topic(to), "--num-records", str(count), "--record-size", str(size), "--throughput", "-1"]
    props = ["--producer-props", f"bootstrap.servers={to.config['bootstrap.servers']}", "acks=all", *tuned.split()]
    command = java("org.apache.kafka.tools.ProducerPerformance", *given, *props)
    command[:] = [word for word in command if word != "-XX:TieredStopAtLevel=1"]  # let it compile as well as it can
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(re.findall(r"([\d.]+) records/sec", said)[-1])


def plain_json(to: Broker, rows: list[dict[str, object]]) -> float:
    """Records a second of kafka-python, one JSON object a message, made by the json module: the original's way."""
    from kafka import KafkaProducer

    topic = new_topic(to)
    producer = KafkaProducer(
        bootstrap_servers=to.config["bootstrap.servers"],
        acks="all",
        value_serializer=lambda row: json.dumps(row, default=str).encode(),
        key_serializer=str.encode,
    )
    begun = monotonic()
    for row in rows:
        producer.send(topic, key=row["security"], value=row)
    producer.flush()
    taken = monotonic() - begun
    producer.close()
    return len(rows) / taken


def pacing(seconds: float, busy: int) -> str:
    """Say by how many milliseconds slices left late, of a market at its own pace, beside ``busy`` busy processes."""
    pace = Pace(1.0)
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(busy)]
    try:
        for _ in pace.keep(feed("simulator").trades(NOWHERE, Ask(rate=5_000))):
            if len(pace.errors) >= seconds / 0.005:
                break
    finally:
        for one in others:
            one.kill()
            one.wait()
    late = sorted(1_000 * error for error in pace.errors)
    at = {share: late[min(len(late) - 1, int(share * len(late)))] for share in (0.5, 0.99, 0.999)}
    return ", ".join(f"p{share * 100:g} {found:.2f}" for share, found in at.items())


def show(kafka: Kafka, records: int, rounds: int) -> None:
    to = broker(read_settings(Path(), {"TOPHEAVY_KAFKA": kafka.bootstrap}))
    rows = trades(records)
    dictionaries = rows.slice(0, max(1, records // 20)).to_pylist()
    size = len(next(iter(pack(rows.slice(0, 1), 1))).value)
    same = "batch.size=1000000 linger.ms=5 compression.type=lz4 buffer.memory=67108864"
    ways: dict[str, Callable[[], float]] = {
        f"ours, {RECORDS_A_MESSAGE} records a message": lambda: ours(to, rows, RECORDS_A_MESSAGE),
        "ours, a record a message": lambda: ours(to, rows.slice(0, records // 4), 1),
        f"ProducerPerformance, {size} bytes, its own settings": lambda: brokers_own(to, records, size, ""),
        f"ProducerPerformance, {size} bytes, our settings": lambda: brokers_own(to, records, size, same),
        "kafka-python, a JSON object a message": lambda: plain_json(to, dictionaries),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            rates[name].append(way())
    for name, found in rates.items():
        print(f"{name:55} {median(found):12,.0f} records/s   ({', '.join(f'{one:,.0f}' for one in found)})")
    batched, single, bare, tuned, others = (median(found) for found in rates.values())
    best = max(bare, tuned)
    print(f"ours ÷ ProducerPerformance at its best: {batched / best:.2f} batched, {single / best:.2f} one a message")
    print(f"ours ÷ kafka-python with JSON: {batched / others:.1f} batched, {single / others:.1f} one a message")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if reason := why_none():
        print(reason, file=sys.stderr)
        return 2
    print(f"pace at 1×, ms late: {pacing(10, 0)}")
    cores = os.cpu_count() or 1
    print(f"beside {2 * cores} busy processes on {cores} cores: {pacing(10, 2 * cores)}")
    with tempfile.TemporaryDirectory() as folder:
        kafka = Kafka(Path(folder))
        try:
            show(kafka.start(), given.records, given.rounds)
        finally:
            kafka.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main())
