"""When will a campaign end? Dispatch, gate, shares and retries on a fast clock, over groups of like contacts."""
