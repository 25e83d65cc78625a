"""Look at database, folders, rights, schemas, tables, clock, disk, front door and signatures: what may be wrong."""
