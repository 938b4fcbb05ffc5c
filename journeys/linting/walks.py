"""Walks through a definition's graph of steps. Every walk is a loop, not a recursion: a long strategy must not exhaust the stack."""

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

Graph = Mapping[str, Iterable[str]]


def reached(graph: Graph, starts: Iterable[str]) -> set[str]:
    """Every step that can be come to from the starts, these included."""
    found, ahead = set[str](), list(starts)
    while ahead:
        step = ahead.pop()
        if step not in found:
            found.add(step)
            ahead.extend(graph.get(step, ()))
    return found


def reversed_(graph: Graph) -> dict[str, list[str]]:
    """The same graph with every edge turned round."""
    turned: dict[str, list[str]] = {}
    for step, following in graph.items():
        for to in following:
            turned.setdefault(to, []).append(step)
    return turned


def loops(graph: Graph) -> Iterator[list[str]]:
    """Loops, one for each set of steps that share a step: its steps in their order, the first again at the end."""
    left = {step: list(following) for step, following in graph.items()}
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            # graphlib thinks in predecessors, so it tells the loop against the direction of the run.
            loop = list(reversed(error.args[1]))
            yield loop
            left = {step: following for step, following in left.items() if step not in loop}
        else:
            return
