"""The project: settings, workers, addresses, start-up checks, and what starts and stops a stack."""
