"""Define what is measured, with which address of the yardstick it is compared, and in which order. Build the result lines."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlencode

from bench import batches, flows, load, memory, stalled, start_spike, weight
from bench.admin_pages import measuring as admin
from bench.load import BenchError, Request, Timing
from bench.mails import measuring as mails
from bench.sides import Sides, result_of, shell, start

CSRF = "bench0bench0bench0bench0bench0be"
API_OUTLINE, API_LESSON, ANSWER_SAVE = "api_outline", "api_lesson", "answer_save"
# The same requests of a client that has the answer already, so that it gets a 304.
NOT_MODIFIED = {"outline_not_modified": API_OUTLINE, "lesson_not_modified": API_LESSON}
SUBMIT_TO_GRADED, ATTEMPTS_PER_SECOND, SPIKE = "submit_to_graded", "attempts_per_second", "spike"
MEMORY, STALLED, START_SPIKE = "memory", "stalled", "start_spike"
AUDIT, ADMIN, WEIGHT, SEARCH, BATCHES, ITEMS = "audit", "admin", "weight", "search", "batches", "items"
MAILS = "mails"
# A second line of `admin`, in the same course.
STAFF_JOBS = "staff_jobs"
# Seconds that filling the audit log or a large course may take.
FILL_TIMEOUT = 1800.0


@dataclass(frozen=True, slots=True)
class Measure:
    """One kind of request to the product, and the address of the yardstick that it is compared with.

    `is_conditional`: the client has each answer already and asks whether it is current.
    """

    name: str
    yardstick: str
    requests: Sequence[Request]
    is_conditional: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured, and how long. `levels` are numbers of concurrent students.

    Each measurement has `rounds` rounds of `seconds` seconds, of which the best counts.
    """

    mode: str
    levels: Sequence[int]
    grading_levels: Sequence[int]
    attempt_levels: Sequence[int]
    rounds: int
    seconds: int
    only: Sequence[str] = ()
    is_quick: bool = False
    # Of the single requests. Without it nothing is compressed.
    accept_encoding: str = ""
    # How many students get a weekly summary.
    recipients: int = 0

    def wants(self, name: str) -> bool:
        return not self.only or name in self.only


NAMES = (
    "lesson_page",
    "course_page",
    "quiz_page",
    "attempt_page",
    "result_page",
    API_OUTLINE,
    API_LESSON,
    *NOT_MODIFIED,
    ANSWER_SAVE,
    SUBMIT_TO_GRADED,
    ATTEMPTS_PER_SECOND,
    SPIKE,
    MEMORY,
    STALLED,
    START_SPIKE,
    AUDIT,
    ADMIN,
    WEIGHT,
    SEARCH,
    BATCHES,
    ITEMS,
    MAILS,
)
# The spike: 1,000 submits in 10 s, as in an exam. It is measured once, because it is not compared with the yardstick.
SPIKE_SUBMITS, SPIKE_SECONDS = 1000, 10.0


def figures_line(
    name: str,
    mode: str,
    result: Any,
) -> str:
    """Return the JSON line of a measurement, a dataclass, that has no counterpart in the yardstick."""
    figures = {name: round(value, 2) if isinstance(value, float) else value for name, value in asdict(result).items()}
    return json.dumps({"name": name, "mode": mode, **figures})


def line(name: str, mode: str, students: int, product: Timing, yardstick: str, reference: Timing) -> str:
    """Return the JSON line of one measurement, with the yardstick's figure and the ratio to it."""
    return json.dumps(
        {
            "name": name,
            "mode": mode,
            "c": students,
            "rps": round(product.rps, 1),
            "p50_ms": round(product.p50_ms, 2),
            "p95_ms": round(product.p95_ms, 2),
            "yardstick": yardstick,
            "yardstick_rps": round(reference.rps, 1),
            "ratio": round(product.rps / reference.rps, 3),
        }
    )


def run(sides: Sides, plan: Plan, report: Callable[[str], Any]) -> None:
    """Run all measurements of the plan one after another, and pass the line of each to `report`."""
    for result in _all(sides, plan):
        report(result)


def _all(sides: Sides, plan: Plan) -> Iterator[str]:
    single = {each.name: _accepting(each, plan.accept_encoding) for each in pages(sides.cast)}
    measures = [each for each in single.values() if plan.wants(each.name)]
    measures += [
        replace(single[of], name=name, is_conditional=True) for name, of in NOT_MODIFIED.items() if plan.wants(name)
    ]
    guests = yardstick_requests(sides.guest)
    for students in plan.levels:
        yield from _pages(sides, plan, measures, guests, students)
    tickets = flows.Tickets(sides.cast["takers"], sides.cast["attempts_allowed"])
    if plan.wants(SUBMIT_TO_GRADED):
        for students in plan.grading_levels:
            yield _flow(sides, plan, SUBMIT_TO_GRADED, guests["/write"], tickets, students)
    if plan.wants(ATTEMPTS_PER_SECOND):
        for students in plan.attempt_levels:
            yield _flow(sides, plan, ATTEMPTS_PER_SECOND, guests["/page"], tickets, students)
    if plan.wants(SPIKE) and (plan.only or not plan.is_quick):
        spike = flows.spike(sides.product, tickets, submits=SPIKE_SUBMITS, seconds=SPIKE_SECONDS)
        yield figures_line(SPIKE, plan.mode, spike)
    if MAILS in plan.only:
        yield _mails(sides, plan, tickets)
    yield from _operations(sides, plan)


def _operations(sides: Sides, plan: Plan) -> Iterator[str]:
    """Measure what an operator asks for: memory, slow clients, and (only if named, it takes minutes) an exam's start."""
    lessons = pages(sides.cast)[0].requests
    if plan.wants(MEMORY):
        for measure in pages(sides.cast):
            load.check(sides.product, measure.requests)
        by_process = memory.by_process(sides.home)
        yield json.dumps(
            {"name": MEMORY, "mode": plan.mode, "pss_mb": round(sum(by_process.values()), 1), "by": by_process}
        )
    if plan.wants(STALLED) and (plan.only or not plan.is_quick):
        found = stalled.measure(sides.product, lessons, students=16, seconds=plan.seconds, rounds=plan.rounds)
        yield figures_line(STALLED, plan.mode, found)
    if START_SPIKE in plan.only:
        for measure in pages(sides.cast):
            load.check(sides.product, measure.requests)
        tokens = sides.cast["takers"][-start_spike.STUDENTS :]
        cast = sides.cast
        begun = start_spike.measure(sides.product, tokens, cast["course"], cast["quizzes"][0], form)
        yield figures_line(START_SPIKE, plan.mode, begun)
    if WEIGHT in plan.only:
        yield from _weights(sides, plan)
    yield from _batches(sides, plan)
    if SEARCH in plan.only:
        yield from _searches(sides, plan)
    if ADMIN in plan.only:
        log = sides.home / "filling.log"
        filled = result_of(
            start(["manage.py", *shell("bench.admin_pages.filling")], sides.environment, log), log, timeout=FILL_TIMEOUT
        )
        requests = [Request(path, browser(filled["session"])) for path in filled["addresses"]]
        yield figures_line(ADMIN, plan.mode, admin.measure(sides.product, requests, filled["answers"]))
        working = start(["manage.py", *shell("bench.admin_pages.working")], sides.environment, log)
        yield json.dumps({"name": STAFF_JOBS, "mode": plan.mode, **result_of(working, log, timeout=FILL_TIMEOUT)})
    yield from _filled(sides, plan)


def _filled(sides: Sides, plan: Plan) -> Iterator[str]:
    """Measure what fills tables with millions of rows first."""
    for name in (AUDIT, ITEMS):
        if name in plan.only:
            log = sides.home / f"{name}.log"
            filling = start(["manage.py", *shell(f"bench.filling.{name}")], sides.environment, log)
            yield json.dumps({"name": name, "mode": plan.mode, **result_of(filling, log, timeout=FILL_TIMEOUT)})


def _mails(sides: Sides, plan: Plan, tickets: flows.Tickets) -> str:
    if sides.mail_server is None:
        raise BenchError("There is no mail server.")
    log = sides.home / "mails.log"
    environment = {**sides.environment, "BENCH_RECIPIENTS": str(plan.recipients)}
    filled = result_of(start(["manage.py", *shell("bench.mails.filling")], environment, log), log, timeout=FILL_TIMEOUT)

    def graded() -> Timing:
        return flows.submit_to_graded(sides.product, tickets, students=4, seconds=plan.seconds)

    return figures_line(MAILS, plan.mode, mails.measure(sides.mail_server, sides.home, plan.recipients, filled, graded))


def _batches(sides: Sides, plan: Plan) -> Iterator[str]:
    if BATCHES in plan.only:
        cast = sides.cast
        found = batches.measure(sides.product, cast["readers"][0], cast["lesson_uuids"], rounds=plan.rounds)
        yield figures_line(BATCHES, plan.mode, found)


def _weights(sides: Sides, plan: Plan) -> Iterator[str]:
    cast = sides.cast
    # bench.students gives every other reader Korean.
    sessions = {language: cast["readers"][at]["session"] for language, at in (("ko", 1), ("en", 0))}
    paths = [f"/courses/{cast['course']}/lessons/{slug}/" for slug in cast["lessons"][:2]]
    for found in weight.measure(sides.product, sessions, paths):
        yield figures_line(WEIGHT, plan.mode, found)


def _searches(sides: Sides, plan: Plan) -> Iterator[str]:
    """Measure searches by readers of one course, and by readers of all hundred."""
    log = sides.home / "searching.log"
    filled = result_of(
        start(["manage.py", *shell("bench.filling.searching")], sides.environment, log), log, timeout=FILL_TIMEOUT
    )
    count, paths = filled["readers"], [f"/search/?{urlencode({'q': word})}" for word in filled["words"]]
    readers = sides.cast["readers"]
    measures = [
        Measure("search", "/page", _in_turn(readers[count:], paths)),
        Measure("search_in_100", "/page", _in_turn(readers[:count], paths)),
    ]
    for students in plan.levels:
        yield from _pages(sides, plan, measures, yardstick_requests(sides.guest), students)


def _pages(
    sides: Sides, plan: Plan, measures: Sequence[Measure], guests: dict[str, Request], students: int
) -> Iterator[str]:
    """Measure both sides alternately, round by round, so that other load on the machine affects both."""
    found: dict[str, list[Timing]] = {}
    for _ in range(plan.rounds):
        for address in dict.fromkeys(measure.yardstick for measure in measures):
            found.setdefault(address, []).append(_timed(sides.yardstick, [guests[address]], plan, students))
            for measure in measures:
                if measure.yardstick == address:
                    requests = _with_tags(sides.product, measure) if measure.is_conditional else measure.requests
                    found.setdefault(measure.name, []).append(_timed(sides.product, requests, plan, students))
    for measure in measures:
        product, yardstick = best(found[measure.name]), best(found[measure.yardstick])
        yield line(measure.name, plan.mode, students, product, measure.yardstick, yardstick)


def _timed(port: int, requests: Sequence[Request], plan: Plan, students: int) -> Timing:
    return load.run(port, requests, connections=students, seconds=plan.seconds)


def _flow(sides: Sides, plan: Plan, name: str, guest: Request, tickets: flows.Tickets, students: int) -> str:
    """Measure a flow. wrk cannot send flows, so the yardstick is measured with our own sender too."""
    flow = flows.submit_to_graded if name == SUBMIT_TO_GRADED else flows.whole_attempts
    product, yardstick = [], []
    for _ in range(plan.rounds):
        yardstick.append(load.run_own(sides.yardstick, [guest], connections=students, seconds=plan.seconds))
        product.append(flow(sides.product, tickets, students=students, seconds=plan.seconds))
    return line(name, plan.mode, students, best(product), guest.path, best(yardstick))


def best(rounds: Iterable[Timing]) -> Timing:
    """Return the round with the most answers per second, because other load on the machine can only slow a round down."""
    return max(rounds, key=lambda found: found.rps)


def pages(cast: dict[str, Any]) -> list[Measure]:
    """Return the measurements of single requests, as the readers of `bench.students` send them."""
    course, readers = cast["course"], cast["readers"]
    return [
        # A student requests another lesson each time, so that each request saves where the student will continue.
        Measure(
            "lesson_page", "/page", _in_turn(readers, [f"/courses/{course}/lessons/{s}/" for s in cast["lessons"]])
        ),
        Measure("course_page", "/page", _in_turn(readers, [f"/courses/{course}/"])),
        Measure("quiz_page", "/page", _in_turn(readers, [f"/courses/{course}/quizzes/{s}/" for s in cast["quizzes"]])),
        Measure(
            "attempt_page", "/page", [Request(f"/attempts/{r['attempt']}/", browser(r["session"])) for r in readers]
        ),
        Measure(
            "result_page",
            "/page",
            [Request(f"/attempts/{r['graded']}/result/", browser(r["session"])) for r in readers],
        ),
        Measure(
            API_OUTLINE,
            "/api",
            [
                Request(f"/api/v1/courses/{course}/outline", {"X-Session-Token": r["session"], "Accept-Language": "ko"})
                for r in readers
            ],
        ),
        Measure(
            API_LESSON,
            "/api",
            [
                Request(f"/api/v1/lessons/{uuid}", {"X-Session-Token": r["session"], "Accept-Language": "ko"})
                for uuid in cast["lesson_uuids"]
                for r in readers
            ],
        ),
        Measure(
            ANSWER_SAVE,
            "/write",
            [
                Request(f"/attempts/{r['attempt']}/answers/", form(r["session"]), "POST", urlencode(r["answers"][at]))
                for at in range(len(readers[0]["answers"]))
                for r in readers
            ],
        ),
    ]


def _accepting(measure: Measure, encoding: str) -> Measure:
    """Return the measurement with requests of a client that takes compressed answers."""
    if not encoding:
        return measure
    headers = {"Accept-Encoding": encoding}
    return replace(measure, requests=[replace(each, headers={**each.headers, **headers}) for each in measure.requests])


def _with_tags(port: int, measure: Measure) -> list[Request]:
    """Return about a hundred of the requests, each with the ETag that its answer has now."""
    requests = measure.requests[:: max(1, len(measure.requests) // 100)]
    answers = load.ask_each(port, requests)
    return [
        replace(request, headers={**request.headers, "If-None-Match": answer.etag}, expect=304)
        for request, answer in zip(requests, answers, strict=True)
    ]


def yardstick_requests(guest: dict[str, Any]) -> dict[str, Request]:
    return {
        "/page": Request("/page", browser(guest["session"])),
        "/api": Request("/api", {"Authorization": f"Token {guest['token']}", "Accept-Language": "ko"}),
        "/write": Request("/write", form(guest["session"]), "POST", urlencode({"value": "an answer"})),
    }


def _in_turn(readers: Sequence[dict[str, Any]], paths: Sequence[str]) -> list[Request]:
    """Return the requests of all readers in turn, repeated until each reader has requested each path."""
    return [
        Request(paths[(turn + at) % len(paths)], browser(reader["session"]))
        for turn in range(len(paths))
        for at, reader in enumerate(readers)
    ]


def browser(session: str) -> dict[str, str]:
    return {"Cookie": f"sessionid={session}; csrftoken={CSRF}", "Accept-Language": "ko"}


def form(session: str) -> dict[str, str]:
    return {**browser(session), "X-CSRFToken": CSRF, "Content-Type": "application/x-www-form-urlencoded"}


def about(plan: Plan) -> str:
    """Return a sentence for people about the sender, the plan and the Python version."""
    return (
        f"Requests by {load.tool()}; the best of {plan.rounds} rounds of {plan.seconds} s, both sides in turn. "
        f"Python {sys.version.split()[0]}."
    )
