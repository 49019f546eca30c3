"""What an API sends by itself: the requests of its webhooks and callbacks."""
