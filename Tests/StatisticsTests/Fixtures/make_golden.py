"""Writes golden.json beside itself: random cases answered by SciPy and statsmodels.

    python3 -m venv venv && venv/bin/pip install scipy==1.17.1 statsmodels==0.15.0
    venv/bin/python make_golden.py

Where the two have no such function (Tango's interval, the power of a paired comparison), the definition is
solved by SciPy's root finder; where it is a matter of random draws, our counter is imitated in numpy.
"""

import json
import math
import pathlib
from fractions import Fraction

import numpy as np
import scipy
import statsmodels
from scipy import optimize, stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

rng = np.random.default_rng(20261121)
MASK = (1 << 64) - 1
STEP = 0x9E3779B97F4A7C15


def mixed(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


class Counter:
    """CounterRandom.swift, in Python's integers."""

    def __init__(self, seed, stream):
        self.start = mixed((seed + STEP) & MASK) ^ mixed(((~stream & MASK) * STEP) & MASK)

    def bits(self, position):
        return mixed((self.start + STEP * (position + 1)) & MASK)

    def below(self, position, bound):
        return (self.bits(position) * bound) >> 64


class Scripted(np.random.Generator):
    """Hands SciPy's bootstrap the draws that ours makes."""

    def __init__(self, seed):
        super().__init__(np.random.PCG64(0))
        self.seed = seed

    def integers(self, low, high=None, size=None, dtype=np.int64, endpoint=False):
        rows, columns = size
        return np.array(
            [[Counter(self.seed, row).below(i, high) for i in range(columns)] for row in range(rows)]
        )


def discordant_pairs():
    for index in range(70):
        n = int(rng.choice([5, 20, 60, 300, 5000, 200_000]))
        lost = int(rng.binomial(n, rng.uniform(0.48, 0.52) if n > 1000 else rng.uniform(0.05, 0.95)))
        if index < 5:
            n, lost = [(0, 0), (1, 0), (1, 1), (8, 4), (228_000, 114_300)][index]
        yield lost, n - lost


def mcnemar_cases():
    for lost, gained in discordant_pairs():
        n, low = lost + gained, min(lost, gained)
        exact = float(mcnemar([[0, lost], [gained, 0]], exact=True).pvalue)
        middle = stats.binom.pmf(low, n, 0.5)
        mid = 1.0 if lost == gained else 2 * stats.binom.cdf(low, n, 0.5) - middle
        worse = stats.binom.cdf(gained, n, 0.5) - stats.binom.pmf(gained, n, 0.5) / 2
        yield {"lost": lost, "gained": gained, "exact": exact, "mid": float(mid), "worse": float(worse)}


def wilson_cases():
    for _ in range(40):
        n = int(rng.integers(1, 2000))
        k = int(rng.choice([0, n, rng.integers(0, n + 1)]))
        tail = float(rng.choice([0.025, 0.05, 0.01, 0.005]))
        low, high = proportion_confint(k, n, alpha=2 * tail, method="wilson")
        yield {"successes": k, "count": n, "tail": tail, "low": float(low), "high": float(high)}


def tango_bound(n, gained, lost, z, upper):
    both = n - gained - lost

    def share(delta):
        """The most likely share of lost pairs given the difference: where the likelihood's slope is 0."""
        low, high = max(0.0, -delta), (1 - delta) / 2

        def slope(q):
            total = 0.0
            for pairs, p in ((gained, q + delta), (lost, q)):
                if pairs:
                    total += math.inf if p <= 0 else pairs / p
            if both:
                rest = 1 - 2 * q - delta
                total -= math.inf if rest <= 0 else 2 * both / rest
            return max(-1e300, min(1e300, total))

        if slope(low + 1e-18 * (high - low)) <= 0:
            return low
        if slope(high) >= 0:
            return high
        return optimize.brentq(slope, low, high, xtol=1e-18, rtol=8.9e-16, maxiter=1000)

    def excess(delta):
        variance = n * (2 * share(delta) + delta * (1 - delta))
        distance = gained - lost - n * delta
        if variance <= 0:
            return (0.0 if distance == 0 else math.copysign(1e6, distance)) + (z if upper else -z)
        return distance / math.sqrt(variance) + (z if upper else -z)

    estimate = (gained - lost) / n
    end = 1 - 1e-12 if upper else -1 + 1e-12
    if (excess(end) > 0) == upper:
        return 1.0 if upper else -1.0
    return optimize.brentq(excess, estimate, end, xtol=1e-15, rtol=8.9e-16, maxiter=1000)


def tango_cases():
    for index in range(50):
        n = int(rng.choice([20, 164, 378, 542, 1140, 5000]))
        discordant = int(rng.binomial(n, rng.uniform(0.005, 0.5)))
        lost = int(rng.binomial(discordant, rng.uniform(0.1, 0.9)))
        gained = discordant - lost
        if index < 4:
            n, lost, gained = [(164, 0, 0), (378, 3, 0), (164, 0, 7), (1140, 1, 1)][index]
        tail = float(rng.choice([0.025, 0.05, 0.01]))
        z = stats.norm.isf(tail)
        low, high = (tango_bound(n, gained, lost, z, upper) for upper in (False, True))
        yield {"count": n, "lost": lost, "gained": gained, "tail": tail, "low": low, "high": high}


def normal_cases():
    levels = np.concatenate([rng.uniform(0, 1, 25), 10.0 ** rng.uniform(-280, -2, 10), 1 - 10.0 ** rng.uniform(-12, -2, 5)])
    for p in levels:
        z = float(stats.norm.ppf(p))
        yield {"p": float(p), "quantile": z, "cumulative": float(stats.norm.cdf(z))}


def holm_cases():
    for _ in range(30):
        values = (rng.uniform(0, 1, int(rng.integers(1, 9))) ** 3).tolist()
        yield {"values": values, "adjusted": multipletests(values, method="holm")[1].tolist()}


def power_cases():
    for _ in range(40):
        n = int(rng.choice([20, 164, 378, 542, 1140, 1682]))
        psi, tail = float(rng.uniform(0.01, 0.4)), float(rng.choice([0.025, 0.05, 0.01]))
        wanted = float(rng.choice([0.8, 0.9]))
        z = stats.norm.isf(tail)

        def power(delta):
            return float(stats.norm.cdf((delta * math.sqrt(n) - z * math.sqrt(psi)) / math.sqrt(psi - delta**2)))

        ceiling = psi * (1 - 1e-12)
        found = None
        if power(ceiling) >= wanted:
            found = float(optimize.brentq(lambda d: power(d) - wanted, 0, ceiling, xtol=1e-16, rtol=8.9e-16))
        delta = float(rng.uniform(0, psi))
        yield {
            "count": n, "discordance": psi, "tail": tail, "wanted": wanted, "detectable": found,
            "difference": delta, "power": power(delta),
        }


def task_differences(count, samples):
    a, b = rng.binomial(samples, 0.5, count), rng.binomial(samples, 0.45, count)
    return ((b - a) / samples).tolist()


def exhaustive_flip_cases():
    for _ in range(30):
        differences = task_differences(int(rng.integers(4, 12)), int(rng.choice([1, 4, 10])))
        nonzero = [d for d in differences if d] or [1.0]
        outcome = flips_by_pairs(nonzero)
        yield {"differences": nonzero + [0.0], "p": outcome[0], "worse": outcome[1]}


def flips_by_pairs(differences):
    """SciPy flips signs by exchanging the two members of each pair."""
    pairs = (np.array(differences), np.zeros(len(differences)))

    def statistic(x, y, axis):
        return np.sum(x - y, axis=axis)

    return [
        float(
            stats.permutation_test(
                pairs, statistic, permutation_type="samples", vectorized=True, n_resamples=np.inf, alternative=side
            ).pvalue
        )
        for side in ("two-sided", "less")
    ]


def drawn_flip_cases():
    for _ in range(6):
        differences = [d for d in task_differences(int(rng.integers(60, 150)), 8) if d]
        seed, draws = int(rng.integers(1 << 62)), 300
        observed = math.fsum(differences)
        far = low = 0
        for draw in range(draws):
            random = Counter(seed, draw)
            total = sum(-d if random.bits(i // 64) >> (i % 64) & 1 else d for i, d in enumerate(differences))
            far += abs(total) >= abs(observed) - 1e-9
            low += total <= observed + 1e-9
        yield {
            "differences": differences, "seed": str(seed), "draws": draws,
            "p": (far + 1) / (draws + 1), "worse": (low + 1) / (draws + 1),
        }


def bootstrap_cases():
    for _ in range(24):
        values = rng.normal(rng.uniform(-0.1, 0.1), 0.3, int(rng.integers(10, 60))) ** int(rng.choice([1, 3]))
        seed, resamples, tail = int(rng.integers(1 << 62)), 400, float(rng.choice([0.025, 0.05, 0.01]))
        bounds = {}
        for method in ("percentile", "BCa"):
            interval = stats.bootstrap(
                (values,), np.mean, n_resamples=resamples, confidence_level=1 - 2 * tail, method=method,
                rng=Scripted(seed), vectorized=True,
            ).confidence_interval
            bounds[method.lower()] = [float(interval.low), float(interval.high)]
        yield {"values": values.tolist(), "seed": str(seed), "resamples": resamples, "tail": tail, **bounds}


def stratified_cases():
    for _ in range(6):
        strata = [rng.normal(0.05, 0.3, int(rng.integers(8, 40))) for _ in range(int(rng.integers(2, 4)))]
        seed, resamples, tail = int(rng.integers(1 << 62)), 300, 0.025
        count = sum(map(len, strata))
        means = []
        for row in range(resamples):
            random, position, total = Counter(seed, row), 0, 0.0
            for stratum in strata:
                total += sum(stratum[random.below(position + i, len(stratum))] for i in range(len(stratum)))
                position += len(stratum)
            means.append(total / count)
        low, high = np.quantile(means, [tail, 1 - tail])
        yield {
            "strata": [s.tolist() for s in strata], "seed": str(seed), "resamples": resamples, "tail": tail,
            "percentile": [float(low), float(high)],
        }


def pass_at_k_cases():
    for _ in range(40):
        n = int(rng.integers(1, 201))
        c, k = int(rng.integers(0, n + 1)), int(rng.integers(1, n + 1))
        yield {"n": n, "c": c, "k": k, "value": float(1 - Fraction(math.comb(n - c, k), math.comb(n, k)))}


document = {
    "made_by": f"scipy {scipy.__version__}, statsmodels {statsmodels.__version__}, numpy {np.__version__}",
    "mcnemar": list(mcnemar_cases()),
    "wilson": list(wilson_cases()),
    "tango": list(tango_cases()),
    "normal": list(normal_cases()),
    "holm": list(holm_cases()),
    "power": list(power_cases()),
    "exhaustive_flips": list(exhaustive_flip_cases()),
    "drawn_flips": list(drawn_flip_cases()),
    "bootstrap": list(bootstrap_cases()),
    "stratified": list(stratified_cases()),
    "pass_at_k": list(pass_at_k_cases()),
}
out = pathlib.Path(__file__).with_name("golden.json")
rows = ",\n".join(
    f'"{name}": ' + (json.dumps(cases) if isinstance(cases, str) else "[\n" + ",\n".join(map(json.dumps, cases)) + "\n]")
    for name, cases in document.items()
)
out.write_text("{\n" + rows + "\n}\n")
print({name: len(cases) for name, cases in document.items() if name != "made_by"})
