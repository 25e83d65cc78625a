"""What is fed with arbitrary bytes: one module a border, each with a `check` that raises where an invariant breaks."""
