"""How soon after an answer our action's request is there, at 100 calls a second: what a callee hears of us first.

    .venv/bin/python -m benchmarks.answer_to_action

By the far end's own ledger: the simulator's callees answer at once, and the action is to hang up, so that for each
call the time from its answer to our request is the time from its INVITE to its end. The simulator's part is included.
"""

import argparse
import itertools
import sys
import time
from typing import Final

import orjson

from benchmarks.measuring import CannotMeasure, percentile
from benchmarks.numbers import ANSWERED_AT_ONCE, numbers_ending
from benchmarks.whole import Moving, whole_dialer
from dialer.simulator.ledger import read_ledger

CPS: Final = 100.0
_WARM_UP_SECONDS: Final = 10.0
# Nobody hangs up before us.
_SIMULATOR: Final = ("--talk-ms", "600000")


def measure(quick: bool) -> dict[str, object]:
    """`answer_to_action_p99_ms`, and how many calls it was measured on at which pace.

    Raises:
        CannotMeasure: nothing was answered.
    """
    calls = int(CPS * (_WARM_UP_SECONDS + (20 if quick else 60)))
    with whole_dialer(simulator=_SIMULATOR) as whole:
        trunk_id = whole.trunk("trunk", cps=CPS, channels=2000)
        campaign_id = whole.campaign("campaign", trunk_id)
        lines = (f"{number}\n".encode() for number in itertools.islice(numbers_ending(ANSWERED_AT_ONCE), calls))
        whole.upload(campaign_id, itertools.chain([b"phone\n"], lines))
        whole.client.post(f"/v1/campaigns/{campaign_id}/start")
        moving = Moving("the campaign")
        while (done := whole.client.get(f"/v1/campaigns/{campaign_id}/stats")["contacts"]["done"]) < calls:
            moving.at(done)
            time.sleep(1.0)
        ledger = read_ledger(whole.stack.ledger)
    begins = min((invite.at for invite in ledger.invites), default=0.0) + _WARM_UP_SECONDS
    invited = {invite.channel: invite.at for invite in ledger.invites if invite.at >= begins}
    waits = [end.at - invited[end.channel] for end in ledger.ends if end.hung_up_by == "us" and end.channel in invited]
    if not waits:
        raise CannotMeasure("no answered call was hung up by us")
    return {
        "answer_to_action_p99_ms": round(1000 * percentile(waits, 99), 1),
        "answer_to_action_p50_ms": round(1000 * percentile(waits, 50), 1),
        "answered_calls": len(waits),
        "answered_per_second": round(len(waits) / (max(invited.values()) - begins), 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    print(orjson.dumps(measure(parser.parse_args().quick)).decode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
