"""Fail with one line if the PostgreSQL or Redis of TEST_DATABASE_URL and TEST_REDIS_URL does not answer."""

import os
import sys

import psycopg
import redis


def main() -> int:
    try:
        with psycopg.connect(
            os.environ["TEST_DATABASE_URL"].replace("postgres://", "postgresql://"), connect_timeout=5
        ):
            pass
        redis.Redis.from_url(os.environ["TEST_REDIS_URL"], socket_connect_timeout=5).ping()
    except (psycopg.Error, redis.RedisError) as error:
        sys.stderr.write(f"A service for tests does not answer: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
