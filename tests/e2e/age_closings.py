"""Lets time pass for what was closed: nobody waits for days in a test.

    python age_closings.py age DATABASE DAYS

The server must not be running.
"""

import sqlite3
import sys

DAY_MS = 24 * 60 * 60 * 1000


def age(database, days):
    with sqlite3.connect(database, timeout=10) as db:
        db.execute("UPDATE episode SET closed_at = closed_at - ? WHERE closed_at IS NOT NULL", (days * DAY_MS,))
        db.execute("UPDATE file SET created = created - ?", (days * DAY_MS,))


if __name__ == "__main__":
    age(sys.argv[2], int(sys.argv[3]))
