"""Adds an organisation with an administrator to a database: there is no way to make one over the API.

    python second_organisation.py add DATABASE

The administrator is called `stranger` and has the password of the first one.
"""

import sqlite3
import sys


def add_stranger(database):
    with sqlite3.connect(database, timeout=10) as db:
        db.execute("INSERT INTO organisation (uid, name) VALUES ('other_org', 'Other')")
        db.execute(
            """INSERT INTO agent (uid, org, username, password_hash, nickname, avatar, status, capacity, role)
               SELECT 'stranger', 'other_org', 'stranger', password_hash, 'Stranger', '', 'AVAILABLE', 10, 'ADMIN'
               FROM agent WHERE username = 'admin'"""
        )


if __name__ == "__main__":
    add_stranger(sys.argv[2])
