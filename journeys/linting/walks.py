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


def knots(graph: Graph) -> list[list[str]]:
    """The strongly connected parts of the graph, each before those that lead to it (Tarjan 1972): a step alone, or steps that loop."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: dict[str, None] = {}
    found: list[list[str]] = []
    for root in graph:
        if root in number:
            continue
        number[root] = low[root] = len(number)
        open_[root] = None
        ahead = [(root, iter(graph[root]))]
        while ahead:
            step, following = ahead[-1]
            to = next(following, None)
            if to is None:
                ahead.pop()
                if ahead:
                    low[ahead[-1][0]] = min(low[ahead[-1][0]], low[step])
                if low[step] == number[step]:
                    found.append(_taken(open_, step))
            elif to not in number:
                number[to] = low[to] = len(number)
                open_[to] = None
                ahead.append((to, iter(graph.get(to, ()))))
            elif to in open_:
                low[step] = min(low[step], number[to])
    return found


def _taken(open_: dict[str, None], last: str) -> list[str]:
    """Take from the end of the open steps down to `last`."""
    knot: list[str] = []
    while not knot or knot[-1] != last:
        knot.append(open_.popitem()[0])
    return knot
