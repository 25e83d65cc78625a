"""Say what operators can have done, one use case a module: typed arguments in, typed results out, no command named."""
