"""Says, by Python's zoneinfo, when something fixed to a local time fires around every transition of every zone.

    python3 zones.py FIRST_YEAR LAST_YEAR

prints tab-separated lines:

    zone   NAME   GROUP                    every zone, and the zone whose history in these years it shares
    probe  GROUP  LOCAL  EPOCH  KIND       a local time (ISO 8601), the Unix time at which it fires, and once|gap|fold

A local time that does not exist fires at the first valid instant after the gap; one that occurs twice fires at its
first occurrence. Written from that sentence and zoneinfo alone, as a second opinion on the Swift code.
"""

import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

DAY = 86_400
EPOCH = datetime(1970, 1, 1)


def offset(zone, epoch):
    """Seconds east of UTC at a Unix time."""
    return int(datetime.fromtimestamp(epoch, zone).utcoffset().total_seconds())


def transitions(zone, first, last):
    """(Unix time, offset before, offset after) of every change of the offset, found by halving days."""
    found = []
    before = offset(zone, first)
    for day in range(first, last, DAY):
        after = offset(zone, day + DAY)
        if after == before:
            continue
        low, high = day, day + DAY
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(zone, middle) == before else (low, middle)
        found.append((high, before, offset(zone, high)))
        assert offset(zone, high) == after, f"two transitions on one day in {zone}"
        before = after
    return tuple(found)


def wall(seconds):
    """The wall-clock time that reads so many seconds after 1970-01-01T00:00:00."""
    return EPOCH + timedelta(seconds=seconds)


def fires(zone, local):
    """When a local time fires, and why then."""
    aware = local.replace(tzinfo=zone, fold=0)
    instant = int(aware.timestamp())
    if datetime.fromtimestamp(instant, zone).replace(tzinfo=None) == local:
        twice = int(local.replace(tzinfo=zone, fold=1).timestamp()) != instant
        return instant, "fold" if twice else "once"
    # Missing: the first instant whose wall clock shows a later time.
    low, high = instant - 2 * DAY, instant + 2 * DAY
    while high - low > 1:
        middle = (low + high) // 2
        shows = datetime.fromtimestamp(middle, zone).replace(tzinfo=None)
        low, high = (low, middle) if shows > local else (middle, high)
    return high, "gap"


def probes(history):
    """Local times worth asking about: the edges and the middle of each stretch that is missing or repeated."""
    times = set()
    for instant, before, after in history:
        low, high = sorted((instant + before, instant + after))
        middle = (low + high) // 2
        times.update((low - 3600, low - 1, low, low + 1, middle, high - 1, high, high + 1, high + 3600))
    return sorted(times)


def main():
    first = int(datetime(int(sys.argv[1]), 1, 1, tzinfo=timezone.utc).timestamp())
    last = int(datetime(int(sys.argv[2]) + 1, 1, 1, tzinfo=timezone.utc).timestamp())
    groups = {}
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        history = (offset(zone, first), transitions(zone, first, last))
        group = groups.setdefault(history, name)
        print("zone", name, group, sep="\t")
    for (_, history), group in groups.items():
        zone = ZoneInfo(group)
        for seconds in probes(history):
            local = wall(seconds)
            instant, kind = fires(zone, local)
            print("probe", group, local.isoformat(), instant, kind, sep="\t")


if __name__ == "__main__":
    main()
