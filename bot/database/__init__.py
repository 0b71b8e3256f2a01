"""Engines, transactions and schema: the ground that every table of the bot stands on.

Nothing here knows of besitos; the layers above take connections from here, and write their SQL
with it. Where to look for what:

The address and the connection
    url             `DATABASE_URL`, checked, and shown without its password
    libpq           what libpq means by an address and by `PG…`, for asyncpg
    engine          the engine for either database, with the defaults that each needs
    connection      a database opened for a block, waited for while it starts
    postgresql      connections that end every wait, through a pooler too
    fast_aiosqlite  connections to SQLite with as few visits to their thread as can be
    sqlite_connection  SQLite's own below them, which bounds each statement's time
    deadline        the time that one statement gets
    liveness        pooled connections that died, and whether the database answers
    sqlite_file     SQLite's file: whole at the start, and still the same one
    errors          which errors pass by themselves, and sentences for a person

Statements and transactions
    transaction     the short one of an update, and the exclusive one of seed, upgrade and wipe
    session_lock    a lock that ends with the process which holds it
    base            the declarative base, and types that mean the same on both engines
    constructs      upserts, and columns that may hold anything, by dialect
    compiled        statements that run for every update, compiled once
    pagination      pages by key, the newest rows first
    outbox          messages stored with what caused them, and sent after it

The schema
    schema          its upgrade inside the caller's transaction
    revision        the revision that a database has, and what it may not be
    catalogue       columns, keys and defaults that our tables really have
    repairs         what a schema has lost, made again
    rebuild         changes of a table without a migration

All rows at once
    backup          a copy of SQLite's file while the bot runs, and its way back
    move            everything to another database, of either engine
    copying         its rows, slice by slice
    portable        our tables in types that both engines read and write alike
    wipe            all rows deleted; the schema stays
"""
