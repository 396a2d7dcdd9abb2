"""The state of a search and its steps: breed, evaluate, judge, insert. No clock, no files here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dsl.jit import F64
from dsl.node import Node
from dsl.strategy import Strategy
from gp.breeders import Breeder, GeneticAlgorithm, NewcomerBreeder, PairBreeder
from gp.codec import decode, encode
from gp.deap_adapter import logbook, statistics
from gp.draws import START, generator
from gp.evaluators import LIBRARY, NEW, Evaluators, Ledger, Record
from gp.fitness import scores
from gp.gate import PASSED, Gate, judge
from gp.individual import Candidate, Individual, candidate, candidate_of, restored
from gp.operators import Operators, Rng, operators
from gp.pieces import repeats_itself
from gp.pool import Pool
from gp.populations import Population
from gp.settings import SearchSettings
from gp.store import Members, Saved, Snapshot

Entry = dict[str, Any]  # a row of the logbook: figures, and chapters of figures


class Search:
    """Populations, pool, ledger and logbook of one search; all of it can be stored and restored.

    Args:
        settings, evaluators, seed: What the result depends on, with the library.
        library: Existing strategies: the start, and the source of prebuilt subtrees.
    """

    def __init__(
        self,
        settings: SearchSettings,
        evaluators: Evaluators,
        seed: int,
        library: Sequence[Strategy] = (),
    ) -> None:
        self.settings = settings
        self.evaluators = evaluators
        self.seed = seed
        self.ledger = Ledger()
        self.pool = Pool(settings, self._equity)
        self.logbook = logbook()
        self.entries: list[Entry] = []
        self.generation = -1
        self.tuned = 0
        self.targets: tuple[Individual, ...] = ()
        mirrored = settings.generator.symmetric
        self._mirrored = mirrored
        self._library = [candidate_of(s, LIBRARY, mirrored=mirrored) for s in library]
        self._gate = Gate(settings, evaluators, self.ledger, seed, self.pool.wants)
        self._statistics = statistics()
        ops = operators(settings, [c.expert for c in self._library])
        self._operators: Operators = ops
        is_mgp = settings.scheme == "mgp"
        self._names = settings.fitness.names
        count = len(self._names) if is_mgp else 0
        self.populations = [Population(criterion, settings) for criterion in range(count)]
        restarts = settings.scheme != "ga"
        has_own = settings.restarter or not is_mgp
        self.own = GeneticAlgorithm(ops, settings, restarts=restarts) if has_own else None
        self._breeders = self._make_breeders(ops)
        self._stored_graphs: set[str] = set()

    def start(self) -> None:
        """Evaluate the library and the first random strategies."""
        drawn: dict[str, Candidate] = {}
        for known in self._library:
            self.ledger.requests += 1
            drawn.setdefault(known.strategy_id, known)
        for pair in range(self.settings.start):
            rng = generator(self.seed, 0, START, pair)
            self._add(drawn, self._operators.generate(rng), NEW, rng)
        self._integrate(list(drawn.values()), 0)

    def advance(self, generation: int) -> None:
        """Make one generation; the first is number 1."""
        for population in self.populations:
            population.age(generation)
        drawn: dict[str, Candidate] = {}
        breeders = len(self._breeders)
        for number, breeder in enumerate(self._breeders):
            for pair in range(-(-(self.settings.pairs - number) // breeders)):
                rng = generator(self.seed, generation, number, pair)
                for expert in breeder.children(generation, rng):
                    self._add(drawn, expert, number, rng)
        self._integrate(list(drawn.values()), generation)

    def admit(self, individual: Individual) -> bool:
        """Judge an individual if the pool wants it, enter it if it passes; tell if it entered."""
        if self.pool.wants(individual):
            judge(self._gate, [individual], self.generation)
        return self.pool.insert(individual)

    def snapshot(self) -> Snapshot:
        """Return all that a store must keep of the newest step."""
        members = self._members()
        state: dict[str, Any] = {
            "requests": self.ledger.requests,
            "pool": [individual.strategy_id for individual in self.pool.members],
        }
        if self.own is not None:
            state |= {"best": self.own.best, "stagnant": self.own.stagnant}
        fresh = {
            i.strategy_id: encode(i.strategy.expert)
            for i in self._individuals()
            if i.strategy_id not in self._stored_graphs
        }
        self._stored_graphs.update(fresh)
        return Snapshot(
            len(self.entries) - 1,
            json.dumps(state, sort_keys=True),
            json.dumps(self.entries[-1], sort_keys=True),
            members,
            fresh,
            tuple(self.ledger.new_records),
            tuple(self.ledger.new_verdicts),
        )

    def restore(self, saved: Saved) -> None:
        """Take over what a store holds of a run with the same settings, seed, data and library."""
        state = json.loads(saved.state)
        for entry in saved.entries:
            self._log(json.loads(entry))
        generation = self.generation
        self.ledger.records.update(saved.records)
        self.ledger.verdicts.update(saved.verdicts)
        self.ledger.requests = state["requests"]
        alive = {key: self._revived(saved, key) for key in sorted(saved.graphs)}
        self._stored_graphs.update(saved.graphs)
        for population in self.populations:
            population.restore(
                _placed(saved.members.get(self._names[population.criterion], {}), alive), generation
            )
        if self.own is not None:
            self.own.population.restore(_placed(saved.members.get("own", {}), alive), generation)
            self.own.best, self.own.stagnant = state["best"], state["stagnant"]
        self.pool.restore([alive[key] for key in state["pool"]])
        targets = saved.members.get("target", {})
        self.targets = tuple(alive[key] for key in sorted(targets, key=targets.__getitem__))

    def record_step(self, phase: str, figures: Mapping[str, Any]) -> Entry:
        """Add a row to the logbook: the figures given, and best and mean of every population."""
        entry: Entry = {"phase": phase, "step": len(self.entries), **figures}
        entry |= {"requests": self.ledger.requests, "distinct": self.ledger.distinct}
        compile_ = self._statistics.compile
        for population in self.populations:
            values = [population.score(m.individual) for m in population.members]
            entry[self._names[population.criterion]] = compile_(values)
        if not self.populations and self.own is not None:
            members = self.own.population.members
            for index, name in enumerate(self._names):
                entry[name] = compile_([m.individual.scores.each[index] for m in members])
        entry["pool"] = compile_([i.scores.combined for i in self.pool.members])
        self._log(entry)
        return entry

    def individual(self, source: Candidate) -> Individual:
        """Return the individual of a candidate whose record the ledger holds."""
        record = self.ledger.records[source.strategy_id]
        found = scores(record.criteria, record.trades, self.settings.fitness)
        verdict = self.ledger.verdicts.get(source.strategy_id)
        return Individual(source, record.criteria, record.trades, found, verdict)

    def _make_breeders(self, ops: Operators) -> list[Breeder]:
        if self.settings.scheme != "mgp":
            assert self.own is not None
            return [self.own]
        breeders: list[Breeder] = [
            PairBreeder((self.populations[first], self.populations[second]), ops, self.settings)
            for first, second in self.settings.population_pairs
        ]
        if self.settings.newcomers:
            breeders.append(NewcomerBreeder(ops))
        if self.own is not None:
            breeders.append(self.own)
        return breeders

    def _add(self, drawn: dict[str, Candidate], expert: Node, breeder: int, rng: Rng) -> None:
        """Enter a child that is new and says something; others are made anew, or left out."""
        for _ in range(1 + self.settings.variation.retries):
            child = candidate(expert, breeder, mirrored=self._mirrored)
            self.ledger.requests += 1
            known = child.strategy_id in drawn or self.ledger.known(child.strategy_id)
            if not known and not repeats_itself(child.expert):
                drawn[child.strategy_id] = child
                return
            again = self._operators
            expert = again.generate(rng) if breeder == NEW else again.mutate_once(expert, rng)

    def _integrate(self, candidates: list[Candidate], generation: int) -> None:
        new = [c for c in candidates if not self.ledger.known(c.strategy_id)]
        found = self.evaluators.in_sample.evaluate([c.strategy for c in new])
        for c, e in zip(new, found, strict=True):
            self.ledger.enter(
                Record(c.strategy_id, generation, c.breeder, tuple(e.criteria), e.trades, e.problem)
            )
        born = [self.individual(c) for c in candidates]
        trading = [i for i in born if i.trades > 0]
        asked = [i for i in trading if self._needs_gate(i)]
        judge(self._gate, asked, generation)
        for population in self.populations:
            self._insert(population, trading, generation)
        entered = sum(self.pool.insert(i) for i in sorted(trading, key=_best_first))
        if self.own is not None:
            mine = len(self._breeders) - 1
            started = generation == 0 and not self.populations
            self.own.absorb(
                [i for i, c in zip(born, candidates, strict=True) if started or c.breeder == mine],
                generation,
            )
        figures = {
            "born": len(born),
            "judged": len(asked),
            "passed": sum(i.verdict == PASSED for i in asked),
            "entered_pool": entered,
        }
        self.record_step("evolve", figures)

    def _equity(self, individual: Individual) -> F64:
        return self.evaluators.in_sample.result(individual.strategy).equity

    def _needs_gate(self, individual: Individual) -> bool:
        if self.pool.wants(individual):
            return True
        if self.settings.gate.scope != "population":
            return False
        return any(p.full and p.displaces(individual) for p in self.populations)

    def _insert(self, population: Population, born: list[Individual], generation: int) -> None:
        """Enter the best first; free places take anyone, a place of another only what passed."""
        gated = self.settings.gate.scope == "population"
        for individual in sorted(born, key=lambda i: (-population.score(i), i.strategy_id)):
            if not population.full or not gated or individual.verdict == PASSED:
                population.insert(individual, generation)

    def _members(self) -> Members:
        members: Members = {
            self._names[p.criterion]: {m.individual.strategy_id: m.entered for m in p.members}
            for p in self.populations
        }
        if self.own is not None:
            members["own"] = {
                m.individual.strategy_id: m.entered for m in self.own.population.members
            }
        members["pool"] = {individual.strategy_id: 0 for individual in self.pool.members}
        members["target"] = {i.strategy_id: place for place, i in enumerate(self.targets)}
        return members

    def _individuals(self) -> Iterable[Individual]:
        for population in self.populations:
            yield from (member.individual for member in population.members)
        if self.own is not None:
            yield from (member.individual for member in self.own.population.members)
        yield from self.pool.members
        yield from self.targets

    def _revived(self, saved: Saved, key: str) -> Individual:
        strategy = Strategy(decode(saved.graphs[key]))
        return self.individual(restored(strategy, mirrored=self._mirrored))

    def _log(self, entry: Entry) -> None:
        self.entries.append(entry)
        if entry["phase"] == "evolve":
            self.generation += 1
        else:
            self.tuned += 1
        self.logbook.record(**entry)


def _placed(
    ids: Mapping[str, int], alive: Mapping[str, Individual]
) -> list[tuple[Individual, int]]:
    return [(alive[key], entered) for key, entered in sorted(ids.items())]


def _best_first(individual: Individual) -> tuple[float, str]:
    return -individual.scores.combined, individual.strategy_id
