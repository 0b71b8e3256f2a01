"""What can be seen of the running bot from outside: health, readiness and figures, by HTTP."""
