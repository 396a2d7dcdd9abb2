"""What `genfx portfolio` does: figures of strategies on one account, replays of their EA."""
