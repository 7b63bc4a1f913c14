"""The cache of the embedded mode: files in the state folder."""

import pickle
import zlib

from django.core.cache.backends.filebased import FileBasedCache

from common.caching.fail_open import FailOpenCache


class FileCache(FailOpenCache):
    """Writing fails if the disk is full; reading fails if a power cut left a file incomplete."""

    shared = FileBasedCache
    failures = (OSError, EOFError, pickle.UnpicklingError, zlib.error)
